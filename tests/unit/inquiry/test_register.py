"""What the register takes and what it refuses, and the clock of its inquiry."""

from __future__ import annotations

from datetime import date

import pytest

from joinedup.errors import InquiryError
from joinedup.inquiry import KINDS, Entry, clock, register_of
from joinedup.inquiry.entries import checked
from joinedup.inquiry.register import Register, admit
from joinedup.inquiry.requests import may_publish, waiting

DAY = date(2026, 3, 1)


def made(kind: str, thing: str, number: int, on: date = DAY, **fields: str) -> Entry:
    return Entry(kind, thing, on, fields, number)


BASE = (
    made("institution", "force", 1, name="A force"),
    made("institution", "inspector", 2, name="An inspector"),
    made("recommendation", "r1", 3, report="Report", text="Do it.", owners="force"),
    made("direction", "d1", 4, to="force", text="Tell us.", due="2026-04-01", of="r1"),
)
ANSWER = {"by_body": "force", "extent": "full", "text": "Here."}


def register() -> Register:
    return register_of(BASE)


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("directive", {}, "no kind of entry"),
        ("direction", {"to": "force", "text": "x"}, "needs `due`"),
        ("direction", {"to": "force", "text": "x", "due": "1 March"}, "a day written as"),
        ("progress", {"by_body": "force", "state": "finished", "text": "x"}, "one of under-way, done"),
        ("check", {"by_body": "inspector", "finding": "done", "text": "x"}, "needs `evidence`"),
        ("answer", {**ANSWER, "status": "done"}, "no field `status`"),
        ("referral", {"to": "force", "cases": "some", "due": "2026-04-01"}, "a whole number"),
    ],
)
def test_an_entry_that_is_not_well_formed_is_refused_in_words(kind: str, fields: dict[str, str], says: str) -> None:
    with pytest.raises(InquiryError, match=says):
        checked(Entry(kind, "d1", DAY, fields))


def test_an_id_with_a_space_is_refused() -> None:
    with pytest.raises(InquiryError, match="id is needed"):
        checked(made("institution", "a force", 9, name="A force"))


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (made("institution", "force", 9, name="Another"), "inquiry-id"),
        (made("answer", "d2", 9, **ANSWER), "inquiry-thing"),
        (made("answer", "r1", 9, **ANSWER), "inquiry-about"),
        (made("answer", "d1", 9, on=date(2026, 2, 1), **ANSWER), "inquiry-day"),
        (made("answer", "d1", 9, by_body="nobody", extent="full", text="x"), "inquiry-body"),
        (made("direction", "d2", 9, to="r1", text="x", due="2026-04-01"), "inquiry-body"),
        (made("check", "r1", 9, by_body="force", finding="done", text="x", evidence="y"), "check-independent"),
        (made("annulled", "d1", 9, entry="3", text="x"), "inquiry-annul"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(entry: Entry, rule: str) -> None:
    with pytest.raises(InquiryError) as caught:
        admit(entry, register(), BASE)
    assert caught.value.rule == rule


def test_what_fits_is_taken() -> None:
    for entry in (
        made("answer", "d1", 9, **ANSWER),
        made("check", "d1", 10, by_body="inspector", finding="done", text="x", evidence="y"),
        made("annulled", "d1", 11, entry="4", text="x"),
    ):
        admit(checked(entry), register(), BASE)


def test_the_first_entry_of_an_id_holds_it_and_events_about_nothing_are_kept_apart() -> None:
    again = made("institution", "force", 9, name="Another")
    stray = made("answer", "d9", 10, **ANSWER)
    found = register_of([again, stray, *BASE])
    assert found.name("force") == "A force"
    assert found.stray == (stray,)


def test_the_clock_tells_what_no_longer_fits_and_what_is_due_before_what_it_needs() -> None:
    inquiry = made("inquiry", "inq", 9, name="Inquiry", begins="2026-01-01", ends="2026-12-31")
    late = made("investigation", "town", 10, name="Town", area="Town", ends="2027-03-31")
    one = made("action", "a1", 11, of="r1", owners="force", text="Write.", due="2026-05-01")
    two = made("action", "a2", 12, of="r1", owners="force", text="Read.", due="2026-06-01")
    needs = made("needs", "a1", 13, needed="a2")
    found = clock(register_of([*BASE, inquiry, late, one, two, needs]), date(2026, 7, 2))
    assert found is not None
    assert (found.days_left, found.used) == (182, pytest.approx(182 / 364))  # 1 January to 2 July, of 364 days
    assert [thing.id for thing in found.too_late] == ["town"]
    assert [(a.id, b.id) for a, b in found.disordered] == [("a1", "a2")]


def test_an_extension_moves_the_end_of_the_inquiry() -> None:
    inquiry = made("inquiry", "inq", 9, name="Inquiry", ends="2026-12-31")
    longer = made("moved", "inq", 10, due="2027-06-30", by_body="inq", text="By the minister.")
    found = clock(register_of([*BASE, inquiry, longer]), date(2026, 12, 31))
    assert found is not None and found.ends == date(2027, 6, 30)


def test_what_waits_is_told_with_the_longest_overdue_first_and_answered_things_are_left_out() -> None:
    other = made("rule-9-request", "q1", 9, to="force", text="A statement.", due="2026-03-15")
    found = waiting(register_of([*BASE, other]), date(2026, 4, 11))
    assert [(one.thing.id, one.overdue_by) for one in found] == [("q1", 27), ("d1", 10), ("r1", 0)]
    answered = made("answer", "q1", 10, **ANSWER)
    assert [one.thing.id for one in waiting(register_of([*BASE, other, answered]), date(2026, 4, 11))] == ["d1", "r1"]


def test_a_finding_waits_for_its_right_of_reply_before_it_may_be_published() -> None:
    finding = made("finding", "f1", 9, to="force", text="Records were not kept.", due="2026-03-20")
    before, after = date(2026, 3, 20), date(2026, 3, 21)
    found = register_of([*BASE, finding])
    assert not may_publish(found.named("f1"), before)
    assert may_publish(found.named("f1"), after)
    assert "f1" in {one.thing.id for one in waiting(found, before)}
    reply = made("reply", "f1", 10, by_body="force", text="They were kept elsewhere.")
    assert may_publish(register_of([*BASE, finding, reply]).named("f1"), before)


def test_a_preservation_hold_is_in_force_until_it_is_lifted() -> None:
    hold = made("preservation-hold", "h1", 9, to="force", text="Keep all files of the operation.")
    lifted = made("ended", "h1", 10, on=date(2026, 6, 1), text="The report is out.")
    entries = [*BASE, hold, lifted]
    states = [
        next((one.state for one in waiting(register_of(entries, day), day) if one.thing.id == "h1"), None)
        for day in (date(2026, 5, 31), date(2026, 6, 1))
    ]
    assert states == ["in force", None]


def test_every_kind_names_its_fields_once_and_is_about_kinds_that_make_things() -> None:
    for kind in KINDS.values():
        names = [one.name for one in kind.fields]
        assert len(names) == len(set(names))
        assert all(KINDS[about].makes for about in kind.about)
