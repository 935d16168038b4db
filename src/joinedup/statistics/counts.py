"""What every count must be before a share is made of it."""

from __future__ import annotations

from collections.abc import Mapping

from joinedup.errors import StatisticsError


def whole(name: str, count: int) -> int:
    """Give `count` back if it is a whole number of zero or more. Raises StatisticsError, with `name`, otherwise."""
    if isinstance(count, bool) or not isinstance(count, int):
        raise StatisticsError(f"The count of {name} is not a whole number.", remedy="Count people, records or rows.")
    if count < 0:
        raise StatisticsError(f"The count of {name} is below zero.", remedy="Count again; nothing was worked out.")
    return count


def total_of(counts: Mapping[str, int]) -> int:
    """Sum of `counts`, each of them whole. Raises StatisticsError for a count that is not."""
    return sum(whole(f"`{name}`", count) for name, count in counts.items())
