"""A run's model in the head of its index: written from the model made ready, read back as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from joinedup.linkage.arrays import Features
from joinedup.linkage.comparing import Bits, Comparison, Frequency, Level
from joinedup.linkage.fitting import Ready
from joinedup.linkage.index.postings import Small
from joinedup.linkage.index.program import Program, is_list, is_number
from joinedup.linkage.index.weighing import Rules

NOWHERE = -1
"""The place of what is not there: the texts of a column of numbers, the column of a level that weighs no rarity."""

LEAST = -1e9
"""log2 of a share below which none is."""

FULL_NAME = "full_name"


@dataclass(frozen=True)
class Weighing:
    """A model made ready, with its program. used: Splink's JSON, from which both were made."""

    program: Program
    ready: Ready
    used: Mapping[str, Any]

    def note_columns(self, features: Features) -> None:
        """Add to the program the columns by which rarity and namesakes are told, and bring its columns in order."""
        for name, frequency in self.frequencies():
            self.program.operand(name, name)
            self.program.column(name, frequency.column)
        if self._named:
            self.program.operand(FULL_NAME, FULL_NAME)
            self.program.column(FULL_NAME, features[FULL_NAME])
        self.program.lists_last()

    def frequencies(self) -> Iterator[tuple[str, Frequency]]:
        """The levels that weigh how common a value is: the column's name, and how common each value is."""
        told = [one for comparison in self.used["comparisons"] for one in comparison["comparison_levels"]]
        made = [level for comparison in self.ready.model.comparisons for level in comparison.levels]
        for level, one in zip(made, told, strict=True):
            if level.frequency is not None:
                yield str(one["tf_adjustment_column"]), level.frequency

    def shares(self) -> Bits:
        """log2 of the share of each value, of all such levels one after the other."""
        return np.concatenate([*(one.shares for _, one in self.frequencies()), np.zeros(1)])

    def head(self) -> dict[str, Any]:
        """What the head of the index says of the model."""
        rarities = self._rarities()
        kinship = self.ready.steps.relatives.against if self.ready.steps else None
        comparisons = []
        for number, one in enumerate(self.ready.model.comparisons):
            kin = kinship[number] if kinship else np.zeros(len(one.levels))
            rarity = [next(rarities) if level.frequency else _NO_RARITY for level in one.levels]
            comparisons.append(_comparison(one, self.program.entries[number], kin, rarity))
        steps = self.ready.steps
        return {
            "columns": _columns(self.program),
            "operands": self.program.operands,
            "atoms": self.program.atoms,
            "numbers": self.program.numbers,
            "comparisons": comparisons,
            "odds": [self.ready.model.prior, steps.relatives.prior if steps else 0.0],
            "steps": [int(steps is not None), *self._full_name()],
        }

    def _rarities(self) -> Iterator[dict[str, Any]]:
        base = 0
        for name, one in self.frequencies():
            yield {"of": [*self._place(name), base], "least": max(one.least, LEAST), "part": one.part}
            base += len(one.shares)

    def _place(self, name: str) -> list[int]:
        return [list(self.program.columns).index(name), self.program.operand(name, name)]

    def _full_name(self) -> list[int]:
        return self._place(FULL_NAME)[::-1] if self._named else [NOWHERE, NOWHERE]

    @property
    def _named(self) -> bool:
        """Whether namesakes are weighed."""
        return self.ready.steps is not None and self.ready.steps.namesakes is not None


_NO_RARITY: dict[str, Any] = {"of": [NOWHERE, NOWHERE, NOWHERE], "least": 0.0, "part": 0.0}


def _comparison(
    made: Comparison, entries: Sequence[int], kin: Bits, rarity: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    levels = zip(made.levels, entries, kin, rarity, strict=True)
    return {"name": made.name, "levels": [_level(level, entry, bits) | told for level, entry, bits, told in levels]}


def _level(level: Level, entry: int, kin: float) -> dict[str, Any]:
    u = float(np.log2(level.u)) if level.u else 0.0
    return {"label": level.label, "entry": entry, "bits": level.bits, "kin": float(kin), "u": u}


def _columns(program: Program) -> list[dict[str, Any]]:
    """Name of each column, where its texts begin among all texts, and how many it has."""
    told, base = [], 0
    for name, feature in program.columns.items():
        length = 0 if is_number(feature) else len(feature.values)
        place = NOWHERE if is_number(feature) else base
        told.append({"name": name, "base": place, "length": length, "list": is_list(feature)})
        base += 0 if is_number(feature) else length + 1
    return told


def read(head: Mapping[str, Any]) -> Rules:
    """The model as arrays."""
    levels = [level for comparison in head["comparisons"] for level in comparison["levels"]]
    counts = [len(comparison["levels"]) for comparison in head["comparisons"]]
    rarity = [[level["u"], level["least"], level["part"]] for level in levels]
    return Rules(
        atoms=np.array(head["atoms"], np.int32).reshape(-1, 6),
        numbers=np.array([*head["numbers"], 0.0]),
        levels=np.cumsum([0, *counts], dtype=np.int32),
        entries=np.array([level["entry"] for level in levels], np.int32),
        lowest=_lowest([level["entry"] for level in levels]),
        bits=np.array([level["bits"] for level in levels], np.float64),
        kin=np.array([level["kin"] for level in levels], np.float64),
        frequency=np.array([level["of"] for level in levels], np.int32),
        rarity=np.array(rarity, np.float64),
        odds=np.array(head["odds"], np.float64),
        steps=np.array(head["steps"], np.int32),
    )


def _lowest(entries: Sequence[int]) -> Small:
    """By level, the lowest atom of its condition: conditions follow one another, and each begins at its highest."""
    before = np.maximum.accumulate(np.array([-1, *entries[:-1]]))
    return np.where(np.array(entries) >= 0, before + 1, 0).astype(np.int32)
