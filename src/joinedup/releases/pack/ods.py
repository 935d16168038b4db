"""The tables as one ODS workbook: a cover, a list of tables, and one table a sheet, as guidance for spreadsheets asks.

Source: Government Analysis Function, Releasing statistics in spreadsheets.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from joinedup.releases.pack.tables import PublicColumn, PublicTable, Value, shown

if TYPE_CHECKING:
    from odf.opendocument import OpenDocument

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of every part of the file, so that the same tables give the same bytes."""


def as_ods(title: str, about: Sequence[str], tables: Sequence[PublicTable], made_on: str) -> bytes:
    """The workbook. about: the paragraphs of its cover. made_on: the day that the file says of itself."""
    from odf import dc, meta
    from odf.opendocument import OpenDocumentSpreadsheet

    book = OpenDocumentSpreadsheet()
    for part in list(book.meta.childNodes):
        book.meta.removeChild(part)
    book.meta.addElement(dc.Title(text=title))
    book.meta.addElement(meta.CreationDate(text=f"{made_on}T00:00:00"))
    book.meta.addElement(dc.Language(text="en-GB"))
    styles = _Styles(book)
    _sheet(book, "Cover", [[title], *([line] for line in about)], styles, first="title")
    listed = [["Sheet", "Title"], *([_name(n), one.title] for n, one in enumerate(tables, start=1))]
    _sheet(book, "Contents", [["Tables in this workbook"], *listed], styles, first="title", heads=1)
    for number, table in enumerate(tables, start=1):
        _table(book, number, table, styles)
    held = io.BytesIO()
    book.write(held)
    return _fixed(held.getvalue())


def _name(number: int) -> str:
    return f"Table_{number}"


class _Styles:
    """Bold for headings, larger for titles, and a column as wide as its words."""

    def __init__(self, book: OpenDocument) -> None:
        from odf.style import ParagraphProperties, Style, TableColumnProperties, TextProperties

        self.head = Style(name="head", family="table-cell")
        self.head.addElement(TextProperties(fontweight="bold"))
        self.title = Style(name="title", family="table-cell")
        self.title.addElement(TextProperties(fontweight="bold", fontsize="15pt"))
        self.right = Style(name="right", family="table-cell")
        self.right.addElement(ParagraphProperties(textalign="end"))
        self.wide = Style(name="wide", family="table-column")
        self.wide.addElement(TableColumnProperties(columnwidth="11cm"))
        self.narrow = Style(name="narrow", family="table-column")
        self.narrow.addElement(TableColumnProperties(columnwidth="4.5cm"))
        for one in (self.head, self.title, self.right, self.wide, self.narrow):
            book.automaticstyles.addElement(one)


def _sheet(
    book: OpenDocument, name: str, rows: Iterable[Sequence[str]], styles: _Styles, first: str = "", heads: int = -1
) -> None:
    from odf.table import Table, TableColumn, TableRow

    sheet = Table(name=name)
    sheet.addElement(TableColumn(stylename=styles.wide, numbercolumnsrepeated=2))
    for place, cells in enumerate(rows):
        style = styles.title if first and place == 0 else styles.head if place == heads else None
        row = TableRow()
        for cell in cells:
            row.addElement(_text(cell, style))
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)


def _table(book: OpenDocument, number: int, table: PublicTable, styles: _Styles) -> None:
    from odf.table import Table, TableColumn, TableRow

    sheet = Table(name=_name(number))
    sheet.addElement(TableColumn(stylename=styles.wide))
    sheet.addElement(TableColumn(stylename=styles.narrow, numbercolumnsrepeated=max(1, len(table.columns) - 1)))
    above = [f"Table {number}: {table.title}", table.says, *table.notes, f"Source: {table.source}"]
    for place, line in enumerate(above):
        row = TableRow()
        row.addElement(_text(line, styles.title if place == 0 else None))
        sheet.addElement(row)
    head = TableRow()
    for column in table.columns:
        head.addElement(_text(column.title, styles.head))
    sheet.addElement(head)
    for cells in table.rows:
        row = TableRow()
        for value, column in zip(cells, table.columns, strict=True):
            row.addElement(_value(value, column, styles))
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)


def _text(text: str, style: Any = None) -> Any:
    from odf.table import TableCell
    from odf.text import P

    cell = TableCell(valuetype="string", **({"stylename": style} if style is not None else {}))
    cell.addElement(P(text=text))
    return cell


def _value(value: Value, column: PublicColumn, styles: _Styles) -> Any:
    """A number as a number, with its words; text, and what is not shown, as text."""
    from odf.table import TableCell
    from odf.text import P

    if value is None or column.kind == "text":
        return _text(shown(value, column), styles.right if value is None else None)
    kind = "percentage" if column.kind == "share" else "float"
    cell = TableCell(valuetype=kind, value=repr(value) if column.kind == "share" else str(value))
    cell.addElement(P(text=shown(value, column)))
    return cell


def _fixed(content: bytes) -> bytes:
    """The same file with fixed times. What kind of file it is stays first and unpacked, as the standard asks."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(held, "w") as made:
        for name in given.namelist():
            part = zipfile.ZipInfo(name, _MOMENT)
            part.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            made.writestr(part, given.read(name))
    return held.getvalue()
