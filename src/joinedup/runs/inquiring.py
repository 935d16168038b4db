"""The register of a project's inquiry: entered, read as it stood on any day, and set beside a run's figures."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from joinedup import audit
from joinedup.audit import Act, Subject, open_store, transaction
from joinedup.audit.sql import run
from joinedup.engine import write_bytes
from joinedup.engine.harmless import harmless
from joinedup.errors import InquiryError, Place, ProjectError
from joinedup.inquiry import Asked, Clock, Entry, Register, Standing, Thing, asked_of, clock, register_of, standing_of
from joinedup.inquiry.beside import Beside, beside
from joinedup.inquiry.calendar import calendar
from joinedup.inquiry.entries import checked, in_order
from joinedup.inquiry.example import WHY, example_entries
from joinedup.inquiry.published import force_entries, published_entries
from joinedup.inquiry.register import admit, grown
from joinedup.inquiry.requests import SENT, Waits, waiting
from joinedup.releases.inquiry_pages import InquiryInput, inquiry_pages
from joinedup.runs.accounts import account
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project
from joinedup.runs.publishing import write_folder

_READ = "SELECT number, kind, thing, on_day, fields, done_by, done_at FROM inquiry_events ORDER BY number"


_NAMING = ("owners", "to", "by_body", "of", "needed", "predecessors")


@dataclass(frozen=True)
class Inquiry:
    """A project's register on a day. entries: all that were entered by then and the shipped facts. run: the name of the
    newest run; None where there is none. figures: its rows.
    """

    folder: Path
    invented: bool
    on: date
    entries: tuple[Entry, ...]
    run: str | None
    figures: tuple[Mapping[str, Any], ...]

    @cached_property
    def register(self) -> Register:
        """Everything that was known on the day."""
        return register_of(self.entries, self.on)

    @property
    def clock(self) -> Clock | None:
        """The clock of the inquiry, if one runs."""
        return clock(self.register, self.on)

    @property
    def waiting(self) -> tuple[Waits, ...]:
        """What is not done or answered, the longest overdue first."""
        return waiting(self.register, self.on)

    def standing(self, thing: Thing) -> Standing:
        """What is said of a thing and what was checked."""
        return standing_of(self.register, thing, self.on)

    def asked(self, thing: Thing) -> Asked:
        """What came back for a thing that was sent."""
        return asked_of(self.register, thing, self.on)

    def beside(self, thing: Thing) -> Beside | None:
        """The newest run's figure that bears on a thing; None where none does or nothing was run, and for a published
        thing in an invented project: invented figures say nothing of real promises.
        """
        if self.run is None or (self.invented and thing.made.published):
            return None
        return beside(self.standing(thing), self.run, self.figures)


def inquiry(folder: Path, on: date | None = None) -> Inquiry:
    """The register of a project as it stood at the end of a day, today by default. Raises ProjectError."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        own = _own(store)
    name, figures = _figures(project)
    return Inquiry(project.folder, project.invented, on or date.today(), (*_shipped(project), *own), name, figures)


def enter(folder: Path, entry: Entry, *, why: str, by: str | None = None) -> Entry:
    """Write one fact into the register, with its line in the audit log; give it back with its number.

    Raises InquiryError for an entry that does not fit: see `inquiry.entries.checked` and `inquiry.register.admit`.
    """
    with writing(folder, why, by) as book:
        return book.enter(entry)


def enter_example(folder: Path, *, by: str | None = None) -> None:
    """Give an invented project its invented inquiry, if it has none of that yet. Raises ProjectError."""
    with writing(folder, WHY, by) as book:
        if "x-inquiry" not in book.register.things:
            for entry in example_entries():
                book.enter(entry)


@contextmanager
def writing(folder: Path, why: str, by: str | None = None) -> Iterator[Book]:
    """A project's register open for writing: what is entered in the block is kept whole, or nothing of it is."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store, transaction(store):
        entries = (*_shipped(project), *_own(store))
        yield Book(store, project.invented, register_of(entries), list(entries), why, by or account())


@dataclass
class Book:
    """The one hand that writes into a register. register, entries: as they stand, with what was entered by now."""

    store: sqlite3.Connection
    invented: bool
    register: Register
    entries: list[Entry]
    why: str
    by: str

    def enter(self, entry: Entry, place: Place | None = None) -> Entry:
        """Write one fact, with its line in the audit log. place: where it was read, for what is refused.

        Raises InquiryError.
        """
        entry = checked(entry, place)
        _refuse_to_come(entry, place)
        if self.invented:
            _refuse_real(entry, place)
        admit(entry, self.register, self.entries, place)
        kept = self._written(entry)
        self.entries.append(kept)
        self.register = grown(self.register, kept)
        return kept

    def _written(self, entry: Entry) -> Entry:
        detail = {"command": "inquiry", "kind": entry.kind, "on": str(entry.on)}
        subjects = (Subject("inquiry", entry.thing),)
        logged = audit.append(self.store, audit.Entry(Act.ALTERATION, self.by, self.why, subjects, detail))
        at = logged.at.isoformat(timespec="seconds")
        told = json.dumps(dict(entry.fields), sort_keys=True, ensure_ascii=False)
        row = (logged.sequence, entry.kind, entry.thing, str(entry.on), told, self.by, at, self.why)
        run(self.store, "INSERT INTO inquiry_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)
        return replace(entry, number=logged.sequence, done_by=self.by, done_at=at)


def _refuse_to_come(entry: Entry, place: Place | None) -> None:
    if entry.on > date.today():
        raise InquiryError(
            "That day has not come yet: an entry is a fact.", place=place, rule="inquiry-future",
            remedy="A day that is to come is a due day: put it into `due`.",
        )  # fmt: skip


def _refuse_real(entry: Entry, place: Place | None) -> None:
    """Nothing invented is put into the mouth of a real body, nor beside what was really promised."""
    real = {one.thing for one in (*published_entries(), *force_entries(invented=False))}
    if real.intersection((entry.thing, *(body for name in _NAMING for body in entry.names(name)))):
        raise InquiryError(
            "This project is invented, and that is real.", place=place, rule="invented-apart",
            remedy="Enter a body and a recommendation of the invented region, and use those.",
        )  # fmt: skip


def _own(store: sqlite3.Connection) -> tuple[Entry, ...]:
    return tuple(
        Entry(kind, thing, date.fromisoformat(on), json.loads(fields), number, by, at)
        for number, kind, thing, on, fields, by, at in run(store, _READ).fetchall()
    )


def _shipped(project: Project) -> tuple[Entry, ...]:
    return (*published_entries(), *force_entries(project.invented))


def _figures(project: Project) -> tuple[str | None, tuple[Mapping[str, Any], ...]]:
    try:
        newest = latest(project.runs)
    except ProjectError:
        return None, ()
    return newest.name, tuple(pq.read_table(newest / "tables" / "figures.parquet").to_pylist())


def write_calendar(folder: Path, path: Path, on: date | None = None) -> int:
    """Write every deadline as a calendar file (.ics); say how many events it holds. Raises StorageError."""
    found = inquiry(folder, on)
    content = calendar(found.register, found.on)
    write_bytes(path, content)
    return content.count(b"BEGIN:VEVENT")


def as_rows(found: Inquiry) -> list[dict[str, Any]]:
    """One row a thing that is to be done or answered: what is said, what was checked, when it is due, for machines.

    The project's own come first, then what was published.
    """
    things = found.register.of("recommendation", "action", "milestone", *SENT)
    things = tuple(sorted(things, key=lambda thing: thing.made.published))
    return [_row(found, thing) for thing in things]


def _row(found: Inquiry, thing: Thing) -> dict[str, Any]:
    standing, figure = found.standing(thing), found.beside(thing)
    asked = found.asked(thing) if thing.kind in SENT else None
    return {
        "id": thing.id, "kind": thing.kind, "text": thing.text, "report": thing.made.fields.get("report"),
        "number": thing.made.fields.get("number"), "bodies": list(thing.bodies), "state": _state(standing, asked),
        "said": standing.said_word, "said_on": _day(standing.said), "checked": standing.checked_word,
        "checked_on": _day(standing.check), "checked_by": standing.check.fields["by_body"] if standing.check else None,
        "due": str(standing.due) if standing.due else None, "times_moved": standing.times_moved,
        "overdue_by": asked.overdue_by if asked else standing.overdue_by, "late_by": asked.late_by if asked else 0,
        "at_risk": list(standing.at_risk), "resistance": [one.fields["form"] for one in thing.of("resistance")],
        "figure": figure.sentence if figure else None, "contradicts": figure.contradicts if figure else False,
        "as_at": str(standing.on), "published": thing.made.published, "source": thing.made.fields.get("source"),
        "link": thing.made.fields.get("link"), "certainty": thing.made.fields.get("certainty"),
    }  # fmt: skip


def _state(standing: Standing, asked: Asked | None) -> str:
    """A request is told by what came back, until somebody checks it."""
    return standing.state if asked is None or standing.check is not None else asked.state


def _day(entry: Entry | None) -> str | None:
    return str(entry.on) if entry else None


def export(folder: Path, path: Path, on: date | None = None) -> int:
    """Write the state of everything as .csv or .json; say how many rows. Raises InquiryError for another kind."""
    rows = as_rows(inquiry(folder, on))
    if path.suffix.lower() == ".json":
        write_bytes(path, json.dumps(rows, indent=1, ensure_ascii=False).encode())
    elif path.suffix.lower() == ".csv":
        write_bytes(path, _as_csv(rows).encode())
    else:
        raise InquiryError("The register is written as .csv or .json.", place=Place(str(path)))
    return len(rows)


def write_pages(folder: Path, out: Path, on: date | None = None) -> int:
    """Write the public pages of a project's inquiry into a folder that is new or empty; say how many files.

    They hold no personal data, no words of requests or answers, and no count below the disclosure threshold.
    Raises StorageError for a folder that holds something.
    """
    found = inquiry(folder, on)
    project = load_project(folder)
    made = inquiry_pages(
        InquiryInput(project.name, project.invented, found.on, found.register, found.run, found.figures)
    )
    write_folder(out, {name: text.encode() for name, text in made.items()})
    return len(made)


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0] if rows else [])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, list):
        return harmless("; ".join(map(str, value)))
    return "" if value is None else harmless(str(value).lower() if isinstance(value, bool) else str(value))


def history(found: Inquiry, thing: Thing) -> Iterable[Entry]:
    """Every entry about a thing, with those that were annulled, in the order of their days."""
    about = {thing.id, *(part.id for part in found.register.parts(thing.id))}
    return in_order(one for one in found.entries if one.thing in about and one.on <= found.on)


__all__ = [
    "Book", "Inquiry", "as_rows", "enter", "enter_example", "export", "history", "inquiry", "write_calendar",
    "write_pages", "writing",
]  # fmt: skip
