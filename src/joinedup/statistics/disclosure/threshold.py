"""Which counts are too small to leave."""

from __future__ import annotations

from joinedup.statistics.counts import whole

THRESHOLD = 10
"""Counts of 1 to 9 do not leave. ONS secure-research default; also ACRO's."""


def small(count: int, threshold: int = THRESHOLD) -> bool:
    """Whether `count` people or records are too few to be shown outside; zero is not a person and may be.

    Raises StatisticsError for a count that is not whole.
    Source: primary suppression, ONS Secure Research Service output rules, threshold 10.
    """
    return 0 < whole("people or records", count) < threshold
