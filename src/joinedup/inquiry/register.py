"""The register as it stood on a day: every thing with the events about it, folded from entries in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from joinedup.errors import InquiryError, Place, nearest
from joinedup.inquiry.entries import Entry, in_order
from joinedup.inquiry.kinds import AS_AT, KINDS


@dataclass(frozen=True)
class Thing:
    """One thing of the register. made: the entry that made it. events: those about it, in order of their days."""

    made: Entry
    events: tuple[Entry, ...] = ()

    @property
    def id(self) -> str:
        """Its id, which never changes."""
        return self.made.thing

    @property
    def kind(self) -> str:
        """Its kind, of `KINDS`."""
        return self.made.kind

    @property
    def text(self) -> str:
        """What it says, or its name."""
        return self.made.fields.get("text") or self.made.fields.get("name", self.id)

    @property
    def due(self) -> date | None:
        """The day it is due, as last moved; for an inquiry or an investigation the day it ends."""
        moved = self.last("moved")
        return (moved.day("due") if moved else None) or self.made.day("due") or self.made.day("ends")

    @property
    def known_until(self) -> date | None:
        """For a published thing about which the project itself has entered nothing: the last day of which the shipped
        facts tell. None for every other.
        """
        return AS_AT if self.made.published and all(event.published for event in self.events) else None

    @property
    def bodies(self) -> tuple[str, ...]:
        """Ids of the bodies that are to do it or answer it."""
        return self.made.names("owners") or self.made.names("to")

    def of(self, kind: str) -> tuple[Entry, ...]:
        """The events of one kind, in order."""
        return tuple(event for event in self.events if event.kind == kind)

    def last(self, kind: str) -> Entry | None:
        """The latest event of one kind; None where there is none."""
        return next((event for event in reversed(self.events) if event.kind == kind), None)


@dataclass(frozen=True)
class Register:
    """Everything that was known on a day. annulled: entries that count no longer. stray: events about nothing that is
    there, which count for nothing either.
    """

    things: Mapping[str, Thing]
    on: date | None = None
    annulled: tuple[Entry, ...] = ()
    stray: tuple[Entry, ...] = ()

    def of(self, *kinds: str) -> tuple[Thing, ...]:
        """The things of these kinds, in the order in which they came."""
        return tuple(thing for thing in self.things.values() if thing.kind in kinds)

    def named(self, thing: str) -> Thing:
        """The thing with that id. Raises InquiryError where there is none."""
        if thing in self.things:
            return self.things[thing]
        raise InquiryError(
            f"There is nothing with that id in the register.{nearest(thing, list(self.things))}", rule="inquiry-thing",
            remedy="`joinedup inquiry` lists what is there.",
        )  # fmt: skip

    def name(self, body: str) -> str:
        """A body's name, or its id where it is not in the register."""
        found = self.things.get(body)
        return found.made.fields.get("name", body) if found else body

    @property
    def inquiry(self) -> Thing | None:
        """The inquiry whose clock runs: the project's own if it has one, else the published one; of several, the one
        that ends first.
        """
        running = [one for one in self.of("inquiry") if one.due and not one.last("ended")]
        own = [one for one in running if not one.made.published] or running
        return min(own, key=lambda one: (str(one.due), one.id), default=None)

    def parts(self, thing: str) -> tuple[Thing, ...]:
        """What serves a thing: its actions, milestones, directions, requests, hearings."""
        return tuple(one for one in self.things.values() if one.made.fields.get("of") == thing)

    def lineage(self, bodies: Iterable[str]) -> frozenset[str]:
        """These bodies, those they took over from and those that took over from them, however far.

        A body does not check itself by having been renamed.
        """
        found, waiting = set[str](), list(bodies)
        while waiting:
            body = waiting.pop()
            if body not in found:
                found.add(body)
                waiting.extend(self._kin(body))
        return frozenset(found)

    def _kin(self, body: str) -> Iterator[str]:
        own = self.things.get(body)
        if own is not None:
            yield from own.made.names("predecessors")
        yield from (one.id for one in self.of("institution") if body in one.made.names("predecessors"))


def register_of(entries: Iterable[Entry], on: date | None = None) -> Register:
    """The register as it stood at the end of a day, or as it stands with everything that was entered.

    The order in which entries come makes no difference. The first entry that makes an id holds it.
    """
    ordered = [one for one in in_order(entries) if on is None or one.on <= on]
    dropped = _annulled(ordered)
    counted = [one for one in ordered if not (one.number and one.number in dropped)]
    made: dict[str, Entry] = {}
    for one in sorted(counted, key=lambda entry: (entry.number, entry.on)):
        if KINDS[one.kind].makes:
            made.setdefault(one.thing, one)
    events: dict[str, list[Entry]] = {thing: [] for thing in made}
    stray: list[Entry] = []
    for one in counted:
        if not KINDS[one.kind].makes:
            about = made.get(one.thing)
            fits = about is not None and about.kind in KINDS[one.kind].about
            (events[one.thing] if fits else stray).append(one)
    things = {thing: Thing(entry, tuple(events[thing])) for thing, entry in made.items()}
    return Register(things, on, tuple(one for one in ordered if one.number and one.number in dropped), tuple(stray))


def grown(register: Register, entry: Entry) -> Register:
    """The register with one admitted entry more, which was entered after all others: what `register_of` would make.

    It takes over the things of `register`, which is not to be used any longer: so ten thousand entries can be taken one
    after another.
    """
    things = cast("dict[str, Thing]", register.things)
    if entry.kind == "annulled":
        everything = [*_entries(register), entry]
        return register_of(everything, register.on)
    if KINDS[entry.kind].makes:
        things.setdefault(entry.thing, Thing(entry))
    else:
        thing = things[entry.thing]
        things[entry.thing] = Thing(thing.made, in_order((*thing.events, entry)))
    return Register(things, register.on, register.annulled, register.stray)


def _entries(register: Register) -> Iterator[Entry]:
    for thing in register.things.values():
        yield thing.made
        yield from thing.events
    yield from register.annulled
    yield from register.stray


def _annulled(entries: Iterable[Entry]) -> frozenset[int]:
    """Numbers of the entries that were annulled; an annulment that was itself annulled annuls nothing."""
    dropped = set[int]()
    for one in sorted((e for e in entries if e.kind == "annulled"), key=lambda entry: entry.number, reverse=True):
        if one.number not in dropped:
            dropped.add(int(one.fields["entry"]))
    return frozenset(dropped)


def admit(entry: Entry, register: Register, all_entries: Iterable[Entry], place: Place | None = None) -> None:
    """Refuse an entry that does not fit what is there.

    Raises InquiryError for an id that is taken, an event about nothing or about the wrong kind, a body that is not in
    the register, a check by a body that is to do the thing itself, and an annulment of what is not there.
    """
    kind = KINDS[entry.kind]
    if kind.makes:
        _refuse_taken(entry, register, place)
    else:
        _refuse_misplaced(entry, register, place)
    for name in ("owners", "to", "by_body"):
        for body in entry.names(name):
            _refuse_unknown_body(body, name, register, place)
    for name in ("of", "needed"):
        if entry.fields.get(name):
            register.named(entry.fields[name])
    if entry.kind == "check":
        _refuse_own_check(entry, register, place)
    if entry.kind == "annulled":
        _refuse_annulling_nothing(entry, all_entries, place)


def _refuse_taken(entry: Entry, register: Register, place: Place | None) -> None:
    if entry.thing in register.things:
        raise InquiryError(
            "That id is taken.", place=place, rule="inquiry-id",
            remedy="Give another, or record an event about the one that is there.",
        )  # fmt: skip


def _refuse_misplaced(entry: Entry, register: Register, place: Place | None) -> None:
    about = register.named(entry.thing)
    if about.kind not in KINDS[entry.kind].about:
        raise InquiryError(
            f"A {entry.kind} cannot be about a {about.kind}.", place=place, rule="inquiry-about",
            remedy=f"It is about one of: {', '.join(KINDS[entry.kind].about)}.",
        )  # fmt: skip
    if entry.on < about.made.on:
        raise InquiryError(
            "That day is before the thing was there.", place=place, rule="inquiry-day",
            remedy=f"It is there from {about.made.on}.",
        )  # fmt: skip


def _refuse_unknown_body(body: str, field: str, register: Register, place: Place | None) -> None:
    found = register.things.get(body)
    if found is None or found.kind not in {"institution", "investigation", "inquiry"}:
        known = [one.id for one in register.of("institution", "investigation", "inquiry")]
        raise InquiryError(
            f"`{field}` names a body that is not in the register.{nearest(body, known)}", place=place,
            rule="inquiry-body", remedy="Enter the institution first, or use the id of one that is there.",
        )  # fmt: skip


def _refuse_own_check(entry: Entry, register: Register, place: Place | None) -> None:
    own = register.lineage(claimants(register.named(entry.thing)))
    if own.intersection(entry.names("by_body")):
        raise InquiryError(
            "A body does not check what it is itself to do or has itself claimed.", place=place,
            rule="check-independent", remedy="Record it as progress, and have another body check it.",
        )  # fmt: skip


def claimants(thing: Thing) -> tuple[str, ...]:
    """The bodies that are to do a thing or have said how far it is: none of them can check it."""
    return (*thing.bodies, *(body for one in thing.of("progress") for body in one.names("by_body")))


def _refuse_annulling_nothing(entry: Entry, all_entries: Iterable[Entry], place: Place | None) -> None:
    number = int(entry.fields["entry"])
    if not any(one.number == number and one.thing == entry.thing for one in all_entries):
        raise InquiryError(
            "There is no entry of that number about this thing.", place=place, rule="inquiry-annul",
            remedy=f"`joinedup inquiry show {entry.thing}` gives the numbers.",
        )  # fmt: skip
