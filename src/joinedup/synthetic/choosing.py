"""Choosing people for parts in cases, by age and sex alone.

Nothing here can see a person's ethnicity, nationality or name: `Choosers` is built from birth days, sexes and
households.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.numbers import Whole
from joinedup.synthetic.people import FEMALE, MALE, People

NOBODY = -1
_YEAR = 365.25


@dataclass(frozen=True)
class Bench:
    """People who may be given a part, in order of birth."""

    person: Whole
    born: Whole

    def near(self, rng: np.random.Generator, birth_day: Whole) -> Whole:
        """Someone born near each day of `birth_day`."""
        reach = max(2, len(self.person) // 150)
        place = np.searchsorted(self.born, birth_day) + rng.integers(-reach, reach + 1, size=len(birth_day))
        return self.person[place.clip(0, len(self.person) - 1)]

    def several(self, rng: np.random.Generator, birth_day: Whole, member: Whole, spread: int) -> Whole:
        """The member of that number of a set of people born around each day; two numbers never give one person."""
        stride = max(1, len(self.person) // spread)
        place = np.searchsorted(self.born, birth_day) + member * stride + rng.integers(stride, size=len(member))
        return self.person[place % len(self.person)]


@dataclass(frozen=True)
class Choosers:
    """Benches by sex: those who may be suspected, and those who may be harmed; and everyone's household."""

    suspects: tuple[Bench, Bench]
    victims: tuple[Bench, Bench]
    first_of_household: Whole
    size_of_household: Whole
    household: Whole

    def relative(self, rng: np.random.Generator, person: Whole) -> Whole:
        """Somebody of each person's household; nobody when it comes out as the person."""
        home = self.household[person]
        chosen = self.first_of_household[home] + (rng.random(len(person)) * self.size_of_household[home]).astype(
            np.int64
        )
        return np.where(chosen == person, NOBODY, chosen)


def choosers(rng: np.random.Generator, people: People) -> Choosers:
    """Draw the benches: one person in six may be suspected, one in five harmed, and a few whole households both."""
    count = len(people)
    whole = rng.random(int(people.household.max()) + 1) < 0.02
    suspect = (rng.random(count) < 0.16) | whole[people.household]
    victim = (rng.random(count) < 0.2) | whole[people.household]
    size = np.bincount(people.household)
    return Choosers(
        suspects=(_bench(people, suspect, MALE), _bench(people, suspect, FEMALE)),
        victims=(_bench(people, victim, MALE), _bench(people, victim, FEMALE)),
        first_of_household=np.cumsum(size) - size,
        size_of_household=size,
        household=people.household,
    )


def _bench(people: People, chosen: np.ndarray, sex: int) -> Bench:
    person = np.flatnonzero(chosen & (people.sex == sex))
    person = person[np.argsort(people.born[person], kind="stable")]
    return Bench(person, people.born[person])


def by_sex(rng: np.random.Generator, benches: tuple[Bench, Bench], sex: Whole, birth_day: Whole) -> Whole:
    """Someone of each sex born near each day."""
    return np.where(sex == MALE, benches[MALE].near(rng, birth_day), benches[FEMALE].near(rng, birth_day))


def adult_ages(rng: np.random.Generator, count: int) -> Whole:
    """Ages of suspects in days: four in five adults, mostly young, the others from 12 to 17 years."""
    adult = 18 + rng.gamma(2.0, 7.5, size=count)
    young = rng.uniform(12, 18, size=count)
    years = np.where(rng.random(count) < 0.8, np.minimum(adult, 75), young)
    return (years * _YEAR).astype(np.int64)


def child_ages(rng: np.random.Generator, count: int) -> Whole:
    """Ages of children harmed, in days: mostly 12 to 17 years."""
    return (rng.triangular(9.5, 14.3, 17.9, size=count) * _YEAR).astype(np.int64)


def any_ages(rng: np.random.Generator, count: int) -> Whole:
    """Ages of anyone from 10 to 80 years, in days."""
    return (np.minimum(10 + rng.gamma(2.2, 12.0, size=count), 80) * _YEAR).astype(np.int64)


def age_on(born: Whole, when: Whole) -> Whole:
    """Whole years between a birth day and another day, as a birthday counts them. Both in days since 1970."""
    birth, later = (days.astype("datetime64[D]") for days in (born, when))
    years = later.astype("datetime64[Y]").astype(np.int64) - birth.astype("datetime64[Y]").astype(np.int64)
    return years - (_of_year(later) < _of_year(birth))


def _of_year(days: np.ndarray) -> Whole:
    """Month and day as one number."""
    month = days.astype("datetime64[M]")
    return month.astype(np.int64) % 12 * 100 + (days - month).astype(np.int64)
