"""What each system, and each force, would see of a group by its own records alone.

A system is taken at its best: it is given the joined view's knowledge of which of its own records are one person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from joinedup.groups.arrays import Links, Mask, Whole, followed, places
from joinedup.groups.facts import Facts
from joinedup.groups.finding import TOGETHER, Found, find


@dataclass(frozen=True)
class Sight:
    """One system or force. crimes: by crime of the facts, whether it is its own. sees: by group of the joined view,
    whether by itself it finds any two of its suspects together, identified or not. whole: whether all of them.
    """

    kind: str
    holder: str
    crimes: Mask
    sees: Mask
    whole: Mask


def sights(facts: Facts, found: Found) -> Iterator[Sight]:
    """Every system, then every force, in order of name."""
    for kind in ("system", "force"):
        column = facts.crimes[kind]
        for holder in sorted(pc.drop_null(pc.unique(column)).to_pylist()):
            own = facts.of_system(holder) if kind == "system" else facts.of_force(holder)
            held = np.asarray(pc.fill_null(pc.equal(column, holder), False))
            yield Sight(kind, holder, held, *_seen(facts, found, own, find(own)))


def _seen(facts: Facts, found: Found, own: Facts, theirs: Found) -> tuple[Mask, Mask]:
    """By group of `found`, whether one of `theirs` has two suspects of it, or a crime: then it names two, identified or
    not. And whether one has all of its identified suspects.
    """
    person = places(theirs.incidents.people, found.incidents.people)
    most = _most_together(found.suspects.turned, theirs.suspects, person)
    crime = places(own.crimes["crime_id"], facts.crimes["crime_id"])
    group = found.of_crime[crime[theirs.of_crime >= 0]]
    met = np.zeros(len(found), np.bool_)
    met[group[group >= 0]] = True
    sees = (most >= TOGETHER) | met
    return sees, sees & ((most == found.suspects.counts) | (found.suspects.counts < TOGETHER))


def _most_together(groups_of: Links, theirs: Links, person: Whole) -> Whole:
    """By group, the most of its suspects that are in one of their groups."""
    row, group = followed(groups_of, person[theirs.right])
    keys, shared = np.unique(group * max(theirs.lefts, 1) + theirs.left[row], return_counts=True)
    most = np.zeros(groups_of.rights, np.int64)
    np.maximum.at(most, keys // max(theirs.lefts, 1), shared)
    return most
