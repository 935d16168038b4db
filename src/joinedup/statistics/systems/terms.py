"""Terms of models and the cells that they reach, as arrays, for any number of lists.

A term is a set of lists: none of them (the term of all cells, whose exponential is those on no list), one, or a pair.
It reaches every cell that has all its lists. Sets of lists and cells are numbered alike, with bit i set for list i.
A model is a row of booleans, one for each pair of lists in the order of `Lists.pairs`: which have a term of their own.

Sums over all sets within a set, or around it, take one addition for each list instead of a matrix product.
Source: F. Yates (1937), The Design and Analysis of Factorial Experiments, whose table this is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Terms:
    """The 1 + k + k(k-1)/2 terms of k lists: sets, the set of lists of each; meet, terms x terms, both sets as one."""

    k: int
    sets: Ints
    meet: Ints

    @property
    def pairs(self) -> Ints:
        """The sets of two lists."""
        return self.sets[1 + self.k :]

    @property
    def reach(self) -> Floats:
        """Cells x terms, 1 where a term counts in a cell."""
        return ((np.arange(1 << self.k)[:, None] & self.sets) == self.sets).astype(np.float64)


@lru_cache(maxsize=8)
def terms(k: int) -> Terms:
    """The terms of models of `k` lists."""
    singles = [1 << i for i in range(k)]
    sets = np.array([0, *singles, *(one | other for one, other in combinations(singles, 2))])
    return Terms(k, sets, sets[:, None] | sets)


def terms_of(cells: Floats) -> Terms:
    """The terms for an array whose last axis is the 2^k cells."""
    return terms((cells.shape[-1] - 1).bit_length())


def within(values: Floats) -> Floats:
    """For each set, the sum of `values`, rows x sets, over the sets within it."""
    return _sums(values, into=1)


def around(values: Floats) -> Floats:
    """For each set, the sum of `values`, rows x sets, over the sets that have all of it."""
    return _sums(values, into=0)


def _sums(values: Floats, into: int) -> Floats:
    rows, sets = values.shape
    sums = np.array(values.T, order="C")
    for bit in (1 << i for i in range(sets.bit_length() - 1)):
        halves = sums.reshape(-1, 2, bit, rows)
        halves[:, into] += halves[:, 1 - into]
    return sums.T
