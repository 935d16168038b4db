"""Funnels: which areas differ from the rest by more than chance, given how large they are.

This is the only place where areas are set against one another, and it makes no league: areas inside the limits do not
differ, whatever their figures, and have no order. Those outside are named for a second look, not for blame.

Limits are of chance alone. Where nearly every area is outside, it is not that nearly every area stands out: areas
differ for reasons that were not counted, and `Funnel.spread` is far above 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from joinedup.errors import StatisticsError
from joinedup.statistics.intervals import Interval, deviate, tail

Kind = Literal["proportion", "rate", "ratio"]
Flag = Literal["low 99.8%", "low 95%", "inside", "high 95%", "high 99.8%"]


@dataclass(frozen=True)
class Area:
    """`events` in an area over `size`: people of whom it is a proportion, people at risk, or events expected."""

    name: str
    events: float
    size: float


@dataclass(frozen=True)
class FunnelPoint:
    """An area's `value`, events over size, with the control limits at its size and where it stands to them."""

    area: Area
    value: float
    limits95: Interval
    limits998: Interval
    flag: Flag


@dataclass(frozen=True)
class Funnel:
    """Areas in the order given, around `baseline`, events over size.

    spread: how much further from the baseline areas are than chance takes them; about 1 where it is chance alone.
    """

    kind: Kind
    baseline: float
    points: tuple[FunnelPoint, ...]
    spread: float

    @property
    def outside(self) -> tuple[FunnelPoint, ...]:
        """The areas outside 99.8% limits, in the order given."""
        return tuple(point for point in self.points if point.flag in ("low 99.8%", "high 99.8%"))


def funnel(areas: Sequence[Area], kind: Kind, baseline: float | None = None) -> Funnel:
    """Set areas against what chance alone would make of their sizes, with 95% and 99.8% control limits.

    kind: `proportion` where events are among the people of `size`; `rate` where they are per head; `ratio` where size
    is events expected. baseline: events over size to set them against; None for all areas together, and 1 for ratios.

    Raises StatisticsError for fewer than two areas, for an area of no size, and for a baseline of none or, in
    proportions, of all.
    Source: D. J. Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics in Medicine
    24, 1185-1202; limits as Fingertips has them, see `control_limits`.
    """
    _areas(areas, kind)
    if baseline is None:
        baseline = 1.0 if kind == "ratio" else sum(a.events for a in areas) / sum(a.size for a in areas)
    points = tuple(_point(area, kind, baseline) for area in areas)
    return Funnel(kind, baseline, points, _spread(areas, kind, baseline))


def control_limits(kind: Kind, baseline: float, size: float, confidence: float = 0.95) -> Interval:
    """Between which values an area of `size` would be, had it the baseline and chance alone.

    Proportions: the normal approximation, cut off at 0 and 1. Rates and ratios: the number of events at which the exact
    limit of a count just meets what is expected, so that a point outside is one whose exact limits leave it out.

    Raises StatisticsError for no size and for a baseline that leaves chance no room.
    Source: Fingertips technical guidance and PHEindicatormethods 2.1.0, `calculate_funnel_limits`.
    """
    if not size > 0 or not baseline > 0 or (kind == "proportion" and not baseline < 1):
        raise StatisticsError("An area of no size, or a baseline of none or all, has no control limits.")
    ends = _binomial(baseline, size, confidence) if kind == "proportion" else _poisson(baseline * size, confidence)
    scale = 1.0 if kind == "proportion" else size
    return Interval(ends[0] / scale, ends[1] / scale, confidence, f"Control limits of a {kind}")


def _binomial(baseline: float, size: float, confidence: float) -> tuple[float, float]:
    half = deviate(confidence) * math.sqrt(baseline * (1 - baseline) / size)
    return max(0.0, baseline - half), min(1.0, baseline + half)


def _poisson(expected: float, confidence: float) -> tuple[float, float]:
    """Events whose upper exact limit is `expected`, and events whose lower exact limit is."""
    from scipy.special import pdtr, pdtrik

    end, none = tail(confidence), pdtr(0, expected)
    # With so little expected that no event at all is no surprise, nothing is low; with less still, any event is high.
    lower = 0.0 if none >= end else float(pdtrik(end, expected))
    return lower, 0.0 if none >= 1 - end else float(pdtrik(1 - end, expected)) + 1


def _point(area: Area, kind: Kind, baseline: float) -> FunnelPoint:
    value = area.events / area.size
    inner, outer = (control_limits(kind, baseline, area.size, confidence) for confidence in (0.95, 0.998))
    return FunnelPoint(area, value, inner, outer, _flag(value, inner, outer))


def _flag(value: float, inner: Interval, outer: Interval) -> Flag:
    if value < inner.lower:
        return "low 99.8%" if value < outer.lower else "low 95%"
    if value > inner.upper:
        return "high 99.8%" if value > outer.upper else "high 95%"
    return "inside"


def _spread(areas: Sequence[Area], kind: Kind, baseline: float) -> float:
    """Mean squared distance from the baseline over that which chance gives (Spiegelhalter 2005, section 4)."""
    left = 1 - baseline if kind == "proportion" else 1.0
    return sum((a.events - a.size * baseline) ** 2 / (a.size * baseline * left) for a in areas) / len(areas)


def _areas(areas: Sequence[Area], kind: Kind) -> None:
    if len(areas) < 2 or any(not a.size > 0 or not a.events >= 0 for a in areas):
        raise StatisticsError(
            "A funnel is of two areas or more, each with a size and no fewer events than none.",
            remedy="Leave out areas without a population, and say so.",
        )
    if kind == "proportion" and any(a.events > a.size for a in areas):
        raise StatisticsError(
            "More events than people are no proportion.", remedy="If one person can be counted twice, it is a rate."
        )
