"""CSV and its cousins: encoding, header, delimiter, rows.

pyarrow parses, because it tells the physical number of every row that does not fit; DuckDB's count of rejected
rows shifts after a ragged one (docs/decisions/0005).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from joinedup.engine.limits import LONGEST_HEADER, MOST_COLUMNS, Limits
from joinedup.errors import ExtractError, Place

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PutAside = Callable[[arrow_csv.InvalidRow], str]
_DELIMITERS = ",;\t|"
_SAVE_AS = 'Save it as UTF-8, or name its encoding in the source map: [reading] encoding = "cp1252".'


@dataclass(frozen=True)
class RaggedRow:
    """A row with more or fewer fields than the header. row: physical; text: as received."""

    row: int
    text: str


@dataclass(frozen=True)
class Parsed:
    """table: every column text, empty cells empty. rows: physical row of each. ragged: the rows left out of it.

    stray_quotes: physical rows in which a quotation mark is never closed, or is followed by more of the cell.
    """

    table: pa.Table
    rows: pa.Array
    ragged: list[RaggedRow] = field(default_factory=list)
    stray_quotes: frozenset[int] = frozenset()


def decoded(path: Path, encoding: str | None, limits: Limits) -> bytes:
    """The file's content as UTF-8 without a mark. Raises ExtractError when it is in another encoding."""
    content = _unpacked(path, limits)
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _as_utf8(content[len(mark) :], marked, path.name)
    return _as_utf8(content, encoding or "utf-8", path.name)


def parse(content: bytes, file: str, delimiter: str | None = None) -> Parsed:
    """Parse UTF-8 `content`. Raises ExtractError for a header that cannot be one."""
    first = _first_line(content, file)
    delimiter = delimiter or _likeliest_delimiter(first)
    cells = _header(first, delimiter, file)
    names = column_names(cells, file)
    ragged: list[RaggedRow] = []

    def put_aside(row: arrow_csv.InvalidRow) -> str:
        ragged.append(RaggedRow(row.number or 0, row.text))
        return "skip"

    table = _read_arrow(content, file, cells, delimiter, put_aside).rename_columns(names)
    numbers = _physical_rows(table.num_rows, {r.row for r in ragged})
    filled = [r for r in ragged if r.text.strip(delimiter + ' "\r\n')]
    return Parsed(table, numbers, filled, _stray_quotes(content, delimiter, table))


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


def _unpacked(path: Path, limits: Limits) -> bytes:
    if not path.name.lower().endswith(".gz"):
        return path.read_bytes()
    packed = path.stat().st_size
    parts: list[bytes] = []
    size = 0
    with gzip.open(path) as stream:
        try:
            while part := stream.read(1 << 22):
                size += len(part)
                if not limits.allows(packed, size):
                    raise ExtractError(
                        "The file unpacks to far more than an extract holds.",
                        place=Place(file=path.name),
                        remedy="Send it unpacked, or in parts.",
                    )
                parts.append(part)
        except EOFError:
            raise ExtractError("The compressed file stops too soon.", place=Place(file=path.name)) from None
    return b"".join(parts)


def _as_utf8(content: bytes, encoding: str, file: str) -> bytes:
    if not content:
        raise ExtractError("The file is empty.", place=Place(file=file), remedy="Ask for it to be sent again.")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise ExtractError(
            f"The file is not in {encoding}.", place=Place(file=file, row=row), remedy=_SAVE_AS
        ) from None
    except LookupError:
        raise ExtractError(
            f"There is no encoding called `{encoding}`.", place=Place(file=file), remedy='Such as "utf-8" or "cp1252".'
        ) from None
    if encoding == "utf-8" and "\0" in text[:4096] and text[:4096].count("\0") > len(text[:4096]) // 3:
        raise ExtractError("The file looks like UTF-16 without a mark.", place=Place(file=file), remedy=_SAVE_AS)
    return content if encoding == "utf-8" else text.encode("utf-8")


def _first_line(content: bytes, file: str) -> str:
    """The header row. A name may hold a line break inside quotes, so lines are added until the quotes close."""
    start = content[: LONGEST_HEADER + 1]
    line = b""
    for part in start.splitlines(keepends=True):
        line += part
        if line.count(b'"') % 2 == 0:
            break
    if len(line) > LONGEST_HEADER:
        raise too_wide(file)
    return line.decode("utf-8", "ignore").strip("\r\n")


def _likeliest_delimiter(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def _header(line: str, delimiter: str, file: str) -> list[str]:
    if len(delimiter) != 1:
        raise ExtractError("The delimiter should be one character.", place=Place(file=file))
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a name longer than the csv module reads
        raise too_wide(file) from None


def _read_arrow(content: bytes, file: str, cells: list[str], delimiter: str, put_aside: PutAside) -> pa.Table:
    # One block and one thread: pyarrow tells physical rows only so, and a row may be as long as the file.
    reading = arrow_csv.ReadOptions(use_threads=False, block_size=max(len(content) + 1, 1 << 20))
    parsing = arrow_csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=put_aside
    )
    converting = arrow_csv.ConvertOptions(column_types=dict.fromkeys(cells, pa.string()), strings_can_be_null=False)
    try:
        return arrow_csv.read_csv(io.BytesIO(content), reading, parsing, converting)
    except pa.ArrowInvalid:  # its message quotes the row, so it is not passed on
        if not content[len(content.split(b"\n", 1)[0]) :].strip():
            return pa.table({cell: pa.array([], pa.string()) for cell in cells})
        raise ExtractError(
            "The file cannot be read as a table of rows and columns.",
            place=Place(file=file),
            remedy="Check the delimiter and that every quotation mark is closed.",
        ) from None


def _physical_rows(count: int, missing: set[int]) -> pa.Array:
    numbers = (n for n in range(2, count + len(missing) + 2) if n not in missing)
    return pa.array(numbers, pa.int64())


def _stray_quotes(content: bytes, delimiter: str, table: pa.Table) -> frozenset[int]:
    """Physical rows whose quotation marks do not pair up: such a row may have swallowed the rows after it.

    Only a cell with a line break can have swallowed anything, so files without one are not walked.
    """
    if b'"' not in content or not any(_has_line_break(column) for column in table.columns):
        return frozenset()
    field = re.compile(_FIELD.replace("D", re.escape(delimiter)).encode())
    found, row = set(), 1
    for match in field.finditer(content):
        if match["after"] or (match["open"] is not None and not match["closed"]):
            found.add(row)
        if match["end"] not in (delimiter.encode(), b""):
            row += 1
    return frozenset(found)


_FIELD = r'(?:(?P<open>")(?:[^"]|"")*(?P<closed>")?(?P<after>[^D\r\n]*)|[^D\r\n]*)(?P<end>D|\r\n|\n|\r|\Z)'


def _has_line_break(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, "[\r\n]")).as_py())
