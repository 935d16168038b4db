"""Where the rows of a delimited file end, so that it can be parsed stretch by stretch.

A line end inside quotation marks ends no row. When every mark stands at an edge of its cell, a line end lies
outside quotes if the number of marks before it is even, and all of them are counted at once. Marks elsewhere are
looked at one by one, by the parser's own rule: a mark opens a cell only as its first character; after the mark
that closes it, the rest of the cell is text, and so are the marks in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from joinedup.engine.limits import Limits
from joinedup.errors import ExtractError, Place

Positions = npt.NDArray[np.intp]
_T = TypeVar("_T")
_QUOTE, _LF, _CR = b'"\n\r'


@dataclass(frozen=True)
class Stretch:
    """Whole rows of a file. content: UTF-8. first_row: physical row of the first; is_last: the file ends with them.

    strays: physical rows that run over a line end and hold a quotation mark that is followed by more of its cell,
    or is never closed: such a row may have swallowed the rows after it.
    """

    content: bytes
    first_row: int
    is_last: bool
    strays: frozenset[int] = frozenset()


@dataclass(frozen=True)
class _Rows:
    """ends: place after each whole row. strays: which of them, from 0, as in `Stretch`."""

    ends: Positions
    strays: Positions


def stretches(pieces: Iterator[bytes], delimiter: str, limits: Limits, file: str) -> Iterator[Stretch]:
    """Cut a file without its header into stretches of at most `limits.part` rows; its first row is row 2.

    Raises ExtractError for a row that is longer than `limits.row`.
    """
    held, row, wanted = b"", 2, 0
    for piece, is_last in _with_last(pieces):
        held += piece
        if len(held) < wanted and not is_last:
            continue
        found = _whole_rows(held, delimiter, is_last)
        yield from _cut(held, found, row, limits.part, is_last)
        row += len(found.ends)
        held = held[found.ends[-1] :] if len(found.ends) else held
        if len(held) > limits.row:
            raise _too_long(file, row, limits)
        wanted = 0 if len(found.ends) else min(2 * len(held), limits.row + 1)


def first_row(content: bytes, delimiter: str, is_last: bool) -> Stretch | None:
    """The first row of `content`, or nothing when it does not end there. is_last: the file ends with `content`."""
    found = _whole_rows(content, delimiter, is_last)
    return next(_cut(content, found, 1, 1, is_last), None)


def row_ends(content: bytes, delimiter: str, is_last: bool) -> Positions:
    """The place after each row of a stretch."""
    return _whole_rows(content, delimiter, is_last).ends


def _with_last(items: Iterator[_T]) -> Iterator[tuple[_T, bool]]:
    for held in items:
        for item in items:
            yield held, False
            held = item  # noqa: PLW2901 - one item is always kept back
        yield held, True


def _cut(content: bytes, rows: _Rows, first_row: int, most: int, is_last: bool) -> Iterator[Stretch]:
    for first in range(0, len(rows.ends), most):
        after = min(first + most, len(rows.ends))
        start = rows.ends[first - 1] if first else 0
        strays = rows.strays[(rows.strays >= first) & (rows.strays < after)] + first_row
        last = is_last and after == len(rows.ends)
        yield Stretch(content[start : rows.ends[after - 1]], first_row + first, last, frozenset(strays.tolist()))


def _too_long(file: str, row: int, limits: Limits) -> ExtractError:
    return ExtractError(
        f"The row that begins here has not ended after {limits.row:,} bytes.",
        place=Place(file=file, row=row),
        remedy="Close the quotation mark that is opened in it, or check the line endings.",
    )


def _whole_rows(content: bytes, delimiter: str, is_last: bool) -> _Rows:
    # A carriage return that comes last may be half a line end.
    size = len(content) - (not is_last and content.endswith(b"\r"))
    view = np.frombuffer(content, np.uint8, size)
    lines = _line_ends(view)
    quotes, strays = _marks(content, view, delimiter)
    within = _within(quotes, lines)
    ends = lines[~within] if len(quotes) else lines
    if is_last and size > (ends[-1] if len(ends) else 0):
        ends = np.append(ends, size)
        if len(quotes) % 2:
            strays = np.append(strays, quotes[-1])
    return _Rows(ends, _over_lines(strays, ends, lines[within]) if len(strays) else strays)


def _within(quotes: Positions, lines: Positions) -> npt.NDArray[np.bool_]:
    before = quotes.searchsorted(lines)
    before &= 1
    return before.astype(np.bool_)


def _over_lines(strays: Positions, ends: Positions, within: Positions) -> Positions:
    """The rows of stray marks that hold one of the line ends `within` quotes: no other row can have swallowed any."""
    rows = np.unique(ends.searchsorted(strays, side="right"))
    rows = rows[rows < len(ends)]
    starts = np.where(rows > 0, ends[rows - 1], 0)
    return rows[within.searchsorted(ends[rows], side="right") > within.searchsorted(starts, side="right")]


def _line_ends(view: npt.NDArray[np.uint8]) -> Positions:
    """Places after each line end: a line feed, a carriage return, or both as one."""
    ends = np.flatnonzero(view == _LF)
    returns = np.flatnonzero(view == _CR)
    if len(returns):
        following = view[np.minimum(returns + 1, len(view) - 1)]
        ends = np.sort(np.concatenate([ends, returns[following != _LF]]))
    ends += 1
    return ends


def _marks(content: bytes, view: npt.NDArray[np.uint8], delimiter: str) -> tuple[Positions, Positions]:
    """Quotation marks that open or close by turns, a doubled one doing both; and the closing ones that are stray."""
    quotes = np.flatnonzero(view == _QUOTE)
    none = np.empty(0, np.intp)
    if not len(quotes):
        return quotes, none
    edges = np.zeros(256, np.bool_)
    edges[[ord(delimiter), _LF, _CR, _QUOTE]] = True
    edge = np.ones(len(view) + 2, np.bool_)  # by place, one later; the content begins and ends at an edge too
    edge[1:-1] = edges[view]
    opens, closes = edge[quotes], edge[2:][quotes]
    even = _by_turns(opens, closes)
    if even.all():
        return quotes, none
    misplaced = (np.flatnonzero(~even), np.flatnonzero(~_by_turns(closes, opens)))
    return _sorted_out(quotes, misplaced, content, re.compile(b"[\r\n" + re.escape(delimiter.encode()) + b"]"))


def _by_turns(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    turns = first.copy()
    turns[1::2] = second[1::2]
    return turns


def _sorted_out(
    quotes: Positions, misplaced: tuple[Positions, Positions], content: bytes, cell_end: re.Pattern[bytes]
) -> tuple[Positions, Positions]:
    """misplaced: marks that are at no edge of a cell, if those at even places open, and if those at odd places do."""
    strays: list[int] = []
    counts = np.ones(len(quotes), np.bool_)
    opening = 0
    while (found := _next(misplaced[opening % 2], opening)) is not None:
        if (found - opening) % 2:
            strays.append(int(quotes[found]))
            text, opening = found + 1, _after_cell(quotes, found, content, cell_end)
        else:
            text, opening = found, _after_run(quotes, found)
        counts[text:opening] = False
    return quotes[counts], np.array(strays, np.intp)


def _next(places: Positions, least: int) -> int | None:
    at = places.searchsorted(least)
    return int(places[at]) if at < len(places) else None


def _after_cell(quotes: Positions, closing: int, content: bytes, cell_end: re.Pattern[bytes]) -> int:
    """The first mark beyond the cell that the mark at place `closing` does not end."""
    end = cell_end.search(content, int(quotes[closing]) + 1)
    return int(quotes.searchsorted(end.start())) if end else len(quotes)


def _after_run(quotes: Positions, first: int) -> int:
    """The first mark after `first` that does not stand right behind another."""
    after = first + 1
    while after < len(quotes) and quotes[after] == quotes[after - 1] + 1:
        after += 1
    return after
