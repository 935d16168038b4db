"""A segment: what one run or one update added, so that later records can be joined without reading the rest.

Rows are numbered over all segments; a segment's own begin at `start`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup.linkage.arrays import MISSING, Feature, Several, Single
from joinedup.linkage.comparing import Bits
from joinedup.linkage.features import Records
from joinedup.linkage.hashes import Postings, of_values, postings
from joinedup.linkage.keys import Keyed, Keys
from joinedup.linkage.store.files import Arrays, column, read_arrays, read_table, write_arrays, write_table

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tied:
    """Pairs of rows over all segments, with weights in bits; NaN for a pair that a key joins."""

    left: Numbers
    right: Numbers
    weights: Bits

    @classmethod
    def none(cls) -> Tied:
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    def both(self, other: Tied) -> Tied:
        return Tied(
            np.concatenate([self.left, other.left]), np.concatenate([self.right, other.right]),
            np.concatenate([self.weights, other.weights]),
        )  # fmt: skip

    def turned(self) -> Tied:
        """Each pair once from either side, in the order of the left."""
        left, right = np.concatenate([self.left, self.right]), np.concatenate([self.right, self.left])
        order = np.argsort(left, kind="stable")
        return Tied(left[order], right[order], np.concatenate([self.weights, self.weights])[order])


@dataclass(frozen=True)
class People:
    """Whom some rows are of, from this segment on. rows: rising. clusters: as `tables.CLUSTERS`, row by row."""

    rows: Numbers
    clusters: pa.Table


@dataclass(frozen=True)
class Segment:
    """start: of its rows. ids: rising. found: rows by the hash of their ids. codes, values: the features. keys: by rule
    and side (`rule:left`, `rule:right`), rows by key. near: its pairs, turned. people: of rows it touched.
    """

    start: int
    ids: pa.Array
    found: Postings
    codes: pa.Table
    values: pa.Table
    keys: Mapping[str, Postings]
    near: Tied
    people: People

    def __len__(self) -> int:
        return len(self.ids)

    def features(self, rows: Numbers) -> dict[str, pa.Array]:
        """The features of some of its rows as Arrow. rows: its own, from 0."""
        places = pa.array(rows)
        return {name: self._feature(name, places) for name in self.codes.column_names}

    def _feature(self, name: str, places: pa.Array) -> pa.Array:
        codes, values = column(self.codes, name).take(places), column(self.values, name).values
        if not pa.types.is_list(codes.type):
            return values.take(codes)
        flat = values.take(codes.flatten())
        lengths = codes.value_lengths().fill_null(0).to_numpy()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), flat, mask=codes.is_null())

    def write(self, folder: Path) -> None:
        """Raises StorageError."""
        write_table(folder / "codes.arrow", self.codes)
        write_table(folder / "values.arrow", self.values)
        write_table(folder / "ids.arrow", pa.table({"record_id": self.ids}))
        write_table(folder / "people.arrow", self.people.clusters)
        write_arrays(folder, "arrays", dict(self._arrays()))

    def _arrays(self) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        yield "start", np.array([self.start])
        for name, one in {"found": self.found, **self.keys}.items():
            yield f"{name}/numbers", one.numbers
            yield f"{name}/rows", one.rows
        yield from (("near/left", self.near.left), ("near/right", self.near.right), ("near/weights", self.near.weights))
        yield "people/rows", self.people.rows

    @classmethod
    def read(cls, folder: Path) -> Segment:
        """Mapped into memory. Raises StorageError."""
        arrays = read_arrays(folder, "arrays")
        names = [name.removesuffix("/numbers") for name in arrays if name.endswith("/numbers")]
        found = {name: _postings(arrays, name) for name in names}
        return cls(
            int(arrays["start"][0]), column(read_table(folder / "ids.arrow"), "record_id"), found.pop("found"),
            read_table(folder / "codes.arrow"), read_table(folder / "values.arrow"), found,
            Tied(arrays["near/left"], arrays["near/right"], arrays["near/weights"]),
            People(arrays["people/rows"], read_table(folder / "people.arrow")),
        )  # fmt: skip


def segment(start: int, records: Records, keys: Sequence[Keys], near: Tied, people: People) -> Segment:
    """A segment of records. near: its pairs, from one side. keys: by rule, in the model's order."""
    rows = np.arange(start, start + len(records), dtype=np.int64)
    codes = {name: _codes(one) for name, one in records.features.items()}
    values = {name: _in_one(one.values) for name, one in records.features.items()}
    return Segment(
        start, records.ids, postings(of_values(records.ids), rows), pa.table(codes), pa.table(values),
        dict(_by_side(keys, start)), near.turned(), people,
    )  # fmt: skip


def _by_side(keys: Sequence[Keys], start: int) -> Iterator[tuple[str, Postings]]:
    for place, one in enumerate(keys):
        yield f"{place}:left", _by_key(one.left, start)
        if one.right is not None:
            yield f"{place}:right", _by_key(one.right, start)


def _by_key(keyed: Keyed, start: int) -> Postings:
    return postings(keyed.hashes, keyed.rows + start)


def _codes(one: Feature) -> pa.Array:
    if isinstance(one, Single):
        return pa.array(one.codes, mask=one.codes == MISSING)
    empty = np.diff(one.offsets) == 0
    return pa.ListArray.from_arrays(pa.array(one.offsets.astype(np.int32)), pa.array(one.codes), mask=pa.array(empty))


def _in_one(values: pa.Array) -> pa.Array:
    """All values as one list, so that columns of different lengths make one table."""
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


def _postings(arrays: Arrays, name: str) -> Postings:
    return Postings(arrays[f"{name}/numbers"], arrays[f"{name}/rows"])


__all__ = ["Numbers", "People", "Segment", "Several", "Tied", "segment"]
