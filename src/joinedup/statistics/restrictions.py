"""What an assumption about the missing would narrow: each with its name, its sentence and the points that it took off.

None of these can be tested on the records whose answer is missing. They are to be believed or not, so they are printed
with every figure that stands on them, beside the worst case that stands on nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import ShareBounds
from joinedup.statistics.intervals import Interval, tail, wilson
from joinedup.statistics.sampling import Limits, with_chance

Range = tuple[float, float]


@dataclass(frozen=True)
class Assumption:
    """`name` and `sentence` are printed.

    between: the least and most of the group's share among the missing, 0 to 1, given its share among those known; both
    rise with it or stay.
    """

    name: str
    sentence: str
    between: Callable[[float], Range]


@dataclass(frozen=True)
class Narrowed:
    """A share between two ends, 0 to 1 of everyone counted, if the assumption named is right.

    limits: chance too. worst: the same share without the assumption. points_narrowed: percentage points by which the
    ends are closer together than `worst`.
    """

    lower: float
    upper: float
    limits: Interval
    worst: ShareBounds
    name: str
    sentence: str

    @property
    def points_narrowed(self) -> float:
        return 100 * ((self.worst.upper - self.worst.lower) - (self.upper - self.lower))


NO_MORE_LIKELY = Assumption(
    "no more likely among the missing",
    "Those whose answer is missing are of the group no more often than those whose answer is known.",
    lambda known: (0.0, known),
)
NO_LESS_LIKELY = Assumption(
    "no less likely among the missing",
    "Those whose answer is missing are of the group no less often than those whose answer is known.",
    lambda known: (known, 1.0),
)


def odds_within(factor: float) -> Assumption:
    """The odds of the group among the missing are within `factor` times, and one over it, of those among the known.

    1 is the share of those known; a large factor comes near the worst case. Raises StatisticsError below 1.
    Source: D. O. Scharfstein, A. Rotnitzky and J. M. Robins (1999), "Adjusting for Nonignorable Drop-Out Using
    Semiparametric Nonresponse Models", Journal of the American Statistical Association 94, 1096-1120.
    """
    if not 1 <= factor < math.inf:
        raise StatisticsError(f"Odds are within a factor of 1 or more, not {factor:g}.")
    return Assumption(
        f"odds within {factor:g}",
        f"The odds of the group among those whose answer is missing are at most {factor:g} times, and at least "
        f"1/{factor:g} of, its odds among those whose answer is known.",
        lambda known: (_times(known, 1 / factor), _times(known, factor)),
    )


def _times(share: float, factor: float) -> float:
    """The share whose odds are `factor` times those of `share`."""
    return share * factor / (1 - share + share * factor)


def narrow(
    bounds: ShareBounds, *assumptions: Assumption, confidence: float = 0.95, limits: Limits = wilson
) -> Narrowed:
    """What the share can be if all of `assumptions` are right.

    Limits: the share of those known and the share that is missing are each moved out by chance, at half of what may
    be left out, so that both hold together.

    Raises StatisticsError without an assumption; where no answer is known; where none or all of those known are of the
    group, so that the assumption would say the same of the missing; and where the assumptions exclude each other.
    Source: C. F. Manski and J. V. Pepper (2000), "Monotone Instrumental Variables", Econometrica 68(4), 997-1010, whose
    instrument is here whether the answer is known; limits by Bonferroni's inequality.
    """
    known = bounds.of_known
    if not assumptions or known is None:
        raise StatisticsError("An assumption compares the missing with those known: there are none.")
    if known in (0, 1):
        raise StatisticsError(
            "None, or all, of those known are of the group; to say the same of the missing is to know it.",
            remedy="Use the worst case.",
        )
    lower, upper = ((bounds.held + bounds.unknown * end) / bounds.total for end in _among(known, assumptions))
    name, sentence = " and ".join(one.name for one in assumptions), " ".join(one.sentence for one in assumptions)
    worst = with_chance(bounds, confidence, limits=limits)
    # An end that no assumption moves keeps the limit that it has without one.
    low, high = _moved(bounds, assumptions, tail(confidence), limits)
    chance = Interval(
        worst.lower if lower == bounds.lower else low,
        worst.upper if upper == bounds.upper else high,
        confidence,
        f"If it is so, {worst.method.removeprefix('Worst case, ')}",
    )
    return Narrowed(lower, upper, chance, bounds, name, sentence)


def _moved(bounds: ShareBounds, assumptions: tuple[Assumption, ...], out: float, limits: Limits) -> Range:
    """Both ends at the limits of the share of those known and of the share that is missing, whichever are worse."""
    known = limits(bounds.held, bounds.recorded, 1 - out)
    missing = limits(bounds.unknown, bounds.total, 1 - out)
    low, high = (
        [(1 - gaps) * share + gaps * _among(share, assumptions)[place] for gaps in (missing.lower, missing.upper)]
        for place, share in enumerate((known.lower, known.upper))
    )
    return min(low), max(high)


def _among(known: float, assumptions: tuple[Assumption, ...]) -> Range:
    """The least and most of the group's share among the missing that every assumption allows."""
    lows, highs = zip(*(one.between(known) for one in assumptions), strict=True)
    low, high = max(lows), min(highs)
    if low > high + 1e-12:
        raise StatisticsError("These assumptions cannot be right together.", remedy="Take one of them.")
    return low, high


def same_whatever(
    by_value: Mapping[str, ShareBounds], what: str, confidence: float = 0.95, *, limits: Limits = wilson
) -> Narrowed:
    """What the share can be if it is the same whatever `what` is, such as the month of the search.

    by_value: bounds by its values. If the share does not change with the month, it lies between the ends of every
    month, so months in which little is missing speak for the others. `worst` is of all values together.

    Limits: each value's ends are moved out at the confidence over the number of values, so that all hold together.

    Raises StatisticsError for fewer than two values, and where no share lies between the ends of all: then the
    assumption is wrong of these very records, and the message says whether chance could have made it look so.
    Source: C. F. Manski (1990), "Nonparametric Bounds on Treatment Effects", American Economic Review 80(2), 319-323;
    limits by Bonferroni's inequality, simpler and wider than V. Chernozhukov, S. Lee and A. M. Rosen (2013),
    "Intersection Bounds: Estimation and Inference", Econometrica 81(2), 667-737.
    """
    every = list(by_value.values())
    if len(every) < 2:
        raise StatisticsError(f"A share is the same whatever {what} takes two values of it or more.")
    each = 1 - (1 - confidence) / len(every)
    moved = [with_chance(bounds, each, limits=limits) for bounds in every]
    chance = Interval(max(m.lower for m in moved), min(m.upper for m in moved), confidence, f"If so, {moved[0].method}")
    lower, upper = max(bounds.lower for bounds in every), min(bounds.upper for bounds in every)
    if lower > upper:
        why = "more than chance makes it" if chance.lower > chance.upper else "perhaps by chance"
        raise StatisticsError(
            f"No share lies between the ends of every {what}: as counted, the share changes with it, {why}.",
            remedy="Give the bounds of all together, or take fewer and larger values.",
        )
    held, recorded, total = (sum(getattr(one, part) for one in every) for part in ("held", "recorded", "total"))
    worst = ShareBounds(held / total, (held + total - recorded) / total, recorded, total)
    sentence = f"The share of the group is the same whatever the {what}."
    return Narrowed(lower, upper, chance, worst, f"same whatever the {what}", sentence)
