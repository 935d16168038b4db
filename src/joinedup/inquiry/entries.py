"""One entry of the register, and what makes it one that can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from joinedup.errors import InquiryError, Place, nearest
from joinedup.inquiry.kinds import KINDS, Field, Kind


@dataclass(frozen=True)
class Entry:
    """One dated fact. kind: of `KINDS`. thing: the id of what it makes or is about. on: the day of the fact.

    number: its place in the register; entries of published facts have numbers below zero, a project's own above.
    done_by, done_at: the account that entered it, and when.
    """

    kind: str
    thing: str
    on: date
    fields: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    done_by: str = ""
    done_at: str = ""

    @property
    def order(self) -> tuple[date, int]:
        """By day of the fact; on one day as they were entered."""
        return self.on, self.number

    @property
    def published(self) -> bool:
        """Whether it is one of the shipped facts with a public source."""
        return self.number < 0

    def names(self, name: str) -> tuple[str, ...]:
        """The ids of a field of several."""
        return tuple(part.strip() for part in self.fields.get(name, "").split(";") if part.strip())

    def day(self, name: str) -> date | None:
        """The day in a field; None where it is empty."""
        return date.fromisoformat(self.fields[name]) if self.fields.get(name) else None


def checked(entry: Entry, place: Place | None = None) -> Entry:
    """The entry, with its fields stripped and empty ones left out, if it is well formed by itself.

    Raises InquiryError for a kind or field that there is not, a field that is missing or cannot be read.
    """
    kind = kind_of(entry.kind, place)
    if not entry.thing.strip() or not _plain(entry.thing):
        raise InquiryError(
            "An id is needed: letters, digits, `-`, `_`, `.` and `:`, without spaces.", place=place, rule="inquiry-id",
            remedy="Give the thing a short id, such as `dir-1`.",
        )  # fmt: skip
    given = {name: text.strip() for name, text in entry.fields.items() if text.strip()}
    for name in given:
        if kind.field(name) is None:
            known = [one.name for one in kind.fields]
            raise InquiryError(
                f"A {kind.name} has no field `{name}`.{nearest(name, known)}", place=place, rule="inquiry-field",
                remedy=f"Its fields: {', '.join(known)}.",
            )  # fmt: skip
    for one in kind.fields:
        _check_field(one, given.get(one.name), kind, place)
    return Entry(entry.kind, entry.thing, entry.on, given, entry.number, entry.done_by, entry.done_at)


def kind_of(name: str, place: Place | None = None) -> Kind:
    """The kind of that name. Raises InquiryError where there is none."""
    if name in KINDS:
        return KINDS[name]
    raise InquiryError(
        f"There is no kind of entry `{name}`.{nearest(name, list(KINDS))}", place=place, rule="inquiry-kind",
        remedy="`joinedup inquiry kinds` lists them.",
    )  # fmt: skip


def _plain(text: str) -> bool:
    return all(letter.isalnum() or letter in "-_.:" for letter in text)


def _check_field(one: Field, text: str | None, kind: Kind, place: Place | None) -> None:
    if text is None:
        if one.required:
            raise InquiryError(
                f"A {kind.name} needs `{one.name}`: {one.says}", place=place, rule="inquiry-field-missing",
                remedy=f"Add {one.name}=…",
            )  # fmt: skip
        return
    wrong = _unreadable(one, text)
    if wrong:
        raise InquiryError(f"`{one.name}` of a {kind.name} {wrong}", place=place, rule="inquiry-field-form")


def _unreadable(one: Field, text: str) -> str | None:
    if one.form == "choice" and text not in one.choices:
        return f"is one of {', '.join(one.choices)}.{nearest(text, list(one.choices))}"
    if one.form == "number" and not text.isdecimal() and not (text[:1] == "-" and text[1:].isdecimal()):
        return "is a whole number."
    if one.form == "date":
        try:
            date.fromisoformat(text)
        except ValueError:
            return "is a day written as 2026-03-31."
    return None


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries by the day of the fact; on one day as they were entered."""
    return tuple(sorted(entries, key=lambda one: one.order))
