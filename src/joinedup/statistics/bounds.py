"""Worst-case bounds: what a share can be, whatever the missing answers are."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import total_of


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
