"""The table of a whole beside the same table of each of its parts, where somebody may be counted in several parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from joinedup.statistics.disclosure.rules import Rules, needs
from joinedup.statistics.disclosure.suppression import suppress
from joinedup.statistics.disclosure.system import System
from joinedup.statistics.disclosure.tables import TOTAL, Cell
from joinedup.statistics.disclosure.threshold import THRESHOLD

Table = Mapping[str, int]
"""Counts by category. Everybody is in one."""

Place = tuple[str, str]
"""A table's name, and a category of it or `TOTAL`."""


class _Cells:
    """Cells and the equations between them, as they are thought of."""

    def __init__(self, of: str) -> None:
        self.of = of
        self.counts: dict[Cell, int] = {}
        self.printed: dict[Cell, bool] = {}
        self.equations: list[tuple[Cell, ...]] = []
        self.broken_down: list[bool] = []

    def cell(self, name: str, category: str, count: int, *, printed: bool) -> Cell:
        cell = Cell(self.of, (("category", category), ("table", name)))
        self.counts[cell], self.printed[cell] = count, printed
        return cell

    def equal(self, total: Cell, *parts: Cell, broken_down: bool) -> None:
        self.equations.append((total, *parts))
        self.broken_down.append(broken_down)

    def system(self) -> System:
        at = {cell: place for place, cell in enumerate(self.counts)}
        return System(
            tuple(self.counts),
            np.array(list(self.counts.values()), dtype=np.int64),
            np.array(list(self.printed.values())),
            np.zeros(len(at), bool),
            tuple(tuple(at[cell] for cell in equation) for equation in self.equations),
            tuple(self.broken_down),
        )


def nested(whole: Table, parts: Mapping[str, Table], *, of: str = "people") -> System:
    """One system of a whole's table and of each part's. Cells are found by `place`.

    What an attacker knows: everybody in a part is in the whole, so that those who are only elsewhere can be subtracted;
    and the parts come to the whole and those who are in several of them, of whom there are none too few to be nobody.
    Raises StatisticsError for a part that counts more than the whole does.
    """
    cells = _Cells(of)
    at = {TOTAL: _add_table(cells, TOTAL, whole)}
    for name, part in parts.items():
        at[name] = _add_table(cells, name, {category: part.get(category, 0) for category in whole})
        _add_rest(cells, at[TOTAL], at[name], name)
    if parts:
        _add_several(cells, at)
    return cells.system()


def place(system: System, table: str, category: str) -> int:
    """The position of a category of a part, or of the whole under the name `TOTAL`."""
    return system.at[Cell(system.cells[0].of, (("category", category), ("table", table)))]


def _add_table(cells: _Cells, name: str, table: Table) -> dict[str, Cell]:
    made = {category: cells.cell(name, category, count, printed=True) for category, count in table.items()}
    made[TOTAL] = cells.cell(name, TOTAL, sum(table.values()), printed=True)
    cells.equal(made[TOTAL], *(made[category] for category in table), broken_down=True)
    return made


def _add_rest(cells: _Cells, whole: Mapping[str, Cell], part: Mapping[str, Cell], name: str) -> None:
    for category, cell in whole.items():
        left = cells.counts[cell] - cells.counts[part[category]]
        rest = cells.cell(f"all but {name}", category, left, printed=False)
        cells.equal(cell, part[category], rest, broken_down=False)


def _add_several(cells: _Cells, at: Mapping[str, Mapping[str, Cell]]) -> None:
    for category, cell in at[TOTAL].items():
        held = [cells_of[category] for name, cells_of in at.items() if name != TOTAL]
        count = sum(cells.counts[one] for one in held)
        summed = cells.cell("sum of parts", category, count, printed=False)
        again = cells.cell("counted again", category, count - cells.counts[cell], printed=False)
        cells.equal(summed, *held, broken_down=False)
        cells.equal(summed, cell, again, broken_down=False)


def safe_places(
    tables: Mapping[str, tuple[Table, Mapping[str, Table]]], *, threshold: int = THRESHOLD
) -> dict[str, set[Place]]:
    """By table, the cells that may be shown: of the whole, and of every part.

    tables: each told of the same people by another characteristic, a whole and its parts, so that they share totals.
    The totals are settled first. What is hidden is settled for all parts at once, and depends neither on which of them
    is looked at nor on the time that it takes. Raises StatisticsError where a part counts more than the whole.
    """
    if not tables:
        return {}
    whole, parts = next(iter(tables.values()))
    totals = nested({"everybody": sum(whole.values())}, {n: {"everybody": sum(t.values())} for n, t in parts.items()})
    shown = _shown(totals, Rules(threshold=threshold, zeros="none"))
    known = {name for name, category in shown if category == TOTAL}
    return {
        name: _shown(_with_totals(nested(*told), known), Rules(threshold=threshold)) for name, told in tables.items()
    }


def _with_totals(system: System, known: set[str]) -> System:
    """Totals that are shown are out; the others, and all that stands under them, are never printed."""
    printed, out = system.printed.copy(), system.out.copy()
    for position, cell in enumerate(system.cells):
        (_, category), (_, name) = cell.where
        if name not in known:
            printed[position] = False
        elif category == TOTAL and printed[position]:
            out[position] = True
    return replace(system, printed=printed, out=out)


def _shown(system: System, rules: Rules) -> set[Place]:
    done = suppress(system, needs(system, rules), seconds=0.0)
    return set(_places(system, done.hidden))


def _places(system: System, hidden: np.ndarray) -> Iterator[Place]:
    for position in np.flatnonzero(system.printed & ~hidden):
        (_, category), (_, name) = system.cells[position].where
        yield name, category
