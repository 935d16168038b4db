"""A sheet is read row by row, and what only looks like a date is not made one."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from joinedup.engine import ROW, open_extract, read_extract
from joinedup.engine.limits import Limits
from joinedup.errors import ExtractError


def serials(path: Path, numbers: list[float], *, mac: bool = False, shown_as: str = "yyyy-mm-dd") -> list[str]:
    """What cells that a sheet shows as dates are read as. numbers: what the cells hold."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904 if mac else book.epoch
    book.active.append(["born"])
    for place, number in enumerate(numbers, start=2):
        book.active.cell(place, 1, number).number_format = shown_as
    book.save(path)
    return read_extract(path).table["born"].to_pylist()


def rewritten(path: Path, change: Callable[[str], str]) -> Path:
    """The workbook with the XML of its first sheet changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = change(members[sheet].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def numbered(path: Path, count: int) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["n", "t"])
    for n in range(2, count + 2):
        book.active.append([n, "x"])
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("serial", "text"),
    [
        (-5, "-5"),
        (-1.25, "-1.25"),
        (0, "00:00:00"),
        (0.5, "12:00:00"),
        (1, "1900-01-01"),  # a placeholder that the gate knows
        (58, "1900-02-27"),
        (59, "1900-02-28 or 29"),
        (60, "1900-02-28 or 29"),  # a sheet shows 29 February 1900, which never was
        (61, "1900-03-01"),
        (32906, "1990-02-02"),
        (2958465, "9999-12-31"),
        (2958466, "#VALUE!"),
        (19751204, "#VALUE!"),
    ],
)
def test_a_serial_that_is_no_day_does_not_become_one(tmp_path: Path, serial: float, text: str) -> None:
    assert serials(tmp_path / "a.xlsx", [serial]) == [text]


def test_the_calendar_of_1904_begins_in_1904(tmp_path: Path) -> None:
    assert serials(tmp_path / "a.xlsx", [-1, 1, 60, 32906 - 1462], mac=True) == [
        "-1",
        "1904-01-02",
        "1904-03-01",
        "1990-02-02",
    ]


def test_a_time_of_day_stays_one(tmp_path: Path) -> None:
    assert serials(tmp_path / "a.xlsx", [0.375, 32906.375], shown_as="hh:mm") == ["09:00:00", "1990-02-02 09:00:00"]


def test_a_date_is_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for cell in ("born", dt.date(1990, 2, 3), dt.datetime(2020, 1, 1, 9, 30)):
        book.active.append([cell])
    book.save(path)
    assert read_extract(path).table["born"].to_pylist() == ["1990-02-03", "2020-01-01 09:30:00"]


def test_rows_beyond_the_size_that_a_sheet_states_are_read(tmp_path: Path) -> None:
    path = rewritten(
        numbered(tmp_path / "a.xlsx", 3), lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', xml)
    )
    assert read_extract(path).table[ROW].to_pylist() == [2, 3, 4]


def test_a_sheet_comes_in_parts(tmp_path: Path) -> None:
    reader = open_extract(numbered(tmp_path / "a.xlsx", 7), limits=Limits(part=3))
    assert reader.columns == ["n", "t"]
    for _ in range(2):
        assert [part.table[ROW].to_pylist() for part in reader.parts()] == [[2, 3, 4], [5, 6, 7], [8]]


def test_damage_further_down_a_sheet_is_told_after_the_rows_above_it(tmp_path: Path) -> None:
    path = rewritten(numbered(tmp_path / "a.xlsx", 50_000), lambda xml: xml[:-2_000])
    parts = open_extract(path, limits=Limits(part=100)).parts()
    assert next(parts).table[ROW].to_pylist() == list(range(2, 102))
    with pytest.raises(ExtractError, match="not an XLSX workbook that can be read"):
        list(parts)


def test_a_row_beyond_the_last_of_any_sheet_is_refused(tmp_path: Path) -> None:
    path = rewritten(numbered(tmp_path / "a.xlsx", 1), lambda xml: xml.replace('<row r="2"', '<row r="1048577"'))
    with pytest.raises(ExtractError, match="not an XLSX workbook that can be read"):
        read_extract(path)


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(ExtractError, match="The sheet is empty"):
        open_extract(tmp_path / "a.xlsx")
