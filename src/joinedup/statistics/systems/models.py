"""Models of linked lists: one that is named, one chosen step by step, and all that there are.

A model says which pairs of lists go together more, or less, than chance would have them. It has a term for each list,
and terms for some pairs: with k lists, up to 2^(k(k-1)/2) models, and each gives its own number of people. Which is
true cannot be read from the counts, because all that tells them apart is those on no list. So all are fitted.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, ndtr

from joinedup.errors import StatisticsError
from joinedup.statistics.intervals import Interval, deviate
from joinedup.statistics.systems.existence import settle, settled
from joinedup.statistics.systems.fit import Fits, fit
from joinedup.statistics.systems.lists import Lists
from joinedup.statistics.systems.terms import Bools, Floats

Pair = tuple[str, str]

AS_GOOD = 4.0
"""Models within so many AIC units of the best have support; beyond, they have considerably less. K. P. Burnham and
D. R. Anderson (2002), Model Selection and Multimodel Inference, second edition, page 70."""

STOP_AT = 0.02
"""The p-value above which no further pair is taken: the one that erred least over 28 simulations of Chan, Silverman
and Vincent (2021), section 4.3."""

MOST_PAIRS = 16
"""2^16 = 65,536 models are about ten seconds' work."""


@dataclass(frozen=True)
class Fitted:
    """A model of the lists, fitted.

    pairs: those with a term, in the order given or chosen. never: those of them that share nobody, whose term is minus
    infinity. people: N, on lists or not. error: its standard error, given the model. log_unseen, spread: logarithm of
    those on no list, and its standard error. deviance: from the counts. parameters: how many, minus infinity counted,
    as in SparseMSE 2.0.1. bic: with the people on lists as the sample, as in Rcapture 1.4-4.
    """

    pairs: tuple[Pair, ...]
    never: tuple[Pair, ...]
    on_lists: int
    log_unseen: float
    spread: float
    loglik: float
    deviance: float
    parameters: int

    @property
    def people(self) -> float:
        return self.on_lists + math.exp(self.log_unseen)

    @property
    def error(self) -> float:
        unseen = math.exp(self.log_unseen)
        return math.sqrt(unseen + (unseen * self.spread) ** 2)

    @property
    def aic(self) -> float:
        return 2 * self.parameters - 2 * self.loglik

    @property
    def bic(self) -> float:
        return math.log(self.on_lists) * self.parameters - 2 * self.loglik

    def limits(self, confidence: float = 0.95) -> Interval:
        """Limits of N for chance, given the model: those on no list times or over a factor, the rest being counted.

        Source: K. P. Burnham et al. (1987), Design and Analysis Methods for Fish Survival Experiments, page 212, for
        the logarithm, with the model's own error of it.
        """
        reach = deviate(confidence) * self.spread
        lower, upper = (self.on_lists + math.exp(self.log_unseen + way * reach) for way in (-1, 1))
        return Interval(lower, upper, confidence, "Wald, logarithm")

    def __str__(self) -> str:
        return _spoken(self.pairs)


@dataclass(frozen=True)
class ModelRange:
    """What all models of the lists say.

    tried: how many. unsettled: how many of them the counts do not settle (see `existence`). as_good: those within
    `AS_GOOD` AIC units of the best, best first; `lowest` and `highest` are the fewest and the most people among them.
    bic_best: the best by BIC. least, most: the fewest and the most people of any model that is settled, good or bad.
    """

    tried: int
    unsettled: int
    as_good: tuple[Fitted, ...]
    bic_best: Fitted
    least: float
    most: float

    @property
    def aic_best(self) -> Fitted:
        return self.as_good[0]

    @property
    def lowest(self) -> float:
        return min(model.people for model in self.as_good)

    @property
    def highest(self) -> float:
        return max(model.people for model in self.as_good)

    def limits(self, confidence: float = 0.95) -> Interval:
        """From the lowest lower to the highest upper limit of the models that are as good as the best."""
        each = [model.limits(confidence) for model in self.as_good]
        return Interval(
            min(i.lower for i in each), max(i.upper for i in each), confidence, "Wald, logarithm, over models"
        )


def fit_model(lists: Lists, pairs: Sequence[Pair] = ()) -> Fitted:
    """Fit the model with terms for these pairs; without pairs, lists are independent of one another.

    Raises StatisticsError for a pair that is not of the lists, and for a model that the counts do not settle.
    """
    row = np.array([row_of(lists, pairs)])
    found = settle(_counts(lists), row[0])
    if not found:
        why = "has no finite estimate" if not found.finite else "cannot be told from another with other numbers"
        raise StatisticsError(
            f"With these overlaps, the model of {_spoken(pairs)} {why}.",
            remedy="Leave out pairs that share few people, or merge small lists.",
        )
    return _fitted(lists, row, fit(_counts(lists), row), 0, pairs)


def stepwise(lists: Lists, stop_at: float = STOP_AT) -> Fitted:
    """Add the pair that lowers AIC most, again and again, until the p-value of its term (Wald) is above `stop_at`.

    Only pairs that share somebody are taken. The recipe of published estimates, for comparison with them; it treats the
    model chosen as known, and so is surer than it may be: use `every_model`.

    Source: B. W. Silverman (2014), Modern Slavery: an application of multiple systems estimation, Home Office.
    """
    now = fit_model(lists)
    while (found := _next(lists, now.pairs)) and found[1] <= stop_at:
        now = found[0]
    return now


def every_model(lists: Lists, never: bool = False) -> ModelRange:
    """Fit every model that has terms for pairs of lists, and say how far they are apart.

    never: whether pairs that share nobody get terms too, at minus infinity.

    Raises StatisticsError for more than 16 pairs, and where the counts settle no model.
    """
    models = _all_models(lists, never)
    good = models[settled(_counts(lists), models)]
    if not len(good):
        raise StatisticsError("These overlaps settle no model at all.", remedy="Merge small lists, or link another.")
    fits = fit(_counts(lists), good)
    aic = 2 * fits.parameters - 2 * fits.loglik
    bic = math.log(lists.on_lists) * fits.parameters - 2 * fits.loglik
    as_good = [row for row in np.argsort(aic, kind="stable") if aic[row] <= aic.min() + AS_GOOD]
    ends = (lists.on_lists + math.exp(end) for end in (fits.log_unseen.min(), fits.log_unseen.max()))
    return ModelRange(
        len(models),
        len(models) - len(good),
        tuple(_fitted(lists, good, fits, row) for row in as_good),
        _fitted(lists, good, fits, int(bic.argmin())),
        *ends,
    )


def _counts(lists: Lists) -> Floats:
    return np.array(lists.cells, dtype=np.float64)


def row_of(lists: Lists, pairs: Collection[Pair]) -> list[bool]:
    """The model with terms for these pairs as a row for `fit`. Raises StatisticsError for a pair of no lists."""
    known = {frozenset(pair) for pair in lists.pairs}
    for pair in pairs:
        if frozenset(pair) not in known:
            raise StatisticsError(f"{':'.join(pair)} is no pair of these lists.", remedy="Check the names.")
    wanted = {frozenset(pair) for pair in pairs}
    return [frozenset(pair) in wanted for pair in lists.pairs]


def _all_models(lists: Lists, never: bool) -> Bools:
    open_to = np.array([never or pair not in lists.never_overlap for pair in lists.pairs])
    many = int(open_to.sum())
    if many > MOST_PAIRS:
        raise StatisticsError(
            f"{many} pairs of lists make more models than can be fitted (2^{many}).", remedy="Merge small lists."
        )
    models = np.zeros((1 << many, len(open_to)), bool)
    models[:, open_to] = np.arange(1 << many)[:, None] >> np.arange(many) & 1
    return models


def _next(lists: Lists, chosen: tuple[Pair, ...]) -> tuple[Fitted, float] | None:
    """The model with one more pair that lowers AIC most, and the pair's p-value; None when there is no pair more."""
    more = [pair for pair in lists.pairs if pair not in chosen and pair not in lists.never_overlap]
    rows = np.array([row_of(lists, [*chosen, pair]) for pair in more]).reshape(len(more), len(lists.pairs))
    which = np.flatnonzero(settled(_counts(lists), rows))
    if not len(which):
        return None
    fits = fit(_counts(lists), rows[which])
    best = int(fits.loglik.argmax())
    pair = more[which[best]]
    at = best, 1 + len(lists.names) + lists.pairs.index(pair)
    p_value = 2 * float(ndtr(-abs(fits.values[at] / fits.errors[at])))
    return _fitted(lists, rows[which], fits, best, [*chosen, pair]), p_value


def _fitted(lists: Lists, rows: Bools, fits: Fits, at: int, order: Sequence[Pair] = ()) -> Fitted:
    pairs = tuple(order) or tuple(pair for pair, has in zip(lists.pairs, rows[at], strict=True) if has)
    loglik = float(fits.loglik[at])
    return Fitted(
        pairs,
        tuple(pair for pair in pairs if not lists.held_by(*pair)),
        lists.on_lists,
        float(fits.log_unseen[at]),
        float(fits.errors[at, 0]),
        loglik,
        2 * (_perfect(lists) - loglik),
        int(fits.parameters[at]),
    )


def _perfect(lists: Lists) -> float:
    """The log-likelihood of a model that has every count as it is."""
    counts = _counts(lists)
    return float(sum(y * math.log(y) - y - gammaln(y + 1) for y in counts[counts > 0]))


def _spoken(pairs: Collection[Pair]) -> str:
    return ", ".join(":".join(pair) for pair in pairs) or "independent lists"
