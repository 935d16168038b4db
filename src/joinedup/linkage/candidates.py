"""Which pairs a changed record makes with all others: the hits of its keys in every segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from joinedup.linkage.conditions import Compiler
from joinedup.linkage.hashes import Postings
from joinedup.linkage.keys import filter_of
from joinedup.linkage.loops import Rows
from joinedup.linkage.store.kept import within_rows
from joinedup.linkage.store.segment import Numbers, Segment


@dataclass(frozen=True)
class Hits:
    """Pairs of rows over all segments that one rule may join. sided: whether the left one must come first by id; else
    either may.
    """

    left: Numbers
    right: Numbers
    sided: bool


@dataclass(frozen=True)
class Met:
    """Hits by rule. rows: every row in them, rising."""

    hits: Sequence[Hits]
    rows: Numbers

    def among(self, rows: Numbers, compiler: Compiler, rules: Sequence[Mapping[str, Any]]) -> tuple[Rows, Rows]:
        """Every pair that a rule joins, once, in order of both, as places among the records of the compiler.

        rows: of those records, in order of their ids.
        """
        order = np.argsort(rows)
        keys = [_keys(*_passed(_placed(hits, rows[order], order), filter_of(compiler, told)), len(rows))
                for hits, told in zip(self.hits, rules, strict=True)]  # fmt: skip
        pairs = np.unique(np.concatenate([np.empty(0, np.int64), *keys]))
        return (pairs // max(len(rows), 1)).astype(np.int32), (pairs % max(len(rows), 1)).astype(np.int32)


def candidates(segments: Sequence[Segment], start: int, gone: Numbers, rules: int) -> Met:
    """Hits of the last segment's keys in all segments. start: of its rows. gone: rows that are no more, rising."""
    hits = [_of_rule(segments, rule, gone) for rule in range(rules)]
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *(side for one in hits for side in (one.left, one.right))]))
    return Met(hits, rows)


def _of_rule(segments: Sequence[Segment], rule: int, gone: Numbers) -> Hits:
    own = segments[-1].keys
    left, right = own[f"{rule}:left"], own.get(f"{rule}:right")
    if right is None:
        return _alive([(mine, other) for mine, other in _meetings(left, segments, f"{rule}:left")], gone, sided=False)
    found = list(_meetings(left, segments, f"{rule}:right"))
    found += [(other, mine) for mine, other in _meetings(right, segments[:-1], f"{rule}:left")]
    return _alive(found, gone, sided=True)


def _meetings(own: Postings, segments: Sequence[Segment], name: str) -> Iterator[tuple[Numbers, Numbers]]:
    for one in segments:
        at, place = one.keys[name].meeting(own.numbers)
        yield own.rows[at].astype(np.int64), one.keys[name].rows[place].astype(np.int64)


def _alive(found: Sequence[tuple[Numbers, Numbers]], gone: Numbers, *, sided: bool) -> Hits:
    left, right = (np.concatenate([pair[n] for pair in found]) for n in range(2))
    kept = (left != right) & ~within_rows(left, gone) & ~within_rows(right, gone)
    return Hits(left[kept], right[kept], sided)


def _placed(hits: Hits, rising: Numbers, order: Numbers) -> tuple[Rows, Rows]:
    """Hits as places, left before right; those of a sided rule that stand the other way are none."""
    left, right = (order[np.searchsorted(rising, side)].astype(np.int32) for side in (hits.left, hits.right))
    if not hits.sided:
        return np.minimum(left, right), np.maximum(left, right)
    kept = left < right
    return left[kept], right[kept]


def _passed(placed: tuple[Rows, Rows], filter_: Any) -> tuple[Rows, Rows]:
    left, right = placed
    if filter_ is None:
        return left, right
    holds = filter_(left, right)
    return left[holds], right[holds]


def _keys(left: Rows, right: Rows, records: int) -> npt.NDArray[np.int64]:
    return left.astype(np.int64) * records + right
