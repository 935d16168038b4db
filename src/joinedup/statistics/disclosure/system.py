"""All that is printed, as one system of linear equations over cells: what an attacker can add and subtract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.tables import Cell, Counts, Table

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class System:
    """Cells, their true counts, and equations between them.

    counts: one a cell. printed: the cell is printed unless hidden; else it is only implied by others.
    out: printed already by an earlier release, so that it cannot be hidden any more.
    equations: each a sum and its parts, as positions of cells: the first is the sum of all others.
    broken_down: whether an equation breaks one number down by category, or (False) sets one release beside another.
    """

    cells: tuple[Cell, ...]
    counts: Counts
    printed: Mask
    out: Mask
    equations: tuple[tuple[int, ...], ...]
    broken_down: tuple[bool, ...]

    @cached_property
    def at(self) -> dict[Cell, int]:
        """The position of each cell."""
        return {cell: position for position, cell in enumerate(self.cells)}

    def places(self, cells: Iterable[Cell]) -> Places:
        """Positions of `cells`. Raises StatisticsError for one that is not here."""
        wanted = list(cells)
        for cell in wanted:
            if cell not in self.at:
                raise StatisticsError(f"There is no cell `{cell}`.", remedy="Name it as the tables do.")
        return np.array([self.at[cell] for cell in wanted], dtype=np.intp)

    @cached_property
    def matrix(self) -> Any:
        """Equations by cells as a scipy sparse array: +1 for the sum, -1 for its parts. Times the counts it is 0."""
        from scipy.sparse import csr_array

        lengths = [len(equation) for equation in self.equations]
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        columns = np.array([cell for equation in self.equations for cell in equation], dtype=np.int64)
        signs = np.full(len(columns), -1.0)
        signs[ends[:-1]] = 1.0
        return csr_array((signs, columns, ends), shape=(len(lengths), len(self.cells)))

    def open_to_hide(self) -> Mask:
        """Cells that may still be hidden: printed by this release and not out already."""
        return self.printed & ~self.out


def link(*tables: Table) -> System:
    """One system of all `tables`: cells that count the same people in the same place are one cell.

    Tables that come from one finer table should be given as that table with `margins`: an attacker also knows that the
    finer counts, which nobody prints, exist and are not below zero.

    Raises StatisticsError when two tables hold different numbers for one cell.
    """
    return merged([_alone(table) for table in tables])


def _alone(table: Table) -> System:
    counts = table.summed(table.counts).ravel().astype(np.int64)
    equations = tuple(dict.fromkeys(_equations(table)))
    return System(
        table.cells(), counts, table.printed(), np.zeros(len(counts), bool), equations, (True,) * len(equations)
    )


def _equations(table: Table) -> Iterator[tuple[int, ...]]:
    """Along each dimension, each family of nodes, at every node of the other dimensions."""
    places = np.arange(np.prod(table.shape)).reshape(table.shape)
    for axis, dimension in enumerate(table.dimensions):
        along = np.moveaxis(places, axis, 0).reshape(table.shape[axis], -1)
        for parent, parts in dimension.families:
            yield from map(tuple, along[[parent, *parts]].T.tolist())


def merged(systems: Sequence[System]) -> System:
    """One system of several. Raises StatisticsError when two hold different numbers for one cell."""
    at: dict[Cell, int] = {}
    for system in systems:
        for cell in system.cells:
            at.setdefault(cell, len(at))
    counts, printed, out = np.full(len(at), -1), np.zeros(len(at), bool), np.zeros(len(at), bool)
    equations: dict[tuple[int, ...], bool] = {}
    for system in systems:
        places = np.array([at[cell] for cell in system.cells], dtype=np.intp)
        _refuse_difference(system, counts[places])
        counts[places] = system.counts
        printed[places] |= system.printed
        out[places] |= system.out
        moved = (tuple(places[list(equation)].tolist()) for equation in system.equations)
        equations.update(zip(moved, system.broken_down, strict=True))
    return System(tuple(at), counts, printed, out, tuple(equations), tuple(equations.values()))


def _refuse_difference(system: System, known: Counts) -> None:
    wrong = np.flatnonzero((known >= 0) & (known != system.counts))
    if len(wrong):
        raise StatisticsError(
            f"Two tables hold different numbers for `{system.cells[wrong[0]]}`.",
            remedy="Give tables of other people, or of another release, another `of`.",
        )
