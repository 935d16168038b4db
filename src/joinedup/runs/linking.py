"""Joining the records of one file, without a project."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from joinedup import tables
from joinedup.audit import Act, Entry, Subject, append, open_store, project_salt, transaction
from joinedup.engine import DuckDBEngine, Resources, open_extract, write_bytes
from joinedup.engine.contract import Frame
from joinedup.engine.storing import appearing
from joinedup.errors import ExtractError, LinkageError, Place, StorageError, nearest
from joinedup.gate import Terms, gate, rulebook
from joinedup.linkage import NOT_COMPARED, Linked, LinkSettings, link, model_files
from joinedup.linkage.features import IDENTIFIER, held_by_crowds, other_identifiers
from joinedup.linkage.incremental import Basis, begin
from joinedup.linkage.link import Expected, Progress
from joinedup.linkage.store.kept import NOTE
from joinedup.runs.accounts import account
from joinedup.runs.project import Project, project_around
from joinedup.runs.together import together
from joinedup.sources import Collected, Lists, Settings, SourceMap, collect_file, map_without_toml
from joinedup.sources.identifiers import read_identifiers
from joinedup.sources.plain import ALSO
from joinedup.sources.targets import HEADER_LIKENESS


@dataclass(frozen=True)
class LinkedFile:
    """records, people, pairs: counts. threshold: bits. seconds: wall time. expected: pairs of records that are joined,
    wrong among those, and missed, by the model's own account. notes: what was left out or is not to be believed.
    """

    records: int
    people: int
    pairs: int
    threshold: float
    seconds: float
    expected: Expected | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """How to join. pairs: where to write scored pairs. threshold: bits. compare: columns to compare as well, of
    `linkage.ON_REQUEST`. model: a model's JSON to use untrained. save_model: where to write the model as used. through:
    `splink` has Splink compare. keep: a folder in which to keep what `adding.add_file` joins later records to.
    """

    pairs: Path | None = None
    threshold: float | None = None
    compare: tuple[str, ...] = ()
    model: Path | None = None
    save_model: Path | None = None
    through: str = "arrays"
    keep: Path | None = None


def link_file(
    records: Path, clusters: Path, asked: Asked | None = None, progress: Progress | None = None
) -> LinkedFile:
    """Join the records of a file with columns of `person_records`; write record_id and person_id.

    Any other column whose name begins with `id_` is compared as identifiers of its own kind; see
    `sources.identifiers`. A file without rows gives clusters without rows. Output is CSV or Parquet by its name. A file
    inside a project is joined with the project's own salt, so that nobody can guess ids, and the joining is in the
    project's audit log. Raises ExtractError for a file that is not person records or holds rows that cannot be taken,
    LinkageError when there is nothing to compare or the model cannot be used.
    """
    started = time.monotonic()
    asked = asked or Asked()
    project = project_around(records)
    refuse_overwriting(records, clusters, asked)
    _refuse_other_folder(asked.keep)
    settings = _settings(project, asked)
    engine = DuckDBEngine(project.resources if project else Resources())
    try:
        people = read_people(engine, project, records)
        linked = link(engine, people.frame, settings, progress=progress) if people.count else _nobody(settings)
        if project:
            log_joining(project, records, linked.threshold, linked.clusters.num_rows)
        if asked.keep is not None:
            begin(engine, people.frame, linked, asked.keep, Basis(asked.compare))
        write_pieces([linked.clusters], clusters)
        if asked.pairs is not None:
            write_pieces(linked.pieces(), asked.pairs)
    finally:
        engine.close()
    if asked.save_model is not None:
        write_bytes(asked.save_model, model_files.written(linked.model))
    return LinkedFile(
        records=linked.clusters.num_rows,
        people=len(linked.clusters["person_id"].unique()),
        pairs=linked.keyed.num_rows + (len(linked.scored) if linked.scored is not None else 0),
        threshold=linked.threshold,
        seconds=round(time.monotonic() - started, 3),
        expected=linked.expected,
        notes=(*people.notes, *linked.notes),
    )


def _nobody(settings: LinkSettings) -> Linked:
    """What a file without rows gives."""
    return Linked(tables.CLUSTERS.empty(), None, tables.PAIRS.empty(), settings.threshold or 0.0)


def _settings(project: Project | None, asked: Asked) -> LinkSettings:
    if asked.through not in ("arrays", "splink"):
        raise LinkageError(f"Nothing compares through `{asked.through}`.", remedy="Write arrays or splink.")
    return LinkSettings(
        threshold=asked.threshold if asked.threshold is not None or project is None else project.threshold,
        salt=salt_of(project) if project else b"",
        compare=asked.compare,
        model=model_files.read_model(asked.model) if asked.model else None,
        through="splink" if asked.through == "splink" else "arrays",
    )


@dataclass(frozen=True)
class People:
    """Records of a file, with identifiers of its own besides. notes: what of the file is not compared, in words."""

    frame: Frame
    count: int
    notes: tuple[str, ...]


def read_people(engine: DuckDBEngine, project: Project | None, records: Path) -> People:
    """The records of a file, judged as the gate judges them; every one is accepted, or the command stops."""
    lists = project.source_settings().lists if project else Lists()
    collected = collect_file(engine, records, Settings(lists, records.parent), system="", source=_source(records))
    if set(collected.frames) != {"person_records"}:
        raise ExtractError(
            "These are not person records.", place=Place(file=records.name, row=1),
            remedy="Name the columns as in table `person_records` of docs/reference/tables.md.",
        )  # fmt: skip
    frame = together(collected.frames["person_records"])
    identifiers = _identifiers(collected)
    terms = Terms("historic", dt.date.today())
    faults = pa.concat_tables([collected.faults, identifiers.faults])
    gated = gate(engine, {"person_records": frame}, faults, rulebook().of_form(), terms)
    _refuse_returned(engine.collect(gated.returns()).sort_by("source_row"), records.name)
    accepted = identifiers.beside(engine, gated.accepted["person_records"])
    return People(accepted, sum(one.sent for one in collected.counts), identifiers.notes)


def _source(records: Path) -> SourceMap | None:
    """Of a file of identifiers alone, whose columns tell nothing of its table; else None."""
    try:
        columns = open_extract(records).columns
    except ExtractError:
        return None  # whoever reads the file tells it, or finds another sheet of the workbook
    others = [table for table in tables.RECORD_TABLES if table is not tables.PERSON_RECORDS]
    elsewhere = {"local_id", *(name for table in others for name in table.names)}
    telling = [name for name in columns if name in tables.PERSON_RECORDS and name not in elsewhere]
    if telling or not other_identifiers(columns):
        return None
    return map_without_toml(records, columns, "", tables.PERSON_RECORDS)


@dataclass(frozen=True)
class _Identifiers:
    """Identifiers of a file that `person_records` has no column for. rows: source_file, source_row and a column a kind.

    faults: cells that cannot be one, as `tables.UNREADABLE`. notes: what of the file is not compared, in words.
    """

    rows: pa.Table | None
    faults: pa.Table
    notes: tuple[str, ...]

    def beside(self, engine: DuckDBEngine, people: Frame) -> Frame:
        """The same people with their identifiers."""
        if self.rows is None:
            return people
        return people.join(engine.frame(self.rows), on=["source_file", "source_row"], how="left")


def _identifiers(collected: Collected) -> _Identifiers:
    """Read what the reader of `person_records` left; a column that can be no identifier is told."""
    ((file, reader),) = collected.readers.items()  # of one table, there is one
    named = [name for name in reader.columns if name.startswith(IDENTIFIER) and name not in tables.PERSON_RECORDS]
    taken = _told_apart(other_identifiers(named))
    unread = collected.unread or _resembling(file, reader.columns)
    notes = [f"{_LEFT[_is_of(what, taken)]}: {what}" for what in unread]
    notes += [f"Not compared, for its name: column `{name}` of `{file}`." for name in named if name not in taken]
    if not taken:
        return _Identifiers(None, tables.UNREADABLE.empty(), tuple(notes))
    rows, faults = read_identifiers(reader, taken, file)
    crowded = [name for name in taken if held_by_crowds(rows[name])]
    notes += [
        f"Not compared: column `{name}` of `{file}`. Too many records share each of its values." for name in crowded
    ]
    return _Identifiers(rows.drop_columns(crowded), faults, tuple(notes))


_LEFT = {False: "Not read", True: "Compared as identifiers of their own kind"}
"""What becomes of a column that resembles one of `person_records`, by whether it was taken."""


def _resembling(file: str, columns: Sequence[str]) -> list[str]:
    """Columns that resemble one of `person_records`, as the reader tells them of a file whose table it found itself."""
    known = tables.PERSON_RECORDS.names
    likely = {name: nearest(name, known, HEADER_LIKENESS) for name in columns if name not in (*known, *ALSO)}
    return [f"column `{name}` of `{file}`.{hint}" for name, hint in likely.items() if hint]


def _is_of(what: str, taken: Sequence[str]) -> bool:
    return what.startswith(tuple(f"column `{name}` of " for name in taken))


def _told_apart(columns: Sequence[str]) -> list[str]:
    """Without those that differ from another, or from a column of `person_records`, in capitals alone."""
    first = {name.lower(): name for name in reversed(columns)}
    return [name for name in columns if first[name.lower()] == name and name.lower() not in tables.PERSON_RECORDS]


def _refuse_other_folder(folder: Path | None) -> None:
    """Raise StorageError for a folder that holds something else than a store: making one anew would remove it."""
    if folder is None or (folder / NOTE).exists() or not folder.exists():
        return
    if folder.is_file() or any(folder.iterdir()):
        raise StorageError(
            "This holds something else than what a joining keeps.",
            place=Place(file=str(folder)),
            remedy="Name a folder that does not exist.",
        )


def refuse_overwriting(records: Path, clusters: Path, asked: Asked) -> None:
    """Raise StorageError for a result of another kind of file, or one that would take the place of what is read."""
    for path in (clusters, asked.pairs):
        if path is not None and path.suffix not in (".csv", ".parquet"):
            raise StorageError("Results are written as .csv or .parquet.", place=Place(file=str(path)))
    taken = {path.resolve() for path in (records, asked.model) if path is not None}
    for path in (clusters, asked.pairs, asked.save_model):
        if path is None:
            continue
        if path.resolve() in taken:
            raise StorageError(
                "A result would be written over another file of this command.", place=Place(file=str(path))
            )
        taken.add(path.resolve())


def salt_of(project: Project) -> bytes:
    """The project's secret, of which ids are made."""
    with closing(open_store(project.folder)) as store, transaction(store):
        return project_salt(store)


def log_joining(project: Project, records: Path, threshold: float, count: int) -> None:
    """Write the joining to the project's audit log before its result is written."""
    detail = {"file": records.name, "threshold": threshold, "records": count}
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, Entry(Act.COMBINATION, account(), "link", (Subject("extract", records.name),), detail))


def _refuse_returned(returns: pa.Table, file: str) -> None:
    """Every record gets a person or none does: a row that cannot be taken stops the command."""
    for reason in returns.to_pylist():
        if reason["severity"] == "returned":
            raise ExtractError(
                reason["message"],
                place=Place(file=file, row=reason["source_row"], column=reason["column"]),
                rule=reason["rule"],
                remedy=reason["remedy"] + " `joinedup check` lists every row.",
            )


def write_pieces(pieces: Iterable[pa.Table], path: Path) -> None:
    """Write a table piece by piece, as CSV or Parquet by its name."""
    with appearing(path) as temporary, contextlib.ExitStack() as stack:
        writer: pq.ParquetWriter | arrow_csv.CSVWriter | None = None
        for piece in pieces:
            flat = piece if path.suffix == ".parquet" else _flat(piece)
            if writer is None:
                writer = stack.enter_context(_writer(temporary, path, flat.schema))
            writer.write_table(flat)


def _writer(temporary: Path, path: Path, schema: pa.Schema) -> pq.ParquetWriter | arrow_csv.CSVWriter:
    if path.suffix == ".parquet":
        return pq.ParquetWriter(temporary, schema, compression="zstd")
    return arrow_csv.CSVWriter(temporary, schema)


def _flat(table: pa.Table) -> pa.Table:
    """CSV has no nested cells: evidence becomes text, `level (bits)` joined by `;`, without what was not compared."""
    if "evidence" not in table.column_names:
        return table
    told = [
        "; ".join(f"{e['level']} ({e['weight']:+.1f})" for e in cell if e["level"] != NOT_COMPARED)
        for cell in table["evidence"].to_pylist()
    ]
    return table.set_column(table.schema.get_field_index("evidence"), "evidence", pa.array(told, pa.string()))
