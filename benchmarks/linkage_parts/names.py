"""A pool of names of several origins, far more than any list has, spliced from the lists that the house already has.

Names are whole numbers here; their text is looked up when a record is written. Upper case, as `standard.name` gives.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup.synthetic.naming import NICKNAMES, other_spellings, without_accents
from joinedup.synthetic.origins import Origin, origins

Whole = npt.NDArray[np.int64]
NONE = -1

_SURNAMES = 40_000
_FORENAMES = 6_000
_FEWEST = 120
_SPREAD = 3.0
"""Added to a rank, so that the commonest name of an origin is borne by a few in a hundred and not by a tenth."""

_FEW_SURNAMES = ("chinese", "vietnamese", "punjabi", "nepali", "somali")
"""Origins in which many families share few surnames: nothing is spliced for them."""

_CUT = re.compile(r"(?<=[AEIOUY])(?=[BCDFGHJKLMNPQRSTVWXZ])")
_WRITTEN_AS = (
    ("PH", "F"), ("OU", "U"), ("EE", "I"), ("KH", "K"), ("TH", "T"), ("CK", "K"), ("SZ", "S"), ("CZ", "CH"),
    ("AA", "A"), ("Y", "I"), ("W", "V"), ("Q", "K"), ("DJ", "J"), ("SH", "S"), ("LL", "L"), ("SS", "S"), ("X", "KS"),
)  # fmt: skip
"""Spellings that one name changes to when it is written down by ear."""


@dataclass(frozen=True)
class Lists:
    """Numbers of an origin's names, the commonest first."""

    share: float
    male: Whole
    female: Whole
    surname: Whole


@dataclass(frozen=True)
class Pool:
    """texts: every name once. The others hold, for each name, the number of another: without accents (or itself);
    another spelling, the short form, the next forename of its origin and sex in the alphabet (or -1)."""

    texts: pa.Array
    bare: Whole
    other: Whole
    short: Whole
    alike: Whole
    lists: tuple[Lists, ...]

    def draw(self, rng: np.random.Generator, origin: Whole, kind: str, zipf: float) -> Whole:
        """A name for each origin. kind: male, female or surname. Ranks fall off with the power `zipf`."""
        drawn = np.empty(len(origin), dtype=np.int64)
        for number, lists in enumerate(self.lists):
            here = np.flatnonzero(origin == number)
            names: Whole = getattr(lists, kind)
            drawn[here] = names[_ranks(rng, len(names), len(here), zipf)]
        return drawn

    def forename(self, rng: np.random.Generator, origin: Whole, male: npt.NDArray[np.bool_], zipf: float) -> Whole:
        """A forename for each origin and sex."""
        return np.where(male, self.draw(rng, origin, "male", zipf), self.draw(rng, origin, "female", zipf))

    def text(self, numbers: Whole) -> pa.Array:
        """The names as text; -1 is null."""
        return self.texts.take(pa.array(numbers, mask=numbers < 0))


def _ranks(rng: np.random.Generator, among: int, count: int, zipf: float) -> Whole:
    weights = np.cumsum((np.arange(among) + _SPREAD) ** -zipf)
    ranks: Whole = np.searchsorted(weights, rng.random(count) * weights[-1]).astype(np.int64)
    return ranks


@functools.cache
def pool() -> Pool:
    """The pool, made once; always the same."""
    rng = np.random.default_rng(1969)
    found = [(one.belonging.share, *_of_origin(rng, one)) for one in origins()]
    number: dict[str, int] = {}
    lists = tuple(Lists(share, *(_numbered(number, names) for names in kinds)) for share, *kinds in found)
    forenames = [names for _, *kinds in found for names in kinds[:2]]
    listed = list(number)
    spelt = {k.upper(): v[0].upper() for k, v in other_spellings().items()}
    short = {k.upper(): v.upper() for k, v in NICKNAMES.items()}
    bare = _numbered(number, [without_accents(name) or name for name in listed])
    other = _numbered(number, [spelt.get(name) or _by_ear(name) for name in listed])
    shorts = _numbered(number, [short.get(name) for name in listed])
    alike = _neighbours(number, forenames)
    texts = pa.array(list(number), pa.string())
    whole = len(number)
    return Pool(texts, _upto(bare, whole, True), _upto(other, whole), _upto(shorts, whole), _upto(alike, whole), lists)


def _of_origin(rng: np.random.Generator, origin: Origin) -> tuple[list[str], list[str], list[str]]:
    given = max(_FEWEST, int(_FORENAMES * origin.belonging.share))
    family = 0 if origin.name in _FEW_SURNAMES else max(10 * _FEWEST, int(_SURNAMES * origin.belonging.share))
    return (
        _longer(rng, origin.male, given), _longer(rng, origin.female, given), _longer(rng, origin.surnames, family)
    )  # fmt: skip


def _longer(rng: np.random.Generator, names: Sequence[str], wanted: int) -> list[str]:
    """The names, and beginnings of some with ends of others until there are `wanted`."""
    own = list(dict.fromkeys(name.upper() for name in names))
    cut = [(name[: m.start()], name[m.start() :]) for name in own if " " not in name and (m := _CUT.search(name, 2))]
    if len(cut) < 2:
        return own
    pairs = rng.integers(0, len(cut), (3 * wanted, 2))
    spliced = (cut[a][0] + cut[b][1] for a, b in pairs)
    return list(dict.fromkeys([*own, *(name for name in spliced if 4 <= len(name) <= 13)]))[: max(wanted, len(own))]


def _by_ear(name: str) -> str | None:
    for heard, written in _WRITTEN_AS:
        if heard in name[1:]:
            return name[0] + name[1:].replace(heard, written, 1)
    return None


def _numbered(number: dict[str, int], names: Iterable[str | None]) -> Whole:
    """The number of each name, a new one for a name not met before; -1 for none."""
    return np.array([NONE if n is None else number.setdefault(n, len(number)) for n in names], dtype=np.int64)


def _neighbours(number: dict[str, int], lists: list[list[str]]) -> Whole:
    next_to = np.full(len(number), NONE)
    for names in lists:
        ordered = [number[name] for name in sorted(names)]
        next_to[ordered] = ordered[1:] + ordered[-2:-1]
    return next_to


def _upto(numbers: Whole, count: int, itself: bool = False) -> Whole:
    """Filled up for names that came in later: with their own numbers, or with -1."""
    rest = np.arange(len(numbers), count) if itself else np.full(count - len(numbers), NONE)
    return np.concatenate([numbers, rest])
