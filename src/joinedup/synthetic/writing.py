"""Extracts on disk: delimited text, XLSX, JSON lines or Parquet, byte for byte the same for the same cells."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from joinedup.errors import from_oserror
from joinedup.synthetic.columns import present
from joinedup.synthetic.fields import Cells
from joinedup.synthetic.numbers import Text, Whole
from joinedup.synthetic.styles import Style

_LONG_AGO = (2025, 12, 31, 0, 0, 0)
_STAMPS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_cells(path: Path, cells: Cells, style: Style, rng: np.random.Generator, broken: Whole) -> None:
    """Write one file as `style` has it; rows `broken` get one field too many. Raises StorageError."""
    content = _CONTENT[path.suffixes[0]](_with_blanks(cells, style, rng), style, set(broken.tolist()))
    _write(path, gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def write_workbook(path: Path, sheet: str, cells: Cells) -> None:
    """Write one XLSX workbook: a cover, and the rows on a sheet behind it. Raises StorageError."""
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Cover").append(["Invented. Export for analysis; rows are on the next sheet."])
    rows = book.create_sheet(sheet)
    rows.append(list(cells))
    for row in _rows(cells):
        rows.append(row)
    made = io.BytesIO()
    book.save(made)
    _write(path, _without_clock(made))


def write_truth(path: Path, table: pa.Table) -> None:
    """Write one table of the truth as Parquet. Raises StorageError."""
    _write(path, _as_parquet(table))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise from_oserror(error) from None


def _rows(cells: Cells) -> Iterator[tuple[str | None, ...]]:
    return zip(*(column.tolist() for column in cells.values()), strict=True)


def _with_blanks(cells: Cells, style: Style, rng: np.random.Generator) -> Cells:
    """Missing cells in one of the system's spellings of nothing: the usual one nine times in ten."""
    return {header: _blanked(column, style.blanks, rng) for header, column in cells.items()}


def _blanked(column: Text, blanks: Sequence[str], rng: np.random.Generator) -> Text:
    if len(blanks) == 1:
        return column
    missing = np.flatnonzero(~present(column))
    shares = np.array([0.9, *(0.1 / (len(blanks) - 1) for _ in blanks[1:])])
    written = column.copy()
    written[missing] = np.array([None, *blanks[1:]], dtype=object)[rng.choice(len(blanks), size=len(missing), p=shares)]
    return written


def _delimited(cells: Cells, style: Style, broken: set[int]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=style.delimiter, lineterminator="\r\n")
    writer.writerow(cells)
    writer.writerows(_breaking(_rows(cells), broken))
    return made.getvalue().encode(style.encoding)


def _breaking(rows: Iterable[tuple[str | None, ...]], broken: set[int]) -> Iterator[tuple[str | None, ...]]:
    for number, row in enumerate(rows):
        yield (*row, "Y") if number in broken else row


def _json_lines(cells: Cells, style: Style, broken: set[int]) -> bytes:
    names = list(cells)
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in _rows(cells))
    return ("\n".join(lines) + "\n").encode(style.encoding)


def _parquet(cells: Cells, style: Style, broken: set[int]) -> bytes:
    return _as_parquet(pa.table({header: pa.array(column, pa.string()) for header, column in cells.items()}))


def _as_parquet(table: pa.Table) -> bytes:
    made = pa.BufferOutputStream()
    pq.write_table(table, made)
    return made.getvalue().to_pybytes()


def _without_clock(book: io.BytesIO) -> bytes:
    """The same workbook without the time of its making, so that the same cells give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = _STAMPS.sub(rb"\g<1>2025-12-31T00:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


_CONTENT: dict[str, Callable[[Cells, Style, set[int]], bytes]] = {
    ".csv": _delimited, ".tsv": _delimited, ".txt": _delimited, ".jsonl": _json_lines, ".parquet": _parquet,
}  # fmt: skip
