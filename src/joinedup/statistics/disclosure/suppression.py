"""Secondary suppression: the least that must be hidden so that nothing unsafe can be worked out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np

from joinedup.statistics.disclosure.attack import Attacker, Numbers
from joinedup.statistics.disclosure.cover import Coverage, Sides
from joinedup.statistics.disclosure.grow import grow, shrink
from joinedup.statistics.disclosure.master import cheapest, first_cuts, gap_cut
from joinedup.statistics.disclosure.rules import Needs
from joinedup.statistics.disclosure.system import Mask, System
from joinedup.statistics.disclosure.tables import Cell, Table

FOR_CUTS = 0.6
"""Share of the time that goes to finding the least; the rest is for making safe what there is by then."""
CUTS_AT_ONCE = 100


@dataclass(frozen=True, eq=False)
class Suppression:
    """A system with what is hidden of it. Every unsafe cell was shown to be covered before this was made.

    hidden: cells not to be shown. primary: those of them that are unsafe themselves; the others are secondary.
    weight: what is hidden weighs in all; bound: no safe hiding weighs less. optimal: whether the two are one.
    """

    system: System
    needs: Needs
    hidden: Mask
    weight: float
    bound: float
    optimal: bool
    seconds: float

    @property
    def primary(self) -> tuple[Cell, ...]:
        """Printed cells that are hidden because they are unsafe themselves."""
        return self._cells(self.hidden & self._unsafe())

    @property
    def secondary(self) -> tuple[Cell, ...]:
        """Cells that are hidden so that others cannot be worked out."""
        return self._cells(self.hidden & ~self._unsafe())

    @property
    def people(self) -> int:
        """How many people (or records) the secondary cells count, each cell on its own."""
        return int(self.system.counts[self.hidden & ~self._unsafe()].sum())

    def __str__(self) -> str:
        how = (
            "the least possible"
            if self.optimal
            else f"safe, but perhaps not the least: time ran out ({self.seconds:.0f} s)"
        )
        return f"{len(self.primary)} unsafe cells hidden, and {len(self.secondary)} more: {how}."

    def _unsafe(self) -> Mask:
        unsafe = np.zeros(len(self.hidden), bool)
        unsafe[self.needs.places] = True
        return unsafe

    def _cells(self, chosen: Mask) -> tuple[Cell, ...]:
        return tuple(self.system.cells[place] for place in np.flatnonzero(chosen))


def suppress(
    system: System, needs: Needs, *, least: Literal["people", "cells"] = "people", seconds: float = 60.0
) -> Suppression:
    """Hide every unsafe cell that is printed, and as little more as protects all of `needs`.

    least: "people" weighs a hidden cell by its count and one more (so that empty cells are not hidden for nothing);
    "cells" by one, people deciding between equals. seconds: how long to look for the least; after it, what is found
    is made safe by hiding more, which takes as long as it takes, and `optimal` is False.

    No total is ever worked out anew from what is shown: what is shown is what was counted.

    Raises StatisticsError when a cell cannot be protected, as when an earlier release gives it away.
    Source: M. Fischetti and J. J. Salazar (2001), "Solving the Cell Suppression Problem on Tabular Data with Linear
    Constraints", Management Science 47(7), 1008-1027.
    """
    began = time.monotonic()
    search = _Search(system, needs, _weights(system, least), began + seconds * FOR_CUTS)
    hidden, bound, optimal = search.run()
    if not optimal:
        hidden = shrink(search.coverage, hidden, search.must, search.weights, began + seconds)
    weight = float(search.weights[hidden].sum())
    return Suppression(system, needs, hidden, weight, min(bound, weight), optimal, time.monotonic() - began)


def _weights(system: System, least: str) -> Numbers:
    counts = system.counts.astype(float)
    weights = counts + 1.0 if least == "people" else 1.0 + counts / (counts.sum() + 1.0)
    return np.where(system.open_to_hide(), weights, 0.0)


class _Search:
    """Cuts, a cheapest hiding that keeps them, the gaps it leaves, cuts against those, and again."""

    def __init__(self, system: System, needs: Needs, weights: Numbers, until: float) -> None:
        self.system, self.weights, self.until = system, weights, until
        self.sides = Sides.of(system, needs)
        self.coverage = Coverage(system, self.sides)
        self.must = np.zeros(len(weights), bool)
        self.must[needs.places] = True
        self.must &= system.open_to_hide()
        self.cuts = list(first_cuts(system, self.sides))
        self.bound = float(weights[self.must].sum())

    def run(self) -> tuple[Mask, float, bool]:
        """A safe hiding, the bound, and whether it is the least."""
        hidden = self.must
        if not len(self.sides.far):
            return hidden, self.bound, True
        while (left := self.until - time.monotonic()) > 0:
            answer = cheapest(self.system, self.weights, np.flatnonzero(self.must), self.cuts, left)
            self.bound = max(self.bound, answer.bound)
            if answer.never or answer.hidden is None:
                break
            hidden = answer.hidden & self.system.open_to_hide()
            gaps = self.coverage.gaps(hidden, enough=CUTS_AT_ONCE)
            if not len(gaps):
                return hidden, self.bound, answer.optimal
            if self.coverage.unfinished:
                break
            attacker = Attacker(self.system, hidden)
            self.cuts += [gap_cut(attacker, self.sides, int(side)) for side in gaps]
        return grow(self.coverage, hidden, self.weights), self.bound, False


def shown(done: Suppression, table: Table) -> list[int | None]:
    """The numbers of `table.cells()` to print: None is hidden, or is not printed at all; all else as counted."""
    places = done.system.places(table.cells())
    seen = done.system.printed[places] & ~done.hidden[places]
    return [int(done.system.counts[place]) if show else None for place, show in zip(places, seen, strict=True)]
