"""Plain functions of one value applied to a table piece by piece: once for every distinct input of a piece.

`Engine.map_distinct` does the same to a whole frame. A Mapper is for tables that pass by and are never held whole.
"""

from __future__ import annotations

import gc
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine.contract import DistinctMap

_REMEMBERED = 100_000
_FEW = 20_000
"""A piece with more distinct inputs is of names, numbers and the like: the next piece brings others."""

Key = tuple[Hashable, ...]


class Mapper:
    """Adds the columns that some maps give to every table it is called with, and remembers what it has worked out."""

    def __init__(self, maps: Sequence[DistinctMap]) -> None:
        self._maps = [(one, dict[Key, Sequence[object]]()) for one in maps]

    def __call__(self, table: pa.Table) -> pa.Table:
        """`table` with the maps' columns at its end. Nulls are values like any other."""
        with _uncollected():
            for one, known in self._maps:
                for name, array in zip(one.gives, _mapped(table, one, known), strict=True):
                    table = table.append_column(name, array)
        return table


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would look through a hundred thousand new tuples again and again.

    They make no cycles and go with the piece. A third of the time of a whole check was its looking (250,000 rows).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _mapped(table: pa.Table, one: DistinctMap, known: dict[Key, Sequence[object]]) -> list[pa.Array]:
    keys, places = _distinct([table[name] for name in one.columns])
    found = _found(one, keys, known) if len(keys) < _FEW else [one.function(*key) for key in keys]
    made = zip(*found, strict=True) if keys else ((),) * len(one.gives)
    arrays = [pa.array(values, type_) for values, type_ in zip(made, one.gives.values(), strict=True)]
    return arrays if places is None else [array.take(places) for array in arrays]


def _found(one: DistinctMap, keys: list[Key], known: dict[Key, Sequence[object]]) -> list[Sequence[object]]:
    if len(known) > _REMEMBERED:
        known.clear()
    for key in keys:
        if key not in known:
            known[key] = one.function(*key)
    return [known[key] for key in keys]


def _distinct(columns: Sequence[pa.ChunkedArray]) -> tuple[list[Key], pa.Array | None]:
    """The distinct rows of some columns, and the place of each row among them; None when no row is like another."""
    if not columns:
        raise ValueError("A map reads at least one column.")
    encoded = [pc.dictionary_encode(c.combine_chunks(), null_encoding="encode") for c in columns]
    values = [one.dictionary for one in encoded]
    codes = [one.indices.to_numpy(zero_copy_only=False).astype(np.int64) for one in encoded]
    if any(len(known) == len(columns[0]) for known in values):  # every row is like no other
        return list(zip(*[column.to_pylist() for column in columns], strict=True)), None
    if len(columns) == 1:
        return list(zip(values[0].to_pylist(), strict=True)), pa.array(codes[0])
    together = codes[0]
    for more, known in zip(codes[1:], values[1:], strict=True):
        together = together * len(known) + more  # fewer than 2**63: a piece has some 100,000 rows and few columns
        _, together = np.unique(together, return_inverse=True)
    firsts = np.unique(together, return_index=True)[1]
    wanted = [one.dictionary.take(pa.array(c[firsts])).to_pylist() for one, c in zip(encoded, codes, strict=True)]
    return list(zip(*wanted, strict=True)), pa.array(together)
