"""Who stands behind each cell: what the largest few contribute, and how many come from one offence by a group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.system import Places, System
from joinedup.statistics.disclosure.tables import Table


@dataclass(frozen=True, eq=False)
class Contributions:
    """The records behind a table.

    categories: one row a record, one column a dimension: the place of the record's category in the dimension.
    unit: what contributes to a cell as one: an offender, a force, or an offence by a group whose victims know each
    other. amount: what the record adds to its cell, whole and above zero; 1 a record unless given.
    """

    categories: NDArray[np.int64]
    unit: NDArray[np.int64]
    amount: NDArray[np.int64] | None = None

    def table(self, like: Table) -> Table:
        """The counts of these records over the dimensions of `like`."""
        shape = tuple(len(dimension.categories) for dimension in like.dimensions)
        counts = np.zeros(shape, np.int64)
        np.add.at(counts, tuple(self.categories.T), self.amounts)
        return Table(like.dimensions, counts, like.margins, like.of)

    @property
    def amounts(self) -> NDArray[np.int64]:
        """What each record adds."""
        return np.ones(len(self.unit), np.int64) if self.amount is None else self.amount


@dataclass(frozen=True, eq=False)
class Largest:
    """The largest units of cells: `places` in a system, and `amounts`, cells by rank, the largest first."""

    places: Places
    amounts: NDArray[np.int64]


def largest(system: System, table: Table, behind: Contributions, *, how_many: int = 2) -> Largest:
    """What the `how_many` largest units contribute to each cell of `table`, margins and groups included.

    Raises StatisticsError when the records do not add up to the table's counts.
    """
    if not np.array_equal(behind.table(table).counts, table.counts):
        raise StatisticsError("The records do not add up to the table.", remedy="Count the table from these records.")
    found = np.zeros((int(np.prod(table.shape)), how_many), np.int64)
    places = np.arange(len(found)).reshape(table.shape)
    for nodes in product(*(range(size) for size in table.shape)):
        found[places[nodes]] = _of_one_cell(table, behind, nodes, how_many)
    return Largest(system.places(table.cells()), found)


def _of_one_cell(table: Table, behind: Contributions, nodes: tuple[int, ...], how_many: int) -> NDArray[np.int64]:
    inside = np.ones(len(behind.unit), bool)
    for axis, (dimension, node) in enumerate(zip(table.dimensions, nodes, strict=True)):
        inside &= dimension.sums[node][behind.categories[:, axis]] > 0
    _, whose = np.unique(behind.unit[inside], return_inverse=True)
    summed = np.sort(np.bincount(whose, weights=behind.amounts[inside]).astype(np.int64))[::-1][:how_many]
    return np.pad(summed, (0, how_many - len(summed)))
