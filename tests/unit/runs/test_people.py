"""Best values of people: the rules one by one, and all of them against a slow, plain version, one record at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.codes import CodeList, code_list
from joinedup.engine import DuckDBEngine
from joinedup.runs.people import READ, best_values, people_of
from joinedup.runs.person_rules import COLUMNS, RULES
from joinedup.tables import CLUSTERS, PERSON_RECORDS
from joinedup.tables.derived import PEOPLE

Row = dict[str, Any]
Held = list[tuple[str, Row]]

SCHEMA = pa.schema([*(PERSON_RECORDS.schema.field(name) for name in READ), pa.field("person_id", pa.string())])


def record(record_id: str, person: str = "p", on: date | None = None, **values: Any) -> Row:
    return {"record_id": record_id, "system": record_id[0], "person_id": person, "recorded_on": on, **values}


def made(*rows: Row, lists: dict[str, CodeList] | None = None) -> list[Row]:
    return best_values(pa.Table.from_pylist(list(rows), schema=SCHEMA), lists).to_pylist()


def of(kind: str, column: str, *rows: Row) -> list[tuple[str, str]]:
    """The values of a column of the only person, each with its record."""
    (person,) = made(*rows)
    return [(one["value"], one["record_id"]) for one in person[kind] if one["column"] == column]


# A plain version of the rules, which reads them as words and not as the same table.

UNION = ("aliases", "observed_ethnicity", "nationalities", "phones", "emails", "id_other", "restriction", "handling",
         "retain_until")  # fmt: skip
AGREED = ("died_on", "sex", "self_defined_ethnicity", "id_pnc", "id_cro", "id_nhs", "id_child")
LISTS = {"sex": "sex", "self_defined_ethnicity": "self-defined-ethnicity", "observed_ethnicity": "observed-ethnicity"}


def plain(rows: list[Row]) -> list[Row]:
    persons = sorted({row["person_id"] for row in rows}, key=str.encode)
    return [_plain_person(person, [row for row in rows if row["person_id"] == person]) for person in persons]


def _plain_person(person: str, rows: list[Row]) -> Row:
    rows = sorted(rows, key=lambda r: r["record_id"])
    rows = sorted(
        rows, key=lambda r: r["recorded_on"] or date.min, reverse=True
    )  # stable: the latest first, then by id
    values: list[Row] = []
    conflicts: list[Row] = []
    for column in COLUMNS:
        held = [(value, row) for row in rows for value in _plain_values(row, column)]
        disputed = _plain_disputed(column, held)
        if disputed:
            conflicts += _listed(column, sorted(held, key=lambda one: one[0]))
        if column in UNION:
            values += _listed(column, [(v, next(r for w, r in held if w == v)) for v in sorted({v for v, _ in held})])
        elif column in AGREED:
            values += [] if disputed else _listed(column, held[:1])
        else:
            values += _listed(column, _plain_best(column, rows))
    return {"person_id": person, "values": values, "conflicts": conflicts}


def _listed(column: str, held: Held) -> list[Row]:
    return [{"column": column, "value": value, "record_id": row["record_id"]} for value, row in held]


def _plain_values(row: Row, column: str) -> list[str]:
    value = row.get(column)
    if value is None or value == []:
        return []
    if isinstance(value, list):
        return [one for one in value if one is not None]
    if column == "dob":
        return [value.isoformat()[: {"year": 4, "month": 7}.get(row.get("dob_precision"), 10)]]
    if column in LISTS and value not in code_list(LISTS[column]).substantive:
        return []
    return [str(value)]


def _plain_disputed(column: str, held: Held) -> bool:
    if column in AGREED:
        return len({value for value, _ in held}) > 1
    if column == "dob":
        return any(not (a.startswith(b) or b.startswith(a)) for (a, _), (b, _) in combinations(held, 2))
    if column == "nationalities":
        sets = [set(_plain_values(row, column)) for _, row in held]
        return any(not one & other for one, other in combinations(sets, 2))
    return False


def _plain_best(column: str, rows: list[Row]) -> Held:
    together = {"forenames": "surname", "surname": "forenames", "postcode": "address", "address": "postcode"}
    names = sorted({column, together.get(column, column)})
    able = [row for row in rows if any(_plain_values(row, name) for name in names)]
    if not able:
        return []

    def form(row: Row) -> list[list[str]]:
        return [_plain_values(row, name) for name in names]

    def systems(row: Row) -> int:
        return len({other["system"] for other in able if form(other) == form(row)})

    def order(row: Row) -> tuple[int, ...]:
        if column in ("forenames", "surname"):
            given = [name[0] for name in form(row) if name]
            full = sum(1 if all(len(part.strip(".")) == 1 for part in name.split()) else 2 for name in given)
            return -full, -systems(row), -sum(map(len, given))
        if column == "dob":
            return -len(form(row)[0][0]), -systems(row)
        return (-systems(row),) if column == "birth_place" else ()

    best = min(able, key=order)  # the first of those that stand equal, and the latest stands first
    return [(value, best) for value in _plain_values(best, column)]


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


DAYS = maybe(date(2014, 1, 1), date(2015, 6, 1))
DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "forenames": maybe("ANN", "ANN MARIE", "A", "A. M.", "RAY"), "surname": maybe("VESK", "OSS", "V"),
    "aliases": st.sampled_from([None, [], ["NAN"], ["NAN", "ANNIE"]]),
    "dob": maybe(date(1965, 1, 1), date(1965, 1, 2), date(1965, 3, 1), date(1990, 1, 1)),
    "dob_precision": maybe("day", "month", "year"), "died_on": maybe(date(2020, 1, 1), date(2020, 1, 2)),
    "sex": maybe("M", "F", "0"), "self_defined_ethnicity": maybe("W1", "A2", "NS", "??"),
    "observed_ethnicity": maybe("1", "4", "0"),
    "nationalities": st.sampled_from([None, [], ["GBR"], ["IRL", "GBR"], ["GBR", "IRL"], ["PAK"], ["PAK", "IRL"]]),
    "postcode": maybe("XA1 1AA", "XA1 2BB"), "address": maybe("1 TARN STREET", "2 TARN STREET"),
    "phones": st.sampled_from([None, ["1"], ["2", "1"]]), "emails": st.sampled_from([None, ["a@b.example"]]),
    "birth_place": maybe("OMBELMERE", "Ünderfell"), "occupation": maybe("DRIVER", "COOK"),
    **dict.fromkeys(("id_pnc", "id_cro", "id_nhs", "id_child", "id_other"), maybe("1", "2")),
    "restriction": maybe("DI AND ABOVE", "UNIT ONLY"), "handling": maybe("P1", "P2"), "retain_until": DAYS,
}  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> list[Row]:
    ids = draw(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), unique=True, max_size=8))
    return [
        record(f"{system}:{number}", draw(st.sampled_from(["p", "q", "é"])), draw(DAYS), system=system)
        | {name: draw(strategy) for name, strategy in DRAWN.items()}
        for system, number in ids
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records(), st.randoms(use_true_random=False))
def test_best_values_are_what_a_plain_reading_of_the_rules_gives_in_any_order_of_rows(rows, chance):
    expected = plain(rows)
    chance.shuffle(rows)
    assert made(*rows) == expected


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine()
    yield engine
    engine.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=records(), per_piece=st.integers(1, 4), alone=st.booleans())
def test_people_made_in_pieces_are_the_same_people_and_whoever_is_in_no_cluster_is_alone(
    engine, rows, per_piece, alone
):
    clusters = [] if alone else [{"record_id": r["record_id"], "person_id": r["person_id"]} for r in rows]
    own = [{**row, "person_id": row["record_id"]} for row in rows] if alone else rows
    given_records = [{name: value for name, value in row.items() if name != "person_id"} for row in rows]
    frames = [
        engine.frame(pa.Table.from_pylist(given, schema=table.schema))
        for given, table in ((given_records, PERSON_RECORDS), (clusters, CLUSTERS))
    ]
    people = engine.collect(people_of(engine, *frames, per_piece=per_piece))
    assert people.schema.equals(PEOPLE.schema)
    assert people.to_pylist() == plain(own)


def test_the_table_is_written_in_key_order_and_whole(engine, tmp_path: Path):
    rows = [record(f"a:{n}", f"p{n % 7}", surname="VESK") for n in range(20)]
    clusters = pa.Table.from_pylist([{k: r[k] for k in ("record_id", "person_id")} for r in rows], CLUSTERS.schema)
    people = pa.Table.from_pylist(
        [{k: v for k, v in r.items() if k != "person_id"} for r in rows], PERSON_RECORDS.schema
    )
    made_of = people_of(engine, engine.frame(people), engine.frame(clusters), per_piece=6)
    assert engine.write(made_of, tmp_path / "people.parquet", PEOPLE) == 7
    written = engine.collect(engine.read(tmp_path / "people.parquet"))
    assert written["person_id"].to_pylist() == [f"p{n}" for n in range(7)]


def test_nobody_gives_an_empty_table():
    assert made() == []


def test_two_answers_to_ethnicity_are_a_conflict_and_no_value():
    rows = [record("a:1", self_defined_ethnicity="W1"), record("b:1", self_defined_ethnicity="A2"),
            record("c:1", self_defined_ethnicity="A2", on=date(2020, 1, 1))]  # fmt: skip
    assert of("values", "self_defined_ethnicity", *rows) == []
    assert of("conflicts", "self_defined_ethnicity", *rows) == [("A2", "c:1"), ("A2", "b:1"), ("W1", "a:1")]


def test_one_answer_is_named_by_the_latest_record_that_gives_it():
    rows = [record("a:1", self_defined_ethnicity="A2", on=date(2020, 1, 1)), record("b:1", on=date(2024, 1, 1)),
            record("c:1", self_defined_ethnicity="A2", on=date(2021, 1, 1))]  # fmt: skip
    assert of("values", "self_defined_ethnicity", *rows) == [("A2", "c:1")]
    assert of("conflicts", "self_defined_ethnicity", *rows) == []


@pytest.mark.parametrize("code", ["NS", "N4", "??"])
def test_a_reason_for_no_answer_is_no_answer_and_quarrels_with_none(code):
    rows = [record("a:1", self_defined_ethnicity="A2"), record("b:1", self_defined_ethnicity=code)]
    assert of("values", "self_defined_ethnicity", *rows) == [("A2", "a:1")]


def test_a_project_s_own_list_says_what_is_an_answer():
    own = CodeList(code_list("sex").story, code_list("observed-ethnicity").codes)
    (person,) = made(record("a:1", self_defined_ethnicity="7"), lists={"self_defined_ethnicity": own})
    assert person["values"] == [{"column": "self_defined_ethnicity", "value": "7", "record_id": "a:1"}]


def test_what_an_officer_saw_stands_beside_and_never_fills():
    rows = [record("a:1", observed_ethnicity="4"), record("b:1", observed_ethnicity="1")]
    assert of("values", "observed_ethnicity", *rows) == [("1", "b:1"), ("4", "a:1")]
    assert of("values", "self_defined_ethnicity", *rows) == []
    assert of("conflicts", "observed_ethnicity", *rows) == []


def test_the_more_precise_birth_date_goes_before_the_one_that_more_systems_hold():
    year = {"dob": date(1990, 1, 1), "dob_precision": "year"}
    rows = [record("a:1", **year), record("b:1", **year), record("c:1", dob=date(1990, 5, 4), dob_precision="day")]
    assert of("values", "dob", *rows) == [("1990-05-04", "c:1")]
    assert of("conflicts", "dob", *rows) == []  # the year alone does not deny the day


def test_systems_count_and_not_records():
    wrong = [record(f"a:{n}", dob=date(1990, 5, 4), on=date(2024, 1, n)) for n in (1, 2, 3)]
    rows = [*wrong, record("b:1", dob=date(1990, 4, 5)), record("c:1", dob=date(1990, 4, 5), on=date(2020, 1, 1))]
    assert of("values", "dob", *rows) == [("1990-04-05", "c:1")]
    assert len(of("conflicts", "dob", *rows)) == 3 + 2


def test_nationalities_add_up_and_two_records_that_share_none_are_told():
    rows = [record("a:1", nationalities=["GBR", "IRL"]), record("b:1", nationalities=["GBR"])]
    assert of("values", "nationalities", *rows) == [("GBR", "a:1"), ("IRL", "a:1")]
    assert of("conflicts", "nationalities", *rows) == []
    rows.append(record("c:1", nationalities=["PAK"]))
    assert [value for value, _ in of("values", "nationalities", *rows)] == ["GBR", "IRL", "PAK"]
    assert len(of("conflicts", "nationalities", *rows)) == 2 + 1 + 1


def test_the_commonest_full_name_is_taken_from_one_record():
    rows = [
        record("a:1", forenames="A", surname="VESK"), record("b:1", forenames="A", surname="VESK"),
        record("c:1", forenames="A", surname="VESK"), record("a:2", forenames="ANN", surname="OSS"),
        record("b:2", forenames="ANN", surname="OSS"), record("c:2", forenames="ANN MARIE", surname="VESK"),
    ]  # fmt: skip
    assert of("values", "forenames", *rows) == [("ANN", "a:2")]
    assert of("values", "surname", *rows) == [("OSS", "a:2")]


def test_an_address_is_not_put_together_from_two_records():
    rows = [record("a:1", postcode="XA1 1AA", address="1 TARN STREET", on=date(2019, 1, 1)),
            record("b:1", address="2 TARN STREET", on=date(2020, 1, 1))]  # fmt: skip
    assert of("values", "address", *rows) == [("2 TARN STREET", "b:1")]
    assert of("values", "postcode", *rows) == []


def test_restrictions_and_conditions_of_every_record_are_kept():
    rows = [record("a:1", restriction="DI AND ABOVE", handling="P1"), record("b:1", restriction="UNIT ONLY")]
    assert of("values", "restriction", *rows) == [("DI AND ABOVE", "a:1"), ("UNIT ONLY", "b:1")]
    assert of("values", "handling", *rows) == [("P1", "a:1")]


def test_every_personal_column_of_a_record_has_a_rule():
    """Or is the reason for having none, the text as received, or part of another."""
    told = [c.name for c in PERSON_RECORDS.columns if c.personal or c.name in ("restriction", "handling")]
    ours = [name for name in told if not name.endswith(("_reason", "_received")) and name != "not_asked_why"]
    assert [name for name in ours if name not in COLUMNS] == []
    assert len(set(COLUMNS)) == len(COLUMNS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.columns[0])
def test_every_rule_says_what_it_does_and_why_on_the_page_of_gaps(rule):
    page = Path(__file__).parents[3] / "docs" / "how-to" / "fill-gaps.md"
    rows: Callable[[str], str] = lambda text: " ".join(text.split())  # noqa: E731 - lines may be broken anywhere
    names = ", ".join(f"`{name}`" for name in rule.columns)
    assert f"| {names} | {rule.says} | {rule.why} |" in rows(page.read_text(encoding="utf-8"))
