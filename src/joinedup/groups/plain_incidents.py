"""Incidents, found plainly and slowly: one row at a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from joinedup.codes import code_list
from joinedup.groups.facts import Facts
from joinedup.groups.incidents import SUSPECTED

Row = dict[str, Any]
Pair = tuple[str, str]


@dataclass
class PlainIncident:
    """One incident, by the first of its crimes in the order of the facts."""

    crimes: list[str]
    day: dt.date | None
    suspects: set[str] = field(default_factory=set)
    children: set[str] = field(default_factory=set)
    named: int = 0
    scenes: set[str] = field(default_factory=set)

    @property
    def people(self) -> set[str]:
        """Suspected or harmed."""
        return self.suspects | self.children


class Parts:
    """Things that hang together."""

    def __init__(self, things: Iterable[Any]) -> None:
        self.head = {thing: thing for thing in things}

    def of(self, thing: Any) -> Any:
        """What stands for the part that a thing is in."""
        while self.head[thing] != thing:
            thing = self.head[thing]
        return thing

    def join(self, one: Any, other: Any) -> None:
        """Put two things into one part."""
        self.head[self.of(one)] = self.of(other)


def incidents_of(facts: Facts) -> dict[str, PlainIncident]:
    """Incidents about the exploitation of children, by their first crime."""
    person = {row["record_id"]: row["person_id"] for row in facts.clusters.to_pylist()}
    crimes = {row["crime_id"]: row for row in facts.crimes.to_pylist()}
    parts = [_part(row, person) for row in facts.roles.to_pylist() if row["crime_id"] in crimes]
    one = Parts(crimes)
    for left, right in (*_same(crimes, parts), *_by_reference(crimes, facts.keyed)):
        one.join(left, right)
    together: dict[str, list[str]] = defaultdict(list)
    for crime in crimes:
        together[one.of(crime)].append(crime)
    classes = _classes(facts)
    born = _births(facts, person)
    found = [_incident([crimes[name] for name in names], parts, classes, born) for names in together.values()]
    seen = {incident.crimes[0]: incident for incident in found if incident is not None}
    harmed = {who for incident in seen.values() for who in incident.children}
    for incident in seen.values():
        _count_suspects(incident, parts, born, harmed)
    return seen


def _count_suspects(incident: PlainIncident, parts: list[Row], born: Mapping[str, dt.date], harmed: set[str]) -> None:
    """Name the suspects, without those harmed as children who were children then."""
    own = [part for part in parts if part["crime_id"] in incident.crimes and part["role"] in SUSPECTED]
    blamed = [part for part in own if part["person"] in harmed and _is_child(part, incident.day, born, False)]
    left = [part for part in own if part not in blamed]
    incident.suspects = {part["person"] for part in left} - {None}
    for name in incident.crimes:
        of_crime = [part for part in left if part["crime_id"] == name]
        unknown = sum(part["identified"] is False for part in of_crime)
        known = {part["person"] for part in of_crime} - {None}
        incident.named = max(incident.named, len(known) + unknown)


def _part(row: Row, person: Mapping[str, str]) -> Row:
    who = None if row["identified"] is False else person.get(row["record_id"])
    return row | {"person": who}


def _same(crimes: Mapping[str, Row], parts: list[Row]) -> Iterator[Pair]:
    held: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for part in parts:
        crime = crimes[part["crime_id"]]
        if part["person"] is None:
            continue
        if crime["offence_from"] is not None:
            held["day", part["person"], crime["offence_from"]].add(crime["crime_id"])
        if crime["force"] is not None:
            local = crime["crime_id"].partition(":")[2]
            held["reference", part["person"], crime["force"], local].add(crime["crime_id"])
    for names in held.values():
        if len({crimes[name]["system"] for name in names}) == len(names):
            yield from combinations(sorted(names), 2)


def _by_reference(crimes: Mapping[str, Row], keyed: Iterable[tuple[str, ...]]) -> Iterator[Pair]:
    for systems in keyed:
        held: dict[str, list[str]] = defaultdict(list)
        for name, crime in crimes.items():
            if crime["system"] in systems:
                held[name.partition(":")[2]].append(name)
        for names in held.values():
            yield from combinations(names, 2)


def _classes(facts: Facts) -> dict[str, set[str]]:
    classes: dict[str, set[str]] = defaultdict(set)
    for table in (facts.crimes, facts.charges):
        for row in table.to_pylist():
            if row["ho_class"] is not None:
                classes[row["crime_id"]].add(row["ho_class"])
    return classes


def _births(facts: Facts, person: Mapping[str, str]) -> dict[str, dt.date]:
    told: dict[str, Counter[dt.date]] = defaultdict(Counter)
    for row in facts.records.to_pylist():
        exact = row["dob"] is not None and row["dob_precision"] in (None, "day")
        if exact and row["record_id"] in person:
            told[person[row["record_id"]]][row["dob"]] += 1
    return {who: min(days, key=lambda day: (-days[day], day)) for who, days in told.items()}


def _incident(
    crimes: list[Row], parts: list[Row], classes: Mapping[str, set[str]], born: Mapping[str, dt.date]
) -> PlainIncident | None:
    names = [crime["crime_id"] for crime in crimes]
    day = _first(crimes, "offence_from") or _first(crimes, "recorded_on")
    own = [part for part in parts if part["crime_id"] in names]
    known = {one for name in names for one in classes.get(name, ())}
    sexual, child = (_of_list(known, fact, value) for fact, value in (("group", "Sexual offences"), ("child", "yes")))
    children = {part["person"] for part in own if part["role"] == "victim" and _is_child(part, day, born, child)}
    about = any(crime["cse_flag"] for crime in crimes) or child or (children and (sexual or not known))
    if not about:
        return None
    scenes = {crime["postcode"] for crime in crimes if crime["postcode"] is not None}
    return PlainIncident(names, day, children=children - {None}, scenes=scenes)


def _first(crimes: list[Row], column: str) -> dt.date | None:
    return min((crime[column] for crime in crimes if crime[column] is not None), default=None)


def _of_list(known: set[str], fact: str, value: str) -> bool:
    classes = code_list("ho-class")
    return any(
        one in classes.codes and classes[one].facts["group"] == "Sexual offences" and classes[one].facts[fact] == value
        for one in known
    )


def _is_child(part: Row, day: dt.date | None, born: Mapping[str, dt.date], against_child: bool) -> bool:
    birth = born.get(part["person"] or "")
    if birth is not None and day is not None:
        return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)) < 18
    return part["stated_age"] < 18 if part["stated_age"] is not None else against_child
