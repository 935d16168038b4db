"""Requests and recommendations brought into a project's register as tables, and one body's whole record taken out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from joinedup.audit import Act, Entry, Subject, append
from joinedup.engine import ROW, read_extract, write_bytes
from joinedup.errors import InquiryError, Place
from joinedup.inquiry import KINDS, Thing
from joinedup.inquiry import Entry as Fact
from joinedup.inquiry.reports import read_recommendations
from joinedup.inquiry.sheets import Fault, body_id, read_sheet
from joinedup.runs.inquiring import Book, Inquiry, as_rows, inquiry, writing

Rows = Iterable[tuple[int, Mapping[str, str | None]]]


@dataclass(frozen=True)
class Imported:
    """What became of a table. entered: entries made. already: references that are there. bodies: ids of bodies that
    were entered with it, or, where nothing was taken, names that are not known. faults: rows to put right; where there
    is one, nothing was taken. unread: columns that were not read.
    """

    entered: int
    already: int
    bodies: tuple[str, ...]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A report whose recommendations are brought. name: its title. on: the day of its publication."""

    name: str
    on: date


def import_requests(
    folder: Path, sheet: Path, *, why: str, by: str | None = None, new_bodies: bool = False
) -> Imported:
    """Take a spreadsheet of requests (CSV or XLSX): all of it, or nothing where a row cannot be taken.

    new_bodies: enter bodies that the register does not know as well. A reference that is there already is passed over,
    so that a sheet can come again; an answer that was written into it since is taken. Raises ExtractError for a file
    that cannot be read, InquiryError for one that lacks a column.
    """
    headers, rows, broken = _read(sheet)
    with _of_file(sheet), writing(folder, why, by) as book:
        found = read_sheet(rows, headers, book.register)
        taken = _Table(found.entries, (*found.faults, *broken), found.bodies, new_bodies)
        return replace(_taken(book, taken, sheet.name), unread=found.unread)


def import_recommendations(
    folder: Path, table: Path, report: Report, *, why: str, by: str | None = None, new_bodies: bool = False
) -> Imported:
    """Take the recommendations of a report from a table (CSV, XLSX, JSON lines) or a JSON list, as `import_requests`
    takes requests. Raises as it does.
    """
    rows, broken = _json_rows(table) if table.suffix.lower() == ".json" else _read(table)[1:]
    with _of_file(table), writing(folder, why, by) as book:
        found = read_recommendations(rows, report.name, report.on, book.register)
        taken = _Table(found.entries, (*found.faults, *broken), found.bodies, new_bodies)
        return _taken(book, taken, table.name)


@dataclass(frozen=True)
class _Table:
    entries: Sequence[tuple[int, Fact]]
    faults: tuple[Fault, ...]
    bodies: tuple[str, ...]
    new_bodies: bool


def _taken(book: Book, table: _Table, file: str) -> Imported:
    """Enter a table, or say what is wrong with it."""
    faults = (*table.faults, *(() if table.new_bodies else _unknown(table)))
    if faults:
        return Imported(0, 0, table.bodies, tuple(sorted(faults, key=lambda one: one.row)))
    there = set(book.register.things)
    for name in table.bodies:
        book.enter(Fact("institution", body_id(name), min(one.on for _, one in table.entries), {"name": name}))
    fresh = [(row, one) for row, one in table.entries if not _is_there(one, book)]
    for row, one in fresh:
        book.enter(one, Place(file, row))
    already = len({one.thing for _, one in table.entries} & there)
    return Imported(len(fresh), already, tuple(map(body_id, table.bodies)), ())


def _is_there(one: Fact, book: Book) -> bool:
    """Whether a thing of that id, or an event of that kind and day about it, was entered before: an answer that came
    since is taken, though its request is there already.
    """
    thing = book.register.things.get(one.thing)
    if thing is None or KINDS[one.kind].makes:
        return thing is not None
    return any(event.kind == one.kind and event.on == one.on for event in thing.events)


def _unknown(table: _Table) -> Iterator[Fault]:
    """One fault a body that is not in the register, at the first row that names it."""
    for name in table.bodies:
        named = (row for row, one in table.entries if body_id(name) in (*one.names("to"), *one.names("owners")))
        yield Fault(
            next(named, 1), "to", "The body is not in the register.",
            "Enter it as an institution, or import with --new-bodies.",
        )  # fmt: skip


def _read(path: Path) -> tuple[list[str], Rows, list[Fault]]:
    read = read_extract(path)
    columns = [read.table[name].to_pylist() for name in read.columns]
    rows = [
        (row, dict(zip(read.columns, cells, strict=True)))
        for row, *cells in zip(read.table[ROW].to_pylist(), *columns, strict=True)
    ]
    faults = [Fault(one.row, one.column, "The row cannot be read.", "Look at its cells.") for one in read.faults]
    return read.columns, rows, faults


def _json_rows(path: Path) -> tuple[Rows, list[Fault]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise InquiryError(
            "This is no JSON list of recommendations.", place=Place(path.name), rule="inquiry-report",
            remedy='Write [{"number": "1", "text": "…", "owners": "…"}, …].',
        )  # fmt: skip
    return [(number, _texts(one)) for number, one in enumerate(told, start=1)], []


def _texts(one: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        name: ";".join(map(str, value)) if isinstance(value, list) else None if value is None else str(value)
        for name, value in one.items()
    }


@contextmanager
def _of_file(path: Path) -> Iterator[None]:
    """Puts the file's name on what is refused in the block."""
    try:
        yield
    except InquiryError as error:
        error.place = replace(error.place, file=error.place.file or path.name)
        raise


def export_record(folder: Path, body: str, out: Path, *, why: str, by: str | None = None) -> int:
    """Write everything that the register holds of one body as JSON, for whoever must be shown it; say how many entries.

    What it was asked and what it answered, claimed, withheld and replied, what was found of it, entries that were taken
    back, and under which number of the audit log each stands. Logged as a disclosure to that body.

    Raises InquiryError for a body that the register does not know, StorageError for a file that cannot be written.
    """
    found = inquiry(folder)
    named = found.register.named(body)
    entries = [one for one in found.entries if _about(found, one, body)]
    told = {"body": body, "name": named.text, "as_at": str(found.on), "things": _rows(found, body),
            "entries": [_told(found, one) for one in entries]}  # fmt: skip
    with writing(folder, why, by) as book:
        detail = {"command": "inquiry record", "entries": len(entries)}
        append(book.store, Entry(Act.DISCLOSURE, book.by, why, (Subject("inquiry", body),), detail, (body,)))
        write_bytes(out, json.dumps(told, indent=1, ensure_ascii=False).encode())
    return len(entries)


def _about(found: Inquiry, entry: Fact, body: str) -> bool:
    about = found.register.things.get(entry.thing)
    return entry.on <= found.on and (
        entry.thing == body or _names(entry, body) or bool(about and _concerns(about, body))
    )


def _names(entry: Fact, body: str) -> bool:
    return any(body in entry.names(name) for name in ("by_body", "owners", "to", "predecessors"))


def _concerns(thing: Thing, body: str) -> bool:
    return body in thing.bodies


def _rows(found: Inquiry, body: str) -> list[dict[str, Any]]:
    return [row for row in as_rows(found) if body in row["bodies"]]


def _told(found: Inquiry, one: Fact) -> dict[str, Any]:
    return {
        "entry_of_the_log": one.number if not one.published else None, "on": str(one.on), "kind": one.kind,
        "thing": one.thing, "fields": dict(one.fields), "entered_at": one.done_at or None,
        "taken_back": one in found.register.annulled,
    }  # fmt: skip


__all__ = ["Imported", "Report", "export_record", "import_recommendations", "import_requests"]
