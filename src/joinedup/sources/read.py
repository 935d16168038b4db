"""Extracts of one system read through its map into frames of record tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import ROW, Engine, Extract, Reading, RowFault, read_extract
from joinedup.engine.contract import Frame
from joinedup.engine.extracts import is_extract
from joinedup.errors import Place, SourceMapError, nearest
from joinedup.sources.plain import map_without_toml
from joinedup.sources.settings import Settings
from joinedup.sources.source_map import SourceMap, TableMap, load_map
from joinedup.sources.targets import HEADER_LIKENESS, UNREAD, Builder
from joinedup.tables import Table

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


@dataclass(frozen=True)
class FileFault:
    """A row of an extract that could not become a row of the table it was meant for."""

    file: str
    table: str
    fault: RowFault

    @property
    def row(self) -> int:
        return self.fault.row

    @property
    def rule(self) -> str:
        return self.fault.rule

    @property
    def column(self) -> str | None:
        return self.fault.column


@dataclass
class Collected:
    """What extracts became. frames: by table name, each with its table's columns and `unread:` marks."""

    frames: dict[str, list[Frame]] = field(default_factory=dict)
    faults: list[FileFault] = field(default_factory=list)
    counts: list[FileCount] = field(default_factory=list)
    maps: list[SourceMap] = field(default_factory=list)
    extracts: dict[str, Extract] = field(default_factory=dict)

    def add(self, other: Collected) -> None:
        for table, frames in other.frames.items():
            self.frames.setdefault(table, []).extend(frames)
        self.faults += other.faults
        self.counts += other.counts
        self.maps += other.maps
        self.extracts |= other.extracts


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
    extract = read_extract(path)
    plain = map_without_toml(path, extract.columns, path.resolve().parent.name if system is None else system)
    return _collect(engine, plain, [(plain.tables[0], path)], settings, {(path, None): extract})


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


def _column_told(fault: RowFault, extract: Extract, safe: set[str]) -> RowFault:
    """A fault that names its column only as the map does: the first row of a file without a header holds values."""
    if fault.column is None or fault.column in safe:
        return fault
    return replace(fault, column=f"column {extract.columns.index(fault.column) + 1}")


FREE_TEXT = frozenset(
    {"text", "address", "closed_reason", "reason", "ended_reason", "premises", "restriction", "handling"}
)
"""Columns whose text may run over several lines. Elsewhere a line break is the mark of rows read as one cell."""


def _without_line_breaks(rows: pa.Table, table_map: TableMap) -> tuple[pa.Table, list[RowFault]]:
    """Put aside rows in which a name, key, date or code runs over a line: stray quotes may have swallowed a row."""
    read = {c for target, spec in table_map.columns.items() if target not in FREE_TEXT for c in spec.columns}
    found: dict[int, RowFault] = {}
    for column in [name for name in rows.column_names if name in read]:
        broken = pc.fill_null(pc.match_substring_regex(rows[column], "[\r\n]"), False)
        for row in rows.filter(broken)[ROW].to_pylist():
            found.setdefault(row, RowFault(row, "line-break", column, ()))
    if found:
        rows = rows.filter(pc.invert(pc.is_in(rows[ROW], pa.array(sorted(found), pa.int64()))))
    return rows, list(found.values())


Part = tuple[Path, str | None]
"""A file, and the sheet of it that was named."""


def _collect(
    engine: Engine,
    source: SourceMap,
    files: list[tuple[TableMap, Path]],
    settings: Settings,
    read_already: Mapping[Part, Extract] | None = None,
) -> Collected:
    collected = Collected(maps=[source])
    extracts = dict(read_already or {})
    wanted: dict[Part, set[int]] = {}
    first_table: dict[Part, str] = {}
    for table_map, path in files:
        part = (path, table_map.sheet)
        if part not in extracts:
            reading = Reading(source.reading.encoding, source.reading.delimiter, table_map.sheet)
            extracts[part] = read_extract(path, reading)
        name = _name(part, settings)
        chosen = _where(extracts[part].table, table_map, Place(file=name))
        wanted.setdefault(part, set()).update(chosen[ROW].to_pylist())
        first_table.setdefault(part, table_map.table.name)
        chosen, broken = _without_line_breaks(chosen, table_map)
        collected.faults += [
            FileFault(name, table_map.table.name, _column_told(f, extracts[part], {f.column or ""})) for f in broken
        ]
        builder = Builder(source, table_map, settings, _raw_names(extracts[part]), Place(file=name))
        collected.frames.setdefault(table_map.table.name, []).append(_frame(engine, chosen, builder, name))
    for part, extract in extracts.items():
        name = _name(part, settings)
        left_out = extract.table.num_rows - len(wanted[part])
        sent = len(wanted[part]) + len(extract.faults)
        collected.counts.append(FileCount(name, source.system, sent, left_out, *part))
        collected.extracts[name] = extract
        safe = {c for t, p in files if (p, t.sheet) == part for spec in t.columns.values() for c in spec.columns}
        collected.faults += [
            FileFault(name, first_table[part], _column_told(fault, extract, safe)) for fault in extract.faults
        ]
    return collected


def _name(part: Part, settings: Settings) -> str:
    """The extract's path as provenance holds it; a sheet that the map names stands after `#`."""
    path, sheet = part
    name = path.relative_to(settings.folder).as_posix() if path.is_relative_to(settings.folder) else path.name
    name = os.fsencode(name).decode("utf-8", "replace")  # a name in another encoding still has to be text
    return f"{name}#{sheet}" if sheet else name


def _raw_names(extract: Extract) -> dict[str, str]:
    """Extract columns under names that no target can have."""
    return {name: f"raw:{place}" for place, name in enumerate(extract.columns)}


def _where(table: pa.Table, table_map: TableMap, place: Place) -> pa.Table:
    for column, allowed in table_map.where.items():
        if column not in table.column_names:
            raise SourceMapError(
                f"`where` names no column of the extract: `{column}`."
                f"{nearest(column, table.column_names, HEADER_LIKENESS)}",
                place=place,
            )
        folded = pc.utf8_upper(pc.utf8_trim_whitespace(table[column]))
        wanted = pa.array([value.strip().upper() for value in allowed], pa.string())
        table = table.filter(pc.is_in(folded, wanted))
    return table


def _frame(engine: Engine, rows: pa.Table, builder: Builder, file: str) -> Frame:
    raw = builder.raw
    renamed = rows.rename_columns([raw.get(name, name) for name in rows.column_names])
    maps = builder.maps()
    mapped = engine.map_distinct(engine.frame(renamed), maps)
    given = {name for one in maps for name in one.gives}
    constants: dict[str, str | None] = {**builder.constants(), "source_file": file, "system": builder.source.system}
    columns = list(_columns(builder.table_map.table, given | {ROW}, constants))
    marks = [nw.col(name) for name in sorted(given) if name.startswith(UNREAD)]
    return mapped.select(*columns, *marks)


def _columns(table: Table, given: set[str], constants: Mapping[str, str | None]) -> Iterator[nw.Expr]:
    for column in table.columns:
        if column.name in given:
            yield nw.col(column.name)
        elif column.name in constants:
            constant = nw.lit(constants[column.name], nw.String())
            yield constant.cast(_NARWHALS_TYPES[column.type]).alias(column.name)
        else:
            yield nw.lit(None).cast(_NARWHALS_TYPES[column.type]).alias(column.name)


_NARWHALS_TYPES: dict[pa.DataType, nw.dtypes.DType] = {
    pa.string(): nw.String(),
    pa.date32(): nw.Date(),
    pa.int64(): nw.Int64(),
    pa.bool_(): nw.Boolean(),
    pa.list_(pa.string()): nw.List(nw.String()),
}
