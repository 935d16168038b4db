"""The true people: households, families, names, addresses and phones through time.

Ethnicity and nationality follow the origin of a household's names. They are drawn here, and nothing that gives out
parts in cases looks at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.columns import either
from joinedup.synthetic.numbers import NEVER, Text, Whole, day
from joinedup.synthetic.origins import origins
from joinedup.synthetic.places import Places, addresses_in
from joinedup.synthetic.pools import NO_NAME, Pool, pool

ETHNICITIES = (
    "W1",
    "W2",
    "W3",
    "W9",
    "M1",
    "M2",
    "M3",
    "M9",
    "A1",
    "A2",
    "A3",
    "A4",
    "A9",
    "B1",
    "B2",
    "B9",
    "O2",
    "O9",
)
MALE, FEMALE = 0, 1

_ALONE, _COUPLE, _FAMILY, _MOTHER, _FATHER = range(5)
_KINDS = [0.28, 0.16, 0.38, 0.14, 0.04]
_ADULTS = np.array([1, 2, 2, 1, 1])
PEOPLE_A_HOUSEHOLD = 2.65


@dataclass(frozen=True)
class People:
    """One place a person in every array. Names are numbers of the pool; addresses are numbers of Places; days since
    1970.

    surname_later, from `renamed_on`; addresses and phones in the order in which they were used, from each day of the
    array beside them.
    """

    household: Whole
    child: Whole
    force: Whole
    origin: Whole
    sex: Whole
    born: Whole
    died_on: Whole
    ethnicity: Whole
    nationality: Text
    second_nationality: Text
    forename: Whole
    second_forename: Whole
    surname: Whole
    surname_later: Whole
    renamed_on: Whole
    address: Whole
    moved_on: Whole
    phone: Whole
    new_phone_on: Whole

    def __len__(self) -> int:
        return len(self.born)


@dataclass(frozen=True)
class _Homes:
    """Households: kind, first adult's birth day, and for each person the household and the place in it."""

    kind: Whole
    start: Whole
    of: Whole
    place: Whole

    @property
    def kind_of(self) -> Whole:
        return self.kind[self.of]

    @property
    def child(self) -> Whole:
        return (self.place >= _ADULTS[self.kind_of]).astype(np.int64)


def draw_people(rng: np.random.Generator, count: int, places: Places, forces: int) -> People:
    """Invent about `count` people in households, with homes among `places`."""
    homes = _households(rng, int(count / PEOPLE_A_HOUSEHOLD))
    origin = rng.choice(len(origins()), size=len(homes.kind), p=_origin_shares())
    ethnicity, nationality, second = _belongings(rng, origin)
    sex = _sexes(rng, homes)
    force = rng.integers(forces, size=len(homes.kind))
    address, moved_on = _addresses(rng, homes, force, places, forces)
    phone, new_phone_on = _phones(rng, len(homes.of))
    names = _names(rng, homes, origin, sex)
    return People(
        homes.of, homes.child, force[homes.of], origin[homes.of], sex, _births(rng, homes), _deaths(rng, homes),
        ethnicity[homes.of], nationality[homes.of], second[homes.of], *names, address, moved_on, phone, new_phone_on,
    )  # fmt: skip


def _households(rng: np.random.Generator, count: int) -> _Homes:
    kind = rng.choice(5, size=count, p=_KINDS)
    children = np.where(kind >= _FAMILY, 1 + rng.binomial(3, 0.36, size=count), 0)
    size = _ADULTS[kind] + children
    of = np.repeat(np.arange(count), size)
    place = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    parents = rng.integers(day(1954), day(1988), size=count)
    others = rng.integers(day(1935), day(2000), size=count)
    return _Homes(kind, np.where(kind >= _FAMILY, parents, others), of, place)


def _births(rng: np.random.Generator, homes: _Homes) -> Whole:
    """Parents about of an age, children twenty to thirty-two years after the first parent, three in a hundred twins."""
    start = homes.start[homes.of] + np.where(homes.place == 1, rng.normal(0, 1100, len(homes.of)), 0).astype(np.int64)
    eldest = (rng.integers(20 * 365, 32 * 365, size=len(homes.kind)) + homes.start)[homes.of]
    gap = np.where(rng.random(len(homes.of)) < 0.03, 0, rng.integers(330, 1700, size=len(homes.of)))
    first_child = homes.place == _ADULTS[homes.kind_of]
    gap[(homes.child == 0) | first_child] = 0
    since = np.cumsum(gap)
    at_start = np.maximum.accumulate(np.where(homes.place == 0, since, 0))
    return np.where(homes.child == 1, eldest + since - at_start, start)


def _deaths(rng: np.random.Generator, homes: _Homes) -> Whole:
    dies = (rng.random(len(homes.of)) < 0.02) & (homes.child == 0)
    return np.where(dies, rng.integers(day(2008), day(2026), size=len(homes.of)), NEVER)


def _sexes(rng: np.random.Generator, homes: _Homes) -> Whole:
    drawn = rng.integers(2, size=len(homes.of))
    kind, first = homes.kind_of, homes.place == 0
    couple = (kind == _COUPLE) | (kind == _FAMILY)
    drawn[(couple | (kind == _FATHER)) & first] = MALE
    drawn[(couple & (homes.place == 1)) | ((kind == _MOTHER) & first)] = FEMALE
    return drawn


def _origin_shares() -> list[float]:
    total = sum(origin.belonging.share for origin in origins())
    return [origin.belonging.share / total for origin in origins()]


def _belongings(rng: np.random.Generator, origin: Whole) -> tuple[Whole, Text, Text]:
    """Ethnicity and one or two nationalities of each household, loosely as its names; one in thirty has any."""
    ethnicity = rng.integers(len(ETHNICITIES), size=len(origin))
    as_named = rng.random(len(origin)) < 29 / 30
    nationality, second = (np.full(len(origin), None, dtype=object) for _ in range(2))
    for number, story in enumerate(origins()):
        here = np.flatnonzero(origin == number)
        codes = [ETHNICITIES.index(code) for code in story.belonging.ethnicity]
        drawn = rng.choice(codes, size=len(here), p=_adding_up(story.belonging.ethnicity))
        ethnicity[here] = np.where(as_named[here], drawn, ethnicity[here])
        countries = np.array(list(story.belonging.nationality), dtype=object)
        nationality[here] = rng.choice(countries, size=len(here), p=_adding_up(story.belonging.nationality))
        second[here] = rng.choice(countries, size=len(here), p=_adding_up(story.belonging.nationality))
    single = (rng.random(len(origin)) < 0.8) | (second == nationality)
    return ethnicity, nationality, either(single, None, second)


def _adding_up(shares: Mapping[str, float]) -> np.ndarray:
    weights = np.array(list(shares.values()))
    return weights / weights.sum()


def _names(
    rng: np.random.Generator, homes: _Homes, origin: Whole, sex: Whole
) -> tuple[Whole, Whole, Whole, Whole, Whole]:
    """First and second forename, surname, later surname and the day it came."""
    names, of = pool(), homes.of
    own_origin = origin[of]
    forename = _of_sex(rng, names, own_origin, sex)
    head = np.flatnonzero(homes.place == 0)
    father = np.where(sex[head] == MALE, forename[head], names.draw(rng, origin, "male"))
    _like_father(rng, homes, sex, forename, father)
    family, own = names.draw(rng, origin, "surname"), names.draw(rng, own_origin, "surname")
    surname = np.where(_bears_own(rng, homes, own_origin), own, family[of])
    later, renamed_on = _later_surname(rng, homes, sex, surname, names.draw(rng, own_origin, "surname"))
    surname, later = (np.where(sex == FEMALE, names.womanly(own_origin, s), s) for s in (surname, later))
    return forename, _second_forename(rng, homes, own_origin, sex, father), surname, later, renamed_on


def _of_sex(rng: np.random.Generator, names: Pool, origin: Whole, sex: Whole) -> Whole:
    return np.where(sex == MALE, names.draw(rng, origin, "male"), names.draw(rng, origin, "female"))


def _like_father(rng: np.random.Generator, homes: _Homes, sex: Whole, forename: Whole, father: Whole) -> None:
    """One eldest son in sixteen bears his father's name."""
    eldest = homes.place == _ADULTS[homes.kind_of]
    same = eldest & (sex == MALE) & (homes.kind_of != _MOTHER) & (rng.random(len(sex)) < 1 / 16)
    forename[same] = father[homes.of[same]]


def _bears_own(rng: np.random.Generator, homes: _Homes, origin: Whole) -> np.ndarray:
    """Wives who keep the name they were born with: most where that is the custom, few elsewhere."""
    keeps = np.array([0.75 if story.wives_keep else 0.12 for story in origins()])
    couple = (homes.kind_of == _COUPLE) | (homes.kind_of == _FAMILY)
    return couple & (homes.place == 1) & (rng.random(len(origin)) < keeps[origin])


def _later_surname(
    rng: np.random.Generator, homes: _Homes, sex: Whole, surname: Whole, other: Whole
) -> tuple[Whole, Whole]:
    """Women who took another surname between 2004 and 2025, and one in thirty of everyone else who changed it."""
    rate = np.where((sex == FEMALE) & (homes.child == 0), 0.15, 1 / 30)
    changes = rng.random(len(sex)) < rate
    renamed_on = np.where(changes, rng.integers(day(2004), day(2025), size=len(sex)), NEVER)
    return np.where(changes, other, surname), renamed_on


def _second_forename(rng: np.random.Generator, homes: _Homes, origin: Whole, sex: Whole, father: Whole) -> Whole:
    manner = np.array([story.second for story in origins()])[origin]
    own = _of_sex(rng, pool(), origin, sex)
    a_father = np.where(homes.child == 1, father[homes.of], pool().draw(rng, origin, "male"))
    second = np.where(manner == "father", a_father, own)
    none = (manner == "none") | ((manner == "own") & (rng.random(len(sex)) < 0.4))
    return np.where(none, NO_NAME, second)


def _addresses(
    rng: np.random.Generator, homes: _Homes, force: Whole, places: Places, forces: int
) -> tuple[Whole, Whole]:
    """Three homes and the days of moving into the second and third: one household in four moves, a person in three by
    himself.
    """
    people = len(homes.of)
    away = np.where(rng.random(people) < 0.15, rng.integers(forces, size=people), force[homes.of])
    first, second = (addresses_in(rng, places, force)[homes.of] for _ in range(2))
    address = np.stack([first, second, addresses_in(rng, places, away)], axis=1)
    moved = np.where(rng.random(len(force)) < 0.25, rng.integers(day(2003), day(2020), size=len(force)), NEVER)[
        homes.of
    ]
    alone = np.where(rng.random(people) < 0.3, rng.integers(day(2006), day(2025), size=people), NEVER)
    return address, np.stack([np.minimum(moved, alone - 1), alone], axis=1)


def _phones(rng: np.random.Generator, people: int) -> tuple[Whole, Whole]:
    """Two numbers each, all different, and the day of the change for half of the people."""
    numbers = rng.permutation(people * 2)
    changes = np.where(rng.random(people) < 0.5, rng.integers(day(2006), day(2025), size=people), NEVER)
    return numbers.reshape(people, 2), changes
