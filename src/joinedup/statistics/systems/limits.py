"""Limits of the people on lists or not: by profile likelihood given a model, and Chao's from below."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, gammaln

from joinedup.statistics.intervals import Interval, deviate
from joinedup.statistics.systems.fit import fit
from joinedup.statistics.systems.lists import Lists
from joinedup.statistics.systems.models import Pair, fit_model, row_of

NO_END = 1e6
"""Times the people of the best fit: an upper limit beyond is infinite."""


@dataclass(frozen=True)
class Profile:
    """people: the N that makes the counts likeliest, a little below that of `Fitted`, which leaves N itself to chance.
    limits: every N at which the counts are not much less likely."""

    people: float
    limits: Interval


@dataclass(frozen=True)
class Chao:
    """At least so many people, on lists or not, whatever makes some likelier to be on lists than others.

    alike: n + f1^2 / (2 f2), as it is commonly printed, with f1 people on one list and f2 on two. It takes all lists to
    be equally likely to hold a person, and is no bound where they differ: then it is too high.
    unlike: n + (sum over pairs of lists of those on only the one times those on only the other) / f2, which lets lists
    differ, and is the bound. Both take lists to be independent of one another, given the person.
    Both are infinite where nobody is on exactly two lists.
    """

    alike: float
    unlike: float


def chao(lists: Lists) -> Chao:
    """Chao's lower bounds.

    Source: A. Chao (1987), "Estimating the population size for capture-recapture data with unequal catchability",
    Biometrics 43, 783-791; for lists that differ, its argument cell by cell, as in L.-P. Rivest and S. Baillargeon
    (2007), "Applications and extensions of Chao's moment estimator", Biometrics 63, 999-1006: with a person's
    propensity a, those on list i alone are a sum of a p_i and those on i and j of a^2 p_i p_j, over the people whom no
    list would have; and the mean of a, squared, is at most the mean of a^2.
    """
    alone = [lists.cells[1 << i] for i in range(len(lists.names))]
    on_two = sum(count for place, count in enumerate(lists.cells) if place.bit_count() == 2)
    if on_two == 0:
        return Chao(math.inf, math.inf)
    once = sum(alone)
    across = (once * once - sum(count * count for count in alone)) / 2
    return Chao(lists.on_lists + once * once / (2 * on_two), lists.on_lists + across / on_two)


def profile(lists: Lists, pairs: Sequence[Pair] = (), confidence: float = 0.95) -> Profile:
    """Limits of N given the model with terms for these pairs: N is tried, and the rest of the model fitted anew.

    Chance only, and only if the model is true: models chosen by the data are surer of themselves than they may be.
    The upper limit is infinite where no number of people is too many.

    Raises StatisticsError as `fit_model`.
    Source: R. M. Cormack (1992), "Interval estimation for mark-recapture studies of closed populations", Biometrics 48,
    567-576; the same limits as `closedpCI.t` in Rcapture 1.4-4.
    """
    start = fit_model(lists, pairs)
    likelihood = _Likelihood(lists, pairs)
    best = _zero(likelihood.slope, start.people - lists.on_lists)
    fall = likelihood(best) - deviate(confidence) ** 2 / 2
    lower, upper = _ends(lambda unseen: likelihood(unseen) - fall, best)
    on = lists.on_lists
    return Profile(on + best, Interval(on + lower, on + upper, confidence, "Profile likelihood"))


class _Likelihood:
    """Of a number of people on no list, the other terms of the model at their best."""

    def __init__(self, lists: Lists, pairs: Sequence[Pair]) -> None:
        self._counts = np.array(lists.cells, dtype=np.float64)
        self._row = np.array([row_of(lists, pairs)])
        self._on_lists = lists.on_lists

    def __call__(self, unseen: float) -> float:
        people = self._on_lists + unseen
        self._counts[0] = unseen
        loglik = float(fit(self._counts, self._row, unseen=True).loglik[0])
        # A Poisson likelihood, made that of `people` people who fall into cells.
        return loglik + float(gammaln(people + 1)) - people * math.log(people) + people

    def slope(self, unseen: float) -> float:
        """How it rises with one more person; the other terms, being at their best, do not matter."""
        people = self._on_lists + unseen
        self._counts[0] = unseen
        expected = float(fit(self._counts, self._row, unseen=True).log_unseen[0])
        return float(digamma(people + 1) - digamma(unseen + 1)) + expected - math.log(people)


def _zero(slope: Callable[[float], float], near: float) -> float:
    """The people on no list at the top of the likelihood."""
    if slope(0.0) <= 0:
        return 0.0
    above = max(near, 1.0)
    while slope(above) > 0:
        above *= 2
    return float(brentq(slope, 0.0, above, xtol=1e-3))


def _ends(over: Callable[[float], float], best: float) -> tuple[float, float]:
    """Where `over`, above 0 at the best, falls through 0 on either side."""
    lower = 0.0 if over(0.0) >= 0 else float(brentq(over, 0.0, best, xtol=1e-3))
    above = 2 * best + 1
    while over(above) > 0:
        above *= 2
        if above > NO_END * (best + 1):
            return lower, math.inf
    return lower, float(brentq(over, best, above, xtol=1e-3))
