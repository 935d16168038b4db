"""Hide more until every unsafe cell is covered, cheaply though not at the least cost; then show again what can be."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.attack import CLOSE, NO_END, Numbers
from joinedup.statistics.disclosure.cover import Coverage
from joinedup.statistics.disclosure.system import Mask, System

HIDDEN_ALREADY = 1e-3
"""What moving a hidden cell weighs: next to nothing, so that moves do not wander."""
NEAR = 0.2
AT_ONCE = 100
PATIENCE = 60.0


def grow(coverage: Coverage, hidden: Mask, weights: Numbers) -> Mask:
    """Hide more than `hidden` until every side is covered: for each gap, the cells of the lightest move that closes it.

    Raises StatisticsError when a cell cannot be covered, whatever is hidden.
    Source: J. P. Kelly, B. L. Golden and A. A. Assad (1992), "Cell suppression: disclosure protection for sensitive
    tabular data", Networks 22(4), 397-417, for moving along the lightest cells.
    """
    gaps = coverage.gaps(hidden, enough=AT_ONCE)
    while len(gaps):
        grown = hidden
        for side in gaps:
            grown = grown | _closing(coverage, grown, weights, int(side))
        if not (grown & ~hidden).any():  # fractions of people can move among what is hidden, whole people cannot
            grown = hidden | _closing_whole(coverage, hidden, weights, int(gaps[0]))
        hidden = grown
        gaps = coverage.gaps(hidden, enough=AT_ONCE)
    return hidden


def _closing(coverage: Coverage, hidden: Mask, weights: Numbers, side: int) -> Mask:
    """Cells to hide for one gap, if moves need not be of whole people."""
    move = _lightest(coverage, _prices(hidden, weights), side, whole=False)
    coverage.learn(move)
    return (np.abs(move) > CLOSE) & coverage.system.printed


def _closing_whole(coverage: Coverage, hidden: Mask, weights: Numbers, side: int) -> Mask:
    move = _lightest(coverage, _prices(hidden, weights), side, whole=True)
    if not coverage.learn(move)[side]:
        _refuse(coverage.system, int(coverage.sides.places[side]))
    return (np.abs(move) > CLOSE) & coverage.system.printed


def _prices(hidden: Mask, weights: Numbers) -> Numbers:
    return np.where(hidden, HIDDEN_ALREADY, weights)


def _lightest(coverage: Coverage, prices: Numbers, side: int, *, whole: bool) -> Numbers:
    """The move of least price that takes one cell as far as is asked of it. No move if there is none."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import hstack

    system, sides = coverage.system, coverage.sides
    most = np.concatenate([np.full(len(prices), NO_END), system.counts.astype(float)])
    most[np.tile(system.out, 2)] = 0.0
    least = np.zeros(len(most))
    place, back = int(sides.places[side]), len(prices)
    at = place if sides.signs[side] > 0 else place + back
    least[at], most[at] = sides.far[side], sides.far[side]
    most[place if at != place else place + back] = 0.0
    if system.out[place]:
        return np.zeros(back)
    done = milp(
        np.tile(prices, 2), integrality=np.full(len(most), int(whole)), bounds=Bounds(least, most),
        constraints=[LinearConstraint(hstack([system.matrix, -system.matrix]), 0.0, 0.0)],
        options={"time_limit": PATIENCE, "mip_rel_gap": NEAR},
    )  # fmt: skip
    return np.zeros(back) if done.x is None else done.x[:back] - done.x[back:]


def _refuse(system: System, place: int) -> None:
    raise StatisticsError(
        f"`{system.cells[place]}` cannot be protected by hiding cells of this release.",
        remedy="What is out already, or another table, gives it away. Leave the category out, or merge it.",
    )


def shrink(coverage: Coverage, hidden: Mask, must: Mask, weights: Numbers, until: float) -> Mask:
    """Show again, heaviest first, each cell that is not in `must` and without which all is still covered."""
    for place in _heaviest(hidden & ~must & coverage.system.open_to_hide(), weights):
        if time.monotonic() > until:
            break
        fewer = hidden.copy()
        fewer[place] = False
        if not len(coverage.gaps(fewer, enough=1)):
            hidden = fewer
    return hidden


def _heaviest(cells: Mask, weights: Numbers) -> Iterator[int]:
    places = np.flatnonzero(cells)
    return iter(places[np.argsort(-weights[places], kind="stable")].tolist())
