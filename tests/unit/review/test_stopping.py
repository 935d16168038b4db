"""The stopping rule beside worked values, beside the whole posterior, and beside the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from joinedup.errors import StatisticsError
from joinedup.review.simulate import dry_after, stop_at
from joinedup.review.stopping import (
    Plan,
    discounted,
    fewest_missed,
    first_stop,
    hypergeometric,
    price_list,
    qbcb,
    quant,
    state,
    upper,
)

# Worked values of reference/review.md, section 5: (a) hypergeometric, (b) QBCB, (c) sequence, (d) QuantCI.


@pytest.mark.parametrize(
    ("found", "unread", "prior", "stops"),
    [(100, 9000, 9000, (3852, 5641, 6620)), (990, 50_000, 5050.505, (3180, 5487, 7329))],
)
def test_the_first_stop_is_the_worked_one(found: int, unread: int, prior: float, stops: tuple[int, ...]) -> None:
    plan = Plan(found, unread)
    assert plan.b == pytest.approx(prior, abs=0.001)
    assert tuple(first_stop(plan, hits) for hits in range(3)) == stops


@pytest.mark.parametrize(("hits", "b", "most"), [(0, 1, 93), (0, 100, 51), (2, 1, 138)])
def test_the_upper_bound_is_the_worked_one(hits: int, b: float, most: int) -> None:
    assert upper(Plan(1, 10_000, a=1, b=b), 1000, hits) == most


@given(st.integers(1, 60), st.data())
@settings(max_examples=200, deadline=None)
def test_the_bound_is_the_largest_number_that_the_posterior_keeps(unread: int, data: st.DataObject) -> None:
    sampled = data.draw(st.integers(0, unread))
    hits = data.draw(st.integers(0, sampled))
    plan = Plan(data.draw(st.integers(1, 40)), unread)
    kept = [
        of
        for of in range(hits, unread - sampled + hits + 1)
        if betabinom.pmf(of, unread, plan.a, plan.b)
        < betabinom.pmf(of - hits, unread - sampled, plan.a + hits, plan.b + sampled - hits) / plan.alpha
    ]
    assert upper(plan, sampled, hits) == max(kept)


@pytest.mark.parametrize(
    ("found", "unread", "sampled", "hits", "chance"),
    [
        (100, 9000, 3536, 0, 0.0500196), (100, 9000, 3537, 0, 0.0499647), (100, 9000, 500, 0, 0.7096),
        (100, 9000, 1000, 0, 0.4932), (100, 9000, 3000, 0, 0.0877), (200, 10_000, 2000, 0, 0.08578),
        (200, 10_000, 3000, 1, 0.0849), (95, 9000, 4000, 1, 0.10771),
    ],
)  # fmt: skip
def test_the_hypergeometric_opinion_is_the_worked_one(
    found: int, unread: int, sampled: int, hits: int, chance: float
) -> None:
    told = hypergeometric(Plan(found, unread), sampled, hits)
    assert told.value == pytest.approx(chance, abs=5e-5)
    assert told.stop == (chance < 0.05)


@pytest.mark.parametrize(
    ("found", "target", "hits", "fewest"),
    [(100, 0.95, 0, 6), (200, 0.95, 0, 11), (200, 0.95, 1, 12), (95, 0.95, 1, 7), (20, 0.8, 0, 6), (3000, 0.8, 0, 751)],
)
def test_the_fewest_that_would_mean_a_miss(found: int, target: float, hits: int, fewest: int) -> None:
    assert fewest_missed(found, target, hits) == fewest


@pytest.mark.parametrize(
    ("relevant", "target", "place"),
    [(14, 0.8, 14), (22, 0.8, 21), (30, 0.8, 28), (100, 0.8, 87), (29, 0.9, 29), (46, 0.9, 45), (100, 0.9, 96),
     (59, 0.95, 59), (58, 0.95, None), (93, 0.95, 92), (124, 0.95, 122), (181, 0.95, 177)],
)  # fmt: skip
def test_qbcb_is_the_worked_one(relevant: int, target: float, place: int | None) -> None:
    assert qbcb(relevant, target) == place


def test_the_models_own_estimate_is_the_worked_one() -> None:
    told = quant(np.array([0.9, 0.8, 0.6, 0.7]), np.array([0.1, 0.05, 0.05, 0.02]), 0.95)
    assert told.value == pytest.approx(0.174725, abs=1e-6)  # .931677 - 2 * sqrt(.143244)
    assert not told.stop


def test_what_is_found_outside_the_sample_counts_as_found() -> None:
    plan = Plan(100, 9000)
    before, after = state(plan, 2000, 0), state(plan, 2000, 0, elsewhere=3)
    assert after.recall == pytest.approx(103 / (100 + before.missed))
    assert after.missed == before.missed - 3


def test_reading_everything_leaves_nothing_missed() -> None:
    told = state(Plan(10, 30), 30, 2)
    assert (told.missed, told.recall, told.stop) == (0, 1.0, True)


def test_few_finds_make_a_high_target_dear() -> None:
    shares = {(one.found, one.target): one.share for found in (20, 1000) for one in price_list(Plan(found, 10_000))}
    assert shares[20, 0.95] > 0.7
    assert shares[1000, 0.95] < 0.15
    assert shares[1000, 0.8] < shares[1000, 0.9] < shares[1000, 0.95]


def test_what_readers_miss_is_taken_off_recall() -> None:
    # 0 of 59 second readings: upper limit 1 - .05 ** (1 / 59) = .0495; 200 put aside: 100 / (100 + 9.9)
    assert discounted(100, 100, 200, (0, 59)) == pytest.approx(100 / (100 + 200 * (1 - 0.05 ** (1 / 59))))
    assert discounted(100, 100, 200, (0, 0)) is None


def test_numbers_that_make_no_plan_are_refused() -> None:
    for wrong in ({"target": 1.0}, {"alpha": 0.0}, {"found": -1}):
        with pytest.raises(StatisticsError):
            Plan(**{"found": 1, "unread": 10, **wrong})
    with pytest.raises(StatisticsError):
        upper(Plan(1, 10), 11, 0)


def test_the_statement_is_false_in_at_most_one_review_of_twenty_however_often_one_looks() -> None:
    """2,000 draws of a hard case: 100 found, 6 of 900 left, so that recall is just under .95, looked at every time."""
    rng = np.random.default_rng(5)
    plan, false = Plan(100, 900), 0
    bounds = {(n, k): upper(plan, n, k) for n in range(0, 901, 20) for k in range(7) if k <= n <= 894 + k}
    for _ in range(2000):
        hits = np.searchsorted(np.sort(rng.choice(900, 6, replace=False)), np.arange(0, 901, 20))
        false += any(bounds[n, int(k)] < 6 for n, k in zip(range(0, 901, 20), hits, strict=True))
    assert false <= 2000 * 0.05


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_played_review_stops_at_the_first_look_that_says_so(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.random(400) < np.where(np.arange(400) < 60, 0.5, 0.01)
    switch = dry_after(y, 400)
    rest = np.random.default_rng([seed, 1]).permutation(np.arange(switch, 400))
    plan = Plan(int(y[:switch].sum()), len(rest), 0.9)
    looks = [(n, int(y[rest[:n]].sum())) for n in range(len(rest) + 1)]
    first = next((n, hits) for n, hits in looks if state(plan, n, hits).stop)
    assert stop_at(np.arange(400), y, seed, 0.9) == (switch + first[0], plan.found + first[1])
