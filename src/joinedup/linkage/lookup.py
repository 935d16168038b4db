"""One described person against the records of a run, by its index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from joinedup.linkage import model, namesakes, relatives
from joinedup.linkage.comparing import Bits
from joinedup.linkage.index import files, rules
from joinedup.linkage.index.described import Described, Values, values_of
from joinedup.linkage.index.files import Array, Stamp
from joinedup.linkage.index.keys import asked_keys, packed_texts
from joinedup.linkage.index.postings import Keyed, Small, found_rows
from joinedup.linkage.index.program import reader
from joinedup.linkage.index.weighing import Asked, Held, codes_of, levels_of, weigh
from joinedup.linkage.pairs import TOLD
from joinedup.linkage.reasons import Reason

MOST_ENTRIES = 2_000
"""Entries of keys that one look follows, of the shortest lists first: what they find is most telling."""


@dataclass(frozen=True)
class Candidate:
    """Someone who may be the one described. match_weight: of the best record, in bits. reasons: of that record, from
    the strongest for to the strongest against. records: all of theirs, in order.
    """

    person_id: str
    match_weight: float
    reasons: tuple[Reason, ...]
    records: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """people: at even odds or better, best first. crowded: whether part of what was described is shared by too many
    records for all of them to be looked at.
    """

    people: tuple[Candidate, ...]
    crowded: bool


@dataclass(frozen=True)
class Weighed:
    """Records against a description. levels: by comparison and row, the level, counted over all comparisons. bits: by
    row, one line a comparison, then namesakes, relatives, and the whole.
    """

    levels: Small
    bits: Bits

    @property
    def weights(self) -> Bits:
        """Match weights in bits, 6 decimals."""
        return np.round(self.bits[-1], 6)


class Index:
    """The index of one run, open. Nothing in it changes, so that many threads may look at once."""

    def __init__(self, folder: Path) -> None:
        """Open an index. What it raises: see `files.opened`."""
        self._head, self._arrays = files.opened(folder)
        self._rules, self._held = rules.read(self._head), _held(self._head, self._arrays)
        self._keyed = _keyed(self._head, self._arrays)
        self._operands = _Operands(self._head, self._held)
        self._several = frozenset(self._head["several"])
        self._labels = [(one["name"], level["label"]) for one in self._head["comparisons"] for level in one["levels"]]
        self.look(Described(surname="A"))  # loads the compiled loops

    def look(self, described: Described, most: int = 10) -> Found:
        """Who a description fits, up to `most` people."""
        values = values_of(described, self._several)
        rows, crowded = found_rows(asked_keys(values), self._keyed, MOST_ENTRIES)
        weighed = self._weighed(values, rows)
        best = self._best(rows, weighed.weights, most)
        return Found(tuple(self._candidate(int(rows[at]), weighed, int(at)) for at in best), crowded > 0)

    def weighed(self, described: Described, rows: Small) -> Weighed:
        """Records against a description, whether its keys find them or not. rows: places in the order of record ids."""
        return self._weighed(values_of(described, self._several), rows)

    def _weighed(self, values: Values, rows: Small) -> Weighed:
        asked = self._operands.of(values)
        levels = levels_of(rows, self._rules, asked, self._held)
        return Weighed(levels, weigh(rows, levels, self._rules, asked, self._held))

    def _best(self, rows: Small, weights: Bits, most: int) -> list[int]:
        """Places of the best row of each person at even odds or better, best first; ties in order of record ids."""
        holds = np.flatnonzero(weights >= model.FLOOR)
        person_of = self._arrays["person_of"]
        best: dict[int, int] = {}
        for at in holds[np.argsort(-weights[holds], kind="stable")]:  # rows are in the order of record ids
            best.setdefault(int(person_of[rows[at]]), int(at))
            if len(best) == most:
                break
        return list(best.values())

    def _candidate(self, row: int, weighed: Weighed, at: int) -> Candidate:
        person, starts = int(self._arrays["person_of"][row]), self._arrays["person_starts"]
        records = self._arrays["person_records"][starts[person] : starts[person + 1]]
        return Candidate(
            self._id("person", person),
            float(weighed.weights[at]),
            self._reasons(weighed.levels[:, at], weighed.bits[:-1, at]),
            tuple(self._id("record", record) for record in records),
        )

    def _id(self, kind: str, place: int) -> str:
        offsets = self._arrays[f"{kind}_id_offsets"]
        return self._arrays[f"{kind}_ids"][offsets[place] : offsets[place + 1]].tobytes().decode()

    def _reasons(self, levels: Small, bits: Bits) -> tuple[Reason, ...]:
        named = [self._labels[level] for level in levels]
        told = [
            Reason(name, label, round(float(own), 6))
            for (name, label), own in zip(named, bits, strict=False)
            if label != model.NOT_COMPARED
        ]
        for step, own in zip((namesakes, relatives), bits[-2:], strict=True):
            if own < -TOLD:
                told.append(Reason(step.NAME, step.LABEL, round(float(own), 6)))
        return tuple(sorted(told, key=lambda reason: -reason.bits))


def _keyed(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> Keyed:
    return Keyed(arrays["buckets"], arrays["entries"], arrays["common"], head["shift"])


def _held(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> Held:
    columns = head["columns"]
    return Held(
        starts=arrays["record_starts"],
        stream=arrays["records"],
        singles=sum(not column["list"] for column in columns),
        data=arrays["texts"],
        offsets=arrays["text_offsets"],
        bases=np.array([column["base"] for column in columns], np.int64),
        lengths=np.array([column["length"] for column in columns], np.int64),
        shares=arrays["shares"],
        namesakes=arrays["namesakes"],
    )


class _Operands:
    """What a description is asked with, read from its values."""

    def __init__(self, head: Mapping[str, Any], held: Held) -> None:
        self._held = held
        self._readers = [reader(asked) for asked, _ in head["operands"]]
        places = {column["name"]: place for place, column in enumerate(head["columns"])}
        self._columns = np.array([places[column] for _, column in head["operands"]], np.int32)
        self._numbers = self._held.bases[self._columns] == rules.NOWHERE

    def of(self, values: Values) -> Asked:
        """The described person by operand."""
        told = [read(values) for read in self._readers]
        counts = [len(one) for one in told]
        held = packed_texts([text for one in told for text in one])
        numbers = [int(one[0]) if one and is_number else 0 for one, is_number in zip(told, self._numbers, strict=True)]
        return Asked(
            starts=np.cumsum([0, *counts], dtype=np.int32),
            codes=codes_of(held.data, held.offsets, np.repeat(self._columns, counts), self._held),
            data=held.data,
            offsets=held.offsets,
            numbers=np.array(numbers, np.int64),
        )


class Shelf:
    """The indexes that this process has open, by folder: opened once, and again when another took its place."""

    def __init__(self) -> None:
        self._open: dict[Path, tuple[Stamp, Index]] = {}
        self._lock = Lock()

    def at(self, folder: Path) -> Index:
        """The index in a folder. Raises FileNotFoundError where none is, and what `Index` raises.

        Those that are gone are let go, so that what was removed is no longer held.
        """
        with self._lock:
            self._open = {one: held for one, held in self._open.items() if _stands(one, held[0])}
            if folder not in self._open:
                stamp = files.stamp(folder)
                self._open[folder] = (stamp, Index(folder))
            return self._open[folder][1]


def _stands(folder: Path, stamp: Stamp) -> bool:
    try:
        return files.stamp(folder) == stamp
    except OSError:
        return False


__all__ = ["Candidate", "Described", "Found", "Index", "Shelf", "Weighed"]
