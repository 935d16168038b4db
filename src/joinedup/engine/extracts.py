"""Any extract as a table of text with the physical row of every row; rows that cannot be read are told, not dropped."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.engine import delimited, spreadsheet
from joinedup.engine.limits import LONGEST_CELL, MOST_COLUMNS, Limits
from joinedup.errors import ExtractError, Place, from_oserror

ROW = "source_row"
"""Name of the column that holds the physical row. The header is row 1; files without a header count from 1."""

DELIMITED = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


@dataclass(frozen=True)
class Reading:
    """How to read a file. encoding and delimiter: None = found from the file. sheet: XLSX only."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class RowFault:
    """A row that could not become a row of the table. text: the row as received, for the returns file only."""

    row: int
    rule: str
    column: str | None
    text: tuple[str, ...]


@dataclass(frozen=True)
class Extract:
    """A file as read. table: text columns and `source_row`. faults: the rows that are not in it, by row."""

    table: pa.Table
    faults: tuple[RowFault, ...] = field(default=())

    @property
    def sent(self) -> int:
        return self.table.num_rows + len(self.faults)

    @property
    def columns(self) -> list[str]:
        return [name for name in self.table.column_names if name != ROW]


def read_extract(path: Path, reading: Reading | None = None, limits: Limits | None = None) -> Extract:
    """Read a CSV, XLSX, Parquet or JSON-lines file into text.

    Blank rows are left out but counted in `source_row`. Rows that are ragged, hold a NUL, a formula or a cell
    longer than 100,000 characters become faults. Raises ExtractError for a file that is missing, empty, in
    another encoding, too wide, too large when unpacked, or not of the kind its name says; StorageError when
    the operating system refuses.
    """
    reading, limits = reading or Reading(), limits or Limits()
    try:
        return _read(path, reading, limits)
    except OSError as error:
        raise _unreadable(path, error) from None


def is_extract(path: Path) -> bool:
    """Whether the name is one that `read_extract` knows. Returned files are never extracts."""
    name = path.name.lower()
    known = (*DELIMITED, ".xlsx", ".parquet", ".jsonl")
    return path.is_file() and not name.startswith(".") and ".returns." not in name and name.endswith(known)


def _unreadable(path: Path, error: OSError) -> Exception:
    if isinstance(error, gzip.BadGzipFile):
        return ExtractError("The file is not compressed as its name says.", place=Place(file=path.name))
    if isinstance(error, FileNotFoundError):
        return ExtractError("There is no such file.", place=Place(file=str(path)), remedy="Check the path.")
    return from_oserror(error)


def _read(path: Path, reading: Reading, limits: Limits) -> Extract:
    name = path.name.lower()
    if path.is_dir():
        raise ExtractError("This is a folder, not a file.", place=Place(file=str(path)), remedy="Name the files in it.")
    if path.stat().st_size == 0:
        raise ExtractError("The file is empty.", place=Place(file=path.name), remedy="Ask for it to be sent again.")
    if name.endswith(DELIMITED):
        return _from_delimited(path, reading, limits)
    if name.endswith(".xlsx"):
        return _from_rows(path, spreadsheet.rows(path, reading.sheet, limits))
    if name.endswith(".parquet"):
        return _checked(_numbered(_parquet_as_text(path), first=1), (), has_nul=True)
    if name.endswith(".jsonl"):
        return _from_json_lines(path)
    raise ExtractError(
        "This kind of file is not read.",
        place=Place(file=path.name),
        remedy="Send CSV, XLSX, Parquet or JSON lines (.csv .tsv .txt .csv.gz .xlsx .parquet .jsonl).",
    )


def _from_delimited(path: Path, reading: Reading, limits: Limits) -> Extract:
    content = delimited.decoded(path, reading.encoding, limits)
    parsed = delimited.parse(content, path.name, reading.delimiter)
    last = max([parsed.table.num_rows + len(parsed.ragged) + 1, *(r.row for r in parsed.ragged)])
    faults = tuple(fault for ragged in parsed.ragged for fault in _ragged_faults(ragged, ragged.row == last))
    table = parsed.table.append_column(ROW, parsed.rows)
    return _checked(_without_blank_rows(table), faults, has_nul=b"\0" in content, stray_quotes=parsed.stray_quotes)


def _ragged_faults(ragged: delimited.RaggedRow, is_last: bool) -> list[RowFault]:
    """A ragged row with line breaks has swallowed the rows after it; at the end of the file each is told by itself."""
    lines = ragged.text.splitlines()
    if len(lines) < 2:
        return [RowFault(ragged.row, "row-ragged", None, (ragged.text,))]
    if not is_last:
        return [RowFault(ragged.row, "quote-unclosed", None, (ragged.text,))]
    return [RowFault(ragged.row + n, "quote-unclosed", None, (line,)) for n, line in enumerate(lines) if line]


def _numbered(table: pa.Table, first: int) -> pa.Table:
    return table.append_column(ROW, pa.array(range(first, first + table.num_rows), pa.int64()))


def _without_blank_rows(table: pa.Table) -> pa.Table:
    filled = None
    for name in table.column_names:
        if name == ROW:
            continue
        here = pc.fill_null(pc.not_equal(table[name], ""), False)
        filled = here if filled is None else pc.or_(filled, here)
    return table if filled is None else table.filter(filled)


def _checked(
    table: pa.Table, faults: tuple[RowFault, ...], *, has_nul: bool, stray_quotes: frozenset[int] = frozenset()
) -> Extract:
    """Take out the rows that hold what no cell may hold."""
    found: dict[int, RowFault] = {}
    for name in table.column_names:
        if name == ROW:
            continue
        for rule, mask in _cell_rules(table[name], has_nul):
            _collect_faults(table, name, rule, mask, found)
    if stray_quotes:
        mask = pc.is_in(table[ROW], pa.array(sorted(stray_quotes), pa.int64()))
        _collect_faults(table, None, "quote-unclosed", mask, found)
    if found:
        table = table.filter(pc.invert(pc.is_in(table[ROW], pa.array(sorted(found), pa.int64()))))
    return Extract(table, tuple(sorted((*faults, *found.values()), key=lambda f: f.row)))


def _cell_rules(column: pa.ChunkedArray, has_nul: bool) -> Iterator[tuple[str, pa.ChunkedArray]]:
    yield "formula-cell", pc.starts_with(column, "=")
    yield "cell-too-long", pc.greater(pc.binary_length(column), LONGEST_CELL)
    if has_nul:
        yield "nul-character", pc.match_substring(column, "\0")


def _collect_faults(
    table: pa.Table, name: str | None, rule: str, mask: pa.ChunkedArray, found: dict[int, RowFault]
) -> None:
    for index in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
        row = table[ROW][index].as_py()
        found.setdefault(row, RowFault(row, rule, name, _cells(table, index)))


def _cells(table: pa.Table, index: int) -> tuple[str, ...]:
    return tuple(table[name][index].as_py() or "" for name in table.column_names if name != ROW)


def _from_rows(path: Path, rows: Iterator[tuple[int, list[str | None]]]) -> Extract:
    _, header = next(rows, (1, []))
    while header and not header[-1]:  # a sheet is as wide as its widest row; what the header does not name is no column
        header = header[:-1]
    names = delimited.column_names([cell or "" for cell in header], path.name)
    good: list[tuple[int, list[str | None]]] = []
    faults: list[RowFault] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if any(cells[len(names) :]):
            faults.append(RowFault(number, "row-ragged", None, tuple(c or "" for c in cells)))
            continue
        good.append((number, (cells + [None] * len(names))[: len(names)]))
    columns = [pa.array([cells[i] for _, cells in good], pa.string()) for i in range(len(names))]
    numbers = pa.array([number for number, _ in good], pa.int64())
    table = pa.Table.from_arrays([*columns, numbers], names=[*names, ROW])
    return _checked(table, tuple(faults), has_nul=True)


def _parquet_as_text(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ExtractError("This is not a Parquet file that can be read.", place=Place(file=path.name)) from None
    if table.num_columns > MOST_COLUMNS:
        raise delimited.too_wide(path.name)
    return pa.table({name: _column_as_text(table, name, path.name) for name in table.column_names if name != ROW})


def _column_as_text(table: pa.Table, name: str, file: str) -> pa.ChunkedArray:
    try:
        return _as_text(table[name])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ExtractError(
            f"Column {table.column_names.index(name) + 1} is of a kind that is not read.",
            place=Place(file=file),
            remedy="Write it as text, a number, a date or a list of texts.",
        ) from None


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        return pc.binary_join(column.cast(pa.list_(pa.string())), ";")
    if pa.types.is_timestamp(column.type):  # dates come so from pandas; midnight is no time of day
        told = pc.strftime(column.cast(pa.timestamp("s", column.type.tz), safe=False), format="%Y-%m-%d %H:%M:%S")
        return pc.replace_substring_regex(told, " 00:00:00$", "")
    return column.cast(pa.string())


def _from_json_lines(path: Path) -> Extract:
    good: list[tuple[int, dict[str, str | None]]] = []
    faults: list[RowFault] = []
    names: dict[str, None] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            record = _json_record(line)
            if record is None:
                faults.append(RowFault(number, "json-unreadable", None, (line.decode("utf-8", "replace").rstrip(),)))
                continue
            names.update(dict.fromkeys(record))
            good.append((number, record))
    if len(names) > MOST_COLUMNS:
        raise delimited.too_wide(path.name)
    columns = {name: pa.array([record.get(name) for _, record in good], pa.string()) for name in names}
    table = pa.table({**columns, ROW: pa.array([number for number, _ in good], pa.int64())})
    return _checked(table, tuple(faults), has_nul=True)


def _json_record(line: bytes) -> dict[str, str | None] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    if not isinstance(record, dict) or any(isinstance(v, dict) for v in record.values()):
        return None
    texts = {name: _json_text(value) for name, value in record.items() if name != ROW}
    whole = "".join((*texts, *(text for text in texts.values() if text is not None)))
    return None if any("\ud800" <= c <= "\udfff" for c in whole) else texts  # half a character is no text


def _json_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(str(v) for v in value if v is not None)
    return str(value)
