"""Lawful erasure: a person's records go from extracts, mended rows and every run; what stays is that it was done.

The tables of runs lose the rows that name an erased record, and their manifests say that they can no longer be made
again. Reports stay: they hold counts. The log keeps every entry, and can no longer say whom those about the person were
about. A tombstone, a digest keyed with the project's salt, stops a record from coming back with a backup or with the
next extract. Law: Data Protection Act 2018, section 47; Code of Practice for Police Information and Records Management.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.audit.erased import buried, bury
from joinedup.audit.subjects import forget
from joinedup.engine import remove_folder, write_bytes
from joinedup.engine.blanking import blank_rows
from joinedup.engine.extracts import Reading
from joinedup.engine.storing import appearing
from joinedup.errors import JoinedupError, Place, ProjectError
from joinedup.linkage.identities import resolved
from joinedup.linkage.index import INDEX
from joinedup.linkage.judgements import forget_judgements
from joinedup.review.events import forget_cases
from joinedup.runs import folder as places
from joinedup.runs.accounts import account
from joinedup.runs.digests import file_digest
from joinedup.runs.project import Project, load_project
from joinedup.sources import MAP_NAME, load_map
from joinedup.sources.mended import companion, without_rows

RECORD_COLUMNS = ("record_id", "record_id_l", "record_id_r")
"""Columns whose value makes a row one about that record."""


@dataclass(frozen=True)
class Asked:
    """What is to be erased, and on whose word. who: person ids, of any run, or records as system:reference.

    basis: the legal ground, in words, without a name. second: the account of whoever agreed; never the one who asks.
    """

    who: tuple[str, ...]
    basis: str
    second: str
    by: str | None = None


@dataclass(frozen=True)
class Erased:
    """records: how many. rows: of extracts, by file. runs: changed. kept_until: records that were to be kept longer.

    look: crimes of the records, whose notes are text and may name the person all the same.
    """

    records: int
    rows: Mapping[str, int]
    runs: tuple[str, ...]
    kept_until: int
    look: tuple[str, ...]


def erase(folder: Path, asked: Asked, *, try_only: bool = False) -> Erased:
    """Erase people or records from a project. try_only: say what would go, and change nothing.

    Raises ProjectError for a person whom no run knows and for two accounts that are one; HeldError while a hold stands.
    """
    project, by = load_project(folder), asked.by or account()
    if asked.second.strip() in ("", by):
        raise ProjectError(
            "Two people agree to an erasure, and only one is named.", rule="erase-two-people",
            remedy="Name the account of the other with --second.",
        )  # fmt: skip
    with places.locked(project.runs):
        run = places.latest(project.runs)
        records = _records(run, asked.who)
        _refuse_held(project, records)
        found = _found(project, run, records)
        if not try_only:
            _erase(project, records, found, asked, by)
        return found


def _records(run: Path, who: Sequence[str]) -> list[str]:
    """The records of people and records named. Raises ProjectError for one that the newest run does not know."""
    clusters = pq.read_table(run / "tables" / "clusters.parquet", columns=["record_id", "person_id"])
    events = pq.read_table(run / "tables" / "person_events.parquet")
    found = set[str]()
    for one in who:
        people = resolved(one, clusters, events)
        own = pc.or_(
            pc.equal(clusters["record_id"], one), pc.is_in(clusters["person_id"], pa.array(people, pa.string()))
        )
        some = clusters.filter(own)["record_id"].to_pylist()
        if not some:
            raise ProjectError(
                "The newest run knows no such person or record.", place=Place(column="person_id"),
                remedy="Name a person id, or a record as system:reference.",
            )  # fmt: skip
        found.update(some)
    return sorted(found)


def _refuse_held(project: Project, records: Sequence[str]) -> None:
    for hold in project.holds:
        if any(hold.covers(record) for record in records):
            raise JoinedupError(
                f"A hold stands over these records: {hold.name}.", place=Place(file="joinedup.toml"), rule="hold",
                remedy="Nothing is erased until whoever placed the hold lifts it.",
            )  # fmt: skip


def _found(project: Project, run: Path, records: Sequence[str]) -> Erased:
    wanted = pa.array(records, pa.string())
    rows = _rows(places.finished(project.runs), wanted)
    people = _about(run / "tables" / "person_records.parquet", wanted)
    roles = _about(run / "tables" / "roles.parquet", wanted)
    today = datetime.now(UTC).date()
    until = people["retain_until"].to_pylist() if people is not None else []
    return Erased(
        len(records),
        {file: len(numbers) for file, numbers in sorted(rows.items())},
        tuple(one.name for one in places.finished(project.runs)),
        sum(1 for day in until if day is not None and day > today),
        tuple(sorted(set(roles["crime_id"].to_pylist()))) if roles is not None else (),
    )


def _about(path: Path, records: pa.Array) -> pa.Table | None:
    """The rows of a table that name one of the records; None for a table that names none."""
    names = [name for name in RECORD_COLUMNS if name in pq.read_schema(path).names]
    if not names:
        return None
    table = pq.read_table(path)
    return table.filter(_names_any(table, names, records))


def _names_any(table: pa.Table, names: Iterable[str], records: pa.Array) -> pa.ChunkedArray:
    found = pa.chunked_array([pa.nulls(0, pa.bool_())])
    for place, name in enumerate(names):
        here = pc.fill_null(pc.is_in(table[name], value_set=records), False)
        found = here if place == 0 else pc.or_(found, here)
    return found


def _erase(project: Project, records: Sequence[str], found: Erased, asked: Asked, by: str) -> None:
    wanted = pa.array(records, pa.string())
    rows = _rows(places.finished(project.runs), wanted)
    with closing(open_store(project.folder)) as store:
        store.execute("PRAGMA secure_delete = ON")
        detail = {"records": found.records, "second": asked.second, "runs": len(found.runs), "rows": dict(found.rows)}
        with transaction(store):  # said first: an erasure that is stopped half-way has still been logged
            append(store, Entry(Act.ERASURE, by, asked.basis, (), {"erasure": "started"} | detail))
        for file, numbers in sorted(rows.items()):
            _blank(project, file, numbers)
        people = set[str]()
        for run in places.finished(project.runs):
            people |= _take_out(run, wanted)
            _take_out_cases(run, found.look)
        remove_folder(project.runs / places.PARTIAL)
        with transaction(store):
            for kind, ids in (("record", records), ("person", sorted(people))):
                for one in ids:
                    forget(store, Subject(kind, one))
            forget_judgements(store, records)
            forget_cases(store, _of_nobody(project, found.look))
            bury(store, records)
            append(store, Entry(Act.ERASURE, by, asked.basis, (), {"erasure": "finished"} | detail))
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _of_nobody(project: Project, crimes: Sequence[str]) -> list[str]:
    """Of these crimes, those in which no record has a part any longer: what was decided of them goes as well."""
    left = set[str]()
    for place in places.finished(project.runs):
        left.update(pq.read_table(place / "tables" / "roles.parquet", columns=["crime_id"])["crime_id"].to_pylist())
    return [crime for crime in crimes if crime not in left]


def erase_again(folder: Path, *, by: str | None = None) -> Erased:
    """Take records out again that were erased before and came back, with a backup or a sender's next extract.

    Where they lie is known from the run that refused to go on. No second decision is made, so nobody else is asked.
    """
    project = load_project(folder)
    with places.locked(project.runs), closing(open_store(project.folder)) as store:
        refused = sorted(one for one in (project.runs / places.PARTIAL).iterdir() if one.is_dir())
        records = [one for run in refused for one in buried(store, _ids(run))]
        rows = _rows(refused, pa.array(records, pa.string()))
        told = {file: len(numbers) for file, numbers in sorted(rows.items())}
        with transaction(store):
            detail = {"erasure": "again", "records": len(records), "rows": told}
            append(store, Entry(Act.ERASURE, by or account(), "records erased before came back", (), detail))
        for file, numbers in sorted(rows.items()):
            _blank(project, file, numbers)
        remove_folder(project.runs / places.PARTIAL)
    return Erased(len(records), told, (), 0, ())


def _ids(run: Path) -> list[str]:
    path = run / "tables" / "person_records.parquet"
    return list(pq.read_table(path, columns=["record_id"])["record_id"].to_pylist()) if path.exists() else []


def _rows(runs: Sequence[Path], records: pa.Array) -> dict[str, set[int]]:
    """Rows of extracts by file, as any of the runs names them."""
    rows: dict[str, set[int]] = {}
    for run in runs:
        for path in sorted((run / "tables").glob("*.parquet")):
            table = _about(path, records)
            if table is None or not {"source_file", "source_row"} <= set(table.column_names):
                continue
            for file, row in zip(table["source_file"].to_pylist(), table["source_row"].to_pylist(), strict=True):
                rows.setdefault(file, set()).add(row)
    return rows


def _blank(project: Project, file: str, rows: set[int]) -> None:
    """Take rows out of an extract, of the rows mended in it, and remove its files of returned rows: `check` makes them
    again. A file that is gone holds nothing.
    """
    name, _, sheet = file.partition("#")
    path = project.sources / name
    if not path.exists():
        return
    mended = companion(path, "mended", sheet or None)
    blank_rows(path, rows, _reading(path, sheet or None))
    if mended.exists():
        write_bytes(mended, without_rows(mended, rows))
    for ending in ("csv", "xlsx"):
        companion(path, "returns", sheet or None, ending).unlink(missing_ok=True)


def _reading(path: Path, sheet: str | None) -> Reading:
    source = path.parent / MAP_NAME
    told = load_map(source).reading if source.exists() else Reading()
    return Reading(told.encoding, told.delimiter, sheet)


def _take_out(run: Path, records: pa.Array) -> set[str]:
    """Take rows about records out of a run, mark it, and give the ids of the people who have no record left."""
    clusters = pq.read_table(run / "tables" / "clusters.parquet", columns=["record_id", "person_id"])
    gone = pc.is_in(clusters["record_id"], value_set=records)
    left = set(clusters.filter(pc.invert(gone))["person_id"].to_pylist())
    people = set(clusters.filter(gone)["person_id"].to_pylist()) - left
    changed = {}
    for path in [*sorted((run / "tables").glob("*.parquet")), run / "strict.parquet", run / "loose.parquet"]:
        if path.exists() and _filtered(path, records, pa.array(sorted(people), pa.string())):
            changed[path.stem] = path
    remove_folder(run / INDEX)
    _mark(run, {name: path for name, path in changed.items() if path.parent.name == "tables"})
    return people


def _take_out_cases(run: Path, crimes: Sequence[str]) -> None:
    """Take out what a run found of cases in which a record had a part: the values that fired its rules may be theirs.

    The next run finds anew what the other records still show.
    """
    path = run / "tables" / "review_cases.parquet"
    if not path.exists():
        return
    table = pq.read_table(path)
    gone = pc.is_in(table["crime_id"], value_set=pa.array(crimes, pa.string()))
    if pc.any(gone).as_py():
        with appearing(path) as temporary:
            pq.write_table(table.filter(pc.invert(gone)), temporary)
        _mark(run, {path.stem: path})


def _filtered(path: Path, records: pa.Array, people: pa.Array) -> bool:
    """Write a table anew without the rows about records or people; False where it has none."""
    table = pq.read_table(path)
    names = [name for name in RECORD_COLUMNS if name in table.column_names]
    out = (
        _names_any(table, names, records)
        if names
        else pa.chunked_array([pa.array([False] * table.num_rows, pa.bool_())])
    )
    if "person_id" in table.column_names:
        out = pc.or_(out, pc.fill_null(pc.is_in(table["person_id"], value_set=people), False))
    if path.stem == "person_events":
        table = _without_ended(table, set(records.to_pylist()))
    elif not pc.any(out).as_py():
        return False
    with appearing(path) as temporary:
        pq.write_table(table.filter(pc.invert(out)), temporary)
    return True


def _without_ended(events: pa.Table, records: set[str]) -> pa.Table:
    """Events that no longer say which of the records somebody had."""
    kept = [[one for one in held or () if one["record_id"] not in records] for held in events["ended"].to_pylist()]
    place = events.column_names.index("ended")
    return events.set_column(place, events.schema.field("ended"), pa.array(kept, events.schema.field("ended").type))


def _mark(run: Path, changed: Mapping[str, Path]) -> None:
    manifest: dict[str, Any] = json.loads((run / "manifest.json").read_text())
    for name, path in changed.items():
        manifest["tables"][name] = {"rows": pq.read_metadata(path).num_rows, "sha256": file_digest(path)}
    manifest["not_reproducible"] = "Records were lawfully erased after this run was made."
    write_bytes(run / "manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())
