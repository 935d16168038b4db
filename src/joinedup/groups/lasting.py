"""Group ids that outlive runs: which earlier group each group carries on, and what became of the others.

A group keeps the id of the earlier group with which it shares most crimes. Ids are made from a digest keyed with the
project's salt and say nothing about anybody. An id is never given to a second group.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.groups.arrays import Whole, coded
from joinedup.groups.communities import components


@dataclass(frozen=True)
class Before:
    """What the run before left: which item was in which group, and events. Items: crimes, or people where a group has
    no crime.
    """

    items: pa.Table
    events: pa.Table

    @classmethod
    def nothing(cls) -> Before:
        """For a first run."""
        return cls(pa.table({"group_id": pa.array([], pa.string()), "item": pa.array([], pa.string())}),
                   tables.named("group_events").empty())  # fmt: skip


@dataclass(frozen=True)
class Lasting:
    """ids: by group. events: as the table `group_events`, those before and the new ones."""

    ids: pa.Array
    events: pa.Table


def lasting(group: Whole, item: Sequence[str], count: int, before: Before, salt: bytes) -> Lasting:
    """Give groups the ids of those that they carry on, and note what became of the others.

    group, item: one place a crime (or person) of a group; an item is in one group. Equal groups and equal `before` give
    equal ids, and no event when nothing changed.
    """
    then = dict(zip(before.items["item"].to_pylist(), before.items["group_id"].to_pylist(), strict=True))
    given = _carried_on(group, item, then)
    taken = {name for event in before.events.to_pylist() for name in (*event["before"], *event["after"])}
    names = _named(group, item, count, given, taken | set(then.values()), salt)
    now = {one: names[place] for place, one in zip(group.tolist(), item, strict=True)}
    fresh = [one for one in _told(then, now, _number(before)) if one is not None]
    schema = tables.named("group_events").schema
    rows = pa.Table.from_pylist(fresh, schema=schema)
    return Lasting(pa.array(names, pa.string()), pa.concat_tables([before.events.select(schema.names), rows]))


def _number(before: Before) -> int:
    return int(pc.max(before.events["number"]).as_py() or 0) + 1


def _carried_on(group: Whole, item: Sequence[str], then: dict[str, str]) -> dict[int, str]:
    """By group, the earlier group that it carries on: the most shared items first, then by id."""
    shared: dict[tuple[str, int], int] = defaultdict(int)
    for place, one in zip(group.tolist(), item, strict=True):
        if one in then:
            shared[then[one], place] += 1
    found: dict[int, str] = {}
    given: set[str] = set()
    for (name, place), _ in sorted(shared.items(), key=lambda claim: (-claim[1], claim[0])):
        if place not in found and name not in given:
            found[place] = name
            given.add(name)
    return found


def _named(
    group: Whole, item: Sequence[str], count: int, given: dict[int, str], taken: set[str], salt: bytes
) -> list[str]:
    first: dict[int, str] = {}
    for place, one in zip(group.tolist(), item, strict=True):
        first[place] = min(first.get(place, one), one)
    names = []
    for place in range(count):
        name = given.get(place) or _fresh(first[place], taken, salt)
        taken.add(name)
        names.append(name)
    return names


def _fresh(item: str, taken: set[str], salt: bytes) -> str:
    """`G` and 16 digits from the first item and a number that makes it one that no group ever had."""
    turn = 0
    while (made := _made(item, turn, salt)) in taken:
        turn += 1
    return made


def _made(item: str, turn: int, salt: bytes) -> str:
    said = f"group\x00{item}" if not turn else f"group\x00{item}\x00{turn}"
    return f"G{hashlib.blake2b(said.encode(), key=salt, digest_size=8).hexdigest().upper()}"


def _told(then: dict[str, str], now: dict[str, str], number: int) -> Iterator[dict[str, Any] | None]:
    """What became of groups, by those before and after that share any item."""
    for before, after, came, went in _parts(then, now):
        yield _event(before, after, came, went) | {"number": number} if came or went or before != after else None


def _event(before: list[str], after: list[str], came: int, went: int) -> dict[str, Any]:
    return {"kind": _kind(before, after, came, went), "before": before, "after": after, "came": came, "went": went}


def _kind(before: list[str], after: list[str], came: int, went: int) -> str:
    if not before or not after:
        return "began" if after else "gone"
    if len(before) == len(after) == 1:
        return "changed" if came and went else "grew" if came else "shrank"
    if len(before) == len(after):
        return "regrouped"
    return "merged" if len(after) < len(before) else "split"


def _parts(then: dict[str, str], now: dict[str, str]) -> Iterator[tuple[list[str], list[str], int, int]]:
    """Groups before and after that hang together by items: their names, and how many items came and went."""
    items = sorted(then.keys() | now.keys())
    sides = [pa.array([side.get(one) for one in items], pa.string()) for side in (then, now)]
    (before, olds), (after, news) = (coded(side) for side in sides)
    both = (before >= 0) & (after >= 0)
    count = len(olds) + len(news)
    label = components(count, before[both], len(olds) + after[both])
    of = np.where(before >= 0, label[before], label[np.where(after >= 0, after + len(olds), 0)]) if count else before
    parts: dict[int, tuple[set[str], set[str], list[int]]] = defaultdict(lambda: (set(), set(), [0, 0]))
    for one, part in zip(items, of.tolist(), strict=True):
        old, new, moved = parts[part]
        old.update([then[one]] if one in then else [])
        new.update([now[one]] if one in now else [])
        moved[0] += one not in then
        moved[1] += one not in now
    for part in sorted(parts):
        old, new, (came, went) = parts[part]
        yield sorted(old), sorted(new), came, went
