"""The whole truth of one invention, drawn from one seed before any system writes anything down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.cases import Cases, Parts, draw_cases
from joinedup.synthetic.choosing import choosers
from joinedup.synthetic.groups import Groups, draw_groups
from joinedup.synthetic.numbers import Whole
from joinedup.synthetic.people import People, draw_people
from joinedup.synthetic.places import Places, draw_places
from joinedup.synthetic.systems import Size

_PEOPLE_A_RECORD = 1.05
_OF_GROUPS = 0.15


@dataclass(frozen=True)
class World:
    """People, places, groups and cases. group_of: each person's group, the first of several, or -1. seed: of the
    invention.
    """

    size: Size
    seed: int
    people: People
    places: Places
    groups: Groups
    cases: Cases
    parts: Parts
    group_of: Whole

    def chance(self, *purpose: int) -> np.random.Generator:
        """A generator for one purpose, the same for the same seed whatever else was drawn before."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=purpose))


def draw_world(size: Size, seed: int) -> World:
    """Draw everything that is true for a size and a seed."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    places = draw_places(rng, size.records, size.forces)
    people = draw_people(rng, int(size.records * _PEOPLE_A_RECORD), places, size.forces)
    chosen = choosers(rng, people)
    groups = draw_groups(rng, int(size.cases * _OF_GROUPS), chosen, places, size.forces)
    cases, parts = draw_cases(rng, int(size.cases * (1 - _OF_GROUPS)), people, chosen, places, groups)
    return World(size, seed, people, places, groups, cases, parts, _group_of(groups, len(people)))


def _group_of(groups: Groups, count: int) -> Whole:
    of = np.full(count, -1)
    backwards = slice(None, None, -1)
    for members in (groups.child, groups.suspect):
        of[members[backwards]] = groups.group[backwards]
    return of
