"""Rates as they would be if two populations were equally old: direct and indirect standardisation by age band.

Bands are keys, the same in every table, such as ``"10-14"``. A band that no event fell in may be left out of the
events; a band without people, or without a standard, is refused rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import total_of, whole
from joinedup.statistics.intervals import EXACT_BELOW, Interval, count_limits, dobson


@dataclass(frozen=True)
class StandardisedRate:
    """`events` of `population` people as a rate per `multiplier` people of the standard population, with its limits."""

    value: float
    limits: Interval
    events: int
    population: float
    multiplier: float


@dataclass(frozen=True)
class StandardisedRatio:
    """`observed` events over those `expected` at the reference's rates. 1 is as many as there.

    `reference` is the reference's crude rate, in events per person.
    """

    value: float
    limits: Interval
    observed: int
    expected: float
    population: float
    reference: float

    def rate(self, multiplier: float) -> StandardisedRate:
        """The ratio times the reference's crude rate, per `multiplier` people: an indirectly standardised rate."""
        factor = self.reference * multiplier
        limits = self.limits.times(factor)
        return StandardisedRate(self.value * factor, limits, self.observed, self.population, multiplier)


def directly_standardised(
    events: Mapping[str, int],
    people: Mapping[str, float],
    standard: Mapping[str, float],
    *,
    multiplier: float = 100_000,
    confidence: float = 0.95,
) -> StandardisedRate:
    """The rate that the bands' rates would give in the standard population.

    events: whole counts by band. people: the population at risk by band. standard: the standard population by band, in
    any unit, such as the European Standard Population 2013.

    Raises StatisticsError below 10 events, for a band without people, and for bands that differ.
    Source: A. J. Dobson and others (1991), see `intervals.dobson`; the refusal is PHEindicatormethods 2.1.0's.
    """
    _same_bands(events, people, standard)
    if not sum(standard.values()) > 0:
        raise StatisticsError("Nobody is in the standard population.")
    total = total_of(events)
    if total < EXACT_BELOW:
        raise StatisticsError(
            f"{total} events are too few for a directly standardised rate, which needs {EXACT_BELOW}.",
            remedy="Pool years or areas, or use the indirectly standardised ratio.",
        )
    scale = multiplier / sum(standard.values())
    weights = {band: scale * standard[band] / people[band] for band in people}  # of one event
    value = sum(weights[band] * count for band, count in events.items())
    variance = sum(weights[band] ** 2 * count for band, count in events.items())
    return StandardisedRate(value, dobson(value, variance, total, confidence), total, sum(people.values()), multiplier)


def indirectly_standardised(
    observed: int,
    people: Mapping[str, float],
    reference_events: Mapping[str, float],
    reference_people: Mapping[str, float],
    *,
    confidence: float = 0.95,
) -> StandardisedRatio:
    """Events observed over those that the reference's rates by band would give among `people`.

    observed: whole events of all bands together, so that it can be had where events by band are too few. people and
    the reference's counts by band. Limits are exact below 10 events, Byar's from there on.

    Raises StatisticsError where nothing would be expected, for a band without people, and for bands that differ.
    Source: N. E. Breslow and N. E. Day (1987), Statistical Methods in Cancer Research II, IARC, chapter 2.
    """
    _same_bands(reference_events, reference_people, people)
    expected = sum(people[band] * count / reference_people[band] for band, count in reference_events.items())
    if not expected > 0:
        raise StatisticsError("Nothing would be expected at the reference's rates, so there is no ratio to them.")
    limits = count_limits(whole("events observed", observed), confidence).times(1 / expected)
    crude = sum(reference_events.values()) / sum(reference_people.values())
    return StandardisedRatio(observed / expected, limits, observed, expected, sum(people.values()), crude)


def _same_bands(events: Mapping[str, float], people: Mapping[str, float], other: Mapping[str, float]) -> None:
    """Raises StatisticsError where a band is in one table and not in the other, or nobody is in it."""
    unlike = sorted((people.keys() ^ other.keys()) | (events.keys() - people.keys()))
    if unlike:
        raise StatisticsError(
            f"These bands are not in every table: {', '.join(unlike)}.", remedy="Cut every table into the same bands."
        )
    empty = sorted(band for band in people if not people[band] > 0 or not other[band] >= 0)
    if empty:
        raise StatisticsError(f"Nobody is in these bands: {', '.join(empty)}.", remedy="Join them to their neighbours.")
