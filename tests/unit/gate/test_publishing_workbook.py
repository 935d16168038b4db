"""The template can be filled in by hand: every choice it offers is read, and nothing typed into it is bent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.errors import StorageError
from joinedup.gate import rulebook
from joinedup.gate.publishing import Field, fields, write_template
from joinedup.sources import Collected, Lists, Settings, collect_file
from joinedup.tables import Table

ALL = pytest.mark.parametrize("table", tables.RECORD_TABLES, ids=lambda table: table.name)
LAST_ROW = 1_048_576


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_template(tmp_path / "extract.xlsx")
    return tmp_path / "extract.xlsx"


@pytest.fixture
def book(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


def rule_of(book: Workbook, table: Table, field: Field) -> DataValidation:
    """The one rule of the column under a header."""
    sheet = book[table.name]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == field.name)
    (rule,) = [r for r in sheet.data_validations.dataValidation if str(r.sqref) == f"{letter}2:{letter}{LAST_ROW}"]
    return rule


def offered(book: Workbook, rule: DataValidation) -> list[str]:
    sheet, _, cells = rule.formula1.partition("!")
    return [row[0].value for row in book[sheet][cells.replace("$", "")]]


def read(engine: DuckDBEngine, path: Path) -> Collected:
    return collect_file(engine, path, Settings(Lists(), path.parent))


def rows(engine: DuckDBEngine, collected: Collected, table: Table) -> list[dict[str, Any]]:
    return [row for frame in collected.frames[table.name] for row in engine.collect(frame).to_pylist()]


def test_the_first_page_says_in_words_what_to_do(book: Workbook) -> None:
    assert book.sheetnames == ["Read me", *(table.name for table in tables.RECORD_TABLES), "Lists", "Rules"]
    said = "\n".join(str(cell) for line in book["Read me"].iter_rows(values_only=True) for cell in line if cell)
    for table in tables.RECORD_TABLES:
        assert f"One row is {table.a_row_is}." in said
    for reason in ("not_asked", "refused", "not_understood", "not_known"):
        assert reason in said
    assert "unmapped" not in said
    assert "joinedup check" in said
    assert "A suspect has no self-defined ethnicity and no reason why." in said


def test_every_rule_that_returns_a_new_row_stands_on_the_sheet_of_rules(book: Workbook) -> None:
    shown = {line[2]: line[:2] for line in book["Rules"].iter_rows(min_row=2, values_only=True)}
    asked = rulebook()
    for table in tables.RECORD_TABLES:
        for check in asked.asked(table, "new"):
            assert (check.rule.name in shown) == (asked.severity(check.rule, "new") == "returned"), check.rule.name
    assert shown["ethnicity-compulsory"] == ("person_records", "self_defined_ethnicity")


@ALL
def test_a_sheet_has_the_columns_of_its_table_and_says_what_each_holds(book: Workbook, table: Table) -> None:
    sheet = book[table.name]
    assert [cell.value for cell in sheet[1]] == [field.name for field in fields(table)]
    assert sheet.max_row == 1
    assert sheet.freeze_panes == "B2"
    for cell, field in zip(sheet[1], fields(table), strict=True):
        assert field.meaning in cell.comment.text
        assert cell.comment.text.startswith("Must be filled in.") == field.required
        assert sheet.column_dimensions[cell.column_letter].width >= len(field.name)


@ALL
def test_cells_are_formatted_so_that_nothing_typed_is_bent(book: Workbook, table: Table) -> None:
    expected = {"date": "yyyy-mm-dd", "whole number": "0"}
    for cell, field in zip(book[table.name][1], fields(table), strict=True):
        dimension = book[table.name].column_dimensions[cell.column_letter]
        assert dimension.number_format == expected.get(field.kind, "@"), field.name
    for cell in (cell for row in book["Lists"].iter_rows() for cell in row if cell.value is not None):
        assert isinstance(cell.value, str), cell.coordinate


@ALL
def test_every_closed_column_has_a_list_or_names_the_one_that_is_too_long(book: Workbook, table: Table) -> None:
    for field in fields(table):
        rule, closed = rule_of(book, table, field), field.column.codes or field.choices or field.kind == "yes or no"
        assert len(rule.prompt) <= 255 and len(rule.promptTitle) <= 32, "a spreadsheet repairs a file with longer ones"
        if closed and field.pattern is None:
            assert rule.type == "list"
            assert rule.showErrorMessage == (field.kind != "texts"), "several codes in a cell are in no list"
        elif closed:
            assert field.column.codes in rule.prompt
        else:
            assert rule.type == {"date": "date", "whole number": "whole"}.get(field.kind)


def test_a_year_typed_alone_does_not_pass_for_a_day(book: Workbook) -> None:
    rule = rule_of(book, tables.CRIMES, next(f for f in fields(tables.CRIMES) if f.name == "recorded_on"))
    assert rule.operator == "greaterThanOrEqual"
    assert int(rule.formula1) == (dt.date(1910, 1, 1) - dt.date(1899, 12, 30)).days > 2100


@ALL
def test_every_choice_of_every_drop_down_is_read(
    engine: DuckDBEngine, path: Path, book: Workbook, table: Table
) -> None:
    given = fields(table)
    lists = {f.name: offered(book, rule_of(book, table, f)) for f in given if rule_of(book, table, f).type == "list"}
    most = max((len(choices) for choices in lists.values()), default=0)
    sheet = book[table.name]
    for place in range(most):
        chosen = {name: choices[place % len(choices)] for name, choices in lists.items()}
        keys = {f.name: f"K{place}" for f in given if f.required and f.name not in lists}
        sheet.append([(chosen | keys).get(f.name) for f in given])
    book.save(path)
    found = rows(engine, read(engine, path), table)
    assert len(found) == most
    unread = {name for row in found for name, value in row.items() if name.startswith("unread:") and value}
    assert {name for name in unread if not name.startswith("unread:beside:")} == set()  # both stand in one row
    for name, choices in lists.items():
        values = {tuple(v) if isinstance(v := row[name], list) else v for row in found} - {None}
        assert len(values) >= min(2, len(choices)), f"{name} keeps what was chosen"


def test_a_label_and_its_code_are_read_as_one(engine: DuckDBEngine, path: Path, book: Workbook) -> None:
    sheet = book["person_records"]
    names = [cell.value for cell in sheet[1]]
    for number, (ethnicity, sex) in enumerate([("White: Irish", "Female"), ("W2", "F")]):
        row = {"local_id": f"P{number}", "self_defined_ethnicity": ethnicity, "sex": sex}
        sheet.append([row.get(name) for name in names])
    book.save(path)
    found = rows(engine, read(engine, path), tables.PERSON_RECORDS)
    assert [(row["self_defined_ethnicity"], row["sex"]) for row in found] == [("W2", "F"), ("W2", "F")]


def test_days_numbers_and_several_values_are_read_as_a_spreadsheet_holds_them(
    engine: DuckDBEngine, path: Path, book: Workbook
) -> None:
    typed = {
        "local_id": "007", "dob": "1988-04", "recorded_on": dt.date(2026, 2, 3), "nationalities": "Ireland;GBR",
        "phones": "07700900123;07700900124",
    }  # fmt: skip
    book["person_records"].append([typed.get(cell.value) for cell in book["person_records"][1]])
    role = {"crime_id": 12, "record_id": "007", "role": "suspect", "stated_age": 31, "identified": "no"}
    book["roles"].append([role.get(cell.value) for cell in book["roles"][1]])
    book.save(path)
    collected = read(engine, path)
    (person,) = rows(engine, collected, tables.PERSON_RECORDS)
    (part,) = rows(engine, collected, tables.ROLES)
    assert (person["local_id"], person["dob"], person["dob_precision"]) == ("007", dt.date(1988, 4, 1), "month")
    assert (person["recorded_on"], person["nationalities"]) == (dt.date(2026, 2, 3), ["IRL", "GBR"])
    assert person["phones"] == ["07700900123", "07700900124"]
    assert (part["stated_age"], part["identified"]) == (31, False)
    assert part["record_id"] == person["record_id"]


def test_a_template_of_some_tables_has_their_sheets_alone(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    assert write_template(path, [tables.PERSON_RECORDS]) == (path,)
    assert openpyxl.load_workbook(path).sheetnames == ["Read me", "person_records", "Lists", "Rules"]


def test_a_template_replaces_nothing_unasked(tmp_path: Path) -> None:
    name = "extract.xlsx"
    (tmp_path / name).write_text("mine")
    with pytest.raises(StorageError, match=f"{name}: There is a file of this name already"):
        write_template(tmp_path / "extract.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    write_template(tmp_path / "extract.xlsx", overwrite=True)
    assert openpyxl.load_workbook(tmp_path / "extract.xlsx").sheetnames[0] == "Read me"


def test_a_template_is_not_put_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no such folder"):
        write_template(tmp_path / "nowhere" / "extract.xlsx")
