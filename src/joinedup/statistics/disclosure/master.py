"""What must be hidden at least, by cuts: each says that one unsafe cell cannot move unless enough others do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from joinedup.statistics.disclosure.attack import NO_END, Attacker, Numbers
from joinedup.statistics.disclosure.cover import Sides
from joinedup.statistics.disclosure.system import Mask, Places, System

TINY = 1e-7
NEVER = 2
"""scipy's status of a programme without a solution."""


@dataclass(frozen=True, eq=False)
class Cut:
    """The hidden among `places`, each times its weight, come to `least` at least."""

    places: Places
    weights: Numbers
    least: float


@dataclass(frozen=True, eq=False)
class Answer:
    """What the master says: a hiding that keeps all cuts, None if none was found in time; no hiding weighs less than
    `bound`; `never`: there is no such hiding at all."""

    hidden: Mask | None
    bound: float
    optimal: bool
    never: bool = False


def first_cuts(system: System, sides: Sides) -> Iterator[Cut]:
    """Of every equation: an unsafe cell in it moves only if others of it take up the difference, and a cell that is
    hidden alone in it is not hidden at all (M. Fischetti and J. J. Salazar (2001), section 4: bridge-less cuts)."""
    by_cell = system.matrix.tocsc()
    for place, sign, far in zip(sides.places, sides.signs, sides.far, strict=True):
        for row in by_cell.indices[by_cell.indptr[place] : by_cell.indptr[place + 1]]:
            yield _capacity(system, int(row), (int(place), int(sign), int(far)))
    free = set(np.flatnonzero(system.open_to_hide()).tolist()) - set(sides.places.tolist())
    for equation in system.equations:
        cells = np.array(equation, dtype=np.intp)
        yield from (Cut(cells, np.where(cells == cell, -1.0, 1.0), 0.0) for cell in equation if cell in free)


def _capacity(system: System, row: int, side: tuple[int, int, int]) -> Cut:
    place, sign, far = side
    cells = np.array(system.equations[row], dtype=np.intp)
    signs = np.where(np.arange(len(cells)) == 0, 1, -1)
    along = -signs * signs[cells == place] * sign  # which way each other cell would have to go
    can = np.where(along > 0, far, np.minimum(far, system.counts[cells])) / far
    others = (cells != place) & (can > 0)
    return Cut(cells[others], can[others], 1.0)


def gap_cut(attacker: Attacker, sides: Sides, side: int) -> Cut:
    """The cut that forbids the attacker's hiding, for a side that it does not cover.

    By the prices (dual values) of the attacker's linear programme: Fischetti and Salazar (2001), section 3. When only
    whole people cannot move so far, though fractions could: one more cell must be hidden, whichever.
    """
    from scipy.optimize import linprog

    system, place, sign, far = attacker.system, sides.places[side], sides.signs[side], sides.far[side]
    aim = np.zeros(len(system.counts))
    aim[place] = -sign
    bounds = np.column_stack([-system.counts[attacker.places], np.full(len(attacker.places), NO_END)])
    rows, there = attacker.rows, attacker.equations
    done = linprog(aim[attacker.places], A_eq=there, b_eq=np.zeros(len(rows)), bounds=bounds)
    if done.fun is None or -done.fun > far - TINY:
        return _one_more(system, attacker.hidden)
    left = aim - system.matrix[rows].T @ done.eqlin.marginals
    can = np.where(left < -TINY, float(far), np.where(left > TINY, left * system.counts, 0.0))
    weights = np.minimum(can, far) / far
    places = np.flatnonzero(weights > TINY)
    return Cut(places, weights[places], 1.0)


def _one_more(system: System, hidden: Mask) -> Cut:
    places = np.flatnonzero(system.open_to_hide() & ~hidden)
    return Cut(places, np.ones(len(places)), 1.0)


def cheapest(system: System, weights: Numbers, must: Places, cuts: list[Cut], seconds: float) -> Answer:
    """The hiding of least weight that hides `must` and keeps all `cuts`. Source: mixed whole programming, HiGHS."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    low, high = np.zeros(len(weights)), system.open_to_hide().astype(float)
    unseen = ~system.printed & ~system.out
    high[unseen], low[unseen], low[must] = 1.0, 1.0, 1.0
    kept = LinearConstraint(_rows(cuts, len(weights)), np.array([cut.least for cut in cuts]) - TINY, np.inf)
    options = {"time_limit": seconds, "mip_rel_gap": 0.0}
    done = milp(
        weights, integrality=np.ones(len(weights)), bounds=Bounds(low, high), constraints=[kept], options=options
    )
    hidden = None if done.x is None else done.x > 0.5
    bound = getattr(done, "mip_dual_bound", None)
    return Answer(hidden, -np.inf if bound is None else float(bound), done.status == 0, done.status == NEVER)


def _rows(cuts: list[Cut], width: int) -> Any:
    from scipy.sparse import csr_array

    ends = np.concatenate([[0], np.cumsum([len(cut.places) for cut in cuts])])
    columns: NDArray[np.intp] = np.concatenate([cut.places for cut in cuts])
    return csr_array((np.concatenate([cut.weights for cut in cuts]), columns, ends), shape=(len(cuts), width))
