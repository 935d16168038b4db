"""When to stop: at most so many cases missed, true at every moment and however often one looks.

The rule that decides is an anytime-valid confidence sequence over a random sample, drawn without replacement, of what
ranked reading left unread. Its prior is fixed before sampling; a bad one costs reading, never truth. Other rules are
second opinions.

Source: I. Waudby-Smith and A. Ramdas (2020), "Confidence sequences for sampling without replacement", NeurIPS 33.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.special import betaln, gammaln

from joinedup.errors import StatisticsError
from joinedup.statistics.intervals import clopper_pearson

TARGETS = (0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Plan:
    """What was fixed and logged before a sample was read. found: cases that ranked reading found; unread: those left.

    target: recall to reach; alpha: the risk that the statement is false. a, b: the prior on how many of the unread are
    relevant, Beta-Binomial. Raises StatisticsError for numbers that make no plan.
    """

    found: int
    unread: int
    target: float = 0.95
    alpha: float = 0.05
    a: float = 1.0
    b: float = 0.0

    def __post_init__(self) -> None:
        if self.found < 0 or self.unread < 0:
            raise StatisticsError("A review cannot have found or left fewer than no cases.")
        if not (0 < self.target < 1 and 0 < self.alpha < 1):
            raise StatisticsError("Recall to reach and risk lie between 0 and 1.", remedy="Such as .95 and .05.")
        if self.b <= 0:
            object.__setattr__(self, "b", self.unread / (0.01 * max(self.found, 1)) if self.unread else 1.0)


@dataclass(frozen=True)
class State:
    """Where a review stands. missed: at most so many relevant cases are left unread outside the sample, with the plan's
    confidence; recall: at least this share is found. stop: whether the target is reached.
    """

    sampled: int
    hits: int
    missed: int
    recall: float
    stop: bool


def upper(plan: Plan, sampled: int, hits: int) -> int:
    """The most relevant cases that the unread may have held when sampling began: U of the reference.

    A number K is kept while prior(K) / posterior(K - hits) < 1 / alpha. Raises StatisticsError for a sample that the
    plan cannot have.
    """
    if not 0 <= hits <= sampled <= plan.unread:
        raise StatisticsError("The sample is not one of the unread cases.")
    most = plan.unread - sampled + hits
    limit = -np.log(plan.alpha)
    low, high = min(most, max(hits, plan.unread * hits // max(sampled, 1))), most
    if _against(plan, sampled, hits, high) < limit:
        return most
    while high - low > 1:  # what speaks against K grows with K beyond the likeliest
        middle = (low + high) // 2
        low, high = (middle, high) if _against(plan, sampled, hits, middle) < limit else (low, middle)
    return low


def _against(plan: Plan, sampled: int, hits: int, of: int) -> float:
    """ln of prior(K) / posterior(K - hits); the Beta functions of both that depend on K are the same and fall out."""
    left = plan.unread - sampled
    prior = _choose(plan.unread, of) - betaln(plan.a, plan.b)
    return float(prior - _choose(left, of - hits) + betaln(plan.a + hits, plan.b + sampled - hits))


def _choose(n: int, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def state(plan: Plan, sampled: int, hits: int, elsewhere: int = 0) -> State:
    """The statement at this moment. elsewhere: relevant cases found in the frozen remainder, outside the sample."""
    bound = max(upper(plan, sampled, hits), hits + elsewhere)
    found, all_ = plan.found + hits + elsewhere, plan.found + bound
    recall = found / all_ if all_ else 1.0
    return State(sampled, hits, bound - hits - elsewhere, recall, recall >= plan.target)


def first_stop(plan: Plan, hits: int) -> int | None:
    """The least sample with so many hits at which the plan stops; None where the whole remainder would not do."""
    low, high = hits, plan.unread
    if not state(plan, high, hits).stop:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if state(plan, middle, hits).stop else (middle + 1, high)
    return low


@dataclass(frozen=True)
class Price:
    """What a target costs, if the sample brings nothing more to light. read: cases to read; share: of the unread."""

    found: int
    target: float
    read: int | None
    share: float | None


def price_list(plan: Plan, targets: tuple[float, ...] = TARGETS) -> tuple[Price, ...]:
    """The price of each target under this plan's prior, for a sample without a single hit: shown before it starts."""
    told = []
    for target in targets:
        read = first_stop(replace(plan, target=target), 0)
        told.append(Price(plan.found, target, read, None if read is None else read / max(plan.unread, 1)))
    return tuple(told)


def fewest_missed(found: int, target: float, hits: int = 0) -> int:
    """The fewest relevant cases in the remainder that would mean that the target is missed."""
    return int(Fraction(found + hits) / Fraction(str(target))) + 1 - found


@dataclass(frozen=True)
class Opinion:
    """A second opinion, which decides nothing. value: a probability or an estimate; stop: what its rule would say."""

    rule: str
    value: float | None
    stop: bool
    says: str


def hypergeometric(plan: Plan, sampled: int, hits: int) -> Opinion:
    """Chance of so few hits if the target were missed. Right for one planned look only.

    Source: M. Callaghan and F. Mueller-Hansen (2020), "Statistical stopping criteria for automated screening",
    Systematic Reviews 9, 273.
    """
    fewest = fewest_missed(plan.found, plan.target, hits)
    from scipy.stats import hypergeom  # takes a second to load

    chance = float(hypergeom.cdf(hits, plan.unread, fewest, sampled)) if fewest <= plan.unread else 0.0
    return Opinion("hypergeometric", chance, chance < plan.alpha, "True for one planned look, not for repeated ones.")


def qbcb(relevant: int, target: float, alpha: float = 0.05) -> int | None:
    """Which of `relevant` control cases, in the order of ranked reading, must be reached; None where they are too few.

    Source: D. Lewis, E. Yang and O. Frieder (2021), "Certifying one-phase technology-assisted reviews", CIKM.
    """
    from scipy.stats import binom  # takes a second to load

    for place in range(1, relevant + 1):
        if binom.cdf(place - 1, relevant, target) >= 1 - alpha:
            return place
    return None


def quant(known: np.ndarray, unknown: np.ndarray, target: float) -> Opinion:
    """Recall by what the model thinks of each case, less two standard deviations. An estimate, never the guarantee.

    known, unknown: probabilities of cases read and unread. Source: E. Yang, D. Lewis and O. Frieder (2021), "Heuristic
    stopping rules for technology-assisted review", DocEng.
    """
    read, left = float(known.sum()), float(unknown.sum())
    if read + left == 0:
        return Opinion("quant", None, False, "Nothing is thought to be relevant.")
    every = np.concatenate([known, unknown])
    spread = read**2 / (read + left) ** 4 * float((every * (1 - every)).sum())
    spread += float((known * (1 - known)).sum()) / (read + left) ** 2
    least = read / (read + left) - 2 * spread**0.5
    return Opinion("quant", least, least >= target, "An estimate by the model itself.")


def discounted(found: int, of: int, put_aside: int, second: tuple[int, int], alpha: float = 0.05) -> float | None:
    """Recall that also allows for what first readers put aside wrongly.

    found, of: as the statement has them. put_aside: cases that a first reader alone put aside. second: of how many
    such cases a second reader found how many relevant, as (relevant, read). The upper limit of that rate
    (Clopper-Pearson, one-sided) is taken of all that were put aside. None where no second reading was made.
    """
    relevant, read = second
    if not read:
        return None
    rate = clopper_pearson(relevant, read, 1 - 2 * alpha).upper
    return found / (of + rate * put_aside) if of + rate * put_aside else 1.0
