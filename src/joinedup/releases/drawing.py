"""Pictures as SVG: rows of strips, and lines through the years. Narrow enough to be read on a phone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from joinedup.releases.canvas import INK, PLOT_HEIGHT, PLOT_LEFT, SOFT, STRIP_END, TRACK, WIDTH, Canvas, Mark
from joinedup.releases.parts import Picture

LABEL_CHARACTERS, WORDS_CHARACTERS, LEGEND_CHARACTERS = 38, 44, 41
"""Characters to a line, few enough for the widest of the usual screen fonts."""

INVENTED = "Invented region: nothing here is real"


@dataclass(frozen=True)
class Segment:
    """A stretch of a strip, from `start` to `end`, 0 to 1 of the strip's length."""

    start: float
    end: float
    fill: str


@dataclass(frozen=True)
class Strip:
    """Segments on one line. words: written at its right end, or above it when they are a whole sentence."""

    segments: tuple[Segment, ...]
    words: str
    above: bool = False
    fill: str = INK


@dataclass(frozen=True)
class Row:
    """A label and the strips under it."""

    label: str
    strips: tuple[Strip, ...]


@dataclass(frozen=True)
class Caption:
    """What a picture is called, what it says to somebody who cannot see it, what its colours mean."""

    title: str
    description: str
    legend: tuple[tuple[str, str], ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    invented: bool = False


PERCENT_TICKS = ((0.0, "0%"), (0.5, "50%"), (1.0, "100%"))


def draw_rows(rows: Sequence[Row], caption: Caption) -> Picture:
    """Draw `rows` one under another, each label on lines of its own so that none is ever cut."""
    canvas = Canvas()
    _legend(canvas, caption.legend)
    top = canvas.y
    for row in rows:
        _row(canvas, row)
    for share, tick in caption.ticks:
        canvas.rules.append({"x": share, "x2": share, "y": top, "y2": canvas.y - 2})
        canvas.write(tick, share * STRIP_END, _tick_align(share), size=12, fill=SOFT)
    canvas.y += 20 if caption.ticks else 0
    _mark_invented(canvas, caption)
    return Picture(caption.title, caption.description, canvas)


def draw_years(years: Sequence[Mark], caption: Caption) -> Picture:
    """Draw shares by year, a line for each series. years: rows of `year`, `share` 0 to 1, `series`, `fill`."""
    canvas = Canvas()
    _legend(canvas, caption.legend)
    first, last = min(row["year"] for row in years), max(row["year"] for row in years)
    top = canvas.y + 8
    for share, tick in PERCENT_TICKS:
        canvas.y = top + PLOT_HEIGHT * (1 - share)
        canvas.rules.append({"x": PLOT_LEFT / STRIP_END, "x2": WIDTH / STRIP_END, "y": canvas.y, "y2": canvas.y})
        canvas.y -= 8
        canvas.write(tick, PLOT_LEFT - 6, "right", size=12, fill=SOFT)
    canvas.y = top + PLOT_HEIGHT + 8
    for year in _some_years(first, last):
        canvas.write(str(year), _year_at(year, first, last), "center", size=12, fill=SOFT)
    canvas.y += 20
    _mark_invented(canvas, caption)
    for row in years:
        place = {"x": _year_at(row["year"], first, last), "y": top + PLOT_HEIGHT * (1 - row["share"])}
        canvas.points.append({**row, **place})
    return Picture(caption.title, caption.description, canvas)


def _year_at(year: int, first: int, last: int) -> float:
    """Pixels from the left at which a year stands; one year alone stands in the middle."""
    left, right = PLOT_LEFT + 16, WIDTH - 20
    return left + (right - left) * (year - first) / (last - first) if last > first else (left + right) / 2


def _some_years(first: int, last: int) -> list[int]:
    """At most six years to label, evenly spaced back from the last."""
    step = -(-(last - first + 1) // 6)
    return list(range(last, first - 1, -step))[::-1]


def _legend(canvas: Canvas, legend: Iterable[tuple[str, str]]) -> None:
    for text, fill in legend:
        for place, line in enumerate(_wrapped(text, LEGEND_CHARACTERS)):
            if place == 0:
                canvas.boxes.append(
                    {"start": 0, "end": 11 / STRIP_END, "y": canvas.y + 2, "y2": canvas.y + 13, "fill": fill}
                )
            canvas.write(line, 18, fill=INK)
            canvas.y += 18
    canvas.y += 8


def _row(canvas: Canvas, row: Row) -> None:
    for line in _wrapped(row.label, LABEL_CHARACTERS):
        canvas.write(line, 0, weight="bold")
        canvas.y += 18
    for strip in row.strips:
        _strip(canvas, strip)
    canvas.y += 10


def _strip(canvas: Canvas, strip: Strip) -> None:
    height = 12
    if strip.above:
        for line in _wrapped(strip.words, WORDS_CHARACTERS):
            canvas.write(line, 0, fill=strip.fill)
            canvas.y += 17
    else:
        canvas.y -= 2
        canvas.write(strip.words, WIDTH, "right", fill=strip.fill)
        canvas.y += 2
    canvas.box(0, 1, height, TRACK)
    for segment in strip.segments:
        canvas.box(segment.start, segment.end, height, segment.fill)
    canvas.y += height + 4


def _mark_invented(canvas: Canvas, caption: Caption) -> None:
    if caption.invented:
        canvas.y += 4
        canvas.write(INVENTED, 0, size=12, weight="bold", fill=SOFT)
        canvas.y += 18


def _tick_align(share: float) -> str:
    return {0.0: "left", 1.0: "right"}.get(share, "center")


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), width) or [""]
