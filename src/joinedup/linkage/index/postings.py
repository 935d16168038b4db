"""The compiled loops behind keys: hashing texts, the keys of a record, buckets of entries, and finding records by keys.

An entry is tag << 32 | row. The first bits of a key say which bucket its entries are in, the next 32 are the tag.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Place = int | np.int64


class Terms(NamedTuple):
    """Terms of records by group: record i has terms[starts[group, i] : starts[group, i + 1]]."""

    starts: Whole
    terms: Hashes


class Keyed(NamedTuple):
    """Entries in buckets, sorted within each: those of bucket b are entries[buckets[b] : buckets[b + 1]].

    common: the keys, without their last bits, that too many records share, in order. shift: key >> shift is its bucket.
    """

    buckets: npt.NDArray[np.uint32]
    entries: Hashes
    common: Hashes
    shift: int


_PRIME, _BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)
_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_SPACE = ord(" ")


@numba.njit(cache=True, nogil=True)
def _mixed(one: np.uint64, other: np.uint64) -> np.uint64:
    """Two hashes in one, their order counting. Source: G. Steele and others (2014), splitmix64."""
    x = one * _GOLDEN + other
    x = (x ^ (x >> _30)) * _FIRST
    x = (x ^ (x >> _27)) * _SECOND
    return x ^ (x >> _31)


@numba.njit(cache=True, nogil=True)
def _hash(data: Bytes, start: int, stop: int) -> np.uint64:
    """FNV-1a of a stretch of bytes."""
    x = _BASIS
    for k in range(start, stop):
        x = (x ^ np.uint64(data[k])) * _PRIME
    return x


@numba.njit(cache=True, nogil=True)
def text_terms(data: Bytes, offsets: Whole, salts: Hashes) -> Hashes:
    """A hash for each text, with a salt that tells kinds of texts apart."""
    found = np.empty(len(offsets) - 1, np.uint64)
    for k in range(len(found)):
        found[k] = _mixed(salts[k], _hash(data, offsets[k], offsets[k + 1]))
    return found


@numba.njit(cache=True, nogil=True)
def pair_terms(data: Bytes, offsets: Whole) -> Hashes:
    """A hash for each full name: that of its forename, up to the first space, mixed with that of its surname."""
    found = np.empty(len(offsets) - 1, np.uint64)
    for k in range(len(found)):
        cut = offsets[k]
        while cut < offsets[k + 1] and data[cut] != _SPACE:
            cut += 1
        first = _mixed(np.uint64(0), _hash(data, offsets[k], cut))
        last = _mixed(np.uint64(0), _hash(data, min(cut + 1, offsets[k + 1]), offsets[k + 1]))
        found[k] = _mixed(first, last)
    return found


@numba.njit(cache=True, nogil=True)
def keys_of(kinds: Small, held: Terms, row: int, out: Hashes) -> int:
    """Write the keys of a record or description into `out` until it is full; give how many.

    kinds: number, and up to three groups (-1: none) of which every combination of terms makes a key.
    """
    starts, terms = held
    count = 0
    for k in range(len(kinds)):
        kind, a, b, c = np.uint64(kinds[k, 0]), kinds[k, 1], kinds[k, 2], kinds[k, 3]
        for i in range(starts[a, row], starts[a, row + 1]):
            if b < 0:
                if count < len(out):
                    out[count] = _mixed(kind, terms[i])
                    count += 1
                continue
            for j in range(starts[b, row], starts[b, row + 1]):
                pair = _mixed(terms[i], terms[j])
                if c < 0:
                    if count < len(out):
                        out[count] = _mixed(kind, pair)
                        count += 1
                    continue
                for n in range(starts[c, row], starts[c, row + 1]):
                    if count < len(out):
                        out[count] = _mixed(kind, _mixed(pair, terms[n]))
                        count += 1
    return count


@numba.njit(cache=True, nogil=True)
def bucket_counts(kinds: Small, held: Terms, shift: int, most: int) -> Whole:
    """How many keys of all records fall into each bucket; bucket = key >> shift."""
    counts = np.zeros(1 << (64 - shift), np.int64)
    out = np.empty(most, np.uint64)
    for row in range(held.starts.shape[1] - 1):
        for k in range(keys_of(kinds, held, row, out)):
            counts[np.int64(out[k] >> np.uint64(shift))] += 1
    return counts


@numba.njit(cache=True, nogil=True)
def filled_buckets(kinds: Small, held: Terms, shift: int, most: int, counts: Whole) -> Hashes:
    """Every key's entry in its bucket, in no order. counts: entries of each bucket."""
    out, entries = np.empty(most, np.uint64), np.empty(counts.sum(), np.uint64)
    places = np.cumsum(counts) - counts
    for row in range(held.starts.shape[1] - 1):
        for k in range(keys_of(kinds, held, row, out)):
            bucket = np.int64(out[k] >> np.uint64(shift))
            tag = (out[k] >> np.uint64(shift - 32)) & _LOW
            entries[places[bucket]] = (tag << _32) | np.uint64(row)
            places[bucket] += 1
    return entries


def packed_buckets(counts: Whole, entries: Hashes, most: int) -> tuple[Whole, Hashes]:
    """Sort each bucket and close up, in place: repeats go, and lists of more than `most` records go.

    Gives where the buckets begin then, and at last how many entries are left; and the keys (bucket << 32 | tag) of the
    lists that went.
    """
    starts = np.cumsum(counts) - counts
    for bucket in np.flatnonzero(counts > SMALL):
        entries[starts[bucket] : starts[bucket] + counts[bucket]].sort()
    return _closed_up(counts, entries, most)


SMALL = 32
"""Entries of a bucket up to which it is sorted by insertion; numba takes long to compile a sort of its own."""


@numba.njit(cache=True, nogil=True)
def _sort_small(entries: Hashes, start: int, stop: int) -> None:
    """Sort a stretch by insertion."""
    for at in range(start + 1, stop):
        one, before = entries[at], at - 1
        while before >= start and entries[before] > one:
            entries[before + 1] = entries[before]
            before -= 1
        entries[before + 1] = one


@numba.njit(cache=True, nogil=True)
def _closed_up(counts: Whole, entries: Hashes, most: int) -> tuple[Whole, Hashes]:
    """`packed_buckets`, where the buckets of more than `SMALL` entries are sorted already."""
    after = np.empty(len(counts) + 1, np.int64)
    common = np.empty(len(entries) // (most + 1), np.uint64)
    left, went, at = 0, 0, 0
    for bucket in range(len(counts)):
        stop = at + counts[bucket]
        if counts[bucket] <= SMALL:
            _sort_small(entries, at, stop)
        after[bucket] = left
        while at < stop:
            tag, first = entries[at] >> _32, left
            while at < stop and entries[at] >> _32 == tag:  # what is kept never passes what is read
                if left == first or entries[left - 1] != entries[at]:
                    entries[left] = entries[at]
                    left += 1
                at += 1
            if left - first > most:
                left = first
                common[went] = (np.uint64(bucket) << _32) | tag
                went += 1
    after[-1] = left
    return after, common[:went]


@numba.njit(cache=True, nogil=True)
def _first_from(sorted_: Hashes, start: Place, stop: Place, value: np.uint64) -> Place:
    """The first place at which a sorted stretch holds a value or a larger one."""
    while start < stop:
        middle = (start + stop) // 2
        if sorted_[middle] < value:
            start = middle + 1
        else:
            stop = middle
    return start


def found_rows(keys: Hashes, keyed: Keyed, most: int) -> tuple[Small, int]:
    """Records that share keys, and how many keys too many records share. Shorter lists first, until `most` entries."""
    firsts, lasts, crowded = _lists(keys, keyed)
    order = np.argsort(lasts - firsts, kind="stable")
    taken = order[np.cumsum((lasts - firsts)[order]) <= most]
    return np.unique(_rows(keyed.entries, firsts[taken], lasts[taken])), crowded


@numba.njit(cache=True, nogil=True)
def _lists(keys: Hashes, keyed: Keyed) -> tuple[Whole, Whole, int]:
    """Where the entries of each key begin and end, and how many keys are common ones."""
    buckets, entries, common, shift = keyed
    firsts, lasts = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
    crowded = 0
    for k in range(len(keys)):
        bucket, tag = np.int64(keys[k] >> np.uint64(shift)), (keys[k] >> np.uint64(shift - 32)) & _LOW
        start, stop = np.int64(buckets[bucket]), np.int64(buckets[bucket + 1])
        firsts[k] = _first_from(entries, start, stop, tag << _32)
        lasts[k] = _first_from(entries, firsts[k], stop, (tag + np.uint64(1)) << _32) if tag < _LOW else stop
        if firsts[k] == lasts[k] and len(common):
            whole = (np.uint64(bucket) << _32) | tag
            place = _first_from(common, 0, len(common), whole)
            if place < len(common) and common[place] == whole:
                crowded += 1
    return firsts, lasts, crowded


@numba.njit(cache=True, nogil=True)
def _rows(entries: Hashes, firsts: Whole, lasts: Whole) -> Small:
    """The records of some stretches of entries."""
    rows, taken = np.empty((lasts - firsts).sum(), np.int32), 0
    for k in range(len(firsts)):
        for at in range(firsts[k], lasts[k]):
            rows[taken] = np.int32(entries[at] & _LOW)
            taken += 1
    return rows
