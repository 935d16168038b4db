"""A sheet on which marks are collected before they become a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Mark = dict[str, Any]

WIDTH = 340
"""Pixels. A phone of 360 leaves 328 between margins, so text drawn at 13 is read at 12.5."""

STRIP_END = 280
PLOT_LEFT, PLOT_HEIGHT = 40, 170
INK, SOFT, TRACK, LINE = "#1a1c1e", "#4a5158", "#eceff1", "#c4cad0"


@dataclass
class Canvas:
    """Marks collected from the top down. `y` is how far down the next one goes, in pixels.

    boxes and rules: from left to right in shares of a strip. words and points: at their pixels. Points of one `series`
    are joined by a line.
    """

    y: float = 4
    boxes: list[Mark] = field(default_factory=list)
    words: list[Mark] = field(default_factory=list)
    rules: list[Mark] = field(default_factory=list)
    points: list[Mark] = field(default_factory=list)

    def write(self, text: str, at: float, align: str = "left", **style: Any) -> None:
        """Write one line whose middle is 8 pixels below `y`."""
        self.words.append({"x": at, "y": self.y + 8, "text": text, "align": align, **_PLAIN, **style})

    def box(self, start: float, end: float, height: float, fill: str) -> None:
        """Fill from `start` to `end`, 0 to 1 of a strip, `height` pixels down from `y`."""
        self.boxes.append({"start": start, "end": end, "y": self.y, "y2": self.y + height, "fill": fill})


_PLAIN = {"size": 13, "weight": "normal", "fill": INK}
