"""What a blocking rule asks of each record, as numbers that outlive the records they were made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from joinedup.linkage.arrays import Several, Single
from joinedup.linkage.blocking import conjuncts
from joinedup.linkage.conditions import Compiler, Test, parsed, sided
from joinedup.linkage.hashes import Hashes, mixed, of_values, within


@dataclass(frozen=True)
class Keyed:
    """Rows and their keys; a row stands once for each value of a list, and not at all where it has none."""

    rows: npt.NDArray[np.int64]
    hashes: Hashes

    def without(self, common: Hashes) -> Keyed:
        """Without keys that are among `common`, which rises."""
        kept = ~within(self.hashes, common)
        return Keyed(self.rows[kept], self.hashes[kept])


@dataclass(frozen=True)
class Keys:
    """Keys of all records under one rule. right: None where a record has one key on either side."""

    left: Keyed
    right: Keyed | None


def keys_of(compiler: Compiler, told: Mapping[str, Any]) -> Keys:
    """The keys of a rule that `blocking.ready` takes."""
    if told.get("arrays_to_explode"):
        return Keys(_of_list(cast(Several, compiler.feature(told["arrays_to_explode"][0]))), None)
    parts = conjuncts(parsed(str(told["blocking_rule"])))
    sides = [pair for part in parts if (pair := sided(part)) is not None]
    keys = [(compiler.key(one), compiler.key(other)) for one, other in sides]
    left = _of_singles([one for one, _ in keys])
    if all(one is other for one, other in keys):
        return Keys(left, None)
    return Keys(left, _of_singles([other for _, other in keys]))


def filter_of(compiler: Compiler, told: Mapping[str, Any]) -> Test | None:
    """What a rule asks besides its keys, or None."""
    if told.get("arrays_to_explode"):
        return None
    rest = [part for part in conjuncts(parsed(str(told["blocking_rule"]))) if sided(part) is None]
    return compiler.test(cast(exp.Expression, exp.and_(*rest))) if rest else None


def _of_singles(features: list[Single]) -> Keyed:
    held = np.flatnonzero(np.logical_and.reduce([one.codes >= 0 for one in features]))
    return Keyed(held, mixed([of_values(one.values)[one.codes[held]] for one in features]))


def _of_list(lists: Several) -> Keyed:
    owners = np.repeat(np.arange(len(lists.offsets) - 1, dtype=np.int64), np.diff(lists.offsets))
    return Keyed(owners, of_values(lists.values)[lists.codes])
