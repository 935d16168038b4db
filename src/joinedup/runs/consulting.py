"""Looking at what a run found: who is this. Every look is in the audit log."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.engine import DuckDBEngine
from joinedup.errors import BusyError, LinkageError, from_oserror
from joinedup.linkage import Described
from joinedup.linkage.again import again
from joinedup.linkage.index import INDEX, build_index
from joinedup.linkage.lookup import Candidate, Index, Shelf
from joinedup.linkage.model_files import read_model
from joinedup.runs.accounts import account
from joinedup.runs.folder import latest, locked
from joinedup.runs.project import Project, load_project
from joinedup.sources import standard
from joinedup.sources.source_map import DEFAULT_DATES

WRITTEN = {
    "dob": "Write it as 1990-12-31 or 31/12/1990, or the year alone.",
    "sex": "Write M or F.",
    "phone": "Write 10 to 15 digits.",
    "postcode": "Write it whole, such as XA1 1AA.",
    "email": "Write it whole, with @ and what follows.",
}


def describe(said: Mapping[str, str | None]) -> Described:
    """A description from what somebody typed: the columns of `person_records` by name, and `alias`, `phone`, `email`.

    Typed values get the standard form that extracts get; a name after "aka" becomes an alias, and an alias without any
    other name is taken for the name. Raises LinkageError for one that cannot be read.
    """
    read = {name: _read(name, text) for name, text in said.items() if text is not None}
    names: dict[str, standard.Name] = {p: read[p] for p in ("forenames", "surname", "alias") if p in read}
    forenames, surname = _own_names(names)
    dob, precision = read.get("dob", (None, "day"))
    return Described(
        forenames=forenames,
        surname=surname,
        aliases=tuple(alias for part, one in names.items() for alias in _aliases(part, one)),
        dob=dob,
        dob_precision=precision,
        sex=read.get("sex"),
        postcode=read.get("postcode"),
        address=read.get("address"),
        phones=(read["phone"],) if "phone" in read else (),
        emails=(read["email"],) if "email" in read else (),
        identifiers={name: value for name, value in read.items() if name.startswith("id_")},
    )


def _read(name: str, text: str) -> Any:
    value = _READERS.get(name, standard.identifier)(text)
    if value is None:
        raise LinkageError(
            f"The {name.removeprefix('id_')} cannot be read.", remedy=WRITTEN.get(name, "Check how it is written.")
        )
    return value


def _name(text: str) -> standard.Name | None:
    found = standard.name(text)
    return found if found.main else None


def _own_names(names: Mapping[str, standard.Name]) -> tuple[str | None, str | None]:
    """Forenames and surname; of an alias alone its last word is the surname."""
    if list(names) == ["alias"]:
        *given, family = str(names["alias"].main).split()
        return " ".join(given) or None, family
    forenames, surname = (names[part].main if part in names else None for part in ("forenames", "surname"))
    return forenames, surname


def _aliases(part: str, name: standard.Name) -> list[str]:
    return [name.main, *name.others] if part == "alias" and name.main else name.others


def _birth(text: str) -> tuple[dt.date, str] | None:
    """A birth date and its precision: whole, or the year alone."""
    whole, year = standard.date(text, DEFAULT_DATES[:2]), standard.date(text, ["%Y"])
    if whole is not None:
        return whole, "day"
    return (year, "year") if year is not None else None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "surname": _name,
    "forenames": _name,
    "alias": _name,
    "dob": _birth,
    "sex": lambda text: text.strip().upper() if text.strip().upper() in ("M", "F") else None,
    "postcode": standard.postcode,
    "address": standard.plain_text,
    "phone": standard.phone,
    "email": standard.email,
}


def lookup(
    folder: Path, described: Described, *, why: str, by: str | None = None, most: int = 10
) -> tuple[Candidate, ...]:
    """Who a description fits, in every system, best first, from the newest run, at even odds or better.

    The run's index is kept open for the next look of this process. Raises LinkageError for a description without
    anything to search by, and for one of which part is shared by too many records while nobody stands out; ProjectError
    when there is no run. The look is logged, with the records that are shown, before anything is given.
    """
    project = load_project(folder)
    if not described.searchable:
        raise LinkageError(
            "The description has nothing to search by.",
            remedy="Give a surname, a birth date, an address or postcode, a phone, an e-mail address or an identifier.",
        )
    found = _index(project).look(described, most)
    _log(project, "lookup", [record for one in found.people for record in one.records], why, by)
    if found.crowded and not found.people:
        raise LinkageError(
            "Too many records share what was described for all of them to be looked at, and none that was stands out.",
            remedy="Say more: both names, a birth date, a postcode, a phone or an identifier.",
        )
    return found.people


_SHELF = Shelf()

PATIENCE = 30.0
"""Seconds that a look waits for the index of a run, while somebody else makes it or erases from it."""


def _index(project: Project) -> Index:
    """The index of the newest run, made now where the run has none: it is old, or somebody was erased from it."""
    until = time.monotonic() + PATIENCE
    while True:
        run = latest(project.runs)
        try:
            return _SHELF.at(run / INDEX)
        except FileNotFoundError:
            _make_or_wait(project, run, until)
        except OSError as error:
            raise from_oserror(error) from None


def _make_or_wait(project: Project, run: Path, until: float) -> None:
    """Make the index of a run, unless the run is gone. Raises BusyError when another run lasts longer than `until`."""
    try:
        _make_index(project, run)
    except BusyError:
        if time.monotonic() > until:
            raise
        time.sleep(0.1)


def _make_index(project: Project, run: Path) -> None:
    """Make the index of a run that has none. It holds the project's lock, so that nobody is erased meanwhile."""
    if not run.exists():  # a newer run took its place, and the old one was removed
        return
    with locked(project.runs):
        if not run.exists() or (run / INDEX).exists():
            return
        with closing(DuckDBEngine(project.resources)) as engine:
            people = engine.read(run / "tables" / "person_records.parquet")
            clusters = pq.read_table(run / "tables" / "clusters.parquet", columns=["record_id", "person_id"])
            used = read_model(run / "model.json")
            build_index(engine, again(engine, people, used), clusters, used, run / INDEX)


def _log(project: Project, what: str, records: Sequence[str], why: str, by: str | None) -> None:
    subjects = tuple(Subject("record", record) for record in records)
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, Entry(Act.CONSULTATION, by or account(), why, subjects, {"command": what}))


__all__ = ["Candidate", "describe", "lookup"]
