"""How one group's figure stands to another's, with the unknown at their worst and chance on top.

`disparity` is the ratio of two groups' rates. `representation` is a group's share of events over its share of people.
Both are statements about records of groups. They say nothing of any person, nor why a ratio is what it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import ShareBounds, bound_share
from joinedup.statistics.denominators import Denominator, Scope, matched
from joinedup.statistics.intervals import Interval, clopper_pearson, ratio
from joinedup.statistics.rates import BoundedRate, Numerator


@dataclass(frozen=True)
class BoundedRatio:
    """A ratio, 1 where there is no difference.

    lower, upper: whatever the unknown are, and whatever was held back of populations; chance is not in them. limits:
    chance too. `upper` is infinite where the other rate may be none. unknown: events whose group is not recorded. gap:
    in words, where a population is of another year than the counts; to be printed with the figure.
    """

    lower: float
    upper: float
    limits: Interval
    unknown: int
    gap: str | None


def disparity(group: BoundedRate, other: BoundedRate, confidence: float = 0.95) -> BoundedRatio:
    """The rate of one group over that of another, such as everyone else, who share nobody with it.

    At the lower end none of the unknown are of `group` and all are of `other`; at the upper end the reverse.

    Raises StatisticsError where the two are of different areas, years, ages or sexes, of one group, of everyone, or
    have not the same unknown; and where no event is certain or possible on either side.
    Source: worst case as C. F. Manski (1989), see `rates.rate`; limits of each end as `intervals.ratio`.
    """
    _comparable(group.numerator, other.numerator)
    unknown = group.numerator.unknown
    # At each end: events and people of the group, then of the other.
    least = (group.numerator.events, group.denominator.upper), (other.upper.events, other.denominator.lower)
    most = (group.upper.events, group.denominator.lower), (other.numerator.events, other.denominator.upper)
    limits = ratio(*least, confidence), ratio(*most, confidence)
    joint = Interval(limits[0].lower, limits[1].upper, confidence, f"Worst case, {limits[0].method}")
    return BoundedRatio(_over(*least), _over(*most), joint, unknown, _gap(group.denominator, other.denominator))


@dataclass(frozen=True)
class Representation:
    """A group's share of events beside its share of people, and the first over the second.

    of_all: the group's share of all events, at its lowest and highest, 0 to 1. of_known: its share of the events whose
    group is recorded, which is never to be printed without the other; None where none is. of_people: its share of the
    population, lowest and highest. ratio: of_all over of_people, with limits.
    """

    of_all: ShareBounds
    of_known: float | None
    of_people: tuple[float, float]
    ratio: BoundedRatio


def representation(
    group: Numerator, everyone: Numerator, people: Denominator, population: Denominator, confidence: float = 0.95
) -> Representation:
    """A group's share of all events over its share of the population that they could have come from.

    everyone: all events, those of unknown groups among them. people: of the group. population: everyone's.

    Raises StatisticsError where the four are not of one area, year, ages and sex, where `everyone` is a group or
    `group` is not, where more events are of the group or unknown than there are, and where nobody may be in the group.
    Source: as `bounds.bound_share`; limits of each share by `intervals.clopper_pearson`.
    """
    matched(group.scope, people)
    matched(replace(group.scope, group=None), population)
    _part_of(group, everyone)
    if not 0 < people.lower <= population.lower:
        raise StatisticsError(
            "There may be nobody in the group, or fewer in all than in it: it has no share of people."
        )
    rest = everyone.events - group.events - group.unknown
    share = bound_share({"group": group.events, "rest": rest, "unknown": group.unknown}, "group", missing={"unknown"})
    shares = people.lower / population.upper, min(1.0, people.upper / population.lower)
    ends = [clopper_pearson(events, share.total, confidence) for events in (group.events, group.events + group.unknown)]
    limits = Interval(ends[0].lower / shares[1], ends[1].upper / shares[0], confidence, f"Worst case, {ends[0].method}")
    known = group.events / share.recorded if share.recorded else None
    over = share.lower / shares[1], share.upper / shares[0]
    return Representation(share, known, shares, BoundedRatio(*over, limits, group.unknown, _gap(people, population)))


def _gap(*populations: Denominator) -> str | None:
    """What is to be said of the years of both, once where it is the same."""
    return "; ".join(dict.fromkeys(one.gap for one in populations if one.gap)) or None


def _over(first: tuple[int, int], second: tuple[int, int]) -> float:
    """The first rate over the second; infinite over a rate of nothing."""
    return first[0] / first[1] / (second[0] / second[1]) if second[0] else math.inf


def _comparable(group: Numerator, other: Numerator) -> None:
    _alike(group.scope, other.scope)
    if group.scope.group == other.scope.group or None in (group.scope.group, other.scope.group):
        raise StatisticsError(
            "A ratio of rates is of two groups that share nobody.",
            remedy="Compare with everyone else, or use `representation` to compare with everyone.",
        )
    if group.unknown != other.unknown:
        raise StatisticsError("The events of unknown groups are the same ones for both groups, and differ in number.")


def _part_of(group: Numerator, everyone: Numerator) -> None:
    _alike(group.scope, everyone.scope)
    whole = group.scope.group is None or everyone.scope.group is not None
    if whole or group.events + group.unknown > everyone.events:
        raise StatisticsError("A share is of the events of every group, those of unknown groups among them.")


def _alike(one: Scope, other: Scope) -> None:
    if replace(one, group=None, name="") != replace(other, group=None, name=""):
        raise StatisticsError(
            f"One count is of {one}; the other is of {other}.", remedy="Compare the same area, year, ages and sex."
        )
