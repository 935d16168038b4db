"""Why two records weigh what they weigh, as a picture: from the prior, up and down by each reason, to the weight."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from joinedup.linkage.reasons import Account
from joinedup.releases.canvas import INK, SOFT, STRIP_END, TRACK, WIDTH, Canvas
from joinedup.releases.colours import DISPUTED, KNOWN, NOBODY
from joinedup.releases.drawing import WORDS_CHARACTERS
from joinedup.releases.parts import Picture

TITLE = "Why these two records weigh what they weigh"
FOR, AGAINST, START = KNOWN, DISPUTED, NOBODY
"""Blue and orange, which no common colour blindness confuses; the sign before each number says the same."""

BAR, UNDER, MARGIN = 14, 5, 16
"""Pixels: height of a bar, how far the threshold's line hangs under it, clear of words, and room around a file."""

LEGEND = (("For one person", FOR), ("Against", AGAINST))


@dataclass(frozen=True)
class _Bar:
    """One row: its words, where it starts and ends in bits, its colour, and the number beside it."""

    words: str
    start: float
    end: float
    fill: str
    number: str


@dataclass(frozen=True)
class _Scale:
    """Bits as shares of a strip's length."""

    least: float
    most: float

    def at(self, bits: float) -> float:
        return (bits - self.least) / (self.most - self.least)


def waterfall(account: Account) -> Picture:
    """The account drawn from top to bottom, one bar a reason, the threshold as a line. No value and no id is in it."""
    shown = account.rounded()
    bars = list(_bars(shown))
    scale = _scale(bars, shown.threshold)
    canvas = Canvas()
    _heading(canvas, shown)
    _legend(canvas)
    _threshold(canvas, scale, shown.threshold)
    for bar in bars:
        _row(canvas, bar, scale, shown.threshold)
    _zero(canvas, scale)
    _lacking(canvas, shown.not_compared)
    return Picture(TITLE, _description(shown), canvas)


def as_file(picture: Picture) -> bytes:
    """A picture as an SVG file of its own: on white, with a margin, as wide as it needs and never wider than a page."""
    height = picture.canvas.y
    box = f"{-MARGIN} {-MARGIN} {WIDTH + 2 * MARGIN} {height + 2 * MARGIN:g}"
    head, _, body = str(picture.svg).partition(">")
    head = re.sub(r' (width|height|viewBox|style)="[^"]*"', "", head)
    style = f"display:block;margin:auto;width:100%;max-width:{1.5 * (WIDTH + 2 * MARGIN):g}px;background:#fff"
    own = f' xmlns="http://www.w3.org/2000/svg" viewBox="{box}" style="{style}"'
    return f"{head}{own}>{body}\n".encode()


def _bars(shown: Account) -> Iterator[_Bar]:
    at = shown.prior
    yield _Bar("Before anything is compared (prior)", 0.0, at, START, f"{at:.1f}")
    for one in (*shown.speaks_for, *shown.speaks_against, *shown.steps):
        yield _Bar(_capital(one.found), at, at + one.bits, FOR if one.bits > 0 else AGAINST, f"{one.bits:+.1f}")
        at += one.bits
    yield _Bar("In all", 0.0, shown.match_weight, INK, f"{shown.match_weight:.1f}")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _scale(bars: Sequence[_Bar], threshold: float) -> _Scale:
    places = [0.0, threshold, *(bar.start for bar in bars), *(bar.end for bar in bars)]
    room = 0.02 * (max(places) - min(places))
    return _Scale(min(places) - room, max(places) + room)


def _heading(canvas: Canvas, shown: Account) -> None:
    _lines(canvas, f"{shown.match_weight:.1f} bits, and {shown.threshold:g} are needed to join", weight="bold", size=15)
    canvas.y += 6


def _legend(canvas: Canvas) -> None:
    for place, (words, fill) in enumerate(LEGEND):
        left = place * WIDTH / 2
        swatch = {"start": left / STRIP_END, "end": (left + 11) / STRIP_END, "y": canvas.y + 2, "y2": canvas.y + 13}
        canvas.boxes.append({**swatch, "fill": fill})
        canvas.write(words, left + 17)
    canvas.y += 26


def _threshold(canvas: Canvas, scale: _Scale, threshold: float) -> None:
    at = scale.at(threshold)
    align = "left" if at < 0.35 else "right" if at > 0.65 else "center"
    canvas.write(f"threshold {threshold:g}", at * STRIP_END, align, size=12, fill=SOFT)
    canvas.y += 18
    _line(canvas, at, canvas.y, canvas.y + 6)
    canvas.y += 8


def _row(canvas: Canvas, bar: _Bar, scale: _Scale, threshold: float) -> None:
    _lines(canvas, bar.words)
    canvas.write(bar.number, WIDTH, "right", weight="bold")
    canvas.box(0, 1, BAR, TRACK)
    start, end = sorted((scale.at(bar.start), scale.at(bar.end)))
    canvas.box(start, max(end, start + 1.5 / STRIP_END), BAR, bar.fill)
    zero, joins = scale.at(0.0), scale.at(threshold)
    if abs(joins - zero) * STRIP_END > UNDER:  # else the threshold's own line stands there
        canvas.rules.append({"x": zero, "x2": zero, "y": canvas.y, "y2": canvas.y + BAR})
    _line(canvas, joins, canvas.y - 1, canvas.y + BAR + UNDER)
    canvas.y += BAR + 10


def _line(canvas: Canvas, at: float, top: float, end: float) -> None:
    """The threshold, dark between white edges, so that it is seen on any bar."""
    for width, fill in ((4.5, "#ffffff"), (1.5, INK)):
        half = width / 2 / STRIP_END
        canvas.boxes.append({"start": at - half, "end": at + half, "y": top, "y2": end, "fill": fill})


def _zero(canvas: Canvas, scale: _Scale) -> None:
    canvas.y -= 4
    canvas.write("0", scale.at(0.0) * STRIP_END, "center", size=12, fill=SOFT)
    canvas.y += 20


def _lacking(canvas: Canvas, fields: Sequence[str]) -> None:
    if fields:
        canvas.y += 4
        _lines(canvas, f"Not compared, because a value is missing: {', '.join(fields)}.", fill=SOFT)


def _lines(canvas: Canvas, words: str, **style: Any) -> None:
    for line in textwrap.wrap(words, WORDS_CHARACTERS - 4 if "size" in style else WORDS_CHARACTERS):
        canvas.write(line, 0, **style)
        canvas.y += 18


def _description(shown: Account) -> str:
    lacking = f" Not compared: {', '.join(shown.not_compared)}." if shown.not_compared else ""
    return f"{shown.sentence} {shown.threshold:g} bits are needed to join.{lacking}"
