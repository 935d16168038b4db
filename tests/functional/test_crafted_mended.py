"""Crafted files of mended rows: taken as they stand, or one clear error with nothing written."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from joinedup.engine.digests import row_digest

SECRET = "Zzsecretz"
EXTRACT = f"""local_id,forenames,surname,dob,self_defined_ethnicity,nationalities
1,Ann,{SECRET},1990-01-01,W1,GBR
2,Ann,{SECRET},1990-01-01,,GBR
3,+1+1,{SECRET},1990-01-01,W1,GBR
4,Ann,{SECRET},1990-01-01
"""
"""Row 3 goes back for an ethnicity, row 5 for its two missing cells, row 4 for its name; row 2 has a mark only."""

Table = list[list[str]]
NUMBER, DIGEST, REASONS, FORENAMES, SURNAME, ETHNICITY = 0, 5, 3, 7, 8, 10


def text(table: Table, **dialect: object) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(table)
    return out.getvalue()


def plainly(table: Table) -> bytes:
    return text(table).encode()


def typed(row: int, column: int, value: str) -> Callable[[Table], bytes]:
    """A value typed into one cell; the header is row 0."""
    return lambda table: plainly(
        [[*cells[:column], value, *cells[column + 1 :]] if n == row else cells for n, cells in enumerate(table)]
    )


def without(column: int) -> Callable[[Table], bytes]:
    return lambda table: plainly([[*row[:column], *row[column + 1 :]] for row in table])


def workbook(change: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], None]:
    """The returned workbook opened, mended as the file is, changed and saved."""

    def saved(path: Path) -> None:
        book = openpyxl.load_workbook(path)
        book["Rows"].cell(3, ETHNICITY + 1).value = "W1"
        change(book)
        book.save(path)

    return saved


STALE = "another row there now"
FILES: dict[str, tuple[Callable[[Table], bytes], tuple[int, int] | str]] = {
    "plain": (plainly, (4, 1)),
    "marked-utf-8": (lambda t: text(t).encode("utf-8-sig"), (4, 1)),
    "all-quoted": (lambda t: text(t, quoting=csv.QUOTE_ALL).encode(), (4, 1)),
    "semicolons": (lambda t: text(t, delimiter=";").encode(), (4, 1)),
    "unicode-text": (lambda t: text(t, delimiter="\t").encode("utf-16"), (4, 1)),
    "old-line-ends": (lambda t: text(t, lineterminator="\r").encode(), (4, 1)),
    "empty-rows": (lambda t: text(t).replace("\r\n", "\r\n\r\n").encode(), (4, 1)),
    "rows-reordered": (lambda t: plainly([t[0], *t[:0:-1]]), (4, 1)),
    "columns-reordered": (lambda t: plainly([row[::-1] for row in t]), (4, 1)),
    "rows-left-out": (lambda t: plainly([t[0], t[2]]), (1, 1)),
    "no-rows-left": (lambda t: plainly(t[:1]), (0, 0)),
    "column-of-ones-own": (lambda t: plainly([[*row, "x"] for row in t]), (4, 1)),
    "reasons-left-out": (without(REASONS), (4, 1)),
    "reasons-emptied": (typed(2, REASONS, ""), (4, 1)),
    "still-wrong": (typed(2, FORENAMES, "Mr 14/2031"), (4, 0)),
    "formula-with-apostrophe": (typed(2, FORENAMES, "'=1+1"), (4, 0)),
    "number-in-other-digits": (typed(2, NUMBER, "٣"), (4, 1)),
    "column-left-out": (without(SURNAME), "number 3 of the extract is missing"),
    "number-left-out": (without(NUMBER), "`joinedup_row` is missing"),
    "digest-left-out": (without(DIGEST), "`joinedup_digest` is missing"),
    "number-emptied": (typed(2, NUMBER, ""), "does not say which row"),
    "number-with-point": (typed(2, NUMBER, "3.0"), "does not say which row"),
    "number-of-header": (typed(2, NUMBER, "1"), STALE),
    "number-beyond": (typed(2, NUMBER, "77"), STALE),
    "number-huge": (typed(2, NUMBER, "9" * 30), "does not say which row"),
    "number-of-another-row": (lambda t: typed(2, NUMBER, "5")(t[:4]), STALE),
    "digest-emptied": (typed(2, DIGEST, ""), "does not say which row"),
    "digest-wrong": (typed(2, DIGEST, "abc"), STALE),
    "digest-as-number": (typed(1, DIGEST, "1.23E+15"), STALE),
    "row-twice": (lambda t: plainly([*t, t[2]]), "stands here twice"),
    "row-of-ones-own": (lambda t: plainly([*t, [""] * 6 + ["9", "Ann", SECRET, "", "", ""]]), "does not say which row"),
    "header-translated": (typed(0, SURNAME, "Nachname"), "number 3 of the extract is missing"),
    "header-missing": (lambda t: plainly(t[1:]), "`joinedup_row` is missing"),
    "formula-typed": (typed(2, FORENAMES, "=1+1"), (4, 0)),
    "formula-in-another-row": (typed(3, FORENAMES, "=1+1"), (4, 1)),
    "cell-beside-the-table": (lambda t: plainly([*t[:2], [*t[2], "x"], *t[3:]]), (4, 0)),
    "cell-beside-in-another-row": (lambda t: plainly([*t[:3], [*t[3], "", "x"], *t[4:]]), (4, 1)),
    "cells-left-out": (lambda t: plainly([*t[:4], t[4][:-1]]), (4, 1)),
    "accents-cp1252": (lambda t: text(t).replace("Ann", "Zoë").encode("cp1252"), "not in utf-8"),
    "quote-never-closed": (lambda t: text(t).replace(",Ann", ',"Ann', 1).encode(), "cannot be read"),
    "cut": (lambda t: text(t, quoting=csv.QUOTE_ALL).encode()[:-20], "cannot be read"),
    "nul": (typed(2, FORENAMES, "A\0n"), (4, 0)),
    "nothing": (lambda t: b"", "file is empty"),
    "no-table": (lambda t: SECRET.encode(), "`joinedup_row` is missing"),
}
WORKBOOKS: dict[str, tuple[Callable[[Path], None], tuple[int, int] | str]] = {
    "workbook": (workbook(lambda book: None), (4, 1)),
    "rows-deleted": (workbook(lambda book: book["Rows"].delete_rows(4, 2)), (2, 1)),
    "number-as-number": (workbook(lambda book: book["Rows"].cell(3, 1, 3)), (4, 1)),
    "front-deleted": (workbook(lambda book: book.remove(book.worksheets[0])), (4, 1)),
    "sheet-renamed": (workbook(lambda book: setattr(book["Rows"], "title", "Mended")), "no sheet `Rows`"),
    "workbook-formula": (workbook(lambda book: book["Rows"].cell(3, FORENAMES + 1, "=1+1")), (4, 0)),
    "workbook-formula-elsewhere": (workbook(lambda book: book["Rows"].cell(4, FORENAMES + 1, "=1+1")), (4, 1)),
    "workbook-column-deleted": (
        workbook(lambda book: book["Rows"].delete_cols(SURNAME + 1)),
        "number 3 of the extract",
    ),
    "workbook-as-csv": (lambda path: path.write_bytes(EXTRACT.encode()), "not an XLSX workbook"),
}
CASES = {**FILES, **WORKBOOKS}


@pytest.fixture(scope="module")
def answers(ask: Callable[..., dict], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple]:
    """What `take` answered for each case, its folder, and what was in the folder before."""
    root = tmp_path_factory.mktemp("mended")
    checked = root / "checked"
    checked.mkdir()
    (checked / "people.csv").write_text(EXTRACT, encoding="utf-8")
    ask({"check": ["check", str(checked / "people.csv")]})
    with (checked / "people.returns.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert [row[:2] for row in table[1:]] == [["2", "marked"], ["3", "returned"], ["4", "returned"], ["5", "returned"]]
    table[2][ETHNICITY] = "W1"
    asked, before = {}, {}
    for name, (made, _) in CASES.items():
        folder = root / name
        shutil.copytree(checked, folder)
        path = folder / f"people.returns.{'xlsx' if name in WORKBOOKS else 'csv'}"
        made(path) if name in WORKBOOKS else path.write_bytes(made(table))
        before[name] = held(folder)
        asked[name] = ["take", str(path), "--json"]
    said = ask(asked)
    return {name: (said[name], root / name, before[name]) for name in CASES}


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.proof
@pytest.mark.parametrize("name", CASES)
def test_mended_rows_are_taken_or_one_clear_error_leaves_all_as_it_was(name: str, answers: dict[str, tuple]) -> None:
    answer = CASES[name][1]
    said, folder, before = answers[name]
    assert said.seconds < 10
    assert said.quiet
    after = held(folder)
    assert after["people.csv"] == EXTRACT.encode()
    if isinstance(answer, str):
        assert said.code == 2
        assert answer in json.loads(said.out)["error"]["message"]
        assert after == before
        return
    rows, taken = answer
    told = json.loads(said.out)
    assert (told["rows"], told["taken"]) == (rows, taken)
    assert told["taken"] + told["still_returned"] + told["unchanged"] == rows
    assert said.code == (1 if told["still_returned"] else 0)
    assert ("people.mended.csv" in after) == bool(taken)
    if taken:
        mended = list(csv.reader(io.StringIO(after["people.mended.csv"].decode(), newline="")))
        assert [row[0] for row in mended[1:]] == ["3"]
        assert mended[1][2:] == ["2", "Ann", SECRET, "1990-01-01", "W1", "GBR"]


def test_no_spreadsheet_takes_a_digest_for_a_number() -> None:
    digests = [row_digest([str(n)]) for n in range(5_000)]
    assert [digest for digest in digests if digest[0].isdigit() or len(digest) != 16] == []
