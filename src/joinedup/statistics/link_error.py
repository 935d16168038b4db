"""What false and missed links do to a bound: how far the ends move out when some of the joining is wrong.

A false link fills a gap with somebody else's answer, or counts two people as one. A missed link leaves a gap that
could have been filled, or counts one person twice. Rates of both come from a sample that people judged, and only
their upper limits should be used here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import Bounds, ShareBounds, bound_share
from joinedup.statistics.counts import whole


@dataclass(frozen=True)
class LinkError:
    """At most these shares, 0 to below 1: `false` of the links that were made are wrong; `missed` of the links that
    should have been made were not. Raises StatisticsError for a share outside."""

    false: float
    missed: float

    def __post_init__(self) -> None:
        if not (0 <= self.false < 1 and 0 <= self.missed < 1):
            raise StatisticsError("Rates of false and missed links are shares from 0 to below 1.", remedy="0.02 is 2%.")

    def wrong(self, made: int) -> int:
        """At most how many of `made` links are wrong."""
        return math.floor(_exact(self.false) * made)

    def unmade(self, made: int) -> int:
        """At most how many links were missed, if all of `made` are right; fewer if some are wrong."""
        missed = _exact(self.missed)
        return math.floor(missed / (1 - missed) * made)


@dataclass(frozen=True)
class Filled:
    """Records by where their group was found, whole counts.

    own, own_other: of the group, and of another, by the record itself. filled, filled_other: by another record of the
    same person. unknown: by neither.
    """

    own: int
    own_other: int
    filled: int
    filled_other: int
    unknown: int

    def __post_init__(self) -> None:
        for name, count in vars(self).items():
            whole(name.replace("_", " "), count)

    @property
    def links(self) -> int:
        return self.filled + self.filled_other


@dataclass(frozen=True)
class LinkedShare:
    """A share of records before joining, after it if every link is right, and after it with `error` allowed for.

    wrong: at most how many filled answers are somebody else's. fillable: at most how many of the unknown a missed link
    leaves unknown. They are inside `with_error` already, as the unknown can be anything; had they been found, its ends
    would be closer by up to `fillable` records.
    """

    before: ShareBounds
    joined: ShareBounds
    with_error: Bounds
    wrong: int
    fillable: int


def bound_linked_share(counts: Filled, error: LinkError) -> LinkedShare:
    """Bound the share of all records that are of a group, when gaps were filled through links of which some are false.

    Nothing is assumed of what a wrongly filled record truly is, nor of which were wrongly filled. At the lower end as
    many as can be of the group's filled records are wrong and of another group; at the upper end the reverse.

    Raises StatisticsError when nobody was counted.
    Source: J. L. Horowitz and C. F. Manski (1995), "Identification and Robustness with Contaminated and Corrupted
    Data", Econometrica 63(2), 281-302: false links are corrupted records, a known share at most.
    """
    total = counts.own + counts.own_other + counts.links + counts.unknown
    before = _share(counts.own, counts.own_other, total)
    joined = _share(counts.own + counts.filled, counts.own_other + counts.filled_other, total)
    wrong = error.wrong(counts.links)
    least = joined.held - min(wrong, counts.filled)
    most = joined.held + min(wrong, counts.filled_other) + counts.unknown
    moved = Bounds(least / total, most / total, (least, total), (most, total))
    return LinkedShare(before, joined, moved, wrong, min(error.unmade(counts.links), counts.unknown))


def _share(held: int, other: int, total: int) -> ShareBounds:
    counts = {"held": held, "other": other, "unknown": total - held - other}
    return bound_share(counts, "held", missing={"unknown"})


def bound_people_share(people: ShareBounds, links: int, error: LinkError) -> Bounds:
    """Bound the share of people who are of a group, when some joined records are two people and some people are two.

    people: persons as they were joined. links: how many links made them, one less than the records of each person.
    A false link hides one more person, of any group. A missed link counts a person once more: two persons of one group
    are one, as long as one is left.

    Raises StatisticsError for links that are not whole.
    Source: as `bound_linked_share`; every number of false and missed links up to the most is allowed.
    """
    hidden, double = error.wrong(whole("links", links)), error.unmade(links)
    rest = people.recorded - people.held
    least = people.held - min(double, max(people.held - 1, 0))
    fewest = people.total + hidden - (people.held - least)
    # The upper end is all the others at their least: those known, as the unknown are all of the group.
    others = rest - min(double, max(rest - 1, 0))
    most = people.held + people.unknown + hidden
    return Bounds(least / fewest, most / (most + others), (least, fewest), (most, most + others))


def _exact(rate: float) -> Fraction:
    """The decimal that was written: 2% of 50 links is one link, not a hair less."""
    return Fraction(str(rate))
