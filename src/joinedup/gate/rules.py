"""Rules as data with names. A rule says what it protects, what it reads, how severe it is, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import narwhals as nw
import pyarrow as pa

from joinedup import tables
from joinedup.errors import GateError, nearest
from joinedup.tables import Column, Table

Mode = Literal["new", "historic"]
Severity = Literal["returned", "marked"]

UNREAD = "unread:"
SUSPECTED = "gate:suspected"
DUPLICATE = "gate:duplicate"
DANGLING_CRIME = "gate:no-crime"
DANGLING_PERSON = "gate:no-person"
"""Columns that `judge` adds: things a rule needs that lie in other rows or other tables."""

NOT_A_REASON = ("not_recorded", "unmapped", "not_applicable")
"""Reasons that do not excuse a compulsory value: nobody said why it is missing."""


@dataclass(frozen=True)
class Rule:
    """One rule. Severity is by mode: new records and historic ones.

    structural: without it rows could not be found again or joined, so nobody can switch its severity.
    """

    name: str
    protects: str
    message: str
    remedy: str
    source: str
    new: Severity = "returned"
    historic: Severity = "marked"
    structural: bool = False

    def severity(self, mode: Mode, overrides: Mapping[str, Severity]) -> Severity:
        return overrides.get(self.name, self.new if mode == "new" else self.historic)


@dataclass(frozen=True)
class Check:
    """A rule applied to one column of one table. fails: true where the rule fires."""

    rule: Rule
    table: Table
    column: str | None
    fails: nw.Expr


_POLE = "Minimum POLE Data Standards Dictionary v1.1 (2023)"
_AUDIT = "National Audit 2025, recommendation 4; letter of the Home Secretary to chief constables, July 2025"
_SELF = "Joinedup: nothing is lost, nothing is guessed"

REQUIRED = Rule(
    "required-missing",
    "every row can be found again and joined",
    "This must be filled in and is empty.",
    "Fill it in from the system it came from.",
    _POLE,
    historic="returned",
    structural=True,
)
CODE = Rule(
    "code-not-in-list",
    "a code means the same everywhere",
    "This is not a code or label of the list the column uses.",
    "Use a code of the list named in docs/reference/codes.md, or name another list in the source map.",
    _POLE,
)
VALUE = Rule(
    "value-not-allowed",
    "a word means the same everywhere",
    "This is not one of the values the column may hold.",
    "Use one of the values in docs/reference/tables.md, or translate it with `values` in the source map.",
    _SELF,
)
DATE = Rule(
    "date-unreadable",
    "a date means the same everywhere",
    "This cannot be read as a date.",
    "Write it as 2024-12-31, or name its format in the source map.",
    _POLE,
)
NUMBER = Rule(
    "number-unreadable",
    "a number can be counted",
    "This cannot be read as a whole number.",
    "Write digits only.",
    _SELF,
)
TEXT = Rule(
    "value-unreadable",
    "what was received can be used",
    "This cannot be read as what the column holds.",
    "Check it against the system it came from.",
    _POLE,
    new="marked",
)
DUPLICATE_KEY = Rule(
    "key-duplicate",
    "one record is counted once",
    "An earlier row has the same key.",
    "Send each record once, or give this one a key of its own.",
    _POLE,
    historic="returned",
    structural=True,
)
NO_CRIME = Rule(
    "role-crime-missing",
    "a role belongs to a crime",
    "No crime with this reference was accepted.",
    "Send the crime as well, or mend the reference.",
    _POLE + ", orphan records",
)
NO_PERSON = Rule(
    "role-person-missing",
    "a role belongs to a person",
    "No person record with this reference was accepted.",
    "Send the person record as well, or mend the reference.",
    _POLE + ", orphan records",
)
ETHNICITY = Rule(
    "ethnicity-compulsory",
    "ethnicity of every suspect is known, or the reason why not",
    "A suspect has no self-defined ethnicity and no reason why.",
    "Ask, and record the answer; or record refused, not_understood, not_asked or not_known. "
    "The officer's view is recorded as well, never instead.",
    _AUDIT,
)
NATIONALITY = Rule(
    "nationality-compulsory",
    "nationality of every suspect is known, or the reason why not",
    "A suspect has no nationality and no reason why.",
    "Ask, and record the answer; or record refused, not_understood, not_asked or not_known.",
    _AUDIT,
)

FILE_RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("row-ragged", "no value lands in another column", "The row has more or fewer fields than the header.",
             "Put quotation marks round fields that hold the delimiter.", _SELF, historic="returned", structural=True),
        Rule("quote-unclosed", "no row is swallowed by another", "A quotation mark is opened and never closed.",
             "Close it; the rows that follow were read as one cell.", _SELF, historic="returned", structural=True),
        Rule("line-break", "no row is swallowed by another", "A name, key, date or code runs over more than one line.",
             "Check for stray quotation marks; the next rows may have been read as part of this one.", _SELF,
             historic="returned", structural=True),
        Rule("cell-too-long", "no row is swallowed by another", "A cell is longer than 100,000 characters.",
             "Check for an unclosed quotation mark; send long text as a document.", _SELF,
             historic="returned", structural=True),
        Rule("nul-character", "text is text", "A cell holds a NUL character.", "Export the file again as text.",
             _SELF, historic="returned", structural=True),
        Rule("formula-cell", "a file is data, not a program", "A cell holds a spreadsheet formula.",
             "Paste values instead of formulas.", _SELF, historic="returned", structural=True),
        Rule("json-unreadable", "every row can be read", "The line is not one flat JSON object.",
             "Write one object a line, with texts, numbers or lists of texts.", _SELF,
             historic="returned", structural=True),
    )
}  # fmt: skip
"""Rules that fire while a file is read, before there is a row to check."""

RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        REQUIRED, CODE, VALUE, DATE, NUMBER, TEXT, DUPLICATE_KEY, NO_CRIME, NO_PERSON, ETHNICITY, NATIONALITY,
        *FILE_RULES.values(),
    )
}  # fmt: skip


def rules_for(overrides: Mapping[str, str]) -> Mapping[str, Severity]:
    """Check a user's severities. Raises GateError for an unknown rule or severity."""
    checked: dict[str, Severity] = {}
    for name, severity in overrides.items():
        if name not in RULES:
            raise GateError(f"There is no rule `{name}`.{nearest(name, RULES)}")
        if severity not in ("returned", "marked"):
            raise GateError(f"Rule `{name}` can be `returned` or `marked`.", rule=name)
        if RULES[name].structural:
            raise GateError(
                f"Rule `{name}` cannot be switched: without it rows could not be read, found again or joined.",
                rule=name,
            )
        checked[name] = "returned" if severity == "returned" else "marked"
    return checked


def checks(table: Table, present: set[str]) -> Iterator[Check]:
    """Every check of `table` that the columns `present` in its frame allow."""
    if DUPLICATE in present:
        yield Check(DUPLICATE_KEY, table, table.key[0], nw.col(DUPLICATE))
        yield from _own_columns(table, present)
    yield from _other_tables(table, present)


def _own_columns(table: Table, present: set[str]) -> Iterator[Check]:
    for column in table.columns:
        if column.required and column.name not in _made_by_the_reader(table):
            yield Check(REQUIRED, table, column.name, nw.col(column.name).is_null())
        if f"{UNREAD}{column.name}" in present:
            yield Check(_unread_rule(column), table, column.name, nw.col(f"{UNREAD}{column.name}"))


def _made_by_the_reader(table: Table) -> set[str]:
    """Required columns that cannot be empty, or are only when the key they are made from is."""
    made = {"source_file", "source_row", "system"}
    return made | {"record_id"} if table is tables.PERSON_RECORDS else made


def _unread_rule(column: Column) -> Rule:
    by_type: list[tuple[Callable[[], bool], Rule]] = [
        (lambda: column.codes is not None, CODE),
        (lambda: bool(column.values), VALUE),
        (lambda: pa.types.is_date(column.type), DATE),
        (lambda: pa.types.is_integer(column.type), NUMBER),
        (lambda: pa.types.is_boolean(column.type), VALUE),
    ]
    return next((rule for applies, rule in by_type if applies()), TEXT)


def _other_tables(table: Table, present: set[str]) -> Iterator[Check]:
    if DANGLING_CRIME in present:
        yield Check(NO_CRIME, table, "crime_id", nw.col(DANGLING_CRIME))
    if DANGLING_PERSON in present:
        yield Check(NO_PERSON, table, "record_id", nw.col(DANGLING_PERSON))
    if SUSPECTED in present and table is tables.PERSON_RECORDS:
        for rule, column, reason in (
            (ETHNICITY, "self_defined_ethnicity", "self_defined_ethnicity_reason"),
            (NATIONALITY, "nationalities", "nationality_reason"),
        ):
            unexcused = nw.col(reason).is_null() | nw.col(reason).is_in(NOT_A_REASON)
            yield Check(rule, table, column, nw.col(SUSPECTED) & nw.col(column).is_null() & unexcused)
