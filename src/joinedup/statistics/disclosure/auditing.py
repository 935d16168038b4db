"""The audit of what is about to be printed: attack it, and say what falls, and by which subtraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.attack import NO_END, Attacker, Interval, interval
from joinedup.statistics.disclosure.cover import Coverage, Sides
from joinedup.statistics.disclosure.rules import Needs
from joinedup.statistics.disclosure.system import Mask, System
from joinedup.statistics.disclosure.tables import Cell

TINY = 1e-7
MOST_NAMED = 8


@dataclass(frozen=True)
class Exposure:
    """An unsafe cell of which an attacker learns too much.

    interval: what can be worked out; it had to reach `low` and `high`. reason: why the cell is unsafe.
    by: the printed cells from which it follows, and how often each is added (subtracted when below zero).
    """

    interval: Interval
    low: int
    high: int
    reason: str
    by: tuple[tuple[float, Cell], ...]

    def __str__(self) -> str:
        known = self.interval
        upper = "no upper end" if known.upper is None else known.upper
        what = f"is {known.lower}" if known.recovered else f"is between {known.lower} and {upper}"
        return f"{known.cell} {what}: {_sum(self.by)}."


@dataclass(frozen=True)
class Audit:
    """What an attacker learns. `intervals`: of every hidden cell that was attacked; `exposed`: of which too much."""

    intervals: tuple[Interval, ...]
    exposed: tuple[Exposure, ...]

    @property
    def safe(self) -> bool:
        """Whether every unsafe cell is protected as asked."""
        return not self.exposed

    def refuse_unless_safe(self) -> None:
        """Raises StatisticsError, with the first cells that can be worked out, unless all are protected."""
        if self.exposed:
            raise StatisticsError(
                f"{len(self.exposed)} unsafe cells can be worked out, such as {self.exposed[0].interval.cell}.",
                remedy="Hide more of it, merge categories, or do not print the table.",
            )


def audit(system: System, hidden: Mask, needs: Needs, *, every: bool = True) -> Audit:
    """Attack what is printed when `hidden` is hidden.

    every: work out the interval of every hidden cell, and judge needs by it; else (faster, for large tables) look for
    other counts that show each need to be met, and work out intervals only where there are none.

    Source: attacker's problem, Fischetti and Salazar (2001), solved afresh: nothing is taken over from how the hiding
    was found.
    """
    attacker = Attacker(system, hidden)
    if every:
        hidden_ones = np.flatnonzero(hidden & system.open_to_hide())
        doubted = list(range(len(needs)))
    else:
        sides = Sides.of(system, needs)
        gaps = set(sides.places[Coverage(system, sides).gaps(hidden)].tolist())
        doubted = [row for row, place in enumerate(needs.places) if place in gaps]
        hidden_ones = needs.places[doubted]
    known = {int(place): interval(attacker, int(place)) for place in hidden_ones}
    judged = (_judge(attacker, needs, row, known) for row in doubted)
    return Audit(tuple(known.values()), tuple(exposure for exposure in judged if exposure))


def _judge(attacker: Attacker, needs: Needs, row: int, known: dict[int, Interval]) -> Exposure | None:
    place, low, high = int(needs.places[row]), int(needs.low[row]), int(needs.high[row])
    found = known.get(place) or interval(attacker, place)
    too_high, too_low = found.lower > low, found.upper is not None and found.upper < high
    if not too_high and not too_low:
        return None
    return Exposure(found, low, high, needs.reasons[row], _follows_from(attacker, place, +1 if too_low else -1))


def _follows_from(attacker: Attacker, place: int, sign: int) -> tuple[tuple[float, Cell], ...]:
    """The printed cells whose sum bounds the cell from above (+1) or below (-1): dual values of the attacker's
    programme."""
    from scipy.optimize import linprog

    system = attacker.system
    if not attacker.hidden[place]:
        return ((1.0, system.cells[place]),)
    aim = np.zeros(len(system.counts))
    aim[place] = -sign
    bounds = np.column_stack([-system.counts[attacker.places], np.full(len(attacker.places), NO_END)])
    zeros = np.zeros(len(attacker.rows))
    done = linprog(aim[attacker.places], A_eq=attacker.equations, b_eq=zeros, bounds=bounds)
    times = -sign * (aim - system.matrix[attacker.rows].T @ done.eqlin.marginals)
    seen = np.flatnonzero((np.abs(times) > TINY) & ~attacker.hidden)
    seen = seen[np.argsort(-times[seen], kind="stable")]  # what is added first
    return tuple((round(float(times[cell]), 6), system.cells[cell]) for cell in seen)


def _sum(by: tuple[tuple[float, Cell], ...]) -> str:
    parts = [f"{'-' if times < 0 else '+'} {'' if abs(times) == 1 else f'{abs(times):g} x '}[{c}]" for times, c in by]
    more = [f"and {len(parts) - MOST_NAMED} more"] if len(parts) > MOST_NAMED else []
    return " ".join([*parts[:MOST_NAMED], *more]) or "nothing that is printed"
