"""Published facts that come with Joinedup: recommendations, their owners, what was said and what was checked.

They are real, each with source, day and what was not verified. A project's own entries, invented ones above all, are
kept apart from them: theirs have numbers above zero. This is not a government record.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from joinedup import codes
from joinedup.inquiry.entries import Entry, checked
from joinedup.inquiry.kinds import AS_AT

_FILES = ("institutions.csv", "inquiries.csv", "recommendations.csv", "events.csv")
_OF_ENTRY = ("kind", "thing", "on")
_FOUNDED = date(2010, 1, 1)


@dataclass(frozen=True)
class PublishedCount:
    """One published number about the work, with its day, source and what was not verified."""

    what: str
    value: int
    unit: str
    as_at: date
    source: str
    certainty: str


@cache
def published_entries() -> tuple[Entry, ...]:
    """Every shipped fact, in the order of the files, with numbers below zero."""
    rows = [row for name in _FILES for row in _rows(name)]
    return tuple(_entry(row, number - len(rows)) for number, row in enumerate(rows))


@cache
def published_counts() -> tuple[PublishedCount, ...]:
    """Published numbers about reviews and arrests, none of them made by a run."""
    return tuple(
        PublishedCount(row["what"], int(row["value"]), row["unit"], date.fromisoformat(row["as_at"]), row["source"],
                       row["certainty"])
        for row in _rows("counts.csv")
    )  # fmt: skip


def force_entries(invented: bool) -> tuple[Entry, ...]:
    """Every police force as an institution under its code; the invented forces in an invented project alone."""
    names = ("force", "force-invented") if invented else ("force",)
    found = [code for name in names for code in codes.code_list(name).codes.values()]
    return tuple(
        Entry("institution", code.code, _FOUNDED, {"name": code.label, "sort": "police"}, number - 1_000_000)
        for number, code in enumerate(found)
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((files(__name__) / name).read_text(encoding="utf-8").splitlines())


def _entry(row: dict[str, str], number: int) -> Entry:
    fields = {name: text for name, text in row.items() if name not in _OF_ENTRY and text}
    return checked(Entry(row["kind"], row["thing"], date.fromisoformat(row["on"]), fields, number))


__all__ = ["AS_AT", "PublishedCount", "force_entries", "published_counts", "published_entries"]
