"""Any extract as text with the physical row of every row, part by part; rows that cannot be read are told."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pyarrow as pa

from joinedup.engine import extract_formats
from joinedup.engine.extract_rows import ROW, Extract, RowFault, text_table
from joinedup.engine.limits import Limits
from joinedup.errors import ExtractError, Place, from_oserror

__all__ = [
    "DELIMITED", "ROW", "Extract", "ExtractReader", "Reading", "RowFault", "is_extract", "open_extract", "read_extract",
]  # fmt: skip

DELIMITED = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


@dataclass(frozen=True)
class Reading:
    """How to read a file. encoding and delimiter: None = found from the file. sheet: XLSX only."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class ExtractReader:
    """A file that was opened far enough to know its columns. columns: as `Extract.columns` of every part."""

    path: Path
    columns: list[str]
    _parts: Callable[[], Iterator[Extract]] = field(repr=False, compare=False)

    def parts(self) -> Iterator[Extract]:
        """The rows in their order, at most about 100,000 at a time; at least one part, if need be without rows.

        Every call reads the file again. Raises ExtractError for what shows only further on in the file: another
        encoding, a row without an end, damage, more than a compressed file may hold; StorageError when the
        operating system refuses.
        """
        empty = True
        try:
            for part in self._parts():
                if part.sent:
                    empty = False
                    yield part
        except OSError as error:
            raise _unreadable(self.path, error) from None
        if empty:
            yield Extract(text_table({name: [] for name in self.columns}, []))


def open_extract(path: Path, reading: Reading | None = None, limits: Limits | None = None) -> ExtractReader:
    """Find the columns of a CSV, XLSX, Parquet or JSON-lines file, to read it part by part.

    Raises ExtractError for a file that is missing, empty, in another encoding, too wide, too large when unpacked,
    or not of the kind its name says, as far as its beginning shows; StorageError when the operating system refuses.
    """
    try:
        columns, parts = _opened(path, reading or Reading(), limits or Limits())
    except OSError as error:
        raise _unreadable(path, error) from None
    return ExtractReader(path, columns, parts)


def read_extract(path: Path, reading: Reading | None = None, limits: Limits | None = None) -> Extract:
    """Read a CSV, XLSX, Parquet or JSON-lines file into text, all parts in one.

    Blank rows are left out but counted in `source_row`. Rows that are ragged, hold a NUL, a formula or a cell
    longer than 100,000 bytes become faults. Raises what `open_extract` and `ExtractReader.parts` raise.
    """
    parts = list(open_extract(path, reading, limits).parts())
    table = pa.concat_tables(part.table for part in parts)
    return Extract(table, tuple(chain.from_iterable(part.faults for part in parts)))


def is_extract(path: Path) -> bool:
    """Whether the name is one that `open_extract` knows. Returned and mended rows are never extracts of their own."""
    name = path.name.lower()
    known = (*DELIMITED, ".xlsx", ".parquet", ".jsonl")
    ours = name.startswith(".") or ".returns." in name or ".mended." in name
    return path.is_file() and not ours and name.endswith(known)


def _unreadable(path: Path, error: OSError) -> Exception:
    if isinstance(error, gzip.BadGzipFile):
        return ExtractError("The file is not compressed as its name says.", place=Place(file=path.name))
    if isinstance(error, FileNotFoundError):
        return ExtractError("There is no such file.", place=Place(file=str(path)), remedy="Check the path.")
    return from_oserror(error)


def _opened(path: Path, reading: Reading, limits: Limits) -> extract_formats.Opened:
    name = path.name.lower()
    if path.is_dir():
        raise ExtractError("This is a folder, not a file.", place=Place(file=str(path)), remedy="Name the files in it.")
    if path.stat().st_size == 0:
        raise ExtractError("The file is empty.", place=Place(file=path.name), remedy="Ask for it to be sent again.")
    if name.endswith(DELIMITED):
        return extract_formats.delimited_text(path, reading.encoding, reading.delimiter, limits)
    if name.endswith(".xlsx"):
        return extract_formats.workbook(path, reading.sheet, limits)
    if name.endswith(".parquet"):
        return extract_formats.parquet(path, limits)
    if name.endswith(".jsonl"):
        return extract_formats.json_lines(path, limits)
    raise ExtractError(
        "This kind of file is not read.",
        place=Place(file=path.name),
        remedy="Send CSV, XLSX, Parquet or JSON lines (.csv .tsv .txt .csv.gz .xlsx .parquet .jsonl).",
    )
