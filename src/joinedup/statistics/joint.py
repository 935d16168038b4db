"""Bounds on several groups at once: one missing answer is one group's, not every group's.

A record whose answer is missing can be of any group; one of which something is known can be of some. What follows is
the lowest and highest that a figure of all groups together takes over every way to fill the gaps.

The lower end of one group and the upper of another go together: all the missing are of the other. So the difference
and the ratio of two groups are no narrower jointly than from each group's own ends. Sums, contrasts of three groups
and more, shares within a stage that is itself missing, and part beside whole are narrower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import Bounds, whole_counts

Array = NDArray[np.float64]
Weights = Mapping[str, float]


@dataclass(frozen=True)
class CoarseCounts:
    """Counts by what a record can be: ``{frozenset({"Asian"}): 7, frozenset({"Asian", "Black"}): 2}``.

    Each count is a whole number, or an array of them, one per cell of a breakdown, all of one shape.
    Raises StatisticsError for counts that are not whole and for records that can be nothing.

    Source: D. F. Heitjan and D. B. Rubin (1991), "Ignorability and Coarse Data", Annals of Statistics 19(4), 2244-2253.
    """

    counts: Mapping[frozenset[str], ArrayLike]

    def __post_init__(self) -> None:
        if frozenset() in self.counts or not self.counts:
            raise StatisticsError("Every record can be of one category or more.", remedy="Say what each can be.")
        _ = self.cells

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(sorted(frozenset().union(*self.counts)))

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """Counts, a row for each set of possible categories."""
        return np.stack(np.broadcast_arrays(*map(whole_counts, self.counts.values())))

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Which set of possible categories (row) has which category (column)."""
        return np.array([[name in can_be for name in self.categories] for can_be in self.counts])

    def weights(self, weights: Weights) -> Array:
        """`weights` in the order of `categories`, 0 where none is given. Raises StatisticsError for another name."""
        if strange := sorted(set(weights) - set(self.categories)):
            raise StatisticsError(f"Nobody can be {strange[0]}. Counted: {', '.join(self.categories)}.")
        return np.array([float(weights.get(name, 0)) for name in self.categories])


def coarse(counts: Mapping[str, ArrayLike], *, missing: AbstractSet[str]) -> CoarseCounts:
    """Counts by code as coarse counts: whoever holds a code of `missing` can be of every other code.

    counts: every answer that there is, with 0 where nobody gave it, and the missing codes.

    Raises StatisticsError for fewer than two answers: those missing could then only be of the one.
    """
    answers = frozenset(counts) - missing
    if len(answers) < 2:
        raise StatisticsError("Fewer than two answers are counted.", remedy="Count every answer, also those of nobody.")
    known = {frozenset({name}): counts[name] for name in sorted(answers)}
    unknown = [whole_counts(count) for name, count in counts.items() if name in missing]
    return CoarseCounts({**known, answers: sum(unknown, start=np.zeros((), np.int64))})


def bound_ratio(counts: CoarseCounts, over: Weights, under: Weights) -> Bounds:
    """Bound the sum of `over` times the counts, over the sum of `under` times the counts, each weight by category.

    Rate of Asian over rate of White: over ``{"Asian": 1 / 20_000}``, under ``{"White": 1 / 300_000}``. Share among the
    charged, of categories that are group and stage: over ``{"Asian, charged": 1}``, under 1 for all that are charged.

    A way to fill the gaps that leaves nothing under the line counts as infinite, or not at all where nothing is above
    it either. Ends are exact: some way to fill the gaps gives each of them. In arrays, they are NaN for a cell that
    would be refused alone.

    Raises StatisticsError for a category that nobody can be, a negative weight under the line, a weight above the line
    less than none without one under it, and where nothing can be under the line.
    Source: W. Dinkelbach (1967), "On Nonlinear Fractional Programming", Management Science 13(7), 492-498; for shares
    within what is itself missing, as J. L. Horowitz and C. F. Manski (1998), "Censoring of Outcomes and Regressors Due
    to Survey Nonresponse", Journal of Econometrics 84, 37-58.
    """
    above, below = counts.weights(over), counts.weights(under)
    if np.any(below < 0) or np.any((above < 0) & (below == 0)):
        raise StatisticsError("What a ratio is divided by has no negative weights.", remedy="Swap the two.")
    cells = counts.cells.reshape(len(counts.cells), -1)
    shape = counts.cells.shape[1:]
    least, most = _least(cells, counts.allowed, above, below), _least(cells, counts.allowed, -above, below)
    most = np.where(_endless(cells, counts.allowed, above, below), [[1.0], [0.0]], [-most[0], most[1]])
    if not shape and not least[1]:
        raise StatisticsError("Nobody can be in what this is a share of.", remedy="Count again, or leave it out.")
    least, most = (np.where(least[1] > 0, end, 0.0) for end in (least, most))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = (_shaped(end[0] / end[1], shape) for end in (least, most))
    ends = [(_shaped(end[0], shape), _shaped(end[1], shape)) for end in (least, most)]
    return Bounds(lower, upper, *ends)


def bound_contrast(counts: CoarseCounts, weights: Weights) -> Bounds:
    """Bound a sum of shares of everyone: ``{"White": 1, "Asian": -1}`` is White less Asian, -1 to 1.

    Raises StatisticsError as `bound_ratio`. Source: as `bound_ratio`.
    """
    return bound_ratio(counts, weights, dict.fromkeys(counts.categories, 1.0))


def can_be_at_once(counts: CoarseCounts, at_least: Weights, at_most: Weights | None = None) -> bool:
    """Whether some way to fill the gaps gives each group at least, and at most, the shares of everyone named, 0 to 1.

    White can be 90% and Asian can be 60%, but not both: their missing are the same people. For single counts only.

    Raises StatisticsError for a category that nobody can be, for arrays, and when nobody was counted.
    Source: A. P. Dempster (1967), "Upper and Lower Probabilities Induced by a Multivalued Mapping", Annals of
    Mathematical Statistics 38(2), 325-339: the region is what these shares allow.
    """
    from scipy.optimize import linprog

    if counts.cells.ndim > 1 or not counts.cells.sum():
        raise StatisticsError("Shares can hold at once among one count of somebody.")
    floor, ceiling = (
        counts.weights(at_least),
        counts.weights({**dict.fromkeys(counts.categories, 1.0), **(at_most or {})}),
    )
    sets, names = np.nonzero(counts.allowed)
    each = (sets == np.arange(len(counts.cells))[:, None]).astype(float)
    of = (names == np.arange(len(counts.categories))[:, None]).astype(float)
    shares = counts.cells / counts.cells.sum()
    sides = np.concatenate([ceiling, -floor])
    found = linprog(np.zeros(len(sets)), A_ub=np.vstack([of, -of]), b_ub=sides, A_eq=each, b_eq=shares)
    return bool(found.success)


def _least(cells: NDArray[np.int64], allowed: NDArray[np.bool_], above: Array, below: Array) -> Array:
    """What is over the line and under it, two rows, in the way to fill the gaps whose quotient is least."""
    sums = _filled(cells, allowed, np.broadcast_to(-below[:, None], (len(below), cells.shape[1])), (above, below))
    while True:
        quotient = _quotient(sums)
        tried = _filled(cells, allowed, above[:, None] - quotient * below[:, None], (above, below))
        better = (tried[1] > 0) & (_quotient(tried) < quotient)
        if not better.any():
            return sums
        sums = np.where(better, tried, sums)


def _quotient(sums: Array) -> Array:
    """What is over the line by what is under it; 0 where that is nothing, and nothing better will be found."""
    return np.divide(sums[0], sums[1], out=np.zeros_like(sums[0]), where=sums[1] > 0)


def _filled(cells: NDArray[np.int64], allowed: NDArray[np.bool_], cost: Array, weights: tuple[Array, Array]) -> Array:
    """Sums by `weights` where each record is of the allowed category that costs least, cost by category and cell."""
    picked = [np.argmin(np.where(row[:, None], cost, np.inf), axis=0) for row in allowed]
    return np.array([sum(n * weight[pick] for n, pick in zip(cells, picked, strict=True)) for weight in weights])


def _endless(cells: NDArray[np.int64], allowed: NDArray[np.bool_], above: Array, below: Array) -> NDArray[np.bool_]:
    """Where the gaps can be filled with nothing under the line and something over it."""
    free = allowed & (below == 0)
    none_under = ~np.any(cells[~free.any(axis=1)], axis=0)
    return none_under & np.any(cells[(free & (above > 0)).any(axis=1)], axis=0)


def _shaped(flat: Array, shape: tuple[int, ...]) -> float | Array:
    return flat.reshape(shape) if shape else float(flat[0])


def crossed(counts: Mapping[tuple[str | None, str | None], ArrayLike]) -> CoarseCounts:
    """Counts by two answers, None where one is missing, as coarse counts of ``"Asian, charged"`` and the like.

    Raises StatisticsError where one of the two has no answer at all.
    """
    firsts, seconds = (frozenset(key[place] for key in counts if key[place] is not None) for place in (0, 1))
    if not firsts or not seconds:
        raise StatisticsError("Nobody gave one of the two answers.", remedy="Count each alone.")
    sums: dict[frozenset[str], NDArray[np.int64]] = {}
    for (first, second), count in counts.items():
        can_be = frozenset(f"{one}, {two}" for one in _either(first, firsts) for two in _either(second, seconds))
        sums[can_be] = sums.get(can_be, np.zeros((), np.int64)) + whole_counts(count)
    return CoarseCounts(sums)


def _either(answer: str | None, answers: Iterable[str | None]) -> Iterable[str | None]:
    return answers if answer is None else (answer,)
