"""Each kind of extract as its columns and, as often as asked, its parts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.engine import delimited, spreadsheet
from joinedup.engine.delimited_bytes import beginning, utf8_pieces
from joinedup.engine.delimited_stretches import Stretch, stretches
from joinedup.engine.extract_rows import ROW, Extract, RowFault, checked, text_table, without_blank_rows
from joinedup.engine.limits import MOST_COLUMNS, Limits
from joinedup.errors import ExtractError, Place

Opened = tuple[list[str], Callable[[], Iterator[Extract]]]
"""The names of the columns, and what reads the file from its start, part by part."""

Record = dict[str, str | None]

JsonLine = tuple[int, bytes, Record | None]
"""Physical row, the line as received, and the record when it is one."""

_T = TypeVar("_T")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can state one, but it is no text
_LINE_END = re.compile("\r\n|\r|\n")
_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
_BUFFER = 1 << 20  # bytes of a Parquet column read at a time; else each is read as a whole


def delimited_text(path: Path, encoding: str | None, delimiter: str | None, limits: Limits) -> Opened:
    """CSV and its cousins, also compressed. encoding, delimiter: None = found from the file."""
    header = delimited.header(beginning(path, encoding, limits), path.name, delimiter)

    def parts() -> Iterator[Extract]:
        pieces = without_start(utf8_pieces(path, encoding, limits, limits.chunk), header.size)
        for stretch in stretches(pieces, header.delimiter, limits, path.name):
            yield from _of_stretch(stretch, header, path.name, limits.part)

    return [name for name in header.names if name != ROW], parts


def workbook(path: Path, sheet: str | None, limits: Limits) -> Opened:
    """A sheet of an XLSX workbook; the first one when none is named."""
    rows = spreadsheet.rows(path, sheet, limits)
    _, header = next(rows, (1, []))
    rows.close()
    while header and not header[-1]:  # a sheet is as wide as its widest row; what the header does not name is no column
        header = header[:-1]
    names = delimited.column_names([cell or "" for cell in header], path.name)

    def parts() -> Iterator[Extract]:
        below = islice(spreadsheet.rows(path, sheet, limits), 1, None)
        for some in _batches(below, limits.part_of(len(names))):
            yield _of_sheet(some, names)

    return names, parts


def parquet(path: Path, limits: Limits) -> Opened:
    """Parquet, every column as text."""
    with _read_errors(path.name), _parquet_file(path) as file:
        empty = file.schema_arrow.empty_table()
    if empty.num_columns > MOST_COLUMNS:
        raise delimited.too_wide(path.name)
    if len(set(empty.column_names)) < empty.num_columns:
        raise ExtractError("Two columns have the same name.", place=Place(file=path.name))
    names = _as_texts(empty, path.name).column_names

    def parts() -> Iterator[Extract]:
        first = 1
        for table in _parquet_tables(path, limits.part_of(len(names))):
            numbers = pa.array(range(first, first + table.num_rows), pa.int64())
            texts = without_blank_rows(_as_texts(table, path.name).append_column(ROW, numbers))
            yield checked(texts, (), has_nul=True)
            first += table.num_rows

    return names, parts


def json_lines(path: Path, limits: Limits) -> Opened:
    """JSON lines. The columns are the names of all lines, so the file is read once to find them."""
    found: dict[str, None] = {}
    for _, _, record in _json_records(path, limits):
        found.update(dict.fromkeys(record or {}))
        if len(found) > MOST_COLUMNS:
            raise delimited.too_wide(path.name)
    names = list(found)

    def parts() -> Iterator[Extract]:
        for lines in _json_batches(path, limits, len(names)):
            yield _of_records(lines, names)

    return names, parts


def _batches(items: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while some := list(islice(items, size)):
        yield some


def without_start(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Pieces of a file without its first `size` bytes."""
    for piece in pieces:
        if len(piece) > size:
            yield piece[size:]
        size = max(0, size - len(piece))


def _of_stretch(stretch: Stretch, header: delimited.Header, file: str, most: int) -> Iterator[Extract]:
    parsed = delimited.parse(stretch, header, file)
    swallowing = [r for r in parsed.ragged if stretch.is_last and r.row == parsed.last and _LINE_END.search(r.text)]
    faults = [_ragged_fault(ragged) for ragged in parsed.ragged if ragged not in swallowing]
    texts = parsed.table.drop_columns([ROW]) if ROW in header.names else parsed.table
    table = without_blank_rows(texts.append_column(ROW, parsed.rows))
    yield checked(table, faults, has_nul=b"\0" in stretch.content, stray_quotes=stretch.strays)
    for row in swallowing:
        for some in _batches(_swallowed(row), most):
            yield Extract(table.slice(0, 0), tuple(some))


def _ragged_fault(ragged: delimited.RaggedRow) -> RowFault:
    """A ragged row with line breaks has swallowed the rows after it."""
    rule = "quote-unclosed" if _LINE_END.search(ragged.text) else "row-ragged"
    return RowFault(ragged.row, rule, None, (ragged.text,))


def _swallowed(ragged: delimited.RaggedRow) -> Iterator[RowFault]:
    """The lines of a ragged row that runs to the end of the file, each told by itself."""
    start = 0
    for row, end in enumerate(chain(_LINE_END.finditer(ragged.text), (None,)), start=ragged.row):
        line = ragged.text[start : end.start() if end else None]
        start = end.end() if end else 0
        if line:
            yield RowFault(row, "quote-unclosed", None, (line,))


def _of_sheet(rows: list[tuple[int, list[str | None]]], names: list[str]) -> Extract:
    good: list[tuple[int, list[str | None]]] = []
    faults: list[RowFault] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if any(cells[len(names) :]):
            faults.append(RowFault(number, "row-ragged", None, tuple(c or "" for c in cells)))
            continue
        good.append((number, (cells + [None] * len(names))[: len(names)]))
    columns = {name: [cells[place] for _, cells in good] for place, name in enumerate(names) if name != ROW}
    return checked(text_table(columns, [number for number, _ in good]), faults, has_nul=True)


def _parquet_file(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)


@contextmanager
def _read_errors(file: str) -> Iterator[None]:
    """Damage to a Parquet file comes as an error of Arrow, or as one of the system without a number."""
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise _not_parquet(file) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise _not_parquet(file) from None


def _not_parquet(file: str) -> ExtractError:
    return ExtractError("This is not a Parquet file that can be read.", place=Place(file=file))


def _parquet_tables(path: Path, rows: int) -> Iterator[pa.Table]:
    with _read_errors(path.name), _parquet_file(path) as file:
        batches = file.iter_batches(batch_size=rows)
        while (batch := next(batches, None)) is not None:
            yield pa.Table.from_batches([batch])


def _as_texts(table: pa.Table, file: str) -> pa.Table:
    return pa.table({name: _column_as_text(table, name, file) for name in table.column_names if name != ROW})


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
    if any(is_of_kind(column.type) for is_of_kind in _LISTS):
        return _joined(column.cast(pa.list_(pa.string())))
    if pa.types.is_timestamp(column.type):  # dates come so from pandas; midnight is no time of day
        told = pc.strftime(column.cast(pa.timestamp("s", column.type.tz), safe=False), format="%Y-%m-%d %H:%M:%S")
        return pc.replace_substring_regex(told, " 00:00:00$", "")
    text = column.cast(pa.string())
    text.validate(full=True)  # a damaged file, or a careless program, has bytes in it that are no text
    return text


def _joined(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts of each list; Arrow gives nothing for a list with a null in it."""
    if not pc.list_flatten(lists).null_count:
        return pc.binary_join(lists, ";")
    texts = [None if one is None else ";".join(text for text in one if text is not None) for one in lists.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _of_records(lines: list[JsonLine], names: list[str]) -> Extract:
    good = [(number, record) for number, _, record in lines if record is not None]
    faults = [
        RowFault(number, "json-unreadable", None, (line.decode("utf-8", "replace").rstrip(),))
        for number, line, record in lines
        if record is None
    ]
    columns = {name: [record.get(name) for _, record in good] for name in names}
    return checked(text_table(columns, [number for number, _ in good]), faults, has_nul=True)


def _json_batches(path: Path, limits: Limits, columns: int) -> Iterator[list[JsonLine]]:
    """Lines of a quarter of a chunk together: as records they take several times their bytes."""
    batch: list[JsonLine] = []
    size, rows = 0, limits.part_of(columns)
    for line in _json_records(path, limits):
        batch.append(line)
        size += len(line[1])
        if size >= limits.chunk // 4 or len(batch) == rows:
            yield batch
            batch, size = [], 0
    yield batch


def _json_records(path: Path, limits: Limits) -> Iterator[JsonLine]:
    with path.open("rb") as stream:
        for number, line in enumerate(iter(partial(stream.readline, limits.row + 1), b""), start=1):
            if len(line) > limits.row:
                raise ExtractError(f"The line is longer than {limits.row:,} bytes.", place=Place(path.name, number))
            if line.strip():
                yield number, line, _json_record(line)


def _json_record(line: bytes) -> Record | None:
    try:
        record = json.loads(line, object_pairs_hook=_named_once, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    if not isinstance(record, dict) or not all(map(_is_flat, record.values())):
        return None
    texts = {name: _json_text(value) for name, value in record.items() if name != ROW}
    whole = "".join((*texts, *(text for text in texts.values() if text is not None)))
    return None if _HALF_CHARACTER.search(whole) else texts


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Raises ValueError where a name stands twice, for one of its values would be lost."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError
    return record


def _is_flat(value: object) -> bool:
    inside = value if isinstance(value, list) else []
    return not isinstance(value, dict) and not any(isinstance(one, (dict, list)) for one in inside)


def _json_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(text for one in value if (text := _json_text(one)) is not None)
    return str(value)
