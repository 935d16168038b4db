"""A person's name as one system happens to write it."""

from __future__ import annotations

import numpy as np

from joinedup.synthetic.columns import by_value, either, joined, of_some, present
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.naming import fits, slip
from joinedup.synthetic.numbers import NEVER, Text, Whole
from joinedup.synthetic.origins import origins
from joinedup.synthetic.people import People
from joinedup.synthetic.pools import NO_NAME, Pool, pool

_LAGS = 200
"""Days for which a system may still hold a former name or address."""


def _as_text(names: Pool, number: Whole) -> Text:
    return either(number == NO_NAME, None, names.names[number.clip(0)])


def _respelt(rng: np.random.Generator, names: Pool, number: Whole, share: float) -> Whole:
    """Some names in another transliteration."""
    other = names.spellings[number, rng.integers(4, size=len(number))]
    return np.where((other != NO_NAME) & (rng.random(len(number)) < share), other, number)


def _shortened(rng: np.random.Generator, names: Pool, number: Whole, share: float) -> tuple[Whole, np.ndarray]:
    short = names.short[number]
    chosen = (short != NO_NAME) & (rng.random(len(number)) < share)
    return np.where(chosen, short, number), chosen


def surname_on(rng: np.random.Generator, people: People, person: Whole, on: Whole) -> Whole:
    """The number of the surname that each person bears on a day, up to half a year late."""
    late = rng.integers(_LAGS, size=len(person))
    return np.where(on - late >= people.renamed_on[person], people.surname_later[person], people.surname[person])


def write_names(
    rng: np.random.Generator, held: Holding, people: People
) -> tuple[dict[str, Text], dict[str, np.ndarray]]:
    """`forenames`, `surname` and `aliases` of each record, and which of them have a short name or are the wrong way
    round.
    """
    names, person, style = pool(), held.person.clip(0), held.system.style
    first, short = _shortened(rng, names, _respelt(rng, names, people.forename[person], 0.1), 0.05 * style.slips)
    family = _respelt(rng, names, surname_on(rng, people, person, held.since), 0.06)
    second = of_some(rng, _as_text(names, people.second_forename[person]), 0.3)
    forenames = joined([_slipped(rng, _as_text(names, first), style.slips), second], " ")
    surname = _slipped(rng, _as_text(names, family), style.slips)
    swapped = _swapped(rng, people.origin[person], style.slips)
    forenames, surname = np.where(swapped, surname, forenames), np.where(swapped, forenames, surname)
    aliases = _aliases(rng, held, people, names)
    written = {"forenames": forenames, "surname": surname, "aliases": aliases}
    return {target: _as_held(column, held, target) for target, column in written.items()}, {
        "short": short,
        "swapped": swapped,
    }


def _as_held(column: Text, held: Holding, target: str) -> Text:
    style = held.system.style
    encoding = style.encoding if style.encoding not in ("utf-8", "utf-8-sig") else "utf-8"
    capitals = style.capitals and target != "aliases"
    return by_value(column, lambda name: fits(name.upper() if capitals else name, encoding))


def _slipped(rng: np.random.Generator, column: Text, slips: float) -> Text:
    """One slip of the hand in some of the names."""
    column = column.copy()
    rows = np.flatnonzero(present(column) & (rng.random(len(column)) < 0.022 * slips))
    kinds, places = rng.integers(4, size=len(rows)), rng.random(len(rows))
    for row, kind, place in zip(rows, kinds, places, strict=True):
        column[row] = slip(column[row], int(kind), float(place))
    return column


def _swapped(rng: np.random.Generator, origin: Whole, slips: float) -> np.ndarray:
    """Family name in the forename's field, oftener where it is said first."""
    family_first = np.array([story.family_first for story in origins()])[origin]
    return np.asarray(rng.random(len(origin)) < np.where(family_first, 0.08, 0.008) * slips)


def _aliases(rng: np.random.Generator, held: Holding, people: People, names: Pool) -> Text:
    """A short name, a former or later name, or another spelling, for some of the suspects and few of the others."""
    person = held.person.clip(0)
    surname = _as_text(names, people.surname[person])
    short = _as_text(names, names.short[people.forename[person]])
    changed = people.renamed_on[person] < NEVER
    former = joined([_as_text(names, people.forename[person]), surname], " ")
    respelt = joined([_as_text(names, _respelt(rng, names, people.forename[person], 1.0)), surname], " ")
    alias = np.where(present(short), short, np.where(changed, former, respelt))
    either = np.where(rng.random(len(alias)) < 0.5, alias, respelt)
    return of_some(rng, either, np.where(held.suspected, 0.14, 0.02))
