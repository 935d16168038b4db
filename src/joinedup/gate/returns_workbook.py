"""The workbook a sender gets back: the rows of the returns file, to be mended where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

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

_OURS, _THEIRS, _BLAMED = (PatternFill("solid", colour) for colour in ("FF5C6B7A", "FF1D3557", "FFFFE8A3"))
_WHITE, _GREY, _BOLD, _LARGE = (
    Font(bold=True, color="FFFFFFFF"),
    Font(color="FF5C6B7A"),
    Font(bold=True),
    Font(bold=True, size=16),
)
_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


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
    # A sheet that is begun and not finished stays behind in a temporary file, so whatever cannot be read is told first.
    blocks = _first(returned_rows(reader, told, digests or {}))
    book = openpyxl.Workbook(write_only=True)
    front, sheet = book.create_sheet(FRONT), book.create_sheet(ROWS)
    wanted = _Wanted(reader.columns, choices or {}, where or {})
    with appearing(path) as temporary:
        written = _write_rows(sheet, wanted, blocks)
        _offer(book, sheet, wanted, max(written.rows, 1) + 1)
        _write_front(front, _front(path, told.num_rows, written))
        book.save(temporary)
    return written.rows


def _first(blocks: Iterator[Block]) -> list[Block]:
    kept: list[Block] = []
    while sum(len(block.digests) for block in kept) < MOST_ROWS and (block := next(blocks, None)):
        kept.append(block)
    return kept


def _write_rows(sheet: WriteOnlyWorksheet, wanted: _Wanted, blocks: Sequence[Block]) -> _Written:
    names = [*LEADING, *(_sheet_text(name) for name in wanted.columns)]
    for place, name in enumerate(names, start=1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.number_format = _width(place, name), "@"
    sheet.freeze_panes = "C2"
    sheet.append(_header(sheet, names))
    written, pens = _Written(), _pens(sheet)
    rows = (row for block in blocks for row in _texts(block))
    blamed: dict[str, frozenset[int]] = {}
    for leading, cells, about in islice(rows, MOST_ROWS):
        if any(len(cell) > LONGEST_CELL for cell in cells):
            written.left_out += 1
            continue
        shaded = blamed[about] if about in blamed else blamed.setdefault(about, wanted.blamed(about))
        sheet.append(_row(pens, leading, cells, shaded))
        written.rows += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{written.rows + 1}"
    return written


def _width(place: int, name: str) -> int:
    return _WIDTHS[place - 1] if place <= len(_WIDTHS) else min(max(len(name) + 4, _NARROWEST), _WIDEST)


def _header(sheet: WriteOnlyWorksheet, names: Sequence[str]) -> Iterator[Cell]:
    for place, name in enumerate(names):
        cell = _pen(sheet, _WRAPPED)
        cell.font, cell.fill = _WHITE, _OURS if place < len(LEADING) else _THEIRS
        yield _with(cell, name)


@dataclass(frozen=True)
class _Pens:
    """One cell of each look, written over and over."""

    ours: Cell
    plain: Cell
    shaded: Cell


def _pens(sheet: WriteOnlyWorksheet) -> _Pens:
    pens = _Pens(_pen(sheet, _WRAPPED), _pen(sheet, _TOP), _pen(sheet, _TOP))
    pens.ours.font, pens.shaded.fill = _GREY, _BLAMED
    return pens


def _pen(sheet: WriteOnlyWorksheet, alignment: Alignment) -> Cell:
    """A cell formatted as text, so that nothing typed into it is bent."""
    cell = WriteOnlyCell(sheet)
    cell.number_format, cell.alignment = "@", alignment
    return cell


def _with(pen: Cell, text: str) -> Cell:
    pen.value = text
    pen.data_type = "s"  # text even where openpyxl knows an error such as #N/A in it
    return pen


def _row(pens: _Pens, leading: Sequence[str], cells: Sequence[str], shaded: frozenset[int]) -> Iterator[Cell | None]:
    """An empty cell looks as its column does."""
    for text in leading:
        yield _with(pens.ours, text)
    for place, text in enumerate(cells):
        yield _with(pens.shaded if place in shaded else pens.plain, text) if text or place in shaded else None


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


def _offer(book: Workbook, sheet: WriteOnlyWorksheet, wanted: _Wanted, last: int) -> None:
    """Drop-downs, from a hidden sheet of lists. They suggest: a system's own codes may be others."""
    offered = {place: wanted.choices[name] for place, name in enumerate(wanted.columns) if wanted.choices.get(name)}
    if not offered:
        return
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    pen = _pen(lists, _TOP)
    for line in range(max(map(len, offered.values()))):
        lists.append(_with(pen, _sheet_text(c[line]) if line < len(c) else "") for c in offered.values())
    for column, (place, choices) in enumerate(offered.items(), start=1):
        letter, target = get_column_letter(column), get_column_letter(len(LEADING) + place + 1)
        rule = DataValidation(type="list", formula1=f"{LISTS}!${letter}$1:${letter}${len(choices)}", allow_blank=True)
        rule.errorStyle, rule.showErrorMessage = "warning", True
        rule.add(f"{target}2:{target}{last}")
        sheet.data_validations.append(rule)


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


def _write_front(sheet: WriteOnlyWorksheet, lines: Iterator[tuple[str, str]]) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 96
    for number, (about, says) in enumerate(lines):
        sheet.append([_said(sheet, about, _TOP, _BOLD if number else _LARGE), _said(sheet, says, _WRAPPED, Font())])


def _said(sheet: WriteOnlyWorksheet, text: str, alignment: Alignment, font: Font) -> Cell:
    cell = _pen(sheet, alignment)
    cell.font = font
    return _with(cell, _sheet_text(text))
