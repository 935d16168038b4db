"""Scored pairs, held small: two rows, a weight and one level a comparison; the `pairs` table is made in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup import tables
from joinedup.linkage import namesakes, relatives
from joinedup.linkage.comparing import Bits, Levels
from joinedup.linkage.fitting import Ready
from joinedup.linkage.loops import Rows
from joinedup.linkage.model import NOT_COMPARED

AT_ONCE = 250_000
"""Pairs a piece, because Arrow's texts hold 2 GB at most and evidence is mostly text."""

TOLD = 0.05
"""Bits from which evidence tells a step of ours."""


@dataclass(frozen=True)
class Scored:
    """Pairs of rows (left < right), in order of both, with weights in bits and the place of each comparison's level.

    ids: of the records, in their order. ready: the model by which they were weighed.
    """

    ids: pa.Array
    ready: Ready
    left: Rows
    right: Rows
    weights: Bits
    levels: Levels

    def __len__(self) -> int:
        return len(self.left)

    def pieces(self, at_once: int = AT_ONCE) -> Iterator[pa.Table]:
        """The `pairs` table piece by piece, in key order; at least one piece."""
        for start in range(0, max(len(self), 1), at_once):
            yield self._piece(slice(start, start + at_once))

    def table(self) -> pa.Table:
        """The `pairs` table whole."""
        return pa.concat_tables(list(self.pieces()))

    def _piece(self, part: slice) -> pa.Table:
        left, right = self.left[part], self.right[part]
        return tables.PAIRS.conform(
            pa.table(
                {
                    "record_id_l": self.ids.take(pa.array(left)),
                    "record_id_r": self.ids.take(pa.array(right)),
                    "match_weight": self.weights[part],
                    "evidence": self._evidence(part),
                }
            )
        )

    def _evidence(self, part: slice) -> pa.Array:
        """One struct per comparison and pair, laid out pair by pair."""
        left, right, levels = self.left[part], self.right[part], self.levels[:, part]
        model = self.ready.model
        named = [(c.name, [level.label for level in c.levels]) for c in model.comparisons]
        weights = [c.bits(own, left, right) for c, own in zip(model.comparisons, levels, strict=True)]
        places = [own.astype(np.int64) for own in levels]
        for name, label, bits in self._steps(left, right, levels):
            named.append((name, [NOT_COMPARED, label]))
            weights.append(bits)
            places.append((bits < -TOLD).astype(np.int64))
        return _structs(named, places, weights)

    def _steps(self, left: Rows, right: Rows, levels: Levels) -> Iterator[tuple[str, str, Bits]]:
        """Name, label and bits of each of our own steps."""
        steps, model = self.ready.steps, self.ready.model
        if steps is None:
            return
        weights = model.weights(levels, left, right)
        if steps.namesakes is not None:
            bits = steps.namesakes.penalty(left, right)
            weights += bits
            yield namesakes.NAME, namesakes.LABEL, bits
        yield relatives.NAME, relatives.LABEL, steps.relatives.penalty(weights, levels, model.prior)


def _structs(named: list[tuple[str, list[str]]], places: list[npt.NDArray[np.int64]], weights: list[Bits]) -> pa.Array:
    count, width = len(places[0]), len(named)
    firsts = np.cumsum([0, *(len(labels) for _, labels in named)])
    levels, bits = np.empty((count, width), dtype=np.int64), np.empty((count, width))
    for n in range(width):
        levels[:, n] = firsts[n] + places[n]
        bits[:, n] = weights[n]
    flat = pa.StructArray.from_arrays(
        [
            pa.array([name for name, _ in named]).take(pa.array(np.tile(np.arange(width), count))),
            pa.array([label for _, labels in named for label in labels]).take(pa.array(levels.ravel())),
            pa.array(bits.round(6).ravel() + 0.0),
        ],
        names=["comparison", "level", "weight"],
    )
    return pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * width), flat)
