"""The workbook a sender gets back: the rows of the CSV as text cells, and a page that says how to mend them."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from joinedup.engine import ExtractReader, Reading, open_extract, read_extract
from joinedup.engine.digests import row_digest
from joinedup.errors import ExtractError
from joinedup.gate import returns_workbook
from joinedup.gate.returns_file import LEADING, unharmed, write_workbook
from joinedup.gate.told import TOLD

SHADED = "FFFFE8A3"


def told(columns: Mapping[int, str]) -> pa.Table:
    """columns: by row, which columns its reasons are about."""
    texts = {
        "severity": ["returned" if n % 2 == 0 else "marked" for n in columns],
        "columns": list(columns.values()),
        "reasons": [" | ".join(["rule: It is wrong."] * text.count("|") + ["last: So."]) for text in columns.values()],
        "remedies": ["Mend it."] * len(columns),
    }
    held = {name: pa.array(values, pa.large_string()) for name, values in texts.items()}
    return pa.table({"source_row": pa.array(columns, pa.int64()), **held}).cast(TOLD)


def extract(folder: Path, content: str) -> ExtractReader:
    (folder / "arrests.csv").write_text(content, encoding="utf-8", newline="")
    return open_extract(folder / "arrests.csv")


def sheet_of(path: Path, name: str = "Rows") -> Worksheet:
    return openpyxl.load_workbook(path)[name]


def said(path: Path) -> str:
    cells = sheet_of(path, "How to mend").iter_rows(values_only=True)
    return "\n".join(str(cell) for row in cells for cell in row if cell)


SENT = "ref,name,sex,dob\n007,Vesk,M,31/02/1990\n=x,@Bram,#N/A,1/2\n-5,+44 7700 900123,TRUE,2024-01-02\n1e5,Z,,\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "arrests.returns.xlsx"
    reasons = told({2: "dob | sex", 3: "whole row", 4: "surname", 5: "sex | column 4"})
    choices = {"sex": ["M", "F"], "name": [], "gone": ["x"], "dob": ["=1"]}
    where = {"dob": ["dob"], "surname": ["name", "ref"]}
    assert write_workbook(made, extract(tmp_path, SENT), reasons, None, choices, where) == 4
    return made


def test_every_cell_is_text_as_it_was_sent_and_none_runs(path: Path) -> None:
    sheet = sheet_of(path)
    assert [cell.value for cell in sheet[1]] == [*LEADING, "ref", "name", "sex", "dob"]
    assert [[cell.value for cell in row[6:]] for row in sheet.iter_rows(min_row=2)] == [
        ["007", "Vesk", "M", "31/02/1990"],
        ["'=x", "'@Bram", "#N/A", "1/2"],
        ["-5", "+44 7700 900123", "TRUE", "2024-01-02"],
        ["1e5", "Z", None, None],
    ]
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in filled} == {"s"}
    assert {cell.number_format for row in sheet.iter_rows() for cell in row if cell.has_style} == {"@"}
    assert {dimension.number_format for dimension in sheet.column_dimensions.values()} == {"@"}


def test_reasons_stand_one_a_line_beside_the_digest_of_the_row(path: Path) -> None:
    first = [cell.value for cell in sheet_of(path)[2]][:6]
    digest = row_digest(["007", "Vesk", "M", "31/02/1990"])
    assert first == ["2", "returned", "dob\nsex", "rule: It is wrong.\nlast: So.", "Mend it.", digest]
    assert sheet_of(path)["D2"].alignment.wrap_text


def test_cells_that_reasons_are_about_are_shaded(path: Path) -> None:
    rows = sheet_of(path).iter_rows(min_row=2)
    shaded = [[place for place, cell in enumerate(row[6:]) if cell.fill.start_color.rgb == SHADED] for row in rows]
    ref, name, sex, dob = range(4)
    assert shaded == [[sex, dob], [ref, name, sex, dob], [ref, name], [sex, dob]]


def test_header_and_first_columns_stay_in_sight_and_rows_can_be_filtered(path: Path) -> None:
    sheet = sheet_of(path)
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:J5"
    # A file states a width with the 0.71 that a cell's edges take.
    assert [round(sheet.column_dimensions[letter].width - 0.71) for letter in "ADGH"] == [8, 64, 12, 12]


def test_a_column_with_choices_has_a_drop_down_that_only_suggests(path: Path) -> None:
    rules = {str(rule.sqref): rule for rule in sheet_of(path).data_validations.dataValidation}
    assert set(rules) == {"I2:I5", "J2:J5"}
    assert {rule.errorStyle for rule in rules.values()} == {"warning"}
    lists = sheet_of(path, "Lists")
    assert lists.sheet_state == "hidden"
    assert [rules[cells].formula1 for cells in ("I2:I5", "J2:J5")] == ["Lists!$A$1:$A$2", "Lists!$B$1:$B$1"]
    assert list(lists.iter_rows(values_only=True)) == [("M", "'=1"), ("F", None)]


def test_the_first_page_says_in_words_how_to_mend(path: Path) -> None:
    assert openpyxl.load_workbook(path).sheetnames == ["How to mend", "Rows", "Lists"]
    for words in ("joinedup take arrests.returns.xlsx", "on sheet Rows", "may stay", "joinedup_", "people's values"):
        assert words in said(path)
    assert "More rows" not in said(path) and "Long cells" not in said(path)


NASTY = st.text("=+-@'\t\n 05a#\u00a0\u200b\ufeff\uff1d\U0001f600_x<&>]", max_size=6) | st.sampled_from(
    ["#N/A", "_x000D_"]
)


@settings(max_examples=40, deadline=None)
@given(cells=st.lists(NASTY, min_size=1, max_size=8))
def test_rows_read_back_as_they_were_sent(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    folder = tmp_path_factory.mktemp("sent")
    pq.write_table(pa.table({"key": ["x"] * len(cells), "cell": cells}), folder / "a.parquet")
    reader = open_extract(folder / "a.parquet")
    write_workbook(folder / "a.returns.xlsx", reader, told(dict.fromkeys(range(1, len(cells) + 1), "cell")))
    back = read_extract(folder / "a.returns.xlsx", Reading(sheet="Rows"))
    assert back.faults == ()
    assert [unharmed(cell or "") for cell in back.table["cell"].to_pylist()] == cells
    assert back.table["joinedup_digest"].to_pylist() == [row_digest(["x", cell]) for cell in cells]


def test_what_a_sheet_cannot_hold_is_left_out_of_cells_and_hides_no_formula(tmp_path: Path) -> None:
    reader = extract(tmp_path, 'a,b,c\nx,\x01=1,a\x0bb\nx,\ufffe=1,"one\r\ntwo\rthree"\n')
    write_workbook(tmp_path / "r.xlsx", reader, told({2: "a", 3: "a"}))
    rows = [[cell.value for cell in row[6:]] for row in sheet_of(tmp_path / "r.xlsx").iter_rows(min_row=2)]
    assert rows == [["x", "'=1", "ab"], ["x", "'=1", "one\ntwo\nthree"]]


def test_a_cell_too_long_for_a_sheet_is_only_in_the_csv(tmp_path: Path) -> None:
    reader = extract(tmp_path, f"a,b\n1,{'y' * 32_768}\n2,{'y' * 32_767}\n")
    assert write_workbook(tmp_path / "r.xlsx", reader, told({2: "a", 3: "a"})) == 1
    assert [cell.value for cell in sheet_of(tmp_path / "r.xlsx")["G"]] == ["a", "2"]
    assert "1 of these rows are only in r.csv" in said(tmp_path / "r.xlsx")


def test_a_workbook_holds_the_first_rows_and_says_how_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns_workbook, "MOST_ROWS", 20)
    reader = extract(tmp_path, "a,b\n" + "1,2\n" * 50)
    assert write_workbook(tmp_path / "r.xlsx", reader, told(dict.fromkeys(range(2, 52), "a"))) == 20
    assert sheet_of(tmp_path / "r.xlsx").max_row == 21
    assert "This workbook holds the first 20 of 50 rows. All 50 are in r.csv." in said(tmp_path / "r.xlsx")


def test_the_largest_workbook_is_read_back(tmp_path: Path) -> None:
    reader = extract(tmp_path, "a,b\n" + "1,2\n" * 20_001)
    made = write_workbook(tmp_path / "r.xlsx", reader, told(dict.fromkeys(range(2, 20_003), " | ".join("a" * 99))))
    assert made == returns_workbook.MOST_ROWS == 10_000
    assert read_extract(tmp_path / "r.xlsx", Reading(sheet="Rows")).table.num_rows == 10_000


def test_an_old_workbook_goes_when_no_row_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "r.xlsx").write_text("old")
    assert write_workbook(tmp_path / "r.xlsx", extract(tmp_path, "a,b\n1,2\n"), told({})) == 0
    assert not (tmp_path / "r.xlsx").exists()


def test_nothing_is_written_when_the_extract_is_not_what_was_judged(tmp_path: Path) -> None:
    reader = extract(tmp_path, "a,b\n1,2\n")
    with pytest.raises(ExtractError, match="changed while its rows were judged"):
        write_workbook(tmp_path / "r.xlsx", reader, told({2: "a", 9: "b"}))
    gc.collect()
    assert [path.name for path in tmp_path.iterdir()] == ["arrests.csv"]
