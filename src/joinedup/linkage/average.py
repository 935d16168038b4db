"""Clusters by average linkage: records are one person when, on average over all their pairs, the evidence says so.

Connected components let one doubtful pair chain a family into one person. Here a component is only where clusters are
looked for: within it every pair is weighed, also pairs that no blocking rule met, and the two clusters with the
highest mean weight are merged until no mean reaches the threshold. Source: R. R. Sokal and C. D. Michener (1958), "A
Statistical Method for Evaluating Systematic Relationships", Univ. Kansas Sci. Bull. 38.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from joinedup.linkage.comparing import Bits
from joinedup.linkage.loops import Rows

LEAST_MEAN = -1.0
"""Bits above the threshold that the mean weight between two clusters must reach to merge them."""

FOR_AT_MOST = 8.0
AGAINST_AT_MOST = 6.0
"""Bits above and below the threshold beyond which one pair counts no more: one certain pair must not carry many."""

LARGEST = 300
"""Records of a component up to which every pair is weighed; a larger one is first cut at its weakest ties."""

CELLS_AT_ONCE = 4_000_000

Weigh = Callable[[Rows, Rows], Bits]
Labels = npt.NDArray[np.int64]


NEVER = -np.inf
"""The weight of two records that somebody judged to be two people: no chain of ties brings them together."""

_AGAINST_ALL = -1e15
"""Outweighs every pair that holds whatever it weighs (1e9 each, fewer than 1e5 of them)."""


@dataclass(frozen=True)
class Ties:
    """Pairs of rows with their weights in bits. always: pairs that hold whatever they weigh, unless one pair in their
    cluster weighs `NEVER`. A pair may stand several times: `NEVER` outranks always, and always any weight.
    """

    left: Rows
    right: Rows
    weights: Bits
    always: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Grouped:
    """labels: by record, the first row of its cluster. merges: of each, the mean weight above the threshold, the pairs
    it joined, and how many of them are expected to be right.

    A merge is right or wrong as a whole. One of two single records is as likely right as their weight says; one of more
    has even odds at `LEAST_MEAN`, because errors that pull a mean down are commoner than people who look alike: of
    merges between there and 0, two thirds were right on simulated families and nine tenths on historical figures.

    cut: components that were too large and were cut at their weakest ties.
    """

    labels: Labels
    merges: npt.NDArray[np.float64]
    cut: int


def clusters(records: int, ties: Ties, weigh: Weigh, threshold: float) -> Grouped:
    """Cluster rows 0 to records - 1. weigh: weights of pairs that are not among `ties`. threshold: bits."""
    ties = _without_overruled(ties)
    labels, cut = _components(records, ties, threshold)
    order, starts = _members(labels)
    known = _within(ties, labels)
    merges = [np.empty((0, 3))]
    made = np.arange(records, dtype=np.int64)
    for component in np.flatnonzero(np.diff(starts) > LARGEST):  # held by ties of one weight, such as equal records
        rows = order[starts[component] : starts[component + 1]]
        made[rows] = _kept_apart(rows, known)
        pairs = float(sum(n * (n - 1) // 2 for n in np.unique(made[rows], return_counts=True)[1].tolist()))
        merges.append(np.array([[FOR_AT_MOST, pairs, pairs]]))
    order, starts = _without_large(order, starts)
    for first, last in _batches(starts):
        part = _part(order[starts[first] : starts[last]], starts[first : last + 1] - starts[first])
        merges.append(_agglomerated(part, known, weigh, threshold, made))
    return Grouped(made, np.concatenate(merges), cut)


def _components(records: int, ties: Ties, threshold: float) -> tuple[Labels, int]:
    """Connected components at the threshold; those above `LARGEST` are cut at ever higher weights."""
    holds = (ties.weights >= threshold) | ties.always
    left, right, weights = ties.left[holds], ties.right[holds], np.where(ties.always, np.inf, ties.weights)[holds]
    labels = _connected(records, left, right)
    cut = 0
    higher = threshold
    while True:
        large = np.bincount(labels, minlength=records)[labels] > LARGEST
        inside = large[left]
        heaviest = np.full(records, -np.inf)
        np.maximum.at(heaviest, labels[left], weights)
        inside &= np.isfinite(weights) & (heaviest[labels[left]] > higher + 1.0)  # equal ties are never cut
        if not inside.any():
            return labels, cut
        cut = cut or len(np.unique(labels[large]))
        higher += 1.0
        kept = ~inside | (weights > higher)
        left, right, weights = left[kept], right[kept], weights[kept]
        labels = _connected(records, left, right)


def _without_overruled(ties: Ties) -> Ties:
    """Without the ties of pairs that are never to be joined, but for their `NEVER`."""
    never = ties.weights == NEVER
    if not never.any():
        return ties
    left, right = ties.left.astype(np.int64), ties.right.astype(np.int64)
    pairs = np.minimum(left, right) << 32 | np.maximum(left, right)
    kept = never | ~np.isin(pairs, pairs[never])
    return Ties(ties.left[kept], ties.right[kept], ties.weights[kept], ties.always[kept] & ~never[kept])


def _kept_apart(rows: Labels, known: Ties) -> Labels:
    """By row, the first row of its cluster, for a component too large to weigh whole: one person, but for pairs that
    are never to be joined. Then its ties are taken from the strongest down, and one that would join such a pair is not.
    """
    inside = np.isin(known.left, rows)
    weights = np.where(known.always, np.inf, known.weights)[inside]
    pairs = list(zip(known.left[inside].tolist(), known.right[inside].tolist(), strict=True))
    parts = {row: {row} for row in rows.tolist()}
    foes: dict[int, set[int]] = {row: set() for row in parts}
    for place in np.flatnonzero(weights == NEVER):
        for one, other in (pairs[place], pairs[place][::-1]):
            foes[one].add(other)
    if not any(foes.values()):
        return np.full(len(rows), rows.min())
    for place in np.argsort(-weights, kind="stable"):
        one, other = (parts[row] for row in pairs[place])
        if one is other or weights[place] == NEVER or any(foes[row] & other for row in one):
            continue
        one |= other
        parts |= dict.fromkeys(other, one)
    return np.array([min(parts[row]) for row in rows.tolist()])


def _connected(records: int, left: Rows, right: Rows) -> Labels:
    graph = coo_array((np.ones(len(left), np.bool_), (left, right)), shape=(records, records))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _members(labels: Labels) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of components of two or more, component by component, and where each begins."""
    sizes = np.bincount(labels)
    rows = np.flatnonzero(sizes[labels] > 1)
    order = rows[np.argsort(labels[rows], kind="stable")]
    grouped = labels[order]
    starts = np.flatnonzero(np.concatenate([[True], grouped[1:] != grouped[:-1]])) if len(order) else np.empty(0, int)
    return order, np.append(starts, len(order))


def _without_large(order: Labels, starts: Labels) -> tuple[Labels, Labels]:
    sizes = np.diff(starts)
    kept = np.repeat(sizes <= LARGEST, sizes)
    return order[kept], np.concatenate([[0], np.cumsum(sizes[sizes <= LARGEST])])


def _within(ties: Ties, labels: Labels) -> Ties:
    """Ties inside one component, in the order of its label."""
    inside = np.flatnonzero(labels[ties.left] == labels[ties.right])
    inside = inside[np.argsort(labels[ties.left[inside]], kind="stable")]
    return Ties(ties.left[inside], ties.right[inside], ties.weights[inside], ties.always[inside])


def _batches(starts: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    cells = np.concatenate([[0], np.cumsum(np.diff(starts) ** 2)])
    first = 0
    while first < len(starts) - 1:
        last = max(int(np.searchsorted(cells, cells[first] + CELLS_AT_ONCE, side="right")) - 1, first + 1)
        yield first, last
        first = last


class _Part(NamedTuple):
    """Components one after the other. rows: their records. starts: where each begins among `rows`. component: of each
    of `rows`. cells: where each component's square of weights begins.
    """

    rows: Labels
    starts: Labels
    component: Labels
    cells: Labels


def _part(rows: Labels, starts: Labels) -> _Part:
    sizes = np.diff(starts)
    return _Part(rows, starts, np.repeat(np.arange(len(sizes)), sizes), np.concatenate([[0], np.cumsum(sizes**2)]))


def _agglomerated(part: _Part, known: Ties, weigh: Weigh, threshold: float, made: Labels) -> npt.NDArray[np.float64]:
    place = np.full(int(part.rows.max()) + 1, -1, dtype=np.int64)
    place[part.rows] = np.arange(len(part.rows))
    matrix = np.full(int(part.cells[-1]), np.nan)
    mine = (known.left < len(place)) & (known.right < len(place))
    mine[mine] = place[known.left[mine]] >= 0
    weights = np.where(known.always, np.inf, known.weights)[mine]
    order = np.argsort(known.always[mine], kind="stable")  # what always holds is written last, over any score
    _filled(matrix, place[known.left[mine]][order], place[known.right[mine]][order], weights[order], part)
    left, right = _unknown(matrix, part)
    rows = part.rows.astype(np.int32)
    _filled(matrix, left, right, np.maximum(weigh(rows[left], rows[right]), -AGAINST_AT_MOST * 1e6), part)
    found, merges = _all(matrix, part, threshold)
    made[part.rows] = part.rows[found]
    return np.asarray(merges, dtype=np.float64)


@numba.njit(cache=True, nogil=True)
def _filled(matrix: Bits, left: Labels, right: Labels, weights: Bits, part: _Part) -> None:
    for k in range(len(left)):
        c = part.component[left[k]]
        n = part.starts[c + 1] - part.starts[c]
        i, j = left[k] - part.starts[c], right[k] - part.starts[c]
        matrix[part.cells[c] + i * n + j] = weights[k]
        matrix[part.cells[c] + j * n + i] = weights[k]


@numba.njit(cache=True, nogil=True)
def _unknown(matrix: Bits, part: _Part) -> tuple[Labels, Labels]:
    count = 0
    for c in range(len(part.starts) - 1):
        n = part.starts[c + 1] - part.starts[c]
        for i in range(n):
            for j in range(i + 1, n):
                count += np.isnan(matrix[part.cells[c] + i * n + j])
    left, right = np.empty(count, np.int64), np.empty(count, np.int64)
    at = 0
    for c in range(len(part.starts) - 1):
        n = part.starts[c + 1] - part.starts[c]
        for i in range(n):
            for j in range(i + 1, n):
                if np.isnan(matrix[part.cells[c] + i * n + j]):
                    left[at], right[at] = part.starts[c] + i, part.starts[c] + j
                    at += 1
    return left, right


@numba.njit(cache=True, nogil=True)
def _all(matrix: Bits, part: _Part, threshold: float) -> tuple[Labels, Bits]:
    """By place, the place of the first record of its cluster; and the merges."""
    found = np.arange(part.starts[-1])
    merges = np.empty((part.starts[-1], 3))
    made = 0
    for c in range(len(part.starts) - 1):
        n = part.starts[c + 1] - part.starts[c]
        raw = matrix[part.cells[c] : part.cells[c + 1]].reshape((n, n))
        labels, own = _merged(raw, threshold)
        for k in range(n):
            found[part.starts[c] + k] = part.starts[c] + labels[k]
        for k in range(len(own)):
            merges[made] = own[k]
            made += 1
    return found, merges[:made]


@numba.njit(cache=True, nogil=True)
def _counted(raw: Bits, threshold: float) -> Bits:
    """What each pair counts for in a mean: bits above the threshold, within bounds."""
    n = len(raw)
    sums = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if raw[i, j] == np.inf:
                sums[i, j] = 1e9
            elif raw[i, j] == NEVER:
                sums[i, j] = _AGAINST_ALL
            elif i != j:
                sums[i, j] = min(max(raw[i, j] - threshold, -AGAINST_AT_MOST), FOR_AT_MOST)
    return sums


@numba.njit(cache=True, nogil=True)
def _merged(raw: Bits, threshold: float) -> tuple[Labels, Bits]:
    n = len(raw)
    sums = _counted(raw, threshold)
    counts, alive, labels = np.ones(n), np.ones(n, np.bool_), np.arange(n)
    merges = np.empty((n, 3))
    made = 0
    while True:
        best, a, b = LEAST_MEAN, -1, -1
        for i in range(n):
            if alive[i]:
                for j in range(i + 1, n):
                    if alive[j]:
                        mean = sums[i, j] / (counts[i] * counts[j])
                        if mean > best or (a < 0 and mean >= best):
                            best, a, b = mean, i, j
        if a < 0:
            return labels, merges[:made]
        pairs = counts[a] * counts[b]
        odds = 2.0 ** min(best + threshold - (LEAST_MEAN if pairs > 1 else 0.0), 500.0)
        merges[made, 0], merges[made, 1], merges[made, 2] = best, pairs, pairs * odds / (1.0 + odds)
        made += 1
        for k in range(n):
            sums[a, k] += sums[b, k]
            sums[k, a] = sums[a, k]
            if labels[k] == b:
                labels[k] = a
        counts[a] += counts[b]
        alive[b] = False
