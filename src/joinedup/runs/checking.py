"""The gate for files as they come: what would be returned, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import DuckDBEngine, Resources
from joinedup.errors import ExtractError, Place, SourceMapError
from joinedup.gate import Mode, gate, write_returns
from joinedup.runs.project import project_around
from joinedup.runs.stages import together
from joinedup.sources import MAP_NAME, Collected, FileCount, Lists, Settings, SourceMap, collect_file, load_map


@dataclass(frozen=True)
class FileChecked:
    """Rows of one file: sent = accepted + returned; marked are among the accepted. returns_file: None when clean."""

    file: str
    sent: int
    accepted: int
    returned: int
    marked: int
    left_out: int
    returns_file: Path | None


@dataclass(frozen=True)
class Checked:
    """files: counts by file. returns: `tables.RETURNS`, every reason of every row.

    all_suspects: people came without roles, so each was judged as a suspect.
    """

    files: tuple[FileChecked, ...]
    returns: pa.Table
    all_suspects: bool = False

    def total(self, name: str) -> int:
        """`sent`, `accepted`, `returned`, `marked` or `left_out`, summed over files."""
        return sum(getattr(one, name) for one in self.files)


def check(
    paths: Sequence[Path], *, map_path: Path | None = None, mode: Mode = "new", out: Path | None = None
) -> Checked:
    """Judge files without taking them in, and write each one's returned rows beside it or into `out`.

    Files that are checked together are judged together, so that roles find their people. Raises SourceError for a
    file or map that cannot be read, StorageError when the returns file cannot be written.
    """
    paths = _extracts(paths)
    project = project_around(paths[0])
    engine = DuckDBEngine(project.resources if project else Resources())
    severities = project.severities if project else {}
    try:
        collected = _collected(engine, paths, load_map(map_path) if map_path else None)
        frames = {name: together(parts) for name, parts in collected.frames.items()}
        returns = gate(engine, frames, collected.faults, mode=mode, severities=severities).returns
    finally:
        engine.close()
    told = [
        _told(collected, returns, count, path, out)
        for path in paths
        for count in collected.counts
        if count.path == path
    ]
    return Checked(tuple(told), returns, "person_records" in frames and "roles" not in frames)


def _extracts(paths: Sequence[Path]) -> list[Path]:
    """Leave out the files of returned rows that an earlier check wrote beside the extracts."""
    extracts = [path for path in paths if ".returns." not in path.name]
    if not extracts:
        raise ExtractError(
            "A file of returned rows is not an extract.",
            place=Place(file=paths[0].name),
            remedy="Mend the rows in the system they came from, or in the extract, and check that.",
        )
    return extracts


def _collected(engine: DuckDBEngine, paths: Sequence[Path], given: SourceMap | None) -> Collected:
    collected, seen = Collected(), set[str]()
    for path in paths:
        if path.name in seen:
            raise ExtractError(
                "Two files have the same name.", place=Place(file=path.name), remedy="Check them one by one."
            )
        seen.add(path.name)
        source = given or _map_beside(path)
        collected.add(collect_file(engine, path, _settings(path, source), source=source))
    return collected


def _map_beside(path: Path) -> SourceMap | None:
    """The source map of the system folder that the file lies in, if there is one."""
    beside = path.parent / MAP_NAME
    if not beside.exists():
        return None
    source = load_map(beside)
    if not any(path.match(table_map.files) for table_map in source.tables):
        raise SourceMapError(
            "The source map beside this file does not read it.",
            place=Place(file=path.name),
            remedy=f"Add it to {MAP_NAME}, or name another map with --map.",
        )
    return source


def _settings(path: Path, source: SourceMap | None) -> Settings:
    """The project's lists when the file lies in one; else a map of an invented force makes an invented file."""
    project = project_around(path)
    if project is not None:
        return Settings(project.source_settings().lists, path.parent)
    invented = source is not None and (source.force or "").upper().startswith("X")
    return Settings(Lists(invented=invented), path.parent)


def _told(collected: Collected, returns: pa.Table, counted: FileCount, path: Path, out: Path | None) -> FileChecked:
    name = counted.file
    own = returns.filter(pc.equal(returns["source_file"], name))
    returned, marked = (_rows(own, severity) for severity in ("returned", "marked"))
    place = (out or path.parent) / f"{_stem(path)}{f'.{counted.sheet}' if counted.sheet else ''}.returns.csv"
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    written = write_returns(place, collected.extracts[name], own)
    return FileChecked(
        file=name,
        sent=counted.sent,
        accepted=counted.sent - len(returned),
        returned=len(returned),
        marked=len(marked - returned),
        left_out=counted.left_out,
        returns_file=place if written else None,
    )


def _stem(path: Path) -> str:
    """The file's name without what says its kind: `arrests.2024` of `arrests.2024.csv.gz`."""
    return path.name.removesuffix(".gz").rpartition(".")[0]


def _rows(returns: pa.Table, severity: str) -> set[int]:
    return set(returns.filter(pc.equal(returns["severity"], severity))["source_row"].to_pylist())
