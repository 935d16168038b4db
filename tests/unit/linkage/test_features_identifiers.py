"""Identifiers of any kind: the same speaks strongly for one person, two different ones against, none for neither."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.linkage import Linked, LinkSettings, link, model_files
from joinedup.linkage.features import EACH, FEW_RECORDS, held_by_crowds, other_identifiers, records_of
from tests.unit.linkage.invented_people import people, record

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def table(rows: Rows) -> pa.Table:
    """Rows as `person_records`, with whatever identifiers they have besides."""
    others = sorted({name for row in rows for name in other_identifiers(list(row))})
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*tables.PERSON_RECORDS.schema, *((name, pa.string()) for name in others)])
    )


def linked(engine: DuckDBEngine, rows: Rows, **asked: Any) -> Linked:
    return link(engine, engine.frame(table(rows)), LinkSettings(**asked))


def persons(found: Linked) -> list[str]:
    return found.clusters["person_id"].to_pylist()


def evidence(found: Linked, name: str) -> tuple[str, float]:
    (pair,) = found.pairs.to_pylist()
    return next((one["level"], one["weight"]) for one in pair["evidence"] if one["comparison"] == name)


SAME = {"forenames": "EVA", "surname": "NOWAK", "dob": dt.date(1990, 1, 2), "dob_precision": "day"}


def two(column: str, one: str | None, other: str | None) -> Rows:
    return [record("a:1", 1, SAME | {column: one}), record("b:1", 1, SAME | {column: other})]


@pytest.mark.parametrize(
    ("one", "other", "level", "bits"),
    [
        ("A1", "A1", "same driving licence identifier", np.log2(0.95 / 5e-7)),
        ("A1X", "A1Y", "driving licence identifier one typing slip apart", np.log2(0.04 / 2e-5)),
        ("A1;B22", "B22", "one of several driving licence identifiers in common", np.log2(0.01 / 2e-8)),
        ("A1;B22", "C33;B22", "one of several driving licence identifiers in common", np.log2(0.01 / 2e-8)),
        ("A1;B22", "B22;A1", "same driving licence identifier", np.log2(0.95 / 5e-7)),
        ("A1;B22", "C33;D44", "two different driving licence identifiers", np.log2(0.01 / 0.999_979_5)),
        ("A1", "B22", "two different driving licence identifiers", np.log2(0.01 / 0.999_979_5)),
        ("A1", None, "not compared", 0.0),
        (None, None, "not compared", 0.0),
        ("A1;UNKNOWN", "B22;UNKNOWN", "two different driving licence identifiers", np.log2(0.01 / 0.999_979_5)),
    ],
)
def test_an_identifier_that_nobody_knew_of_is_compared(
    engine: DuckDBEngine, one: str | None, other: str | None, level: str, bits: float
) -> None:
    strangers = [record(f"c:{n}", n, {"id_driving_licence": f"{n}Z{n}"}) for n in (7, 8)]
    found = linked(engine, [*two("id_driving_licence", one, other), *strangers], threshold=0.0)
    assert evidence(found, "driving_licence identifier") == (level, pytest.approx(bits, abs=1e-5))


@pytest.mark.parametrize("column", ["id_pnc", "id_custody", "id_r", "id_x_l", "id_паспорт", "id_visa no."])
def test_names_of_columns_are_whatever_a_file_says(engine: DuckDBEngine, column: str) -> None:
    rows = [record(f"a:{n}", n, {column: text}) for n, text in enumerate(["1/90", "1/90", "2/91", "3/92;2/91", None])]
    one, same, two_, several, none = persons(linked(engine, rows))
    assert one == same
    assert two_ == several
    assert len({one, two_, none}) == 3


def test_a_column_that_differs_outweighs_a_name_that_agrees(engine: DuckDBEngine) -> None:
    names = {"forenames": "EVA", "surname": "NOWAK", "sex": "F"}
    apart = [record("a:1", 1, names | {"id_passport": "A11"}), record("b:1", 2, names | {"id_passport": "Z99"})]
    silent = [record("a:1", 1, names | {"id_passport": "A11"}), record("b:1", 2, names)]
    weights = [linked(engine, rows, threshold=0.0) for rows in (apart, silent)]
    assert len(weights[0].pairs) <= len(weights[1].pairs)
    assert len(set(persons(weights[0]))) == 2


LISTS = st.lists(st.sampled_from(["1", "2", "3A", "4", "NONE"]), max_size=3)


@settings(deadline=None)
@given(st.lists(LISTS, min_size=2, max_size=6))
def test_each_of_several_is_read_for_itself(engine: DuckDBEngine, found: list[list[str]]) -> None:
    """Against sets. Where nobody has several, there is nothing to read one by one."""
    rows = [record(f"a:{n}", n, {"id_pnc": ";".join(one) or None}) for n, one in enumerate(found)]
    each = records_of(engine, engine.frame(table(rows))).features[f"{EACH}id_pnc"]
    several = any(len(one) > 1 for one in found)
    wanted = [sorted(set(one) - {"NONE"}) if several else [] for one in found]
    assert [one or [] for one in each.array().to_pylist()] == wanted


@pytest.mark.parametrize("name", [
    "id_ethnicity", "id_self_defined_ethnic_group", "id_nationality", "ID_x", "id_religion", "id_birth_place",
    "id_country", "id_race", "id_citizenship", "id_", "id_pnc", "id_pnc_received", 'id_"quoted"', "identifier",
])  # fmt: skip
def test_some_columns_are_never_taken_for_identifiers(name: str) -> None:
    assert other_identifiers([name, "id_trace"]) == ["id_trace"]


@pytest.mark.parametrize("name", ["id_national_insurance", "id_passport", "id_original", "id_trace", "id_custody"])
def test_other_columns_are(name: str) -> None:
    assert other_identifiers([name]) == [name]


def test_an_identifier_named_after_what_is_protected_changes_nothing(engine: DuckDBEngine) -> None:
    rows = people(40)
    draw = random.Random(3)
    with_it = [row | {"id_ethnicity": draw.choice(["1", "2", "3"])} for row in rows]
    wide = pa.Table.from_pylist(
        with_it, schema=pa.schema([*tables.PERSON_RECORDS.schema, ("id_ethnicity", pa.string())])
    )
    assert link(engine, engine.frame(wide)).pairs.equals(linked(engine, rows).pairs)


def test_values_of_crowds_are_no_identifiers(engine: DuckDBEngine) -> None:
    """Three kinds of document among 100 records: over 20 records hold each."""
    assert held_by_crowds(pa.array(["1", "2", "3"] * 40))
    assert not held_by_crowds(pa.array([str(n // FEW_RECORDS) for n in range(200)]))
    assert not held_by_crowds(pa.nulls(100, pa.string()))
    rows = [row | {"id_type": "123"[n % 3]} for n, row in enumerate(people(60))]
    assert "id_type" not in str(linked(engine, rows).model)


def pairs_right(found: Linked, rows: Rows) -> tuple[float, float]:
    """Precision and recall over pairs of records."""
    truth = {row["record_id"]: row["truth"] for row in rows}
    told = dict(zip(found.clusters["record_id"].to_pylist(), persons(found), strict=True))
    ids = sorted(truth)
    pairs = [(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :]]
    joined = {(a, b) for a, b in pairs if told[a] == told[b]}
    right = {(a, b) for a, b in pairs if truth[a] == truth[b]}
    return len(joined & right) / len(joined), len(joined & right) / len(right)


def test_records_with_an_identifier_alone_are_joined_by_it(engine: DuckDBEngine) -> None:
    rows = [record(row["record_id"], row["truth"], {"id_passport": f"P{row['truth']}"}) for row in people(400)]
    assert len(rows) > 1_000
    assert pairs_right(linked(engine, rows), rows) == (1.0, 1.0)


def test_training_sees_through_what_is_called_an_identifier_and_is_a_date(engine: DuckDBEngine) -> None:
    """400 people over 150 days of issue: a day in common tells little, and less than its starting weight of 21 bits."""
    rows = [row | {"id_issued": f"2024-{row['truth'] % 150:03d}"} for row in people(400)]
    found = linked(engine, rows)
    assert found.trained
    (issued,) = (c for c in found.model["comparisons"] if c["output_column_name"] == "issued identifier")
    same = issued["comparison_levels"][1]
    assert np.log2(same["m_probability"] / same["u_probability"]) < 10
    assert pairs_right(found, rows)[0] > 0.98


def test_a_model_that_was_kept_is_used_again_where_nobody_has_several(engine: DuckDBEngine) -> None:
    rows = [row | {"id_passport": f"P{row['truth']};Q{row['truth']}"} for row in people(30)]
    model = linked(engine, rows).model
    single = [row | {"id_passport": f"P{row['truth']}"} for row in people(30)]
    again = linked(engine, single, model=model, threshold=5.0)
    assert pairs_right(again, single) == (1.0, 1.0)
    assert f"{EACH}id_passport_l" in model_files.written(model).decode()


def test_splink_compares_identifiers_as_we_do(engine: DuckDBEngine) -> None:
    draw = random.Random(5)
    rows = people(60)
    for row in rows:
        numbers = draw.sample([f"P{row['truth']}", f"Q{row['truth']}", f"Z{draw.randrange(40)}"], draw.randrange(3))
        row["id_passport"] = ";".join(numbers) or None
        row["id_pnc"] = ";".join(draw.sample([f"1/{row['truth']}", f"2/{row['truth']}"], draw.randrange(3))) or None
    model = {key: value for key, value in linked(engine, rows).model.items() if key != "joinedup"}
    ours, theirs = (linked(engine, rows, model=model, through=way, threshold=0.0).pairs for way in ("arrays", "splink"))
    assert ours.num_rows > 60
    assert ours.select(["record_id_l", "record_id_r"]).equals(theirs.select(["record_id_l", "record_id_r"]))
    assert ours["match_weight"].to_pylist() == pytest.approx(theirs["match_weight"].to_pylist(), abs=1e-6)
