"""Limits for chance: what a share, a count, a difference or a ratio could be, had chance fallen otherwise.

Chance only. What is missing from a count is not in these limits: see `bounds` and `rates`.

Exact methods hold the true value at least as often as they promise. Byar's did too, for every expected count from 0.02
to 600. Wilson's miss their promise for rare events: 95% limits held a share of which 0.18 events were expected 84 times
in 100, and 93 to 98 times where 5 or more were; 99.8% limits 91.6 and 99.4 times. Where that matters, take
`clopper_pearson`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from joinedup.errors import StatisticsError

EXACT_BELOW = 10
"""Fewer events than this get exact limits, and no directly standardised rate. Rule of PHEindicatormethods 2.1.0."""


@dataclass(frozen=True)
class Interval:
    """Two ends, in the unit of what they are limits of. `confidence` is 0 to 1 (0.95); `method` names the arithmetic.

    `upper` is infinite where chance sets no upper end, as for a ratio to a rate of no events.
    """

    lower: float
    upper: float
    confidence: float
    method: str

    def times(self, factor: float) -> Interval:
        """Both ends times a positive `factor`, as from events to a rate per 1,000."""
        return replace(self, lower=self.lower * factor, upper=self.upper * factor)


# One share


def wilson(events: float, of: float, confidence: float = 0.95) -> Interval:
    """Score limits of the share `events` / `of`, 0 to 1; `events` need not be whole, as in a weighted share.

    Raises StatisticsError for more events than `of`, for `of` nobody and for a confidence outside 0 to 1.
    Source: E. B. Wilson (1927), "Probable Inference", Journal of the American Statistical Association 22, 209-212.
    """
    _share(events, of)
    z = deviate(confidence)
    middle, half = 2 * events + z * z, z * math.sqrt(z * z + 4 * events * (1 - events / of))
    lower, upper = (middle - half) / (2 * (of + z * z)), (middle + half) / (2 * (of + z * z))
    # With none or all, one end is that share itself; the subtraction would miss it by a rounding error.
    return Interval(0.0 if events == 0 else lower, 1.0 if events == of else upper, confidence, "Wilson")


def clopper_pearson(events: float, of: float, confidence: float = 0.95) -> Interval:
    """Exact limits of the share `events` / `of`, 0 to 1: they hold the true share at least as often as they promise.

    Raises StatisticsError as `wilson`.
    Source: C. J. Clopper and E. S. Pearson (1934), "The Use of Confidence or Fiducial Limits", Biometrika 26, 404-413.
    """
    from scipy.special import betaincinv

    _share(events, of)
    outside = tail(confidence)
    lower = 0.0 if events == 0 else float(betaincinv(events, of - events + 1, outside))
    upper = 1.0 if events == of else float(betaincinv(events + 1, of - events, 1 - outside))
    return Interval(lower, upper, confidence, "Clopper-Pearson")


# One count


def poisson_exact(events: float, confidence: float = 0.95) -> Interval:
    """Exact limits of the number of events to be expected where `events` occurred, in events.

    With none, the lower limit is 0. They are half the quantiles of chi-square, 2 x `events` degrees of freedom below
    and two more above. Raises StatisticsError for a negative count and for a confidence outside 0 to 1.
    Source: F. Garwood (1936), "Fiducial Limits for the Poisson Distribution", Biometrika 28, 437-442.
    """
    from scipy.special import gammainccinv, gammaincinv

    _events(events)
    outside = tail(confidence)
    lower = 0.0 if events == 0 else float(gammaincinv(events, outside))
    return Interval(lower, float(gammainccinv(events + 1, outside)), confidence, "Exact")


def byar(events: float, confidence: float = 0.95) -> Interval:
    """Byar's approximate limits of the number of events to be expected, in events; good from about 10 events.

    A lower limit whose cube would be negative (1 event at 99.8%) is 0, the least that a count can be; other tools
    print nothing there. Raises StatisticsError as `poisson_exact`.
    Source: N. E. Breslow and N. E. Day (1987), Statistical Methods in Cancer Research II, IARC, page 69.
    """
    _events(events)
    z = deviate(confidence)
    more = events + 1
    lower = 0.0 if events == 0 else events * max(0.0, 1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3
    return Interval(lower, more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3, confidence, "Byar")


def count_limits(events: float, confidence: float = 0.95) -> Interval:
    """Limits of a count, in events: exact below 10 events, Byar's from there on.

    Raises StatisticsError as `poisson_exact`.
    Source: the rule of PHEindicatormethods 2.1.0, with which Fingertips is published.
    """
    return poisson_exact(events, confidence) if events < EXACT_BELOW else byar(events, confidence)


def dobson(value: float, variance: float, events: float, confidence: float = 0.95) -> Interval:
    """Limits of a weighted sum of counts, such as a directly standardised rate, in the unit of `value`.

    variance: the sum of squared weights times counts. events: the unweighted sum of the counts, whose limits by Byar
    are stretched to the weighted sum's spread.

    Raises StatisticsError without events, for a negative variance and for a confidence outside 0 to 1.
    Source: A. J. Dobson, K. Kuulasmaa, E. Eberle and J. Scherer (1991), "Confidence intervals for weighted sums of
    Poisson parameters", Statistics in Medicine 10, 457-462.
    """
    if variance < 0 or events <= 0:
        raise StatisticsError("A weighted sum without events, or of negative variance, has no limits.")
    stretch, counted = math.sqrt(variance / events), byar(events, confidence)
    lower, upper = (value + stretch * (end - events) for end in (counted.lower, counted.upper))
    return Interval(lower, upper, confidence, "Dobson")


# Two of them


def difference(first: tuple[float, float], second: tuple[float, float], confidence: float = 0.95) -> Interval:
    """Limits of the first share less the second, -1 to 1; each is (events, of), and the two must share nobody.

    Raises StatisticsError as `wilson`.
    Source: R. G. Newcombe (1998), "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17, 873-890, method 10 (hybrid score).
    """
    (one, other), shares = (wilson(*pair, confidence) for pair in (first, second)), (_of(first), _of(second))
    gap = shares[0] - shares[1]
    below = math.hypot(shares[0] - one.lower, other.upper - shares[1])
    above = math.hypot(one.upper - shares[0], shares[1] - other.lower)
    return Interval(gap - below, gap + above, confidence, "Newcombe hybrid score")


def ratio(first: tuple[float, float], second: tuple[float, float], confidence: float = 0.95) -> Interval:
    """Exact limits of the first rate over the second; each is (events, people), and the two must share nobody.

    Given all events together, the first's are a share of them, whose exact limits become those of the ratio. With no
    event in the first, the lower end is 0; with none in the second, the upper is infinite.

    Raises StatisticsError without any event, for a rate among nobody and for a confidence outside 0 to 1.
    Source: J. Przyborowski and H. Wilenski (1940), "Homogeneity of Results in Testing Samples from Poisson Series",
    Biometrika 31, 313-323; the same limits as `poisson.test` of R.
    """
    (events, people), (others, among) = first, second
    _events(events)
    _events(others)
    if min(people, among) <= 0 or events + others == 0:
        raise StatisticsError("Rates among nobody, or two rates without any event, have no ratio.")
    share = clopper_pearson(events, events + others, confidence)
    lower, upper = (_odds(end) * among / people for end in (share.lower, share.upper))
    return Interval(lower, upper, confidence, "Exact, given all events")


# What they stand on


def _odds(share: float) -> float:
    return math.inf if share == 1 else share / (1 - share)


def _of(pair: tuple[float, float]) -> float:
    return pair[0] / pair[1]


def tail(confidence: float) -> float:
    """What each end leaves out. Raises StatisticsError for a confidence that is no share, such as 95 for 95%."""
    if not 0 < confidence < 1:
        raise StatisticsError(
            f"A confidence of {confidence:g} is not between 0 and 1.", remedy="Write 0.95 for 95%, 0.998 for 99.8%."
        )
    return (1 - confidence) / 2


def deviate(confidence: float) -> float:
    """How many standard deviations each end lies out, 1.96 for 0.95. Raises StatisticsError as `tail`."""
    return NormalDist().inv_cdf(1 - tail(confidence))


def _events(events: float) -> None:
    if not 0 <= events < math.inf:
        raise StatisticsError("A count of events is not a number of zero or more.", remedy="Count again.")


def _share(events: float, of: float) -> None:
    _events(events)
    if not 0 < of < math.inf or events > of:
        raise StatisticsError(
            "A share is of one or more, and no more than all of them can have it.",
            remedy="If one person can be counted twice, it is a rate: use limits of a count.",
        )
