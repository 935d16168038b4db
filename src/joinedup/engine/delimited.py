"""CSV and its cousins: header, delimiter, rows.

pyarrow parses, because it tells the physical number of every row that does not fit; DuckDB's count of rejected
rows shifts after a ragged one (docs/decisions/0005).
"""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from joinedup.engine.delimited_stretches import Stretch, first_row
from joinedup.engine.limits import LONGEST_HEADER, MOST_COLUMNS
from joinedup.errors import ExtractError, Place

PutAside = Callable[[arrow_csv.InvalidRow], str]
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Header:
    """names: of the columns. size: bytes of the first row and its line end, in UTF-8."""

    names: list[str]
    delimiter: str
    size: int


@dataclass(frozen=True)
class RaggedRow:
    """A row with more or fewer fields than the header. row: physical; text: as received."""

    row: int
    text: str


@dataclass(frozen=True)
class Parsed:
    """table: every column text, empty cells empty. rows: physical row of each. last: physical row of the last of all.

    ragged: the rows left out of the table; blank ones are not in it.
    """

    table: pa.Table
    rows: pa.Array
    last: int
    ragged: list[RaggedRow]


def header(start: bytes, file: str, delimiter: str | None = None) -> Header:
    """The header of a file that begins with `start`. Raises ExtractError for a first row that cannot be one.

    start: UTF-8, longer than LONGEST_HEADER or the whole file.
    """
    delimiter = delimiter or _likeliest_delimiter(_first_line(start[: LONGEST_HEADER + 1]))
    if len(delimiter.encode()) != 1 or delimiter in '"\r\n\0':
        raise ExtractError("The delimiter should be one character.", place=Place(file=file))
    row = first_row(start, delimiter, is_last=len(start) <= LONGEST_HEADER)
    if row is None or len(row.content) > LONGEST_HEADER:
        raise too_wide(file)
    line = row.content.decode("utf-8").strip("\r\n")
    if row.strays and ("\n" in line or "\r" in line):
        raise _no_table(file)
    return Header(column_names(_cells(line, delimiter, file), file), delimiter, len(row.content))


def parse(stretch: Stretch, header: Header, file: str) -> Parsed:
    """Parse whole rows. Raises ExtractError for what is no table."""
    if not stretch.content.strip(b"\r\n"):  # a small packed file may hold millions of empty lines
        last = stretch.first_row + len(stretch.content.splitlines()) - 1
        return Parsed(_no_rows(header), pa.array([], pa.int64()), last, [])
    ragged: list[RaggedRow] = []
    put_aside = array("q")

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        put_aside.append(row.number - 1)
        if row.text.strip(header.delimiter + ' "\r\n'):
            ragged.append(RaggedRow(stretch.first_row + row.number - 1, row.text))
        return "skip"

    table = _read_arrow(stretch.content, header, file, set_aside)
    count = table.num_rows + len(put_aside)
    numbers = np.delete(np.arange(stretch.first_row, stretch.first_row + count), put_aside)
    return Parsed(table, pa.array(numbers, pa.int64()), stretch.first_row + count - 1, ragged)


def column_names(cells: list[str], file: str) -> list[str]:
    """Header cells as column names; unnamed ones get their place. Raises ExtractError for two of one name.

    The message gives places, not names: a file without a header has a person's values in its first row.
    """
    if len(cells) > MOST_COLUMNS:
        raise too_wide(file)
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, start=1)]
    if not any(cell.strip() for cell in cells):
        raise ExtractError("The first row is empty; it should name the columns.", place=Place(file=file, row=1))
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name in seen:
            raise ExtractError(
                f"Columns {seen[name]} and {place} have the same name.",
                place=Place(file=file, row=1),
                remedy="Give every column a name of its own.",
            )
        seen[name] = place
    return names


def too_wide(file: str) -> ExtractError:
    """The error for a file with more columns than any extract has."""
    return ExtractError(
        f"The file has more than {MOST_COLUMNS:,} columns.",
        place=Place(file=file),
        remedy="Check the delimiter and the line endings; send only the columns that are needed.",
    )


def _no_table(file: str) -> ExtractError:
    return ExtractError(
        "The file cannot be read as a table of rows and columns.",
        place=Place(file=file),
        remedy="Check the delimiter and that every quotation mark is closed.",
    )


def _first_line(start: bytes) -> str:
    """The first line. A name may hold a line break inside quotes, so lines are added until the quotes close."""
    size, quotes, lines = 0, 0, start.splitlines(keepends=True)
    for line in lines:
        size += len(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            break
    else:
        size = len(lines[0])
    return start[:size].decode("utf-8", "ignore")


def _likeliest_delimiter(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def _cells(line: str, delimiter: str, file: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a name longer than the csv module reads
        raise too_wide(file) from None


def _no_rows(header: Header) -> pa.Table:
    return pa.schema([(name, pa.string()) for name in header.names]).empty_table()


def _read_arrow(content: bytes, header: Header, file: str, put_aside: PutAside) -> pa.Table:
    if content.startswith(codecs.BOM_UTF8):  # pyarrow takes one away wherever reading begins; here it is text
        content = codecs.BOM_UTF8 + content
    # One block and one thread: pyarrow tells physical rows only so.
    reading = arrow_csv.ReadOptions(
        use_threads=False, block_size=max(len(content) + 1, 1 << 20), column_names=header.names
    )
    parsing = arrow_csv.ParseOptions(
        delimiter=header.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=put_aside
    )
    converting = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(header.names, pa.string()), strings_can_be_null=False, check_utf8=False
    )
    try:
        return arrow_csv.read_csv(pa.BufferReader(content), reading, parsing, converting)
    except pa.ArrowInvalid:  # its message quotes the row, so it is not passed on
        raise _no_table(file) from None
