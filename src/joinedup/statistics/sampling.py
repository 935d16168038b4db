"""Chance on top of the missing: each end of a bound is moved out by a limit.

Bounds are of the people counted. If they are taken for a draw from all who could have been, each end is a share that
chance could have made too high or too low. The lower end gets a lower limit and the upper end an upper one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import Ends
from joinedup.statistics.intervals import Interval, deviate, wilson

Limits = Callable[[float, float, float], Interval]
"""`intervals.wilson`, `intervals.clopper_pearson`, or another that takes (events, of, confidence)."""


def with_chance(bounds: Ends, confidence: float = 0.95, *, limits: Limits = wilson) -> Interval:
    """Bounds of a share moved out so that they hold the whole of the true bounds at least `confidence` of the time.

    Each end's limit leaves out half of what both may. `clopper_pearson` keeps that promise for any share; Wilson's
    limits miss it for rare events, see `intervals`.

    Raises StatisticsError as `limits`.
    Source: J. L. Horowitz and C. F. Manski (2000), "Nonparametric Analysis of Randomized Experiments with Missing
    Covariate and Outcome Data", Journal of the American Statistical Association 95, 77-84.
    """
    ends = [limits(*end, confidence) for end in (bounds.least, bounds.most)]
    return Interval(ends[0].lower, ends[1].upper, confidence, f"Worst case, {ends[0].method}")


def with_chance_of_truth(bounds: Ends, confidence: float = 0.95, *, limits: Limits = wilson) -> Interval:
    """As `with_chance`, but so that they hold the true share, wherever it lies, at least `confidence` of the time.

    Where the bounds are wide the truth cannot be at both ends, so each needs only a limit of one side (1.64 standard
    deviations in place of 1.96 at 95%). Where nothing is missing the two are the same.

    Raises StatisticsError as `limits`, and for a confidence of a half or less.
    Source: G. W. Imbens and C. F. Manski (2004), "Confidence Intervals for Partially Identified Parameters",
    Econometrica 72(6), 1845-1857. With missing answers the ends are in order in every sample, which is what keeps the
    method sound where they are close: J. Stoye (2009), Econometrica 77(4), 1299-1315.
    """
    out = _one_sided(bounds, confidence)
    found = with_chance(bounds, 2 * NormalDist().cdf(out) - 1, limits=limits)
    return Interval(found.lower, found.upper, confidence, f"{found.method}, for the truth (Imbens and Manski)")


def _one_sided(bounds: Ends, confidence: float) -> float:
    """How many standard deviations each end moves: as many as hold a truth that lies at one end."""
    from scipy.optimize import brentq

    if confidence <= 0.5:
        raise StatisticsError("Limits that miss as often as they hold say nothing.", remedy="Write 0.95 for 95%.")
    both, one = deviate(confidence), NormalDist().inv_cdf(confidence)
    spread = max(math.sqrt(share * (1 - share) / of[1]) for share, of in _ends(bounds))
    if not spread:  # ends of none and all do not move
        return both
    apart = (bounds.upper - bounds.lower) / spread
    cdf = NormalDist().cdf
    return float(brentq(lambda out: cdf(out + apart) - cdf(-out) - confidence, min(one, both) - 1e-9, both + 1e-9))


def _ends(bounds: Ends) -> tuple[tuple[float, tuple[float, float]], tuple[float, tuple[float, float]]]:
    return (bounds.lower, bounds.least), (bounds.upper, bounds.most)
