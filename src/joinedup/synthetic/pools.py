"""Every name of every origin in one numbered pool, so that people's names are whole numbers until they are written
down.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.naming import NICKNAMES, other_spellings
from joinedup.synthetic.numbers import Text, Whole
from joinedup.synthetic.origins import Origin, origins

NO_NAME = -1


@dataclass(frozen=True)
class Slices:
    """Where an origin's names stand in the pool: numbers of men's, women's and family names in both forms."""

    male: Whole
    female: Whole
    surname: Whole
    surname_female: Whole


@dataclass(frozen=True)
class Pool:
    """names: every name once. spellings: for each name, numbers of other spellings. short: the short name's number or
    -1.
    """

    names: Text
    slices: tuple[Slices, ...]
    short: Whole
    spellings: Whole

    def draw(self, rng: np.random.Generator, origin: Whole, which: str) -> Whole:
        """A name of kind `which` (a field of Slices) for each origin; names early in a list are commoner."""
        drawn = np.full(len(origin), NO_NAME)
        for number, slices in enumerate(self.slices):
            here = np.flatnonzero(origin == number)
            choices: Whole = getattr(slices, which)
            drawn[here] = choices[_by_rank(rng, len(choices), len(here))]
        return drawn

    def womanly(self, origin: Whole, surname: Whole) -> Whole:
        """The form of each surname that a woman of that origin bears."""
        form = surname.copy()
        for number, slices in enumerate(self.slices):
            here = np.flatnonzero(origin == number)
            order = np.argsort(slices.surname)
            place = order[np.searchsorted(slices.surname, surname[here], sorter=order)]
            form[here] = slices.surname_female[place]
        return form


def _by_rank(rng: np.random.Generator, choices: int, count: int) -> Whole:
    weight = (np.arange(choices) + 8.0) ** -0.7
    return np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(count)).clip(max=choices - 1)


def _numbered(names: tuple[str, ...], numbers: dict[str, int]) -> Whole:
    return np.array([numbers.setdefault(name, len(numbers)) for name in names])


def _slices(origin: Origin, numbers: dict[str, int]) -> Slices:
    women = origin.surnames_female or origin.surnames
    return Slices(
        male=_numbered(origin.male, numbers),
        female=_numbered(origin.female, numbers),
        surname=_numbered(origin.surnames, numbers),
        surname_female=_numbered(women, numbers),
    )


@functools.cache
def pool() -> Pool:
    """The pool, made once."""
    numbers: dict[str, int] = {}
    slices = tuple(_slices(origin, numbers) for origin in origins())
    others = {name: _numbered(spellings, numbers) for name, spellings in other_spellings().items() if name in numbers}
    nicknames = {name: _numbered((short,), numbers)[0] for name, short in NICKNAMES.items() if name in numbers}
    short = np.full(len(numbers), NO_NAME)
    spellings = np.full((len(numbers), 4), NO_NAME)
    for name, nickname in nicknames.items():
        short[numbers[name]] = nickname
    for name, found in others.items():
        spellings[numbers[name]] = np.resize(found, 4)
    return Pool(np.array(list(numbers), dtype=object), slices, short, spellings)
