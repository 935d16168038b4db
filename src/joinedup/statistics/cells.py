"""Counts of a group by what else is known of each record: the small table that weighting and imputation work on."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import ShareBounds
from joinedup.statistics.counts import whole

Array = NDArray[np.float64]

PRIOR_SPREAD, PRIOR_SPREAD_OF_ALL = 5.0, 10.0
"""Standard deviations, in log odds, of what is thought of a covariate and of the first column before looking: so wide
that they move next to nothing, but keep odds finite where all or none of a kind have the answer."""


@dataclass(frozen=True)
class CellCounts:
    """Whole counts by cell of covariates.

    names: the covariates, such as ``("force", "sex")``. keys: the cells, each a value per covariate. codes: the
    answers. known: counts, a row per cell and a column per code. unknown: per cell, how many lack the answer.
    """

    names: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    codes: tuple[str, ...]
    known: NDArray[np.int64]
    unknown: NDArray[np.int64]

    @cached_property
    def recorded(self) -> NDArray[np.int64]:
        """Per cell, how many gave an answer."""
        return self.known.sum(axis=1)

    @property
    def everyone(self) -> NDArray[np.int64]:
        return self.recorded + self.unknown

    def held(self, code: str) -> NDArray[np.int64]:
        """Per cell, how many gave the answer `code`. Raises StatisticsError for a code that nobody was asked for."""
        if code not in self.codes:
            raise StatisticsError(f"There is no count for `{code}`. Counted: {', '.join(self.codes)}.")
        return self.known[:, self.codes.index(code)]

    def known_in_every_cell(self) -> None:
        """Raises StatisticsError where a cell has nobody whose answer is known: nothing can stand for its missing."""
        if not self.recorded.all():
            raise StatisticsError(
                "A cell has nobody whose answer is known.", remedy="Use the logistic model, or join cells."
            )

    def bounds(self, code: str) -> ShareBounds:
        """The worst case of all cells together."""
        held, total = int(self.held(code).sum()), int(self.everyone.sum())
        return ShareBounds(held / total, (held + int(self.unknown.sum())) / total, int(self.recorded.sum()), total)

    @cached_property
    def design(self) -> Array:
        """A column of ones, and one for each value of each covariate but its commonest."""
        columns = [np.ones(len(self.keys))]
        for values in zip(*self.keys, strict=True):
            common = max(sorted(set(values)), key=lambda one: sum(self.everyone[np.array(values) == one]))
            columns += [np.array(values) == one for one in sorted(set(values)) if one != common]
        return np.stack(columns, axis=1).astype(float)


def cell_counts(
    counts: Mapping[tuple[str, ...], Mapping[str, int]], names: tuple[str, ...], *, missing: AbstractSet[str]
) -> CellCounts:
    """Counts by cell and code as a `CellCounts`: ``{("essex", "F"): {"Asian": 3, "other": 9, "unknown": 4}}``.

    missing: the codes that stand for no answer. Cells of nobody are left out.

    Raises StatisticsError for counts that are not whole, cells without a value per covariate, and when nobody gave an
    answer.
    """
    if any(len(key) != len(names) for key in counts):
        raise StatisticsError(f"Every cell has a value for each of {', '.join(names)}.")
    for cell in counts.values():
        for code, count in cell.items():
            whole(f"`{code}`", count)
    keys = tuple(sorted(key for key, cell in counts.items() if sum(cell.values())))
    codes = tuple(sorted({code for cell in counts.values() for code in cell} - missing))
    known = np.array([[counts[key].get(code, 0) for code in codes] for key in keys], np.int64)
    unknown = np.array([sum(counts[key].get(code, 0) for code in missing) for key in keys], np.int64)
    if not known.sum():
        raise StatisticsError("Nobody gave an answer, so nothing can be estimated.", remedy="Give the bounds alone.")
    return CellCounts(names, keys, codes, known, unknown)


@dataclass(frozen=True)
class Fitted:
    """Log odds per column of the design, and their covariance."""

    effects: Array
    covariance: Array


def logistic(design: Array, successes: NDArray[np.int64], trials: NDArray[np.int64]) -> Fitted:
    """Log odds of success as a sum over the columns of `design`, from counts by cell, by Newton's steps.

    Raises StatisticsError where they do not settle.
    Source: A. Gelman, A. Jakulin, M. G. Pittau and Y.-S. Su (2008), "A Weakly Informative Default Prior Distribution
    for Logistic and Other Regression Models", Annals of Applied Statistics 2(4), 1360-1383, with normal priors.
    """
    effects = np.zeros(design.shape[1])
    pull = np.array([PRIOR_SPREAD_OF_ALL] + [PRIOR_SPREAD] * (design.shape[1] - 1)) ** -2.0

    def unlikeliness(at: Array) -> float:
        odds, failures = design @ at, trials - successes
        return float(successes @ np.logaddexp(0, -odds) + failures @ np.logaddexp(0, odds) + pull @ at**2 / 2)

    for _ in range(100):
        chance = shares_of(design, effects)
        slope = design.T @ (successes - trials * chance) - pull * effects
        bend = design.T @ (design * (trials * chance * (1 - chance))[:, None]) + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        if np.abs(step).max() < 1e-6:
            return Fitted(effects + step, np.asarray(np.linalg.inv(bend), np.float64))
        # A whole step can overshoot where odds are far out; Newton's method then never settles.
        while unlikeliness(effects + step) > unlikeliness(effects) * (1 + 1e-12):  # more than is lost in rounding
            step = step / 2
        effects = effects + step
    raise StatisticsError("The model of who is missing does not settle.", remedy="Use fewer covariates.")


def shares_of(design: Array, effects: Array) -> Array:
    """Shares, 0 to 1, whose log odds are the sum of `effects` by the columns of `design`."""
    return 1 / (1 + np.exp(-np.clip(design @ effects, -700, 700)))
