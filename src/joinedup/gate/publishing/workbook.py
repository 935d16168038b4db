"""The template: a workbook with a sheet for each table, drop-downs from its lists, and a page that says what to do."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from joinedup.gate.publishing.fields import SEPARATOR, Choice, Field, fields
from joinedup.gate.publishing.read_me import Line, read_me, rules
from joinedup.tables import Table

READ_ME, LISTS, RULES = "Read me", "Lists", "Rules"

YES_NO = (Choice("yes", ""), Choice("no", ""))

EARLIEST = dt.date(1910, 1, 1)
"""A year typed alone, such as 2024, is to a spreadsheet a day of 1905, and must not pass for a date."""

_LAST_ROW = 1_048_576
_MADE_BY_US = ("unmapped",)
_FORMATS = {"date": "yyyy-mm-dd", "whole number": "0"}
_WIDTHS = {"date": 13, "part of a date": 13, "whole number": 12, "yes or no": 12, "texts": 24, "text": 20}
_REQUIRED, _OPTIONAL = PatternFill("solid", "FF1D3557"), PatternFill("solid", "FF5C6B7A")
_WHITE, _BOLD, _LARGE = Font(bold=True, color="FFFFFFFF"), Font(bold=True), Font(bold=True, size=16)
_LONGEST_PROMPT = 255


@dataclass(frozen=True)
class _Drop:
    """Where on the sheet of lists the choices of a column stand."""

    range: str
    shown: str


def template(tables: Sequence[Table]) -> bytes:
    """The workbook as bytes: `Read me`, a sheet for each table with its header in row 1, `Lists` and `Rules`.

    Cells of text are formatted as text, so that no leading zero is lost; days as ISO dates. A drop-down offers labels
    and codes, both of which are read. Where a cell may hold several values it only suggests.
    """
    book = openpyxl.Workbook()
    front = book.worksheets[0]
    front.title = READ_ME
    _write_lines(front, read_me(tables))
    given = {table: fields(table) for table in tables}
    sheets = {table: book.create_sheet(table.name) for table in tables}
    drops = _write_lists(book, [field for several in given.values() for field in several])
    for table, sheet in sheets.items():
        _write_header(sheet, given[table], drops)
    _write_rules(book.create_sheet(RULES), rules(tables))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _write_lines(sheet: Worksheet, lines: Iterable[Line]) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 96
    for number, line in enumerate(lines, start=1):
        sheet.append([line.head, line.text])
        sheet.cell(number, 1).font = _LARGE if number == 1 else _BOLD
        for column in (1, 2):
            sheet.cell(number, column).alignment = Alignment(wrap_text=bool(line.text), vertical="top")


def _write_rules(sheet: Worksheet, lines: Iterable[Sequence[str]]) -> None:
    heads = {"table": 16, "column": 26, "rule": 30, "what is wrong": 60, "what to do": 80}
    sheet.append(list(heads))
    for place, width in enumerate(heads.values(), start=1):
        _style_head(sheet, place, _OPTIONAL)
        sheet.column_dimensions[get_column_letter(place)].width = width
    for line in lines:
        sheet.append(line)
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def _write_lists(book: Workbook, given: Iterable[Field]) -> Mapping[str, _Drop]:
    """Write every list once, two columns each: what may be chosen, and what it is. Give where each stands, by name."""
    sheet = book.create_sheet(LISTS)
    drops: dict[str, _Drop] = {}
    for field in given:
        name = _list_name(field)
        if name and name not in drops:
            drops[name] = _write_list(sheet, 2 * len(drops) + 1, name, _offered(field))
    sheet.freeze_panes = "A2"
    return drops


def _write_list(sheet: Worksheet, column: int, name: str, offered: Sequence[tuple[str, str]]) -> _Drop:
    for place, pair in enumerate([(name, "which is"), *offered], start=1):
        for offset, text in enumerate(pair):
            cell = sheet.cell(place, column + offset, text)
            cell.number_format = "@"
    for offset, width in ((0, 44), (1, 30)):
        _style_head(sheet, column + offset, _OPTIONAL)
        sheet.column_dimensions[get_column_letter(column + offset)].width = width
    letter = get_column_letter(column)
    return _Drop(f"{LISTS}!${letter}$2:${letter}${len(offered) + 1}", f"{LISTS}, column {letter}")


def _list_name(field: Field) -> str | None:
    """Columns with the same choices share a list."""
    if field.kind == "yes or no":
        return "yes or no"
    if not field.choices:
        return None
    named = field.column.codes or ("reason" if field.name.endswith("_reason") else f"{field.table.name}.{field.name}")
    return str(named)


def _offered(field: Field) -> list[tuple[str, str]]:
    """What may be chosen beside what it is: of a code list the labels, for a person to choose, and then the codes."""
    choices = YES_NO if field.kind == "yes or no" else [c for c in field.choices if c.value not in _MADE_BY_US]
    values = [(choice.value, choice.label) for choice in choices]
    return [*[(label, value) for value, label in values], *values] if field.column.codes else values


def _write_header(sheet: Worksheet, given: Sequence[Field], drops: Mapping[str, _Drop]) -> None:
    for place, field in enumerate(given, start=1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, field.name)
        cell.comment = _comment(field)
        _style_head(sheet, place, _REQUIRED if field.required else _OPTIONAL)
        dimension = sheet.column_dimensions[letter]
        dimension.width = max(_WIDTHS[field.kind], len(field.name) + 4)
        dimension.number_format = _FORMATS.get(field.kind, "@")
        rule = _validation(field, drops.get(_list_name(field) or ""))
        rule.add(f"{letter}2:{letter}{_LAST_ROW}")
        sheet.add_data_validation(rule)
    sheet.freeze_panes = "B2"


def _style_head(sheet: Worksheet, column: int, fill: PatternFill) -> None:
    cell = sheet.cell(1, column)
    cell.font, cell.fill, cell.number_format = _WHITE, fill, "@"


def _comment(field: Field) -> Comment:
    """What the column holds. A note on a cell is no cell, so the sheet is read as it stands."""
    parts = ["Must be filled in."] if field.required else []
    parts += [field.meaning]
    parts += [f"On the sheet {RULES}: {', '.join(rule.name for rule in field.rules)}."] if field.rules else []
    text = " ".join(parts)
    return Comment(text, "Joinedup", width=360, height=60 + 20 * (len(text) // 48))


def _validation(field: Field, drop: _Drop | None) -> DataValidation:
    rule = _rule(field, drop)
    rule.allow_blank = True
    rule.promptTitle, rule.prompt = field.name[:32], _prompt(field, drop)[:_LONGEST_PROMPT]
    rule.showInputMessage = True
    rule.errorTitle, rule.error = field.name[:32], _prompt(field, drop)[:_LONGEST_PROMPT]
    rule.showErrorMessage = rule.type is not None and field.kind != "texts"
    return rule


def _rule(field: Field, drop: _Drop | None) -> DataValidation:
    if drop is not None:
        return DataValidation(type="list", formula1=drop.range)
    if field.kind == "date":
        earliest = str(int(to_excel(EARLIEST)))
        return DataValidation(type="date", operator="greaterThanOrEqual", formula1=earliest)
    if field.kind == "whole number":
        return DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
    return DataValidation()


def _prompt(field: Field, drop: _Drop | None) -> str:
    """What to type, in a line or two, shown when a cell is chosen."""
    parts = ["Must be filled in."] if field.required else []
    parts += [f"Choose from the list, or type a code: sheet {drop.shown}."] if drop else [_form(field)]
    parts += [f"Several in one cell: put {SEPARATOR} between them."] if field.kind == "texts" else []
    return " ".join(part for part in parts if part) or field.meaning


def _form(field: Field) -> str:
    forms = {
        "date": "A whole day, such as 2024-12-31.",
        "part of a date": "A day such as 1990-12-31, or 1990-12 or 1990 when no more is known.",
        "whole number": "A whole number.",
    }
    return forms.get(field.kind) or (f"A code of list {field.column.codes}." if field.column.codes else "")
