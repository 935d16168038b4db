"""How numbers are written: one rounding everywhere, and never a share without what it is a share of."""

from __future__ import annotations

_SMALLEST, _LARGEST = 0.0005, 0.9995


def count(number: int) -> str:
    """``1234`` -> ``1,234``."""
    return f"{number:,}"


def percent(share: float) -> str:
    """A share of 0 to 1 to one decimal: ``66.0%``. Some is never rounded to none, nor all but some to all."""
    if 0 < share < _SMALLEST:
        return "under 0.1%"
    if _LARGEST <= share < 1:
        return "over 99.9%"
    return f"{100 * share:.1f}%"


def share_of(part: int, whole: int) -> str:
    """A part's share in brackets, ready to follow its count: `` (66.0%)``; nothing where the whole is nobody."""
    return f" ({percent(part / whole)})" if whole else ""


def counted(part: int, whole: int) -> str:
    """``4,404 (66.0%)``, for a sentence or a cell that names the whole beside it."""
    return count(part) + share_of(part, whole)


def interval(lower: float | None, upper: float | None) -> str:
    """``28.2% to 94.3%``, or that there is none."""
    return "no share: nobody was counted" if lower is None or upper is None else f"{percent(lower)} to {percent(upper)}"


def points(share: float) -> str:
    """A width in percentage points to one decimal: ``66.0 points``."""
    return f"{100 * share:.1f} points"


def has(number: int) -> str:
    """The verb after a count."""
    return "has" if number == 1 else "have"


def many(number: int, one: str, several: str | None = None) -> str:
    """A count and its noun: ``1 record``, ``2 records``, ``3 people``."""
    return f"{count(number)} {one if number == 1 else several or one + 's'}"


def listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
