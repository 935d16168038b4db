"""A file read part by part is the file read whole, and a plain reader of one character after another agrees."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from joinedup.engine import ROW, Extract, Reading, RowFault, open_extract, read_extract
from joinedup.engine.limits import LONGEST_HEADER, Limits
from joinedup.errors import ExtractError

Rows = list[tuple[str | int, ...]]
Faults = list[tuple[int, str, str | None, tuple[str, ...]]]


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def told(faults: tuple[RowFault, ...]) -> Faults:
    return [(f.row, f.rule, f.column, f.text) for f in faults]


def rows(extract: Extract) -> Rows:
    columns = [extract.table[name].to_pylist() for name in (*extract.columns, ROW)]
    return list(zip(*columns, strict=True))


def joined(path: Path, reading: Reading, limits: Limits) -> tuple[Rows, Faults]:
    parts = list(open_extract(path, reading, limits).parts())
    assert all(part.table.num_rows <= limits.part for part in parts)
    return [row for part in parts for row in rows(part)], [fault for part in parts for fault in told(part.faults)]


@dataclass
class PlainRow:
    text: str
    cells: list[str]
    stray: bool = False


def plain_cell(text: str, at: int) -> tuple[str, int, bool]:
    """The cell that begins at `at`, the place after it, and whether its quotation marks are stray."""
    cell, stray = "", False
    if text[at : at + 1] == '"':
        at += 1
        while at < len(text) and (text[at] != '"' or text[at : at + 2] == '""'):
            cell += text[at]
            at += 2 if text[at] == '"' else 1
        stray = at == len(text) or text[at + 1 : at + 2] not in {"", ",", "\r", "\n"}
        at += 1
    while at < len(text) and text[at] not in ",\r\n":
        cell += text[at]
        at += 1
    return cell, min(at, len(text)), stray


def plain_rows(text: str) -> Iterator[PlainRow]:
    at = 0
    while at < len(text):
        start, cells, stray = at, [], False
        while True:
            cell, at, odd = plain_cell(text, at)
            cells.append(cell)
            stray |= odd
            if text[at : at + 1] != ",":
                break
            at += 1
        end = 2 if text[at : at + 2] == "\r\n" else 1 if at < len(text) else 0
        yield PlainRow(text[start:at], cells, stray)
        at += end


def plainly(body: str, names: list[str]) -> tuple[Rows, Faults]:
    """What a file with that header has below it, by the rules and nothing else."""
    good: Rows = []
    faults: Faults = []
    found = list(plain_rows(body))
    for number, row in enumerate(found, start=2):
        runs_over = "\n" in row.text or "\r" in row.text
        if row.text == "":
            continue
        if len(row.cells) != len(names):
            received = re.sub("(\r\n|\r|\n)\\Z", "", row.text)
            lines = re.split("\r\n|\r|\n", received)
            if not row.text.strip(',"\r\n '):
                continue
            if len(lines) > 1 and number == len(found) + 1:
                faults += [(number + n, "quote-unclosed", None, (line,)) for n, line in enumerate(lines) if line]
            else:
                faults.append((number, "quote-unclosed" if len(lines) > 1 else "row-ragged", None, (received,)))
        elif any(row.cells):
            rule, column = fault_of(row.cells, names, row.stray and runs_over)
            if rule:
                faults.append((number, rule, column, tuple(row.cells)))
            else:
                good.append((*row.cells, number))
    return good, faults


def fault_of(cells: list[str], names: list[str], swallows: bool) -> tuple[str | None, str | None]:
    for cell, name in zip(cells, names, strict=True):
        if cell.startswith("="):
            return "formula-cell", name
        if "\0" in cell:
            return "nul-character", name
    return ("quote-unclosed" if swallows else None), None


PIECES = [
    "a", "b=", "=", "abc\0", "é", "\ufeff", "\U0001f600", "\u2028", " ", ",", ",", ",", "\n", "\n", "\r\n", "\r", '"',
    '"', '""', '""""', '"x\ny"', '"x,y"', '"x""y"', '"x"', ',"\r\n",', '5" pipe', '"x"y', '"x\r\n"y', "1,2\n",
    "1,2,3\r\n",
]  # fmt: skip
BODY = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
NAMES = st.sampled_from([["a"], ["a", "b"], ["a", 'b "c"\n', "d"]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
@given(
    body=BODY, names=NAMES, chunk=st.integers(16, 64), part=st.integers(1, 5), newline=st.sampled_from(["\n", "\r\n"])
)
@example(body='a"x\r\n"y\n\n', names=["a", "b"], chunk=16, part=1, newline="\n")
@example(body="\r\n" * 40, names=["a", "b"], chunk=17, part=2, newline="\n")
@example(body='1,"x\n' + "2,y\n" * 20, names=["a"], chunk=16, part=3, newline="\n")
@example(body='1,"x\r\n\r\n', names=["a"], chunk=16, part=3, newline="\n")
@example(body="\r\na" + "x" * 9 + "\r", names=["a"], chunk=16, part=3, newline="\r\n")
def test_any_parts_are_what_a_plain_reader_reads(
    tmp_path: Path, body: str, names: list[str], chunk: int, part: int, newline: str
) -> None:
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names) + newline
    path = write(tmp_path, "a.csv", (header + body).encode())
    names = [name.strip() for name in names]
    assert open_extract(path).columns == names
    assert joined(path, Reading(), Limits(chunk=chunk, part=part)) == plainly(body, names)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    body=BODY,
    chunk=st.integers(16, 64),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "shift_jis"]),
    packed=st.booleans(),
)
def test_any_encoding_read_in_pieces_is_the_file_read_whole(
    tmp_path: Path, body: str, chunk: int, encoding: str, packed: bool
) -> None:
    content = ("a,b\n" + body).encode(encoding, "ignore")
    path = write(tmp_path, "a.csv.gz" if packed else "a.csv", gzip.compress(content) if packed else content)
    reading = Reading(encoding=encoding if encoding in {"utf-16-le", "cp1252", "shift_jis"} else None)
    whole = read_extract(path, reading)
    assert joined(path, reading, Limits(chunk=chunk, part=3)) == (rows(whole), told(whole.faults))


def test_parts_are_short_count_on_and_can_be_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(2, 12)))
    reader = open_extract(path, limits=Limits(part=4))
    assert (reader.path, reader.columns) == (path, ["a", "b"])
    for _ in range(2):
        assert [rows(part) for part in reader.parts()] == [
            [(str(n), "x", n) for n in range(2, 6)],
            [(str(n), "x", n) for n in range(6, 10)],
            [(str(n), "x", n) for n in range(10, 12)],
        ]


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"a,b\n"), ("a.jsonl", b"\n"), ("a.csv", b"a,b\n\n\n,\n")])
def test_a_file_without_rows_has_one_part_with_its_columns(tmp_path: Path, name: str, content: bytes) -> None:
    reader = open_extract(write(tmp_path, name, content))
    parts = list(reader.parts())
    assert [part.sent for part in parts] == [0]
    assert parts[0].columns == reader.columns
    assert parts[0].table.schema.field(ROW).type == pa.int64()


def test_a_row_without_an_end_is_named_where_it_begins(tmp_path: Path) -> None:
    content = b'a,b\n1,2\n3,"4\n5"\n6,"7\n' + b"8,9\n" * 100
    path = write(tmp_path, "a.csv", content)
    reader = open_extract(path, limits=Limits(chunk=16, row=300))
    with pytest.raises(ExtractError, match="row 4: The row that begins here has not ended after 300 bytes"):
        list(reader.parts())
    rule = {
        fault.rule for part in open_extract(path, limits=Limits(chunk=16, row=500)).parts() for fault in part.faults
    }
    assert rule == {"quote-unclosed"}


def test_rows_swallowed_to_the_end_come_in_parts_too(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b'a,b,c\n0,x,y\n1,"x,y\n' + b"".join(b"%d,x,y\n" % n for n in range(4, 104)))
    parts = list(open_extract(path, limits=Limits(chunk=16, part=40)).parts())
    assert [len(part.faults) for part in parts] == [0, 40, 40, 21]
    assert [fault.row for part in parts for fault in part.faults] == list(range(3, 104))
    assert parts[-1].faults[-1].text == ("103,x,y",)


def test_marks_that_swallowed_no_row_are_no_fault_whatever_stands_elsewhere(tmp_path: Path) -> None:
    extract = read_extract(write(tmp_path, "a.csv", b'a,b\n"x"y,2\n"p\nq",4\n"r\ns"t,6\n'))
    assert rows(extract) == [("xy", "2", 2), ("p\nq", "4", 3)]
    assert told(extract.faults) == [(4, "quote-unclosed", None, ("r\nst", "6"))]


def test_a_line_separator_that_is_no_line_end_ends_no_row(tmp_path: Path) -> None:
    extract = read_extract(write(tmp_path, "a.csv", "a,b\n1,2,x\u2028y\x0bz\n".encode()))
    assert told(extract.faults) == [(2, "row-ragged", None, ("1,2,x\u2028y\x0bz",))]


@pytest.mark.parametrize(
    ("content", "encoding", "row"),
    [
        (b"a,b\n" + b"1,2\n" * 500 + b"\xeb,3\n", None, 502),
        (b"a,b\n" + b"1,2\n" * 500 + b"\xc3", None, 502),
        (b"a,b\n" + b"1,2\n" * 500 + b"\x81,3\n", "cp1252", 502),
        ("a,b\n".encode("utf-16") + "1,2\n".encode("utf-16-le") * 500 + b"\x00\xd8\x31\x00", None, 502),
    ],
)
def test_a_byte_in_another_encoding_is_named_by_its_row_however_far_down(
    tmp_path: Path, content: bytes, encoding: str | None, row: int
) -> None:
    path = write(tmp_path, "a.csv", content)
    for chunk in (16, 17, 1 << 20):
        with pytest.raises(ExtractError, match=f"row {row}: The file is not in"):
            joined(path, Reading(encoding), Limits(chunk=chunk))
    far = write(tmp_path, "far.csv", content[:4] + content[4:8] * (LONGEST_HEADER // 2) + content[4:])
    if encoding is None and not content.startswith(b"\xff"):
        reader = open_extract(far)  # the trouble lies beyond what is read to find the header
        with pytest.raises(ExtractError, match="The file is not in utf-8"):
            list(reader.parts())


@pytest.mark.parametrize("encoding", ["klingon", "hex", "utf\0-8"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(ExtractError, match="no encoding called"):
        open_extract(write(tmp_path, "a.csv", b"a,b\n1,2\n"), Reading(encoding))


def test_an_encoding_with_a_mark_may_be_named_for_a_file_without_one(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b\nZo\xeb,2\n".encode("utf-16-le"))
    assert rows(read_extract(path, Reading("utf-16"))) == [("Zo\xeb", "2", 2)]


def test_a_compressed_file_is_refused_where_its_trouble_lies(tmp_path: Path) -> None:
    lines = b"".join(b"%d,%d\n" % (n, n * n) for n in range(300_000))
    packed = gzip.compress(b"a,b\n" + lines)
    with pytest.raises(ExtractError, match="stops too soon"):
        list(open_extract(write(tmp_path, "short.csv.gz", packed[:-9])).parts())
    damaged = bytearray(packed)
    damaged[len(packed) // 2 : len(packed) // 2 + 99] = bytes(99)
    with pytest.raises(ExtractError, match="is damaged|not compressed as its name says"):
        list(open_extract(write(tmp_path, "damaged.csv.gz", bytes(damaged))).parts())
    reader = open_extract(write(tmp_path, "bomb.csv.gz", packed), limits=Limits(free=2_000_000, ratio=1))
    with pytest.raises(ExtractError, match="unpacks to far more"):
        list(reader.parts())


@pytest.mark.parametrize("content", [b'a,"b\n1,2\n', b'a,"b\n1,x"y\n2,z\n', b'a,"b\n1,x"y'])
def test_a_header_that_swallows_rows_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ExtractError, match="cannot be read as a table"):
        open_extract(write(tmp_path, "a.csv", content))


def test_stray_marks_in_a_header_are_text(tmp_path: Path) -> None:
    extract = read_extract(write(tmp_path, "a.csv", b'size 5",b,"c"d\n1,2,3\n'))
    assert (extract.columns, rows(extract)) == (['size 5"', "b", "cd"], [("1", "2", "3", 2)])


@pytest.mark.parametrize("delimiter", ["", "ab", "\xa7", '"', "\n", "\0"])
def test_a_delimiter_is_one_plain_character(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "a.csv", b"a,b\n1,2\n")
    if delimiter:
        with pytest.raises(ExtractError, match="one character"):
            open_extract(path, Reading(delimiter=delimiter))
    else:
        assert open_extract(path, Reading(delimiter=delimiter)).columns == ["a", "b"]


def test_a_column_called_as_ours_gives_way(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", f"a,{ROW},b\n=1,7,3\n4,8,6\n".encode())
    extract = read_extract(path)
    assert open_extract(path).columns == ["a", "b"]
    assert rows(extract) == [("4", "6", 3)]
    assert told(extract.faults) == [(2, "formula-cell", "a", ("=1", "3"))]


def test_a_mark_of_order_inside_a_file_is_text_wherever_a_part_begins(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"a,b\n" + b"\xef\xbb\xbf1,2\n" * 3)
    whole = [("\ufeff1", "2", n) for n in (2, 3, 4)]
    assert joined(path, Reading(), Limits(part=1)) == (whole, [])
    assert joined(path, Reading(), Limits()) == (whole, [])


def test_json_lines_have_the_columns_of_all_lines_in_every_part(tmp_path: Path) -> None:
    lines = b'{"a": 1}\n\nnope\n{"b": 2}\n{"c": 3}\n'
    reader = open_extract(write(tmp_path, "a.jsonl", lines), limits=Limits(part=2))
    parts = list(reader.parts())
    assert reader.columns == ["a", "b", "c"]
    assert [rows(part) for part in parts] == [[("1", None, None, 1)], [(None, "2", None, 4), (None, None, "3", 5)]]
    assert told(parts[0].faults) == [(3, "json-unreadable", None, ("nope",))]
    small = open_extract(reader.path, limits=Limits(chunk=40))
    assert [part.sent for part in small.parts()] == [2, 2]
    with pytest.raises(ExtractError, match="row 3: The line is longer than 12 bytes"):
        open_extract(write(tmp_path, "b.jsonl", b'{"a": 1}\n\n"' + b"x" * 20), limits=Limits(row=12))


def test_parquet_counts_on_from_part_to_part(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(7), "t": ["x"] * 6 + ["=1"]}), tmp_path / "a.parquet", row_group_size=3)
    reader = open_extract(tmp_path / "a.parquet", limits=Limits(part=3))
    parts = list(reader.parts())
    assert reader.columns == ["n", "t"]
    assert [[row[-1] for row in rows(part)] for part in parts] == [[1, 2, 3], [4, 5, 6], []]
    assert told(parts[-1].faults) == [(7, "formula-cell", "t", ("6", "=1"))]


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"t": [f"text {n}" for n in range(5_000)]}), tmp_path / "a.parquet", compression="zstd")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[200:400] = bytes(200)
    reader = open_extract(write(tmp_path, "a.parquet", bytes(content)))
    with pytest.raises(ExtractError, match="not a Parquet file that can be read"):
        list(reader.parts())


def test_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"])
    pq.write_table(twice, tmp_path / "a.parquet")
    with pytest.raises(ExtractError, match="Two columns have the same name"):
        open_extract(tmp_path / "a.parquet")


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"a,b\n1,2\n")
    reader = open_extract(path)
    path.unlink()
    with pytest.raises(ExtractError, match="no such file"):
        list(reader.parts())
