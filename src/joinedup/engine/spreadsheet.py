"""XLSX as rows of text, with limits on what may be unpacked. Formulas stay formulas, so that they can be told."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.workbook.workbook import Workbook

from joinedup.engine.delimited import too_wide
from joinedup.engine.limits import MOST_COLUMNS, Limits
from joinedup.errors import ExtractError, Place, nearest

_MIDNIGHT = dt.time()


def rows(path: Path, sheet: str | None, limits: Limits) -> Iterator[tuple[int, list[str | None]]]:
    """Physical row number (from 1) and cells of every row. Raises ExtractError for what is not a sane workbook."""
    _refuse_bomb(path, limits)
    book = _opened(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of odd dates and prints the cell's value
            found = list(_sheet_rows(book, path.name, sheet))
        yield from found
    except ExtractError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever its XML holds: KeyError, ValueError, ParseError, zlib.error
        raise _not_a_workbook(path) from None
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


def _sheet_rows(book: Workbook, file: str, sheet: str | None) -> Iterator[tuple[int, list[str | None]]]:
    if sheet is not None and sheet not in book.sheetnames:
        raise ExtractError(f"There is no sheet `{sheet}`.{nearest(sheet, book.sheetnames)}", place=Place(file=file))
    if not book.worksheets:
        raise ExtractError("The workbook has no sheet with rows.", place=Place(file=file))
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    empty = True
    for number, cells in enumerate(chosen.iter_rows(values_only=True), start=1):
        if len(cells) > MOST_COLUMNS:
            raise too_wide(file)
        empty = False
        yield number, [_text(cell) for cell in cells]
    if empty:
        raise ExtractError("The sheet is empty.", place=Place(file=file))


def _text(cell: object) -> str | None:
    """A cell as someone would type it into a CSV: dates in ISO form, whole numbers without a point."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == _MIDNIGHT else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
