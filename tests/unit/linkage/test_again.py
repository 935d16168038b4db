"""Pairs weighed again weigh what they weighed in the run, and the slip between near values is told in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from joinedup.engine import DuckDBEngine
from joinedup.linkage import link, model_files
from joinedup.linkage.again import Again, again, prior_of
from joinedup.linkage.features import IDENTIFIERS, records_of
from joinedup.linkage.link import Linked
from joinedup.linkage.model import COMPARISONS, near, slip
from joinedup.linkage.reasons import field_of
from joinedup.linkage.slips import slips
from tests.unit.linkage.invented_people import people, record, table


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@pytest.fixture(scope="module")
def linked(engine: DuckDBEngine) -> tuple[Linked, Again]:
    """1,200 records: enough for a trained model that weighs how common a value is."""
    frame = engine.frame(table(people(400)))
    run = link(engine, frame)
    assert run.trained
    used = json.loads(model_files.written(run.model))
    return run, again(engine, frame, used)


def test_a_pair_weighed_again_has_the_weight_and_evidence_of_the_run(linked: tuple[Linked, Again]) -> None:
    run, weigher = linked
    pairs = run.pairs.to_pylist()
    assert len(pairs) > 1000
    for row in pairs[:: len(pairs) // 60]:
        assert weigher.pair(row["record_id_l"], row["record_id_r"]) == row


def test_a_pair_that_was_not_kept_is_weighed_too_and_adds_up(linked: tuple[Linked, Again]) -> None:
    run, weigher = linked
    kept = {(row["record_id_l"], row["record_id_r"]) for row in run.pairs.to_pylist()}
    ids = run.clusters["record_id"].to_pylist()
    row = next(weigher.pair(ids[0], other) for other in ids[1:] if (ids[0], other) not in kept)
    assert row["match_weight"] < 0
    bits = sum(one["weight"] for one in row["evidence"])
    assert prior_of(run.model) + bits == pytest.approx(row["match_weight"], abs=1e-4)


def test_all_pairs_between_two_people_are_weighed(linked: tuple[Linked, Again]) -> None:
    run, weigher = linked
    ids = run.clusters["record_id"].to_pylist()
    ones, others = [ids[7], ids[1]], [ids[3], ids[0], ids[9]]
    plain = [weigher.pair(*sorted((one, other)))["match_weight"] for one in ones for other in others]
    np.testing.assert_array_equal(weigher.between(ones, others), plain)


FINER = {"forename", "surname", "dob", *IDENTIFIERS}


def test_each_comparison_that_is_told_more_finely_has_a_level_of_near_values() -> None:
    for comparison in COMPARISONS:
        what = field_of(comparison.name)
        knows = {level.label for level in comparison.levels} & {near(what), slip(what)}
        assert bool(knows) == (comparison.name in FINER or comparison.name in ("birth_place", "occupation"))


@pytest.mark.parametrize(
    ("column", "one", "other", "level", "words"),
    [
        ("surname", "NOWAK", "NOWACK", near("surname"), "surname one letter apart"),
        ("surname", "NOWAKOWSKI", "NOWAKOWSKY", near("surname"), "surname one letter apart"),
        ("surname", "NOWAKOWSKI", "NOWAKOSWKI", near("surname"), "surname with two neighbouring letters exchanged"),
        ("surname", "NOWAKOWSKA", "NOWAKOVSKI", near("surname"), None),
        ("surname", "NOWAK", "NOWACK", "two spellings of one surname", None),
        ("forenames", "ANNELIESE", "ANNELISE", near("forename"), "forename one letter apart"),
        ("id_pnc", "1999/0012345X", "1999/0012346X", slip("PNC number"), "PNC number one character apart"),
        (
            "id_pnc", "1999/0012345X", "1999/0012354X", slip("PNC number"),
            "PNC number with two neighbouring characters exchanged",
        ),
    ],
)  # fmt: skip
def test_a_slip_between_two_values_is_told_without_them(
    engine: DuckDBEngine, column: str, one: str, other: str, level: str, words: str | None
) -> None:
    rows = [record("a:1", 1, {column: one}), record("b:1", 1, {column: other})]
    name = {"forenames": "forename"}.get(column, column)
    found = slips(records_of(engine, engine.frame(table(rows))).features, {name: level})
    assert found == ({name: words} if words else {})


def test_digits_of_a_date_of_birth_are_told_apart(engine: DuckDBEngine) -> None:
    def between(one: Any, other: Any) -> dict[str, str]:
        rows = [record(f"{n}:1", 1, {"dob": day, "dob_precision": "day"}) for n, day in enumerate((one, other))]
        return slips(records_of(engine, engine.frame(table(rows))).features, {"dob": slip("date of birth")})

    assert between(dt.date(1990, 3, 4), dt.date(1990, 3, 5)) == {"dob": "date of birth one digit apart"}
    exchanged = {"dob": "date of birth with two neighbouring digits exchanged"}
    assert between(dt.date(1990, 3, 12), dt.date(1990, 3, 21)) == exchanged
