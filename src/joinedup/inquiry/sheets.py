"""A secretary's own spreadsheet of requests, read as entries. Its headers are taken as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from joinedup.errors import InquiryError, Place
from joinedup.inquiry.entries import Entry, checked
from joinedup.inquiry.register import Register

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "reference": ("reference", "ref", "request no", "request number", "number", "id"),
    "kind": ("kind", "type", "request type", "category"),
    "to": ("to", "body", "organisation", "organization", "recipient", "institution", "sent to", "addressee"),
    "text": ("text", "request", "subject", "what", "description", "details", "requested"),
    "basis": ("basis", "legal basis", "power"),
    "sent": ("sent", "date sent", "sent on", "issued", "date issued", "date of request", "date"),
    "due": ("due", "due date", "deadline", "response due", "due by", "reply by"),
    "answered": ("answered", "date answered", "received", "date received", "response received", "replied"),
    "extent": ("extent", "full or part", "complete"),
}
"""What each column may be called, in small letters."""

NEEDED = ("reference", "kind", "to", "text", "sent", "due")

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "rule-9-request": ("rule 9", "r9", "rule 9 request", "witness statement request"),
    "section-21-notice": ("section 21", "s21", "s.21", "s 21", "section 21 notice", "s21 notice"),
    "warning-letter": ("warning letter", "rule 13", "r13", "rule 13 letter"),
    "evidence-request": (
        "evidence request",
        "document request",
        "request",
        "disclosure request",
        "information request",
    ),
    "direction": ("direction",),
    "preservation-hold": ("preservation hold", "hold", "preservation", "preservation request", "stop notice"),
}
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d/%m/%y", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row, without its values. row: as a spreadsheet counts."""

    row: int
    column: str | None
    message: str
    remedy: str | None


@dataclass(frozen=True)
class Sheet:
    """What a sheet held. entries: what it makes, by row. faults: rows to put right. unread: columns that were not read.

    bodies: names of bodies that are not in the register, as they are written in it.
    """

    entries: tuple[tuple[int, Entry], ...]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...]
    bodies: tuple[str, ...]


def columns_of(headers: Iterable[str]) -> dict[str, str]:
    """For each of our columns, the header that bears it. Raises InquiryError for one that is needed and not there."""
    plain = {_plain(header): header for header in headers}
    found = {
        ours: next(plain[word] for word in words if word in plain)
        for ours, words in COLUMNS.items()
        if any(word in plain for word in words)
    }
    for name in NEEDED:
        if name not in found:
            raise InquiryError(
                f"No column of the sheet is the {name} of a request.", place=Place(row=1), rule="inquiry-sheet",
                remedy=f"Call one of: {', '.join(COLUMNS[name])}.",
            )  # fmt: skip
    return found


def read_sheet(
    rows: Iterable[tuple[int, Mapping[str, str | None]]], headers: Iterable[str], register: Register
) -> Sheet:
    """Read rows of a sheet. rows: number of the row, and its cells by header.

    Raises InquiryError for a sheet that lacks a column that is needed.
    """
    headers = list(headers)
    columns = columns_of(headers)
    bodies = _bodies(register)
    entries: list[tuple[int, Entry]] = []
    faults: list[Fault] = []
    unknown: dict[str, None] = {}
    for number, cells in rows:
        given = {ours: (cells.get(header) or "").strip() for ours, header in columns.items()}
        if any(given.values()):
            try:
                body = _body(given["to"], bodies, unknown)
                entries += [(number, one) for one in _entries(given, body, number, columns)]
            except InquiryError as error:
                faults.append(Fault(number, error.place.column, error.message, error.remedy))
    unread = tuple(header for header in headers if header not in columns.values())
    return Sheet(tuple(entries), tuple(faults), unread, tuple(unknown))


def body_id(name: str) -> str:
    """The id that a body gets from its name."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _bodies(register: Register) -> dict[str, str]:
    known = register.of("institution", "investigation", "inquiry")
    by_name = {_plain(one.made.fields.get("name", "")): one.id for one in known}
    return by_name | {_plain(one.id): one.id for one in known}


def _body(text: str, bodies: Mapping[str, str], unknown: dict[str, None]) -> str:
    found = bodies.get(_plain(text))
    if found is None and text:
        unknown[text] = None
    return found or body_id(text)


def _entries(given: Mapping[str, str], body: str, row: int, columns: Mapping[str, str]) -> Iterator[Entry]:
    kind = _kind(given["kind"], row, columns["kind"])
    sent = _needed_day(given["sent"], row, columns["sent"])
    holds = kind == "preservation-hold"
    due = None if holds else _needed_day(given["due"], row, columns["due"])
    fields = {"to": body, "text": given["text"], "basis": given.get("basis", "")}
    if due:
        fields["due"] = str(due)
    thing = re.sub(r"[^\w.:-]+", "-", given["reference"]).strip("-")
    place = Place(row=row)
    yield checked(Entry(kind, thing, sent, fields), place)
    answered = given.get("answered", "")
    if answered:
        extent = "part" if _plain(given.get("extent", "")) in {"part", "partial", "in part", "no"} else "full"
        told = {"by_body": body, "extent": extent, "text": "Entered from the secretary's sheet."}
        yield checked(Entry("answer", thing, _needed_day(answered, row, columns["answered"]), told), place)


def _kind(text: str, row: int, column: str) -> str:
    plain = _plain(text)
    for kind, words in KIND_WORDS.items():
        if plain in words or plain == _plain(kind):
            return kind
    raise InquiryError(
        "That is no kind of request.", place=Place(row=row, column=column), rule="inquiry-kind",
        remedy=f"Write one of: {', '.join(KIND_WORDS)}.",
    )  # fmt: skip


def _needed_day(text: str, row: int, column: str) -> date:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise InquiryError(
        "That is not a day." if text else "A day is needed.", place=Place(row=row, column=column), rule="inquiry-day",
        remedy="Write it as 2026-03-31 or 31/03/2026.",
    )  # fmt: skip


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.replace("-", " ")).strip().casefold()
