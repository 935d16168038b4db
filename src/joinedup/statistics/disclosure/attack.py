"""The attacker: has every printed number, knows that counts are whole and not below zero, and subtracts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from joinedup.statistics.disclosure.system import Mask, Places, System
from joinedup.statistics.disclosure.tables import Cell

Numbers = NDArray[np.float64]
CLOSE = 1e-6
NO_END = 1e7
"""Counts that can go up by this much have no upper end; no table of people is so large."""
OUT_OF_TIME = 1  # scipy's status
PATIENCE = 5.0
"""Seconds for one programme. One that takes longer shows nothing, so its cell counts as not protected."""


@dataclass(frozen=True)
class Interval:
    """What an attacker knows of `cell`: from `lower` to `upper`, both whole; None is no upper end at all."""

    cell: Cell
    lower: int
    upper: int | None

    @property
    def recovered(self) -> bool:
        """Whether nothing but the true count is left."""
        return self.lower == self.upper


class Attacker:
    """The hidden cells of a system and the equations that still hold between them.

    A move is another set of counts that would print the same, as its difference from the true counts of all cells.
    unfinished: whether a programme ran out of time, so that more may be possible than was found.
    """

    def __init__(self, system: System, hidden: Mask) -> None:
        self.system = system
        self.hidden = (hidden | ~system.printed) & ~system.out
        self.places: Places = np.flatnonzero(self.hidden)
        among = system.matrix[:, self.places]
        self.rows: Places = np.flatnonzero(np.diff(among.indptr))
        self.equations: Any = among[self.rows]
        self.unfinished = False

    def farthest(self, aim: Numbers, most: Numbers, *, whole: bool, within: float = 0.0) -> Numbers:
        """The move that goes farthest along `aim`, no cell going up by more than `most`.

        whole: only by whole people. within: how far from the farthest will do, as a share of it.
        No move at all when none was found in time. Source: linear programming, HiGHS.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp

        held = [LinearConstraint(self.equations, 0.0, 0.0)] if len(self.rows) else []
        bounds = Bounds(-self.system.counts[self.places], most[self.places])
        options = {"time_limit": PATIENCE, "mip_rel_gap": within}
        kind = np.full(len(self.places), int(whole))
        done = milp(-aim[self.places], integrality=kind, bounds=bounds, constraints=held, options=options)
        self.unfinished |= done.status == OUT_OF_TIME
        move = np.zeros(len(aim))
        if done.x is not None:
            move[self.places] = done.x
        return move

    def towards(self, place: int, sign: int) -> Numbers:
        """The move of one cell up (+1) or down (-1), as far as it goes, by whole people."""
        aim, ends = np.zeros(len(self.hidden)), np.full(len(self.hidden), NO_END)
        aim[place] = sign
        move = self.farthest(aim, ends, whole=False)
        return move if is_whole(move) else self.farthest(aim, ends, whole=True)

    def least(self, place: int, far: int, *, whole: bool = False) -> Numbers:
        """The move that takes one cell `far` up (or down, below zero) and moves as few people else as can be.

        Few moves are of whole people more often than the farthest ones are. No move at all when there is none.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import hstack

        at, n = int(np.searchsorted(self.places, place)), len(self.places)
        low, high = np.zeros(2 * n), np.concatenate([np.full(n, NO_END), self.system.counts[self.places]])
        high[at], high[at + n] = max(far, 0), max(-far, 0)
        low[at], low[at + n] = high[at], high[at + n]
        held = [LinearConstraint(hstack([self.equations, -self.equations]), 0.0, 0.0)] if len(self.rows) else []
        options = {"time_limit": PATIENCE, "mip_rel_gap": 1.0}
        done = milp(
            np.ones(2 * n), integrality=np.full(2 * n, int(whole)), bounds=Bounds(low, high), constraints=held,
            options=options,
        )  # fmt: skip
        self.unfinished |= done.status == OUT_OF_TIME
        move = np.zeros(len(self.hidden))
        if done.x is not None:
            move[self.places] = done.x[:n] - done.x[n:]
        return move if whole or is_whole(move) else self.least(place, far, whole=True)


def is_whole(move: Numbers) -> bool:
    """Whether a move is one of whole people."""
    return bool(np.abs(move - np.round(move)).max(initial=0.0) < CLOSE)


def intervals(system: System, hidden: Mask, cells: Iterable[Cell] | None = None) -> list[Interval]:
    """What an attacker can work out of hidden cells: of every printed-but-hidden one, or of `cells`.

    hidden: which cells of the system are not shown. Cells that are shown have an interval of one number.

    Counts are whole. Where the linear programme ends between whole numbers, the whole programme is solved.
    Raises StatisticsError for a cell that is not in the system.
    Source: attacker's problem of M. Fischetti and J. J. Salazar (2001), "Solving the Cell Suppression Problem on
    Tabular Data with Linear Constraints", Management Science 47(7), 1008-1027.
    """
    attacker = Attacker(system, hidden)
    places = np.flatnonzero(hidden & system.open_to_hide()) if cells is None else system.places(cells)
    return [interval(attacker, int(place)) for place in places]


def interval(attacker: Attacker, place: int) -> Interval:
    """What an attacker can work out of the cell at `place`."""
    count, cell = int(attacker.system.counts[place]), attacker.system.cells[place]
    if not attacker.hidden[place]:
        return Interval(cell, count, count)
    down, up = (_far(attacker.towards(place, sign)[place]) for sign in (-1, +1))
    return Interval(cell, count - down, None if up >= NO_END / 2 else count + up)


def _far(moved: float) -> int:
    """Whole people within what a move shows: one that is not whole could not be finished in time."""
    return int(np.floor(abs(moved) + CLOSE))
