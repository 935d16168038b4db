"""What a sender is told of each row is what the gate's reasons say, one by one."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.codes import code_list
from joinedup.engine import DuckDBEngine
from joinedup.gate import Gated, Terms, gate, rulebook
from joinedup.gate.remedies import of_list
from joinedup.gate.told import TOLD, reason_counts, row_counts, told

BOOK = rulebook()
TERMS = Terms("new", dt.date(2026, 3, 31), invented=True)
UNREAD = ("dob", "sex", "postcode", "nationalities")


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


CLEAN = {
    "system": "a", "forenames": "Bram", "surname": "Quillhaven", "dob_precision": "day",
    "sex": "M", "self_defined_ethnicity": "A1", "observed_ethnicity": "4", "nationalities": ["GBR"],
    "postcode": "XA1 1AA", "phones": ["07700900123"], "recorded_on": dt.date(2026, 2, 3), "force": "X01",
}  # fmt: skip


def person(row: int, file: str = "p.csv", **values: Any) -> dict[str, Any]:
    key = {"record_id": f"a:{file}:{row}", "local_id": f"{file}:{row}", "source_file": file, "source_row": row}
    born = dt.date(1960, 1, 1) + dt.timedelta(days=(row + len(file)) % 10_000)  # so that no record repeats another
    return {**CLEAN, "dob": born, **key, **values}


def role(row: int, record: str, file: str = "p.csv", **values: Any) -> dict[str, Any]:
    found = {"crime_id": "a:C1", "record_id": record, "role": "suspect", "source_file": file, "source_row": row}
    return {**found, **values}


def fault(row: int, rule: str, column: str | None = None, file: str = "p.csv", table: str = "person_records") -> Any:
    return {"source_file": file, "source_row": row, "table": table, "column": column, "rule": rule}


def judged(
    engine: DuckDBEngine, people: list[Any], roles: list[Any] | None = None, faults: list[Any] | None = None
) -> Gated:
    marks = [pa.field(f"unread:{name}", pa.bool_()) for name in UNREAD]
    schema = pa.schema([*tables.PERSON_RECORDS.schema, *marks])
    frames = {"person_records": engine.frame(pa.Table.from_pylist(people, schema=schema))}
    if roles is not None:
        frames["roles"] = engine.frame(pa.Table.from_pylist(roles, schema=tables.ROLES.schema))
    return gate(engine, frames, pa.Table.from_pylist(faults or [], schema=tables.UNREADABLE.schema), BOOK, TERMS)


def plainly_told(returns: list[dict[str, Any]], file: str) -> list[dict[str, Any]]:
    """The slow twin: reason by reason."""
    by_row: dict[int, dict[tuple[str, str], dict[str, Any]]] = {}
    for reason in sorted(returns, key=lambda r: (r["table"] or "", r["column"] or "", r["rule"])):
        if reason["source_file"] == file:
            by_row.setdefault(reason["source_row"], {}).setdefault((reason["column"], reason["rule"]), reason)
    return [
        {
            "source_row": row,
            "severity": "returned" if any(r["severity"] == "returned" for r in reasons.values()) else "marked",
            "columns": " | ".join(r["column"] or "whole row" for r in reasons.values()),
            "reasons": " | ".join(f"{r['rule']}: {r['message']}" for r in reasons.values()),
            "remedies": " | ".join(dict.fromkeys(r["remedy"] for r in reasons.values())),
        }
        for row, reasons in sorted(by_row.items())
    ]


def test_all_reasons_of_a_row_are_told_together_in_order_and_each_remedy_once(engine: DuckDBEngine) -> None:
    people = [
        person(2, self_defined_ethnicity=None, nationalities=None, **{"unread:dob": True}),
        person(3),
        person(4, **{"unread:postcode": True, "unread:nationalities": True}),
    ]
    made = told(judged(engine, people), "p.csv")
    assert made.schema == TOLD
    first, second = made.to_pylist()
    assert (first["source_row"], first["severity"]) == (2, "returned")
    assert first["columns"] == "dob | nationalities | self_defined_ethnicity"
    assert [reason.split(":")[0] for reason in first["reasons"].split(" | ")] == [
        "date-unreadable", "nationality-compulsory", "ethnicity-compulsory",
    ]  # fmt: skip
    remedies = {name: BOOK.rules[name].remedy for name in ("date-unreadable", "value-unreadable")}
    remedies["code-not-in-list"] = of_list(code_list("nationality"))
    assert first["remedies"].startswith(remedies["date-unreadable"] + " | ")
    assert (second["source_row"], second["columns"]) == (4, "nationalities | postcode")
    assert second["remedies"] == f"{remedies['code-not-in-list']} | {remedies['value-unreadable']}"


def test_a_row_that_feeds_two_tables_and_could_not_be_read_is_told_once_with_everything(engine: DuckDBEngine) -> None:
    people = [person(2, nationalities=None)]
    roles = [role(2, "a:nobody"), role(2, "a:p.csv:2", crime_id=None), role(3, "a:nobody")]
    faults = [fault(2, "row-ragged", table=name) for name in ("person_records", "roles")]
    faults += [fault(9, "formula-cell", "Surname"), fault(9, "line-break", "dob"), fault(9, "row-ragged", file="q.csv")]
    rows = {row["source_row"]: row for row in told(judged(engine, people, roles, faults), "p.csv").to_pylist()}
    assert list(rows) == [2, 3, 9]
    assert rows[2]["columns"].split(" | ").count("whole row") == 1, "said once, though of two tables"
    assert "crime_id" in rows[2]["columns"].split(" | ")
    assert rows[9]["columns"] == "Surname | dob"
    assert rows[9]["severity"] == "returned"


def test_nothing_is_told_of_a_file_without_reasons(engine: DuckDBEngine) -> None:
    clean = judged(engine, [person(2)])
    for file in ("p.csv", "elsewhere.csv"):
        assert told(clean, file).num_rows == 0 and told(clean, file).schema == TOLD
    assert reason_counts(clean).num_rows == row_counts(clean).num_rows == 0


def test_rows_are_counted_once_and_a_returned_row_is_not_marked(engine: DuckDBEngine) -> None:
    people = [
        person(2, nationalities=None, surname="Vesk", dob=None),
        person(3, surname=None),
        person(2, file="q.csv", surname=None),
    ]
    found = judged(engine, people, faults=[fault(9, "row-ragged"), fault(9, "row-ragged", table="roles")])
    severities = {(f, r["source_row"]): r["severity"] for f in ("p.csv", "q.csv") for r in told(found, f).to_pylist()}
    assert severities[("p.csv", 2)] == severities[("p.csv", 9)] == "returned"
    assert severities == {
        ("p.csv", 2): "returned", ("p.csv", 3): "marked", ("p.csv", 9): "returned", ("q.csv", 2): "marked",
    }  # fmt: skip
    expected = [
        {"source_file": "p.csv", "returned": 2, "marked": 1}, {"source_file": "q.csv", "returned": 0, "marked": 1},
    ]  # fmt: skip
    assert row_counts(found).to_pylist() == expected
    ragged = [r for r in reason_counts(found).to_pylist() if r["rule"] == "row-ragged"]
    assert [(r["table"], r["column"], r["severity"], r["count"]) for r in ragged] == [
        ("person_records", None, "returned", 1), ("roles", None, "returned", 1),
    ]  # fmt: skip


YES = st.booleans()
PEOPLE = st.lists(
    st.builds(
        lambda row, file, nationality, ethnicity, surname, marks: person(
            row, file, nationalities=["GBR"] if nationality else None, surname="Vesk" if surname else None,
            self_defined_ethnicity="A1" if ethnicity else None, **{f"unread:{name}": True for name in marks},
        ),
        st.integers(2, 9), st.sampled_from(["p.csv", "q.csv"]), YES, YES, YES, st.sets(st.sampled_from(UNREAD)),
    ),
    max_size=8,
)  # fmt: skip
ROLES = st.lists(
    st.builds(
        lambda row, to, crime: role(row, f"a:p.csv:{to}", crime_id="a:C1" if crime else None),
        st.integers(2, 9), st.integers(2, 9), YES,
    ),
    max_size=8,
)  # fmt: skip
FAULTS = st.lists(
    st.builds(
        fault, st.integers(2, 9), st.sampled_from(["row-ragged", "formula-cell", "line-break"]),
        st.sampled_from([None, "dob", "Surname"]), st.sampled_from(["p.csv", "q.csv"]),
        st.sampled_from(["person_records", "roles"]),
    ),
    max_size=6, unique_by=lambda made: tuple(made.values()),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(people=PEOPLE, roles=ROLES, faults=FAULTS)
def test_what_is_told_and_counted_agrees_with_a_plain_loop(
    engine: DuckDBEngine, people: list[Any], roles: list[Any], faults: list[Any]
) -> None:
    found = judged(engine, people, roles, faults)
    returns = engine.collect(found.returns()).to_pylist()
    files = ("p.csv", "q.csv")
    plain = {file: plainly_told(returns, file) for file in files}
    for file in files:
        assert told(found, file).to_pylist() == plain[file]
    keys = ("source_file", "table", "severity", "rule", "column")
    counted = {tuple(row[k] for k in keys): row["count"] for row in reason_counts(found).to_pylist()}
    assert counted == Counter(tuple(reason[k] for k in keys) for reason in returns)
    expected = [
        {"source_file": file, **{s: sum(row["severity"] == s for row in plain[file]) for s in ("returned", "marked")}}
        for file in files
        if plain[file]
    ]
    assert row_counts(found).to_pylist() == expected


def test_a_hundred_thousand_bad_rows_are_told_quickly(engine: DuckDBEngine) -> None:
    bad = {"self_defined_ethnicity": None, "nationalities": None, **{f"unread:{name}": True for name in UNREAD}}
    found = judged(engine, [person(row, **bad) for row in range(2, 100_002)])
    before = time.perf_counter()
    made = told(found, "p.csv")
    print(f"\ntold of 100,000 rows: {time.perf_counter() - before:.2f} s")
    assert made.num_rows == 100_000
    assert made.nbytes < 10_000_000
    assert len(made["columns"].unique()) <= 2, "those who repeat an earlier record, and those who do not"
    assert len(made["reasons"][0].as_py().split(" | ")) >= 6
