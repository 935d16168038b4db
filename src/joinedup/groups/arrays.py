"""Facts as whole numbers: codes of texts, links between two kinds of thing, and lists by their first member."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Whole = npt.NDArray[np.int64]
Bits = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MISSING = -1
NO_DAY = np.iinfo(np.int64).min
"""Stands where no day is known."""


def combined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def coded(column: pa.Array | pa.ChunkedArray) -> tuple[Whole, pa.Array]:
    """By row the place of its value among the distinct values in order, -1 where there is none; and those values."""
    encoded = combined(column).dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary)
    ranks = np.full(len(order) + 1, MISSING, np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    places = pc.fill_null(encoded.indices, MISSING).to_numpy(zero_copy_only=False)
    return ranks[places], encoded.dictionary.take(order)


def places(column: pa.Array | pa.ChunkedArray, among: pa.Array | pa.ChunkedArray) -> Whole:
    """By row the place of its value in `among`, -1 where it is not there."""
    found = pc.index_in(combined(column), value_set=combined(among))
    return np.asarray(pc.fill_null(found, MISSING).to_numpy(zero_copy_only=False), np.int64)


def days(column: pa.Array | pa.ChunkedArray) -> Whole:
    """Dates as days since 1970, NO_DAY where there is none."""
    whole = combined(column).cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    return np.asarray(pc.fill_null(whole, NO_DAY).to_numpy(zero_copy_only=False), np.int64)


def dates(found: Whole) -> pa.Array:
    """The reverse of `days`."""
    return pa.array(np.where(found == NO_DAY, 0, found).astype(np.int32), pa.int32(), mask=found == NO_DAY).cast(
        pa.date32()
    )


@dataclass(frozen=True)
class Links:
    """Pairs of a left and a right thing, each pair once, in order of left and then right. lefts, rights: how many of
    each there are.
    """

    left: Whole
    right: Whole
    lefts: int
    rights: int

    @classmethod
    def of(cls, left: Whole, right: Whole, lefts: int, rights: int) -> Links:
        """Links without repeats; a pair with a missing end is none."""
        there = (left >= 0) & (right >= 0)
        keys = distinct(left[there] * max(rights, 1) + right[there])
        return cls(keys // max(rights, 1), keys % max(rights, 1), lefts, rights)

    def __len__(self) -> int:
        return len(self.left)

    def __or__(self, other: Links) -> Links:
        """The links of both."""
        left, right = np.append(self.left, other.left), np.append(self.right, other.right)
        return Links.of(left, right, self.lefts, self.rights)

    def kept(self, mask: Mask) -> Links:
        """The links that a mask keeps."""
        return Links(self.left[mask], self.right[mask], self.lefts, self.rights)

    @cached_property
    def offsets(self) -> Whole:
        """Left thing i has right[offsets[i] : offsets[i + 1]]."""
        return np.searchsorted(self.left, np.arange(self.lefts + 1))

    @cached_property
    def turned(self) -> Links:
        """The same links from right to left."""
        return Links.of(self.right, self.left, self.rights, self.lefts)

    @cached_property
    def counts(self) -> Whole:
        """By left thing, how many it is linked to."""
        return np.diff(self.offsets)

    @cached_property
    def keys(self) -> Whole:
        """One rising number a link."""
        return self.left * max(self.rights, 1) + self.right

    def holds(self, left: Whole, right: Whole) -> Mask:
        """By place, whether left and right are linked."""
        return among(left * max(self.rights, 1) + right, self.keys)


def followed(links: Links, start: Whole) -> tuple[Whole, Whole]:
    """Everything that each of `start` is linked to: the place in `start`, and the thing."""
    size = links.counts[start]
    place = np.repeat(np.arange(len(start)), size)
    turn = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
    return place, links.right[links.offsets[start[place]] + turn] if len(links) else turn


def at(values: Whole, where: Whole) -> Whole:
    """values[where], -1 where that is -1."""
    return np.append(values, MISSING)[where]


def distinct(values: Whole) -> Whole:
    """The distinct values in order. Faster by far than numpy's own, which hashes."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def among(values: Whole, ordered: Whole) -> Mask:
    """By value, whether it is among values in order."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[at] == values, np.bool_)


def crossed(one: Links, left: Whole, other: Links, right: Whole) -> tuple[Whole, Whole, Whole]:
    """Every combination of what `one` links to each of `left` with what `other` links to the same place of `right`.

    Gives the place, the thing of `one` and the thing of `other`.
    """
    wide, deep = one.counts[left], other.counts[right]
    size = wide * deep
    place = np.repeat(np.arange(len(left)), size)
    turn = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
    deep = np.maximum(deep, 1)[place]
    first = one.right[one.offsets[left[place]] + turn // deep] if len(one) else turn
    second = other.right[other.offsets[right[place]] + turn % deep] if len(other) else turn
    return place, first, second
