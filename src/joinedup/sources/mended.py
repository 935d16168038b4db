"""Rows that a sender mended, in the place of those in the extract. The extract itself is never changed.

`EXTRACT.mended.csv` lies beside EXTRACT and holds whole rows: `joinedup_row` (the row of the extract),
`joinedup_digest` (of that row as sent) and every column of the extract. It is written by `joinedup take`, and read
with the extract.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import ROW, Extract, ExtractReader, Reading, RowFault, read_extract, write_bytes
from joinedup.engine.digests import row_digest
from joinedup.engine.extract_rows import checked
from joinedup.engine.harmless import harmless, unharmed
from joinedup.errors import ExtractError, Place

NUMBER, DIGEST = "joinedup_row", "joinedup_digest"
MARK = "joinedup_"
"""Columns of returned and mended files that are ours begin so."""

WORKBOOK_SHEET = "Rows"


@dataclass(frozen=True)
class MendedRow:
    """A whole row. digest: of the row of the extract whose place it takes. cells: as many as there are columns, or more
    where cells stand beside the table.
    """

    digest: str
    cells: tuple[str, ...]


Mended = Mapping[int, MendedRow]
"""By row of the extract."""


def companion(extract: Path, kind: str, sheet: str | None = None, ending: str = "csv") -> Path:
    """The file beside an extract: `arrests.returns.csv` of `arrests.csv.gz`. kind: `returns` or `mended`."""
    stem = extract.name.removesuffix(".gz").rpartition(".")[0]
    return extract.with_name(f"{stem}{f'.{sheet}' if sheet else ''}.{kind}.{ending}")


def read_mended(path: Path, columns: list[str]) -> dict[int, MendedRow]:
    """The rows of a mended or returned file. columns: the extract's.

    Raises ExtractError when a column is missing, or a row does not say which row of the extract it is.
    """
    read = read_extract(path, Reading(sheet=WORKBOOK_SHEET) if path.suffix.lower() == ".xlsx" else None)
    names = [unharmed(name) for name in read.columns]
    for needed in (NUMBER, DIGEST, *columns):
        if needed not in names:
            told = f"`{needed}`" if needed.startswith(MARK) else f"number {columns.index(needed) + 1} of the extract"
            raise ExtractError(
                f"Column {told} is missing.",
                place=Place(file=path.name, row=1),
                remedy="Mend cells in place; leave every column where it was returned.",
            )
    found: dict[int, MendedRow] = {}
    wanted = [names.index(name) for name in (NUMBER, DIGEST, *columns)]
    for place, sent in _rows(read, names, path.name):
        cells = [unharmed(cell) for cell in sent]
        number, digest, *row = [cells[place] for place in wanted]
        if not re.fullmatch(r"\d{1,12}", number) or not digest:
            raise ExtractError(
                f"The row does not say which row it is: `{NUMBER}` or `{DIGEST}` is not as it was.",
                place=Place(file=path.name, row=place),
                remedy="Leave the columns whose names begin with `joinedup_` as they were returned.",
            )
        if int(number) in found:
            raise ExtractError("The same row stands here twice.", place=Place(file=path.name, row=place))
        found[int(number)] = MendedRow(digest, (*row, *cells[len(names) :]))
    return found


def _rows(read: Extract, names: list[str], file: str) -> Iterator[tuple[int, list[str]]]:
    """Every row and its cells. A row with a cell that no cell may be, or with cells beside the table, is one as well:
    whoever judges it tells what is wrong. Raises ExtractError for a row whose cells cannot be told apart.
    """
    columns = [read.table[name].to_pylist() for name in read.columns]
    for place, *row in zip(read.table[ROW].to_pylist(), *columns, strict=True):
        yield place, [cell or "" for cell in row]
    for fault in read.faults:
        cells = fault.text if len(fault.text) > 1 else _apart(fault.text[0], names)
        if cells is None:
            raise ExtractError(
                "A mended row cannot be read.",
                place=Place(file=file, row=fault.row),
                rule=fault.rule,
                remedy="Look at its quotation marks and number of cells.",
            )
        yield fault.row, [*cells, *[""] * (len(names) - len(cells))]


def _apart(line: str, names: list[str]) -> tuple[str, ...] | None:
    """The cells of a line that has more or fewer than there are columns; None where it cannot be told which they are,
    or where it holds the digest of a second row, which it has swallowed.
    """
    if len(_DIGEST.findall(line)) != 1:
        return None
    for delimiter in ",;\t|":
        cells = _parsed(line, delimiter)
        at = dict(zip(names, cells, strict=False))
        if at.get(NUMBER, "").isdecimal() and _DIGEST.fullmatch(at.get(DIGEST, "")):
            return tuple(cells)
    return None


_DIGEST = re.compile(r"\br[0-9a-f]{15}\b")


def _parsed(line: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


_WHOLE = re.compile(r"\+?[0-9]{1,40}")
_OF_A_SHEET = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_DAY_OF_A_SHEET = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: 0?0:00(?::00)?)?")


def unbent(cell: str, sent: str) -> str:
    """The cell as sent, where a spreadsheet took a zero or plus off a number, or wrote a number or day its own way.

    A zero that was added is somebody's mending, and stays.
    """
    digits = _WHOLE.fullmatch(sent) is not None
    if digits and (_OF_A_SHEET.fullmatch(cell) or (_WHOLE.fullmatch(cell) and len(cell) < len(sent))):
        return sent if "E" in cell.upper() or int(cell) == int(sent) else cell
    day = _DAY_OF_A_SHEET.fullmatch(cell)
    return sent if day and f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}" == sent else cell


def write_mended(path: Path, columns: list[str], rows: Mended) -> None:
    """Write mended rows, in order. Raises StorageError."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([NUMBER, DIGEST, *map(harmless, columns)])
    for number in sorted(rows):
        writer.writerow([number, rows[number].digest, *map(harmless, rows[number].cells)])
    write_bytes(path, out.getvalue().encode("utf-8", "replace"))


def without_rows(path: Path, rows: Collection[int]) -> bytes:
    """A file of mended rows, as it was written, without the rows of the extract that are named."""
    with path.open(encoding="utf-8", newline="") as stream:
        head, *lines = csv.reader(stream)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *(line for line in lines if int(line[0]) not in rows)])
    return out.getvalue().encode("utf-8", "replace")


@dataclass(frozen=True)
class MendedReader:
    """An extract read with mended rows in the place of its own; see `ExtractReader`.

    Reading to the end raises ExtractError when a mended row is of another version of the extract.
    """

    reader: ExtractReader
    mended: Mended
    beside: str

    @property
    def path(self) -> Path:
        return self.reader.path

    @property
    def columns(self) -> list[str]:
        return self.reader.columns

    def parts(self) -> Iterator[Extract]:
        """The rows in their order; a mended row stands where the row it mends was."""
        left = set(self.mended)
        for part in self.reader.parts():
            here = _here(part, left)
            left -= set(here)
            yield self._with_mended(part, here) if here else part
        if left:
            raise self._stale(min(left))

    def _with_mended(self, part: Extract, here: list[int]) -> Extract:
        here = [number for number in here if not self._still_raw(part, number)]
        mended = pa.array(here, pa.int64())
        replaced = part.table.filter(pc.is_in(part.table[ROW], mended))
        self._check(replaced, part, here)
        wide = [number for number in here if any(self.mended[number].cells[len(self.columns) :])]
        kept = part.table.filter(pc.invert(pc.is_in(part.table[ROW], mended)))
        made = self._table([number for number in here if number not in wide]).select(kept.column_names)
        whole = checked(made, (), has_nul=True)  # mended rows are held to the same
        table = pa.concat_tables([kept, whole.table]).sort_by(ROW)
        faults = [*(fault for fault in part.faults if fault.row not in here), *whole.faults]
        faults += [RowFault(number, "row-ragged", None, self.mended[number].cells) for number in wide]
        return Extract(table, tuple(sorted(faults, key=lambda fault: fault.row)))

    def _table(self, rows: list[int]) -> pa.Table:
        columns = {name: [self.mended[n].cells[i] for n in rows] for i, name in enumerate(self.columns)}
        return pa.table({**{k: pa.array(v, pa.string()) for k, v in columns.items()}, ROW: pa.array(rows, pa.int64())})

    def _still_raw(self, part: Extract, number: int) -> bool:
        """Whether the whole line of a row that could not be read still stands in its first cell."""
        first = self.mended[number].cells[0]
        return any(fault.row == number and len(fault.text) == 1 and fault.text[0] == first for fault in part.faults)

    def _check(self, replaced: pa.Table, part: Extract, here: list[int]) -> None:
        """Each mended row must be of the row that stands there now."""
        rows = zip(*[replaced[name].to_pylist() for name in (ROW, *self.columns)], strict=True)
        digests = {row: row_digest(cells) for row, *cells in rows}
        digests |= {fault.row: row_digest(fault.text) for fault in part.faults}
        for number in here:
            if digests[number] != self.mended[number].digest:
                raise self._stale(number)

    def _stale(self, number: int) -> ExtractError:
        return ExtractError(
            f"A row was mended (row {number} of the extract) and the extract holds another row there now.",
            place=Place(file=self.beside),
            remedy="Put back the extract that was mended, or move the file of mended rows away.",
        )


def _here(part: Extract, wanted: set[int]) -> list[int]:
    if not wanted:
        return []
    rows = part.table[ROW].filter(pc.is_in(part.table[ROW], pa.array(sorted(wanted), pa.int64()))).to_pylist()
    return sorted({*rows, *(fault.row for fault in part.faults if fault.row in wanted)})


def with_mended(reader: ExtractReader, sheet: str | None) -> ExtractReader | MendedReader:
    """The reader of an extract with the mended rows that lie beside it, if any do."""
    beside = companion(reader.path, "mended", sheet)
    if not beside.exists():
        return reader
    return MendedReader(reader, read_mended(beside, reader.columns), beside.name)
