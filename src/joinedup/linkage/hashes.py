"""Texts as 64-bit numbers, and sorted tables of them that are searched without being read whole.

Two texts of one column meet in a number by chance once in about 4 million columns of 3 million values: a table of
numbers is searched in their place, and holds nobody's values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup.linkage.similarity import Bools, Texts, texts

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


def of_values(values: pa.Array) -> Hashes:
    """A number for each value, by its text. values: without nulls, of a kind that Arrow writes as text."""
    return np.asarray(_hashed(texts(values.cast(pa.string()))), dtype=np.uint64)


def mixed(parts: Sequence[Hashes]) -> Hashes:
    """One number for several, which tells their order apart."""
    made = parts[0]
    for part in parts[1:]:
        made = np.asarray(_mixed(made, part), dtype=np.uint64)
    return made


def within(hashes: Hashes, known: Hashes) -> Bools:
    """Which of `hashes` are among `known`, which rises."""
    return np.asarray(place_of(hashes, known) >= 0, dtype=np.bool_)


def place_of(hashes: Hashes, known: Hashes) -> Places:
    """Where each of `hashes` stands first in `known`, which rises; -1 for nowhere."""
    if not len(known):
        return np.full(len(hashes), -1, np.int64)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[places] == hashes, places, -1)


@dataclass(frozen=True)
class Postings:
    """Numbers that rise, and the row that holds each. One number may stand several times."""

    numbers: npt.NDArray[np.generic]
    rows: npt.NDArray[np.generic]

    def meeting(self, wanted: npt.NDArray[np.generic]) -> tuple[Places, Places]:
        """Every meeting of a wanted number with a number here: the place among `wanted`, and the place here."""
        first = np.searchsorted(self.numbers, wanted, side="left")
        counts = np.searchsorted(self.numbers, wanted, side="right") - first
        at = np.repeat(np.arange(len(wanted), dtype=np.int64), counts)
        within = np.arange(len(at), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        return at, first[at] + within


def postings(numbers: npt.NDArray[np.generic], rows: npt.NDArray[np.generic]) -> Postings:
    """In the order of the numbers, and then as they were given."""
    order = np.argsort(numbers, kind="stable")
    return Postings(numbers[order], rows[order])


@numba.njit(cache=True, nogil=True)
def _scattered(number: np.uint64) -> np.uint64:
    """Source: S. Vigna (2015), splitmix64."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@numba.njit(cache=True, nogil=True)
def _hashed(given: Texts) -> Hashes:
    """Source: G. Fowler, L. C. Noll and K.-P. Vo (1991), FNV-1a with 64 bits; then scattered."""
    made = np.empty(len(given.offsets) - 1, np.uint64)
    for k in range(len(made)):
        number = np.uint64(0xCBF29CE484222325)
        for at in range(given.offsets[k], given.offsets[k + 1]):
            number = (number ^ np.uint64(given.data[at])) * np.uint64(0x100000001B3)
        made[k] = _scattered(number)
    return made


@numba.njit(cache=True, nogil=True)
def _mixed(one: Hashes, other: Hashes) -> Hashes:
    made = np.empty(len(one), np.uint64)
    for k in range(len(one)):
        made[k] = _scattered(one[k] * np.uint64(0x9E3779B97F4A7C15) + other[k])
    return made
