"""What is to be printed: counts over one to four dimensions, with the margins that are printed beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError

Counts = NDArray[np.int64]
TOTAL = "all"
MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class Cell:
    """One number that could be printed: whom it counts, and where. What is not in `where` is summed over.

    of: the people (or records) counted, and the release: cells of two tables with equal `of` and `where` are one cell.
    where: (dimension, category) in the order of the dimensions' names.
    """

    of: str
    where: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        places = ", ".join(f"{dimension} {category}" for dimension, category in self.where)
        return f"{self.of}: {places or TOTAL}"


@dataclass(frozen=True)
class Dimension:
    """What a table is broken down by.

    categories: the finest ones; everybody is in exactly one. groups: names of sums of categories or of other groups,
    ``{"Asian": ("A1", "A2", "A3")}``; they may overlap. unprinted: categories or groups that are counted, not printed.
    """

    name: str
    categories: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unprinted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        names = [TOTAL, *self.categories, *self.groups]
        if len(set(names)) < len(names):
            raise StatisticsError(
                f"Two parts of `{self.name}` have one name.", remedy=f"Each needs its own, other than `{TOTAL}`."
            )
        if not self.categories:
            raise StatisticsError(f"`{self.name}` has no category.", remedy="Name its categories.")
        unknown = {part for parts in self.groups.values() for part in parts} - set(names)
        if unknown or not self.unprinted <= set(names):
            raise StatisticsError(f"`{self.name}` names a part that it does not have.", remedy="Name its categories.")

    @property
    def nodes(self) -> tuple[str, ...]:
        """Categories, then groups, then the total."""
        return (*self.categories, *self.groups, TOTAL)

    @cached_property
    def sums(self) -> Counts:
        """Which categories each node counts: nodes by categories, 0 or 1."""
        known: dict[str, Counts] = dict(zip(self.categories, np.eye(len(self.categories), dtype=np.int64), strict=True))
        waiting = dict(self.groups)
        while waiting:
            ready = {name: parts for name, parts in waiting.items() if set(parts) <= set(known)}
            known |= {name: np.sum([known[part] for part in parts], axis=0) for name, parts in ready.items()}
            waiting = {name: parts for name, parts in waiting.items() if name not in ready}
            self._refuse(not ready or any((known[name] > 1).any() for name in ready))
        known[TOTAL] = np.ones(len(self.categories), np.int64)
        return np.array([known[node] for node in self.nodes])

    def _refuse(self, wrong: bool) -> None:
        if wrong:
            raise StatisticsError(f"A group of `{self.name}` holds itself, or a category twice.")

    @cached_property
    def families(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """Each sum and its parts, as positions in `nodes`: groups from their members, the total from all categories."""
        at = {node: position for position, node in enumerate(self.nodes)}
        named = {**self.groups, TOTAL: self.categories}
        return tuple((at[parent], tuple(at[part] for part in parts)) for parent, parts in named.items())


@dataclass(frozen=True, eq=False)
class Table:
    """Counts of people (or records) by every combination of the dimensions' categories, and what of it is printed.

    counts: whole numbers, one axis for each dimension, in its order of categories.
    margins: the sets of dimensions that are printed, ``[("force", "stage"), ("force",), ()]``; None is every one.
    of: who is counted, and the release: tables with the same `of` share their margins.
    """

    dimensions: tuple[Dimension, ...]
    counts: Counts
    margins: Sequence[Sequence[str]] | None = None
    of: str = "people"

    def __post_init__(self) -> None:
        names = [dimension.name for dimension in self.dimensions]
        if not 1 <= len(names) <= MOST_DIMENSIONS or len(set(names)) < len(names):
            raise StatisticsError("A table has one to four dimensions, each with its own name.")
        counts = np.asarray(self.counts)
        if counts.shape != tuple(len(dimension.categories) for dimension in self.dimensions):
            raise StatisticsError("The counts do not have the shape of the table's categories.")
        if counts.dtype.kind not in "iu" or (counts < 0).any():
            raise StatisticsError("A count is not a whole number of zero or more.", remedy="Count people or records.")
        if {name for margin in self.margins or () for name in margin} - set(names):
            raise StatisticsError("A margin names a dimension that the table does not have.")

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of nodes of each dimension: categories, groups and total."""
        return tuple(len(dimension.nodes) for dimension in self.dimensions)

    def summed(self, values: NDArray[Any]) -> NDArray[Any]:
        """`values` by category as values by node, every margin and group included."""
        return reduce(_add_up, enumerate(dimension.sums for dimension in self.dimensions), np.asarray(values))

    def cells(self) -> tuple[Cell, ...]:
        """Every cell, in the order of `summed`, flattened."""
        named = [[(dimension.name, node) for node in dimension.nodes] for dimension in self.dimensions]
        return tuple(
            Cell(self.of, tuple(sorted(place for place in places if place[1] != TOTAL))) for places in product(*named)
        )

    def printed(self) -> NDArray[np.bool_]:
        """Which of `cells` are to be printed."""
        shown = np.ones(self.shape, bool)
        for axis, dimension in enumerate(self.dimensions):
            left_out = [node in dimension.unprinted for node in dimension.nodes]
            np.moveaxis(shown, axis, 0)[left_out] = False
        return (shown & self._margins()).ravel()

    def _margins(self) -> NDArray[np.bool_]:
        if self.margins is None:
            return np.ones(self.shape, bool)
        chosen = np.zeros(self.shape, bool)
        for margin in self.margins:
            kept = (self._of_margin(dimension, dimension.name in margin) for dimension in self.dimensions)
            chosen |= reduce(np.logical_and.outer, kept)
        return chosen

    @staticmethod
    def _of_margin(dimension: Dimension, broken_down: bool) -> NDArray[np.bool_]:
        return np.array([(node != TOTAL) == broken_down for node in dimension.nodes])


def _add_up(values: NDArray[Any], step: tuple[int, Counts]) -> NDArray[Any]:
    axis, sums = step
    return np.moveaxis(np.tensordot(sums, values, axes=(1, axis)), 0, axis)
