"""How far a thing is: what is said and what was checked, as two answers. Both are derived, never typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from joinedup.inquiry.entries import Entry
from joinedup.inquiry.register import Register, Thing, claimants

SOON_DAYS = 60
"""From how many days before its due day a thing of which nothing is said is at risk."""

_SAID = {"done": "done, says the body", "under-way": "under way, says the body"}
_FOUND = {
    "done": "done, checked",
    "partly-done": "partly done, checked",
    "not-done": "not done, checked",
    "cannot-tell": "checked, cannot be told",
}
_DECIDED = {"accepted": "accepted", "accepted-in-part": "accepted in part", "rejected": "rejected"}


@dataclass(frozen=True)
class Standing:
    """Where one thing stands on a day.

    said: the latest claim of progress. check: the latest check by a body that neither is to do it nor has claimed it.
    waits_for: ids of what it needs and what is not found done. late_parts: ids of its own actions that are overdue.
    """

    thing: Thing
    on: date
    decision: Entry | None
    said: Entry | None
    check: Entry | None
    waits_for: tuple[str, ...] = ()
    late_parts: tuple[str, ...] = ()
    over_on: date | None = None

    @property
    def state(self) -> str:
        """One of the words that pages, files and commands use."""
        if self.thing.last("ended"):
            return "ended"
        if self.check is not None and not self.said_since:
            return _FOUND[self.check.fields["finding"]]
        if self.said is not None:
            return _SAID[self.said.fields["state"]]
        return _DECIDED[self.decision.fields["answer"]] if self.decision else "nothing said"

    @property
    def done(self) -> bool:
        """Whether a check found it done, or it was ended."""
        return self.state in {"done, checked", "ended"}

    @property
    def said_since(self) -> bool:
        """Whether the body has said "done" since a check that did not find it done."""
        if self.check is None or self.said is None or self.check.fields["finding"] == "done":
            return False
        return self.said.fields["state"] == "done" and self.said.order > self.check.order

    @property
    def said_word(self) -> str:
        """The first box: what the body says."""
        return {"done": "done", "under-way": "under way"}[self.said.fields["state"]] if self.said else "nothing"

    @property
    def checked_word(self) -> str:
        """The second box: what was found by somebody else."""
        if self.check is None:
            return "not checked"
        found = self.check.fields["finding"].replace("-", " ")
        return f"{found}; not checked since" if self.said_since else found

    @property
    def due(self) -> date | None:
        """The day it is due, as last moved."""
        return self.thing.due

    @property
    def times_moved(self) -> int:
        """How often its day was moved."""
        return len(self.thing.of("moved"))

    @property
    def overdue_by(self) -> int:
        """Days since it was due; 0 where it is not due, done, ended, rejected, or said to be done and not checked."""
        settled = self.done or self.state in {"rejected", _SAID["done"]}
        return max(0, (self.on - self.due).days) if self.due and not settled else 0

    @property
    def unchecked_for(self) -> int:
        """Days since the body said "done" without a check; 0 otherwise."""
        return (self.on - self.said.on).days if self.said and self.state == _SAID["done"] else 0

    @property
    def at_risk(self) -> tuple[str, ...]:
        """Why it may not be done in time, in words; empty where nothing speaks for that, or it is late already."""
        if self.done or self.overdue_by or self.state in {"rejected", _SAID["done"]}:
            return ()
        return tuple(self._risks())

    def _risks(self) -> list[str]:
        risks = [f"waits for {name}" for name in self.waits_for]
        risks += [f"{name} is overdue" for name in self.late_parts]
        if self.due and self.over_on and self.due > self.over_on:
            risks.append(f"due after the inquiry's time is over on {self.over_on}")
        if self.due and self.said is None and (self.due - self.on).days <= SOON_DAYS:
            risks.append(f"due in {(self.due - self.on).days} days, and nothing is said")
        return risks


def standing_of(register: Register, thing: Thing, on: date) -> Standing:
    """Where a recommendation, action, milestone or request stands at the end of a day.

    register: as it stood on that day; see `register_of`. What a thing needs is followed one step. A published thing
    about which the project has entered nothing is told as at the last day of the shipped facts; see `Standing.on`.
    """
    on = min(on, thing.known_until or on)
    return replace(
        _bare(register, thing, on),
        waits_for=tuple(one for one in _needed(thing) if not _is_done(register, one, on)),
        late_parts=tuple(part.id for part in register.parts(thing.id) if _late(register, part, on)),
        over_on=register.inquiry.due if register.inquiry else None,
    )  # fmt: skip


def _bare(register: Register, thing: Thing, on: date) -> Standing:
    """A thing's standing by itself, without what it waits for."""
    found = _counted_checks(register, thing)
    decision, said = thing.last("response"), thing.last("progress")
    return Standing(thing, on, decision, said, found[-1] if found else None)


def _counted_checks(register: Register, thing: Thing) -> list[Entry]:
    """Checks with evidence by bodies that have no part in the thing, also where a claim came after the check."""
    own = register.lineage(claimants(thing))
    return [one for one in thing.of("check") if one.fields.get("evidence") and not own & set(one.names("by_body"))]


def _needed(thing: Thing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.fields["needed"] for one in thing.of("needs")))


def _is_done(register: Register, thing: str, on: date) -> bool:
    found = register.things.get(thing)
    return found is not None and _bare(register, found, on).done


def _late(register: Register, part: Thing, on: date) -> bool:
    return part.kind in {"action", "milestone"} and _bare(register, part, on).overdue_by > 0
