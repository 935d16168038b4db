"""What a sender gives for each column of a table: its kind, its choices, and what the rules ask of it besides."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from joinedup import tables
from joinedup.codes import CodeList, code_list
from joinedup.gate.rules import Rule, rulebook
from joinedup.tables import Column, Table

Kind = Literal["text", "texts", "date", "part of a date", "whole number", "yes or no"]

SEPARATOR = ";"
"""Stands between the values of one cell."""

PART_OF_A_DATE = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
"""A day, a month or a year: for a date that has a precision."""

LONGEST = 300
"""Lists of more codes are named and given a pattern, not printed: nobody chooses from thousands."""

POINTS_AT: Mapping[str, tuple[str, str]] = {
    "crime_id": ("crimes", "crime_id"),
    "record_id": ("person_records", "local_id"),
}
"""Which column of which table a reference names, as a sender writes it."""

REASON_WORDS: Mapping[str, str] = {
    "not_recorded": "nobody wrote anything",
    "not_asked": "nobody asked",
    "refused": "asked, and not answered",
    "not_understood": "the question was not understood",
    "not_known": "nobody is identified, or nobody can know",
    "unmapped": "a code came that is in no list; said by Joinedup, not by a sender",
    "not_applicable": "the question does not arise",
}
"""Why a value is missing, in words."""

_MADE = frozenset({"system", "source_file", "source_row"})
_OWN_KEY = re.compile(r"`\{system\}:\{[^}]*\}`\.")


@dataclass(frozen=True)
class Choice:
    """One value that a column may hold, and what it means; the label is empty where the value speaks for itself."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One column as a sender gives it.

    meaning: in the sender's terms. choices: empty when any text will do or the list is too long to print. pattern: a
    regular expression of the whole value, without anchors. rules: of this column, that return a new row.
    """

    table: Table
    column: Column
    kind: Kind
    meaning: str
    choices: tuple[Choice, ...]
    pattern: str | None
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def required(self) -> bool:
        return self.column.required

    @property
    def points_at(self) -> tuple[str, str] | None:
        """The table and column of the row that this one names, when it names one."""
        aim = POINTS_AT.get(self.name)
        return aim if aim and aim[0] != self.table.name else None

    @property
    def description(self) -> str:
        """Meaning, code list, and in words what the gate asks besides."""
        parts = [self.meaning]
        parts += [f"Code list `{self.column.codes}`."] if self.column.codes else []
        parts += [f"Returned by rule `{rule.name}`: {rule.message} {rule.remedy}" for rule in self.rules]
        return " ".join(parts)


def fields(table: Table) -> tuple[Field, ...]:
    """What a sender gives for `table`, what is required first: not what the reader makes, nor text as received."""
    sent = [_field(table, column) for column in table.columns if _is_sent(table, column)]
    return tuple(sorted(sent, key=lambda field: not field.required))


def key(table: Table) -> list[str]:
    """The columns, as a sender names them, that no two rows share."""
    return [_sent_as(table, name) for name in table.key]


def _sent_as(table: Table, name: str) -> str:
    """The column that a sender gives for one of ours: `local_id` for a person's `record_id`."""
    return _key_column(table) if name == table.key[0] else name


def _key_column(table: Table) -> str:
    return "local_id" if "local_id" in table else table.key[0]


def _is_sent(table: Table, column: Column) -> bool:
    """A person's `record_id` is made from `local_id`; the precision of a date is seen from the date."""
    made = column.name in _MADE or column.name.endswith(("_received", "_precision"))
    return not made and (column.name != table.key[0] or column.name == _key_column(table))


def _field(table: Table, column: Column) -> Field:
    coded = code_list(column.codes) if column.codes else None
    kind = _kind(table, column)
    return Field(
        table=table,
        column=column,
        kind=kind,
        meaning=_OWN_KEY.sub("Your system's own reference; the system's name is put before it.", column.meaning),
        choices=_codes(coded) if coded else tuple(Choice(v, REASON_WORDS.get(v, "")) for v in _values(column)),
        pattern=_pattern(coded) if coded else PART_OF_A_DATE if kind == "part of a date" else None,
        rules=_rules(table, column),
    )


def _kind(table: Table, column: Column) -> Kind:
    if pa.types.is_date(column.type):
        return "part of a date" if f"{column.name}_precision" in table else "date"
    kinds: dict[pa.DataType, Kind] = {pa.int64(): "whole number", pa.bool_(): "yes or no"}
    return "texts" if column.is_list else kinds.get(column.type, "text")


def _values(column: Column) -> tuple[str, ...]:
    """The closed set of values. Why a nationality is missing is closed too, but its column says so in words alone."""
    return tables.REASONS if column.name == "nationality_reason" else column.values


def _codes(coded: CodeList) -> tuple[Choice, ...]:
    codes = coded.codes.values()
    return tuple(Choice(code.code, code.label) for code in codes) if len(codes) <= LONGEST else ()


def _pattern(coded: CodeList) -> str | None:
    """The shapes of a long list's codes, such as `[0-9]{3}/[0-9]{2}`, and the letters that any may end in."""
    if len(coded.codes) <= LONGEST:
        return None
    endings = coded.story.endings
    bare = {code[:-1] if endings and code[-1] in endings else code for code in coded.codes}
    shapes = sorted({_shape(code) for code in bare})
    return (shapes[0] if len(shapes) == 1 else f"({'|'.join(shapes)})") + (f"[{endings}]?" if endings else "")


def _shape(code: str) -> str:
    kinds = itertools.groupby("[0-9]" if c.isdigit() else "[A-Z]" if c.isupper() else re.escape(c) for c in code)
    return "".join(kind if count == 1 else f"{kind}{{{count}}}" for kind, count in _counted(kinds))


def _counted(groups: Iterable[tuple[str, Iterator[str]]]) -> Iterator[tuple[str, int]]:
    return ((kind, sum(1 for _ in same)) for kind, same in groups)


def _rules(table: Table, column: Column) -> tuple[Rule, ...]:
    """Rules beyond the form of a value, such as that a suspect's ethnicity is known, or the reason why not."""
    return _by_column().get((table.name, column.name), ())


@functools.cache
def _by_column() -> Mapping[tuple[str, str], tuple[Rule, ...]]:
    """Rules that return a new row, by table and column; one about the whole row stands by its key."""
    book, found = rulebook(), dict[tuple[str, str], list[Rule]]()
    for table in tables.RECORD_TABLES:
        for check in book.asked(table, "new"):
            if book.severity(check.rule, "new") == "returned":
                column = _sent_as(table, check.column or table.key[0])
                found.setdefault((table.name, column), []).append(check.rule)
    return {place: tuple(rules) for place, rules in found.items()}
