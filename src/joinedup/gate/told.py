"""What a sender is told: every reason of every row as text, and how many rows have each reason.

A million rows have a few hundred different sets of reasons, so text is made once for each set and rows hold its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import narwhals as nw
import numpy as np
import pyarrow as pa

from joinedup.engine.contract import Frame
from joinedup.gate.judge import Fired, Gated
from joinedup.gate.rules import Check, Rule, Severity

SEPARATOR = " | "
WHOLE_ROW = "whole row"
"""Stands among the columns where a rule is about no single one."""

_TEXT = pa.dictionary(pa.int32(), pa.large_string())
TOLD = pa.schema(
    [("source_row", pa.int64()), *((name, _TEXT) for name in ("severity", "columns", "reasons", "remedies"))]
)
_REASON_COUNTS = pa.schema(
    [*((name, pa.string()) for name in ("source_file", "table", "severity", "rule", "column")), ("count", pa.int64())]
)
_ROW_COUNTS = pa.schema([("source_file", pa.string()), ("returned", pa.int64()), ("marked", pa.int64())])
_BITS = 32
_SETS = 10_000


@dataclass(frozen=True)
class _Reason:
    table: str | None
    column: str | None
    rule: Rule
    severity: Severity
    remedy: str

    @property
    def order(self) -> tuple[str, str, str]:
        return self.table or "", self.column or "", self.rule.name


@dataclass(frozen=True)
class _Slot:
    """Numbers of rows, and what they say: a reason for each bit, or for each number from 1.

    A row of an extract that fed several rows of a table stands several times.
    """

    rows: np.ndarray
    numbers: np.ndarray
    reasons: Sequence[_Reason]
    by_bit: bool

    def at(self, rows: np.ndarray) -> np.ndarray:
        """The number of each of these rows, 0 for none."""
        numbers = np.zeros(len(rows), np.int64)
        np.bitwise_or.at(numbers, np.searchsorted(rows, self.rows), self.numbers)
        return numbers

    def says(self, numbers: np.ndarray) -> np.ndarray:
        """Which reasons (across) each number (down) stands for."""
        if self.by_bit:
            return (numbers[:, None] >> np.arange(len(self.reasons)) & 1).astype(np.bool_)
        return numbers[:, None] == np.arange(1, len(self.reasons) + 1)


Remedies = Mapping[tuple[str, str, str], str]
"""By table, column and rule, what a sender may do where a file is read by a map of its own."""


def told(gated: Gated, file: str, remedies: Remedies | None = None) -> pa.Table:
    """What is wrong with each row of `file` that has a reason, by `source_row`, as `TOLD`.

    severity: `returned` when any reason returns the row, else `marked`. columns and reasons (`rule: message`) stand in
    the same order, by table, column and rule, with " | " between them; a reason that several tables give for the same
    column is told once, and so is a remedy. remedies: in place of the rules' own.
    """
    slots = [slot for fired in gated.fired for slot in _fired_slots(gated, fired, file, remedies or {})]
    slots += _fault_slots(gated, file)
    rows = _distinct(np.concatenate([np.empty(0, np.int64), *(slot.rows for slot in slots)]))
    numbers = [slot.at(rows) for slot in slots]
    sets, firsts = _numbered(numbers, len(rows))
    texts = _texts(slots, [number[firsts] for number in numbers])
    return pa.Table.from_arrays([pa.array(rows), *(text.by_row(sets) for text in texts)], schema=TOLD)


def reason_counts(gated: Gated) -> pa.Table:
    """How often each rule fired for each column: source_file, table, severity, rule, column, count."""
    found = [*_fault_counts(gated), *(row for fired in gated.fired for row in _fired_counts(gated, fired))]
    found.sort(key=lambda r: (r["source_file"], r["table"] or "", r["column"] or "", r["rule"]))
    return pa.Table.from_pylist(found, schema=_REASON_COUNTS)


def row_counts(gated: Gated) -> pa.Table:
    """How many rows of each file go back or are let in with a mark: source_file, returned, marked.

    A row is counted once however many tables it feeds; one that goes back does not count as marked.
    """
    place = ("source_file", "source_row")
    returned = gated.returned_places
    some = nw.concat([returned, *(fired.frame.select(*place) for fired in gated.fired)], how="vertical").unique()
    marked = some.join(returned, on=list(place), how="anti")
    goes, stays = _per_file(gated, returned), _per_file(gated, marked)
    rows = [
        {"source_file": file, "returned": goes.get(file, 0), "marked": stays.get(file, 0)}
        for file in sorted({*goes, *stays})
    ]
    return pa.Table.from_pylist(rows, schema=_ROW_COUNTS)


def _per_file(gated: Gated, frame: Frame) -> dict[str, int]:
    counts = gated.engine.collect(frame.group_by("source_file").agg(nw.len().alias("n")))
    return dict(zip(counts["source_file"].to_pylist(), counts["n"].to_pylist(), strict=True))


def _of_file(gated: Gated, frame: Frame, file: str) -> pa.Table:
    return gated.engine.collect(frame.filter(nw.col("source_file") == file).drop("source_file"))


def _fired_slots(gated: Gated, fired: Fired, file: str, remedies: Remedies) -> Iterator[_Slot]:
    """The checks of a table, so many at a time as a number has bits."""
    found = _of_file(gated, fired.frame.select("source_file", "source_row", *fired.marks), file)
    reasons = [
        _Reason(fired.table.name, check.column, check.rule, severity, _remedy(check, remedies))
        for check, severity in zip(fired.checks, fired.severities, strict=True)
    ]
    for start in range(0, len(reasons), _BITS):
        words = np.zeros(found.num_rows, np.int64)
        for bit, mark in enumerate(fired.marks[start : start + _BITS]):
            words |= found[mark].fill_null(False).to_numpy().astype(np.int64) << bit
        yield _Slot(found["source_row"].to_numpy(), words, reasons[start : start + _BITS], by_bit=True)


def _remedy(check: Check, remedies: Remedies) -> str:
    return remedies.get((check.table.name, check.column or "", check.rule.name), check.remedy)


def _fault_slots(gated: Gated, file: str) -> Iterator[_Slot]:
    """The first reason of each row that could not be read, then the second of those that have two, and so on."""
    found = _of_file(gated, gated.faults, file)
    names = ("table", "column", "rule")
    coded = [found[name].combine_chunks().dictionary_encode("encode").indices.to_numpy() for name in names]
    numbers, firsts = _numbered(coded, found.num_rows)
    reasons = [_fault_reason(gated, *(found[name][int(first)].as_py() for name in names)) for first in firsts]
    rows = found["source_row"].to_numpy()
    order = np.lexsort((numbers, rows))
    rows, numbers = rows[order], numbers[order]
    starts = np.searchsorted(rows, rows)
    turns = np.arange(len(rows)) - starts
    for turn in range(int(turns.max(initial=-1)) + 1):
        now = turns == turn
        yield _Slot(rows[now], numbers[now] + 1, reasons, by_bit=False)


def _fault_reason(gated: Gated, table: str | None, column: str | None, rule: str) -> _Reason:
    return _Reason(table, column, gated.book.rules[rule], "returned", gated.book.rules[rule].remedy)


def _distinct(rows: np.ndarray) -> np.ndarray:
    """Sorted; several times faster than `numpy.unique`, which hashes."""
    rows = np.sort(rows)
    return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows


def _numbered(parts: Sequence[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct combinations side by side in `parts`; give the number of each place, and a place of each."""
    made = np.zeros(count, np.int64)
    for part in parts:
        made = np.unique(made * (int(part.max(initial=0)) + 1) + part, return_inverse=True)[1]
    places = np.empty(int(made.max(initial=-1)) + 1, np.int64)
    places[made] = np.arange(count)
    return made, places


@dataclass
class _Texts:
    """One column of what is told: each different text once, and its number for each set of reasons. says: by reason."""

    says: Sequence[str]
    once: bool = False
    numbers: list[int] = field(default_factory=list)
    different: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, reasons: Sequence[int]) -> None:
        """Take the next set of reasons."""
        said = [self.says[reason] for reason in reasons]
        key = tuple(dict.fromkeys(said) if self.once else said)
        self.numbers.append(self.different.setdefault(key, len(self.different)))

    def by_row(self, sets: np.ndarray) -> pa.DictionaryArray:
        """The column. sets: which set of reasons each row has."""
        texts = pa.array((SEPARATOR.join(key) for key in self.different), pa.large_string())
        return pa.DictionaryArray.from_arrays(pa.array(np.array(self.numbers, np.int32)[sets]), texts)


def _texts(slots: Sequence[_Slot], numbers: Sequence[np.ndarray]) -> list[_Texts]:
    """Severity, columns, reasons and remedies of each set of reasons. numbers: by slot, one a set."""
    reasons = [reason for slot in slots for reason in slot.reasons]
    order = sorted(range(len(reasons)), key=lambda place: reasons[place].order)
    ordered = [reasons[place] for place in order]
    severities = _Texts(["marked", "returned"])
    others = [
        _Texts([reason.column or WHOLE_ROW for reason in ordered]),
        _Texts([f"{reason.rule.name}: {reason.rule.message}" for reason in ordered]),
        _Texts([reason.remedy for reason in ordered], once=True),
    ]
    # The same rule on the same column is one reason to whoever mends the row, whichever table it was for.
    same = {(reason.column, reason.rule.name): place for place, reason in reversed(list(enumerate(ordered)))}
    first = [same[reason.column, reason.rule.name] for reason in ordered]
    for places in _sets(slots, numbers, order):
        kept = list(dict.fromkeys([first[place] for place in places]))
        severities.add([any(ordered[place].severity == "returned" for place in kept)])
        for column in others:
            column.add(kept)
    return [severities, *others]


def _sets(slots: Sequence[_Slot], numbers: Sequence[np.ndarray], order: Sequence[int]) -> Iterator[list[int]]:
    """Each set of reasons as places in `order`, which is of the reasons of all slots one after another."""
    for start in range(0, len(numbers[0]) if numbers else 0, _SETS):
        says = [slot.says(number[start : start + _SETS]) for slot, number in zip(slots, numbers, strict=True)]
        holds = np.concatenate(says, axis=1)[:, order]
        found = np.nonzero(holds)[1].tolist()
        ends = np.cumsum(holds.sum(axis=1)).tolist()
        yield from (found[begin:end] for begin, end in zip([0, *ends], ends, strict=False))


def _fired_counts(gated: Gated, fired: Fired) -> Iterator[dict[str, object]]:
    counts = [nw.col(mark).cast(nw.Int64()).sum().alias(mark) for mark in fired.marks]
    for row in gated.engine.collect(fired.frame.group_by("source_file").agg(*counts)).to_pylist():
        for mark, check, severity in zip(fired.marks, fired.checks, fired.severities, strict=True):
            if row[mark]:
                yield {
                    "source_file": row["source_file"], "table": fired.table.name, "severity": severity,
                    "rule": check.rule.name, "column": check.column, "count": row[mark],
                }  # fmt: skip


def _fault_counts(gated: Gated) -> Iterator[dict[str, object]]:
    keys = ("source_file", "table", "rule", "column")
    for row in gated.engine.collect(gated.faults.group_by(*keys).agg(nw.len().alias("count"))).to_pylist():
        yield {**row, "severity": "returned"}
