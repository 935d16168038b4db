"""Linking invented people whose truth is known: right, explained, the same every time, blind to what is protected."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError
from joinedup.linkage import COMPARED, Linked, LinkSettings, link
from joinedup.linkage.features import folded, records_of
from tests.unit.linkage.invented_people import people, record, table


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def linked(engine: DuckDBEngine, rows: list[dict[str, Any]], **kw: Any) -> Linked:
    return link(engine, engine.frame(table(rows)), **kw)


def pair_counts(clusters: pa.Table, truth: dict[str, int]) -> tuple[float, float]:
    """Precision and recall over pairs of records."""
    by_person: dict[str, list[int]] = {}
    for row in clusters.to_pylist():
        by_person.setdefault(row["person_id"], []).append(truth[row["record_id"]])
    joined = sum(len(c) * (len(c) - 1) // 2 for c in by_person.values())
    right = sum(c.count(t) * (c.count(t) - 1) // 2 for c in by_person.values() for t in set(c))
    everyone = list(truth.values())
    true = sum(everyone.count(t) * (everyone.count(t) - 1) // 2 for t in set(everyone))
    return right / joined, right / true


@pytest.fixture(scope="module")
def trained() -> Iterator[tuple[Linked, list[dict[str, Any]]]]:
    engine = DuckDBEngine()
    rows = people(600)
    yield linked(engine, rows), rows
    engine.close()


def test_people_with_slips_are_found(trained: tuple[Linked, list[dict[str, Any]]]) -> None:
    found, rows = trained
    precision, recall = pair_counts(found.clusters, {r["record_id"]: r["truth"] for r in rows})
    assert found.trained
    assert precision > 0.99
    assert recall > 0.9


def test_evidence_adds_up_to_the_weight(trained: tuple[Linked, list[dict[str, Any]]]) -> None:
    import math

    found, _ = trained
    prior = found.model["probability_two_random_records_match"]
    for row in found.pairs.to_pylist()[:200]:
        bits = math.log2(prior / (1 - prior)) + sum(e["weight"] for e in row["evidence"])
        assert row["match_weight"] == pytest.approx(bits, abs=1e-4)
        assert all(e["level"] for e in row["evidence"])


def test_every_trained_probability_is_one(trained: tuple[Linked, list[dict[str, Any]]]) -> None:
    for comparison in trained[0].model["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if "m_probability" in level]
        for name in ("m_probability", "u_probability"):
            assert sum(level[name] for level in levels) == pytest.approx(1, abs=1e-6), comparison["output_column_name"]
            assert all(0 < level[name] < 1 for level in levels)


def test_pairs_are_whole_and_in_order(trained: tuple[Linked, list[dict[str, Any]]]) -> None:
    keys = [(r["record_id_l"], r["record_id_r"]) for r in trained[0].pairs.to_pylist()]
    assert keys == sorted(set(keys))
    assert all(left < right for left, right in keys)


def test_shuffled_records_and_another_engine_give_the_same_bits(
    trained: tuple[Linked, list[dict[str, Any]]], engine: DuckDBEngine
) -> None:
    found, rows = trained
    again = linked(engine, random.Random(5).sample(rows, len(rows)))
    assert again.clusters.equals(found.clusters)
    assert again.pairs.equals(found.pairs)
    assert again.model == found.model


def test_swapping_every_protected_value_changes_no_link(
    trained: tuple[Linked, list[dict[str, Any]]], engine: DuckDBEngine
) -> None:
    found, rows = trained
    draw = random.Random(9)
    swapped = [
        r | {"self_defined_ethnicity": draw.choice(["A1", "B1", "W1"]), "observed_ethnicity": draw.choice("123"),
             "nationalities": [draw.choice(["GBR", "PAK"])], "birth_place": draw.choice(["HERE", "THERE"]),
             "occupation": draw.choice(["X", "Y"])}
        for r in rows
    ]  # fmt: skip
    again = linked(engine, swapped)
    assert again.clusters.equals(found.clusters)
    assert again.pairs.equals(found.pairs)


def test_linkage_reads_no_protected_column_and_refuses_one_that_is_offered(engine: DuckDBEngine) -> None:
    assert not [name for name in COMPARED if tables.PERSON_RECORDS.column(name).protected]
    with pytest.raises(LinkageError, match="never reads `self_defined_ethnicity`"):
        records_of(engine, engine.frame(table(people(2))), ["self_defined_ethnicity"])


def test_few_records_are_compared_with_the_starting_model(engine: DuckDBEngine) -> None:
    same = {
        "forenames": "ÉVA",
        "surname": "O'NEILL",
        "dob": dt.date(1990, 1, 2),
        "dob_precision": "day",
        "postcode": "XA1 1AA",
    }
    rows = [record("a:1", 1, same), record("b:1", 1, same | {"forenames": "EVA"}), record("c:2", 2, same | {
        "forenames": "TOM", "dob": dt.date(1960, 1, 1), "postcode": "XB9 9ZZ"})]  # fmt: skip
    found = linked(engine, rows)
    one, other, third = found.clusters["person_id"].to_pylist()
    assert not found.trained
    assert one == other != third


@pytest.mark.parametrize("count", [1, 2, 40, 301])
def test_one_record_and_equal_records(engine: DuckDBEngine, count: int) -> None:
    same = {
        "forenames": "EVA", "surname": "NOWAK", "dob": dt.date(1990, 1, 2), "dob_precision": "day", "id_pnc": "1/90",
        "postcode": "XA1 1AA",
    }  # fmt: skip
    rows = [record(f"a:{n}", 1, same) for n in range(count)]
    assert len(set(linked(engine, rows).clusters["person_id"].to_pylist())) == 1


def test_records_without_anything_that_could_be_compared_are_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(LinkageError, match="nothing to compare"):
        linked(engine, [record("a:1", 1, {"sex": "M"}), record("a:2", 2, {"sex": "F"})])


def test_different_people_of_one_household_stay_apart(engine: DuckDBEngine) -> None:
    home = {"surname": "NOWAK", "postcode": "XA1 1AA", "phones": ["07999900001"], "dob_precision": "day"}
    rows = [
        record("a:1", 1, home | {"forenames": "PIOTR", "dob": dt.date(1960, 3, 4)}),
        record("a:2", 2, home | {"forenames": "ANNA", "dob": dt.date(1962, 7, 9)}),
        record("a:3", 3, home | {"forenames": "TOM", "dob": dt.date(1995, 11, 30)}),
    ]
    assert len(set(linked(engine, rows).clusters["person_id"].to_pylist())) == 3


def test_a_join_by_key_holds_without_anything_to_compare(engine: DuckDBEngine) -> None:
    rows = [record(f"a:{n}", n, {}) for n in (1, 2, 3)]
    key = pa.table({"record_id_l": ["a:1"], "record_id_r": ["a:3"]})
    found = linked(engine, rows, by_key=key)
    one, two, three = found.clusters["person_id"].to_pylist()
    assert one == three != two
    assert found.pairs.to_pylist()[0]["match_weight"] is None


@pytest.mark.parametrize("kept", [("surname", "dob"), ("surname", "phones"), ("id_pnc",), ("postcode", "dob")])
def test_many_records_with_few_columns_are_linked(engine: DuckDBEngine, kept: tuple[str, ...]) -> None:
    rows = [
        record(r["record_id"], r["truth"], {k: v for k, v in r.items() if k in (*kept, "dob_precision")} | (
            {"id_pnc": f"{r['truth']}/90"} if "id_pnc" in kept else {})) for r in people(500)
    ]  # fmt: skip
    found = linked(engine, rows)
    truth = {r["record_id"]: r["truth"] for r in rows}
    assert found.clusters.num_rows == len(rows)
    precision, recall = pair_counts(found.clusters, truth)
    assert precision > 0.97
    if "id_pnc" in kept:
        assert (precision, recall) == (1.0, 1.0)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -0.5])
def test_a_threshold_that_no_pair_can_be_held_against_is_refused(threshold: float) -> None:
    with pytest.raises(LinkageError, match="0 or more"):
        LinkSettings(threshold=threshold)


def test_a_key_of_nobody_is_refused(engine: DuckDBEngine) -> None:
    stray = pa.table({"record_id_l": ["a:1"], "record_id_r": ["z:9"]})
    with pytest.raises(LinkageError, match="not among the records"):
        linked(engine, people(3), by_key=stray)


def test_the_threshold_is_obeyed(engine: DuckDBEngine) -> None:
    rows = people(30)
    strict = linked(engine, rows, settings=LinkSettings(threshold=99.0))
    assert len(set(strict.clusters["person_id"].to_pylist())) == len(rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë", "ZOE"),
        ("O'Neill", "ONEILL"),
        ("Łukasz", "LUKASZ"),
        ("van der Berg", "VAN DER BERG"),
        ("Ali-Khan", "ALIKHAN"),
        ("李", "LI"),
        (None, None),
    ],
)
def test_names_fold_to_plain_letters(text: str | None, expected: str | None) -> None:
    assert folded(text) == expected
