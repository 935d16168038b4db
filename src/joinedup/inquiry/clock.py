"""The clock of a time-limited inquiry: what is left, and what no longer fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from joinedup.inquiry.register import Register, Thing


@dataclass(frozen=True)
class Clock:
    """inquiry: the thing. ends: its last day, as last moved. used: share of its time that is past, 0 to 1.

    too_late: what is due after it ends. disordered: pairs of a thing and what it needs, which is due later than it.
    """

    inquiry: Thing
    begins: date
    ends: date
    on: date
    too_late: tuple[Thing, ...]
    disordered: tuple[tuple[Thing, Thing], ...]

    @property
    def days_left(self) -> int:
        """Days until its time is over; 0 when it is."""
        return max(0, (self.ends - self.on).days)

    @property
    def used(self) -> float:
        """The share of its time that is past, from 0 to 1."""
        whole = (self.ends - self.begins).days
        return min(1.0, max(0.0, (self.on - self.begins).days / whole)) if whole else 1.0


def clock(register: Register, on: date) -> Clock | None:
    """The clock of the register's inquiry; None where it has none that runs. See `Register.inquiry`."""
    inquiry = register.inquiry
    if inquiry is None or inquiry.due is None:
        return None
    too_late = tuple(one for one in register.things.values() if one is not inquiry and _after(one, inquiry.due))
    begins = inquiry.made.day("begins") or inquiry.made.on
    return Clock(inquiry, begins, inquiry.due, on, too_late, tuple(_disordered(register)))


def _after(thing: Thing, ends: date) -> bool:
    """Whether what is not ended is due later; a recommendation to others outlives the inquiry."""
    outlives = thing.kind in {"recommendation", "inquiry"}
    return not outlives and thing.due is not None and thing.due > ends and not thing.last("ended")


def _disordered(register: Register) -> Iterator[tuple[Thing, Thing]]:
    for thing in register.things.values():
        for needs in thing.of("needs"):
            needed = register.things.get(needs.fields["needed"])
            if needed and needed.due and thing.due and needed.due > thing.due:
                yield thing, needed
