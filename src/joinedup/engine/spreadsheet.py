"""XLSX as rows of text, with limits on what may be unpacked. Formulas stay formulas, so that they can be told."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
from openpyxl.utils.datetime import WINDOWS_EPOCH, to_excel
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from joinedup.engine.delimited import too_wide
from joinedup.engine.limits import MOST_COLUMNS, MOST_SHEET_ROWS, Limits
from joinedup.errors import ExtractError, Place, nearest

_MIDNIGHT = dt.time()
_FIRST_DAY = dt.datetime(1900, 1, 1)
_AMBIGUOUS_DAY = dt.date(1900, 2, 28)
_TOGETHER = 1_000

Cell = dict[str, Any]
"""As openpyxl's parser gives it: `column` counts from 1, `value` is None in a cell that is only formatted."""


def rows(path: Path, sheet: str | None, limits: Limits) -> Generator[tuple[int, list[str | None]]]:
    """Physical row number and cells of the first row and of every row that holds something, as they are read.

    A date is in ISO form. What a sheet shows as a date and is none stays unreadable as one: a serial before the
    first day of the workbook's calendar is given as that number, a fraction of a day as a time, one beyond the
    year 9999 as the error `#VALUE!`. Raises ExtractError for what is not a sane workbook.
    """
    _refuse_bomb(path, limits)
    book = _opened(path)
    try:
        with closing(book):
            last = 0
            for number, cells in _sheet_rows(book, path, sheet):
                if not last and number > 1:
                    yield 1, []
                last = number
                yield number, [_text(value, book.epoch) for value in _in_their_places(cells, path)]
            if not last:
                raise ExtractError("The sheet is empty.", place=Place(file=path.name))
    except ExtractError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever its XML holds: KeyError, ValueError, ParseError, zlib.error
        raise _not_a_workbook(path) from None


def sheet_names(path: Path) -> list[str]:
    """Names of a workbook's sheets, in order. Raises ExtractError for what is not a workbook."""
    book = _opened(path)
    try:
        return list(book.sheetnames)
    finally:
        book.close()


def _refuse_bomb(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            # zipfile never inflates a member beyond the size its directory states, so the statement can be trusted.
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError):
        raise _not_a_workbook(path) from None
    if not limits.allows(path.stat().st_size, unpacked):
        raise ExtractError(
            "The workbook unpacks to far more than an extract holds.",
            place=Place(file=path.name),
            remedy="Send the sheet as CSV.",
        )


def _opened(path: Path) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl leaves out do not matter to us
            return openpyxl.load_workbook(path, read_only=True, data_only=False)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - as above: the workbook's XML decides what is raised
        raise _not_a_workbook(path) from None


def _not_a_workbook(path: Path) -> ExtractError:
    return ExtractError(
        "This is not an XLSX workbook that can be read.",
        place=Place(file=path.name),
        remedy="Open it and save it again as XLSX, or send CSV. A workbook with a password cannot be read.",
    )


def _sheet_rows(book: Workbook, path: Path, sheet: str | None) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that hold something, each with the cells that do.

    openpyxl's own iterator makes up every row and cell that a far one leaves out, and passes over a row that comes
    after a later one; so its parser is asked instead. It does not look at how large the sheet says it is, either: some
    programs state too small a size, and the rows beyond would be missing.
    """
    if sheet is not None and sheet not in book.sheetnames:
        raise ExtractError(
            f"There is no sheet `{sheet}`.{nearest(sheet, book.sheetnames)}", place=Place(file=path.name)
        )
    if not book.worksheets:
        raise ExtractError("The workbook has no sheet with rows.", place=Place(file=path.name))
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    with chosen._get_source() as source:
        parser = _Parser(
            source, chosen._shared_strings, epoch=book.epoch, date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        last = 0
        for number, cells in _quietly(parser.parse()):
            if not last < number <= MOST_SHEET_ROWS:
                raise _not_a_workbook(path)
            last = number
            filled = [cell for cell in cells if cell["value"] is not None]
            if filled:
                yield number, filled


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's reads `_x005F_` as the underscore it stands for in texts that cells share, not in a cell's own."""

    def parse_cell(self, element: Element) -> Cell:
        cell: Cell = super().parse_cell(element)
        if element.get("t") == "inlineStr" and isinstance(cell["value"], str):
            cell["value"] = cell["value"].replace("_x005F_", "_")
        return cell


def _quietly(rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    """Without openpyxl's warnings of odd dates, which print the cell's value."""
    more = True
    while more:
        some: list[tuple[int, list[Cell]]] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                some.extend(islice(rows, _TOGETHER))
        finally:
            yield from some  # where the sheet is damaged, the rows above the damage come first
        more = bool(some)


def _in_their_places(cells: Sequence[Cell], path: Path) -> list[object]:
    """The values of a row, None where there is no cell. Raises ExtractError for a row too wide, or a cell that is
    there twice."""
    width = max(cell["column"] for cell in cells)
    if width > MOST_COLUMNS:
        raise too_wide(path.name)
    values: list[object] = [None] * width
    for cell in cells:
        if values[cell["column"] - 1] is not None:
            raise _not_a_workbook(path)
        values[cell["column"] - 1] = cell["value"]
    return values


def _text(cell: object, epoch: dt.datetime) -> str | None:
    """A cell as someone would type it into a CSV: dates in ISO form, whole numbers without a point."""
    if cell is None:
        return None
    if isinstance(cell, (ArrayFormula, DataTableFormula)):
        return getattr(cell, "text", "=")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return _date_text(cell, epoch)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _date_text(cell: dt.datetime, epoch: dt.datetime) -> str | None:
    if cell < max(epoch, _FIRST_DAY):
        return _text(to_excel(cell, epoch), epoch)
    if epoch == WINDOWS_EPOCH and cell.date() == _AMBIGUOUS_DAY:
        return "1900-02-28 or 29"  # serials 59 and 60: the calendar has a 29 February 1900, and openpyxl the 28th twice
    return cell.date().isoformat() if cell.time() == _MIDNIGHT else cell.isoformat(sep=" ")
