"""The recommendations of a report, brought as a table or as JSON: one row a recommendation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from joinedup.errors import InquiryError, Place
from joinedup.inquiry.entries import Entry, checked
from joinedup.inquiry.register import Register
from joinedup.inquiry.sheets import Fault, body_id

COLUMNS = ("number", "text", "owners", "theme", "due", "source", "link", "certainty", "figure")
NEEDED = ("number", "text", "owners")


@dataclass(frozen=True)
class Brought:
    """entries: one a recommendation, by row. faults: rows to put right. bodies: owners that the register lacks."""

    entries: tuple[tuple[int, Entry], ...]
    faults: tuple[Fault, ...]
    bodies: tuple[str, ...]


def read_recommendations(
    rows: Iterable[tuple[int, Mapping[str, str | None]]], report: str, on: date, register: Register
) -> Brought:
    """Read rows as recommendations of one report, published on a day. owners are separated by `;`, by id or name.

    Raises InquiryError for a table that lacks a column that is needed.
    """
    entries: list[tuple[int, Entry]] = []
    faults: list[Fault] = []
    unknown: dict[str, None] = {}
    known = _bodies(register)
    for number, cells in rows:
        _refuse_columns(cells)
        given = {name: (cells.get(name) or "").strip() for name in COLUMNS}
        if not any(given.values()):
            continue
        try:
            owners = [_owner(part.strip(), known, unknown) for part in given["owners"].split(";") if part.strip()]
            fields = given | {"report": report, "owners": ";".join(owners)}
            entries.append((number, checked(Entry("recommendation", _id(report, given["number"]), on, fields))))
        except InquiryError as error:
            faults.append(Fault(number, None, error.message, error.remedy))
    return Brought(tuple(entries), tuple(faults), tuple(unknown))


def _refuse_columns(cells: Mapping[str, str | None]) -> None:
    for name in NEEDED:
        if name not in cells:
            raise InquiryError(
                f"The table has no column `{name}`.", place=Place(row=1), rule="inquiry-report",
                remedy=f"Its columns: {', '.join(COLUMNS)}; the last six may be left out.",
            )  # fmt: skip


def _bodies(register: Register) -> dict[str, str]:
    known = register.of("institution", "investigation", "inquiry")
    return {one.made.fields.get("name", one.id).casefold(): one.id for one in known} | {one.id: one.id for one in known}


def _owner(text: str, known: Mapping[str, str], unknown: dict[str, None]) -> str:
    found = known.get(text) or known.get(text.casefold())
    if found is None:
        unknown[text] = None
    return found or body_id(text)


def _id(report: str, number: str) -> str:
    words = re.findall(r"[a-z0-9]+", report.casefold())
    return f"{'-'.join(words)[:40].rstrip('-')}-{body_id(number)}"
