"""A row that is taken out of an extract leaves every other as it was, in whatever kind of file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from joinedup.engine import ROW, Reading, read_extract
from joinedup.engine.blanking import blank_rows

ROWS = [{"id": str(n), "name": name} for n, name in enumerate(["Vesk", "Ångström, A", "two\nlines", "Łoś", "last"])]


MARKED = {"utf-8": (b"\xef\xbb\xbf", "utf-8", ","), "utf-16": (b"\xff\xfe", "utf-16-le", ";")}


def delimited(mark: bytes, encoding: str, delimiter: str = ",", end: str = "\n") -> bytes:
    def cell(text: str) -> str:
        return f'"{text}"' if any(c in text for c in f'\n{delimiter}"') else text

    lines = [delimiter.join(ROWS[0]), *(delimiter.join(map(cell, row.values())) for row in ROWS)]
    return mark + (end.join(lines) + end).encode(encoding)


def written(folder: Path, kind: str) -> tuple[Path, Reading]:
    reading = Reading()
    if kind == "xlsx":
        path, book = folder / "e.xlsx", Workbook()
        for row in [list(ROWS[0]), *(list(row.values()) for row in ROWS)]:
            book.active.append(row)
        book.save(path)
    elif kind == "parquet":
        path = folder / "e.parquet"
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif kind == "jsonl":
        path = folder / "e.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    elif kind == "gz":
        path = folder / "e.csv.gz"
        path.write_bytes(gzip.compress(delimited(b"", "utf-8")))
    else:
        path = folder / "e.csv"
        mark, encoding, delimiter = MARKED[kind]
        path.write_bytes(delimited(mark, encoding, delimiter, "\r\n"))
    return path, reading


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "jsonl", "gz", "utf-8", "utf-16", "iso8859-2"])
def test_all_other_rows_keep_their_numbers_and_their_texts(tmp_path: Path, kind: str) -> None:
    if kind == "iso8859-2":
        path = tmp_path / "e.csv"
        path.write_bytes("id\tname\n0\tŁoś\n1\tVesk\n2\tOakley\n".encode("iso8859-2"))
        reading = Reading(encoding="iso8859-2")
    else:
        path, reading = written(tmp_path, kind)
    before = read_extract(path, reading)
    numbers = before.table[ROW].to_pylist()
    blank_rows(path, [numbers[1]], reading)
    after = read_extract(path, reading)
    left = [row for row in before.table.to_pylist() if row[ROW] != numbers[1]]
    assert after.table.to_pylist() == left and after.columns == before.columns and not after.faults
    name = before.table["name"][1].as_py()
    raw = gzip.decompress(path.read_bytes()) if kind == "gz" else path.read_bytes()
    assert name.encode("utf-8") not in raw and name.encode("utf-16-le") not in raw


def test_the_last_row_without_a_line_end_can_go_too(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("id,name\n1,a\n2,b")
    blank_rows(path, {3})
    assert path.read_text() == "id,name\n1,a\n"
    blank_rows(path, {2})
    assert path.read_text() == "id,name\n\n"


@given(cells=st.lists(st.text(st.sampled_from('ab,"\n é'), max_size=6), min_size=1, max_size=12), data=st.data())
def test_any_rows_of_any_delimited_file(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("e") / "e.csv"
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    path.write_text("id,name\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(quoted)))
    gone = data.draw(st.sets(st.integers(2, len(cells) + 1)))
    before = read_extract(path)
    blank_rows(path, gone)
    after = read_extract(path)
    assert after.table.to_pylist() == [row for row in before.table.to_pylist() if row[ROW] not in gone]
