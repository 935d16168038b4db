"""How many groups, suspects, children and crimes each system or force sees by itself, and how many the joined view.

Plain counts; what of them may leave is for whoever publishes them to settle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from joinedup.groups.arrays import Links, Mask, at
from joinedup.groups.sights import Sight
from joinedup.groups.telling import Told, known_to

SEEN = ("groups", "groups with all suspects", "suspects", "children", "crimes")
HELD = ("crimes in groups recorded with one suspect", "crimes in groups without the flag")


@dataclass(frozen=True)
class Seen:
    """One number of one area. whole: of all, in the joined view."""

    measure: str
    area: str
    count: int
    whole: int


def seen_by_each(told: Told) -> Iterator[Seen]:
    """What each system and force sees by itself, and what any one of them sees, of all that the joined view finds.

    A group is seen by whoever finds any two of its suspects together, or all of them. A suspect, child or crime counts
    as seen where the area's own crimes name it, in a group that the area finds.
    """
    whole = totals(told)
    for kind in ("system", "force"):
        areas = [one for one in told.seen if one.kind == kind]
        each = [(f"{kind}:{one.holder}", _masks(told, one)) for one in areas]
        if each:
            anyone = zip(*(masks for _, masks in each), strict=True)
            each.append((f"any {kind}", [np.logical_or.reduce(parts) for parts in anyone]))
        for area, masks in each:
            for measure, mask in zip(SEEN, masks, strict=True):
                yield Seen(measure, area, int(mask.sum()), whole[measure])


def totals(told: Told) -> dict[str, int]:
    """The joined view: groups, people suspected in any, children harmed by any, and crimes of any."""
    found = told.found
    sizes = (
        len(found),
        len(found),
        _people(found.suspects).sum(),
        _people(found.children).sum(),
        (found.of_crime >= 0).sum(),
    )
    return dict(zip(SEEN, map(int, sizes), strict=True))


def held_by_each(told: Told) -> Iterator[Seen]:
    """Crimes of groups that say nothing of a group: recorded with one suspect, or without the flag, by system."""
    crimes = told.facts.crimes
    inside = told.found.of_crime >= 0
    flagged = np.asarray(pc.fill_null(crimes["cse_flag"], False))
    marks = (inside & (told.roles.named_of(told.facts) == 1), inside & ~flagged)
    for measure, mask in zip(HELD, marks, strict=True):
        for one in told.seen:
            if one.kind == "system":
                yield Seen(measure, f"system:{one.holder}", int((mask & one.crimes).sum()), int(mask.sum()))


def _masks(told: Told, one: Sight) -> list[Mask]:
    """Which groups, people suspected, children and crimes an area sees."""
    crimes = one.crimes & np.asarray(at(one.sees.astype(np.int64), told.found.of_crime) == 1)
    people = [_people(_within(known_to(told, one, parts), one.sees)) for parts in (told.suspected, told.harmed)]
    return [one.sees, one.whole, *people, crimes]


def _within(links: Links, groups: Mask) -> Links:
    return links.kept(groups[links.left])


def _people(links: Links) -> Mask:
    found = np.zeros(links.rights, np.bool_)
    found[links.right] = True
    return found


__all__ = ["HELD", "SEEN", "Seen", "held_by_each", "seen_by_each", "totals"]
