"""Two shares beside each other: their difference and their ratio, with the missing at their worst and chance on top.

`difference_of` and `ratio_of` are of one group in two populations that share no record. `beside_whole` is of a part of
a population beside all of it. `group_difference` is of two groups of one population. `across` is of the two sides of a
breakdown that is itself missing in part, such as charged or not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import Ends, ShareBounds
from joinedup.statistics.counts import whole
from joinedup.statistics.intervals import Interval, difference, ratio, wilson
from joinedup.statistics.joint import CoarseCounts

Completed = tuple[tuple[float, float], tuple[float, float]]
"""The two shares in one way to fill the gaps, each as (of the group, of all)."""


@dataclass(frozen=True)
class PairBounds:
    """A difference of shares, -1 to 1, or a ratio of them, between two ends; `limits` hold chance too.

    `upper` of a ratio is infinite where the second share may be none.
    """

    lower: float
    upper: float
    limits: Interval


def difference_of(first: Ends, second: Ends, confidence: float = 0.95) -> PairBounds:
    """The first share less the second, of two populations that share no record.

    Raises StatisticsError for a confidence outside 0 to 1.
    Source: ends as `bounds.bound_share`, since each share can be at either end whatever the other is; limits of each
    end as `intervals.difference`.
    """
    return _difference((first.least, second.most), (first.most, second.least), confidence)


def ratio_of(first: Ends, second: Ends, confidence: float = 0.95) -> PairBounds:
    """The first share over the second, of two populations that share no record.

    Raises StatisticsError where nobody of the second can be of the group, and for a confidence outside 0 to 1.
    Source: ends as `difference_of`; limits of each end as `intervals.ratio`, which are wider for shares than for rates.
    """
    return _ratio((first.least, second.most), (first.most, second.least), confidence)


def _difference(least: Completed, most: Completed, confidence: float) -> PairBounds:
    low, high = (_over(one) - _over(other) for one, other in (least, most))
    ends = difference(*least, confidence), difference(*most, confidence)
    return PairBounds(low, high, _worst(*ends))


def _ratio(least: Completed, most: Completed, confidence: float) -> PairBounds:
    if not least[1][0]:
        raise StatisticsError(
            "Nobody of the second can be of the group: there is no ratio to a share of nothing.",
            remedy="Take their difference.",
        )
    low, high = (_over(one) / _over(other) if other[0] else math.inf for one, other in (least, most))
    return PairBounds(low, high, _worst(ratio(*least, confidence), _above(most, confidence)))


def _above(most: Completed, confidence: float) -> Interval:
    if most[0][0] + most[1][0]:
        return ratio(*most, confidence)
    return Interval(0.0, math.inf, confidence, "Exact, given all events")


def _worst(low: Interval, high: Interval) -> Interval:
    return Interval(low.lower, high.upper, low.confidence, f"Worst case, {low.method}")


def _over(share: tuple[float, float]) -> float:
    return share[0] / share[1]


# A part beside the whole


def beside_whole(part: ShareBounds, whole_of_it: ShareBounds) -> tuple[float, float]:
    """The share in a part less the share in all of the population, lowest and highest, -1 to 1; chance is not in it.

    The missing of the part are missing of the whole as well, so the ends are closer than if the two were strangers.

    Raises StatisticsError where the part has more of anything than the whole.
    Source: `joint.bound_contrast`, with each record's weight in both shares at once.
    """
    rest = {
        "held": whole_of_it.held - part.held,
        "unknown": whole_of_it.unknown - part.unknown,
        "recorded": whole_of_it.recorded - part.recorded,
    }
    if min(*rest.values(), rest["recorded"] - rest["held"]) < 0:
        raise StatisticsError("A part has no more of the group, of others or of the unknown than the whole has.")
    outside = 1 / whole_of_it.total
    inside = 1 / part.total - outside
    known = part.held * inside - rest["held"] * outside
    return known - rest["unknown"] * outside, known + part.unknown * inside


# Two groups of one population


def group_difference(counts: CoarseCounts, one: str, other: str, confidence: float = 0.95) -> PairBounds:
    """The share of one group less that of another, both of one population, -1 to 1.

    Raises StatisticsError as `joint.bound_contrast`, and for arrays.
    Source: ends as `joint.bound_contrast`. Limits of each end: G. Y. Zou and A. Donner (2008), "Construction of
    Confidence Limits about Effect Measures", Statistics in Medicine 27, 1693-1702, from Wilson's limits of each share
    and the correlation that two shares of one population have.
    """
    least, most = of_groups(counts, one, other)
    low, high = (_over(first) - _over(second) for first, second in (least, most))
    return PairBounds(low, high, _worst(_together(least, confidence), _together(most, confidence)))


def group_ratio(counts: CoarseCounts, one: str, other: str, confidence: float = 0.95) -> PairBounds:
    """The share of one group over that of another, both of one population.

    Raises StatisticsError as `group_difference`, and where nobody can be of the other.
    Source: ends as `joint.bound_ratio`; limits of each end as `intervals.ratio`, exact given how many are of the two.
    """
    return _ratio(*of_groups(counts, one, other), confidence)


def of_groups(counts: CoarseCounts, one: str, other: str) -> tuple[Completed, Completed]:
    """Each end: only those of the one who can be nothing else, and all of the other who can be; then the reverse.

    Raises StatisticsError for arrays, for nobody, and for a group that nobody can be.
    """
    if counts.cells.ndim > 1 or not counts.cells.sum() or one == other:
        raise StatisticsError("Two groups are compared in one count of somebody.")
    counts.weights({one: 1, other: 1})
    total = int(counts.cells.sum())
    sets = list(zip(counts.counts, counts.cells.tolist(), strict=True))
    sure = {name: sum(n for can_be, n in sets if can_be == {name}) for name in (one, other)}
    able = {name: sum(n for can_be, n in sets if name in can_be) for name in (one, other)}
    return ((sure[one], total), (able[other], total)), ((able[one], total), (sure[other], total))


def _together(shares: Completed, confidence: float) -> Interval:
    """Limits of the difference of two shares of one population."""
    (first, second), (one, other) = map(_over, shares), (wilson(*share, confidence) for share in shares)
    apart = (1 - first) * (1 - second)
    alike = -min(1.0, math.sqrt(first * second / apart)) if apart else -1.0
    below, above = (first - one.lower, other.upper - second), (one.upper - first, second - other.lower)
    low, high = (math.sqrt(a * a + b * b - 2 * alike * a * b) for a, b in (below, above))
    gap = first - second
    return Interval(max(-1.0, gap - low), min(1.0, gap + high), confidence, "Zou and Donner, from Wilson")


# The two sides of a breakdown that is missing in part

Sided = Mapping[tuple[bool | None, bool | None], int]
"""Counts by (is of the group, is on the side that is asked about), None where it is not known."""

Compared = Callable[[tuple[float, float], tuple[float, float]], float]


def difference_across(counts: Sided, confidence: float = 0.95) -> PairBounds:
    """The share of a group on one side of a breakdown less its share on the other, such as charged and not charged.

    Whoever is missing on either question is counted on the side and in the group that make the difference least, then
    most. Raises StatisticsError for counts that are not whole, and where nobody is known to be on one of the sides.
    Source: J. L. Horowitz and C. F. Manski (2000), "Nonparametric Analysis of Randomized Experiments with Missing
    Covariate and Outcome Data", Journal of the American Statistical Association 95, 77-84, whose one side at a time is
    here both at once; limits of each end as `intervals.difference`.
    """
    return _difference(*_ends_across(counts, lambda here, there: _over(here) - _over(there)), confidence)


def ratio_across(counts: Sided, confidence: float = 0.95) -> PairBounds:
    """The share of a group on one side of a breakdown over its share on the other.

    Raises StatisticsError as `difference_across`, and where nobody on the other side can be of the group.
    Source: as `difference_across`; limits of each end as `intervals.ratio`.
    """
    return _ratio(*_ends_across(counts, lambda here, there: _over(here) / max(_over(there), 1e-300)), confidence)


def _ends_across(counts: Sided, figure: Compared) -> tuple[Completed, Completed]:
    """The ways to fill the gaps at which `figure` is least and most; it is least where the other side's is most."""
    turned = {(of, None if here is None else not here): n for (of, here), n in counts.items()}
    there, here = _furthest(turned, figure)
    return (here, there), _furthest(counts, figure)


def _furthest(counts: Sided, figure: Compared) -> Completed:
    """The way to fill the gaps that puts most of the group on the one side, and least on the other.

    A member whose side is missing goes here, another goes there. Of those with both missing, some are members here and
    the rest others there: how many is best is a single peak, found by halving, as the figure or its logarithm bends
    one way.
    """
    n = {(a, b): whole("records", counts.get((a, b), 0)) for a, b in product((True, False, None), repeat=2)}
    members, others = n[True, True] + n[None, True] + n[True, None], n[False, True]
    theirs, rest = n[True, False], n[False, False] + n[None, False] + n[False, None]
    for side in (True, False):
        if not sum(n[of, side] for of in (True, False, None)):
            raise StatisticsError("Nobody is known to be on one of the two sides.", remedy="Bound each side alone.")

    def completed(here: int) -> Completed:
        there = n[None, None] - here
        return (members + here, members + others + here), (theirs, theirs + rest + there)

    low, high = 0, n[None, None]
    while low < high:
        middle = (low + high) // 2
        rises = figure(*completed(middle + 1)) > figure(*completed(middle))
        low, high = (middle + 1, high) if rises else (low, middle)
    return completed(low)
