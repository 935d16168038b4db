"""Records of a file joined to those of a store that an earlier joining left, without comparing the others anew."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import DuckDBEngine, Resources, read_extract
from joinedup.errors import ExtractError, LinkageError, Place
from joinedup.linkage.incremental import Change, Updated, update
from joinedup.linkage.store.kept import NOTE, open_store
from joinedup.runs.folder import held_alone
from joinedup.runs.linking import Asked, log_joining, read_people, refuse_overwriting, salt_of, write_pieces
from joinedup.runs.project import project_around


@dataclass(frozen=True)
class AddedFile:
    """Counts of records: changed, that were new or corrected; gone, that were removed or corrected; read, that were
    looked at because they share something with a changed one; regrouped, whose person was settled anew, and moved,
    those of them that had another person before. compared, pairs: pairs compared, and kept. threshold: bits. seconds:
    wall time. notes: what of the file was not compared.
    """

    changed: int
    gone: int
    read: int
    regrouped: int
    moved: int
    compared: int
    pairs: int
    threshold: float
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Added:
    """What is added, and to what. records: a file of new and corrected ones. store: the folder that `link_file` kept.
    removed: a file with a column record_id, of records that are no more. pairs: where to write the pairs found.
    """

    records: Path
    store: Path
    removed: Path | None = None
    pairs: Path | None = None


def add_file(added: Added, clusters: Path) -> AddedFile:
    """Join new and corrected records of a file to those of a store; write record_id and person_id of all whose person
    was settled anew. Whoever is not written stands as before.

    A record with an id that the store has is taken as corrected. The model, what is common and the threshold are the
    store's, so that the result is that of joining all records of today with them. Raises what `link_file` raises;
    LinkageError where there is no store and for a removed record that is not there; BusyError while somebody else adds.
    """
    started = time.monotonic()
    if not (added.store / NOTE).exists():
        raise LinkageError(
            "Nothing was kept here to add records to.", place=Place(file=str(added.store)),
            remedy="Join the first records with --keep.",
        )  # fmt: skip
    refuse_overwriting(added.records, clusters, Asked(added.pairs))
    project = project_around(added.records)
    with (
        held_alone(added.store, "Somebody else adds records here."),
        closing(DuckDBEngine(project.resources if project else Resources())) as engine,
    ):
        people = read_people(engine, project, added.records)
        store = open_store(added.store)
        change = Change(people.frame, _ids(added.removed) if added.removed else ())
        made = update(engine, store, change, salt_of(project) if project else b"")
        if project:
            log_joining(project, added.records, store.kept.threshold, made.clusters.num_rows)
        _written(made, clusters, added.pairs)
    touched = made.touched
    return AddedFile(
        touched.changed, touched.gone, touched.read, touched.regrouped, _moved(made), touched.compared, touched.kept,
        store.kept.threshold, round(time.monotonic() - started, 3), people.notes,
    )  # fmt: skip


def _ids(path: Path) -> Sequence[str]:
    """Record ids of a file. Raises ExtractError."""
    table = read_extract(path).table
    if "record_id" not in table.column_names:
        raise ExtractError(
            "The file of removed records has no column record_id.", place=Place(file=path.name, row=1),
            remedy="Give one record id a row, under record_id.",
        )  # fmt: skip
    return list(pc.unique(table["record_id"].drop_null()).to_pylist())


def _written(made: Updated, clusters: Path, pairs: Path | None) -> None:
    write_pieces([made.clusters], clusters)
    if pairs is not None:
        write_pieces([tables.PAIRS.empty(), *made.pairs.pieces()], pairs)


def _moved(made: Updated) -> int:
    """Records that had another person before."""
    places = pc.index_in(made.before["record_id"], value_set=made.clusters["record_id"].combine_chunks())
    now = made.clusters["person_id"].take(places.combine_chunks() if isinstance(places, pa.ChunkedArray) else places)
    return int(pc.sum(pc.fill_null(pc.not_equal(made.before["person_id"], now), False)).as_py() or 0)


__all__ = ["Added", "AddedFile", "add_file"]
