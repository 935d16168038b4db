"""Gaps filled by chance, many times over, and the many answers pooled into one with its limits."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from joinedup.errors import StatisticsError
from joinedup.statistics.cells import CellCounts, logistic, shares_of
from joinedup.statistics.intervals import Interval, tail, wilson

FEWEST_DRAWS = 5
FEWEST_KNOWN = 10


def impute(
    counts: CellCounts, code: str, model: Literal["cells", "logistic"], random: np.random.Generator, draws: int
) -> NDArray[np.int64]:
    """How many of everyone are of `code` in each of `draws` tables whose gaps were filled.

    Each table is filled from shares drawn anew, so that what is not known of the shares is in the spread of the tables.

    Raises StatisticsError for fewer than 5 draws or 10 records whose answer is known, and for "cells" where somebody is
    missing in a cell with none known.
    Source: by cells, the Bayesian bootstrap of D. B. Rubin (1981), Annals of Statistics 9(1), 130-134; by a logistic
    model, D. B. Rubin (1987), Multiple Imputation for Nonresponse in Surveys, section 5.3.
    """
    if draws < FEWEST_DRAWS:
        raise StatisticsError(f"{draws} imputations are too few to see how far they spread.", remedy="Take 20.")
    if counts.recorded.sum() < FEWEST_KNOWN:
        raise StatisticsError("Fewer than 10 answers are known: too few to fill gaps from.", remedy="Give the bounds.")
    held = int(counts.held(code).sum())
    filled = _by_cells if model == "cells" else _by_model
    return held + filled(counts, code, random, draws)


def _by_cells(counts: CellCounts, code: str, random: np.random.Generator, draws: int) -> NDArray[np.int64]:
    counts.known_in_every_cell()
    place, gaps = counts.codes.index(code), counts.unknown > 0
    weights = random.standard_gamma(counts.known[gaps], (draws, *counts.known[gaps].shape))
    shares = weights / weights.sum(axis=2, keepdims=True)
    return random.multinomial(counts.unknown[gaps], shares)[:, :, place].sum(axis=1)


def _by_model(counts: CellCounts, code: str, random: np.random.Generator, draws: int) -> NDArray[np.int64]:
    fitted = logistic(counts.design, counts.held(code), counts.recorded)
    effects = random.multivariate_normal(fitted.effects, fitted.covariance, draws, method="cholesky")
    shares = shares_of(counts.design, effects.T)
    return random.binomial(counts.unknown[:, None], shares).sum(axis=0)


@dataclass(frozen=True)
class Pooled:
    """A share from many filled tables. within, between: variances in a table and of the tables; degrees: of freedom.

    of: how many are counted in each table. draws: how many tables.
    """

    value: float
    within: float
    between: float
    degrees: float
    of: int
    draws: int

    def limits(self, confidence: float = 0.95) -> Interval:
        """Wilson's limits, from as many records as would be as precise if nothing were missing.

        Source: A. Lott and J. P. Reiter (2020), American Statistician 74(2), 109-115.
        """
        from scipy.special import stdtrit

        more = (1 + 1 / self.draws) * self.between / self.within if self.within else 0.0
        # Past 8 deviations a normal tail is nothing to a computer, and limits are as good as 0 and 1.
        out = min(8.0, float(stdtrit(self.degrees, 1 - tail(confidence))))
        worth = self.of / (1 + more)
        found = wilson(self.value * worth, worth, 2 * NormalDist().cdf(out) - 1)
        return Interval(found.lower, found.upper, confidence, "Wilson, imputed")


def pool(completed: NDArray[np.int64], of: int) -> Pooled:
    """Rubin's rules for a share: the mean of the tables, its variance within and between them, degrees of freedom.

    completed: of how many of `of` records each filled table says that they are of the group.
    Source: J. Barnard and D. B. Rubin (1999), Biometrika 86(4), 948-955.
    """
    shares, draws = completed / of, len(completed)
    within, between = float(np.mean(shares * (1 - shares)) / of), float(np.var(shares, ddof=1))
    return Pooled(float(np.mean(shares)), within, between, degrees(within, between, draws, of - 1), of, draws)


def degrees(within: float, between: float, draws: int, complete: float) -> float:
    """Degrees of freedom of a pooled estimate that would have `complete` of them if nothing were missing.

    Source: J. Barnard and D. B. Rubin (1999), Biometrika 86(4), 948-955, equation 3.
    """
    more = (1 + 1 / draws) * between
    if not more:
        return (complete + 1) / (complete + 3) * complete
    missing = more / (within + more)
    observed = (complete + 1) / (complete + 3) * complete * (1 - missing)
    return 1 / (missing**2 / (draws - 1) + 1 / observed)
