"""The rows that go back to a sender, written where the sender finds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from joinedup.errors import JoinedupError
from joinedup.gate import Gated
from joinedup.gate.remedies import CODE, WORD, of_list, of_words
from joinedup.gate.returns_file import write_returns, write_workbook
from joinedup.gate.told import told
from joinedup.runs.digests import file_digest
from joinedup.sources import Collected, FileCount, Lists, TableMap
from joinedup.sources.mended import MendedReader, companion
from joinedup.sources.source_map import ValueSpec

MOST_CHOICES = 100
"""A drop-down with more is longer than anybody looks through; the code lists are in the manual."""


@dataclass(frozen=True)
class Written:
    """files: the CSV and the workbook, or nothing. kept: files that lay there and may hold rows mended by hand."""

    files: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()


def write_returned(
    collected: Collected, gated: Gated, count: FileCount, out: Path | None, ours: Collection[str] = ()
) -> Written:
    """Write a file's rows that have a reason, as CSV and as a workbook. Raises StorageError.

    ours: digests of files that hold nothing but what an earlier check wrote, and may be written over. Any other that
    lies there is set aside under its own time: somebody may have mended half of it.
    """
    places = tuple(companion(count.path, "returns", count.sheet, ending) for ending in ("csv", "xlsx"))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        places = tuple(out / place.name for place in places)
    kept = tuple(aside for place in places if (aside := set_aside(place, ours)))
    reasons, reader = told(gated, count.file, remedies(collected, count)), collected.readers[count.file]
    # A row that was mended before keeps the digest of the row as sent, by which it finds its place again.
    mended = reader.mended if isinstance(reader, MendedReader) else {}
    digests = {number: row.digest for number, row in mended.items()}
    written = write_returns(places[0], reader, reasons, digests)
    write_workbook(places[1], reader, reasons, digests, choices(collected, count), where(collected, count))
    return Written(places if written else (), kept)


def set_aside(path: Path, ours: Collection[str] = ()) -> Path | None:
    """Give a file that lies there a name under its own time, unless its digest is one of `ours`; give that name."""
    if not path.exists() or file_digest(path) in ours:
        return None
    stem, kind, ending = path.name.rsplit(".", 2)
    when = dt.datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y%m%dT%H%M%S")
    names = (path.with_name(f"{stem}.kept-{when}{n}.{kind}.{ending}") for n in ["", *(f"-{n}" for n in range(2, 99))])
    aside = next(name for name in names if not name.exists())
    path.replace(aside)
    return aside


def _specs(collected: Collected, count: FileCount) -> Iterator[tuple[TableMap, str, ValueSpec]]:
    for source in collected.maps:
        for table_map in source.tables if source.system == count.system else ():
            if count.path.match(table_map.files) and table_map.sheet == count.sheet:
                for target, spec in table_map.columns.items():
                    yield table_map, target, spec


def where(collected: Collected, count: FileCount) -> dict[str, list[str]]:
    """By target column, the columns of the extract that fill it."""
    found: dict[str, list[str]] = {}
    for _, target, spec in _specs(collected, count):
        found.setdefault(target, []).extend(spec.columns)
    return found


def choices(collected: Collected, count: FileCount) -> dict[str, list[str]]:
    """By column of the extract, the codes or words that it may hold, where they are few."""
    found: dict[str, list[str]] = {}
    for table_map, target, spec in _specs(collected, count):
        if target not in table_map.table:  # a whole name, which is split into columns
            continue
        column = table_map.table.column(target)
        offered: list[str] = [*spec.values, *column.values]
        if column.codes is not None:
            try:
                offered = [*spec.values, *collected.lists.get(count.file, Lists()).reader(column, spec.codes).codes]
            except JoinedupError:
                offered = []
        if len(spec.columns) == 1 and 0 < len(offered) <= MOST_CHOICES:
            found[spec.columns[0]] = offered
    return found


def remedies(collected: Collected, count: FileCount) -> dict[tuple[str, str, str], str]:
    """What may stand in a column, by the list or the words that the map of the file reads it with."""
    found: dict[tuple[str, str, str], str] = {}
    for table_map, target, spec in _specs(collected, count):
        if target not in table_map.table:
            continue
        column = table_map.table.column(target)
        if column.codes is not None:
            try:
                list_ = collected.lists.get(count.file, Lists()).reader(column, spec.codes)
            except JoinedupError:
                continue
            found[table_map.table.name, target, CODE] = of_list(list_)
        elif column.values:
            found[table_map.table.name, target, WORD] = of_words(dict.fromkeys([*spec.values, *column.values]))
    return found
