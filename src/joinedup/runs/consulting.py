"""Looking at what a run found: who is this. Every look is in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError
from joinedup.linkage import NOT_COMPARED, Described, against
from joinedup.linkage.model_files import read_model
from joinedup.linkage.reasons import Reason
from joinedup.runs.accounts import account
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project
from joinedup.sources import standard
from joinedup.sources.source_map import DEFAULT_DATES


@dataclass(frozen=True)
class Candidate:
    """A person who may be the one described. match_weight: of the best record, in bits. records: all of theirs."""

    person_id: str
    match_weight: float
    reasons: tuple[Reason, ...]
    records: tuple[str, ...]


WRITTEN = {
    "dob": "Write it as 1990-12-31 or 31/12/1990.",
    "sex": "Write M or F.",
    "phone": "Write 10 to 15 digits.",
    "postcode": "Write it whole, such as XA1 1AA.",
}


def describe(said: Mapping[str, str | None]) -> Described:
    """A description from what somebody typed: the columns of `person_records` by name, and `phone`.

    Typed values get the standard form that extracts get. Raises LinkageError for one that cannot be read.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "surname": lambda text: standard.name(text).main,
        "forenames": lambda text: standard.name(text).main,
        "dob": lambda text: standard.date(text, DEFAULT_DATES[:2]),
        "sex": lambda text: text.strip().upper() if text.strip().upper() in ("M", "F") else None,
        "postcode": standard.postcode,
        "phone": standard.phone,
    }
    read: dict[str, Any] = {}
    for name, text in said.items():
        if text is None:
            continue
        read[name] = readers.get(name, standard.identifier)(text)
        if read[name] is None:
            raise LinkageError(
                f"The {name.removeprefix('id_')} cannot be read.", remedy=WRITTEN.get(name, "Check how it is written.")
            )
    identifiers = {name: value for name, value in read.items() if name.startswith("id_")}
    return Described(**{n: v for n, v in read.items() if n not in identifiers}, identifiers=identifiers or None)


def lookup(
    folder: Path, described: Described, *, why: str, by: str | None = None, most: int = 10
) -> tuple[Candidate, ...]:
    """Who a description fits, in every system, best first, from the newest run.

    Raises LinkageError for a description without anything to search by, ProjectError when there is no run. The
    records shown are logged before they are given.
    """
    project = load_project(folder)
    run = latest(project.runs)
    if not described.searchable:
        raise LinkageError(
            "The description has nothing to search by.",
            remedy="Give a surname, a birth date, a postcode, a phone or an identifier.",
        )
    with closing(DuckDBEngine(project.resources)) as engine:
        people = engine.read(run / "tables" / "person_records.parquet")
        pairs = against(engine, people, described, read_model(run / "model.json"))
    candidates = _candidates(run, pairs)[:most]
    _log(project, "lookup", [record for one in candidates for record in one.records], why, by)
    return candidates


def _reasons(evidence: Sequence[dict[str, Any]]) -> tuple[Reason, ...]:
    told = [Reason(e["comparison"], e["level"], e["weight"] or 0.0) for e in evidence if e["level"] != NOT_COMPARED]
    return tuple(sorted(told, key=lambda reason: -reason.bits))


def _candidates(run: Path, pairs: pa.Table) -> tuple[Candidate, ...]:
    clusters = pq.read_table(run / "tables" / "clusters.parquet", columns=["record_id", "person_id"])
    wanted = clusters.filter(pc.is_in(clusters["record_id"], pairs["record_id"].combine_chunks()))
    person = dict(zip(*(column.to_pylist() for column in wanted.columns), strict=True))
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(pairs.to_pylist(), key=lambda r: (-r["match_weight"], r["record_id"])):
        best.setdefault(person[row["record_id"]], row)
    records = _records_of(clusters, list(best))
    return tuple(
        Candidate(who, row["match_weight"], _reasons(row["evidence"]), records[who]) for who, row in best.items()
    )


def _records_of(clusters: pa.Table, people: list[str]) -> dict[str, tuple[str, ...]]:
    rows = clusters.filter(pc.is_in(clusters["person_id"], pa.array(people, pa.string()))).to_pylist()
    return {who: tuple(sorted(r["record_id"] for r in rows if r["person_id"] == who)) for who in people}


def _log(project: Project, what: str, records: Sequence[str], why: str, by: str | None) -> None:
    subjects = tuple(Subject("record", record) for record in records)
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, Entry(Act.CONSULTATION, by or account(), why, subjects, {"command": what}))
