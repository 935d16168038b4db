"""Which pairs of records are compared: those that some blocking rule joins, each pair once, in pieces.

A rule's key gives every record a whole number that is equal where the rule's equalities hold. Records are sorted by
it, pairs are read off the groups, and a pair that an earlier rule met is left out as it is made.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numba
import numpy as np
import numpy.typing as npt
from sqlglot import exp

from joinedup.errors import LinkageError
from joinedup.linkage.arrays import MISSING, Codes, Several, Single, combined
from joinedup.linkage.conditions import Compiler, Test, columns_of, parsed, shared, sided
from joinedup.linkage.loops import Rows
from joinedup.linkage.similarity import Bools

MOST_IN_BLOCK = 1_000
"""Records that may share one value of a rule; with more the value is a placeholder or too common to tell by."""


@dataclass(frozen=True)
class Emission:
    """Left rows, and for each the stretch of `order` that holds its right rows."""

    rows: Rows
    first: Rows
    last: Rows
    order: Rows


@dataclass(frozen=True)
class Rule:
    """A blocking rule made ready. left, right: a record's key on either side, -1 for none; the same array in most.

    lists: values any of which may agree, where the rule explodes a list. filter: what must hold besides.
    """

    name: str
    left: Codes | None = None
    right: Codes | None = None
    lists: Several | None = None
    filter: Test | None = None
    capped: int = 0

    @functools.cached_property
    def pairs(self) -> int:
        """Pairs it joins, before what earlier rules met is left out."""
        if self.lists is not None:
            sizes = self.lists.counts.astype(np.int64)
            return int((sizes * (sizes - 1) // 2).sum())
        if self.left is self.right and self.left is not None:
            sizes = np.bincount(self.left[self.left >= 0])
            return int((sizes * (sizes - 1) // 2).sum())
        one = self.emission()
        return int(np.maximum(one.last - one.first, 0).sum())

    def emission(self) -> Emission:
        """Its pairs, without making them. Made anew each time: kept for every rule it would be most of the memory."""
        return _emission(self)


def ready(compiler: Compiler, rule: Mapping[str, Any], most: int = MOST_IN_BLOCK) -> Rule:
    """A rule of a Splink model, made ready. most: records that may share a value. Raises LinkageError."""
    name = str(rule["blocking_rule"])
    parts = list(conjuncts(parsed(name)))
    explode = rule.get("arrays_to_explode") or []
    if explode:
        return _exploding(compiler, name, parts, explode, most)
    equal = [sides for part in parts if (sides := sided(part)) is not None]
    rest = [part for part in parts if sided(part) is None]
    if not equal:
        raise LinkageError(
            "A blocking rule of the model has no equality, so it would compare everybody with everybody.",
            remedy='Give each rule at least one condition such as l."dob" = r."dob".',
        )
    keys = _keys([(compiler.key(one), compiler.key(other)) for one, other in equal])
    left, right, capped = _numbered(*keys, most)
    filter_ = compiler.test(cast(exp.Expression, exp.and_(*rest))) if rest else None
    return Rule(name, left, right, None, filter_, capped)


def conjuncts(tree: exp.Expression) -> Iterator[exp.Expression]:
    """The conditions that a rule asks all of."""
    if isinstance(tree, exp.Paren):
        yield from conjuncts(tree.this)
    elif isinstance(tree, exp.And):
        yield from conjuncts(tree.this)
        yield from conjuncts(tree.expression)
    else:
        yield tree


def _exploding(compiler: Compiler, name: str, parts: list[exp.Expression], explode: Sequence[str], most: int) -> Rule:
    names = {column.name for part in parts for column in columns_of(part)}
    if len(parts) != 1 or names != set(explode):
        raise LinkageError("A blocking rule that explodes a list should compare that list and nothing else.")
    feature = compiler.feature(explode[0])
    if isinstance(feature, Single):
        raise LinkageError(f"A blocking rule explodes `{explode[0]}`, which is no list.")
    common = feature.counts > most
    return Rule(name, lists=_without(feature, common), capped=int(common.sum()))


def _without(lists: Several, common: Bools) -> Several:
    if not common.any():
        return lists
    kept = ~common[lists.codes]
    counts = np.concatenate([[0], np.cumsum(kept)])
    return Several(counts[lists.offsets], lists.codes[kept], lists.values)


def _keys(sides: list[tuple[Single, Single]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    if all(one is other for one, other in sides):
        key = combined(*(one for one, _ in sides))
        return key, key
    pairs = [(shared(one, other), other.values) for one, other in sides]
    return (
        combined(*(Single(codes[0], values) for codes, values in pairs)),
        combined(*(Single(codes[1], values) for codes, values in pairs)),
    )


def _numbered(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], most: int) -> tuple[Codes, Codes, int]:
    """Keys as small numbers; those of one record alone, or of more than `most`, are missing."""
    if left is right:
        numbers, capped = _grouped(left, most, least=2)
        return numbers, numbers, capped
    both, capped = _grouped(np.concatenate([left, right]), most, least=2)
    return both[: len(left)], both[len(left) :], capped


def _grouped(keys: npt.NDArray[np.int64], most: int, least: int) -> tuple[Codes, int]:
    held = np.flatnonzero(keys >= 0)
    order = held[np.argsort(keys[held])]
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.empty(0, int)
    sizes = np.diff(np.append(starts, len(ordered)))
    fits = (sizes >= least) & (sizes <= most)
    numbers = np.where(fits, np.cumsum(fits) - 1, MISSING).astype(np.int32)
    codes = np.full(len(keys), MISSING, dtype=np.int32)
    codes[order] = np.repeat(numbers, sizes)
    return codes, int((sizes > most).sum())


def _emission(rule: Rule) -> Emission:
    if rule.left is None or rule.right is None:
        raise LinkageError("A rule on lists is emitted otherwise.")  # pragma: no cover - never called so
    order, bounds = _by_group(rule.right, int(rule.right.max(initial=-1)) + 1)
    groups = rule.right[order]
    if rule.left is rule.right:
        return Emission(order, np.arange(1, len(order) + 1, dtype=np.int32), bounds[groups + 1], order)
    rows = np.flatnonzero((rule.left >= 0) & (rule.left < len(bounds) - 1)).astype(np.int32)
    wide = len(rule.right)
    composite = groups.astype(np.int64) * wide + order
    first = np.searchsorted(composite, rule.left[rows].astype(np.int64) * wide + rows, side="right")
    return Emission(rows, first.astype(np.int32), bounds[rule.left[rows] + 1], order)


@numba.njit(cache=True, nogil=True)
def _by_group(codes: Codes, groups: int) -> tuple[Rows, Rows]:
    """Rows in the order of their group and then of the rows, and where each group begins. Rows of -1 are left out."""
    bounds = np.zeros(groups + 1, np.int32)
    for code in codes:
        if code >= 0:
            bounds[code + 1] += 1
    bounds = np.cumsum(bounds).astype(np.int32)
    place = bounds.copy()
    order = np.empty(bounds[-1], np.int32)
    for row in range(len(codes)):
        if codes[row] >= 0:
            order[place[codes[row]]] = row
            place[codes[row]] += 1
    return order, bounds


def candidate_pairs(rules: Sequence[Rule], at_once: int, every: int = 1) -> Iterator[tuple[Rows, Rows, int]]:
    """Every pair of records (left row < right row) that a rule joins, once, with the place of the first rule to do so.

    at_once: about how many pairs a piece may hold. every: take one left record in so many, a sample that depends on
    the records' order alone. Rules on lists come last, as do rules with a filter.
    """
    plain = [n for n, rule in enumerate(rules) if rule.lists is None and rule.filter is None]
    lists = [n for n, rule in enumerate(rules) if rule.lists is not None]
    filtered = [n for n, rule in enumerate(rules) if rule.filter is not None]
    met = _Met([rules[n] for n in plain])
    for place, n in enumerate(plain):
        for left, right in _pieces(_sampled(rules[n].emission(), every), at_once):
            new = met.new(left, right, place)
            yield left[new], right[new], n
    done: list[Rule] = []
    for n in [*lists, *filtered]:
        for left, right in _irregular(rules[n], at_once, every):
            new = met.new(left, right, len(plain))
            kept_left, kept_right = left[new], right[new]
            for earlier in done:
                other = ~_joins(earlier, kept_left, kept_right)
                kept_left, kept_right = kept_left[other], kept_right[other]
            yield kept_left, kept_right, n
        done.append(rules[n])


def _joins(rule: Rule, left: Rows, right: Rows) -> Bools:
    if rule.lists is not None:
        return _first_shared(rule.lists.offsets, rule.lists.codes, left, right) >= 0
    if rule.left is None or rule.right is None:
        raise LinkageError("A rule has neither key nor list.")  # pragma: no cover - never made so
    holds = (rule.left[left] >= 0) & (rule.left[left] == rule.right[right])
    if rule.filter is not None:
        at = np.flatnonzero(holds)
        holds[at] = rule.filter(left[at], right[at])
    return np.asarray(holds, dtype=np.bool_)


def _sampled(emission: Emission, every: int) -> Emission:
    if every == 1:
        return emission
    return _only(emission, _drawn(emission.rows, every))


def _drawn(rows: Rows, every: int) -> npt.NDArray[np.int64]:
    scattered = (rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    return np.flatnonzero(scattered % np.uint64(every) == 0)


def _only(emission: Emission, at: npt.NDArray[np.int64]) -> Emission:
    return Emission(emission.rows[at], emission.first[at], emission.last[at], emission.order)


def _irregular(rule: Rule, at_once: int, every: int) -> Iterator[tuple[Rows, Rows]]:
    if rule.lists is None:
        for left, right in _pieces(_sampled(rule.emission(), every), at_once):
            holds = rule.filter(left, right) if rule.filter else np.ones(len(left), np.bool_)
            yield left[holds], right[holds]
        return
    lists = rule.lists
    owners = np.repeat(np.arange(len(lists.offsets) - 1, dtype=np.int32), np.diff(lists.offsets))
    order, bounds = _by_group(lists.codes, len(lists.values))
    rows, codes = owners[order], lists.codes[order]
    places = np.arange(len(rows), dtype=np.int32)
    whole = Emission(places, places + 1, bounds[codes + 1], places)
    sampled = _only(whole, _drawn(rows, every)) if every > 1 else whole
    for one, other in _pieces(sampled, at_once):
        left, right = rows[one], rows[other]
        once = _first_shared(lists.offsets, lists.codes, left, right) == codes[one]
        yield left[once], right[once]


def _pieces(emission: Emission, at_once: int) -> Iterator[tuple[Rows, Rows]]:
    counts = np.maximum(emission.last - emission.first, 0)
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(0, total + at_once, at_once), side="left")
    cuts = np.unique(np.append(cuts, len(counts)))
    for start, stop in zip(cuts[:-1], cuts[1:], strict=True):
        part = counts[start:stop]
        if part.any():
            yield _paired(emission.rows[start:stop], emission.first[start:stop], part, emission.order)


@numba.njit(cache=True, nogil=True, parallel=True)
def _paired(rows: Rows, first: Rows, counts: Rows, order: Rows) -> tuple[Rows, Rows]:
    at = np.zeros(len(rows) + 1, np.int64)
    at[1:] = np.cumsum(counts)
    left, right = np.empty(at[-1], np.int32), np.empty(at[-1], np.int32)
    for k in numba.prange(len(rows)):
        for step in range(counts[k]):
            left[at[k] + step] = rows[k]
            right[at[k] + step] = order[first[k] + step]
    return left, right


class _Met:
    """Which earlier rule, if any, met a pair: keys of all plain rules side by side."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        columns: list[Codes] = []
        self._sides = np.zeros((len(rules), 2), dtype=np.int64)
        for n, rule in enumerate(rules):
            for side, key in enumerate((rule.left, rule.right)):
                if side and rule.right is rule.left:
                    self._sides[n, 1] = self._sides[n, 0]
                elif key is not None:
                    self._sides[n, side] = len(columns)
                    columns.append(key)
        self._keys = np.stack(columns, axis=1) if columns else np.empty((0, 0), np.int32)

    def new(self, left: Rows, right: Rows, rules: int) -> Bools:
        """For each pair, whether none of the first `rules` plain rules met it."""
        return np.asarray(_unmet(self._keys, self._sides, left, right, rules), dtype=np.bool_)


@numba.njit(cache=True, nogil=True, parallel=True)
def _unmet(keys: npt.NDArray[np.int32], sides: npt.NDArray[np.int64], left: Rows, right: Rows, rules: int) -> Bools:
    new = np.ones(len(left), np.bool_)
    for k in numba.prange(len(left)):
        for n in range(rules):
            key = keys[left[k], sides[n, 0]]
            if key >= 0 and key == keys[right[k], sides[n, 1]]:
                new[k] = False
                break
    return new


@numba.njit(cache=True, nogil=True, parallel=True)
def _first_shared(offsets: npt.NDArray[np.int64], codes: Codes, left: Rows, right: Rows) -> Codes:
    """The smallest value that both lists hold, -1 for none. Lists rise."""
    found = np.full(len(left), -1, np.int32)
    for k in numba.prange(len(left)):
        i, i_end, j, j_end = offsets[left[k]], offsets[left[k] + 1], offsets[right[k]], offsets[right[k] + 1]
        while i < i_end and j < j_end:
            if codes[i] == codes[j]:
                found[k] = codes[i]
                break
            if codes[i] < codes[j]:
                i += 1
            else:
                j += 1
    return found
