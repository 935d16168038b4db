"""What other systems have learned since: the same suspects reported for other children after a case was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from joinedup.review.facts import Array, Parts

_NEVER = np.iinfo(np.int64).max


def later_reports(parts: Parts, child: Array, crimes: pa.Table) -> tuple[Array, Array]:
    """For each crime, how many crimes recorded after its closing have one of its identified suspects as suspect and a
    child who is no victim of it; and in how many other forces. child: roles of victims who may have been under 18.
    """
    count = len(crimes)
    closed, recorded = _days(crimes["outcome_on"], _NEVER), _days(crimes["recorded_on"], -_NEVER)
    this, other = _meetings(parts, child, closed, recorded)
    new = _another_child(parts, child, this, other)
    this, other = this[new], other[new]
    return np.bincount(this, minlength=count), _other_forces(this, other, crimes["force"], count)


def _days(column: pa.ChunkedArray, missing: int) -> Array:
    return np.asarray(pc.fill_null(column.cast(pa.int32()).cast(pa.int64()), missing).to_numpy())


def _meetings(parts: Parts, child: Array, closed: Array, recorded: Array) -> tuple[Array, Array]:
    """Pairs of crimes that share an identified suspect, where the second was recorded after the first was closed and
    has a child as victim; each pair once.
    """
    count = len(closed)
    with_child = np.zeros(count, dtype=bool)
    with_child[parts.crime[child]] = True
    here = np.flatnonzero(parts.named)
    key = np.unique(parts.person[here] * count + parts.crime[here])
    person, crime = key // max(count, 1), key % max(count, 1)
    wanted = with_child[crime]
    left, right = _within(person, person[wanted])
    this, other = crime[left], crime[wanted][right]
    later = (this != other) & (recorded[other] > closed[this])
    pairs = np.unique(this[later] * count + other[later])
    return pairs // max(count, 1), pairs % max(count, 1)


def _within(keys: Array, sorted_keys: Array) -> tuple[Array, Array]:
    """Places (i, j) of every equal key of two arrays, the second sorted."""
    first, last = (np.searchsorted(sorted_keys, keys, side) for side in ("left", "right"))
    many = last - first
    left = np.repeat(np.arange(len(keys)), many)
    starts = np.repeat(first - (np.cumsum(many) - many), many)
    return left, starts + np.arange(len(left))


def _another_child(parts: Parts, child: Array, this: Array, other: Array) -> Array:
    """Whether the other crime of each pair has a child as victim who is no victim of this one."""
    people = int(parts.person.max(initial=0)) + 1
    victims = np.unique(parts.crime[parts.victim] * people + parts.person[parts.victim])
    children = np.unique(parts.crime[child] * people + parts.person[child])
    pair, place = _within(other, children // people)
    same = np.isin(this[pair] * people + children[place] % people, victims)
    found = np.zeros(len(this), dtype=bool)
    found[pair[~same]] = True
    return found


def _other_forces(this: Array, other: Array, force: pa.ChunkedArray, count: int) -> Array:
    """How many forces, other than this crime's own, the others are of."""
    codes = pc.fill_null(pc.index_in(force, value_set=pc.drop_null(pc.unique(force))), -1).to_numpy().astype(np.int64)
    elsewhere = (codes[other] != codes[this]) & (codes[other] >= 0)
    forces = int(codes.max(initial=0)) + 2
    pairs = np.unique(this[elsewhere] * forces + codes[other[elsewhere]])
    return np.bincount(pairs // forces, minlength=count)
