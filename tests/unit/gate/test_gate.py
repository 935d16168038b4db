"""Every reason for every row: the vectorised rules agree with a plain loop, and rows are never lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.engine import DuckDBEngine, Mapper
from joinedup.errors import GateError, TableError
from joinedup.gate import Gated, Mode, Rulebook, Terms, gate, rulebook, value_maps

TODAY = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def only(*names: str) -> Rulebook:
    """The rules about the form of any row, and some others."""
    book = rulebook()
    return Rulebook({name: rule for name, rule in book.rules.items() if not rule.when or name in names})


COMPULSORY = ("ethnicity-compulsory", "nationality-compulsory")


def gated(engine: DuckDBEngine, frames: dict[str, list[dict[str, Any]]], mode: Mode = "new", **kw: Any) -> Gated:
    made = {}
    for name, rows in frames.items():
        table = tables.named(name)
        marks = [pa.field("unread:dob", pa.bool_())] if name == "person_records" else []
        read = pa.Table.from_pylist(rows, schema=pa.schema([*table.schema, *marks]))
        made[name] = engine.frame(Mapper(value_maps(table, invented=True))(read))
    faults = kw.pop("faults", tables.UNREADABLE.empty())
    terms = Terms(mode, TODAY, invented=True, all_sent=kw.pop("all_sent", False))
    return gate(engine, made, faults, kw.pop("book", only(*COMPULSORY)), terms, **kw)


def person(number: int, **values: Any) -> dict[str, Any]:
    return {
        "record_id": f"a:{number}", "system": "a", "local_id": str(number), "source_file": "p.csv",
        "source_row": number, "self_defined_ethnicity": "A1", "nationalities": ["GBR"],
    } | values  # fmt: skip


def judged(
    engine: DuckDBEngine, mode: Mode, people: list[dict[str, Any]], roles: list[dict[str, Any]] | None = None, **kw: Any
) -> tuple[set[tuple[int, str, str]], set[str]]:
    """(row, rule, severity) of every reason, and the accepted record ids."""
    frames = {"person_records": people} | ({"roles": roles} if roles is not None else {})
    found = gated(engine, frames, mode, **kw)
    reasons = {(r["source_row"], r["rule"], r["severity"]) for r in engine.collect(found.returns()).to_pylist()}
    return reasons, set(engine.collect(found.accepted["person_records"])["record_id"].to_pylist())


def role(number: int, person_number: int, **values: Any) -> dict[str, Any]:
    return {
        "crime_id": "a:C1", "record_id": f"a:{person_number}", "role": "suspect", "source_file": "r.csv",
        "source_row": number,
    } | values  # fmt: skip


def test_a_suspect_without_ethnicity_or_reason_is_returned_when_new_and_marked_when_historic(
    engine: DuckDBEngine,
) -> None:
    people = [
        person(1, self_defined_ethnicity=None, self_defined_ethnicity_reason="not_recorded"),
        person(2, self_defined_ethnicity=None, self_defined_ethnicity_reason="refused"),
        person(3, nationalities=None, nationality_reason=None),
        person(4, self_defined_ethnicity=None, observed_ethnicity="4"),
    ]
    roles = [role(10 + n, n) for n in (1, 2, 3, 4)]
    expected = {(1, "ethnicity-compulsory"), (3, "nationality-compulsory"), (4, "ethnicity-compulsory")}
    new, accepted = judged(engine, "new", people, roles)
    assert new == {(row, rule, "returned") for row, rule in expected} | {
        (10 + row, "role-person-missing", "returned") for row, _ in expected
    }
    assert accepted == {"a:2"}
    historic, accepted = judged(engine, "historic", people, roles)
    assert historic == {(row, rule, "marked") for row, rule in expected}
    assert accepted == {"a:1", "a:2", "a:3", "a:4"}


def test_only_identified_suspects_must_have_ethnicity(engine: DuckDBEngine) -> None:
    people = [person(n, self_defined_ethnicity=None) for n in (1, 2, 3, 4)]
    roles = [role(11, 1, role="victim"), role(12, 2, identified=False), role(13, 3, role="offender"), role(14, 4)]
    assert judged(engine, "new", people, roles)[0] == {
        (3, "ethnicity-compulsory", "returned"), (4, "ethnicity-compulsory", "returned"),
        (13, "role-person-missing", "returned"), (14, "role-person-missing", "returned"),
    }  # fmt: skip


def test_people_that_come_without_roles_are_judged_as_suspects(engine: DuckDBEngine) -> None:
    assert judged(engine, "new", [person(1, nationalities=None)])[0] == {(1, "nationality-compulsory", "returned")}


def test_the_first_of_two_rows_with_one_key_stays(engine: DuckDBEngine) -> None:
    people = [person(5), person(2, record_id="a:5", local_id="5"), person(9, record_id="a:5", local_id="5")]
    reasons, accepted = judged(engine, "historic", people)
    assert reasons == {(5, "key-duplicate", "returned"), (9, "key-duplicate", "returned")}
    assert accepted == {"a:5"}


def test_a_role_that_points_nowhere_is_told(engine: DuckDBEngine) -> None:
    reasons, _ = judged(engine, "new", [person(1)], [role(11, 1), role(12, 99)])
    assert reasons == {(12, "role-person-missing", "returned")}


def test_a_row_that_could_not_be_read_is_returned_in_every_mode(engine: DuckDBEngine) -> None:
    fault = {"source_file": "p.csv", "table": "person_records", "source_row": 7, "rule": "row-ragged", "column": None}
    faults = pa.Table.from_pylist([fault], schema=tables.UNREADABLE.schema)
    for mode in ("new", "historic"):
        assert judged(engine, mode, [person(1)], faults=faults)[0] == {(7, "row-ragged", "returned")}  # type: ignore[arg-type]


def test_a_severity_can_be_switched_and_a_slip_is_refused(engine: DuckDBEngine) -> None:
    people = [person(1, nationalities=None, observed_ethnicity="1")]
    for severity, expected in (("marked", {(1, "nationality-compulsory", "marked")}), ("off", set())):
        switched = rulebook({"nationality-compulsory": severity})
        reasons = judged(engine, "new", people, book=switched)[0]
        assert {r for r in reasons if r[1] == "nationality-compulsory"} == expected
    with pytest.raises(GateError, match="Did you mean `ethnicity-compulsory`"):
        rulebook({"ethnicity-compulsary": "marked"})
    with pytest.raises(GateError, match="can be `returned`, `marked`, `off`"):
        rulebook({"ethnicity-compulsory": "ignored"})


def test_rules_that_hold_the_tables_together_cannot_be_switched() -> None:
    for name in ("required-missing", "key-duplicate", "row-ragged", "quote-unclosed"):
        with pytest.raises(GateError, match="cannot be switched"):
            rulebook({name: "marked"})


OWN = {
    "name": "custody-number-missing", "table": "person_records", "column": "id_pnc",
    "when": ["suspected is yes", "id_pnc is missing"], "message": "No PNC number.", "remedy": "Add it.",
    "historic": "off",
}  # fmt: skip


def test_a_rule_of_the_users_own_is_judged_like_any_other(engine: DuckDBEngine) -> None:
    own = rulebook(own=[OWN])
    book = Rulebook({name: rule for name, rule in own.rules.items() if not rule.when or name == OWN["name"]})
    people = [person(1), person(2, id_pnc="2020/1X")]
    assert judged(engine, "new", people, book=book)[0] == {(1, "custody-number-missing", "returned")}
    assert judged(engine, "historic", people, book=book)[0] == set()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "ethnicity-compulsory"}, "already"),
        ({"table": "persons"}, "names no table. Did you mean `person_records`"),
        ({"column": "id_pmc"}, "Did you mean `id_pnc`"),
        ({"when": ["id_pnc is gone away!"]}, "not understood"),
        ({"when": ["id_pmc is missing"]}, "no column `id_pmc` to ask about. Did you mean `id_pnc`"),
        ({"when": []}, "does not say when"),
        ({"when": ["dob has title"]}, "`dob` is not a list"),
        ({"when": ["dob before surname"]}, "of different kinds"),
        ({"when": ["dob before 31/12/2024"]}, "not understood"),
        ({"when": ["surname matches ("]}, "not a pattern"),
        ({"when": ["surname matches (?=A)"]}, "look around"),
        ({"new": "refused"}, "is one of returned, marked, off"),
        ({"message": ""}, "should be text"),
        ({"messages": "x"}, "no setting `messages`. Did you mean `message`"),
        ({"name": ""}, "has no name"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_told_when_it_is_read(changed: dict[str, Any], told: str) -> None:
    with pytest.raises((GateError, TableError), match=re.escape(told)):
        rulebook(own=[OWN | changed])


def test_a_key_that_an_earlier_run_took_from_another_file_is_told(engine: DuckDBEngine) -> None:
    seen = pa.table({"record_id": ["a:1", "a:2"], "source_file": ["january.csv", "p.csv"]})
    found = gated(
        engine, {"person_records": [person(1), person(2), person(3)]}, book=only("key-seen-before"),
        seen={"person_records": engine.frame(seen)},
    )  # fmt: skip
    assert [r["record_id"] for r in engine.collect(found.returns()).to_pylist()] == ["a:1"]


def plain(mode: Mode, people: list[dict[str, Any]], roles: list[dict[str, Any]]) -> set[tuple[int, str, str]]:
    """The same rules as a loop over rows."""
    suspects = {
        r["record_id"] for r in roles if r["role"] in ("suspect", "offender") and r.get("identified") is not False
    }
    reasons: set[tuple[int, str, str]] = set()
    soft = "returned" if mode == "new" else "marked"
    first: dict[str, int] = {}
    for p in people:
        if p["record_id"] is not None:
            first[p["record_id"]] = min(first.get(p["record_id"], 10**9), p["source_row"])
    for p in people:
        row = p["source_row"]
        if p["local_id"] is None:
            reasons.add((row, "required-missing", "returned"))
        if p["record_id"] is not None and row != first[p["record_id"]]:
            reasons.add((row, "key-duplicate", "returned"))
        if p.get("unread:dob"):
            reasons.add((row, "date-unreadable", soft))
        for value, reason, rule in (
            ("self_defined_ethnicity", "self_defined_ethnicity_reason", "ethnicity-compulsory"),
            ("nationalities", "nationality_reason", "nationality-compulsory"),
        ):
            excused = p.get(reason) in ("refused", "not_asked", "not_understood", "not_known")
            if p["record_id"] in suspects and p[value] is None and not excused:
                reasons.add((row, rule, soft))
    returned = {row for row, _, severity in reasons if severity == "returned"}
    known = {p["record_id"] for p in people if p["source_row"] not in returned}
    firsts: set[tuple[str, str, str]] = set()
    for r in sorted(roles, key=lambda r: r["source_row"]):
        key = (r["crime_id"], r["record_id"], r["role"])
        if key in firsts:
            reasons.add((r["source_row"], "key-duplicate", "returned"))
        elif r["record_id"] not in known:
            reasons.add((r["source_row"], "role-person-missing", soft))
        firsts.add(key)
    return reasons


PERSON = st.fixed_dictionaries({
    "local_id": st.none() | st.sampled_from("123456"),
    "self_defined_ethnicity": st.none() | st.just("A1"),
    "self_defined_ethnicity_reason": st.none() | st.sampled_from(tables.REASONS),
    "nationalities": st.none() | st.just(["GBR"]),
    "nationality_reason": st.none() | st.sampled_from(tables.REASONS),
    "unread:dob": st.booleans(),
})  # fmt: skip
ROLE = st.fixed_dictionaries({
    "person_number": st.integers(1, 8), "role": st.sampled_from(["suspect", "offender", "victim"]),
    "identified": st.none() | st.booleans(),
})  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(people=st.lists(PERSON, max_size=8), roles=st.lists(ROLE, max_size=8), mode=st.sampled_from(["new", "historic"]))
def test_the_gate_agrees_with_a_plain_loop_and_loses_no_row(
    engine: DuckDBEngine, people: list[dict[str, Any]], roles: list[dict[str, Any]], mode: Mode
) -> None:
    rows = [
        person(n, **p) | {"record_id": None if p["local_id"] is None else f"a:{p['local_id']}"}
        for n, p in enumerate(people, start=1)
    ]
    parts = [role(n, r.pop("person_number"), **r) for n, r in enumerate([dict(r) for r in roles], start=1)]
    reasons, accepted = judged(engine, mode, rows, parts)
    assert reasons == plain(mode, rows, parts)
    returned = {row for row, _, severity in reasons if severity == "returned"}
    assert len(accepted) + len({r["source_row"] for r in rows} & returned) >= len(rows) - len(
        {r["source_row"] for r in parts} & returned
    )


def test_a_row_that_feeds_two_tables_is_kept_out_of_both(engine: DuckDBEngine) -> None:
    people = [person(1, source_file="both.csv", source_row=2, nationalities=None)]
    found = gated(engine, {"person_records": people, "roles": [role(2, 1, source_file="both.csv")]})
    assert [engine.collect(found.accepted[t]).num_rows for t in ("person_records", "roles")] == [0, 0]


def test_no_message_or_remedy_holds_a_value(engine: DuckDBEngine) -> None:
    people = [person(1, local_id=None, record_id=None, surname="ZZSECRET", self_defined_ethnicity=None)]
    found = engine.collect(gated(engine, {"person_records": people}).returns())
    assert "ZZSECRET" not in str(found.to_pylist())
    assert found.num_rows == 2
