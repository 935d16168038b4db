"""How much is missing and why, and how much of it joining can give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import total_of, whole


@dataclass(frozen=True)
class Completeness:
    """`missing` of `total` have no value; `reasons` says why and adds up to `missing`."""

    total: int
    missing: int
    reasons: Mapping[str, int]

    @property
    def missing_share(self) -> float:
        """Missing over everyone counted, 0 to 1."""
        return self.missing / self.total

    def reason_share(self, reason: str) -> float:
        """Missing for `reason` over everyone counted, 0 to 1; zero for a reason that nobody has."""
        return self.reasons.get(reason, 0) / self.total


def completeness(recorded: int, reasons: Mapping[str, int]) -> Completeness:
    """Say what share of a column is missing, reason by reason.

    recorded: how many hold a value. reasons: how many hold none, by reason: ``{"refused": 4, "not_asked": 9}``.
    Shares are of everyone counted, so that the reasons' shares add up to the missing share.
    Raises StatisticsError when nobody was counted or a count is not whole.
    """
    missing = total_of(reasons)
    total = whole("those with a value", recorded) + missing
    if total == 0:
        raise StatisticsError("Nobody was counted, so there is no missing share.")
    return Completeness(total, missing, dict(reasons))


@dataclass(frozen=True)
class GapsFilled:
    """Of `missing` gaps: `filled` by one agreed value, `conflicting` where the others disagree, the rest empty."""

    missing: int
    filled: int
    conflicting: int

    @property
    def still_missing(self) -> int:
        """Gaps for which nobody else holds any value."""
        return self.missing - self.filled - self.conflicting

    @property
    def unknown_after(self) -> int:
        """Gaps that joining leaves unknown: nobody holds a value, or those who do disagree."""
        return self.missing - self.filled

    @property
    def filled_share(self) -> float:
        """Filled over missing, 0 to 1."""
        return self.filled / self.missing

    @property
    def conflicting_share(self) -> float:
        """Conflicting over missing, 0 to 1."""
        return self.conflicting / self.missing


def gaps_filled(missing: int, *, filled: int, conflicting: int) -> GapsFilled:
    """Say how many of `missing` gaps joined records fill, and how many they only quarrel over.

    Raises StatisticsError when there was no gap, or when more were filled or disputed than there were.
    """
    parts = whole("gaps filled", filled) + whole("gaps in conflict", conflicting)
    if whole("gaps", missing) == 0:
        raise StatisticsError("Nothing was missing, so there is no share of gaps.")
    if parts > missing:
        raise StatisticsError(
            f"{parts:,} gaps were filled or disputed, but only {missing:,} were missing.",
            remedy="Count the gaps and what fills them on the same records.",
        )
    return GapsFilled(missing, filled, conflicting)
