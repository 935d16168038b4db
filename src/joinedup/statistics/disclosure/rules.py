"""Primary suppression: which cells are unsafe in themselves, and how unsure an attacker must be left of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.contributions import Largest
from joinedup.statistics.disclosure.system import Places, System
from joinedup.statistics.disclosure.tables import Cell
from joinedup.statistics.disclosure.threshold import THRESHOLD

SMALL = "a small count"
ZERO = "nobody"
WHOLE = "everyone of a row"
DOMINANCE = "the largest few make up most of it"
P_RATIO = "the second largest could estimate the largest"
GROUP = "victims of one group offence know each other"
NAMED = "named as unsafe"


@dataclass(frozen=True)
class Rules:
    """What makes a cell unsafe.

    threshold: counts of 1 to one less are unsafe. zeros: "rows": a row of the threshold or more that falls into one
    cell is unsafe, since everyone in it is then known to be there; "all": every zero is; "none": neither.
    unprinted: whether the rules also hold for counts that nobody prints and that could be worked out.
    """

    threshold: int = THRESHOLD
    zeros: Literal["rows", "all", "none"] = "rows"
    unprinted: bool = True

    def __post_init__(self) -> None:
        if self.threshold < 2:
            raise StatisticsError("A threshold below 2 protects nobody.", remedy="Use 10, or what your rules say.")


@dataclass(frozen=True, eq=False)
class Needs:
    """Unsafe cells and their protection levels.

    An attacker's interval for the cell at `places[i]` must reach down to `low[i]` and up to `high[i]`, or farther.
    """

    places: Places
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    reasons: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.places)


Need = tuple[int, int, int, str]


def needs(system: System, rules: Rules | None = None, *more: Iterable[Need]) -> Needs:
    """The unsafe cells of `system` by threshold and zeros, and `more` of them: see `dominant`, `one_group`, `named`.

    Small counts: an attacker must not be able to rule out zero, nor a count of the threshold.
    Source: ACRO's defaults (AI-SDC/ACRO 1.0.2: threshold 10, zeros are disclosive); A. Hundepool et al. (2012),
    "Statistical Disclosure Control", chapter 4.
    """
    rules = rules or Rules()
    found = [*_small(system, rules), *_zeros(system, rules), *(need for some in more for need in some)]
    if not rules.unprinted:
        found = [need for need in found if system.printed[need[0]]]
    return _joined(found)


def _joined(found: Iterable[Need]) -> Needs:
    """The widest of what is asked for each cell."""
    at: dict[int, Need] = {}
    for place, low, high, reason in found:
        had = at.get(place, (place, low, high, ""))
        reasons = ", ".join(filter(None, dict.fromkeys([had[3], reason])))
        at[place] = (place, min(low, had[1]), max(high, had[2]), reasons)
    rows = [at[place] for place in sorted(at)]
    ends = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3)
    return Needs(ends[:, 0].astype(np.intp), ends[:, 1], ends[:, 2], tuple(row[3] for row in rows))


def _small(system: System, rules: Rules) -> Iterator[Need]:
    for place in np.flatnonzero((system.counts > 0) & (system.counts < rules.threshold)):
        yield int(place), 0, rules.threshold, SMALL


def _zeros(system: System, rules: Rules) -> Iterator[Need]:
    if rules.zeros == "all":
        yield from ((int(place), 0, rules.threshold, ZERO) for place in np.flatnonzero(system.counts == 0))
    if rules.zeros == "rows":
        yield from _whole_rows(system, rules.threshold)


def _whole_rows(system: System, threshold: int) -> Iterator[Need]:
    """The cell that holds a whole row. As many as the threshold must be able to be elsewhere, or everyone."""
    for (total, *parts), is_row in zip(system.equations, system.broken_down, strict=True):
        count = int(system.counts[total])
        if is_row and len(parts) > 1 and count >= threshold:
            yield from ((p, count - threshold, count, WHOLE) for p in parts if system.counts[p] == count)


def dominant(system: System, behind: Largest, *, n: int = 2, k: float = 0.9, p: float = 0.1) -> list[Need]:
    """Cells where the `n` largest units hold more than `k` of it, or the second largest could estimate the largest
    to within `p`; `behind` from `largest`, with at least `n` (and two) units a cell.

    Protection is what makes the cell safe by its rule: up by what would be needed, and down as far.

    Source: n-k and p-ratio rules with ACRO's defaults; protection levels from A. Hundepool et al. (2012),
    "Statistical Disclosure Control", section 4.2.2.
    """
    if behind.amounts.shape[1] < max(n, 2):
        raise StatisticsError(f"The {max(n, 2)} largest units of a cell are needed.", remedy="Ask `largest` for them.")
    counts = system.counts[behind.places]
    top, second = behind.amounts[:, 0], behind.amounts[:, 1]
    by_share = behind.amounts[:, :n].sum(axis=1) / k - counts
    by_ratio = p * top - (counts - top - second)
    asked = ((by_share, DOMINANCE), (by_ratio, P_RATIO))
    return [need for short, reason in asked for need in _short_of(behind.places, counts, short, reason)]


def _short_of(places: Places, counts: NDArray[np.int64], short: NDArray[np.float64], reason: str) -> Iterator[Need]:
    for row in np.flatnonzero((short > 1e-9) & (counts > 0)):
        needed = int(np.ceil(short[row]))
        yield int(places[row]), max(0, int(counts[row]) - needed), int(counts[row]) + needed, reason


def one_group(system: System, behind: Largest, *, threshold: int = THRESHOLD) -> list[Need]:
    """Cells that identify themselves: without the largest one offence by a group, fewer than `threshold` are left.

    Victims of one offence by a group know each other, and so how many of a cell they are: what they cannot subtract is
    only the rest. `behind`: from `largest`, with the offence as the unit.
    """
    counts, most = system.counts[behind.places], behind.amounts[:, 0]
    unsafe = np.flatnonzero((counts > 0) & (counts - most < threshold))
    return [(int(behind.places[row]), 0, int(most[row]) + threshold, GROUP) for row in unsafe]


def named(system: System, cells: Iterable[Cell], *, threshold: int = THRESHOLD) -> list[Need]:
    """Cells that you know to be unsafe, whatever their count, such as those of one known group offence."""
    places = system.places(cells)
    return [(int(place), 0, int(system.counts[place]) + threshold, NAMED) for place in places]
