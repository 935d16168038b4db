"""Pairs of records weighed again, as the run that made the model weighed them: also those that it never compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.linkage import fitting
from joinedup.linkage.comparing import Bits
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.features import ON_REQUEST, Records, records_of
from joinedup.linkage.fitting import Ready
from joinedup.linkage.link import weighed
from joinedup.linkage.loops import Rows
from joinedup.linkage.pairs import Scored


@dataclass(frozen=True)
class Again:
    """All records of a run and its model made ready for them."""

    records: Records
    ready: Ready

    def pair(self, first: str, second: str) -> dict[str, Any]:
        """One row of `pairs`, whatever it weighs. first: the id that sorts first."""
        left, right = (self._rows([record]) for record in (first, second))
        weights, levels = weighed(self.ready, left, right)
        return dict(Scored(self.records.ids, self.ready, left, right, weights, levels).table().to_pylist()[0])

    def between(self, ones: Sequence[str], others: Sequence[str]) -> Bits:
        """Weights of every pair of one of `ones` with one of `others`, in bits."""
        left, right = np.repeat(self._rows(ones), len(others)), np.tile(self._rows(others), len(ones))
        return weighed(self.ready, np.minimum(left, right), np.maximum(left, right))[0]

    def _rows(self, records: Sequence[str]) -> Rows:
        places = pc.index_in(pa.array(records, pa.string()), value_set=self.records.ids)
        return np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int32)


def again(engine: DuckDBEngine, people: Frame, used: Mapping[str, Any]) -> Again:
    """Make ready to weigh any pair. people: all `person_records` of the run, by which it is known how common a value
    is. used: the run's model. The engine must stay open.
    """
    named = {comparison.get("output_column_name") for comparison in used["comparisons"]}
    return ready_again(engine, records_of(engine, people, [name for name in ON_REQUEST if name in named]), used)


def ready_again(engine: DuckDBEngine, records: Records, used: Mapping[str, Any]) -> Again:
    """The same, of records whose features are made."""
    settings = {**used, "blocking_rules_to_generate_predictions": []}
    return Again(records, fitting.ready(Compiler(engine, records.features), records.features, settings))


def prior_of(used: Mapping[str, Any]) -> float:
    """Bits for one person before anything is compared: log2 odds that two random records are one person."""
    share = float(used["probability_two_random_records_match"])
    return round(math.log2(share / (1 - share)), 6)


__all__ = ["Again", "again", "prior_of", "ready_again"]
