"""How alike two texts are, byte by byte, in compiled loops. They agree with DuckDB's functions of the same names.

A text is a slice of one long array of bytes. DuckDB compares bytes, not characters: fold names to A-Z first.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

_BOOST_ABOVE = 0.7
_PREFIX = 4
_PREFIX_WEIGHT = 0.1


class Texts(NamedTuple):
    """Texts one after the other. data: uint8. offsets: int64, one more than there are texts."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]


def texts(values: pa.Array) -> Texts:
    """The bytes of a string array without nulls."""
    large = values.cast(pa.large_string())
    _, offsets, data = large.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[large.offset : large.offset + len(large) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    return Texts(content, np.ascontiguousarray(bounds))


@numba.njit(cache=True, nogil=True)
def _jaro_winkler(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], at_least: float) -> float:
    """Jaro-Winkler similarity, 0 to 1; 0 as soon as it is certain to be below `at_least`."""
    m, n = len(a), len(b)
    if m == 0 or n == 0:
        return 0.0  # as DuckDB has it, of two empty texts as well
    prefix = 0
    while prefix < min(m, n, _PREFIX) and a[prefix] == b[prefix]:
        prefix += 1
    best = (min(m, n) / m + min(m, n) / n + 1.0) / 3.0
    if best + prefix * _PREFIX_WEIGHT * (1.0 - best) < at_least - 1e-9:
        return 0.0
    reach = max(max(m, n) // 2 - 1, 0)
    a_met, b_met = np.zeros(m, np.bool_), np.zeros(n, np.bool_)
    common = 0
    for i in range(m):
        for j in range(max(0, i - reach), min(n, i + reach + 1)):
            if not b_met[j] and a[i] == b[j]:
                a_met[i] = b_met[j] = True
                common += 1
                break
    if common == 0:
        return 0.0
    moved, j = 0, 0
    for i in range(m):
        if a_met[i]:
            while not b_met[j]:
                j += 1
            moved += a[i] != b[j]
            j += 1
    jaro = (common / m + common / n + (common - moved // 2) / common) / 3.0
    return jaro + prefix * _PREFIX_WEIGHT * (1.0 - jaro) if jaro > _BOOST_ABOVE else jaro


@numba.njit(cache=True, nogil=True)
def _one_edit(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], swaps: bool) -> bool:
    """Whether one insertion, deletion, substitution or (`swaps`) exchange of neighbours, or none, makes a into b."""
    m, n = len(a), len(b)
    if abs(m - n) > 1:
        return False
    start = 0
    while start < min(m, n) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(m, n) - start and a[m - 1 - end] == b[n - 1 - end]:
        end += 1
    rest_a, rest_b = m - start - end, n - start - end
    if max(rest_a, rest_b) <= 1:
        return True
    return swaps and rest_a == 2 and rest_b == 2 and a[start] == b[start + 1] and a[start + 1] == b[start]


@numba.njit(cache=True, nogil=True, parallel=True)
def _all_jaro_winkler(one: Texts, left: Ints, other: Texts, right: Ints, at_least: float) -> Bools:
    found = np.zeros(len(left), np.bool_)
    for k in numba.prange(len(left)):
        i, j = left[k], right[k]
        if i >= 0 and j >= 0:
            a = one.data[one.offsets[i] : one.offsets[i + 1]]
            b = other.data[other.offsets[j] : other.offsets[j + 1]]
            found[k] = _jaro_winkler(a, b, at_least) >= at_least
    return found


@numba.njit(cache=True, nogil=True, parallel=True)
def _all_one_edit(one: Texts, left: Ints, other: Texts, right: Ints, swaps: bool) -> Bools:
    found = np.zeros(len(left), np.bool_)
    for k in numba.prange(len(left)):
        i, j = left[k], right[k]
        if i >= 0 and j >= 0:
            a = one.data[one.offsets[i] : one.offsets[i + 1]]
            b = other.data[other.offsets[j] : other.offsets[j + 1]]
            found[k] = _one_edit(a, b, swaps)
    return found


def jaro_winkler_at_least(one: Texts, left: Ints, other: Texts, right: Ints, least: float) -> Bools:
    """Whether texts are as alike as `least`, pair by pair. left, right: places of texts; below 0 = none, never alike.

    Source: W. E. Winkler (1990), "String Comparator Metrics and Enhanced Decision Rules"; prefix of 4, weight 0.1,
    added above .7 only.
    """
    return np.asarray(_all_jaro_winkler(one, left, other, right, least), dtype=np.bool_)


def one_edit_apart(one: Texts, left: Ints, other: Texts, right: Ints, *, swaps: bool) -> Bools:
    """Whether texts are equal or one edit apart, pair by pair; `swaps` counts two neighbours exchanged as one edit."""
    return np.asarray(_all_one_edit(one, left, other, right, swaps), dtype=np.bool_)
