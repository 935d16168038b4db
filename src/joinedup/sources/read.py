"""Extracts of one system read through its map into frames of record tables."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from joinedup import tables
from joinedup.engine import Engine, Reading, is_extract, open_extract
from joinedup.engine.contract import Frame
from joinedup.engine.spreadsheet import sheet_names
from joinedup.errors import ExtractError, Place, SourceMapError, nearest
from joinedup.sources.plain import ALSO, map_without_toml
from joinedup.sources.settings import Lists, Reader, Settings
from joinedup.sources.source_map import SourceMap, TableMap, load_map
from joinedup.sources.stream import TableStream
from joinedup.sources.targets import HEADER_LIKENESS

MAP_NAME = "source.toml"


@dataclass(frozen=True)
class FileCount:
    """sent: rows that the map asks for, faults included. left_out: rows that its `where` leaves out."""

    file: str
    system: str
    sent: int
    left_out: int
    path: Path
    sheet: str | None


@dataclass
class Collected:
    """What extracts became.

    frames: by table name, each with its table's columns, `unread:` marks and what `Settings.adds` gives. faults: rows
    with something that could not be read, as `tables.UNREADABLE`; where other cells could be, the row is among the
    frames too, with what was left empty in `blanked:`. readers, lists: of every file that was read, by its name in
    `counts`. unread: sheets and misspelt columns of files without a map, in words.
    """

    frames: dict[str, list[Frame]] = field(default_factory=dict)
    faults: pa.Table = field(default_factory=tables.UNREADABLE.empty)
    counts: list[FileCount] = field(default_factory=list)
    maps: list[SourceMap] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)
    lists: dict[str, Lists] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def add(self, other: Collected) -> None:
        for table, frames in other.frames.items():
            self.frames.setdefault(table, []).extend(frames)
        self.faults = pa.concat_tables([self.faults, other.faults])
        self.counts += other.counts
        self.maps += other.maps
        self.readers |= other.readers
        self.lists |= other.lists
        self.unread += other.unread


def collect_system(engine: Engine, folder: Path, settings: Settings) -> Collected:
    """Read every extract of `sources/<system>/`. Raises SourceError, also when the folder has no extract."""
    map_path = folder / MAP_NAME
    _refuse_nested(folder)
    if map_path.exists():
        source = load_map(map_path)
        return _collect(engine, source, _files_of_map(folder, source, map_path), settings)
    collected = Collected()
    for path in _extracts(folder):
        collected.add(collect_file(engine, path, settings, system=folder.name))
    if not collected.counts:
        raise SourceMapError(
            "The folder has no extract and no source map.",
            place=Place(file=folder.name),
            remedy="Put an extract there.",
        )
    return collected


def collect_file(
    engine: Engine, path: Path, settings: Settings, *, system: str | None = None, source: SourceMap | None = None
) -> Collected:
    """Read one file, through `source` or else by its columns' names. Raises SourceError.

    system: the folder's name when left out; empty to leave keys as they stand in the file.
    """
    if source is not None:
        matching = [(t, path) for t in source.tables if path.match(t.files)] or [(t, path) for t in source.tables]
        return _collect(engine, source, matching, settings)
    named = path.resolve().parent.name if system is None else system
    sheets = _sheets_of_tables(path)
    if sheets:
        plain = SourceMap(named, tuple(_sheet_map(path, sheet, named) for sheet in sheets))
    else:
        plain = map_without_toml(path, open_extract(path).columns, named)
    collected = _collect(engine, plain, [(table_map, path) for table_map in plain.tables], settings)
    collected.unread += [*_sheets_left(path, sheets), *_columns_left(collected, plain)]
    return collected


OUR_SHEETS = ("Read me", "Lists", "Rules")
"""Sheets of the template that hold no rows."""


def _sheets_left(path: Path, read: list[str]) -> list[str]:
    """Sheets that nothing reads. A sheet's name may be somebody's, so only its place is told."""
    if path.suffix.lower() != ".xlsx":
        return []
    names = sheet_names(path)
    taken = {*read, *OUR_SHEETS, *(table.name for table in tables.RECORD_TABLES)} if read else {names[0]}
    return [
        f"sheet {place} of `{path.name}`. Name it after a table, or map it in a source map."
        for place, name in enumerate(names, start=1)
        if name not in taken
    ]


def _columns_left(collected: Collected, plain: SourceMap) -> list[str]:
    """Columns that resemble one of the table and are none: the first row of a file without a header holds values, so
    any other is not told.
    """
    told = []
    for (file, reader), table_map in zip(collected.readers.items(), plain.tables, strict=True):
        known = [*table_map.table.names, *ALSO]
        taken = {column for spec in table_map.columns.values() for column in spec.columns}
        for column in reader.columns:
            likely = nearest(column, known, HEADER_LIKENESS) if column not in taken and column not in known else ""
            told += [f"column `{column}` of `{file}`.{likely}"] if likely else []
    return told


def _sheets_of_tables(path: Path) -> list[str]:
    """The sheets of a workbook that are named after tables and hold any row; all of them when none does."""
    if path.suffix.lower() != ".xlsx" or not path.is_file() or not path.stat().st_size:
        return []
    names = [name for name in sheet_names(path) if name in {table.name for table in tables.RECORD_TABLES}]
    return [name for name in names if next(open_extract(path, Reading(sheet=name)).parts()).sent] or names


def _sheet_map(path: Path, sheet: str, system: str) -> TableMap:
    columns = open_extract(path, Reading(sheet=sheet)).columns
    try:
        table_map = map_without_toml(path.with_name(f"{sheet}.xlsx"), columns, system).tables[0]
    except ExtractError as error:
        told = Place(file=f"{path.name}#{sheet}", row=1)
        raise ExtractError(error.message, place=told, remedy=error.remedy) from None
    return replace(table_map, files=glob.escape(path.name), sheet=sheet)


def _refuse_nested(folder: Path) -> None:
    """Extracts in folders of a system's folder are read by nothing, so they must not lie there without a word."""
    for path in sorted(folder.rglob("*")):
        if path.parent != folder and is_extract(path):
            raise SourceMapError(
                "An extract lies in a folder of its own.",
                place=Place(file=path.relative_to(folder.parent).as_posix()),
                remedy="Move it into the system's folder.",
            )


def _extracts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if is_extract(path))


def _files_of_map(folder: Path, source: SourceMap, map_path: Path) -> list[tuple[TableMap, Path]]:
    found: list[tuple[TableMap, Path]] = []
    place = Place(file=f"{folder.name}/{map_path.name}")
    for table_map in source.tables:
        paths = [path for path in sorted(folder.glob(table_map.files)) if is_extract(path)]
        if not paths:
            present = [path.name for path in _extracts(folder)]
            raise SourceMapError(
                f"No extract is called `{table_map.files}`.{nearest(table_map.files, present, 0.7)}", place=place
            )
        for path in paths:
            _refuse_twice(table_map, path, found, place)
            found.append((table_map, path))
    _refuse_unread(folder, source, {path for _, path in found}, place)
    return found


def _refuse_twice(table_map: TableMap, path: Path, found: list[tuple[TableMap, Path]], place: Place) -> None:
    """The rows of a file become rows of one table once, or each row would be two records."""
    for other, earlier in found:
        same = earlier == path and (other.table, other.sheet) == (table_map.table, table_map.sheet)
        if same and not (other.where and table_map.where and other.where != table_map.where):
            raise SourceMapError(
                f"`{path.name}` is mapped to `{table_map.table.name}` twice.",
                place=place,
                remedy="Give each [[table]] files of its own, or a `where` that takes other rows.",
            )


def _refuse_unread(folder: Path, source: SourceMap, read: set[Path], place: Place) -> None:
    """A file that lies there and is not read would be missing without a word."""
    for path in _extracts(folder):
        if path not in read and not any(path.match(pattern) for pattern in source.ignore):
            raise SourceMapError(
                f"Nothing reads `{path.name}`.",
                place=place,
                remedy='Map it in a [[table]], or name it so: ignore = ["' + path.name + '"].',
            )


Part = tuple[Path, str | None]
"""A file, and the sheet of it that was named."""


def _collect(engine: Engine, source: SourceMap, files: list[tuple[TableMap, Path]], settings: Settings) -> Collected:
    collected = Collected(maps=[source])
    by_part: dict[Part, list[TableMap]] = {}
    for table_map, path in files:
        by_part.setdefault((path, table_map.sheet), []).append(table_map)
    for part, table_maps in by_part.items():
        collected.add(_collect_part(engine, source, part, table_maps, settings))
    return collected


def _collect_part(
    engine: Engine, source: SourceMap, part: Part, table_maps: list[TableMap], settings: Settings
) -> Collected:
    path, sheet = part
    name = _name(part, settings)
    opened = open_extract(path, Reading(source.reading.encoding, source.reading.delimiter, sheet))
    reader = settings.overlay(opened, sheet)
    streams = [TableStream(engine, source, table_map, settings, reader, name) for table_map in table_maps]
    safe = {c for table_map in table_maps for spec in table_map.columns.values() for c in spec.columns}
    sent = left_out = 0
    for piece in reader.parts():
        taken = [stream.take(piece.table) for stream in streams]
        _refuse_overlap(table_maps, taken, Place(file=name))
        wanted = np.logical_or.reduce(taken)
        streams[0].refuse(piece.faults, safe)
        for stream in streams:
            stream.take_rest(piece.faults)
        sent += int(wanted.sum()) + len(piece.faults)
        left_out += int((~wanted).sum())
    collected = Collected(counts=[FileCount(name, source.system, sent, left_out, path, sheet)], readers={name: reader})
    collected.lists[name] = settings.lists
    for stream in streams:
        collected.frames.setdefault(stream.table_map.table.name, []).append(stream.frame())
    collected.faults = pa.concat_tables([stream.faults for stream in streams])
    return collected


def _refuse_overlap(table_maps: list[TableMap], taken: list[np.ndarray], place: Place) -> None:
    """A row becomes one row of a table at most: twice, it would be two records, or two people in one."""
    for number, table_map in enumerate(table_maps):
        for other in range(number):
            if table_maps[other].table == table_map.table and (taken[other] & taken[number]).any():
                raise SourceMapError(
                    f"Two [[table]] of `{table_map.table.name}` take the same row.",
                    place=place,
                    remedy="Give each a `where` that takes other rows, or export one row for each.",
                )


def _name(part: Part, settings: Settings) -> str:
    """The extract's path as provenance holds it; a sheet that the map names stands after `#`."""
    path, sheet = part
    name = path.relative_to(settings.folder).as_posix() if path.is_relative_to(settings.folder) else path.name
    name = os.fsencode(name).decode("utf-8", "replace")  # a name in another encoding still has to be text
    return f"{name}#{sheet}" if sheet else name
