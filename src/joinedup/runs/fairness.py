"""Whether the joining was as right for every group of people and of records as it was for all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup.codes import GROUPS, code_list, ethnic_group
from joinedup.releases import Truth
from joinedup.releases.inputs import (
    FEWEST_TRUE_PAIRS,
    MOST_FALSE_ABOVE,
    MOST_RECALL_BELOW,
    GroupShare,
    GroupTruth,
    PairCounts,
)

Numbers = npt.NDArray[np.int64]
Value = str | int

NOBODY = -1
"""Stands for a record that is in no group."""

AGES = (0, 12, 16, 18, 25, 35, 50, 65)
"""The first year of each age band."""

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Joining:
    """What was joined and what is true: the number of each record's cluster, and of its true person."""

    cluster: Numbers
    person: Numbers

    @property
    def both(self) -> Numbers:
        """A number for each cluster and person at once."""
        return np.unique(self.cluster * (self.person.max(initial=0) + 1) + self.person, return_inverse=True)[1]

    def pairs(self) -> PairCounts:
        """Every pair of records."""
        true, joined, right = (int(_pairs(np.bincount(key)).sum()) for key in self._keys())
        return PairCounts(true, joined, right)

    def pairs_by(self, group: Numbers, groups: int) -> list[PairCounts]:
        """The pairs of which at least one record is in a group, for each group from 0.

        group: of each record, `NOBODY` for none. A pair of two groups counts in both.
        """
        true, joined, right = (_touching(key, group, groups).tolist() for key in self._keys())
        return [PairCounts(*counts) for counts in zip(true, joined, right, strict=True)]

    def _keys(self) -> tuple[Numbers, Numbers, Numbers]:
        return self.person, self.cluster, self.both


def _touching(key: Numbers, group: Numbers, groups: int) -> Numbers:
    """Pairs with equal `key` of which at least one is in a group: all pairs of the key, less those outside it."""
    inside = group != NOBODY
    cell, within = np.unique(key[inside] * groups + group[inside], return_counts=True)
    size = np.bincount(key)[cell // groups]
    pairs = np.zeros(groups, dtype=np.int64)
    np.add.at(pairs, cell % groups, _pairs(size) - _pairs(size - within))
    return pairs


def _pairs(size: Numbers) -> Numbers:
    return size * (size - 1) // 2


def numbered(column: pa.ChunkedArray | pa.Array) -> tuple[Numbers, list[Value]]:
    """Each row's distinct value as a number, `NOBODY` for null, and the values in the order of their numbers."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = whole.dictionary_encode()
    return coded.indices.fill_null(NOBODY).to_numpy(zero_copy_only=False).astype(np.int64), coded.dictionary.to_pylist()


@dataclass(frozen=True)
class _Split:
    """One way to part the records: `column` of the truth, the group of a value, and where the group stands."""

    by: str
    column: str
    group: Callable[[Value], str]
    rank: Callable[[Value], object]


def age_band(age: Value) -> str:
    """``12 to 15`` for 13; ``65 and over`` for all from 65."""
    place = _band(age)
    return f"{AGES[place]} and over" if place == len(AGES) - 1 else f"{AGES[place]} to {AGES[place + 1] - 1}"


def _band(age: Value) -> int:
    return sum(int(age) >= first for first in AGES) - 1


def _five(code: Value) -> str:
    return ethnic_group(str(code))


def _place_in_list(code: Value) -> int:
    return list(code_list("self-defined-ethnicity").codes).index(str(code))


_SPLITS = (
    _Split("ethnic group", "ethnicity", _five, lambda code: GROUPS.index(_five(code))),
    _Split("ethnicity", "ethnicity", str, _place_in_list),
    _Split("name origin", "name_origin", str, str),
    _Split("sex", "sex", str, str),
    _Split("age", "age", age_band, _band),
    _Split("force", "force", str, str),
    _Split("system", "system", str, str),
)


def by_group(joining: Joining, whole: PairCounts, records: pa.Table) -> tuple[GroupTruth, ...]:
    """Every group that has a record, judged against `whole`.

    records: in the order of `joining`; ethnicity, name_origin, sex, age, force and system, as far as there are.
    """
    splits = [split for split in _SPLITS if split.column in records.column_names]
    return tuple(group for split in splits for group in _of_split(joining, whole, split, records[split.column]))


def _of_split(joining: Joining, whole: PairCounts, split: _Split, column: pa.ChunkedArray) -> Iterator[GroupTruth]:
    value, values = numbered(column)
    names = list(dict.fromkeys(split.group(one) for one in sorted(values, key=split.rank)))  # type: ignore[arg-type]
    of_value = np.array([*(names.index(split.group(one)) for one in values), NOBODY], dtype=np.int64)
    counts = joining.pairs_by(of_value[value], len(names))
    return (judged(split.by, name, pairs, whole) for name, pairs in zip(names, counts, strict=True))


def judged(by: str, group: str, pairs: PairCounts, whole: PairCounts) -> GroupTruth:
    """A group's shares beside the whole's, and whether the promises hold, exactly and not by rounded shares."""
    recall, false = Fraction(*_of(whole.right, whole.true, 1)), Fraction(*_of(whole.wrong, whole.joined, 0))
    enough = pairs.true >= FEWEST_TRUE_PAIRS
    return GroupTruth(
        by,
        group,
        pairs,
        _share(pairs.right, pairs.true, recall, lambda less: less >= -MOST_RECALL_BELOW, enough),
        _share(pairs.wrong, pairs.joined, false, lambda less: less <= MOST_FALSE_ABOVE, enough),
    )


def _of(part: int, total: int, otherwise: int) -> tuple[int, int]:
    return (part, total) if total else (otherwise, 1)


def _share(part: int, total: int, whole: Fraction, promise: Callable[[Fraction], bool], enough: bool) -> GroupShare:
    share = Fraction(part, total) if total else whole
    less = share - whole
    return GroupShare(float(share), *wilson(part, total), float(less), promise(less) if enough else None)


def wilson(part: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, 0 to 1; all of it where nothing was counted.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, J. Am. Stat.
    Assoc. 22(158), 209 to 212. It takes the pairs for independent, which those of one person are not: it is too narrow
    where few people have many records.
    """
    if not total:
        return 0.0, 1.0
    share, spread = part / total, _Z * _Z / total
    middle = share + spread / 2
    reach = math.sqrt(spread * (share * (1 - share) + spread / 4))
    lower, upper = ((middle + side * reach) / (1 + spread) for side in (-1, 1))
    return (lower if part else 0.0), (upper if part < total else 1.0)


def unfair(truth: Truth) -> list[GroupTruth]:
    """Every group that breaks a promise: `by` and `group` name it, `kept` of each share says which one is broken.

    A group with too few true pairs to tell breaks none. Nothing to say where the truth names no groups.
    """
    return [group for group in truth.groups if not group.fair]
