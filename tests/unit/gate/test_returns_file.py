"""The CSV a sender gets back: cells as sent, none that a spreadsheet runs, and the way back to what was sent."""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.engine import ExtractReader, Reading, open_extract, read_extract
from joinedup.engine.digests import row_digest
from joinedup.engine.harmless import harmless_column
from joinedup.errors import ExtractError, StorageError
from joinedup.gate.returns_file import LEADING, harmless, unharmed, write_returns
from joinedup.gate.told import TOLD

RUN = [
    "=1+1", "=", "==x", "+1+1", "-1+1", "-2-3", "+a1", "-a1", "@SUM(A1)", "@", "+cmd|' /C calc'!A0",
    '=HYPERLINK("x")', "\t=1", "\tname", "\r=1", "\n=1", "\n", " =1", "   @x", " \t-x", "\u00a0=1", "\u200b=1",
    "\ufeff=1", "\u202e=1", "\u2066+x", "\u00ad=1", "\u3000=1", "\x01=1", "\x1f@x", "\x7f=1", "\U000e0020=1",
    "\u2800=1", "\uff1d1+1", "\uff0bx", "\uff0dx", "\uff20SUM", "\ufe66x", "\u2212x", "+44-7700-900123", "+1/2",
    "-5\n", "-1E5*2", "+ 1*2", "'=1", "''@x", "-5;=1", "=\u200b", "- none", "+44 (0)7700 (9)00123",
]  # fmt: skip
LEFT = [
    "", "a", "1", "-5", "+5", "-5.25", "-.5", "-1,234.50", "-5%", "- 5", " -5", "\u22125", "-", "--", "- -", "+",
    "+44 7700 900123", "+447700900123", "+44 (0)7700 900123", "+44(0)20 7946 0000", "2024-01-02", "01/02/2024", "007",
    "a=1", "a@b.example", "O'Hara", "'t Veld", "'s", "'", "''", "'-5", "N/A", "#N/A", " ", "x\t=1", "x\n=1", '"=1"',
    "\u2014", "1-1",
]  # fmt: skip
NASTY = st.text("=+-@'\t\r\n 05.,()% a\u00a0\u200b\ufeff\uff1d\uff0b\u2212\u202e\x01", max_size=7)


@pytest.mark.parametrize("cell", RUN)
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert unharmed(f"'{cell}") == cell


@pytest.mark.parametrize("cell", LEFT)
def test_what_no_spreadsheet_runs_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell
    assert unharmed(cell) == cell


def test_nuls_are_left_out_and_hide_nothing() -> None:
    assert harmless("a\0b") == "ab"
    assert harmless("\0=1") == "'=1"


@given(NASTY | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_was_sent_comes_back(cell: str) -> None:
    assert unharmed(harmless(cell)) == cell


@given(st.lists(NASTY | st.text(st.characters(exclude_categories=["Cs"])) | st.none(), max_size=30))
def test_a_column_is_made_harmless_as_its_cells_are(cells: list[str | None]) -> None:
    expected = [None if cell is None else harmless(cell) for cell in cells]
    assert harmless_column(pa.array(cells, pa.string())).to_pylist() == expected


def told(rows: Sequence[int], columns: str = "dob", reasons: str = "date-unreadable: It is none.") -> pa.Table:
    texts = {"severity": "returned", "columns": columns, "reasons": reasons, "remedies": "Mend it."}
    held = {name: pa.array([text] * len(rows), pa.large_string()) for name, text in texts.items()}
    return pa.table({"source_row": pa.array(rows, pa.int64()), **held}).cast(TOLD)


def extract(folder: Path, content: str, name: str = "arrests.csv") -> ExtractReader:
    (folder / name).write_text(content, encoding="utf-8", newline="")
    return open_extract(folder / name)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_rows_come_back_in_order_as_they_were_sent(tmp_path: Path) -> None:
    sent = '@ref,name,note\r\n007,"Vesk, ""O""",=1\r\nX2,Quillhaven,fine\r\n-5,Bram,"two\nlines"\r\n'
    sent += "@x,+44 7700 900123,\r\n"
    path = tmp_path / "arrests.returns.csv"
    assert write_returns(path, extract(tmp_path, sent), told([2, 4, 5])) == 3
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows_of(path) == [
        [*LEADING, "'@ref", "name", "note"],
        ["2", "returned", "dob", "date-unreadable: It is none.", "Mend it.", row_digest(["007", 'Vesk, "O"', "=1"]),
         "007", 'Vesk, "O"', "'=1"],
        ["4", "returned", "dob", "date-unreadable: It is none.", "Mend it.", row_digest(["-5", "Bram", "two\nlines"]),
         "-5", "Bram", "two\nlines"],
        ["5", "returned", "dob", "date-unreadable: It is none.", "Mend it.", row_digest(["@x", "+44 7700 900123", ""]),
         "'@x", "+44 7700 900123", ""],
    ]  # fmt: skip


def test_a_row_that_could_not_be_read_has_its_text_in_the_first_cells(tmp_path: Path) -> None:
    reader = extract(tmp_path, "a,b\n1,2\n=3,4,5\n6,7\0\n8,9\n")
    path = tmp_path / "arrests.returns.csv"
    write_returns(path, reader, told([2, 3, 4, 5], "whole row"))
    assert [[row[0], *row[6:]] for row in rows_of(path)[1:]] == [
        ["2", "1", "2"], ["3", "'=3,4,5", ""], ["4", "6", "7"], ["5", "8", "9"],
    ]  # fmt: skip
    assert [row[5] for row in rows_of(path)[1:]] == [
        row_digest(cells) for cells in (["1", "2"], ["=3,4,5"], ["6", "7\0"], ["8", "9"])
    ]


def test_a_sheet_row_with_more_cells_than_columns_comes_back_with_all_of_them(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["a", "b"], ["1", "2"], ["3", "4", None, "@more"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    write_returns(tmp_path / "a.returns.csv", open_extract(tmp_path / "a.xlsx"), told([2, 3]))
    assert [row[6:] for row in rows_of(tmp_path / "a.returns.csv")] == [
        ["a", "b"], ["1", "2"], ["3", "4", "", "'@more"],
    ]  # fmt: skip


def test_reasons_are_made_harmless_too(tmp_path: Path) -> None:
    reader = extract(tmp_path, "=a,b\n1,2\n")
    write_returns(tmp_path / "r.csv", reader, told([2], "=a", '@own "rule": no'))
    assert rows_of(tmp_path / "r.csv")[1][2:4] == ["'=a", '\'@own "rule": no']


def test_a_mended_row_keeps_the_digest_of_the_row_it_stands_for(tmp_path: Path) -> None:
    reader = extract(tmp_path, "a,b\n1,2\n3,4\n")
    write_returns(tmp_path / "r.csv", reader, told([2, 3]), {3: "0123456789abcdef"})
    assert [row[5] for row in rows_of(tmp_path / "r.csv")[1:]] == [row_digest(["1", "2"]), "0123456789abcdef"]


def test_an_old_file_goes_when_no_row_has_a_reason(tmp_path: Path) -> None:
    reader = extract(tmp_path, "a,b\n1,2\n")
    path = tmp_path / "arrests.returns.csv"
    path.write_text("old")
    assert write_returns(path, reader, told([])) == 0
    assert not path.exists()
    assert write_returns(path, reader, told([])) == 0


def test_nothing_is_written_when_the_extract_is_not_what_was_judged(tmp_path: Path) -> None:
    reader = extract(tmp_path, "a,b\n1,2\n")
    path = tmp_path / "arrests.returns.csv"
    path.write_text("old")
    with pytest.raises(ExtractError, match="changed while its rows were judged"):
        write_returns(path, reader, told([2, 3]))
    assert path.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["arrests.csv", "arrests.returns.csv"]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        write_returns(tmp_path / "nowhere" / "r.csv", extract(tmp_path, "a,b\n1,2\n"), told([2]))


CELLS = st.lists(st.tuples(st.just("x"), NASTY), min_size=1, max_size=6)


@given(cells=CELLS)
def test_a_returned_file_read_back_gives_every_row_as_sent(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("sent")
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("key", "cell"), *cells])
    reader = open_extract(folder / "a.csv", Reading(delimiter=","))
    sent = {row: [*found] for part in reader.parts() for row, *found in _rows(part.table.to_pydict(), reader.columns)}
    sent |= {fault.row: list(fault.text) for part in reader.parts() for fault in part.faults}
    write_returns(folder / "a.returns.csv", reader, told(sorted(sent)))
    back = read_extract(folder / "a.returns.csv", Reading(delimiter=","))
    assert back.faults == ()
    names = ["joinedup_row", "joinedup_digest", *reader.columns]
    found = {int(row[0]): row[1:] for row in zip(*[back.table[name].to_pylist() for name in names], strict=True)}
    assert {row: [unharmed(cell) for cell in cells] for row, (_, *cells) in found.items()} == sent
    assert {row: digest for row, (digest, *_) in found.items()} == {r: row_digest(c) for r, c in sent.items()}


def _rows(table: dict[str, list[str]], columns: Sequence[str]) -> list[tuple[int, ...]]:
    return list(zip(*[table[name] for name in ("source_row", *columns)], strict=True))


def test_a_hundred_thousand_rows_come_back_quickly(tmp_path: Path) -> None:
    line = ",".join(["Vesk", "2024-01-02", "-x", "007", "", "a b"] * 5)
    reader = extract(tmp_path, ",".join(f"c{n}" for n in range(30)) + "\n" + f"{line}\n" * 100_000)
    reasons = " | ".join(["date-unreadable: This cannot be read as a date."] * 10)
    before = time.perf_counter()
    assert write_returns(tmp_path / "a.returns.csv", reader, told(range(2, 100_002), reasons=reasons)) == 100_000
    print(f"\n100,000 rows of 30 columns: {time.perf_counter() - before:.1f} s")
    last = rows_of(tmp_path / "a.returns.csv")[-1]
    assert (last[0], last[6:10]) == ("100001", ["Vesk", "2024-01-02", "'-x", "007"])
