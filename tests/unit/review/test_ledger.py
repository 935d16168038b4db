"""Reading by two, the third who settles, withdrawal, conflicts and the log, made from events in a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from joinedup.audit import open_store, transaction, verify
from joinedup.errors import JoinedupError
from joinedup.review.events import Event, all_events, altered, forget_cases, record
from joinedup.review.ledger import Ledger, drawn, ledger, refuse_unknown, table_of_readings

PLAN = Event("plan", "lead", {"run": "r", "target": 0.95, "alpha": 0.05, "seed": 1, "simulated": True, "voids": False})
TWICE = next(f"c{at}" for at in range(200) if drawn(1, f"c{at}"))
ONCE = next(f"c{at}" for at in range(200) if not drawn(1, f"c{at}"))


def reader(name: str, force: str | None = None, closed: tuple[str, ...] = ()) -> Event:
    return Event("reader", "lead", {"reader": name, "force": force, "closed": list(closed)})


def says(who: str, crime: str, decision: str) -> Event:
    return Event("decision", who, {"decision": decision, "at_risk": False, "why": "w"}, crime)


JOINED = (PLAN, reader("ann"), reader("bob"), reader("cy"))


def after(*events: Event) -> Ledger:
    return ledger((*JOINED, *events))


def test_a_case_put_aside_is_settled_unless_the_draw_gives_it_to_a_second_reader() -> None:
    made = after(says("ann", ONCE, "no-further-review"), says("ann", TWICE, "no-further-review"))
    assert made.cases[ONCE].settled == "no-further-review"
    assert made.cases[TWICE].settled is None
    assert made.wants_second(TWICE)
    assert not made.wants_second(ONCE)


def test_the_draw_takes_about_a_tenth() -> None:
    share = sum(drawn(3, f"c{at}") for at in range(10_000)) / 10_000
    assert 0.09 < share < 0.11


@pytest.mark.parametrize("first", ["reopen", "unsure"])
def test_every_reopen_and_every_unsure_is_read_twice(first: str) -> None:
    made = after(says("ann", ONCE, first))
    assert made.wants_second(ONCE)
    assert made.cases[ONCE].relevant
    assert made.may_read("bob", ONCE, None)
    assert not made.may_read("ann", ONCE, None)


def test_two_who_agree_settle_a_case() -> None:
    made = after(says("ann", ONCE, "reopen"), says("bob", ONCE, "reopen"))
    assert made.cases[ONCE].settled == "reopen"
    assert not made.wants_third(ONCE)


@pytest.mark.parametrize(("first", "second"), [("reopen", "no-further-review"), ("unsure", "unsure")])
def test_two_who_differ_or_are_unsure_leave_it_to_a_third(first: str, second: str) -> None:
    events = (says("ann", ONCE, first), says("bob", ONCE, second))
    assert after(*events).wants_third(ONCE)
    third = Event("adjudication", "cy", {"decision": "no-further-review"}, ONCE)
    made = after(*events, third)
    assert made.cases[ONCE].settled == "no-further-review"
    assert not made.cases[ONCE].relevant


def test_a_case_that_needs_records_waits_for_its_reader() -> None:
    made = after(says("ann", ONCE, "needs-records"))
    assert made.cases[ONCE].settled is None
    assert not made.wants_second(ONCE)
    assert made.may_read("ann", ONCE, None)


def test_a_reader_who_withdraws_strands_nothing() -> None:
    readings = (says("ann", "a", "reopen"), says("ann", "b", "reopen"), says("bob", "b", "unsure"),
                says("ann", "c", "reopen"), says("bob", "c", "reopen"))  # fmt: skip
    made = after(*readings, Event("withdrawal", "lead", {"reader": "ann", "why": "w"}))
    assert not made.cases["a"].read
    assert made.may_read("bob", "a", None)
    assert made.wants_second("b")
    assert made.cases["c"].settled == "reopen"
    assert not made.may_read("ann", "d", None)


def test_nobody_reads_a_case_that_they_or_their_force_closed() -> None:
    made = ledger((PLAN, reader("xo", "X01", ("s:9",))))
    assert made.may_read("xo", "s:1", "X02")
    assert not made.may_read("xo", "s:1", "X01")
    assert not made.may_read("xo", "s:9", "X02")
    assert not made.may_read("stranger", "s:1", "X02")


def test_first_and_second_readings_are_counted_in_a_square() -> None:
    made = after(says("ann", "a", "reopen"), says("bob", "a", "reopen"), says("bob", "b", "unsure"),
                 says("cy", "b", "reopen"))  # fmt: skip
    assert table_of_readings(made.cases) == [[1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_another_word_is_refused_with_the_nearest() -> None:
    with pytest.raises(JoinedupError, match="reopen"):
        refuse_unknown("re-open")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path)) as connection:
        yield connection


def test_events_are_kept_in_order_with_the_log(store: sqlite3.Connection) -> None:
    with transaction(store):
        given = [record(store, event) for event in (*JOINED, says("ann", "s:1", "reopen"))]
    assert list(all_events(store)) == given
    assert altered(store) == ()
    assert verify(store).whole
    assert "s:1" not in str(store.execute("SELECT * FROM audit_log").fetchall())


@pytest.mark.parametrize(
    "statement", ["UPDATE review_events SET body = '{}'", "DELETE FROM review_events", "REPLACE INTO review_events "
                  "SELECT number, kind, crime_id, 'x', done_at, body FROM review_events"]
)  # fmt: skip
def test_events_are_never_changed(store: sqlite3.Connection, statement: str) -> None:
    with transaction(store):
        record(store, PLAN)
    with pytest.raises(sqlite3.IntegrityError):
        store.execute(statement)


def test_an_event_that_was_changed_behind_the_triggers_is_found(store: sqlite3.Connection) -> None:
    with transaction(store):
        kept, changed = record(store, PLAN), record(store, says("ann", "s:1", "reopen"))
    store.execute("DROP TRIGGER review_events_are_not_changed")
    store.execute(
        "UPDATE review_events SET body = replace(body, 'reopen', 'unsure') WHERE number = ?", [changed.number]
    )
    assert altered(store) == (changed.number,)
    assert kept.number < changed.number


def test_a_lawful_erasure_takes_out_a_case_and_nothing_else(store: sqlite3.Connection) -> None:
    with transaction(store):
        for crime in ("s:1", "s:2"):
            record(store, says("ann", crime, "reopen"))
    with transaction(store):
        assert forget_cases(store, ["s:1"]) == 1
    assert [one.crime_id for one in all_events(store)] == ["s:2"]
    assert altered(store) == ()


def test_nothing_stays_of_an_act_that_fails(store: sqlite3.Connection) -> None:
    def act() -> None:
        with transaction(store):
            record(store, PLAN)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert all_events(store) == ()
    assert verify(store).entries == 0


def test_an_unknown_kind_is_a_fault_of_the_program() -> None:
    body: dict[str, Any] = {}
    with pytest.raises(ValueError, match="no such event"):
        Event("guess", "ann", body)
