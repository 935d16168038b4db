"""The compiled loops behind conditions: one answer a pair of rows."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from joinedup.linkage.arrays import Codes
from joinedup.linkage.similarity import Bools

Rows = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint32]


class Lists(NamedTuple):
    """Lists one after the other. Record i has codes[offsets[i] : offsets[i + 1]]."""

    offsets: Codes
    codes: Codes


def narrow(offsets: npt.NDArray[np.int64]) -> Codes:
    """Half as wide where they fit, which is what a loop over random records waits for."""
    return offsets.astype(np.int32) if offsets[-1] < 2**31 else offsets  # type: ignore[return-value]


@numba.njit(cache=True, nogil=True, parallel=True)
def meet(one: Lists, left: Rows, other: Lists, right: Rows) -> Bools:
    """Whether the lists of two records have a value in common."""
    found = np.zeros(len(left), np.bool_)
    for k in numba.prange(len(left)):
        for i in range(one.offsets[left[k]], one.offsets[left[k] + 1]):
            for j in range(other.offsets[right[k]], other.offsets[right[k] + 1]):
                if one.codes[i] >= 0 and one.codes[i] == other.codes[j]:
                    found[k] = True
    return found


@numba.njit(cache=True, nogil=True, parallel=True)
def either_lacks(words: Words, left: Rows, right: Rows) -> Words:
    """What either of two records lacks. words: by record, a bit for each feature that it lacks."""
    found = np.empty(len(left), np.uint32)
    for k in numba.prange(len(left)):
        found[k] = words[left[k]] | words[right[k]]
    return found


@numba.njit(cache=True, nogil=True, parallel=True)
def same(a: Codes, b: Codes, left: Rows, right: Rows) -> Bools:
    """Whether two records have the same code, and have one."""
    found = np.zeros(len(left), np.bool_)
    for k in numba.prange(len(left)):
        found[k] = a[left[k]] >= 0 and a[left[k]] == b[right[k]]
    return found


@numba.njit(cache=True, nogil=True, parallel=True)
def within(numbers: npt.NDArray[np.int64], codes: Codes, left: Rows, right: Rows, most: float) -> Bools:
    """Whether the numbers of two records are at most so far apart. numbers: by code."""
    found = np.zeros(len(left), np.bool_)
    for k in numba.prange(len(left)):
        i, j = codes[left[k]], codes[right[k]]
        found[k] = i >= 0 and j >= 0 and abs(numbers[i] - numbers[j]) <= most
    return found
