"""Records as arrays: every value once, and a whole number per record that says which one it has."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.linkage.similarity import Texts, texts

Codes = npt.NDArray[np.int32]

MISSING = -1


@dataclass(frozen=True)
class Told:
    """What is taken for the counts of a feature in place of its own. counts, bearers: by code. held: records in all.

    bearers: people who bear each name, where it is one.
    """

    counts: npt.NDArray[np.int64]
    held: int
    bearers: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Single:
    """One value a record. codes: place in `values`, -1 where missing. values: distinct, in order.

    told: counts of other records than these, where those are to be taken.
    """

    codes: Codes
    values: pa.Array
    told: Told | None = None

    @functools.cached_property
    def texts(self) -> Texts:
        """The values' bytes."""
        return texts(self.values)

    @functools.cached_property
    def numbers(self) -> npt.NDArray[np.int64]:
        """The values as whole numbers."""
        return np.asarray(self.values.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)

    @functools.cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many records hold each value."""
        if self.told is not None:
            return self.told.counts
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @property
    def held(self) -> int:
        """Records that have a value."""
        return self.told.held if self.told is not None else int(np.count_nonzero(self.codes >= 0))

    def array(self) -> pa.Array:
        """The column as Arrow, null where missing."""
        return self.values.take(pa.array(self.codes, mask=self.codes < 0))


@dataclass(frozen=True)
class Several:
    """A list of values a record. Record i has codes[offsets[i]:offsets[i + 1]], distinct and rising."""

    offsets: npt.NDArray[np.int64]
    codes: Codes
    values: pa.Array

    @functools.cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many records hold each value."""
        return np.bincount(self.codes, minlength=len(self.values))

    @property
    def held(self) -> int:
        """Records that have at least one value."""
        return int(np.count_nonzero(np.diff(self.offsets)))

    def array(self) -> pa.Array:
        """The column as Arrow, null where there is none."""
        empty = np.diff(self.offsets) == 0
        flat = self.values.take(pa.array(self.codes))
        return pa.ListArray.from_arrays(pa.array(self.offsets.astype(np.int32)), flat, mask=pa.array(empty))


Feature = Single | Several
Features = Mapping[str, Feature]


def single(column: pa.Array | pa.ChunkedArray) -> Single:
    """Codes of a column of plain values, in the order of the values."""
    encoded = _combined(column).dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary)
    ranks = np.empty(len(order) + 1, dtype=np.int32)
    ranks[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    ranks[-1] = MISSING
    places = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return Single(ranks[places], encoded.dictionary.take(order))


def mapped(one: Single, function: Callable[[object], object], type_: pa.DataType) -> Single:
    """The feature that a function makes of each distinct value; None is missing."""
    made = single(pa.array([function(value) for value in one.values.to_pylist()], type_))
    return Single(_through(one.codes, made.codes), made.values)


def spread(one: Single, function: Callable[[object], Sequence[str]]) -> Several:
    """The list feature that a function makes of each distinct value."""
    lists = pa.array([sorted(set(function(value))) for value in one.values.to_pylist()], pa.list_(pa.string()))
    return taken(several(lists), one.codes)


def several(column: pa.Array | pa.ChunkedArray) -> Several:
    """Codes of a column of lists of texts; values of one record are told once."""
    whole = _combined(column)
    lengths = pc.fill_null(pc.list_value_length(whole), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = single(whole.flatten())
    owners = np.repeat(np.arange(len(whole), dtype=np.int64), lengths)
    return packed(owners, flat.codes, flat.values, len(whole))


def packed(owners: npt.NDArray[np.int64], codes: Codes, values: pa.Array, records: int) -> Several:
    """A list feature from pairs of a record and a code in any order; missing codes and repeats are dropped."""
    width = max(len(values), 1)
    keys = np.sort(owners[codes >= 0] * width + codes[codes >= 0])  # faster by far than numpy's unique, which hashes
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    offsets = np.searchsorted(keys, np.arange(records + 1, dtype=np.int64) * width)
    return Several(offsets, (keys % width).astype(np.int32), values)


def taken(lists: Several, codes: Codes) -> Several:
    """A list for every record, from lists of distinct values: record i gets list codes[i], none where it is missing."""
    starts = lists.offsets[:-1][codes] if len(lists.offsets) > 1 else np.zeros(len(codes), np.int64)
    lengths = (
        np.where(codes >= 0, np.diff(lists.offsets)[codes], 0) if len(lists.offsets) > 1 else np.zeros_like(starts)
    )
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    return Several(offsets, lists.codes[np.repeat(starts, lengths) + within], lists.values)


def joined(parts: Sequence[Several]) -> Several:
    """The values of several list features of the same records in one."""
    whole = single(pa.concat_arrays([part.values.cast(pa.string()) for part in parts]))
    records = len(parts[0].offsets) - 1
    starts = np.cumsum([0, *(len(part.values) for part in parts)])
    owners = [np.repeat(np.arange(records, dtype=np.int64), np.diff(part.offsets)) for part in parts]
    codes = [whole.codes[part.codes + start] for part, start in zip(parts, starts, strict=False)]
    return packed(np.concatenate(owners), np.concatenate(codes), whole.values, records)


def combined(*features: Single) -> npt.NDArray[np.int64]:
    """One number per record that is equal where all features are; -1 where any is missing."""
    key = features[0].codes.astype(np.int64)
    width = len(features[0].values)
    for feature in features[1:]:
        if width * max(len(feature.values), 1) > 2**62:
            _, dense = np.unique(key, return_inverse=True)
            key, width = np.where(key < 0, MISSING, dense), int(dense.max(initial=0)) + 1
        absent = (key < 0) | (feature.codes < 0)
        key = np.where(absent, MISSING, key * max(len(feature.values), 1) + feature.codes)
        width *= max(len(feature.values), 1)
    return key


def translation(one: Feature, other: Feature) -> Codes:
    """By code of `one`, the code of the same value in `other`; -1 where it has none."""
    if one.values is other.values or one.values.equals(other.values):
        return np.arange(len(one.values), dtype=np.int32)
    found = pc.index_in(one.values, value_set=other.values)
    return np.asarray(pc.fill_null(found, MISSING).to_numpy(zero_copy_only=False), dtype=np.int32)


def _through(codes: Codes, by_code: Codes) -> Codes:
    """by_code[codes], missing where a code is."""
    return np.append(by_code, np.int32(MISSING))[codes]


def _combined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
