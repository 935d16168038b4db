"""Whether the counts settle a model: whether its likelihood has a finite maximum, and only one.

Lists that overlap little leave models that the counts cannot settle; software then prints a number all the same. A
model is settled if the sums that it must match could come from counts without a zero (else a term runs off to
infinity) and if no two sets of terms give the same counts. A term for a pair that never overlaps is minus infinity from
the start: it leaves with its cells, and the rest is asked of what remains.

Source: S. E. Fienberg and A. Rinaldo (2012), "Maximum likelihood estimation in log-linear models", Annals of Statistics
40, 996-1023; L. Chan, B. W. Silverman and K. Vincent (2021), "Multiple Systems Estimation for Sparse Capture Data",
Journal of the American Statistical Association 116, 1297-1306, sections 2.6 and 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from joinedup.statistics.systems.fit import observable
from joinedup.statistics.systems.terms import Bools, Floats, Ints, terms_of, within

ABOVE_ZERO = 1e-6
"""People: what the linear program must leave in every cell, above its own rounding."""

FLAT = 1e-8
"""Below this a sum of squares of 0 and 1 is zero but for rounding."""

AT_ONCE = 2_000


@dataclass(frozen=True)
class Settled:
    """finite: the maximum of the likelihood exists. alone: it is the only one, so that terms can be told apart."""

    finite: bool
    alone: bool

    def __bool__(self) -> bool:
        return self.finite and self.alone


def settled(counts: Floats, models: Bools) -> Bools:
    """Which models, models x pairs of lists, the counts, one for each cell, settle.

    Nearly all are passed by sight (`_by_sight`), and most of the others decided by the one direction in which they can
    move (`_by_direction`). A settled model settles those that lack some of its pairs, which have fewer ways to run off
    and no fewer cells to stop them; one that is not settled spoils those that have more. The rest need linear programs.
    """
    done = _by_sight(counts, models)
    asked = done.copy()
    for rows in _portions(np.flatnonzero(~done)):
        done[rows], spoilt = _by_direction(counts, models[rows])
        asked[rows] = done[rows]
        for row in _fewest_pairs_first(models, rows[spoilt]):
            if not asked[row]:
                asked |= ~(models[row] & ~models).any(axis=1)
    for row in _fewest_pairs_first(models, np.flatnonzero(~asked))[::-1]:
        if asked[row]:
            continue
        found, at_fault = _ask(counts, models[row])
        if found:
            fewer = ~(models & ~models[row]).any(axis=1)
            done |= fewer
            asked |= fewer
        else:
            asked |= ~(at_fault & ~models).any(axis=1)
    return done


def _portions(rows: Ints) -> list[Ints]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


def _fewest_pairs_first(models: Bools, rows: Ints) -> Ints:
    return rows[np.argsort(models[rows].sum(axis=1), kind="stable")]


def settle(counts: Floats, model: Bools) -> Settled:
    """Ask of one model by linear program and by rank, as `checkident` in SparseMSE 2.0.1 does."""
    return _ask(counts, model)[0]


def _ask(counts: Floats, model: Bools) -> tuple[Settled, Bools]:
    """The answer, and where it is no, those of the model's pairs that are enough to make it so."""
    about = terms_of(counts)
    kept, finite = observable(about, counts[None], model[None])
    kept[:, 0] = False
    reach = about.reach[np.ix_(kept[0], finite[0])]
    least, away = _least(reach, counts[kept[0]])
    found = Settled(least > ABOVE_ZERO, bool(np.linalg.matrix_rank(reach) == reach.shape[1]))
    if found.finite:
        away = np.linalg.svd(reach)[2][-1]
    needed = np.zeros(len(about.sets), bool)
    needed[finite[0]] = np.abs(away) > FLAT
    pairs = slice(1 + about.k, None)
    return found, model & (needed[pairs] | ~finite[0, pairs])


def _least(reach: Floats, counts: Floats) -> tuple[float, Floats]:
    """The most people that the emptiest cell can have, where every term's sum stays as it is.

    With the price of each sum: where there can be none, the direction in which terms run off.
    """
    cells = len(counts)
    aim = np.append(np.zeros(cells), -1.0)
    sums = np.hstack([reach.T, np.zeros((reach.shape[1], 1))])
    above = np.hstack([-np.eye(cells), np.ones((cells, 1))])
    found = linprog(aim, A_ub=above, b_ub=np.zeros(cells), A_eq=sums, b_eq=reach.T @ counts, method="highs")
    return float(found.x[-1]), np.asarray(found.eqlin.marginals, dtype=np.float64)


def _by_sight(counts: Floats, models: Bools) -> Bools:
    """Models that are settled by cells that hold somebody, which no direction away from the maximum may change.

    Somebody on each list alone ties its term to that of all cells, and somebody on exactly the two lists of a pair ties
    the pair's. Any further cell whose lists are not one more than its pairs have terms then holds that last term still.
    """
    about = terms_of(counts)
    finite = models & ~_never_overlap(counts)
    terms_in = np.zeros((len(models), len(counts)))
    terms_in[:, about.pairs] = finite
    lists_in = np.bitwise_count(np.arange(len(counts)))
    holds = (counts > 0) & (within(terms_in) != lists_in - 1.0)
    holds[:, 0] = False
    tied = (counts[about.pairs] > 0) | ~finite
    return holds.any(axis=1) & tied.all(axis=1) & bool((counts[about.sets[1 : 1 + about.k]] > 0).all())


def _by_direction(counts: Floats, models: Bools) -> tuple[Bools, Bools]:
    """Which models are settled and which are not, where at most one direction leaves every cell with somebody as it is.

    No such direction, and the model is settled. One: it is not, if that direction raises no empty cell, or lowers none.
    """
    about = terms_of(counts)
    kept, finite = observable(about, np.broadcast_to(counts, (len(models), len(counts))), models)
    kept[:, 0] = False
    held = about.reach[counts > 0]
    both = finite[:, :, None] & finite[:, None, :]
    stiff, ways = np.linalg.eigh(np.where(both, held.T @ held, np.eye(len(about.sets))))
    first = np.zeros(kept.shape)
    first[:, about.sets] = ways[:, :, 0]
    moved = np.where(kept & (counts == 0), within(first), 0.0)
    runs = (moved <= FLAT).all(axis=1) | (moved >= -FLAT).all(axis=1)
    none, one = stiff[:, 0] > FLAT, (stiff[:, 0] <= FLAT) & (stiff[:, 1] > FLAT)
    return none | (one & ~runs), one & runs


def _never_overlap(counts: Floats) -> Bools:
    about = terms_of(counts)
    return ~observable(about, counts[None], np.ones((1, len(about.pairs)), bool))[1][0, 1 + about.k :]
