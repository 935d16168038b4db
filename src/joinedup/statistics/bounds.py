"""Worst-case bounds: what a share can be, whatever the missing answers are.

One share is here. Several groups at once, and answers of which only part is known, are in `joint`; two shares beside
each other in `pairs`; chance on top of the missing in `sampling`; what an assumption would narrow in `restrictions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import total_of

Figure = Any
"""A float, or an array of floats where the counts were arrays."""


class Ends(Protocol):
    """A share between two ends, each of them a count over another: (of the group, of all), as they are completed."""

    @property
    def lower(self) -> Figure: ...
    @property
    def upper(self) -> Figure: ...
    @property
    def least(self) -> tuple[Figure, Figure]: ...
    @property
    def most(self) -> tuple[Figure, Figure]: ...


@dataclass(frozen=True)
class Bounds:
    """A figure between two ends, in the unit of the function that gave it.

    least, most: what is divided by what at each end. Arrays where the counts were arrays; NaN where nobody was counted.
    """

    lower: Figure
    upper: Figure
    least: tuple[Figure, Figure]
    most: tuple[Figure, Figure]


@dataclass(frozen=True)
class ShareBounds:
    """A share between two ends, 0 to 1 of `total`; `recorded` of the total gave an answer."""

    lower: float
    upper: float
    recorded: int
    total: int

    @property
    def unknown(self) -> int:
        return self.total - self.recorded

    @property
    def held(self) -> int:
        """How many are known to be of the group."""
        return round(self.lower * self.total)

    @property
    def of_known(self) -> float | None:
        """The share of those whose answer is known; None where no answer is. Never to be printed without the ends."""
        return self.held / self.recorded if self.recorded else None

    @property
    def least(self) -> tuple[int, int]:
        return self.held, self.total

    @property
    def most(self) -> tuple[int, int]:
        return self.held + self.unknown, self.total


def bound_share(counts: Mapping[str, int], code: str, *, missing: AbstractSet[str]) -> ShareBounds:
    """Bound the share of everyone counted who hold `code`, assuming nothing of those whose answer is missing.

    counts: whole people, records or pairs per code, missing codes included: ``{"White": 30, "unknown": 60}``.
    code: a key of `counts` that is an answer. missing: the keys that stand for no answer.

    At the lower end nobody whose answer is missing holds `code`; at the upper end all of them do. Chance is not
    in it: these are bounds on the people counted, not on those who might have been.

    Raises StatisticsError for a missing code, a code without a count, and when nobody was counted.

    Source: C. F. Manski (1989), "Anatomy of the Selection Problem", Journal of Human Resources 24(3), 343-360.
    """
    if code in missing:
        raise StatisticsError(f"`{code}` means that the answer is missing.", remedy="Ask for the share of an answer.")
    if code not in counts:
        raise StatisticsError(f"There is no count for `{code}`. Counted: {', '.join(sorted(counts))}.")
    total = total_of(counts)
    if total == 0:
        raise StatisticsError("Nobody was counted, so there is no share to bound.")
    unknown = sum(count for name, count in counts.items() if name in missing)
    held = counts[code]
    return ShareBounds(held / total, (held + unknown) / total, total - unknown, total)


def bound_shares(held: ArrayLike, unknown: ArrayLike, total: ArrayLike) -> Bounds:
    """`bound_share` for many cells at once: `held`, `unknown` and `total` are whole counts, one per cell.

    The ends are arrays, NaN where nobody was counted. Raises StatisticsError for counts that are not whole, are below
    zero, or are more than their total.
    """
    of, gaps, everyone = (whole_counts(counts) for counts in (held, unknown, total))
    if np.any(of + gaps > everyone):
        raise StatisticsError("More are of the group or unknown than there are.", remedy="Count again.")
    with np.errstate(invalid="ignore"):
        return Bounds(of / everyone, (of + gaps) / everyone, (of, everyone), (of + gaps, everyone))


def whole_counts(counts: ArrayLike) -> NDArray[np.int64]:
    """Counts as an array. Raises StatisticsError for counts that are not whole numbers of zero or more."""
    given = np.asarray(counts)
    if not np.issubdtype(given.dtype, np.integer) or np.any(given < 0):
        raise StatisticsError("Counts are whole numbers of zero or more.", remedy="Count people, records or rows.")
    return given.astype(np.int64)
