"""Joining the records of one file, without a project."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, project_salt, transaction
from joinedup.engine import DuckDBEngine, Resources
from joinedup.engine.storing import appearing
from joinedup.errors import ExtractError, Place, StorageError
from joinedup.gate import Terms, gate, rulebook
from joinedup.linkage import DEFAULT_THRESHOLD, NOT_COMPARED, LinkSettings, link
from joinedup.runs.accounts import account
from joinedup.runs.project import Project, project_around
from joinedup.runs.stages import together
from joinedup.sources import Lists, Settings, collect_file


@dataclass(frozen=True)
class LinkedFile:
    """records, people, pairs: counts. threshold: bits. seconds: wall time."""

    records: int
    people: int
    pairs: int
    threshold: float
    seconds: float


def link_file(
    records: Path, clusters: Path, *, pairs: Path | None = None, threshold: float | None = None
) -> LinkedFile:
    """Join the records of a file with columns of `person_records`; write record_id and person_id.

    Output is CSV or Parquet by its name. A file inside a project is joined with the project's own salt, so that
    nobody can guess ids, and the joining is in the project's audit log. Raises ExtractError for a file that is not
    person records or holds rows that cannot be taken, LinkageError when there is nothing to compare.
    """
    started = time.monotonic()
    project = project_around(records)
    _refuse_overwriting(records, clusters, pairs)
    salt = _salt(project) if project else b""
    settings = LinkSettings(_threshold(project, threshold), salt)
    lists = project.source_settings().lists if project else Lists()
    engine = DuckDBEngine(Resources())
    try:
        collected = collect_file(engine, records, Settings(lists, records.parent), system="")
        if set(collected.frames) != {"person_records"}:
            raise ExtractError(
                "These are not person records.", place=Place(file=records.name, row=1),
                remedy="Name the columns as in table `person_records` of docs/reference/tables.md.",
            )  # fmt: skip
        frame = together(collected.frames["person_records"])
        terms = Terms("historic", dt.date.today())
        gated = gate(engine, {"person_records": frame}, collected.faults, rulebook().of_form(), terms)
        _refuse_returned(engine.collect(gated.returns()).sort_by("source_row"), records.name)
        linked = link(engine, gated.accepted["person_records"], settings)
    finally:
        engine.close()
    if project:
        _log(project, records, settings.threshold, linked.clusters.num_rows)
    _write(linked.clusters, clusters)
    if pairs is not None:
        _write(linked.pairs, pairs)
    return LinkedFile(
        records=linked.clusters.num_rows,
        people=len(linked.clusters["person_id"].unique()),
        pairs=linked.pairs.num_rows,
        threshold=settings.threshold,
        seconds=round(time.monotonic() - started, 3),
    )


def _threshold(project: Project | None, asked: float | None) -> float:
    if asked is not None:
        return asked
    return project.threshold if project else DEFAULT_THRESHOLD


def _refuse_overwriting(records: Path, *outputs: Path | None) -> None:
    for path in outputs:
        if path is not None and path.suffix not in (".csv", ".parquet"):
            raise StorageError("Results are written as .csv or .parquet.", place=Place(file=str(path)))
    taken = {records.resolve()}
    for path in outputs:
        if path is None:
            continue
        if path.resolve() in taken:
            raise StorageError(
                "A result would be written over another file of this command.", place=Place(file=str(path))
            )
        taken.add(path.resolve())


def _salt(project: Project) -> bytes:
    with closing(open_store(project.folder)) as store, transaction(store):
        return project_salt(store)


def _log(project: Project, records: Path, threshold: float, count: int) -> None:
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


def _write(table: pa.Table, path: Path) -> None:
    with appearing(path) as temporary:
        if path.suffix == ".parquet":
            pq.write_table(table, temporary, compression="zstd")
        else:
            arrow_csv.write_csv(_flat(table), temporary)


def _flat(table: pa.Table) -> pa.Table:
    """CSV has no nested cells: evidence becomes text, `level (bits)` joined by `;`, without what was not compared."""
    if "evidence" not in table.column_names:
        return table
    told = [
        "; ".join(f"{e['level']} ({e['weight']:+.1f})" for e in cell if e["level"] != NOT_COMPARED)
        for cell in table["evidence"].to_pylist()
    ]
    return table.set_column(table.schema.get_field_index("evidence"), "evidence", pa.array(told, pa.string()))
