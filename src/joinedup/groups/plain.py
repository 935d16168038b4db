"""The same groups, found plainly and slowly: one row at a time. It is what the fast code must agree with."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter
from typing import Any

from joinedup.groups.communities import with_leaves
from joinedup.groups.contacts import CHILDREN_OF_A_HOME, MOST, MOST_PEOPLE, TYING
from joinedup.groups.facts import Facts
from joinedup.groups.plain_incidents import Pair, Parts, PlainIncident, incidents_of
from joinedup.groups.ties import NEAREST
from joinedup.groups.weights import CHILDHOOD, COMPANIONS, HALF_YEAR, LACKED, MARGIN, SPAN


@dataclass(frozen=True)
class PlainGroup:
    """Crimes, identified suspects and children harmed of one group."""

    crimes: frozenset[str]
    suspects: frozenset[str]
    children: frozenset[str]


def find_plainly(facts: Facts) -> set[PlainGroup]:
    """The groups of some facts. No component may be so big that the fast code would part it."""
    seen = incidents_of(facts)
    shared, scenes = contacts_of(facts, seen)
    series = Parts(seen)
    worth = _Worth(seen, scenes)
    for one, other in _compared(seen, shared, scenes):
        if tied(worth, shared, one, other):
            series.join(one, other)
    people = {who for incident in seen.values() for who in incident.people}
    firm = [
        pair for pair, kinds in shared.items() if round(sum(kinds.values()) - prior(len(people)), 6) >= MARGIN
    ]  # fmt: skip
    return set(_groups(seen, series, circles_of(firm)))


def circles_of(pairs: Sequence[Pair]) -> list[set[str]]:
    """Pairs that meet in somebody are of one circle when their other ends hang together without that one."""
    circles = Parts(pairs)
    for one, other in combinations(pairs, 2):
        for who in set(one) & set(other):
            ends = [end for pair in (one, other) for end in pair if end != who]
            left = Parts({end for pair in pairs for end in pair})
            for pair in pairs:
                if who not in pair:
                    left.join(*pair)
            if left.of(ends[0]) == left.of(ends[1]):
                circles.join(one, other)
    found: dict[Any, set[str]] = defaultdict(set)
    for pair in pairs:
        found[circles.of(pair)] |= set(pair)
    return sorted(with_leaves(list(found.values())), key=sorted)


def _groups(seen: Mapping[str, PlainIncident], series: Parts, circles: list[set[str]]) -> Iterator[PlainGroup]:
    of_series: dict[Any, list[str]] = defaultdict(list)
    for name in seen:
        of_series[series.of(name)].append(name)
    joined: dict[Any, list[str]] = defaultdict(list)
    for head, names in of_series.items():
        joined[_circle(seen, names, circles) or ("series", head)] += names
    harmed = {who for incident in seen.values() for who in incident.children}
    suspected = {who for incident in seen.values() for who in incident.suspects}
    for key in {*joined, *(("circle", n) for n in range(len(circles)))}:
        names = joined.get(key, [])
        children = {who for name in names for who in seen[name].children}
        by_contact = circles[key[1]] & suspected - harmed if key[0] == "circle" else set()
        suspects = ({who for name in names for who in seen[name].suspects} | by_contact) - children
        several = len(names) > 1 or bool(by_contact)
        if (len(suspects) > 1 and several) or max((seen[name].named for name in names), default=0) > 1:
            crimes = frozenset(crime for name in names for crime in seen[name].crimes)
            yield PlainGroup(crimes, frozenset(suspects), frozenset(children))


def _circle(seen: Mapping[str, PlainIncident], names: list[str], circles: list[set[str]]) -> tuple[str, int] | None:
    """The circle that holds most of a series' people: two at least, and half of them; the first of several."""
    people = {who for name in names for who in seen[name].people}
    shared = [len(people & circle) for circle in circles]
    most = max(shared, default=0)
    return ("circle", shared.index(most)) if most > 1 and 2 * most >= len(people) else None


def prior(count: int) -> float:
    """See `weights`."""
    return max(math.log2(max(count, 1) / COMPANIONS), 0.0)


def rarity(of_kind: int, holders: int) -> float:
    """See `weights`."""
    return max(math.log2(max(of_kind, 1) / max(holders, 1)) - LACKED, 0.0)


def contacts_of(
    facts: Facts, seen: Mapping[str, PlainIncident]
) -> tuple[dict[Pair, dict[str, float]], dict[str, set[str]]]:
    """Bits by kind that two people share, and the scenes of each incident that may tie it."""
    person = {row["record_id"]: row["person_id"] for row in facts.clusters.to_pylist()}
    involved = {who for incident in seen.values() for who in incident.people}
    homes, addresses, postcodes = _homes(facts, person)
    harmed = {who for incident in seen.values() for who in incident.children}
    shared: dict[Pair, dict[str, float]] = defaultdict(dict)
    for kind in TYING:
        holders: dict[str, set[str]] = defaultdict(set)
        for row in facts.contacts.to_pylist():
            if row["kind"] == kind and person.get(row["record_id"]) in involved:
                holders[row["value"]].add(person[row["record_id"]])
        of_kind = len(set().union(*holders.values())) if holders else 0
        for value, people in holders.items():
            lived = sum(value in addresses[who] for who in harmed)
            if len(people) > MOST[kind] or (kind == "place" and lived >= CHILDREN_OF_A_HOME):
                continue
            for pair in combinations(sorted(people), 2):
                if not homes[pair[0]] & homes[pair[1]]:
                    worth = round(rarity(of_kind, len(people)), 6)
                    shared[pair][kind] = max(shared[pair].get(kind, 0.0), worth)
    return shared, _scenes(seen, postcodes)


def _homes(
    facts: Facts, person: Mapping[str, str]
) -> tuple[dict[str, set[Any]], dict[str, set[str]], dict[str, set[str]]]:
    homes: dict[str, set[Any]] = defaultdict(set)
    addresses: dict[str, set[str]] = defaultdict(set)
    postcodes: dict[str, set[str]] = defaultdict(set)
    for row in facts.records.to_pylist():
        who = person.get(row["record_id"], "")
        if row["address"] is not None:
            homes[who].add((row["address"], row["postcode"]))
            addresses[who].add(row["address"])
        if row["postcode"] is not None:
            postcodes[who].add(row["postcode"])
    return homes, addresses, postcodes


def _scenes(seen: Mapping[str, PlainIncident], postcodes: Mapping[str, set[str]]) -> dict[str, set[str]]:
    left = {
        name: {one for one in incident.scenes if not any(one in postcodes[who] for who in incident.children)}
        for name, incident in seen.items()
    }
    count = Counter(one for scenes in left.values() for one in scenes)
    return {name: {one for one in scenes if count[one] <= MOST["scene"]} for name, scenes in left.items()}


Shared = Mapping[Pair, Mapping[str, float]]
Scenes = Mapping[str, set[str]]


_SUSPECTS, _CHILDREN = attrgetter("suspects"), attrgetter("children")


class _Worth:
    """Bits of each suspect, child and scene, by how many incidents have it."""

    def __init__(self, seen: Mapping[str, PlainIncident], scenes: Scenes) -> None:
        self.seen = seen
        suspects, children = ({name: of(one) for name, one in seen.items()} for of in (_SUSPECTS, _CHILDREN))
        self.things: list[Mapping[str, set[str]]] = [suspects, children, scenes]
        self.counts = [Counter(thing for held in of.values() for thing in held) for of in self.things]

    def shared(self, one: str, other: str) -> list[float]:
        """By kind, the bits of what two incidents share."""
        return [
            sum(rarity(len(self.seen), counts[thing]) for thing in of[one] & of[other])
            for of, counts in zip(self.things, self.counts, strict=True)
        ]


def tied(worth: _Worth, shared: Shared, one: str, other: str) -> bool:
    """Whether what two incidents have in common reaches the margin."""
    left, right = worth.seen[one], worth.seen[other]
    if max(len(left.people), len(right.people)) > MOST_PEOPLE:
        return False
    by = worth.shared(one, other)
    rarest = max(_contact(shared, left, right).values(), default=0.0)
    only_child = by[1] > 0 and by[0] + by[2] + rarest == 0
    bits = sum(by) + rarest + _closeness(left.day, right.day, only_child) - prior(len(worth.seen))
    return round(bits, 6) >= MARGIN


def _contact(shared: Shared, left: PlainIncident, right: PlainIncident) -> dict[str, float]:
    """By kind the rarest contact of somebody in one incident alone with somebody in the other alone."""
    found: dict[str, float] = {}
    for who in left.people - right.people:
        for whom in right.people - left.people:
            for kind, bits in shared.get((min(who, whom), max(who, whom)), {}).items():
                found[kind] = max(found.get(kind, 0.0), bits)
    return found


def _closeness(one: dt.date | None, other: dt.date | None, only_child: bool) -> float:
    if one is None or other is None:
        return 0.0
    span = CHILDHOOD if only_child else SPAN
    return math.log2(span / HALF_YEAR) - min(abs((one - other).days), span) / HALF_YEAR / math.log(2)


def _compared(seen: Mapping[str, PlainIncident], shared: Shared, scenes: Scenes) -> set[Pair]:
    """Pairs near in time among those that share a thing, and nearest ones of two people who share a contact."""
    order = {name: n for n, name in enumerate(seen)}
    in_time = sorted(seen, key=lambda name: (_day(seen[name]), order[name]))
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    of_person: dict[str, list[str]] = defaultdict(list)
    for name in in_time:
        for kind, things in (("s", seen[name].suspects), ("c", seen[name].children), ("p", scenes[name])):
            for thing in things:
                held[kind, thing].append(name)
        for who in seen[name].people:
            of_person[who].append(name)
    found = {
        (one, other) for names in held.values() for n, one in enumerate(names) for other in names[n + 1 :][:NEAREST]
    }
    for pair in shared:
        found |= set(_nearest(seen, of_person, pair))
    return {(min(two, key=order.__getitem__), max(two, key=order.__getitem__)) for two in found if two[0] != two[1]}


def _day(incident: PlainIncident) -> int:
    return -(1 << 40) if incident.day is None else incident.day.toordinal()


def _nearest(seen: Mapping[str, PlainIncident], of_person: Mapping[str, list[str]], pair: Pair) -> Iterator[Pair]:
    fewer, more = (of_person[who] for who in pair)
    if len(fewer) > len(more):
        fewer, more = more, fewer
    for name in fewer:
        yield name, _closest(seen, more, seen[name])


def _closest(seen: Mapping[str, PlainIncident], names: list[str], to: PlainIncident) -> str:
    """The last before the day, or the first from it on; the earlier when both are as near."""
    before = [name for name in names if _day(seen[name]) < _day(to)]
    after = [name for name in names if _day(seen[name]) >= _day(to)]
    if not before or not after:
        return before[-1] if before else after[0]
    gaps = [_gap(seen[before[-1]], to), _gap(seen[after[0]], to)]
    return before[-1] if gaps[0] <= gaps[1] else after[0]


def _gap(one: PlainIncident, other: PlainIncident) -> float:
    return SPAN * 10 if one.day is None or other.day is None else abs((one.day - other.day).days)
