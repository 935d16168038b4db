"""Precision and recall over pairs of records, counted from the sizes of groups and never pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """Shares from 0 to 1, over pairs of records. wrong: pairs joined though two people. missed: pairs of one person
    that are not joined."""

    precision: float
    recall: float
    f1: float
    wrong: int
    missed: int


def pair_scores(clusters: pa.Table, truth: pa.Table) -> Scores:
    """Judge clusters by the truth.

    clusters: record_id, person_id. truth: record_id, true_person. A record that only the truth has is joined with
    nobody; a record that only the clusters have is not judged. Nothing joined has a precision of 1, nothing to join a
    recall of 1. Raises ValueError when a record stands twice in either table.

    The pairs within a group of n are n (n - 1) / 2; pairs both joined and true are those within the groups by cluster
    and person together. Source: the contingency table of pair counting, W. M. Rand (1971), J. Am. Stat. Assoc. 66(336).
    """
    true = _codes(truth["true_person"])
    joined = _clusters_of(truth["record_id"], clusters)
    both = true * (int(joined.max(initial=-1)) + 1) + joined
    return _scores(right=pairs_within(both), joined=pairs_within(joined), true=pairs_within(true))


def true_pairs(truth: pa.Table) -> int:
    """How many pairs of records are of one person. truth: true_person."""
    return pairs_within(_codes(truth["true_person"]))


def pairs_within(groups: Codes) -> int:
    """Pairs of equal values. groups: whole numbers, one per record."""
    ordered = np.sort(groups)
    ends = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]])) if len(ordered) else ordered
    sizes = np.diff(ends, prepend=-1)
    return int((sizes * (sizes - 1) // 2).sum())


def _scores(right: int, joined: int, true: int) -> Scores:
    precision = right / joined if joined else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * right / (joined + true) if joined + true else 1.0
    return Scores(precision, recall, f1, joined - right, true - right)


def _clusters_of(records: pa.ChunkedArray, clusters: pa.Table) -> Codes:
    """The cluster of each record as a number; one of its own for a record that is in none."""
    places = _places(records, clusters["record_id"])
    codes = _codes(clusters["person_id"])
    alone = int(codes.max(initial=-1)) + 1 + np.arange(len(places))
    return np.where(places >= 0, codes[places] if len(codes) else -1, alone)


def _places(records: pa.ChunkedArray, among: pa.ChunkedArray) -> Codes:
    """Where each record stands `among` others, or -1. Both are coded at once: hashing texts is what takes the time."""
    together = records if records.equals(among) else pa.chunked_array([*records.chunks, *among.chunks], records.type)
    codes = _codes(together)
    own, others = codes[: len(records)], codes[-len(among) :] if len(among) else codes[:0]
    _refuse_doubles(own)
    _refuse_doubles(others)
    place = np.full(int(codes.max(initial=-1)) + 1, -1)
    place[others] = np.arange(len(others))
    return place[own]


def _refuse_doubles(codes: Codes) -> None:
    if np.bincount(codes).max(initial=0) > 1:
        raise ValueError("A record stands twice in the table that is judged or in the truth.")


def _codes(column: pa.ChunkedArray) -> Codes:
    """A number for each distinct value, null being one of them."""
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return _numbers(coded.indices)


def _numbers(column: Any) -> Codes:
    return np.asarray(column.to_numpy()).astype(np.int64)
