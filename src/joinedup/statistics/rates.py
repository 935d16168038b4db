"""Rates per head: what was counted, over the people it could have happened to, with chance and the unknown apart.

`crude_rate` is arithmetic on two numbers. `rate` is a rate that may be published: its count and its population say whom
they are of and must agree, and it is two ends where a group was not recorded or a population was held back.
"""

from __future__ import annotations

from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import whole
from joinedup.statistics.denominators import Denominator, Scope, matched
from joinedup.statistics.intervals import Interval, count_limits


@dataclass(frozen=True)
class Rate:
    """`events` of `population` people as `value` per `multiplier` people, with its limits for chance."""

    value: float
    limits: Interval
    events: int
    population: float
    multiplier: float


def crude_rate(events: int, population: float, *, multiplier: float = 1_000, confidence: float = 0.95) -> Rate:
    """Events per `multiplier` people, with limits that are exact below 10 events and Byar's from there on.

    population: people, or person-years where the events are of several years.

    Raises StatisticsError for a count that is not whole and for a population that is not more than none.
    Source: the rule of PHEindicatormethods 2.1.0, with which Fingertips is published.
    """
    if not population > 0:
        raise StatisticsError("A rate among nobody cannot be stated.", remedy="Look up the population.")
    factor = multiplier / population
    limits = count_limits(whole("events", events), confidence).times(factor)
    return Rate(events * factor, limits, events, population, multiplier)


@dataclass(frozen=True)
class Numerator:
    """`events` of those in `scope`; `unknown` more in that area, year, ages and sex whose group is not recorded."""

    scope: Scope
    events: int
    unknown: int = 0

    def __post_init__(self) -> None:
        whole("events", self.events)
        whole("events of an unknown group", self.unknown)


@dataclass(frozen=True)
class BoundedRate:
    """A rate between two ends.

    lower: none of the unknown are of this group, and the population is at its largest. upper: all of them are, and it
    is at its smallest. The two are one where nothing is unknown. Each carries its own limits for chance.
    """

    numerator: Numerator
    denominator: Denominator
    lower: Rate
    upper: Rate

    @property
    def limits(self) -> Interval:
        """For the unknown and chance together: the lower end's lower limit to the upper end's upper."""
        methods = dict.fromkeys((self.lower.limits.method, self.upper.limits.method))
        ends = self.lower.limits.lower, self.upper.limits.upper
        return Interval(*ends, self.lower.limits.confidence, f"Worst case, {' and '.join(methods)}")

    @property
    def gap(self) -> str | None:
        """In words, where the population is of another year than the count. To be printed with the figure."""
        return self.denominator.gap


def rate(
    numerator: Numerator, denominator: Denominator, *, multiplier: float = 1_000, confidence: float = 0.95
) -> BoundedRate:
    """The rate of a count among the people it could have come from, at its lowest and at its highest.

    Raises StatisticsError where the two are not of one area, year, ages, sex and group, and where the population may be
    nobody.
    Source: C. F. Manski (1989), "Anatomy of the Selection Problem", Journal of Human Resources 24(3), 343-360, for the
    ends; `crude_rate` for their limits.
    """
    matched(numerator.scope, denominator)
    most = numerator.events + numerator.unknown
    return BoundedRate(
        numerator,
        denominator,
        crude_rate(numerator.events, denominator.upper, multiplier=multiplier, confidence=confidence),
        crude_rate(most, denominator.lower, multiplier=multiplier, confidence=confidence),
    )
