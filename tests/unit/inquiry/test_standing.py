"""What is said and what was checked: a year of a recommendation, day by day, and what no order of events can bring."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.inquiry import Entry, asked_of, register_of, standing_of
from joinedup.inquiry.register import grown
from joinedup.inquiry.standing import Standing

BODIES = ("ministry", "office", "inspector", "newbody")


def body(name: str, number: int, **fields: str) -> Entry:
    return Entry("institution", name, date(2026, 1, 1), {"name": name.title(), **fields}, number)


def bodies() -> list[Entry]:
    """newbody took over from the ministry."""
    made = [body(name, number) for number, name in enumerate(BODIES[:3], start=1)]
    return [*made, body("newbody", 4, predecessors="ministry")]


def rec(due: str = "", number: int = 10) -> Entry:
    fields = {"report": "Report", "text": "Record it for all.", "owners": "ministry", "due": due}
    return Entry("recommendation", "r1", date(2026, 1, 1), {k: v for k, v in fields.items() if v}, number)


def event(kind: str, on: str, number: int, **fields: str) -> Entry:
    return Entry(kind, fields.pop("thing", "r1"), date.fromisoformat(on), fields, number)


def at(entries: list[Entry], day: str) -> Standing:
    on = date.fromisoformat(day)
    register = register_of(entries, on)
    return standing_of(register, register.named("r1"), on)


def story() -> list[Entry]:
    """Twelve months: accepted, claimed, found wanting, moved, claimed again, checked; one refused request."""
    says = {"by_body": "ministry", "text": "What it says."}
    found = {"by_body": "inspector", "text": "What was found.", "evidence": "Visit report"}
    asks = {"to": "ministry", "text": "Send the returns.", "due": "2026-06-30", "of": "r1"}
    return [
        *bodies(),
        rec(due="2026-09-30"),
        event("response", "2026-02-01", 11, by_body="ministry", answer="accepted"),
        event("progress", "2026-03-01", 12, state="under-way", **says),
        event("progress", "2026-05-01", 13, state="done", **says),
        event("evidence-request", "2026-05-10", 14, thing="req", **asks),
        event("check", "2026-06-01", 15, finding="not-done", **found),
        event("resistance", "2026-06-20", 16, thing="req", by_body="ministry", form="refusal", text="It declines."),
        event("reply", "2026-06-25", 17, thing="req", by_body="ministry", text="Counsel advised so."),
        event("moved", "2026-09-15", 18, by_body="ministry", due="2026-11-30", text="More time was asked for."),
        event("answer", "2026-10-05", 19, thing="req", by_body="ministry", extent="full", text="All returns."),
        event("progress", "2026-11-20", 20, state="done", **says),
        event("check", "2026-12-10", 21, finding="done", **found),
    ]


@pytest.mark.parametrize(
    ("day", "state", "said", "checked", "overdue"),
    [
        ("2026-01-15", "nothing said", "nothing", "not checked", 0),
        ("2026-02-01", "accepted", "nothing", "not checked", 0),
        ("2026-03-01", "under way, says the body", "under way", "not checked", 0),
        ("2026-05-31", "done, says the body", "done", "not checked", 0),
        ("2026-06-01", "not done, checked", "done", "not done", 0),
        ("2026-10-10", "not done, checked", "done", "not done", 0),  # moved from 30 September to 30 November
        ("2026-11-20", "done, says the body", "done", "not done; not checked since", 0),
        ("2026-12-09", "done, says the body", "done", "not done; not checked since", 0),
        ("2026-12-10", "done, checked", "done", "done", 0),
    ],
)
def test_a_year_of_a_recommendation_stands_right_on_every_day(
    day: str, state: str, said: str, checked: str, overdue: int
) -> None:
    found = at(story(), day)
    assert (found.state, found.said_word, found.checked_word, found.overdue_by) == (state, said, checked, overdue)


@pytest.mark.parametrize(
    ("day", "state", "overdue", "late"),
    [
        ("2026-05-10", "open", 0, 0),
        ("2026-06-20", "refused", 0, 0),
        ("2026-07-10", "refused", 10, 0),  # due on 30 June
        ("2026-10-04", "refused", 96, 0),
        ("2026-10-05", "answered", 0, 97),
    ],
)
def test_a_request_is_refused_then_answered_late(day: str, state: str, overdue: int, late: int) -> None:
    on = date.fromisoformat(day)
    register = register_of(story(), on)
    found = asked_of(register, register.named("req"), on)
    assert (found.state, found.overdue_by, found.late_by) == (state, overdue, late)


def test_what_the_body_itself_says_stands_beside_its_refusal() -> None:
    register = register_of(story())
    found = asked_of(register, register.named("req"), date(2026, 7, 1))
    assert [one.fields["form"] for one in found.resistance] == ["refusal"]
    assert [one.fields["text"] for one in found.replies] == ["Counsel advised so."]


def test_a_day_that_passes_without_a_claim_is_overdue_and_a_claim_is_told_as_unchecked() -> None:
    entries = [*bodies(), rec(due="2026-03-31")]
    assert at(entries, "2026-03-31").overdue_by == 0
    assert at(entries, "2026-04-10").overdue_by == 10
    says = event("progress", "2026-04-11", 20, by_body="ministry", state="done", text="Done.")
    found = at([*entries, says], "2026-04-21")
    assert (found.overdue_by, found.unchecked_for) == (0, 10)


@pytest.mark.parametrize("checker", ["ministry", "newbody"])
def test_nobody_checks_what_is_its_own_also_under_another_name(checker: str) -> None:
    own = event("check", "2026-03-01", 20, by_body=checker, finding="done", text="It is.", evidence="Our letter")
    assert at([*bodies(), rec(), own], "2026-04-01").state == "nothing said"


def test_a_check_without_evidence_is_none() -> None:
    bare = event("check", "2026-03-01", 20, by_body="inspector", finding="done", text="It is.")
    assert at([*bodies(), rec(), bare], "2026-04-01").checked_word == "not checked"


def test_whoever_claims_for_another_does_not_check_either() -> None:
    claim = event("progress", "2026-02-01", 20, by_body="inspector", state="done", text="Done.")
    check = event("check", "2026-03-01", 21, by_body="inspector", finding="done", text="It is.", evidence="Our letter")
    assert at([*bodies(), rec(), claim, check], "2026-04-01").state == "done, says the body"


def test_at_risk_says_why() -> None:
    needs = Entry("recommendation", "law", date(2026, 1, 1),
                  {"report": "Report", "text": "Pass it.", "owners": "office"}, 11)  # fmt: skip
    inquiry = Entry("inquiry", "inq", date(2026, 1, 1), {"name": "Inquiry", "ends": "2026-06-30"}, 12)
    waits = event("needs", "2026-01-02", 13, needed="law")
    late = Entry("action", "a1", date(2026, 1, 1),
                 {"of": "r1", "owners": "ministry", "text": "Write.", "due": "2026-05-01"}, 14)  # fmt: skip
    found = at([*bodies(), rec(due="2026-07-15"), needs, inquiry, waits, late], "2026-05-20")
    assert found.at_risk == (
        "waits for law",
        "a1 is overdue",
        "due after the inquiry's time is over on 2026-06-30",
        "due in 56 days, and nothing is said",
    )


def test_what_was_annulled_counts_no_longer_and_an_annulled_annulment_annuls_nothing() -> None:
    check = event("check", "2026-03-01", 20, by_body="inspector", finding="done", text="It is.", evidence="Report")
    wrong = event("annulled", "2026-03-05", 21, entry="20", text="Another body was meant.")
    back = event("annulled", "2026-03-06", 22, entry="21", text="It was right.")
    entries = [*bodies(), rec(), check]
    assert at([*entries, wrong], "2026-03-04").state == "done, checked"
    assert at([*entries, wrong], "2026-03-05").state == "nothing said"
    assert at([*entries, wrong, back], "2026-03-07").state == "done, checked"


KINDS = st.sampled_from(["progress", "check", "response", "moved", "ended", "annulled", "answer"])


@st.composite
def anything(draw: st.DrawFn) -> list[Entry]:
    """Up to nine events of any kind, by any body, on any day, well formed or not quite."""
    entries: list[Entry] = []
    for number in range(20, 20 + draw(st.integers(0, 9))):
        day = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 20)))
        fields: dict[str, Any] = {"by_body": draw(st.sampled_from(BODIES)), "text": "x"}
        fields |= {"state": draw(st.sampled_from(["under-way", "done"])), "answer": "accepted", "extent": "full"}
        fields |= {"finding": draw(st.sampled_from(["done", "partly-done", "not-done", "cannot-tell"]))}
        fields |= {"evidence": draw(st.sampled_from(["", "Report"])), "due": "2026-02-01"}
        fields |= {"entry": str(draw(st.integers(19, 30)))}
        entries.append(Entry(draw(KINDS), "r1", day, {k: v for k, v in fields.items() if v}, number))
    return entries


def plainly_checked(entries: list[Entry], on: date) -> bool:
    """Whether a check by a stranger with evidence stands, told as one would with a pencil."""
    seen = [one for one in entries if one.on <= on]
    gone: set[int] = set()
    for one in reversed(seen_by_number := sorted(seen, key=lambda entry: entry.number)):
        if one.kind == "annulled" and one.number not in gone:
            gone.add(int(one.fields["entry"]))
    left = [one for one in seen_by_number if one.number not in gone]
    claimed = {one.fields["by_body"] for one in left if one.kind == "progress"} | {"ministry"}
    if claimed & {"ministry", "newbody"}:
        claimed |= {"ministry", "newbody"}
    return any(
        one.kind == "check" and one.fields.get("evidence") and one.fields["by_body"] not in claimed for one in left
    )


@settings(max_examples=400, deadline=None)
@given(entries=anything(), days=st.integers(0, 25))
def test_no_order_of_events_makes_a_checked_without_a_check(entries: list[Entry], days: int) -> None:
    on = date(2026, 1, 1) + timedelta(days=days)
    register = register_of([*bodies(), rec(), *entries], on)
    found = standing_of(register, register.named("r1"), on)
    assert (found.check is not None) == plainly_checked(entries, on)
    if found.state.endswith(", checked"):
        assert plainly_checked(entries, on)


@settings(max_examples=100, deadline=None)
@given(entries=anything(), random=st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_makes_no_difference(entries: list[Entry], random: Any) -> None:
    everything = [*bodies(), rec(), *entries]
    mixed = list(everything)
    random.shuffle(mixed)
    assert register_of(mixed, date(2026, 1, 15)) == register_of(everything, date(2026, 1, 15))


@settings(max_examples=200, deadline=None)
@given(entries=anything())
def test_a_register_that_grows_by_one_entry_after_another_is_the_one_that_is_made_at_once(entries: list[Entry]) -> None:
    held, register = [*bodies(), rec()], register_of([*bodies(), rec()])
    for entry in entries:
        numbers = {str(one.number) for one in held}
        if entry.kind != "answer" and (entry.kind != "annulled" or entry.fields["entry"] in numbers):  # as admitted
            held.append(entry)
            register = grown(register, entry)
    assert register == register_of(held)


def test_a_claim_and_a_check_of_one_day_stand_in_the_order_in_which_they_were_entered() -> None:
    claim = {"by_body": "ministry", "state": "done", "text": "Done."}
    check = {"by_body": "inspector", "finding": "not-done", "text": "It is not.", "evidence": "Report"}
    states = set()
    for first, second in permutations([("progress", claim), ("check", check)]):
        both = [event(first[0], "2026-03-01", 20, **first[1]), event(second[0], "2026-03-01", 21, **second[1])]
        states.add((first[0], at([*bodies(), rec(), *both], "2026-03-02").state))
    assert states == {("progress", "not done, checked"), ("check", "done, says the body")}
