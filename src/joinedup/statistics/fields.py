"""What the checks of a field work on and what they give: its counts, what it is held against, levels, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from joinedup.codes import REASONS
from joinedup.errors import StatisticsError, nearest
from joinedup.statistics.counts import whole
from joinedup.statistics.disclosure import THRESHOLD

COLUMNS = ("sender", "column", "period", "value", "reason", "count")
NOT_COUNTED = "not_applicable"
"""Nobody could have filled these rows in, so they are no part of any share."""

GAPS = tuple(reason for reason in REASONS if reason != NOT_COUNTED)

Kind = Literal["mostly-missing", "never-filled", "never-missing", "category-vanished", "one-value", "break", "copied"]


@dataclass(frozen=True)
class Levels:
    """What it takes to name a field. Every number is a choice, stated here and nowhere else.

    least: rows, of a sender or of a period, below which nothing is said.
    mostly_missing: share of rows without a value. dominant: share of one value or reason.
    hardly: how many times smaller than expected a share must be. times: how many times smaller beyond chance.
    seen: rows that an expected share must rest on, unless it was stated.
    jump: change of a share between neighbouring periods; 0.2 is 20 points.
    chance: of naming any field at all if each had a tenth of what is expected, over all checks of a call (Bonferroni).
    missing: share missing that is expected where nobody can be compared with, by column. 2% of self-defined ethnicity
    is the smallest yearly median of stop and search by force, 2006/07 to 2016/17 (1.9%, in 2007/08).
    unlike: share of rows whose code is not the commonest beside their other code, expected likewise. The smallest of 12
    forces for the two ethnicities was 4.2% (stop and search, Durham, December 2019 and January 2020).
    """

    least: int = 100
    mostly_missing: float = 0.5
    dominant: float = 0.9
    hardly: float = 50.0
    times: float = 10.0
    seen: int = THRESHOLD
    jump: float = 0.2
    chance: float = 1e-4
    missing: Mapping[str, float] = field(default_factory=lambda: {"self_defined_ethnicity": 0.02}, hash=False)
    unlike: float = 0.04


@dataclass(frozen=True)
class Finding:
    """Why the field `column` of `sender` cannot be trusted, from `period` to `until`; both None for all its rows.

    values: codes of a closed list, or a reason for having no value, that the finding is about; empty where it is about
    all that is missing. count of n rows are what was counted; `missing` of the sender's rows hold no value. n is the
    rows that hold a value where `values` are codes, else all rows. expected: share of `n`, 0 to 1, that was expected of
    `count`, from `compared_with`; None where a threshold alone decides.

    `message` says fewer than 10 for counts from 1 to 9. The other fields are exact and stay inside.
    """

    sender: str
    column: str
    kind: Kind
    values: tuple[str, ...]
    period: str | None
    until: str | None
    n: int
    count: int
    missing: int
    expected: float | None
    compared_with: str
    message: str
    remedy: str

    @property
    def share(self) -> float:
        return self.count / self.n


@dataclass(frozen=True, eq=False)
class Tally:
    """Rows by value and by reason for having none. `held` follows the `values` of the column, `gaps` follows GAPS."""

    values: tuple[str, ...]
    held: np.ndarray
    gaps: np.ndarray

    @cached_property
    def answered(self) -> int:
        return int(self.held.sum())

    @cached_property
    def missing(self) -> int:
        return int(self.gaps.sum())

    @property
    def n(self) -> int:
        return self.answered + self.missing

    @property
    def missing_share(self) -> float:
        return self.missing / self.n

    @cached_property
    def shares(self) -> np.ndarray:
        """Each value's share of the rows that hold one; all zero when none does."""
        return self.held / max(self.answered, 1)

    def reasons(self) -> dict[str, int]:
        """Rows without a value by reason, the commonest first, none that is zero."""
        found = {reason: int(n) for reason, n in zip(GAPS, self.gaps, strict=True) if n}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def add(tallies: Sequence[Tally]) -> Tally:
    """One tally of all the rows of `tallies`, which are of one column."""
    return Tally(
        tallies[0].values, np.sum([t.held for t in tallies], axis=0), np.sum([t.gaps for t in tallies], axis=0)
    )


@dataclass(frozen=True)
class Field:
    """One column of one sender: all its rows, and those of each period, in the order of their names."""

    sender: str
    column: str
    whole: Tally
    periods: Mapping[str, Tally]

    @cached_property
    def cuts(self) -> list[tuple[str, Tally, Tally]]:
        """Each period but the first, with all rows before it and all rows from it on."""
        forward = list(accumulate(self.periods.values(), _both))
        backward = list(accumulate(reversed(list(self.periods.values())), _both))[::-1]
        return list(zip(list(self.periods)[1:], forward[:-1], backward[1:], strict=True))


def _both(one: Tally, other: Tally) -> Tally:
    return add([one, other])


@dataclass(frozen=True, eq=False)
class Shares:
    """Expected shares, a line for each sender compared with. seen: rows that they rest on; None where stated."""

    shares: np.ndarray
    seen: np.ndarray | None = None

    def of(self, chosen: np.ndarray) -> float:
        """The middle share of what is chosen, taken together."""
        return middle(self.shares[:, chosen].sum(axis=1))

    def rest_on(self, chosen: np.ndarray, least: int) -> bool:
        """Whether at least `least` rows stand behind the share of what is chosen."""
        return self.seen is None or int(self.seen[chosen].sum()) >= least


@dataclass(frozen=True)
class Benchmark:
    """What a field is held against, under the name that the finding gives it.

    held: shares of the values among rows that hold one. gaps: shares of the reasons among all rows.
    """

    name: str
    held: Shares
    gaps: Shares


def check_shares(expected: Mapping[str, Mapping[str, float]]) -> None:
    """Raises StatisticsError where the shares expected in a column cannot all be true."""
    for column, shares in expected.items():
        if min(shares.values(), default=0.0) < 0 or sum(shares.values()) > 1 + 1e-9:
            raise StatisticsError(
                f"The expected shares of `{column}` are below 0 or come to more than 1.",
                remedy="Give shares from 0 to 1 of the rows that hold a value.",
            )


def benchmark(name: str, tallies: Sequence[Tally], least: int) -> Benchmark | None:
    """The benchmark that `tallies` make, those with fewer than `least` rows left out; None when none is left."""
    full = [t for t in tallies if t.n >= least]
    if not full:
        return None
    every = add(full)
    held = [t.held / t.answered for t in full if t.answered >= least] or [np.zeros(len(every.values))]
    gaps = [t.gaps / t.n for t in full]
    return Benchmark(name, Shares(np.array(held), every.held), Shares(np.array(gaps), every.gaps))


def stated(name: str, values: Sequence[str], shares: Mapping[str, float], missing: float = 0.0) -> Benchmark:
    """The benchmark of shares that somebody states: of values, and of all that is missing, whatever the reason."""
    held = np.array([[shares.get(value, 0.0) for value in values]])
    gaps = np.array([[missing if reason == "not_recorded" else 0.0 for reason in GAPS]])
    return Benchmark(name, Shares(held), Shares(gaps))


def middle(shares: Iterable[float]) -> float:
    """The median; the lower of the two middle ones, so that two senders are held against the smaller share."""
    ordered = sorted(shares)
    return float(ordered[(len(ordered) - 1) // 2])


def read_fields(counts: pa.Table, named: Mapping[str, Iterable[str]]) -> list[Field]:
    """The fields of a table of counts, by column and sender.

    counts: columns sender, column, period, value, reason, count. named: values by column that are counted even where
    no row holds one. Raises StatisticsError for a column that is not there, a row with both or neither of value and
    reason, a reason that does not exist, and a count that is not whole.
    """
    every = _rows(counts, COLUMNS)
    for number, row in enumerate(every, start=1):
        _check(number, row)
    rows = [row for row in every if row[4] != NOT_COUNTED]
    values = _values(rows, named)
    cells: dict[tuple[str, str], dict[str | None, Tally]] = {}
    for sender, column, period, value, reason, count in rows:
        tally = cells.setdefault((column, sender), {}).setdefault(period, _empty(tuple(values[column])))
        if value is None:
            tally.gaps[GAPS.index(reason)] += count
        else:
            tally.held[values[column][value]] += count
    return [_field(sender, column, tallies) for (column, sender), tallies in sorted(cells.items())]


@dataclass(frozen=True)
class Likeness:
    """How far one field of a sender follows from another. `unlike` rows hold another code than the commonest beside it.

    follows: whether two codes of the other field, with ten rows or more each, lead to different codes.
    """

    field: Field
    unlike: int
    follows: bool

    @property
    def n(self) -> int:
        return self.field.whole.n


def likenesses(pairs: pa.Table, column: str, source: str) -> list[Likeness]:
    """How far `column` follows from `source`, by sender.

    pairs: columns `sender`, `column`, `source` and `count`; rows that lack either code are left out. Raises
    StatisticsError for a column that is not there and a count that is not whole.
    """
    senders: dict[str, dict[str, Counter[str]]] = {}
    for number, (sender, code, beside, count) in enumerate(_rows(pairs, ("sender", column, source, "count")), start=1):
        whole(f"row {number:,}", count)
        if code is not None and beside is not None:
            senders.setdefault(sender, {}).setdefault(beside, Counter())[code] += count
    return [_likeness(sender, column, beside) for sender, beside in sorted(senders.items())]


def _likeness(sender: str, column: str, beside: Mapping[str, Counter[str]]) -> Likeness:
    held = sum(beside.values(), Counter[str]())
    led_to = {codes.most_common(1)[0][0] for codes in beside.values() if codes.total() >= THRESHOLD}
    alike = sum(max(codes.values()) for codes in beside.values())
    tally = Tally(tuple(held), np.array(list(held.values()), dtype=np.int64), np.zeros(len(GAPS), dtype=np.int64))
    return Likeness(Field(sender, column, tally, {}), held.total() - alike, len(led_to) > 1)


def _field(sender: str, column: str, tallies: Mapping[str | None, Tally]) -> Field:
    dated = sorted((period, tally) for period, tally in tallies.items() if period is not None)
    return Field(sender, column, add(list(tallies.values())), dict(dated))


def _empty(values: tuple[str, ...]) -> Tally:
    return Tally(values, np.zeros(len(values), dtype=np.int64), np.zeros(len(GAPS), dtype=np.int64))


def _values(rows: Iterable[tuple[Any, ...]], named: Mapping[str, Iterable[str]]) -> dict[str, dict[str, int]]:
    """Position of each value by column."""
    found: dict[str, set[str]] = {}
    for _, column, _, value, _, _ in rows:
        found.setdefault(column, set(named.get(column, ()))).update(() if value is None else (value,))
    return {column: {value: place for place, value in enumerate(sorted(held))} for column, held in found.items()}


def _rows(counts: pa.Table, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    lacking = [name for name in columns if name not in counts.column_names]
    if lacking:
        raise StatisticsError(
            f"The counts have no column `{lacking[0]}`.{nearest(lacking[0], counts.column_names)}",
            remedy=f"Count rows by {', '.join(columns[:-1])}.",
        )
    return list(zip(*(counts.column(name).to_pylist() for name in columns), strict=True))


def _check(number: int, row: tuple[Any, ...]) -> None:
    sender, column, _, value, reason, count = row
    whole(f"row {number:,}", count)
    if sender is None or column is None:
        raise StatisticsError(f"Row {number:,} of the counts names no sender or no column.")
    if (value is None) == (reason is None):
        raise StatisticsError(f"Row {number:,} of the counts needs a value, or else the reason for having none.")
    if reason is not None and reason not in REASONS:
        raise StatisticsError(
            f"Row {number:,} of the counts holds a reason that does not exist.",
            remedy=f"Reasons: {', '.join(REASONS)}.",
        )
