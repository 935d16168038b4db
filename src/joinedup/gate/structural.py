"""Checks of the form of any row: which columns each structural rule of the book looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa

from joinedup import tables
from joinedup.gate.conditions import UNREAD, IsMissing, IsTrue, Matches
from joinedup.gate.rules import Check, Rule
from joinedup.tables import Column, Table

READER = (
    "row-ragged", "quote-unclosed", "line-break", "cell-too-long", "nul-character", "formula-cell", "json-unreadable",
)  # fmt: skip
"""Rules that fire while a file is read."""


def own_checks(table: Table, rules: Mapping[str, Rule]) -> Iterator[Check]:
    """What any row of `table` must be by itself: keyed once, whole, readable."""
    yield Check(rules["key-duplicate"], table, table.key[0], (IsTrue("duplicate"),))
    for column in table.columns:
        if column.required and column.name not in _made_by_the_reader(table):
            yield Check(rules["required-missing"], table, column.name, (IsMissing(column.name),))
        yield from _unread_checks(table, column, rules)


def _unread_checks(table: Table, column: Column, rules: Mapping[str, Rule]) -> Iterator[Check]:
    """What could not be read. An offence code of the right form that our list of sexual offences does not hold may be
    right all the same.
    """
    unread = IsTrue(UNREAD + column.name)
    if column.codes != "cjs-offence":
        yield Check(rules[_unread(column)], table, column.name, (unread,))
        return
    received = f"{column.name}_received"
    yield Check(rules["code-not-in-list"], table, column.name, (unread, Matches(received, OTHER_LAW, wanted=False)))
    yield Check(rules["offence-not-held"], table, column.name, (unread, Matches(received, OTHER_LAW)))


OTHER_LAW = "^[A-RT-Z][A-Z][0-9]{5}[A-Z]?$"
"""A CJS code, `AAYYNNN` and its form, that does not begin with S as sexual offences do (POLE v1.1; domain list D5)."""


def pointing_checks(table: Table, rules: Mapping[str, Rule]) -> Iterator[Check]:
    """Whether what a row names was accepted."""
    if "crime_id" in table and table is not tables.CRIMES:
        yield Check(rules["role-crime-missing"], table, "crime_id", (IsTrue("no_crime"),))
    if "record_id" in table and table is not tables.PERSON_RECORDS:
        yield Check(rules["role-person-missing"], table, "record_id", (IsTrue("no_person"),))


def _made_by_the_reader(table: Table) -> set[str]:
    """Required columns that cannot be empty, or are only when the key they are made from is."""
    made = {"source_file", "source_row", "system"}
    return made | {"record_id"} if table is tables.PERSON_RECORDS else made


def _unread(column: Column) -> str:
    by_type: list[tuple[Callable[[], bool], str]] = [
        (lambda: column.codes is not None, "code-not-in-list"),
        (lambda: bool(column.values), "value-not-allowed"),
        (lambda: pa.types.is_date(column.type), "date-unreadable"),
        (lambda: pa.types.is_integer(column.type), "number-unreadable"),
        (lambda: pa.types.is_boolean(column.type), "value-not-allowed"),
    ]
    return next((rule for applies, rule in by_type if applies()), "value-unreadable")
