"""Rows taken out of an extract for good: each becomes a blank row, so that all others keep their numbers.

For lawful erasure alone; nothing else changes what a sender sent. The file keeps its format, encoding and delimiter,
and appears whole or not at all.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.engine import delimited
from joinedup.engine.delimited_bytes import beginning, encoding_of, utf8_pieces
from joinedup.engine.delimited_stretches import Stretch, row_ends, stretches
from joinedup.engine.extract_formats import without_start
from joinedup.engine.extracts import DELIMITED, Reading
from joinedup.engine.limits import Limits
from joinedup.engine.storing import appearing


def blank_rows(path: Path, rows: Collection[int], reading: Reading | None = None) -> None:
    """Blank some rows of a CSV, XLSX, Parquet or JSON-lines file. rows: as `source_row` counts them.

    Raises ExtractError for a file that cannot be read, StorageError when the disk refuses.
    """
    name, wanted, how = path.name.lower(), frozenset(rows), reading or Reading()
    with appearing(path) as temporary:
        if name.endswith(DELIMITED):
            _delimited(path, temporary, wanted, how)
        elif name.endswith(".xlsx"):
            _workbook(path, temporary, wanted, how.sheet)
        elif name.endswith(".parquet"):
            _parquet(path, temporary, wanted)
        else:
            _lines(path, temporary, wanted)


def _delimited(path: Path, temporary: Path, rows: frozenset[int], reading: Reading) -> None:
    limits = Limits()
    head = delimited.header(beginning(path, reading.encoding, limits), path.name, reading.delimiter)
    mark, encoding = encoding_of(path, reading.encoding)
    with _opened(temporary, packed=path.name.lower().endswith(".gz")) as out:
        out.write(mark)
        pieces = utf8_pieces(path, reading.encoding, limits, limits.chunk)
        out.write(_in(encoding, _first(pieces, head.size)))
        below = without_start(utf8_pieces(path, reading.encoding, limits, limits.chunk), head.size)
        for stretch in stretches(below, head.delimiter, limits, path.name):
            out.write(_in(encoding, b"".join(_kept(stretch, rows, head.delimiter))))


def _kept(stretch: Stretch, rows: frozenset[int], delimiter: str) -> Iterator[bytes]:
    """The rows of a stretch, of those to be blanked only the line end."""
    ends = row_ends(stretch.content, delimiter, stretch.is_last)
    if rows.isdisjoint(range(stretch.first_row, stretch.first_row + len(ends))):
        yield stretch.content
        return
    start = 0
    for number, end in enumerate(ends.tolist(), start=stretch.first_row):
        row = stretch.content[start:end]
        yield row[len(row.rstrip(b"\r\n")) :] if number in rows else row
        start = end


def _first(pieces: Iterator[bytes], size: int) -> bytes:
    found = b""
    for piece in pieces:
        found += piece
        if len(found) >= size:
            break
    return found[:size]


def _in(encoding: str, content: bytes) -> bytes:
    return content if encoding == "utf-8" else content.decode("utf-8").encode(encoding)


def _opened(path: Path, *, packed: bool) -> IO[bytes]:
    return gzip.open(path, "wb") if packed else path.open("wb")  # type: ignore[return-value]


def _workbook(path: Path, temporary: Path, rows: frozenset[int], sheet: str | None) -> None:
    from openpyxl import load_workbook

    book = load_workbook(path)
    page = book[sheet] if sheet else book.worksheets[0]
    for number in rows:
        for cell in page[number]:
            cell.value = None
    book.save(temporary)


def _parquet(path: Path, temporary: Path, rows: frozenset[int]) -> None:
    with pq.ParquetFile(path) as file, pq.ParquetWriter(temporary, file.schema_arrow) as out:
        first = 1
        for batch in file.iter_batches():
            at = np.isin(np.arange(first, first + batch.num_rows), list(rows))
            first += batch.num_rows
            out.write_table(_blanked(pa.Table.from_batches([batch]), at))


def _blanked(table: pa.Table, at: np.ndarray) -> pa.Table:
    if not at.any():
        return table
    gone = pa.array(at)
    columns = [pc.if_else(gone, pa.scalar(None, column.type), column) for column in table.columns]
    return pa.table(columns, schema=table.schema)


def _lines(path: Path, temporary: Path, rows: frozenset[int]) -> None:
    with path.open("rb") as lines, temporary.open("wb") as out:
        for number, line in enumerate(lines, start=1):
            out.write(b"\n" if number in rows else line)
