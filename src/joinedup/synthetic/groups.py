"""Planted groups: two to eight suspects and one to six children, in two or three forces, over months or years.

Every crime of a group has one suspect and one child, so that no crime alone shows a group. Places, phones and vehicles
are shared. Forces alternate from crime to crime, so that every group crosses forces and so systems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.choosing import Choosers
from joinedup.synthetic.numbers import Whole, day
from joinedup.synthetic.people import FEMALE, MALE
from joinedup.synthetic.places import Places, addresses_in

_YEAR = 365.25


@dataclass(frozen=True)
class Groups:
    """One place a group in the first arrays, one place a crime in the last.

    places, phones, vehicles: three numbers a group; each crime uses one place, each member one phone and one vehicle.
    """

    suspects: Whole
    children: Whole
    places: Whole
    phones: Whole
    vehicles: Whole
    group: Whole
    force: Whole
    on: Whole
    suspect: Whole
    child: Whole

    def __len__(self) -> int:
        return len(self.suspects)


def draw_groups(rng: np.random.Generator, crimes: int, choosers: Choosers, places: Places, forces: int) -> Groups:
    """Plan groups with about `crimes` crimes in all."""
    count = max(3, crimes // 9)
    suspects = rng.choice(np.arange(2, 9), size=count, p=[0.22, 0.22, 0.18, 0.14, 0.1, 0.08, 0.06])
    children = rng.choice(np.arange(1, 7), size=count, p=[0.2, 0.26, 0.22, 0.16, 0.1, 0.06])
    each = suspects + children - 1 + rng.integers(1, 6, size=count)
    group = np.repeat(np.arange(count), each)
    turn = np.arange(len(group)) - np.repeat(np.cumsum(each) - each, each)
    suspect, child = _met(rng, turn, suspects[group], children[group])
    start = rng.integers(day(2005, 2), day(2023), size=count)
    home = rng.integers(forces, size=count)
    kept_places = np.stack([addresses_in(rng, places, home) for _ in range(3)], axis=1)
    serials = np.arange(count * 3).reshape(count, 3)
    return Groups(
        suspects, children, kept_places, serials, serials, group,
        force=_force(rng, home, group, turn, forces),
        on=_days(rng, start, group),
        suspect=_members(rng, choosers, start, group, suspect, of_suspects=True),
        child=_members(rng, choosers, start, group, child, of_suspects=False),
    )  # fmt: skip


def _met(rng: np.random.Generator, turn: Whole, suspects: Whole, children: Whole) -> tuple[Whole, Whole]:
    """Which suspect and which child a group's crime of that turn names.

    Each of the first crimes brings one new member beside one already met, so that no part of a group lies apart; the
    others name any two.
    """
    child = np.minimum(turn - np.minimum((turn + 1) // 2, suspects - 1), children - 1)
    all_met = turn > suspects + children - 2
    anyone = rng.integers(suspects), rng.integers(children)
    return np.where(all_met, anyone[0], turn - child), np.where(all_met, anyone[1], child)


def _days(rng: np.random.Generator, start: Whole, group: Whole) -> Whole:
    """Days of crimes, in order, over ten weeks to nearly three years."""
    span = rng.integers(70, 1000, size=len(start))
    through = np.sort(rng.random(len(group)) + group) - group
    return start[group] + (through * span[group]).astype(np.int64)


def _force(rng: np.random.Generator, home: Whole, group: Whole, turn: Whole, forces: int) -> Whole:
    """Forces by turns: two for most groups, three for some where there are three."""
    width = np.where(rng.random(len(home)) < 0.3, min(3, forces), 2)
    return (home[group] + turn % width[group]) % forces


def _members(
    rng: np.random.Generator, choosers: Choosers, start: Whole, group: Whole, number: Whole, *, of_suspects: bool
) -> Whole:
    """The person who is that numbered member of each group, the same whenever the number comes again."""
    count = len(start)
    slots = np.repeat(np.arange(count), 8), np.tile(np.arange(8), count)
    benches = choosers.suspects if of_suspects else choosers.victims
    years = rng.uniform(17, 33, size=count) if of_suspects else rng.uniform(12.6, 15.4, size=count)
    born = (start - years * _YEAR).astype(np.int64)[slots[0]]
    mostly = MALE if of_suspects else FEMALE
    likely, other = benches[mostly], benches[1 - mostly]
    usual = likely.several(rng, born, slots[1], 160 if of_suspects else 700)
    unusual = other.several(rng, born, slots[1], 160 if of_suspects else 700)
    of_usual_sex = rng.random(count) < 0.85 if not of_suspects else np.ones(count, dtype=bool)
    table = np.where(of_usual_sex[slots[0]], usual, unusual).reshape(count, 8)
    return table[group, number]
