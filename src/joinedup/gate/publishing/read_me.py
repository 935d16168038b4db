"""The first page of the template, in plain words, and the page of rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from joinedup.gate.publishing.fields import REASON_WORDS, SEPARATOR, fields
from joinedup.tables import REASONS, Table


@dataclass(frozen=True)
class Line:
    """A line of the page: what it is about, and what is said."""

    head: str = ""
    text: str = ""


def read_me(tables: Sequence[Table]) -> Iterator[Line]:
    """What to send, how to write it, why a value may be missing, and where to get help."""
    yield Line("Send an extract to Joinedup")
    yield Line()
    yield from _what(tables)
    yield Line()
    yield from _HOW
    yield Line()
    yield from _missing()
    yield Line()
    yield from _compulsory(tables)
    yield from _HELP


def _what(tables: Sequence[Table]) -> Iterator[Line]:
    yield Line("What to send", "Each sheet is a table. Leave a sheet empty if you have nothing for it.")
    for table in tables:
        needed = ", ".join(field.name for field in fields(table) if field.required)
        yield Line(table.name, f"One row is {table.a_row_is}. Every row needs: {needed}.")
    yield Line("References", "Use your system's own. The same reference on two sheets ties the rows together.")


_HOW = (
    Line("How to write it", "Row 1 names the columns: do not change it, and do not remove columns or sheets."),
    Line("", "Point at a column's name to read what it holds. Dark names must be filled in; the others where you can."),
    Line("Dates", "Write days as 2024-12-31. A date of birth may be a month, 1990-12, or a year, 1990."),
    Line("Several values", f"Where a cell may hold several, put {SEPARATOR} between them: GBR{SEPARATOR}IRL."),
    Line("Lists", "Where a cell has a drop-down, choose from it or type the code. Labels and codes are both read."),
    Line("Values only", "Formulas are not read: paste values. Do not add rows above the names, totals or notes."),
)


def _missing() -> Iterator[Line]:
    yield Line(
        "When a value is missing",
        "Leave its cell empty, and say why in the column of the same name with _reason, where there is one.",
    )
    for reason in REASONS:
        if reason != "unmapped":
            yield Line(reason, REASON_WORDS[reason][0].upper() + REASON_WORDS[reason][1:] + ".")


def _compulsory(tables: Sequence[Table]) -> Iterator[Line]:
    """What must be recorded or explained, in the rules' own words, and where the other rules stand."""
    asked = {rule.name: rule for table in tables for field in fields(table) for rule in field.rules}
    yield Line("What comes back", "A row that lacks what must be filled in, or holds what cannot be read.")
    for rule in asked.values():
        if rule.name.endswith("-compulsory"):
            yield Line("", f"{rule.message} {rule.remedy}")
    yield Line("", "A row whose values contradict each other or cannot be true: see the sheet Rules.")
    yield Line()


def rules(tables: Sequence[Table]) -> Iterator[tuple[str, str, str, str, str]]:
    """Table, column, rule, what is wrong and what to do, for each rule that returns a new row."""
    for table in tables:
        for field in fields(table):
            for rule in field.rules:
                yield table.name, field.name, rule.name, rule.message, rule.remedy


_HELP = (
    Line("Before you send it", "This file holds people's details: keep and send it as your rules for such data say."),
    Line("Check it", "joinedup check says which rows would come back and why, and takes nothing in."),
    Line("Help", "Every row that comes back says what is wrong with it and what to do, in a file beside this one."),
)
