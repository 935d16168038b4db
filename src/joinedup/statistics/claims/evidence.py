"""What a statement is held against: counts or printed shares, with what is missing, where they come from, how sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import ShareBounds, bound_share
from joinedup.statistics.claims.statement import NOT_RECORDED, About
from joinedup.statistics.counts import total_of
from joinedup.statistics.disclosure.threshold import THRESHOLD, small

Range = tuple[float, float]
_UNKNOWN = "unknown"


class Shares(Protocol):
    """Shares of everyone counted, the missing in the whole."""

    @property
    def groups(self) -> tuple[str, ...]: ...
    def share(self, group: str) -> Range:
        """The least and most that the share of `group` can be, 0 to 1. Raises StatisticsError for no such group."""
        ...


@dataclass(frozen=True)
class Counted:
    """Whole counts. held: by group, with 0 where nobody was. missing: by the reason for having no answer.

    Raises StatisticsError for counts that are not whole, for nobody, and for a reason that is also a group.
    """

    held: Mapping[str, int]
    missing: Mapping[str, int]

    def __post_init__(self) -> None:
        if not total_of(self.held) + total_of(self.missing):
            raise StatisticsError("Nobody was counted, so there is no share.")
        if both := self.held.keys() & (self.missing.keys() | {_UNKNOWN, NOT_RECORDED}):
            raise StatisticsError(f"`{min(both)}` means that nothing is known, so it is no group.")

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.held)

    @property
    def unknown(self) -> int:
        return sum(self.missing.values())

    @property
    def total(self) -> int:
        return sum(self.held.values()) + self.unknown

    def bounds(self, group: str) -> ShareBounds:
        """Raises StatisticsError for no such group."""
        if group == NOT_RECORDED:
            return ShareBounds(self.unknown / self.total, self.unknown / self.total, self.total, self.total)
        return bound_share({**self.held, _UNKNOWN: self.unknown}, group, missing={_UNKNOWN})

    def share(self, group: str) -> Range:
        found = self.bounds(group)
        return found.lower, found.upper


@dataclass(frozen=True)
class Printed:
    """Shares as somebody printed them, rounded: of everyone, or of those known. All are from 0 to 1.

    shares: by group. known: the share of everyone of whom it is known. of_known: whether `shares` are of those.
    rounding: half the last digit printed, 0.005 for whole per cents. Raises StatisticsError for shares that no counts
    could have.
    """

    shares: Mapping[str, float]
    known: float
    of_known: bool
    rounding: float = 0.005

    def __post_init__(self) -> None:
        parts = [*self.shares.values(), self.known]
        most = 1 if self.of_known else self.known
        if not all(0 <= part <= 1 for part in parts):
            raise StatisticsError("A share lies from 0 to 1.", remedy="Write 0.34 for 34%.")
        if sum(self.shares.values()) > most + self.rounding * len(parts):
            raise StatisticsError("The groups' shares add up to more than all.", remedy="Are they of those known?")

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.shares)

    def share(self, group: str) -> Range:
        known = max(0.0, self.known - self.rounding), min(1.0, self.known + self.rounding)
        if group == NOT_RECORDED:
            return 1 - known[1], 1 - known[0]
        if group not in self.shares:
            raise StatisticsError(f"There is no share of `{group}`. Printed: {', '.join(self.shares)}.")
        low, high = max(0.0, self.shares[group] - self.rounding), min(1.0, self.shares[group] + self.rounding)
        if self.of_known:  # at its highest, the fewest are known and all others are of the group
            return low * known[0], 1 - (1 - high) * known[0]
        return low, min(1.0, high + 1 - known[0])


@dataclass(frozen=True)
class Ranged:
    """Shares between two ends that were worked out elsewhere. held: by group. missing: of what is not recorded."""

    held: Mapping[str, Range]
    missing: Range

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.held)

    def share(self, group: str) -> Range:
        if group != NOT_RECORDED and group not in self.held:
            raise StatisticsError(f"There is no share of `{group}`. There are {', '.join(self.held)}.")
        return self.missing if group == NOT_RECORDED else self.held[group]


@dataclass(frozen=True)
class Residents:
    """Shares of the people that events could have come from. shares: by group, least and most, 0 to 1.

    area, period: as `About`. gap: in words, why people of another year, ages or sex stand for those counted; None where
    they are the same. field: by what they are counted; residents by ethnicity are no denominator for nationalities.
    Raises StatisticsError for shares outside 0 to 1 or out of order.
    """

    area: str
    period: str
    shares: Mapping[str, Range]
    source: str
    gap: str | None = None
    field: str = "ethnicity"

    def __post_init__(self) -> None:
        if not all(0 <= low <= high <= 1 for low, high in self.shares.values()):
            raise StatisticsError("A share lies from 0 to 1, its least before its most.")


@dataclass(frozen=True)
class Variant:
    """The same figures if an assumption is right. sentence: what must be true, as it is printed."""

    sentence: str
    shares: Shares


@dataclass(frozen=True)
class Evidence:
    """Figures of somebody, to hold a statement against.

    certainty: how far they are to be relied on, in words; "" for the user's own records. rests_on: what must be true
    for the figures at all; "" for nothing. under: the same figures under assumptions, the weakest first. refused: why
    no verdict may rest on them, such as a field that fails the checks of completeness; None where they can.
    seen: whether the figures were read in their own source; those that were only quoted settle nothing.
    withheld: by group, why no verdict is given of it, such as a count that a verdict would tell.

    Raises StatisticsError for figures under an assumption that are of other groups.
    """

    name: str
    about: About
    shares: Shares
    source: str
    certainty: str = ""
    rests_on: str = ""
    under: tuple[Variant, ...] = ()
    refused: str | None = None
    withheld: Mapping[str, str] = field(default_factory=dict)
    seen: bool = True

    def __post_init__(self) -> None:
        if any(set(one.shares.groups) != set(self.shares.groups) for one in self.under):
            raise StatisticsError("Figures under an assumption are of the same groups as those without it.")


def withheld(held: Mapping[str, int]) -> dict[str, str]:
    """The groups of which a verdict would tell a small count, by group and why; and those from which it would follow.

    held: counts by group, of one whole that is printed. Where what is left out is one group, or comes to less than the
    threshold, the next smallest is left out with it.
    """
    few = {group: f"Fewer than {THRESHOLD} are {group}, and a verdict would tell how few." for group in _few(held)}
    beside = sorted((count, group) for group, count in held.items() if count and group not in few)
    while few and beside and (len(few) == 1 or sum(held[group] for group in few) < THRESHOLD):
        _, group = beside.pop(0)
        few[group] = f"How many are {group} would tell how many are of a group of fewer than {THRESHOLD}."
    return few


def _few(held: Mapping[str, int]) -> list[str]:
    return [group for group, count in held.items() if small(count)]
