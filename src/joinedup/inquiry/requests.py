"""What an inquiry sent, and what came back: answers, silence and resistance, each with its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from joinedup.inquiry.entries import Entry
from joinedup.inquiry.kinds import OWNED, REQUESTS
from joinedup.inquiry.register import Register, Thing
from joinedup.inquiry.standing import Standing, standing_of

SENT = (*REQUESTS, "referral")
"""Kinds of thing that are answered."""


@dataclass(frozen=True)
class Asked:
    """Where one request, direction, notice or referral stands on a day."""

    thing: Thing
    on: date
    standing: Standing

    @property
    def state(self) -> str:
        """`open`, `overdue`, `answered`, `answered in part`, `refused`, `ended`; for a hold `in force`."""
        if self.thing.last("ended"):
            return "ended"
        if self.answered and self.answered.fields["extent"] == "full":
            return "answered"
        if self._refused_since():
            return "refused"
        if self.overdue_by:
            return "overdue"
        if self.answered:
            return "answered in part"
        return "in force" if self.thing.kind == "preservation-hold" else "open"

    @property
    def answered(self) -> Entry | None:
        """The latest full answer, or else the latest answer in part."""
        answers = self.thing.of("answer")
        full = [one for one in answers if one.fields["extent"] == "full"]
        return full[-1] if full else (answers[-1] if answers else None)

    @property
    def resistance(self) -> tuple[Entry, ...]:
        """What was withheld, as dated facts."""
        return self.thing.of("resistance")

    @property
    def replies(self) -> tuple[Entry, ...]:
        """What the body itself says of it."""
        return self.thing.of("reply")

    @property
    def due(self) -> date | None:
        """The day its answer is due, as last moved."""
        return self.thing.due

    @property
    def overdue_by(self) -> int:
        """Days since the answer was due, while no full answer is there."""
        full = self.answered is not None and self.answered.fields["extent"] == "full"
        if not self.due or full or self.thing.last("ended"):
            return 0
        return max(0, (self.on - self.due).days)

    @property
    def late_by(self) -> int:
        """Days by which a full answer came too late; 0 where it came in time or has not come."""
        if self.answered is None or self.answered.fields["extent"] != "full" or not self.due:
            return 0
        return max(0, (self.answered.on - self.due).days)

    def _refused_since(self) -> bool:
        refused = [one for one in self.resistance if one.fields["form"] == "refusal"]
        return bool(refused) and (self.answered is None or refused[-1].order > self.answered.order)


def asked_of(register: Register, thing: Thing, on: date) -> Asked:
    """Where a thing that was sent to a body stands at the end of a day. register: as it stood on that day."""
    return Asked(thing, on, standing_of(register, thing, on))


@dataclass(frozen=True)
class Waits:
    """One thing that somebody is to do or answer. who: ids of bodies. due: None where no day was set. on: the day of
    which it is told.
    """

    thing: Thing
    who: tuple[str, ...]
    due: date | None
    overdue_by: int
    state: str
    on: date


def waiting(register: Register, on: date) -> tuple[Waits, ...]:
    """What is not done or answered on a day: the longest overdue first, then what is due next, then what has no day."""
    found = [*_asked(register, on), *_owned(register, on), *_replies(register, on)]
    return tuple(sorted(found, key=lambda one: (one.due is None, one.due or on, one.thing.id)))


def _asked(register: Register, on: date) -> Iterator[Waits]:
    for thing in register.of(*SENT):
        asked = asked_of(register, thing, on)
        if asked.state not in {"answered", "ended"}:
            yield Waits(thing, thing.bodies, asked.due, asked.overdue_by, asked.state, on)


def _owned(register: Register, on: date) -> Iterator[Waits]:
    for thing in register.of(*OWNED):
        standing = standing_of(register, thing, on)
        if not standing.done and standing.state != "rejected":
            yield Waits(thing, thing.bodies, standing.due, standing.overdue_by, standing.state, standing.on)


def _replies(register: Register, on: date) -> Iterator[Waits]:
    """Findings whose right of reply still runs: nothing is published of them before it ends."""
    for thing in register.of("finding"):
        if not thing.last("reply") and not thing.last("ended") and thing.due and thing.due >= on:
            yield Waits(thing, thing.bodies, thing.due, 0, "may reply", on)


def may_publish(finding: Thing, on: date) -> bool:
    """Whether a finding may be published: the body has replied, or its time to reply is over."""
    return bool(finding.last("reply")) or (finding.due is not None and finding.due < on)
