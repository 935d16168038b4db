"""What people judged is obeyed, whatever the records say, and through any chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from joinedup.engine import DuckDBEngine
from joinedup.linkage import Linked, LinkSettings, link
from tests.unit.linkage.invented_people import people, record, table

VEGA = {"forenames": "ORLA", "surname": "VESK", "dob": dt.date(1981, 4, 3), "dob_precision": "day", "sex": "F",
        "postcode": "XA3 2BD"}  # fmt: skip
OTHER = VEGA | {"forenames": "TOMASZ", "surname": "BRAND", "dob": dt.date(1966, 11, 9), "sex": "M", "postcode": None}


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


ROWS = [
    *people(150),
    record("a:1", -1, VEGA), record("b:1", -1, VEGA), record("c:1", -1, VEGA), record("d:1", -2, OTHER),
]  # fmt: skip


def decided(*pairs: tuple[str, str, str]) -> pa.Table:
    """in_force judgements: the record that sorts first, the other, the verdict."""
    names = ("record_id_l", "record_id_r", "verdict")
    return pa.table({name: pa.array([pair[n] for pair in pairs], pa.string()) for n, name in enumerate(names)})


def together(engine: DuckDBEngine, judged: pa.Table | None, **settings: Any) -> list[set[str]]:
    """Which of the four records are one person, each set once."""
    found: Linked = link(engine, engine.frame(table(ROWS)), LinkSettings(**settings), judged=judged)
    sets: dict[str, set[str]] = {}
    for row in found.clusters.to_pylist():
        if row["record_id"] in ("a:1", "b:1", "c:1", "d:1"):
            sets.setdefault(row["person_id"], set()).add(row["record_id"])
    return sorted(sets.values(), key=min)


def test_without_judgements_the_records_speak(engine: DuckDBEngine) -> None:
    assert together(engine, None) == together(engine, decided()) == [{"a:1", "b:1", "c:1"}, {"d:1"}]


def test_different_keeps_equal_records_apart_through_a_third(engine: DuckDBEngine) -> None:
    one, *rest = together(engine, decided(("a:1", "c:1", "different")))
    assert "a:1" in one and "c:1" not in one
    assert {"a:1", "b:1", "c:1"} == one.union(*rest) - {"d:1"}


def test_same_joins_records_that_share_nothing(engine: DuckDBEngine) -> None:
    found = together(engine, decided(("c:1", "d:1", "same")))
    assert any({"c:1", "d:1"} <= one for one in found)


def test_different_outranks_a_chain_of_same(engine: DuckDBEngine) -> None:
    judged = decided(("a:1", "d:1", "same"), ("c:1", "d:1", "same"), ("a:1", "c:1", "different"))
    for one in together(engine, judged):
        assert not {"a:1", "c:1"} <= one


def test_unsure_changes_nothing_and_a_record_that_is_not_there_rests(engine: DuckDBEngine) -> None:
    judged = decided(("a:1", "c:1", "unsure"), ("a:1", "z:9", "same"), ("y:9", "z:9", "different"))
    assert together(engine, judged) == together(engine, None)


def test_a_key_does_not_outrank_a_judgement(engine: DuckDBEngine) -> None:
    key = pa.table({"record_id_l": ["a:1"], "record_id_r": ["b:1"]})
    found = link(engine, engine.frame(table(ROWS)), by_key=key, judged=decided(("a:1", "b:1", "different")))
    person = {row["record_id"]: row["person_id"] for row in found.clusters.to_pylist()}
    assert person["a:1"] != person["b:1"]


def test_strict_joining_joins_no_more_and_loose_no_fewer_than_the_runs_own(engine: DuckDBEngine) -> None:
    found = link(engine, engine.frame(table(ROWS)), LinkSettings(ranges=True))
    counts = [len(one["person_id"].unique()) for one in (found.strict, found.clusters, found.loose) if one is not None]
    assert len(counts) == 3 and counts == sorted(counts, reverse=True)
    plain = link(engine, engine.frame(table(ROWS)), LinkSettings())
    assert plain.clusters.equals(found.clusters) and plain.strict is None and plain.loose is None
