"""One number in place of two ends: only ever under the name of the assumption that makes it, and beside the ends.

On real records whose answers were hidden by a rule that looked at the answer, weighting and imputation were as wrong
as leaving the missing out. Where the rule looked at the force, both put it right. Nothing in the records tells which
it was. So an `Estimate` cannot be had without its bounds, and prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from joinedup.statistics.bounds import ShareBounds
from joinedup.statistics.cells import Array, CellCounts, logistic, shares_of
from joinedup.statistics.imputation import impute, pool
from joinedup.statistics.intervals import Interval, wilson
from joinedup.statistics.sampling import with_chance

Model = Literal["cells", "logistic"]

THIN = 10
"""Where somebody is missing in a cell with fewer known than this, a logistic model takes the place of cells."""


@dataclass(frozen=True)
class Estimate:
    """A share, 0 to 1 of everyone counted, that is right if the assumption named is.

    limits: chance, and the draws of an imputation; not whether the assumption is right. bounds, bounds_limits: the
    worst case, which assumes nothing, and with chance.
    """

    value: float
    limits: Interval
    bounds: ShareBounds
    bounds_limits: Interval
    method: str
    name: str
    sentence: str

    @property
    def of_missing(self) -> float | None:
        """The share of the group among the missing that this amounts to; None where nothing is missing."""
        if not self.bounds.unknown:
            return None
        return (self.value * self.bounds.total - self.bounds.held) / self.bounds.unknown

    def __str__(self) -> str:
        return (
            f"{self.value:.2%} ({self.limits.lower:.2%} to {self.limits.upper:.2%}) if {self.name}, by {self.method}; "
            f"{self.bounds.lower:.2%} to {self.bounds.upper:.2%} whatever is missing"
        )


def complete_case(counts: CellCounts, code: str, confidence: float = 0.95) -> Estimate:
    """The share of those known, for the share of all.

    Raises StatisticsError for a code that was not counted and a confidence outside 0 to 1.
    Source: "missing completely at random" as D. B. Rubin (1976), "Inference and Missing Data", Biometrika 63, 581-592.
    """
    bounds = counts.bounds(code)
    return Estimate(
        bounds.held / bounds.recorded,
        wilson(bounds.held, bounds.recorded, confidence),
        bounds,
        with_chance(bounds, confidence),
        "leaving the missing out",
        "missing completely at random",
        "Those whose answer is missing are of the group as often as those whose answer is known.",
    )


def weighted(counts: CellCounts, code: str, confidence: float = 0.95, *, model: Model | None = None) -> Estimate:
    """Those known, each weighted by how seldom records like it are known.

    model: "cells" takes the share known in each cell; "logistic" adds up the covariates' effects on the odds of being
    known. By default cells, and logistic where a cell is thin (see `THIN`).

    Limits take the weights as given, which makes them too wide rather than too narrow.

    Raises StatisticsError as `complete_case`, and for "cells" where a cell has nobody known.
    Source: D. G. Horvitz and D. J. Thompson (1952), "A Generalization of Sampling Without Replacement From a Finite
    Universe", Journal of the American Statistical Association 47, 663-685, divided by the sum of weights; limits by
    Wilson from as many records as would be as precise without weights, E. L. Korn and B. I. Graubard (1998),
    "Confidence Intervals for Proportions with Small Expected Number of Positive Counts", Survey Methodology 24(2),
    193-201.
    """
    chosen = model or fitting_model(counts)
    weights = _weights(counts, chosen)
    held = counts.held(code)
    sums = float(weights @ counts.recorded)
    value = float(weights @ held) / sums
    spread = float(weights**2 @ (held * (1 - value) ** 2 + (counts.recorded - held) * value**2)) / sums**2
    worth = value * (1 - value) / spread if spread > 0 else sums**2 / float(weights**2 @ counts.recorded)
    limits = wilson(min(value, 1.0) * worth, worth, confidence)
    return _at_random(counts, code, (value, limits), ("weighting", chosen), "being known")


def imputed(
    counts: CellCounts,
    code: str,
    confidence: float = 0.95,
    *,
    seed: int,
    draws: int = 20,
    model: Model | None = None,
) -> Estimate:
    """The mean over `draws` tables whose gaps were filled at random from records that are alike.

    model: as in `weighted`; "cells" draws every code's counts from its cell, "logistic" those of `code` alone. The same
    seed gives the same figure.

    Raises StatisticsError as `weighted`, and for fewer than 5 draws.
    Source: D. B. Rubin (1987), Multiple Imputation for Nonresponse in Surveys, Wiley; degrees of freedom by J. Barnard
    and D. B. Rubin (1999), "Small-Sample Degrees of Freedom with Multiple Imputation", Biometrika 86(4), 948-955;
    limits by A. Lott and J. P. Reiter (2020), "Wilson Confidence Intervals for Binomial Proportions With Multiple
    Imputation for Missing Data", American Statistician 74(2), 109-115.
    """
    chosen = model or fitting_model(counts)
    completed = impute(counts, code, chosen, np.random.default_rng(seed), draws)
    pooled = pool(completed, int(counts.everyone.sum()))
    found = pooled.value, pooled.limits(confidence)
    return _at_random(counts, code, found, (f"{draws} imputations", chosen), "being of the group")


def fitting_model(counts: CellCounts) -> Model:
    """Cells, unless somebody is missing where fewer than `THIN` are known."""
    return "logistic" if np.any((counts.unknown > 0) & (counts.recorded < THIN)) else "cells"


def _weights(counts: CellCounts, model: Model) -> Array:
    """Per cell, one over the share that is known."""
    if model == "logistic":
        fitted = logistic(counts.design, counts.recorded, counts.everyone)
        return 1 / shares_of(counts.design, fitted.effects)
    counts.known_in_every_cell()
    return np.asarray(counts.everyone / counts.recorded)


def _at_random(
    counts: CellCounts, code: str, found: tuple[float, Interval], how: tuple[str, Model], what: str
) -> Estimate:
    """An estimate that assumes records alike in the covariates to be alike in the answer, missing or not."""
    given = " and ".join(filter(None, (", ".join(counts.names[:-1]), counts.names[-1])))
    sentence = (
        f"Among records alike in {given}, those whose answer is missing are of the group as often as those whose "
        "answer is known."
    )
    if how[1] == "logistic":
        sentence += f" Each of these moves the odds of {what} by one factor, whatever the others are."
    bounds, (value, limits) = counts.bounds(code), found
    worst = with_chance(bounds, limits.confidence)
    by = {"cells": "by cells", "logistic": "by a logistic model"}[how[1]]
    return Estimate(value, limits, bounds, worst, f"{how[0]} {by}", f"missing at random given {given}", sentence)


@dataclass(frozen=True)
class Estimates:
    """One share three ways, and the worst case that outranks them all."""

    bounds: ShareBounds
    bounds_limits: Interval
    complete_case: Estimate
    weighted: Estimate
    imputed: Estimate

    def __str__(self) -> str:
        return "\n".join(map(str, (self.complete_case, self.weighted, self.imputed)))


def estimates(counts: CellCounts, code: str, confidence: float = 0.95, *, seed: int) -> Estimates:
    """Every estimate of the share of `code`, under the assumption of each, beside the worst case.

    Raises StatisticsError as each of them.
    """
    left_out = complete_case(counts, code, confidence)
    return Estimates(
        left_out.bounds,
        left_out.bounds_limits,
        left_out,
        weighted(counts, code, confidence),
        imputed(counts, code, confidence, seed=seed),
    )
