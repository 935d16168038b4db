"""A model that somebody brings: what is wrong with it is said with its place, whatever it is."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError
from joinedup.linkage import LinkSettings, link
from joinedup.linkage.fitting import OURS
from joinedup.linkage.model_files import RULES, read_model, written
from tests.unit.linkage.invented_people import people, table

Model = dict[str, Any]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@pytest.fixture(scope="module")
def model(engine: DuckDBEngine) -> Model:
    return json.loads(written(link(engine, engine.frame(table(people(30)))).model))


def told(path: Path, content: object) -> str:
    path.write_text(json.dumps(content))
    with pytest.raises(LinkageError) as found:
        read_model(path)
    return str(found.value)


def level(model: Model, comparison: int, number: int) -> Model:
    """Counted from 1, as the messages count."""
    return model["comparisons"][comparison - 1]["comparison_levels"][number - 1]


def without(found: Model, key: str) -> None:
    del found[key]


Change = Callable[[Model], object]

WRONG: dict[str, tuple[Change, str]] = {
    "no prior": (
        lambda m: without(m, "probability_two_random_records_match"),
        "`probability_two_random_records_match` is missing",
    ),
    "prior of 1": (
        lambda m: m.update(probability_two_random_records_match=1),
        "`probability_two_random_records_match` should be a number between 0 and 1",
    ),
    "prior that is no number": (
        lambda m: m.update(probability_two_random_records_match=float("nan")),
        "`probability_two_random_records_match` should be a number between 0 and 1",
    ),
    "no comparisons": (lambda m: m.update(comparisons=[]), "`comparisons` should be a list that is not empty"),
    "comparison that is a text": (
        lambda m: m["comparisons"].__setitem__(1, "dob"), "in comparison 2, it should be an object",
    ),
    "no levels": (
        lambda m: without(m["comparisons"][2], "comparison_levels"),
        "in comparison 3, `comparison_levels` is missing",
    ),
    "name that is a number": (
        lambda m: m["comparisons"][0].update(output_column_name=7),
        "in comparison 1, `output_column_name` should be a text",
    ),
    "two of one name": (
        lambda m: m["comparisons"][2].update(output_column_name="forename"),
        "in comparison 3, `output_column_name` is that of comparison 1 too",
    ),
    "level that is null": (
        lambda m: m["comparisons"][1]["comparison_levels"].__setitem__(0, None),
        "in comparison 2, level 1, it should be an object",
    ),
    "no condition": (
        lambda m: without(level(m, 1, 3), "sql_condition"), "in comparison 1, level 3, `sql_condition` is missing",
    ),
    "condition that is no SQL": (
        lambda m: level(m, 3, 2).update(sql_condition='"dob_l" = = "dob_r"'),
        "in comparison 3, level 2, a condition of the model is no SQL that can be read",
    ),
    "condition on neither record": (
        lambda m: level(m, 3, 2).update(sql_condition="dob = 1"),
        "in comparison 3, level 2, a condition of the model reads `dob`, a column of neither record",
    ),
    "condition on nothing": (
        lambda m: level(m, 2, 2).update(sql_condition="1 = 1"),
        "in comparison 2, level 2, the condition reads no column of the records",
    ),
    "condition without end": (
        lambda m: level(m, 2, 2).update(sql_condition="(" * 4000 + "1"),
        "in comparison 2, level 2, the condition has too many parts",
    ),
    "no m": (
        lambda m: without(level(m, 2, 2), "m_probability"), "in comparison 2, level 2, `m_probability` is missing",
    ),
    "never trained": (
        lambda m: level(m, 2, 2).update(u_probability="level not observed in training dataset"),
        "in comparison 2, level 2, `u_probability` should be a number above 0, up to 1, which training gives",
    ),
    "m of 0": (lambda m: level(m, 1, 2).update(m_probability=0), "in comparison 1, level 2, `m_probability` should be"),
    "m of yes": (
        lambda m: level(m, 1, 2).update(m_probability=True), "in comparison 1, level 2, `m_probability` should be",
    ),
    "null level of another kind": (
        lambda m: level(m, 1, 1).update(is_null_level="yes"),
        "in comparison 1, level 1, `is_null_level` should be true or false",
    ),
    "rarity of a number": (
        lambda m: level(m, 1, 2).update(tf_adjustment_column=3),
        "in comparison 1, level 2, `tf_adjustment_column` should be a text",
    ),
    "rarity below nothing": (
        lambda m: level(m, 1, 2).update(tf_minimum_u_value=-0.1),
        "in comparison 1, level 2, `tf_minimum_u_value` should be a number of 0 or more",
    ),
    "no ELSE": (
        lambda m: m["comparisons"][0]["comparison_levels"].pop(), "in comparison 1, the last level should be ELSE",
    ),
    "ELSE too early": (
        lambda m: level(m, 1, 2).update(sql_condition=" else "),
        "in comparison 1, level 2, ELSE stands before the last level",
    ),
    "no rules": (lambda m: without(m, RULES), f"`{RULES}` is missing"),
    "rule that is a number": (
        lambda m: m[RULES].__setitem__(3, 5), "in blocking rule 4, it should be an object",
    ),
    "rule without a condition": (
        lambda m: m[RULES].__setitem__(0, {"sql_dialect": "duckdb"}), "in blocking rule 1, `blocking_rule` is missing",
    ),
    "rule that is no SQL": (
        lambda m: m[RULES].__setitem__(1, 'l."dob" ='),
        "in blocking rule 2, a condition of the model is no SQL that can be read",
    ),
    "rule that explodes no text": (
        lambda m: m[RULES][0].update(arrays_to_explode=[1]),
        "in blocking rule 1, `arrays_to_explode` should be a list of texts",
    ),
    "no share of relatives": (
        lambda m: without(m[OURS], "share_of_relatives"), "in `joinedup`, `share_of_relatives` is missing",
    ),
    "steps that are a list": (lambda m: m.update({OURS: [1]}), "in `joinedup`, it should be an object"),
    "chances of a text": (
        lambda m: m[OURS]["relatives"].update(dob="0.5"),
        "in `joinedup`, `relatives`, `dob` should be a list of numbers above 0, up to 1",
    ),
    "a chance too few": (
        lambda m: m[OURS]["relatives"]["sex"].pop(),
        "in `joinedup`, `relatives`, `sex` should have 2 numbers, one for each level that says something",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_the_part_that_is_wrong_is_named(model: Model, tmp_path: Path, name: str) -> None:
    change, words = WRONG[name]
    changed = copy.deepcopy(model)
    change(changed)
    found = told(tmp_path / "brought.json", changed)
    assert f"brought.json: This is no linkage model: {words}" in found
    assert "--save-model" in found


def test_our_own_model_is_read_as_it_was_written(model: Model, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(written(model))
    assert read_model(tmp_path / "model.json") == model


def test_what_splink_writes_and_we_do_not_is_taken(model: Model, tmp_path: Path) -> None:
    """Rules as texts, nulls for what is not set, and keys of Splink's own."""
    theirs = copy.deepcopy(model) | {"em_convergence": 0.0001, "linker_uid": "abc"}
    del theirs[OURS]
    theirs[RULES] = [rule["blocking_rule"] for rule in model[RULES] if "arrays_to_explode" not in rule]
    level(theirs, 1, 2).update(tf_adjustment_column=None, tf_adjustment_weight=None, label_for_charts=None)
    (tmp_path / "model.json").write_text(json.dumps(theirs))
    assert all(isinstance(rule, dict) for rule in read_model(tmp_path / "model.json")[RULES])


def test_whatever_is_broken_is_told_before_the_model_is_used(
    engine: DuckDBEngine, model: Model, tmp_path: Path
) -> None:
    """Any value of a model replaced by any other: it is refused with its place, or it can be used."""
    draw = random.Random(8)
    rows = engine.frame(table(people(6)))
    refused = 0
    for _ in range(150):
        changed = copy.deepcopy(model)
        holder, key = draw.choice(list(places(changed)))
        holder[key] = draw.choice([None, "", "x", 0, -1, 2.5, True, [], {}, [None], {"a": 1}])
        (tmp_path / "model.json").write_text(json.dumps(changed))
        try:
            link(engine, rows, LinkSettings(model=read_model(tmp_path / "model.json"), threshold=0.0))
        except LinkageError as error:
            assert "cannot be used" not in error.message  # the words of the last resort
            refused += 1
    assert 50 < refused < 150


def places(holder: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        yield holder, key
        if isinstance(value, dict | list):
            yield from places(value)
