"""Where a review stands, made from its events alone: who read what, what is decided, what waits for whom.

Rules of reading. Two readers, neither of whom sees the other's decision, read every case that the first would reopen or
is unsure of, and a tenth of the rest, chosen by a draw that no reader knows. Where they differ, or are unsure, a third
person decides. A reader who withdraws leaves no case stranded: what was not settled goes to others. Nobody reads a case
that they or their own force closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from joinedup.errors import JoinedupError, nearest
from joinedup.review.events import Event

DECISIONS = ("reopen", "no-further-review", "unsure", "needs-records")
SETTLING = ("reopen", "no-further-review")
TENTH = 0.1


@dataclass(frozen=True)
class Reader:
    """force: whose cases they never read; None for somebody of no force. closed: cases they closed themselves."""

    name: str
    force: str | None
    closed: frozenset[str]


@dataclass
class Case:
    """What was said of a case. readings: by reader, in order. settled: the decision that stands."""

    readings: dict[str, str] = field(default_factory=dict)
    twice: tuple[str, str] | None = None
    settled: str | None = None
    by_third: bool = False
    wish: str | None = None
    alerts: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def read(self) -> bool:
        return bool(self.readings) or self.settled is not None

    @property
    def relevant(self) -> bool:
        """Whether it counts as found: to reopen, and until it is settled also where any reader did not put it aside."""
        if self.settled is not None:
            return self.settled == "reopen"
        return any(one != "no-further-review" for one in self.readings.values())


@dataclass
class Ledger:
    """The state of a review after some events. order: cases in the order of their first reading."""

    plan: Event | None = None
    plans: int = 0
    readers: dict[str, Reader] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    cases: dict[str, Case] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    batches: list[Event] = field(default_factory=list)
    sample: Event | None = None
    seen_alerts: set[int] = field(default_factory=set)
    referrals: dict[int, Event] = field(default_factory=dict)
    follow_ups: dict[int, list[Event]] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        return int(self.plan.body["seed"]) if self.plan else 0

    @property
    def simulated(self) -> bool:
        return bool(self.plan and self.plan.body.get("simulated"))

    def case(self, crime_id: str) -> Case:
        return self.cases.setdefault(crime_id, Case())

    def wants_second(self, crime_id: str) -> bool:
        """Whether a second reader is due who has not read yet."""
        case = self.cases.get(crime_id)
        return bool(case and case.settled is None and len(case.readings) == 1 and self._read_twice(crime_id, case))

    def wants_third(self, crime_id: str) -> bool:
        """Whether two have read, and somebody else must decide."""
        case = self.cases.get(crime_id)
        return bool(case and case.settled is None and len(case.readings) >= 2)

    def _read_twice(self, crime_id: str, case: Case) -> bool:
        return any(one in ("reopen", "unsure") for one in case.readings.values()) or drawn(self.seed, crime_id)

    def may_read(self, reader: str, crime_id: str, force: str | None) -> bool:
        """Whether a reader may be given a case: registered, not withdrawn, without a conflict, and new to it or waiting
        for its records."""
        known = self.readers.get(reader)
        if known is None or reader in self.withdrawn or self.conflict(known, crime_id, force):
            return False
        return self.case(crime_id).readings.get(reader) in (None, "needs-records")

    @staticmethod
    def conflict(reader: Reader, crime_id: str, force: str | None) -> bool:
        """Whether the reader, or the reader's own force, closed the case."""
        return crime_id in reader.closed or (reader.force is not None and reader.force == force)


def drawn(seed: int, crime_id: str) -> bool:
    """Whether a case that its first reader puts aside is among the tenth that is read twice."""
    digest = hashlib.sha256(f"{seed}:second:{crime_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < TENTH * 2**64


def ledger(events: Iterable[Event]) -> Ledger:
    """The state after all these events."""
    made = Ledger()
    for event in events:
        _APPLY[event.kind](made, event)
    return made


def _plan(made: Ledger, event: Event) -> None:
    """A plan for another run starts anew with its batches and its sample; what was decided stays."""
    if made.plan is not None and made.plan.body["run"] != event.body["run"]:
        made.batches, made.sample = [], None
    made.plan, made.plans = event, made.plans + 1


def _reader(made: Ledger, event: Event) -> None:
    name = event.body["reader"]
    made.readers[name] = Reader(name, event.body["force"], frozenset(event.body["closed"]))
    made.withdrawn.discard(name)


def _withdrawal(made: Ledger, event: Event) -> None:
    name = event.body["reader"]
    made.withdrawn.add(name)
    for case in made.cases.values():
        if case.settled is None:
            case.readings.pop(name, None)


def _batch(made: Ledger, event: Event) -> None:
    made.batches.append(event)


def _sample(made: Ledger, event: Event) -> None:
    made.sample = event


def _decision(made: Ledger, event: Event) -> None:
    crime = _about(event)
    case = made.case(crime)
    if not case.readings and crime not in made.order:
        made.order.append(crime)
    case.readings[event.by] = event.body["decision"]
    said = list(case.readings.values())
    if len(said) == 2 and case.twice is None:
        case.twice = (said[0], said[1])
    settles = said[0] if len(set(said)) == 1 and said[0] in SETTLING else None
    if settles and (len(said) > 1 or (settles == "no-further-review" and not drawn(made.seed, crime))):
        case.settled = settles


def _adjudication(made: Ledger, event: Event) -> None:
    case = made.case(_about(event))
    case.settled, case.by_third = event.body["decision"], True


def _alert(made: Ledger, event: Event) -> None:
    assert event.at is not None  # noqa: S101 - recorded events have a moment
    made.case(_about(event)).alerts.append((event.number, event.at))


def _alert_seen(made: Ledger, event: Event) -> None:
    made.seen_alerts.add(int(event.body["alert"]))


def _wish(made: Ledger, event: Event) -> None:
    made.case(_about(event)).wish = event.body["wish"]


def _referral(made: Ledger, event: Event) -> None:
    made.referrals[event.number] = event
    made.follow_ups[event.number] = []


def _follow_up(made: Ledger, event: Event) -> None:
    made.follow_ups[int(event.body["referral"])].append(event)


_APPLY = {
    "plan": _plan, "reader": _reader, "withdrawal": _withdrawal, "batch": _batch, "sample": _sample,
    "decision": _decision, "adjudication": _adjudication, "alert": _alert, "alert_seen": _alert_seen, "wish": _wish,
    "referral": _referral, "answer": _follow_up, "action_done": _follow_up, "contact": _follow_up,
    "outcome": _follow_up,
}  # fmt: skip


def _about(event: Event) -> str:
    if event.crime_id is None:
        raise ValueError("This event needs a case.")
    return event.crime_id


def refuse_unknown(decision: str, known: Iterable[str] = DECISIONS) -> None:
    """Raise JoinedupError for a word that is none of those that can be decided."""
    some = tuple(known)
    if decision not in some:
        raise JoinedupError(
            f"There is no such answer.{nearest(decision, some)}",
            rule="review-answer", remedy=f"Write {', '.join(some[:-1])} or {some[-1]}.",
        )  # fmt: skip


def table_of_readings(cases: Mapping[str, Case], categories: tuple[str, ...] = DECISIONS) -> list[list[int]]:
    """How often each first decision met each second one, rows first readings, in order of `categories`."""
    counts = [[0] * len(categories) for _ in categories]
    for case in cases.values():
        if case.twice:
            counts[categories.index(case.twice[0])][categories.index(case.twice[1])] += 1
    return counts
