"""What a rule asks of a row, in words that read aloud: `dob after as_of`, `surname_found has title, several`.

One condition is judged twice: as an expression over a whole frame, and in plain Python over one row. A value that is
missing makes a condition false, except `is missing`.

    COLUMN is missing | is present | is unread | stands beside a reason
    COLUMN is A, B | is not A, B               a text; among the words of `is` there may be `missing`
    COLUMN is yes | is no | has A, B | has no A, B      a list of words; `has no` is true of a missing list
    COLUMN matches PATTERN | does not match PATTERN     part of the text, case as written
    COLUMN same as COLUMN | differs from COLUMN | less than N | more than N | at least N | at most N
    COLUMN more than N above COLUMN | more than N below COLUMN        numbers
    COLUMN before DAY | after DAY | on DAY                            DAY is a column, `as_of` or 2024-12-31
    COLUMN more than N days before DAY | more than N years before DAY | less than ...
    CONDITION or CONDITION
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import narwhals as nw
import pyarrow as pa

from joinedup.errors import GateError, nearest

Row = Mapping[str, Any]
Types = Mapping[str, pa.DataType]

UNREAD = "unread:"
BESIDE = "unread:beside:"  # a value stood beside a reason for having none
BLANKED = "blanked:"  # in a row: columns that were left empty because a cell could not be read
AS_OF = "as_of"  # the day on which the gate judges: a column of every frame and row


class Condition(Protocol):
    """columns: what it reads. expr: null counts as false. holds: the same of one row."""

    @property
    def columns(self) -> frozenset[str]: ...
    def expr(self) -> nw.Expr: ...
    def holds(self, row: Row) -> bool: ...


@dataclass(frozen=True)
class OfColumn:
    """A condition on one column."""

    column: str

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({self.column})


@dataclass(frozen=True)
class IsMissing(OfColumn):
    """Whether there is no value, or (`wanted` False) whether there is one."""

    wanted: bool = True

    def expr(self) -> nw.Expr:
        missing = nw.col(self.column).is_null()
        return missing if self.wanted else ~missing

    def holds(self, row: Row) -> bool:
        return (row[self.column] is None) == self.wanted


@dataclass(frozen=True)
class IsTrue(OfColumn):
    """A yes-or-no column that is yes, or (`wanted` False) no."""

    wanted: bool = True

    def expr(self) -> nw.Expr:
        value = nw.col(self.column)
        return (value if self.wanted else ~value).fill_null(False)

    def holds(self, row: Row) -> bool:
        return row[self.column] is self.wanted


@dataclass(frozen=True)
class IsIn(OfColumn):
    """A text that is one of some words, or (`wanted` False) is there and is none of them."""

    words: tuple[str, ...]
    or_missing: bool = False
    wanted: bool = True

    def expr(self) -> nw.Expr:
        found = nw.col(self.column).is_in(self.words)
        return (found if self.wanted else ~found).fill_null(self.or_missing)

    def holds(self, row: Row) -> bool:
        value = row[self.column]
        return self.or_missing if value is None else (value in self.words) == self.wanted


@dataclass(frozen=True)
class Has(OfColumn):
    """A list that has one of some words, or (`wanted` False) has none of them, or is missing."""

    words: tuple[str, ...]
    wanted: bool = True

    def expr(self) -> nw.Expr:
        found = nw.any_horizontal(*[nw.col(self.column).list.contains(w) for w in self.words], ignore_nulls=True)
        return found.fill_null(False) if self.wanted else ~found.fill_null(False)

    def holds(self, row: Row) -> bool:
        value = row[self.column] or ()
        return any(word in value for word in self.words) == self.wanted


@dataclass(frozen=True)
class Matches(OfColumn):
    """A text that holds a pattern, or (`wanted` False) is there and does not. It means the same to Python and to the
    engine (no looking around).
    """

    pattern: str
    wanted: bool = True

    def expr(self) -> nw.Expr:
        found = nw.col(self.column).str.contains(self.pattern)
        return (found if self.wanted else ~found).fill_null(False)

    def holds(self, row: Row) -> bool:
        value = row[self.column]
        return value is not None and (self._plain.search(value) is not None) == self.wanted

    @functools.cached_property
    def _plain(self) -> re.Pattern[str]:
        """As the engine reads it: classes of ASCII, and `$` at the very end alone."""
        ends = self.pattern.endswith("$") and not self.pattern.endswith("\\$")
        return re.compile(self.pattern[:-1] + r"\Z" if ends else self.pattern, re.ASCII)


Operand = str | int | dt.date  # a column's name, or a value; a text is always a column

Comparison = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Compares:
    """Two values in an order. False when either is missing."""

    column: str
    how: Comparison
    other: Operand

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({self.column, self.other}) if isinstance(self.other, str) else frozenset({self.column})

    def expr(self) -> nw.Expr:
        other = nw.col(self.other) if isinstance(self.other, str) else nw.lit(self.other)
        return self.how(nw.col(self.column), other).fill_null(False)

    def holds(self, row: Row) -> bool:
        value = row[self.column]
        other = row[self.other] if isinstance(self.other, str) else self.other
        return value is not None and other is not None and bool(self.how(value, other))


@dataclass(frozen=True)
class Beyond:
    """Whether a number lies more than `number` above (or below) another. False when either is missing."""

    column: str
    number: int
    above: bool
    other: str

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({self.column, self.other})

    def expr(self) -> nw.Expr:
        apart = nw.col(self.column) - nw.col(self.other)
        beyond = apart > self.number if self.above else apart < -self.number
        return beyond.fill_null(False)

    def holds(self, row: Row) -> bool:
        value, other = row[self.column], row[self.other]
        if value is None or other is None:
            return False
        return bool(value - other > self.number if self.above else other - value > self.number)


@dataclass(frozen=True)
class Apart:
    """Whether a day lies more (or less) than a number of days or years before another. False when either is missing.

    A year is counted by the calendar: 29 February is a year before 1 March and not before 28 February.
    """

    column: str
    how: Comparison
    number: int
    unit: str
    other: str

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({self.column, self.other})

    def expr(self) -> nw.Expr:
        earlier, later = nw.col(self.column), nw.col(self.other)
        if self.unit == "years":
            apart = self.how(_written(later), _written(earlier) + self.number * 10_000)
        else:
            apart = self.how(later, earlier.dt.offset_by(f"{self.number}d").cast(nw.Date()))
        return apart.fill_null(False)

    def holds(self, row: Row) -> bool:
        earlier, later = row[self.column], row[self.other]
        if earlier is None or later is None:
            return False
        if self.unit == "years":
            return bool(self.how(written(later), written(earlier) + self.number * 10_000))
        return bool(self.how(later.toordinal(), earlier.toordinal() + self.number))


@dataclass(frozen=True)
class Either:
    """Any of some conditions."""

    parts: tuple[Condition, ...]

    @property
    def columns(self) -> frozenset[str]:
        return frozenset().union(*(part.columns for part in self.parts))

    def expr(self) -> nw.Expr:
        return nw.any_horizontal(*[part.expr() for part in self.parts], ignore_nulls=True)

    def holds(self, row: Row) -> bool:
        return any(part.holds(row) for part in self.parts)


def written(day: dt.date) -> int:
    """A day as the number 20241231, so that whole years are counted by the calendar."""
    return day.year * 10_000 + day.month * 100 + day.day


def _written(day: nw.Expr) -> nw.Expr:
    return day.dt.year() * 10_000 + day.dt.month() * 100 + day.dt.day()


_ORDERS: Mapping[str, Comparison] = {
    "before": operator.lt, "after": operator.gt, "on": operator.eq, "less than": operator.lt,
    "more than": operator.gt, "at least": operator.ge, "at most": operator.le, "same as": operator.eq,
    "differs from": operator.ne,
}  # fmt: skip
_SHAPES = (
    (re.compile(r"(\w+) is unread"), "unread"),
    (re.compile(r"(\w+) stands beside a reason"), "beside"),
    (re.compile(r"(\w+) is not ([\w/, -]+)"), "is not"),
    (re.compile(r"(\w+) is ([\w/, -]+)"), "is"),
    (re.compile(r"(\w+) has no ([\w, -]+)"), "has no"),
    (re.compile(r"(\w+) has ([\w, -]+)"), "has"),
    (re.compile(r"(\w+) matches (.+)"), "matches"),
    (re.compile(r"(\w+) does not match (.+)"), "does not match"),
    (re.compile(r"(\w+) (more than|less than) (\d+) (days|years) before (\w+)"), "apart"),
    (re.compile(r"(\w+) more than (\d+) (above|below) (\w+)"), "beyond"),
    (re.compile(r"(\w+) (before|after|on) ([\w-]+)"), "day"),
    (re.compile(r"(\w+) (less than|more than|at least|at most) (\w+)"), "number"),
    (re.compile(r"(\w+) (same as|differs from) (\w+)"), "column"),
)


_MARKS = {"unread": UNREAD, "beside": BESIDE}


def parse(text: str, types: Types) -> Condition:
    """The condition that `text` states of columns of these types.

    Raises GateError for a column that is not there, a form of words that is not understood, or a test that does not
    fit the column's type.
    """
    parts = [part.strip() for part in text.split(" or ")]
    if len(parts) > 1 and re.search(" match(es)? ", text):
        raise GateError(f"A pattern and `or` cannot stand in one condition: `{text}`.", remedy="Write two rules.")
    if len(parts) > 1:
        return Either(tuple(parse(part, types) for part in parts))
    for pattern, shape in _SHAPES:
        found = pattern.fullmatch(text.strip())
        if found is not None:
            _known(found[1], types)
            return _made(shape, found, types)
    raise GateError(f"This condition is not understood: `{text}`.", remedy=_FORMS)


_FORMS = (
    "Such as `dob is missing`, `outcome is 14, 18`, `surname_found has title`, `recorded_on after 2024-12-31` or "
    "`dob more than 120 years before as_of`."
)


def _known(column: str, types: Types) -> None:
    if column not in types:
        raise GateError(f"There is no column `{column}` to ask about.{nearest(column, types)}")


def _made(shape: str, found: re.Match[str], types: Types) -> Condition:
    column, type_ = found[1], types[found[1]]
    if shape in _MARKS:
        _known(_MARKS[shape] + column, types)
        return IsTrue(_MARKS[shape] + column)
    if shape in ("is", "is not"):
        return _is(column, type_, _words(found[2]), wanted=shape == "is")
    if shape in ("has", "has no"):
        _fits(pa.types.is_list(type_), column, "a list")
        return Has(column, _words(found[2]), wanted=shape == "has")
    if shape in ("matches", "does not match"):
        _fits(pa.types.is_string(type_), column, "a text")
        return Matches(column, _pattern(found[2]), wanted=shape == "matches")
    if shape == "apart":
        _same_kind(column, found[5], types)
        _fits(pa.types.is_date(type_), column, "a date")
        return Apart(column, _ORDERS[found[2]], int(found[3]), found[4], found[5])
    return _comparison(shape, found, types)


def _comparison(shape: str, found: re.Match[str], types: Types) -> Condition:
    column, type_ = found[1], types[found[1]]
    if shape == "day":
        _fits(pa.types.is_date(type_), column, "a date")
    if shape in ("number", "beyond"):
        _fits(pa.types.is_integer(type_), column, "a number")
    if shape == "beyond":
        _same_kind(column, found[4], types)
        return Beyond(column, int(found[2]), found[3] == "above", found[4])
    return Compares(column, _ORDERS[found[2]], _operand(found[3], column, types))


def _is(column: str, type_: pa.DataType, words: tuple[str, ...], *, wanted: bool) -> Condition:
    if words in (("missing",), ("present",)):
        return IsMissing(column, wanted == (words == ("missing",)))
    if pa.types.is_boolean(type_):
        if words not in (("yes",), ("no",)) or not wanted:
            raise GateError(f"`{column}` is yes or no.", remedy=f"Write `{column} is yes` or `{column} is no`.")
        return IsTrue(column, words == ("yes",))
    _fits(pa.types.is_string(type_), column, "a text")
    if {"present", "unread"} & set(words) or (not wanted and "missing" in words):
        raise GateError(f"`missing`, `present` and `unread` stand alone: `{column}`.", remedy=_FORMS)
    return IsIn(column, tuple(w for w in words if w != "missing"), "missing" in words, wanted)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _pattern(text: str) -> str:
    """A pattern that Python and RE2 read alike. Raises GateError for any other."""
    try:
        re.compile(text)
    except re.error:
        raise GateError(f"This is not a pattern: `{text}`.") from None
    if re.search(r"\(\?(?!:|i\))|\\[1-9AZz]|[+*?}]\+|\{\d{4,}", text):
        raise GateError(
            f"A pattern cannot look around or back: `{text}`.", remedy="Use letters, classes, groups and repeats."
        )
    return text


def _operand(text: str, column: str, types: Types) -> Operand:
    if text in types:
        _same_kind(column, text, types)
        return text
    if pa.types.is_date(types[column]):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    elif pa.types.is_integer(types[column]) and text.isdecimal():
        return int(text)
    raise GateError(f"`{text}` is neither a column nor a value to compare `{column}` with.{nearest(text, types)}")


def _same_kind(column: str, other: str, types: Types) -> None:
    _known(other, types)
    if types[column] != types[other]:
        raise GateError(f"`{column}` and `{other}` cannot be compared: they are of different kinds.")


def _fits(right: bool, column: str, wanted: str) -> None:
    if not right:
        raise GateError(f"`{column}` is not {wanted}, so this cannot be asked of it.", remedy=_FORMS)
