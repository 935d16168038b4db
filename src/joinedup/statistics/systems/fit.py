"""Maximum likelihood for many log-linear models at once, where it is known to exist (see `existence`).

Counts are Poisson, and their logarithm is a sum of terms. Each model takes Newton steps, which are also those of
iteratively reweighted least squares, until a step would gain nothing; a step that would lose is halved. All models are
one array: any two terms meet in the cells that have all their lists, so that a few additions are all a step needs.

A pair of lists that never overlaps, where a model has a term for it, has its maximum at minus infinity: every cell with
both lists is then exactly 0, and is left out with the term, as in SparseMSE 2.0.1.
Source: P. McCullagh and J. A. Nelder (1989), Generalized Linear Models, section 2.5, for the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from joinedup.errors import StatisticsError
from joinedup.statistics.systems.terms import Bools, Floats, Ints, Terms, around, terms_of, within

AT_ONCE = 300_000
"""Numbers in the largest array of one batch: few enough to stay near the processor."""

STEPS, HALVINGS, NOTHING = 200, 40, 1e-10


@dataclass(frozen=True)
class Fits:
    """One row for each model, in order.

    values, errors: models x terms and their standard errors; minus infinity for a pair that never overlaps, and not a
    number for a term that a model has not. loglik: of the counts, with its constant. parameters: how many terms.
    """

    values: Floats
    errors: Floats
    loglik: Floats
    parameters: Ints

    @property
    def log_unseen(self) -> Floats:
        """Logarithm of the people on no list."""
        return self.values[:, 0]


@dataclass(frozen=True)
class _Batch:
    """Models with equally many finite terms.

    counts, kept: models x cells. which: models x those terms, as sets. meet: models x terms x terms, both as one set.
    """

    counts: Floats
    kept: Bools
    which: Ints
    meet: Ints

    def part(self, rows: Bools) -> _Batch:
        return _Batch(self.counts[rows], self.kept[rows], self.which[rows], self.meet[rows])


def fit(counts: Floats, models: Bools, unseen: bool = False) -> Fits:
    """Fit every model. The caller has seen to it that each has a finite maximum that is the only one.

    counts: people by cell, 2^k for all models or models x 2^k, one row for each; they need not be whole.
    models: models x pairs of lists. unseen: whether place 0, those on no list, is given too and is fitted.

    Raises StatisticsError where a maximum is not reached, which then is infinite.
    """
    about = terms_of(counts)
    every = np.broadcast_to(counts, (len(models), counts.shape[-1]))
    kept, finite = observable(about, every, models)
    kept[:, 0] = unseen
    values, errors = np.full((2, *finite.shape), np.nan)
    loglik = np.empty(len(models))
    for rows in _batches(finite):
        batch = _batch(about, every[rows], kept[rows], finite[rows])
        held, found = finite[rows], _climb(batch)
        values[rows] = _placed(held, found, values[rows])
        errors[rows] = _placed(held, _errors(batch, found), errors[rows])
        loglik[rows] = _loglik(batch, found) - _constant(batch)
    values[:, 1 + about.k :][models & ~finite[:, 1 + about.k :]] = -np.inf
    return Fits(values, errors, loglik, 1 + about.k + models.sum(axis=1))


def observable(about: Terms, counts: Floats, models: Bools) -> tuple[Bools, Bools]:
    """Which cells can hold anybody under each model, models x cells, and which terms of it are finite."""
    empty = models & (around(counts)[:, about.pairs] == 0)
    shut = np.zeros(counts.shape)
    shut[:, about.pairs] = empty
    always = np.ones((len(models), 1 + about.k), bool)
    return within(shut) == 0, np.concatenate([always, models & ~empty], axis=1)


def _batches(finite: Bools) -> Iterator[Ints]:
    """Rows of models with equally many finite terms, so that none carries room for terms that it has not."""
    many = finite.sum(axis=1)
    for size in np.unique(many):
        rows = np.flatnonzero(many == size)
        yield from np.array_split(rows, 1 + len(rows) * size * size // AT_ONCE)


def _batch(about: Terms, counts: Floats, kept: Bools, finite: Bools) -> _Batch:
    which = about.sets[np.nonzero(finite)[1]].reshape(len(finite), -1)
    return _Batch(counts, kept, which, which[:, :, None] | which[:, None, :])


def _placed(held: Bools, found: Floats, into: Floats) -> Floats:
    into[held] = found.ravel()
    return into


def _errors(batch: _Batch, found: Floats) -> Floats:
    inverse = np.linalg.inv(_information(batch, _means(batch, found)))
    return np.sqrt(np.diagonal(inverse, axis1=1, axis2=2), dtype=np.float64)


def _constant(batch: _Batch) -> Floats:
    return np.where(batch.kept, gammaln(batch.counts + 1), 0.0).sum(axis=1)


def _climb(batch: _Batch) -> Floats:
    """The parameters at each maximum, models x their finite terms."""
    found = _first(batch)
    going, at = np.arange(len(found)), _loglik(batch, found)
    for _ in range(STEPS):
        step, gain = _step(batch, found[going])
        moved, at = _uphill(batch, found[going], step, at)
        found[going] = moved
        more = gain > NOTHING
        if not more.any():
            return found
        going, at, batch = going[more], at[more], batch.part(more)
    raise StatisticsError(
        "A model of the lists has no finite estimate.", remedy="Leave out the term of a pair that hardly overlaps."
    )


def _first(batch: _Batch) -> Floats:
    """Least squares on logarithms of the counts, half a person added to each, as the first of reweighted steps."""
    near = np.where(batch.kept, batch.counts + 0.5, 0.0)
    return _solve(batch, near, near * np.where(batch.kept, np.log(batch.counts + 0.5) - 0.5 / (batch.counts + 0.5), 0))


def _step(batch: _Batch, found: Floats) -> tuple[Floats, Floats]:
    """The Newton step, and twice what it gains if the likelihood is a parabola."""
    means = _means(batch, found)
    left = np.where(batch.kept, batch.counts - means, 0.0)
    step = _solve(batch, means, left)
    return step, (step * _over_terms(batch, left)).sum(axis=1)


def _uphill(batch: _Batch, found: Floats, step: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Take the step, or as large a part of it as does not lose likelihood."""
    part = np.ones(len(found))
    for _ in range(HALVINGS):
        there = found + part[:, None] * step
        reached = _loglik(batch, there)
        worse = ~(reached >= at - 1e-9 * (1 + np.abs(at)))
        if not worse.any():
            break
        part[worse] /= 2
    return there, reached


def _solve(batch: _Batch, weights: Floats, right: Floats) -> Floats:
    solved = np.linalg.solve(_information(batch, weights), _over_terms(batch, right)[:, :, None])
    return np.asarray(solved[:, :, 0], dtype=np.float64)


def _over_terms(batch: _Batch, values: Floats) -> Floats:
    """Values of cells, summed over those that each term reaches."""
    return np.take_along_axis(around(values), batch.which, axis=1)


def _information(batch: _Batch, weights: Floats) -> Floats:
    """Weighted sums of squares and products of the terms."""
    flat = batch.meet.reshape(len(batch.meet), -1)
    return np.take_along_axis(around(weights), flat, axis=1).reshape(batch.meet.shape)


def _logs(batch: _Batch, found: Floats) -> Floats:
    """Logarithm of the people expected in each cell that can hold any, else 0."""
    placed = np.zeros(batch.counts.shape)
    np.put_along_axis(placed, batch.which, found, axis=1)
    return np.where(batch.kept, within(placed), 0.0)


def _means(batch: _Batch, found: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.exp(_logs(batch, found)) * batch.kept


def _loglik(batch: _Batch, found: Floats) -> Floats:
    """Without its constant."""
    logs = _logs(batch, found)
    with np.errstate(over="ignore"):
        return np.einsum("mc,mc->m", batch.counts, logs) - (np.exp(logs) * batch.kept).sum(axis=1)
