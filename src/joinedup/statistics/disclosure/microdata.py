"""Rows of people: how many share what an outsider could know of them, and what would be learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.threshold import THRESHOLD


@dataclass(frozen=True, eq=False)
class Anonymity:
    """How many rows look alike.

    smallest: k, the rows of the smallest group; 0 without rows. below: positions of rows in groups of fewer than was
    asked, from 0. least_varied: l, the fewest different known values of what is sensitive in any group; None when
    nothing was named sensitive. alike: positions of rows in groups with fewer than was asked.
    """

    rows: int
    groups: int
    smallest: int
    below: NDArray[np.intp]
    least_varied: int | None
    alike: NDArray[np.intp]


def anonymity(
    rows: Any, known: Sequence[str], *, k: int = THRESHOLD, sensitive: str | None = None, varied: int = 2
) -> Anonymity:
    """k-anonymity and distinct l-diversity of `rows`, a pyarrow table or columns by name.

    known: columns that an outsider could know (quasi-identifiers); a missing value is a value of its own, alike only
    to other missing ones. sensitive: the column that must not be learned; a missing value there teaches nothing, so it
    does not count as a different one. varied: l asked for.

    Raises StatisticsError for a column that is not there, and when none is named.
    Source: L. Sweeney (2002), "k-anonymity: a model for protecting privacy", IJUFKS 10(5), 557-570;
    A. Machanavajjhala et al. (2007), "l-Diversity: privacy beyond k-anonymity", ACM TKDD 1(1).
    """
    if not known:
        raise StatisticsError("No column is named that an outsider could know.", remedy="Name at least one.")
    whose, sizes = _groups([_codes(rows, name) for name in known])
    diverse = None if sensitive is None else _values_a_group(whose, _codes(rows, sensitive), len(sizes))
    return Anonymity(
        rows=len(whose),
        groups=len(sizes),
        smallest=int(sizes.min(initial=len(whose))),
        below=np.flatnonzero(sizes[whose] < k),
        least_varied=None if diverse is None else int(diverse.min(initial=len(whose))),
        alike=np.empty(0, np.intp) if diverse is None else np.flatnonzero(diverse[whose] < varied),
    )


def _groups(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The group of each row, and rows of each group."""
    whose = columns[0]
    for column in columns[1:]:
        _, whose = np.unique(whose * (column.max(initial=0) + 2) + column + 1, return_inverse=True)
    _, whose, sizes = np.unique(whose, return_inverse=True, return_counts=True)
    return whose, sizes


def _values_a_group(whose: NDArray[np.intp], codes: NDArray[np.int64], groups: int) -> NDArray[np.intp]:
    told = codes >= 0
    pairs = np.unique(np.column_stack([whose[told], codes[told]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=groups)


def _codes(rows: Mapping[str, Sequence[Any]] | Any, name: str) -> NDArray[np.int64]:
    """A column as numbers, equal where values are equal; -1 is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = rows.column_names if isinstance(rows, pa.Table) else rows
    if name not in names:
        raise StatisticsError(f"There is no column `{name}`.", remedy=f"There are: {', '.join(sorted(names))}.")
    column = rows[name].combine_chunks() if isinstance(rows, pa.Table) else pa.array(rows[name])
    encoded = column.dictionary_encode()
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
