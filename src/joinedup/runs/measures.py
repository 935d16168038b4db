"""What a figure is of, and its row in the figures table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from joinedup.runs.counting import Row
from joinedup.statistics import bound_share, small
from joinedup.statistics.methods import OWN


@dataclass(frozen=True)
class Measure:
    """What is counted, of whom, how, and what must be true for it."""

    measure: str
    population: str = "suspects"
    unit: str = "record"
    method: str = OWN
    assumption: str | None = None


@dataclass(frozen=True)
class Cell:
    """Which part of the population is counted; `all` where it is not divided."""

    stage: str = "all"
    period: str = "all"
    area: str = "all"
    group: str = "all"


@dataclass(frozen=True)
class Count:
    """`numerator` of `denominator`, of whom `unknown` may or may not belong to it. share: False where it is a ratio."""

    numerator: int
    denominator: int
    unknown: int = 0
    share: bool = True


def figure(measure: Measure, cell: Cell, count: Count) -> dict[str, object]:
    """One row of the figures table. Bounds put the unknown outside, then inside, the numerator."""
    lower, upper = _bounds(count) if count.share and count.denominator else (None, None)
    return {
        **asdict(measure),
        **asdict(cell),
        "numerator": count.numerator,
        "denominator": count.denominator,
        "unknown": count.unknown,
        "lower": lower,
        "upper": upper,
        "link_lower": None,
        "link_upper": None,
        "benchmark": None,
        "suppressed": small(count.numerator) or small(count.denominator),
    }


def _bounds(count: Count) -> tuple[float, float]:
    outside = count.denominator - count.numerator - count.unknown
    bounds = bound_share(
        {"inside": count.numerator, "outside": outside, "unknown": count.unknown}, "inside", missing={"unknown"}
    )
    return bounds.lower, bounds.upper


def force_area(force: object) -> str:
    """How a force stands in the column `area`."""
    return f"force:{force}"


def margins(cells: Iterable[Row], breakdowns: Callable[[Row], Iterable[Cell]]) -> dict[Cell, Counter[str]]:
    """Add the cube's cells up into every part they belong to; the whole is there even when nobody was counted."""
    found: dict[Cell, Counter[str]] = defaultdict(Counter)
    found[Cell()].update()
    for row in cells:
        counts = {name: n for name, n in row.items() if name not in ("force", "system", "year", "stage")}
        for cell in breakdowns(row):
            found[cell].update(counts)
    return found
