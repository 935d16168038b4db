"""Rounding instead of hiding: every number to a multiple of 5, and what can still be worked out. Never both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.attack import CLOSE, PATIENCE, Interval
from joinedup.statistics.disclosure.rules import Needs
from joinedup.statistics.disclosure.system import System
from joinedup.statistics.disclosure.tables import Counts

BASE = 5
Way = Literal["nearest", "random", "controlled"]


@dataclass(frozen=True, eq=False)
class Rounded:
    """A system with every printed number rounded; `numbers` one a cell, -1 where nothing is printed.

    reach: a number can stand for counts up to this much below or above it.
    """

    system: System
    numbers: Counts
    base: int
    way: Way
    reach: int


def round_to(system: System, *, base: int = BASE, way: Way = "nearest", seed: int | None = None) -> Rounded:
    """Round every printed number to a multiple of `base`, totals on their own: they need not be sums of their parts.

    way: "nearest", each to the nearest, halves up; "random", each up or down so that on average it is itself, which
    needs a `seed` that is kept secret and used again for the same table; "controlled", each to a multiple next to it
    such that parts still add up to totals, as near as can be (a whole programme).

    Raises StatisticsError for a base below 2, a system some of which is out already (a rounded number beside the true
    one gives it away), a missing seed, and when no controlled rounding exists.
    Source: ACRO's default base of 5; L. H. Cox (1987), "A Constructive Procedure for Unbiased Controlled Rounding",
    JASA 82(398), 520-524.
    """
    if base < 2:
        raise StatisticsError("Rounding to a base below 2 changes nothing.", remedy="Round to 5, or what you must.")
    if system.out.any():
        raise StatisticsError("Rounding is never mixed with a release that is out.", remedy="Suppress this one too.")
    numbers = np.where(system.printed, _rounded(system, base, way, seed), -1)
    return Rounded(system, numbers, base, way, base // 2 if way == "nearest" else base - 1)


def _rounded(system: System, base: int, way: Way, seed: int | None) -> Counts:
    below, over = np.divmod(system.counts, base)
    if way == "nearest":
        return base * (below + (2 * over >= base))
    if way == "random":
        if seed is None:
            raise StatisticsError("Random rounding needs a seed, so that one table is rounded one way.")
        return base * (below + (np.random.default_rng(seed).random(len(over)) < over / base))
    return base * (below + _controlled(system, below * base, over, base))


def _controlled(system: System, below: Counts, over: Counts, base: int) -> Counts:
    """Which cells go up, so that all adds up with the least distance. Cells that are multiples already stay."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rest = np.asarray(system.matrix @ below, dtype=float)
    kept = LinearConstraint(system.matrix * base, -rest, -rest)
    price = (base - 2.0 * over) * np.where(system.printed, 1.0, 0.0)
    done = milp(
        price, integrality=np.ones(len(over)), bounds=Bounds(0, (over > 0).astype(float)), constraints=[kept],
        options={"time_limit": PATIENCE},
    )  # fmt: skip
    if done.x is None:
        raise StatisticsError(
            "No controlled rounding of these tables was found.", remedy="Round at random, or suppress."
        )
    return np.round(done.x).astype(np.int64)


def rounded_intervals(rounded: Rounded) -> list[Interval]:
    """What an attacker, who knows how it was rounded, can work out of each printed cell. Counts are whole."""
    system = rounded.system
    low = np.where(system.printed, np.maximum(0, rounded.numbers - rounded.reach), 0)
    high = np.where(system.printed, rounded.numbers + _up(rounded), np.inf)
    return [
        Interval(
            system.cells[place], _end(system, (low, high), int(place), +1), _end(system, (low, high), int(place), -1)
        )
        for place in np.flatnonzero(system.printed)
    ]


def _up(rounded: Rounded) -> int:
    """How far above its number a count can be: with halves going up, an even base reaches one less."""
    return rounded.reach - (rounded.way == "nearest" and rounded.base % 2 == 0)


def _end(system: System, ends: tuple[Any, Any], place: int, sign: int) -> int:
    """The least (+1) or greatest (-1) that the cell can be."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    aim = np.zeros(len(system.counts))
    aim[place] = sign
    held = LinearConstraint(system.matrix, 0.0, 0.0)
    options = {"time_limit": PATIENCE}
    done = milp(aim, integrality=np.ones(len(aim)), bounds=Bounds(*ends), constraints=[held], options=options)
    return int(system.counts[place]) if done.status else round(float(done.x[place]) + CLOSE)


def exposed_by_rounding(rounded: Rounded, needs: Needs, *, width: int | None = None) -> list[Interval]:
    """Unsafe printed cells of which too much can be worked out: an interval of fewer than `width` people from end to
    end, by default half the base; empty when the rounding is safe."""
    asked = rounded.base // 2 if width is None else width
    unsafe = {rounded.system.cells[place] for place in needs.places}
    known = rounded_intervals(rounded)
    return [one for one in known if one.cell in unsafe and one.upper is not None and one.upper - one.lower < asked]
