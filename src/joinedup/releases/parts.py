"""What a page is built of: sections, exhibits, pictures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from joinedup.releases.canvas import Canvas
from joinedup.releases.lookup import Figure
from joinedup.releases.numbers import count, percent
from joinedup.statistics import small

LONGEST_OPEN_TABLE = 15
SMALL = "†"
"""Stands after a number whose count is below the disclosure threshold."""


@dataclass(frozen=True)
class Grid:
    """A table. The first column heads its rows; `numeric` says how many columns from the right hold numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: int

    @property
    def first_numeric(self) -> int:
        return len(self.columns) - self.numeric

    @property
    def has_small(self) -> bool:
        return any(SMALL in cell for row in self.rows for cell in row)


@dataclass(frozen=True)
class Picture:
    """What a picture is called, what it says to somebody who cannot see it, and the marks it is drawn from."""

    title: str
    description: str
    canvas: Canvas

    @property
    def svg(self) -> Markup:
        """The picture as one SVG element, drawn when it is asked for."""
        from joinedup.releases.vector import svg  # a command that draws nothing need not wait for it

        return svg(self.canvas, self.title, self.description)


@dataclass(frozen=True)
class Exhibit:
    """A picture with its table, or a table alone.

    layout: whether the table is folded under its picture, stands beside it, or stands below at full width.
    """

    grid: Grid
    picture: Picture | None = None
    layout: Literal["folded", "beside", "below"] = "folded"

    @property
    def is_long(self) -> bool:
        """Whether a table that stands alone is better folded."""
        return len(self.grid.rows) > LONGEST_OPEN_TABLE


@dataclass(frozen=True)
class Section:
    """One answer. `lead` is the answer in a sentence; `sentences` go on; `notes` say what it rests on.

    Words between two pairs of asterisks are printed strong.
    """

    key: str
    heading: str
    lead: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    points_heading: str = ""
    notes: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()


def number_cell(figure: Figure) -> str:
    """A figure's count for a cell, marked when it is too small to leave."""
    return count(figure.numerator) + (SMALL if figure.suppressed else "")


def marked(number: int) -> str:
    """A count for a cell, marked when it is too small to leave."""
    return count(number) + (SMALL if small(number) else "")


def share_cell(figure: Figure) -> str:
    """A figure's share for a cell whose row holds its denominator; a dash where nobody was counted."""
    return percent(figure.numerator / figure.denominator) if figure.denominator else "–"


def grid(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], numeric: int | None = None) -> Grid:
    """A table whose columns hold numbers except the first, unless `numeric` says how many do."""
    return Grid(caption, tuple(columns), tuple(map(tuple, rows)), len(columns) - 1 if numeric is None else numeric)
