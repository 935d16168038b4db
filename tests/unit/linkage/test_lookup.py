"""One described person against the index of a run weighs what linkage makes of the same two records."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError
from joinedup.linkage import Described, link, model, model_files
from joinedup.linkage.again import again
from joinedup.linkage.index import build_index
from joinedup.linkage.index.keys import halves, halves_asked
from joinedup.linkage.lookup import Index
from tests.unit.linkage.invented_people import people, record, table

Row = dict[str, Any]

STREETS = ("Tallow Grove", "Tarn Street", "Old Mill Lane", "Harl Road")


def rich(rows: list[Row], seed: int = 3) -> list[Row]:
    """The rows with addresses, e-mails, aliases, identifiers of one or several, and names in another script."""
    draw = random.Random(seed)
    for row in rows:
        number = row["truth"]
        row["address"] = f"{number % 90 + 1} {STREETS[number % 4]}, Ullinmere" if draw.random() < 0.5 else None
        row["emails"] = [f"p{number}@mail.invalid"] if draw.random() < 0.3 else None
        row["aliases"] = [f"{draw.choice(rows)['forenames']} {row['surname']}"] if draw.random() < 0.15 else None
        row["id_pnc"] = f"2001/{number:07d}Q" if draw.random() < 0.3 else None
        row["id_other"] = ";".join(f"K{number + n}" for n in range(draw.randrange(1, 3)))
        if number % 17 == 0:
            row["surname"] = f"{row['surname']} JR"
        if number % 23 == 0:
            row["forenames"] = "محمد" if draw.random() < 0.5 else "MUHAMMAD"
    return rows


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@pytest.fixture(scope="module")
def held() -> list[Row]:
    return rich(people(400))


@pytest.fixture(scope="module")
def used(engine: DuckDBEngine, held: list[Row]) -> dict[str, Any]:
    """A model trained on all rows, which weighs how common a value is, namesakes and relatives."""
    return model_for(engine, held)


def model_for(engine: DuckDBEngine, rows: list[Row]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(model_files.written(link(engine, engine.frame(table(rows))).model))
    return made


def test_the_model_weighs_how_common_values_are_and_our_own_steps(used: dict[str, Any]) -> None:
    """Or else what follows would show less than it says."""
    levels = [level for one in used["comparisons"] for level in one["comparison_levels"]]
    assert any(level.get("tf_adjustment_column") for level in levels)
    assert used["joinedup"]


@pytest.fixture(scope="module")
def models(engine: DuckDBEngine, held: list[Row], used: dict[str, Any]) -> dict[bool, dict[str, Any]]:
    """The model, and one of so few records that it was not trained."""
    return {False: used, True: model_for(engine, held[:150])}


def built(engine: DuckDBEngine, rows: list[Row], used: dict[str, Any], folder: Path) -> Index:
    """The index of rows of which each person's lie with that person."""
    ids = [row["record_id"] for row in rows]
    clusters = pa.table({"record_id": ids, "person_id": [f"P{row['truth']:05d}" for row in rows]})
    build_index(engine, again(engine, engine.frame(table(rows)), used), clusters, used, folder)
    return Index(folder)


@pytest.fixture(scope="module")
def index(
    engine: DuckDBEngine, held: list[Row], used: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Index:
    return built(engine, held, used, tmp_path_factory.mktemp("built") / "index")


def told(row: Row) -> Described:
    """A record as somebody would describe its person."""
    return Described(
        forenames=row["forenames"], surname=row["surname"], aliases=tuple(row["aliases"] or ()), dob=row["dob"],
        dob_precision=row["dob_precision"] or "day", sex=row["sex"], postcode=row["postcode"], address=row["address"],
        phones=tuple(row["phones"] or ()), emails=tuple(row["emails"] or ()),
        identifiers={name: row[name] for name in ("id_pnc", "id_other") if row[name]},
    )  # fmt: skip


def as_row(described: Described, number: int) -> Row:
    """A description as a record."""
    plain = {one.name: getattr(described, one.name) for one in fields(described) if one.name != "identifiers"}
    lists = {name: list(plain[name]) or None for name in ("aliases", "phones", "emails")}
    return record(f"zz:{number}", 90_000 + number, plain | lists | dict(described.identifiers))


NOTHING = Described()


@st.composite
def descriptions(draw: Any, rows: list[Row]) -> Described:
    """Any fields of one record, or of one and another, some with a slip."""
    one, other = (told(rows[draw(st.integers(0, len(rows) - 1))]) for _ in range(2))
    made = {name.name: getattr(draw(st.sampled_from((one, one, other, NOTHING))), name.name) for name in fields(one)}
    made["dob_precision"] = draw(st.sampled_from(("day", "day", "month", "year"))) if made["dob"] else "day"
    for name in ("forenames", "surname"):
        if made[name] and draw(st.booleans()):
            place = draw(st.integers(0, len(made[name]) - 1))
            made[name] = made[name][:place] + draw(st.sampled_from("AEZ- ")) + made[name][place + 1 :]
    return Described(**made)


def agree(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(one, other, rtol=0, atol=2e-6)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), small=st.booleans())
def test_any_description_weighs_against_any_record_what_linkage_says_of_the_two(
    engine: DuckDBEngine,
    held: list[Row],
    models: dict[bool, dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
    data: Any,
    small: bool,
) -> None:
    """The description is put among the records, so that both count the same values, and looked up by what it says."""
    some, used = held[:240], models[small]
    asked = data.draw(st.lists(descriptions(some), min_size=8, max_size=12))
    rows = sorted([*some, *(as_row(one, n) for n, one in enumerate(asked))], key=lambda row: row["record_id"])
    index = built(engine, rows, used, tmp_path_factory.mktemp("among") / "index")
    weigher, ids = again(engine, engine.frame(table(rows)), used), [row["record_id"] for row in rows]
    for number, described in enumerate(asked):
        others = [place for place, one in enumerate(ids) if one != f"zz:{number}"]
        found = index.weighed(described, np.array(others, np.int32)).weights
        agree(found, weigher.between([f"zz:{number}"], [ids[place] for place in others]))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_description_of_values_that_no_record_holds_reaches_the_levels_that_linkage_finds(
    engine: DuckDBEngine, held: list[Row], used: dict[str, Any], index: Index, data: Any
) -> None:
    described, ids = data.draw(descriptions(held)), sorted(row["record_id"] for row in held)
    weigher = again(engine, engine.frame(table([*held, as_row(described, 0)])), model.without_frequencies(used))
    every = np.arange(len(ids), dtype=np.int32)
    levels = weigher.ready.model.levels(every, np.full(len(ids), len(ids), np.int32))  # the description comes last
    own = index.weighed(described, every).levels
    before = np.cumsum([0, *(len(one.levels) for one in weigher.ready.model.comparisons[:-1])])
    np.testing.assert_array_equal(own, before[:, None] + levels)


def test_the_keys_find_nearly_every_record_that_linkage_would_hold_for_the_same_person(
    held: list[Row], index: Index
) -> None:
    """Of the people at 3 bits or more when every record is weighed, at least 99 in 100 are found by their keys."""
    ids, person = sorted(row["record_id"] for row in held), {row["record_id"]: row["truth"] for row in held}
    every, wanted, found = np.arange(len(ids), dtype=np.int32), 0, 0
    for row in held[::5]:
        described = replace(told(row), phones=(), emails=(), identifiers={})
        weights = index.weighed(described, every).weights
        ought = {f"P{person[ids[at]]:05d}" for at in np.flatnonzero(weights >= 3)}
        got = {one.person_id for one in index.look(described, most=50).people}
        wanted, found = wanted + len(ought), found + len(ought & got)
    assert wanted > 200
    assert found / wanted >= 0.99


def test_people_come_best_first_each_once_with_all_their_records_and_reasons_that_add_up(
    held: list[Row], used: dict[str, Any], index: Index
) -> None:
    prior = np.log2(used["probability_two_random_records_match"] / (1 - used["probability_two_random_records_match"]))
    for row in held[::40]:
        people_found = index.look(told(row)).people
        assert people_found[0].person_id == f"P{row['truth']:05d}"
        assert [one.match_weight for one in people_found] == sorted(
            (p.match_weight for p in people_found), reverse=True
        )
        assert len({one.person_id for one in people_found}) == len(people_found)
        best = people_found[0]
        assert best.records == tuple(sorted(r["record_id"] for r in held if r["truth"] == row["truth"]))
        assert prior + sum(reason.bits for reason in best.reasons) == pytest.approx(best.match_weight, abs=1e-4)
        assert [r.bits for r in best.reasons] == sorted((r.bits for r in best.reasons), reverse=True)


def test_no_more_people_are_given_than_were_asked_for(held: list[Row], index: Index) -> None:
    described = Described(surname=held[0]["surname"], postcode=held[0]["postcode"], dob=held[0]["dob"])
    assert len(index.look(described, most=1).people) == 1


def test_what_fits_too_many_records_is_said_to_be_crowded(
    engine: DuckDBEngine, used: dict[str, Any], tmp_path: Path
) -> None:
    base = {"forenames": "ANN", "surname": "LEE", "dob": dt.date(1980, 1, 1), "dob_precision": "day"}
    rows = [record(f"s:{n:05d}", n, {**base, "postcode": f"XA1 {n % 9 + 1}AA"}) for n in range(2_100)]
    crowd = built(engine, rows, used, tmp_path / "index").look(Described(surname="LEE", forenames="ANN"))
    assert crowd.crowded
    assert not crowd.people


@pytest.mark.parametrize(
    "described",
    [
        Described(),
        Described(forenames="ANN"),
        Described(sex="F"),
        Described(dob=dt.date(1980, 1, 1), dob_precision="year"),
    ],
)
def test_a_forename_a_year_or_a_sex_alone_is_nothing_to_search_by(described: Described) -> None:
    assert not described.searchable


def test_the_same_tables_make_the_same_index_to_the_byte(
    engine: DuckDBEngine, held: list[Row], used: dict[str, Any], tmp_path: Path
) -> None:
    for name, rows in (("one", held), ("other", held[::-1])):
        built(engine, rows, used, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) > 10
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes(), name


def test_a_model_with_a_condition_that_one_record_cannot_be_put_to_is_refused(
    engine: DuckDBEngine, held: list[Row], used: dict[str, Any], tmp_path: Path
) -> None:
    strange = json.loads(json.dumps(used))
    strange["comparisons"][0]["comparison_levels"][1]["sql_condition"] = (
        'levenshtein("surname_l", "surname_r") <= length("forename_l")'
    )
    with pytest.raises(LinkageError, match="form that"):
        built(engine, held, strange, tmp_path / "index")


WORDS = st.text("ABCDE", min_size=1, max_size=9)


@given(
    word=WORDS,
    place=st.integers(0, 9),
    letter=st.sampled_from("ABCDE"),
    kind=st.sampled_from(("put", "in", "out", "swap")),
)
def test_a_word_one_letter_away_shares_a_half(word: str, place: int, letter: str, kind: str) -> None:
    """Put for another, put in, left out, or two neighbours exchanged; words of one letter have no halves."""
    at = place % len(word)
    near = {
        "put": word[:at] + letter + word[at + 1 :],
        "in": word[:at] + letter + word[at:],
        "out": word[:at] + word[at + 1 :],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[kind]
    if min(len(near), len(word)) > 1:
        assert set(halves(word)) & set(halves_asked(near))
