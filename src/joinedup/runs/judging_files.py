"""Judgements as a CSV file: out, and in again. The file holds what people wrote of persons: it is kept as the data are.

A judgement is known by its two records, verdict, account and moment, so a row that is brought twice is one judgement.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from joinedup import tables
from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.engine import ROW, Extract, RowFault, read_extract, write_bytes
from joinedup.engine.harmless import harmless, unharmed
from joinedup.errors import ExtractError, JoinedupError, LinkageError, Place, StorageError, nearest
from joinedup.linkage import judgements
from joinedup.linkage.judgements import Judgement, Retiring
from joinedup.runs.accounts import account
from joinedup.runs.digests import file_digest
from joinedup.runs.judging import looked_at
from joinedup.runs.project import load_project

NEEDED = ("record_id_l", "record_id_r", "verdict", "by", "at", "why")
"""Columns without which a row is no judgement. `number` is given anew."""

_Key = tuple[str, str, str, str, datetime]


@dataclass(frozen=True)
class BadRow:
    """What is wrong with a row. row: as a spreadsheet counts. No value of it is told."""

    row: int
    column: str | None
    rule: str | None
    message: str
    remedy: str | None


@dataclass(frozen=True)
class Imported:
    """taken: judgements that were not there before. retired: judgements taken back. already: rows that changed nothing.
    bad: rows to put right; where there is one, nothing was taken.
    """

    taken: int
    retired: int
    already: int
    bad: tuple[BadRow, ...] = ()


@dataclass(frozen=True)
class _Row:
    """One row of a file, read."""

    judgement: Judgement
    retiring: Retiring | None

    @property
    def key(self) -> _Key:
        at = self.judgement.at or datetime.now(UTC)
        return (*self.judgement.pair, self.judgement.verdict, self.judgement.by, at.astimezone(UTC))


def export_judgements(folder: Path, path: Path, *, why: str, by: str | None = None) -> int:
    """Write every judgement to a CSV file, retired ones too, with the columns of `tables.JUDGEMENTS`; say how many.

    Cells that a spreadsheet might run get an apostrophe, which the import takes off. The look is logged. Raises
    StorageError for another kind of file, or one that cannot be written.
    """
    if path.suffix.lower() != ".csv":
        raise StorageError("Judgements are written as .csv.", place=Place(file=str(path)))
    judged = looked_at(folder, "judge export", by, why)
    write_bytes(path, _as_csv(judged).encode())
    return int(judged.num_rows)


def import_judgements(folder: Path, path: Path, *, by: str | None = None) -> Imported:
    """Take judgements from a CSV file: all of them, or none where a row cannot be taken.

    A judgement keeps the account and the moment that its row names; the log says who brought it. A row that says that
    its judgement is retired takes it back here too. Raises ExtractError for a file that cannot be read, or whose
    columns are not a judgement's.
    """
    project, who = load_project(folder), by or account()
    rows, bad = _read(path)
    if bad:
        return Imported(0, 0, 0, tuple(bad))
    with closing(open_store(project.folder)) as store, transaction(store):
        known = {_key(row): (row["number"], row["retired_at"]) for row in judgements.all_judgements(store).to_pylist()}
        taken = retired = already = 0
        for row in rows:
            number, gone = known.get(row.key, (None, None))
            already += number is not None and (gone is not None or row.retiring is None)
            if number is None:
                number, taken = judgements.record(store, row.judgement, brought_by=who), taken + 1
            if row.retiring is not None and gone is None:
                judgements.retire(store, number, row.retiring, brought_by=who)
                gone, retired = row.retiring.at, retired + 1
            known[row.key] = (number, gone)
        detail = {"command": "judge import", "sha256": file_digest(path), "taken": taken, "retired_judgements": retired}
        append(store, Entry(Act.ALTERATION, who, "judgements imported", (Subject("extract", path.name),), detail))
    return Imported(taken, retired, already)


def _key(row: Mapping[str, Any]) -> _Key:
    return row["record_id_l"], row["record_id_r"], row["verdict"], row["by"], row["at"]


def _as_csv(judged: pa.Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(judged.column_names)
    for row in judged.to_pylist():
        writer.writerow([harmless(_cell(value)) for value in row.values()])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


def _read(path: Path) -> tuple[list[_Row], list[BadRow]]:
    """Rows that can be taken, and those that cannot, each with the first thing that is wrong."""
    read = read_extract(path)
    names = _columns(read, path)
    rows, bad = list[_Row](), [_fault(fault) for fault in read.faults]
    for place, cells in _cells(read, names):
        try:
            rows.append(_row(cells))
        except JoinedupError as error:
            bad.append(BadRow(place, error.place.column, error.rule, error.message, error.remedy))
    return rows, sorted(bad, key=lambda one: one.row)


def _columns(read: Extract, path: Path) -> list[str]:
    """The names of the columns. Raises ExtractError where one is missing or none of ours; what it is called may be a
    value of a file without a header, so only a name very like one of ours is told.
    """
    names = [unharmed(name).strip() for name in read.columns]
    for needed in NEEDED:
        if needed not in names:
            like = nearest(needed, names, 0.8)
            raise ExtractError(f"Column `{needed}` is missing.{like}", place=Place(file=path.name, row=1))
    for number, name in enumerate(names, start=1):
        if name not in tables.JUDGEMENTS:
            like = nearest(name, tables.JUDGEMENTS.names, 0.8)
            raise ExtractError(
                f"Column number {number} is none of a judgement's.{like}", place=Place(file=path.name, row=1),
                remedy="Take it out, or name it as the table `judgements` does.",
            )  # fmt: skip
    return names


def _cells(read: Extract, names: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    columns = [read.table[name].to_pylist() for name in read.columns]
    for place, *row in zip(read.table[ROW].to_pylist(), *columns, strict=True):
        yield place, {name: unharmed(cell or "") for name, cell in zip(names, row, strict=True)}


def _fault(fault: RowFault) -> BadRow:
    remedy = "Look at its quotation marks, its number of cells, and for a formula."
    return BadRow(fault.row, fault.column, fault.rule, "The row cannot be read.", remedy)


def _row(cells: Mapping[str, str]) -> _Row:
    """A judgement and its retiring. Raises LinkageError with the column, the rule and what to do."""
    judgement = Judgement(
        cells["record_id_l"].strip(), cells["record_id_r"].strip(), cells["verdict"].strip(), cells["by"].strip(),
        cells["why"], _moment(cells, "at"), _reading(cells.get("reading", "").strip()),
    )  # fmt: skip
    names = ("retired_at", "retired_by", "retired_why", "propose_again")
    if not any(cells.get(name, "").strip() for name in names):
        return _Row(judgement, None)
    again = _yes_no(cells.get("propose_again", "").strip().lower())
    moment = _moment(cells, "retired_at")
    return _Row(judgement, Retiring(cells.get("retired_by", "").strip(), cells.get("retired_why", ""), again, moment))


def _moment(cells: Mapping[str, str], column: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cells.get(column, "").strip())
    except ValueError:
        moment = datetime.max
    if moment.utcoffset() is None:
        raise _refused(
            column, "judgement-moment", "This is no moment with a time zone.", "Such as 2026-03-02T12:00:00Z."
        )
    if moment > datetime.now(UTC):
        raise _refused(column, "judgement-future", "This moment has not come yet.", "Look at its time zone.")
    return moment


def _reading(cell: str) -> int | None:
    if cell and not re.fullmatch(r"[12]", cell):
        raise _refused("reading", "judgement-reading", "This is no reading.", "Write 1, 2 or nothing.")
    return int(cell) if cell else None


def _yes_no(cell: str) -> bool:
    if cell not in ("true", "false", ""):
        raise _refused("propose_again", "judgement-again", "This is neither yes nor no.", "Write true or false.")
    return cell == "true"


def _refused(column: str, rule: str, message: str, remedy: str) -> LinkageError:
    return LinkageError(message, place=Place(column=column), rule=rule, remedy=remedy)
