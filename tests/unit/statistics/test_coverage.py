"""How often limits hold the true value: drawn again and again from a truth that is known.

Exact limits must hold it at least as often as they promise, and so must the worst case of the unknown. Approximate ones
may miss their promise by what is stated here at any one truth. `JOINEDUP_SCALE=full` draws 100,000 times a grid point.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pytest

from joinedup.statistics.denominators import Denominator, Scope
from joinedup.statistics.disparity import disparity, representation
from joinedup.statistics.funnels import Area, funnel
from joinedup.statistics.intervals import (
    Interval,
    byar,
    clopper_pearson,
    count_limits,
    difference,
    poisson_exact,
    ratio,
    wilson,
)
from joinedup.statistics.rates import Numerator, rate
from joinedup.statistics.standardised import directly_standardised, indirectly_standardised

pytestmark = pytest.mark.proof

FULL = os.environ.get("JOINEDUP_SCALE") == "full"
DRAWS = 100_000 if FULL else 2_000
CONFIDENCES = (0.95, 0.998)
COUNTS = np.geomspace(0.05, 500, 40).tolist()
SHARES = [(of, share) for of in (10, 30, 100, 1_000) for share in (0.18 / of, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95)]
SHARES += [(30, 0.2187), (100, 0.0552)]  # where 95% limits by Wilson do worst, of those with five or more
HERE = Scope("X01", "Ex", 2021)
GROUP, OTHERS = (Scope("X01", "Ex", 2021, group=name) for name in ("Asian", "not Asian"))


def coverage(draws: Iterable, truth: float, limits: Callable[..., Interval]) -> float:
    """The share of `draws` whose limits hold `truth`; like draws are worked out once."""
    times = Counter(map(tuple, np.atleast_2d(np.asarray(draws).T).T.tolist()))
    held = sum(n for drawn, n in times.items() if holds(limits(*drawn), truth))
    return held / times.total()


def holds(found: Interval, truth: float) -> bool:
    return found.lower - 1e-12 <= truth <= found.upper + 1e-12


def chance(confidence: float) -> float:
    """How far a measured coverage strays from the true one by chance: five standard errors."""
    return 5 * math.sqrt(confidence * (1 - confidence) / DRAWS)


def at_least(found: list[float], confidence: float, less: float = 0) -> None:
    assert min(found) >= confidence - less - chance(confidence), (min(found), np.mean(found))


def on_average(found: list[float], confidence: float) -> None:
    assert abs(np.mean(found) - confidence) <= (1 - confidence) / 2, np.mean(found)


@pytest.fixture
def random() -> np.random.Generator:
    """Draws that are the same every time."""
    return np.random.default_rng(20211121)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_exact_limits_of_a_share_hold_it_at_least_as_often_as_promised(random, confidence):
    at_least(
        [
            coverage(random.binomial(of, share, DRAWS), share, lambda x, of=of: clopper_pearson(x, of, confidence))
            for of, share in SHARES
        ],
        confidence,
    )


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_exact_limits_of_a_count_hold_it_at_least_as_often_as_promised(random, confidence):
    limits = partial(poisson_exact, confidence=confidence)
    at_least([coverage(random.poisson(mean, DRAWS), mean, limits) for mean in COUNTS], confidence)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_exact_limits_of_a_ratio_hold_it_at_least_as_often_as_promised(random, confidence):
    found = []
    for first, second in [(3, 3), (5, 40), (40, 5), (100, 300)]:
        draws = np.stack([random.poisson(first, DRAWS), random.poisson(second, DRAWS)])
        draws = draws[:, draws.sum(axis=0) > 0]
        limits = lambda x, y: ratio((x, 1_000), (y, 9_000), confidence)  # noqa: E731
        found.append(coverage(draws.T, 9 * first / second, limits))
    at_least(found, confidence)


@pytest.mark.parametrize(("confidence", "rare", "less"), [(0.95, 0.12, 0.025), (0.998, 0.09, 0.004)])
def test_wilson_holds_a_share_nearly_as_often_as_promised_but_not_a_rare_one(random, confidence, rare, less):
    """Worst where about 0.18 of an event is expected; close where five or more are, and five or more are not."""
    found = {
        (of, share): coverage(random.binomial(of, share, DRAWS), share, lambda x, of=of: wilson(x, of, confidence))
        for of, share in SHARES
    }
    at_least(list(found.values()), confidence, rare)
    middling = [held for (of, share), held in found.items() if 5 <= of * share <= of - 5]
    at_least(middling, confidence, less)
    on_average(middling, confidence)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("limits", [byar, count_limits])
def test_byar_holds_a_count_as_often_as_promised_though_it_need_not(random, confidence, limits):
    """Mixed with exact limits below 10, as rates have it, or alone."""
    limits = partial(limits, confidence=confidence)
    at_least([coverage(random.poisson(mean, DRAWS), mean, limits) for mean in COUNTS], confidence)


@pytest.mark.parametrize(("confidence", "less"), [(0.95, 0.02), (0.998, 0.005)])
def test_a_difference_of_shares_is_held_nearly_as_often_as_promised(random, confidence, less):
    found = []
    for of, among in [(10, 10), (20, 30), (50, 200), (300, 300)]:
        for one, other in [(0.1, 0.1), (0.05, 0.3), (0.5, 0.5), (0.9, 0.6)]:
            draws = np.stack([random.binomial(of, one, DRAWS), random.binomial(among, other, DRAWS)])
            limits = lambda x, y, of=of, among=among: difference((x, of), (y, among), confidence)  # noqa: E731
            found.append(coverage(draws.T, one - other, limits))
    at_least(found, confidence, less)
    on_average(found, confidence)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_standardised_rates_are_held_nearly_as_often_as_promised(random, confidence):
    people = {"10-17": 2_000, "18-34": 4_000, "35+": 9_000}
    standard, direct, indirect = {"10-17": 900, "18-34": 2_300, "35+": 5_000}, [], []
    for means in [(5, 12, 20), (2, 40, 8), (60, 60, 60)]:
        truth = sum(m / n * s for m, n, s in zip(means, people.values(), standard.values(), strict=True)) / 8_200
        draws = random.poisson(means, (DRAWS // 4, len(means)))

        def standardised(*counts):
            events = dict(zip(people, counts, strict=True))
            return directly_standardised(events, people, standard, multiplier=1, confidence=confidence).limits

        direct.append(coverage(draws, truth, standardised))
        reference = dict(zip(people, means, strict=True))
        indirect.append(
            coverage(
                random.poisson(sum(means), DRAWS),
                1.0,
                lambda n, to=reference: indirectly_standardised(n, people, to, people, confidence=confidence).limits,
            )
        )
    at_least(direct, confidence, 0.01)
    at_least(indirect, confidence, 0.005)


# Chance and the unknown together


def recorded(random, means, missing):
    """Events of two groups, some of each without their group: how many are of the first, of the second, and unknown."""
    events = random.poisson(means, (DRAWS, 2))
    unknown = random.binomial(events, missing)
    return np.column_stack([events - unknown, unknown.sum(axis=1)])


MISSING = [(0, 0), (0.3, 0.3), (0.9, 0.1), (0, 0.8)]
"""The chance that an event's group goes unrecorded, in one group and in the other."""


@pytest.mark.parametrize("missing", MISSING)
def test_worst_case_limits_hold_a_rate_however_its_group_goes_missing(random, missing):
    people = Denominator(GROUP, 1_000, 1_000, "an invented table")
    found = coverage(
        recorded(random, (15, 60), missing), 15, lambda x, _, unknown: rate(Numerator(GROUP, x, unknown), people).limits
    )
    at_least([found], 0.95)


@pytest.mark.parametrize("missing", MISSING)
def test_worst_case_limits_hold_a_disparity_however_groups_go_missing(random, missing):
    here, there = (Denominator(scope, n, n, "an invented table") for scope, n in ((GROUP, 1_000), (OTHERS, 9_000)))

    def limits(x, y, unknown):
        return disparity(rate(Numerator(GROUP, x, unknown), here), rate(Numerator(OTHERS, y, unknown), there)).limits

    at_least([coverage(recorded(random, (15, 60), missing)[: DRAWS // 4], 15 * 9 / 60, limits)], 0.95)


@pytest.mark.parametrize("missing", MISSING)
def test_worst_case_limits_hold_a_representation_however_groups_go_missing(random, missing):
    some, all_ = (Denominator(scope, n, n, "an invented table") for scope, n in ((GROUP, 1_000), (HERE, 10_000)))

    def limits(x, y, unknown):
        return representation(Numerator(GROUP, x, unknown), Numerator(HERE, x + y + unknown), some, all_).ratio.limits

    at_least([coverage(recorded(random, (15, 60), missing)[: DRAWS // 4], 15 / 75 / 0.1, limits)], 0.95)


def test_limits_of_those_known_alone_do_not_hold_a_rate_that_goes_missing_by_group(random):
    """The contrast: had the unknown been left out, 95% limits would have held the truth almost never."""
    draws = recorded(random, (40, 160), (0.7, 0.1))
    found = coverage(draws, 40 / 160, lambda x, y, _: ratio((x, 1), (y, 1)))
    assert found < 0.05


# Funnels


def test_of_like_areas_hardly_any_is_called_an_outlier(random):
    sizes = np.geomspace(5, 3_000, 40)
    drawn = random.poisson(sizes, (max(DRAWS // 100, 50), len(sizes)))
    flags = Counter(
        point.flag
        for row in drawn.tolist()
        for point in funnel([Area("", n, size) for n, size in zip(row, sizes, strict=True)], "ratio").points
    )
    assert flags["low 99.8%"] + flags["high 99.8%"] <= 0.003 * drawn.size
    assert 0.03 * drawn.size <= drawn.size - flags["inside"] <= 0.052 * drawn.size
