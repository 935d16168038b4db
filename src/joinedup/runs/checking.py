"""The gate for files as they come: what would be returned, and why."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import DuckDBEngine, ExtractReader, Resources, is_extract
from joinedup.engine.contract import Frame
from joinedup.errors import ExtractError, Place, SourceMapError, from_oserror
from joinedup.gate import Gated, Mode, Rulebook, Terms, gate, rulebook, value_maps
from joinedup.gate.told import reason_counts, row_counts
from joinedup.runs.completeness import Completeness, completeness_of
from joinedup.runs.digests import file_digest
from joinedup.runs.folder import finished, latest
from joinedup.runs.project import Project, project_around
from joinedup.runs.receipts import (
    FOLDER,
    file_line,
    log_receipt,
    place_in,
    receipt,
    rules_digest,
    write_receipt,
    written_by_us,
)
from joinedup.runs.returned import Written, write_returned
from joinedup.runs.together import together
from joinedup.sources import MAP_NAME, Collected, FileCount, Lists, Settings, SourceMap, collect_file, load_map
from joinedup.sources.mended import companion, with_mended
from joinedup.sources.settings import Reader

MEMORY = "1GB"
"""What the engine may use for a check: rows are read piece by piece, and what does not fit spills to disk."""


@dataclass(frozen=True)
class FileChecked:
    """Rows of one file: sent = accepted + returned; marked are among the accepted. written: no files when clean."""

    file: str
    sent: int
    accepted: int
    returned: int
    marked: int
    left_out: int
    written: Written


@dataclass(frozen=True)
class Checked:
    """files: counts by file. reasons: source_file, table, severity, rule, column, count. returns: every reason of every
    row as `tables.RETURNS`, when it was asked for.

    all_suspects: people came without roles, so each was judged as a suspect. runs_mode: the project's own. unread: what
    of the files is read by nothing, in words.
    """

    files: tuple[FileChecked, ...]
    reasons: pa.Table
    completeness: Completeness
    receipt: Path
    all_suspects: bool = False
    returns: pa.Table | None = None
    mode: Mode = "new"
    runs_mode: Mode | None = None
    unread: tuple[str, ...] = ()

    def total(self, name: str) -> int:
        """`sent`, `accepted`, `returned`, `marked` or `left_out`, summed over files."""
        return sum(getattr(one, name) for one in self.files)


@dataclass(frozen=True)
class Asked:
    """How files are to be judged. out: folder for returned rows; beside each file when left out."""

    map_path: Path | None = None
    mode: Mode = "new"
    out: Path | None = None
    as_of: dt.date | None = None


def check(
    paths: Sequence[Path], *, map_path: Path | None = None, mode: Mode = "new", out: Path | None = None,
    as_of: dt.date | None = None, returns: bool = True,
) -> Checked:  # fmt: skip
    """Judge files without taking them in, and write each one's returned rows beside it or into `out`.

    Files that are checked together are judged together, so that roles find their people. as_of: the day on which to
    judge; today. returns: whether to give every reason as a table; the files of returned rows are written all the same.
    Raises SourceError for a file or map that cannot be read, StorageError when the returns file cannot be written.
    """
    asked = Asked(map_path, mode, out, as_of)
    with judged(_extracts(paths), asked) as verdict:
        project = project_around(paths[0])
        files = [verdict.checked(count, _returned(verdict, count, project, asked.out)) for count in verdict.counts]
        frames = verdict.gated.accepted
        return Checked(
            tuple(files),
            verdict.reasons,
            verdict.completeness,
            give_receipt(verdict, project, asked.out, [f for one in files for f in one.written.files]),
            "person_records" in frames and "roles" not in frames,
            verdict.engine.collect(verdict.gated.returns()) if returns else None,
            mode,
            project.mode if project else None,
            tuple(verdict.collected.unread),
        )


@dataclass(frozen=True)
class Verdict:
    """Files judged together, while the engine that holds them is open."""

    engine: DuckDBEngine
    collected: Collected
    gated: Gated
    terms: Terms

    def checked(self, count: FileCount, written: Written | None = None) -> FileChecked:
        """The counts of one file."""
        rows = self._rows.get(count.file, {})
        returned = rows.get("returned", 0)
        marked = rows.get("marked", 0)
        return FileChecked(
            count.file, count.sent, count.sent - returned, returned, marked, count.left_out, written or Written()
        )

    @functools.cached_property
    def _rows(self) -> dict[str, dict[str, int]]:
        return {row["source_file"]: row for row in row_counts(self.gated).to_pylist()}

    @property
    def counts(self) -> list[FileCount]:
        return self.collected.counts

    @functools.cached_property
    def completeness(self) -> Completeness:
        return completeness_of(self.engine, self.gated)

    @functools.cached_property
    def reasons(self) -> pa.Table:
        return reason_counts(self.gated)


Overlay = Callable[[ExtractReader, str | None], Reader]


@contextmanager
def judged(paths: Sequence[Path], asked: Asked, overlay: Overlay = with_mended) -> Iterator[Verdict]:
    """Judge files together. overlay: what takes the place of rows of an extract."""
    project = project_around(paths[0])
    resources = project.resources if project else Resources()
    engine = DuckDBEngine(replace(resources, memory=MEMORY))
    try:
        collected = _collected(engine, paths, asked, overlay)
        frames = {name: together(parts) for name, parts in collected.frames.items()}
        book, terms = _terms(project, collected, asked)
        seen = _seen(engine, project, paths) if project else {}
        yield Verdict(engine, collected, gate(engine, frames, collected.faults, book, terms, seen), terms)
    finally:
        engine.close()


def _seen(engine: DuckDBEngine, project: Project, paths: Sequence[Path]) -> dict[str, Frame]:
    """Keys that the project's newest run took, and from which file, told as the files checked are told."""
    if not finished(project.runs):
        return {}
    tables = latest(project.runs) / "tables"
    folders = {path.resolve().parent for path in paths}
    told = file = nw.col("source_file")
    for own in sorted(f"{folder.name}/" for folder in folders if folder.parent == project.sources.resolve()):
        told = nw.when(file.str.starts_with(own)).then(file.str.slice(len(own))).otherwise(told)
    return {
        name: engine.read(tables / f"{name}.parquet").select(key, told.alias("source_file"))
        for name, key in (("person_records", "record_id"), ("crimes", "crime_id"))
    }


def _terms(project: Project | None, collected: Collected, asked: Asked) -> tuple[Rulebook, Terms]:
    if project is not None:
        terms = project.terms(asked.mode)
        return project.book, replace(terms, as_of=asked.as_of or terms.as_of)
    invented = any(map(_is_invented, collected.maps))
    return rulebook(), Terms(asked.mode, asked.as_of or dt.date.today(), invented)


def _extracts(paths: Sequence[Path]) -> list[Path]:
    """Leave out the files of returned and mended rows that lie beside the extracts."""
    extracts = [path for path in paths if not {".returns.", ".mended."} & {f".{p}." for p in path.name.split(".")}]
    if not extracts:
        raise ExtractError(
            "A file of returned rows is not an extract.",
            place=Place(file=paths[0].name),
            remedy="Mend its cells, save it, and take the mended rows with `joinedup take`.",
        )
    return extracts


def _collected(engine: DuckDBEngine, paths: Sequence[Path], asked: Asked, overlay: Overlay) -> Collected:
    given = load_map(asked.map_path) if asked.map_path else None
    collected, seen = Collected(), set[str]()
    for path in paths:
        _refuse_shared(path)
        returned = companion(path.resolve(), "returns").name
        if returned in seen:
            raise ExtractError(
                "Two files have the same name but for its ending, and their returned rows would share one file.",
                place=Place(file=path.name), remedy="Check them one by one, into folders of their own with --out.",
            )  # fmt: skip
        seen.add(returned)
        source = given or _map_beside(path)
        collected.add(collect_file(engine, path, _settings(path, source, overlay), source=source))
    return collected


def _refuse_shared(path: Path) -> None:
    """Two extracts of one folder under one stem would write over each other's returned rows and receipts, and each
    would be read with the other's mended rows.
    """
    if not path.is_file():
        return
    beside, own = path.absolute().parent, companion(path, "returns").name
    ignored = load_map(beside / MAP_NAME).ignore if (beside / MAP_NAME).exists() else ()
    for other in _files_in(beside):
        shared = other.name != path.name and is_extract(other) and companion(other, "returns").name == own
        if shared and not any(other.match(pattern) for pattern in ignored):
            raise ExtractError(
                f"`{path.name}` and `{other.name}` lie in one folder and differ in their ending alone, so their "
                "returned and mended rows would share one file.",
                place=Place(file=path.name), remedy="Give one of them another name, or a folder of its own.",
            )  # fmt: skip


def _files_in(folder: Path) -> list[Path]:
    """Raises StorageError when the folder may not be looked through."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise from_oserror(error) from None


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


def _settings(path: Path, source: SourceMap | None, overlay: Overlay) -> Settings:
    """The project's lists when the file lies in one; else a map of an invented force makes an invented file."""
    project = project_around(path)
    if project is not None:
        return replace(project.source_settings(), folder=path.parent, overlay=overlay)
    invented = source is not None and _is_invented(source)
    return Settings(Lists(invented=invented), path.parent, functools.partial(value_maps, invented=invented), overlay)


def _is_invented(source: SourceMap) -> bool:
    return (source.force or "").upper().startswith("X")


def reasons_of(checked: Checked, file: str) -> list[dict[str, object]]:
    """What `reasons` says of one file, the most frequent first, returned before marked."""
    own = checked.reasons.filter(pc.equal(checked.reasons["source_file"], file)).to_pylist()
    return sorted(own, key=lambda r: (r["severity"] != "returned", -r["count"], r["rule"], r["column"] or ""))


def _returned(verdict: Verdict, count: FileCount, project: Project | None, out: Path | None) -> Written:
    ours = written_by_us(project, out or count.path.parent, count.system)
    return write_returned(verdict.collected, verdict.gated, count, out, ours)


def give_receipt(
    verdict: Verdict, project: Project | None, out: Path | None = None, written: Sequence[Path] = ()
) -> Path:
    """Write what was sent and what became of it: into the project's `receipts/`, or else beside the file.

    written: files of returned rows that hold nothing mended. Raises StorageError.
    """
    counts = verdict.counts
    ours = written_by_us(None, out or counts[0].path.parent, "") if project is None else ()  # one receipt replaces one
    lines = [_line(verdict, count) for count in counts]
    terms = {
        "mode": verdict.terms.mode, "judged_as_of": verdict.terms.as_of.isoformat(),
        "rules": rules_digest(verdict.gated.book), "systems": sorted({count.system for count in counts}),
    }  # fmt: skip
    made = receipt(
        lines, verdict.reasons.to_pylist(), verdict.completeness, terms, sorted({*ours, *map(file_digest, written)})
    )
    plain = companion(counts[0].path, "receipt", None, "json")
    if project is None:
        return write_receipt(out / plain.name if out else plain, made)
    kept = project.folder / FOLDER / counts[0].system
    place = place_in(kept, plain.name.removesuffix(".receipt.json"), made)
    log_receipt(project, place, made)
    return write_receipt(place, made)


def _line(verdict: Verdict, count: FileCount) -> dict[str, object]:
    one = verdict.checked(count)
    numbers = {name: getattr(one, name) for name in ("sent", "accepted", "returned", "marked", "left_out")}
    return file_line(count.path, numbers) | {"sheet": count.sheet}
