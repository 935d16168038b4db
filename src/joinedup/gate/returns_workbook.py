"""The workbook a sender gets back: the rows of the returns file, to be mended where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from joinedup.engine.harmless import harmless, harmless_column
from joinedup.engine.storing import appearing
from joinedup.gate.returned_rows import LEADING, Block, Rows, remove, returned_rows
from joinedup.gate.told import SEPARATOR, WHOLE_ROW

FRONT, ROWS, LISTS = "How to mend", "Rows", "Lists"

MOST_ROWS = 10_000
"""A workbook with more opens slowly on an office machine, and nobody mends so many by hand."""

LONGEST_CELL = 32_767
"""Characters; a spreadsheet cuts off what is longer."""

_WIDTHS = (8, 11, 24, 64, 64, 18)
_NARROWEST, _WIDEST = 12, 40
_NO_TEXT = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ufffe\uffff]"
"""What XML cannot hold."""

_OURS, _THEIRS, _BLAMED, _WHITE, _GREY = "#5C6B7A", "#1D3557", "#FFE8A3", "#FFFFFF", "#5C6B7A"


class _Looks:
    """Every look of a cell. All are text, so that nothing typed into one is bent."""

    def __init__(self, book: Workbook) -> None:
        def look(**more: object) -> Format:
            return book.add_format({"num_format": "@", "valign": "top", **more})

        heading = {"bold": True, "font_color": _WHITE, "text_wrap": True}
        self.our_name, self.their_name = look(bg_color=_OURS, **heading), look(bg_color=_THEIRS, **heading)
        self.ours, self.column = look(font_color=_GREY, text_wrap=True), book.add_format({"num_format": "@"})
        self.plain, self.shaded, self.wrapped = look(), look(bg_color=_BLAMED), look(text_wrap=True)
        self.bold, self.large = look(bold=True), look(bold=True, font_size=16)


@dataclass(frozen=True)
class _Wanted:
    """What the sheet of rows is to show. choices and where: as `write_workbook` takes them."""

    columns: Sequence[str]
    choices: Mapping[str, Sequence[str]]
    where: Mapping[str, Sequence[str]]

    def blamed(self, told: str) -> frozenset[int]:
        """Places, from 0, of the extract's columns that reasons are about."""
        names = told.split(SEPARATOR)
        if WHOLE_ROW in names:
            return frozenset(range(len(self.columns)))
        sent = {column for name in names for column in self.where.get(name, (name,))}
        # A column that no map names is told by its place, for its name may be a person's value.
        return frozenset(
            place for place, column in enumerate(self.columns) if column in sent or f"column {place + 1}" in names
        )


@dataclass
class _Written:
    """rows: on the sheet. left_out: rows with a cell that no sheet holds, among those that would have been on it."""

    rows: int = 0
    left_out: int = 0


def write_workbook(
    path: Path,
    reader: Rows,
    told: pa.Table,
    digests: Mapping[int, str] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write the rows of one extract that have a reason as XLSX, in row order; give how many.

    Sheets: `FRONT`, which says what to do, and `ROWS` with the columns and cells of the returns file, all text, except
    that reasons stand one a line, and that what XML cannot hold is left out of cells. At most `MOST_ROWS` rows, none
    with a cell longer than `LONGEST_CELL`; the front says how many the CSV has besides. told, digests: as
    `write_returns` takes them. choices: by column of the extract, what a drop-down offers. where: by target column, the
    columns of the extract that fill it, so that cells which reasons are about can be shaded. Where no row has a reason
    nothing is written, and an old file is removed. Raises ExtractError, StorageError.
    """
    if not told.num_rows:
        remove(path)
        return 0
    blocks = _first(returned_rows(reader, told, digests or {}))
    wanted = _Wanted(reader.columns, choices or {}, where or {})
    with appearing(path) as temporary, _book(temporary) as book:
        front, sheet, looks = book.add_worksheet(FRONT), book.add_worksheet(ROWS), _Looks(book)
        written = _write_rows(sheet, looks, wanted, blocks)
        _offer(book, sheet, wanted, max(written.rows, 1))
        _write_front(front, looks, _front(path, told.num_rows, written))
    return written.rows


@contextmanager
def _book(path: Path) -> Iterator[Workbook]:
    """A workbook whose rows go to disk as they are written. Raises OSError for a disk that cannot hold it."""
    try:
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
            yield book
    except FileCreateError as error:
        raise error.args[0] from None


def _first(blocks: Iterator[Block]) -> list[Block]:
    kept: list[Block] = []
    while sum(len(block.digests) for block in kept) < MOST_ROWS and (block := next(blocks, None)):
        kept.append(block)
    return kept


def _write_rows(sheet: Worksheet, looks: _Looks, wanted: _Wanted, blocks: Sequence[Block]) -> _Written:
    names = [*LEADING, *(_sheet_text(name) for name in wanted.columns)]
    for place, name in enumerate(names):
        sheet.set_column(place, place, _width(place, name), looks.column)
        sheet.write_string(0, place, name, looks.our_name if place < len(LEADING) else looks.their_name)
    sheet.freeze_panes(1, 2)
    written = _Written()
    rows = (row for block in blocks for row in _texts(block))
    blamed: dict[str, frozenset[int]] = {}
    for leading, cells, about in islice(rows, MOST_ROWS):
        if any(len(cell) > LONGEST_CELL for cell in cells):
            written.left_out += 1
            continue
        shaded = blamed[about] if about in blamed else blamed.setdefault(about, wanted.blamed(about))
        written.rows += 1
        _write_row(sheet, looks, written.rows, leading, cells, shaded)
    sheet.autofilter(0, 0, written.rows, len(names) - 1)
    return written


def _width(place: int, name: str) -> int:
    return _WIDTHS[place] if place < len(_WIDTHS) else min(max(len(name) + 4, _NARROWEST), _WIDEST)


def _write_row(
    sheet: Worksheet, looks: _Looks, line: int, leading: Sequence[str], cells: Sequence[str], shaded: frozenset[int]
) -> None:
    """An empty cell looks as its column does."""
    for place, text in enumerate(leading):
        sheet.write_string(line, place, text, looks.ours)
    for place, text in enumerate(cells):
        look = looks.shaded if place in shaded else looks.plain
        if text:
            sheet.write_string(line, len(LEADING) + place, text, look)
        elif place in shaded:
            sheet.write_blank(line, len(LEADING) + place, None, look)


def _texts(block: Block) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Of each row: our cells, the extract's, and which columns its reasons are about."""
    row, severity, columns, reasons, remedies = [column.to_pylist() for column in block.told.columns]
    ours = [[_sheet_text(text.replace(SEPARATOR, "\n")) for text in texts] for texts in (columns, reasons, remedies)]
    leading = zip(map(str, row), severity, *ours, block.digests.to_pylist(), strict=True)
    cells = zip(*[_sheet_texts(column).to_pylist() for column in block.cells], strict=True)
    for place, (first, sent, about) in enumerate(zip(leading, cells, columns, strict=True)):
        yield first, (*sent, *map(_sheet_text, block.surplus.get(place, ()))), about


def _sheet_texts(cells: pa.Array) -> pa.Array:
    """A column as a sheet can hold it: line ends as a sheet has them, and nothing that would run."""
    without = pc.replace_substring_regex(pc.fill_null(cells, ""), _NO_TEXT, "")
    return harmless_column(pc.replace_substring_regex(without, "\r\n?", "\n"))


def _sheet_text(cell: str) -> str:
    readable = cell.encode("utf-8", "replace").decode()  # a file's name may be in no encoding at all
    return harmless(re.sub("\r\n?", "\n", re.sub(_NO_TEXT, "", readable)))


def _offer(book: Workbook, sheet: Worksheet, wanted: _Wanted, last: int) -> None:
    """Drop-downs, from a hidden sheet of lists. They suggest: a system's own codes may be others."""
    offered = {place: wanted.choices[name] for place, name in enumerate(wanted.columns) if wanted.choices.get(name)}
    if not offered:
        return
    lists = book.add_worksheet(LISTS)
    lists.hide()
    for line in range(max(map(len, offered.values()))):
        for column, choices in enumerate(offered.values()):
            if line < len(choices):
                lists.write_string(line, column, _sheet_text(choices[line]))
    for column, (place, choices) in enumerate(offered.items()):
        letter, target = xl_col_to_name(column), len(LEADING) + place
        source = f"={LISTS}!${letter}$1:${letter}${len(choices)}"
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        sheet.data_validation(1, target, last, target, rule)


_WHAT = f"""The rows of your extract that have a reason, on sheet {ROWS}. Rows that are returned were kept out. \
Rows that are marked were let in with a note; they may stay as they are."""
_MEND = f"""On sheet {ROWS}, read joinedup_reasons and joinedup_remedies of a row, and mend its cells where they \
stand. Shaded cells are the ones that its reasons are about. Type values, not formulas."""
_LEAVE = """Leave the columns whose names begin with joinedup_, the names in row 1, and the names of the sheets. Do \
not add rows. A row that cannot be mended yet may stay, or be deleted here."""
_APOSTROPHE = "One before = + - or @ keeps a spreadsheet from running the cell. It is taken off again."
_TAKEN = "Rows that were mended and now pass are taken. The others come back with what is left to mend."
_SOURCE = "Mend the value in the system it came from too, or it comes back with the next export."
_SAFE = "This file holds people's values. Keep it as you keep the data; delete it when it is taken."


def _front(file: Path, total: int, written: _Written) -> Iterator[tuple[str, str]]:
    """The first sheet: what each line is about, and what it says."""
    yield "How to mend these rows", ""
    yield "", ""
    yield "What they are", _WHAT
    yield "Mend", _MEND
    yield "Leave", _LEAVE
    yield "Apostrophes", _APOSTROPHE
    yield "Save", f"Save the workbook as {file.name}, beside your extract."
    yield "Take", f"joinedup take {file.name}"
    yield "", _TAKEN
    yield "At the source", _SOURCE
    yield "Keep it safe", _SAFE
    yield from _besides(file.with_suffix(".csv").name, total, written)


def _besides(csv: str, total: int, written: _Written) -> Iterator[tuple[str, str]]:
    """What the CSV has and the workbook has not."""
    if total > MOST_ROWS:
        yield "More rows", f"This workbook holds the first {MOST_ROWS:,} of {total:,} rows. All {total:,} are in {csv}."
    if written.left_out:
        many = f"more than {LONGEST_CELL:,} characters, which no sheet can hold"
        yield "Long cells", f"{written.left_out:,} of these rows are only in {csv}: they have a cell of {many}."


def _write_front(sheet: Worksheet, looks: _Looks, lines: Iterator[tuple[str, str]]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 96)
    for number, (about, says) in enumerate(lines):
        sheet.write_string(number, 0, _sheet_text(about), looks.bold if number else looks.large)
        sheet.write_string(number, 1, _sheet_text(says), looks.wrapped)
