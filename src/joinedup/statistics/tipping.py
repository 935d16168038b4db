"""Tipping points: how many of the missing would have to be of the group for a claim to fail.

A worst case says whether any way to fill the gaps breaks a claim. A tipping point says which: "holds unless more than
12 of the 88 missing are of the group". A reader who knows the records can say whether that is likely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import ShareBounds
from joinedup.statistics.counts import whole
from joinedup.statistics.joint import CoarseCounts
from joinedup.statistics.pairs import of_groups
from joinedup.statistics.verdicts import Verdict

Side = Literal["more than", "less than"]


@dataclass(frozen=True)
class Tipping:
    """A claim holds unless `turns` than `records` of the `missing` are of `group`; None where nothing turns it.

    turns: "more" or "fewer". verdict: "holds" where nothing turns it, "contradicted" where it fails whatever the
    missing are, "insufficient" else. of_missing: `records` as a share of the missing, 0 to 1.
    """

    claim: str
    group: str
    turns: Literal["more", "fewer"]
    records: int | None
    missing: int
    verdict: Verdict

    @property
    def of_missing(self) -> float | None:
        return None if self.records is None else self.records / self.missing

    def __str__(self) -> str:
        if self.verdict == "holds":
            return f"{self.claim}: holds whatever is missing."
        if self.verdict == "contradicted":
            return f"{self.claim}: contradicted, whatever is missing."
        return (
            f"{self.claim}: holds unless {self.turns} than {self.records:,} of the {self.missing:,} missing "
            f"({self.of_missing:.1%} of the missing) are {self.group}."
        )


def tip_share(bounds: ShareBounds, side: Side, benchmark: float | Fraction, group: str = "of the group") -> Tipping:
    """When the claim that the share of all is more, or less, than `benchmark` (0 to 1) fails.

    A ratio to a population's share is such a claim: "more than twice 5.75%" is "more than 11.5%".

    Raises StatisticsError for a benchmark outside 0 to 1.
    Source: X. Yan, S. Lee and N. Li (2009), "Missing Data Handling Methods in Medical Device Clinical Trials", Journal
    of Biopharmaceutical Statistics 19(6), 1085-1098; here exact, in whole records.
    """
    limit = _exact(benchmark) * bounds.total
    if not 0 <= limit <= bounds.total:
        raise StatisticsError("A share is compared with a number from 0 to 1.")
    claim = f"Share {side} {100 * float(benchmark):.4g}%"
    if side == "more than":
        return _fewer(claim, group, math.floor(limit) + 1 - bounds.held, bounds.unknown)
    return _more(claim, group, math.ceil(limit) - 1 - bounds.held, bounds.unknown)


def tip_pair(
    first: ShareBounds,
    second: ShareBounds,
    times: float | Fraction = 1,
    *,
    of_first: int | None = None,
    of_second: int | None = None,
) -> Tipping:
    """When the claim that the first share is more than `times` the second fails; 1 is "their difference is above 0".

    The two populations share no record, so there are two kinds of missing and a line of tipping points. Give how many
    are of the group of one kind, and the tipping point is of the other. The verdict is on that condition too: for one
    without it, see `pairs.difference_of` and `pairs.ratio_of`.

    Raises StatisticsError for `times` that is not above 0, unless just one of the two is given, and where that is more
    than are missing.
    Source: S. Hollis (2002), "A Graphical Sensitivity Analysis for Clinical Trials with Non-ignorable Missing Binary
    Outcome", Statistics in Medicine 21, 3823-3834.
    """
    factor, claim = _factor(times), f"First share more than {_times(times)}the second"
    if (of_first is None) == (of_second is None):
        raise StatisticsError("Say how many of the missing are of the group, in one of the two populations.")
    if of_second is not None:
        other = Fraction(second.held + _part(of_second, second), second.total)
        needed = math.floor(factor * other * first.total) + 1 - first.held
        claim = f"{claim}, if {of_second:,} of the second's missing are of the group"
        return _fewer(claim, "of the group", needed, first.unknown)
    one = Fraction(first.held + _part(of_first or 0, first), first.total)
    bearable = math.ceil(one / factor * second.total) - 1 - second.held
    claim = f"{claim}, if {of_first:,} of the first's missing are of the group"
    return _more(claim, "of the group", bearable, second.unknown)


def tip_groups(counts: CoarseCounts, one: str, other: str, times: float | Fraction = 1) -> Tipping:
    """When the claim that the share of `one` is more than `times` that of `other`, in one population, fails.

    Where it holds with none of the missing of either: how many may be of `other`. Where it does not: how many must be
    of `one`.

    Raises StatisticsError as `pairs.group_difference`, and for `times` that is not above 0. Source: as `tip_share`.
    """
    factor, claim = _factor(times), f"{one} more than {_times(times)}{other}"
    (ones, most_others), (most_ones, others) = (
        (int(first[0]), int(second[0])) for first, second in of_groups(counts, one, other)
    )
    if ones > factor * others:
        bearable = math.ceil(Fraction(ones) / factor) - 1 - others
        return _more(claim, f"{other} and none {one}", bearable, most_others - others)
    return _fewer(claim, f"{one} and none {other}", math.floor(factor * others) + 1 - ones, most_ones - ones)


def _factor(times: float | Fraction) -> Fraction:
    if _exact(times) <= 0:
        raise StatisticsError("Shares are compared times a number above 0.")
    return _exact(times)


def _times(times: float | Fraction) -> str:
    return "" if times == 1 else f"{float(times):g} x "


def _part(of: int, bounds: ShareBounds) -> int:
    if whole("missing of the group", of) > bounds.unknown:
        raise StatisticsError(f"Only {bounds.unknown:,} are missing, not {of:,}.")
    return of


def _exact(number: float | Fraction) -> Fraction:
    """The decimal that was written, not the binary one nearest to it."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def _fewer(claim: str, group: str, needed: int, missing: int) -> Tipping:
    """A claim that needs `needed` of the missing."""
    if needed <= 0:
        return Tipping(claim, group, "fewer", None, missing, "holds")
    if needed > missing:
        return Tipping(claim, group, "fewer", None, missing, "contradicted")
    return Tipping(claim, group, "fewer", needed, missing, "insufficient")


def _more(claim: str, group: str, bearable: int, missing: int) -> Tipping:
    """A claim that bears `bearable` of the missing."""
    if bearable >= missing:
        return Tipping(claim, group, "more", None, missing, "holds")
    if bearable < 0:
        return Tipping(claim, group, "more", None, missing, "contradicted")
    return Tipping(claim, group, "more", bearable, missing, "insufficient")
