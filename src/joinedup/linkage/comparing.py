"""Levels and weights of pairs of records, by a model in Splink's JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from joinedup.errors import LinkageError
from joinedup.linkage.arrays import Features, Single
from joinedup.linkage.conditions import Compiler, Test, parsed
from joinedup.linkage.loops import Rows

Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Frequency:
    """How common each value of a column is, for levels that weigh a rare value more. shares: log2, by code.

    least: log2 of the share below which no value counts as rarer. part: how much of the adjustment is taken, 0 to 1.
    """

    column: Single
    shares: Bits
    least: float
    part: float


@dataclass(frozen=True)
class Level:
    """A level of a comparison. test: None for all that is left. m, u: probabilities; None where it says nothing."""

    label: str
    test: Test | None
    m: float | None = None
    u: float | None = None
    frequency: Frequency | None = None

    @property
    def bits(self) -> float:
        """log2 m/u; 0 where the level says nothing."""
        if self.m is None or self.u is None:
            return 0.0
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Comparison:
    """A comparison of the model: its name and levels, in the model's order."""

    name: str
    levels: tuple[Level, ...]

    def of(self, left: Rows, right: Rows) -> Levels:
        """Place of the first level that each pair reaches, in the model's order."""
        found = np.full(len(left), len(self.levels) - 1, dtype=np.int8)
        rest = np.arange(len(left), dtype=np.int32)
        for place, level in enumerate(self.levels[:-1]):
            if level.test is None or not len(rest):
                break
            rest, left, right = _settled(level.test(left, right), rest, left, right, found, place)
        return found

    def bits(self, levels: Levels, left: Rows, right: Rows) -> Bits:
        """Weight of each pair in bits, rarity included."""
        weights = np.array([level.bits for level in self.levels])[levels]
        for place, level in enumerate(self.levels):
            if level.frequency is not None and level.u is not None:
                at = np.flatnonzero(levels == place)
                weights[at] += _rarity(level.frequency, level.u, left[at], right[at])
        return np.asarray(weights, dtype=np.float64)


@dataclass(frozen=True)
class Model:
    """A model made ready for some records. prior: log2 odds that two random records are one person."""

    comparisons: tuple[Comparison, ...]
    prior: float

    def levels(self, left: Rows, right: Rows) -> Levels:
        """Levels of every comparison, one row a comparison."""
        return np.stack([comparison.of(left, right) for comparison in self.comparisons])

    def weights(self, levels: Levels, left: Rows, right: Rows) -> Bits:
        """Match weights in bits, 6 decimals, as Splink has them: the prior and every comparison."""
        total = np.full(levels.shape[1], self.prior)
        for comparison, own in zip(self.comparisons, levels, strict=True):
            total += comparison.bits(own, left, right)
        return total


def ready(compiler: Compiler, features: Features, settings: Mapping[str, Any]) -> Model:
    """A model made ready. settings: Splink's JSON. Raises LinkageError where these records cannot be put to it."""
    comparisons = tuple(_comparison(compiler, features, one) for one in settings["comparisons"])
    share = settings["probability_two_random_records_match"]
    if not 0 < share < 1:
        raise LinkageError("The model's prior is no probability between 0 and 1.")
    return Model(comparisons, math.log2(share / (1 - share)))


def _comparison(compiler: Compiler, features: Features, told: Mapping[str, Any]) -> Comparison:
    name = told.get("output_column_name") or "unnamed"
    levels = [_level(compiler, features, one, str(name)) for one in told["comparison_levels"]]
    if levels[-1].test is not None:
        raise LinkageError(f"The last level of comparison `{name}` should be ELSE.")
    return Comparison(str(name), tuple(levels))


def _level(compiler: Compiler, features: Features, told: Mapping[str, Any], comparison: str) -> Level:
    condition = str(told["sql_condition"])
    test = None if condition.strip().upper() == "ELSE" else compiler.test(parsed(condition))
    level = Level(str(told.get("label_for_charts", condition)), test)
    if told.get("is_null_level"):
        return level
    m, u = told.get("m_probability"), told.get("u_probability")
    if not m or not u:
        raise LinkageError(
            f"Comparison `{comparison}` has a level that was never trained.",
            remedy="Train the model, or give every level an m_probability and a u_probability above 0.",
        )
    column = told.get("tf_adjustment_column")
    frequency = _frequency(features, told, column) if column and told.get("tf_adjustment_weight", 1.0) else None
    return replace(level, m=m, u=u, frequency=frequency)


def _frequency(features: Features, told: Mapping[str, Any], name: str) -> Frequency:
    column = features.get(name)
    if not isinstance(column, Single):
        raise LinkageError(f"The model weighs how common `{name}` is, which these records do not have.")
    shares = np.log2(np.maximum(column.counts, 1) / max(column.held, 1))
    least = told.get("tf_minimum_u_value") or 0.0
    return Frequency(
        column, shares, math.log2(least) if least > 0 else -math.inf, told.get("tf_adjustment_weight", 1.0)
    )


def _rarity(frequency: Frequency, u: float, left: Rows, right: Rows) -> Bits:
    """log2 of u over the commoner value's share: what Splink adds for a rare value."""
    commoner = _commoner(frequency.shares, frequency.column.codes, left, right)
    added = frequency.part * (math.log2(u) - np.maximum(commoner, frequency.least))
    return np.where(np.isnan(commoner), 0.0, added)


@numba.njit(cache=True, nogil=True)
def _settled(
    holds: npt.NDArray[np.bool_], rest: Rows, left: Rows, right: Rows, found: Levels, place: int
) -> tuple[Rows, Rows, Rows]:
    """Note the level of the pairs that reach it; give the pairs that do not, and their places."""
    count = len(holds) - holds.sum()
    still, one, other = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    at = 0
    for k in range(len(holds)):
        if holds[k]:
            found[rest[k]] = place
        else:
            still[at], one[at], other[at] = rest[k], left[k], right[k]
            at += 1
    return still, one, other


@numba.njit(cache=True, nogil=True)
def _commoner(shares: Bits, codes: npt.NDArray[np.int32], left: Rows, right: Rows) -> Bits:
    """log2 of the share of the commoner of two values; NaN where either is missing."""
    found = np.full(len(left), np.nan)
    for k in range(len(left)):
        i, j = codes[left[k]], codes[right[k]]
        if i >= 0 and j >= 0:
            found[k] = max(shares[i], shares[j])
    return found
