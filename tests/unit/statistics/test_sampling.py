"""Chance on top of the missing, and the verdict on two ends."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import bound_share
from joinedup.statistics.intervals import clopper_pearson, wilson
from joinedup.statistics.joint import bound_ratio, crossed
from joinedup.statistics.sampling import with_chance, with_chance_of_truth
from joinedup.statistics.verdicts import verdict_of


def share(held, other, unknown):
    return bound_share({"x": held, "y": other, "?": unknown}, "x", missing={"?"})


def test_each_end_moves_out_by_its_own_limit():
    found = with_chance(share(5, 285, 5))
    assert (found.lower, found.upper) == (wilson(5, 295).lower, wilson(10, 295).upper)
    assert (round(found.lower, 5), round(found.upper, 5)) == (0.00726, 0.06126)  # Durham, Asian, in the ledger
    assert found.method == "Worst case, Wilson"
    exact = with_chance(share(5, 285, 5), limits=clopper_pearson)
    assert (exact.lower, exact.upper) == (clopper_pearson(5, 295).lower, clopper_pearson(10, 295).upper)


def test_a_share_within_a_stage_that_is_missing_moves_out_too():
    counts = {("Asian", "charged"): 6, ("White", "charged"): 10, ("Asian", None): 3, ("White", None): 9,
              ("White", "not"): 5}  # fmt: skip
    bounds = bound_ratio(crossed(counts), {"Asian, charged": 1}, {"Asian, charged": 1, "White, charged": 1})
    found = with_chance(bounds)
    assert (found.lower, found.upper) == (wilson(6, 25).lower, wilson(9, 19).upper)


def test_where_nothing_is_missing_the_truth_needs_what_the_bounds_need():
    both = with_chance_of_truth(share(30, 70, 0))
    assert (both.lower, both.upper) == pytest.approx((wilson(30, 100).lower, wilson(30, 100).upper))


def test_where_much_is_missing_the_truth_needs_one_side_at_a_time():
    one = with_chance_of_truth(share(300, 400, 300))
    assert one.lower == pytest.approx(wilson(300, 1000, 0.9).lower)
    assert one.upper == pytest.approx(wilson(600, 1000, 0.9).upper)
    assert one.confidence == 0.95
    nothing_known = with_chance_of_truth(share(0, 0, 20))
    assert (nothing_known.lower, nothing_known.upper) == (0, 1)


def test_the_wider_of_the_two_spreads_counts():
    bounds = share(2, 994, 4)
    found = with_chance_of_truth(bounds)
    apart = (6 - 2) / 1000 / math.sqrt(0.006 * 0.994 / 1000)
    out = NormalDist().inv_cdf(0.95)
    while NormalDist().cdf(out + apart) - NormalDist().cdf(-out) < 0.95:
        out += 1e-6
    assert out - NormalDist().inv_cdf(0.95) > 1e-4
    assert found.upper == pytest.approx(wilson(6, 1000, 2 * NormalDist().cdf(out) - 1).upper, abs=1e-8)


def test_in_between_it_moves_as_the_equation_of_the_paper_says():
    bounds = share(300, 690, 10)
    found = with_chance_of_truth(bounds)
    spread = math.sqrt(0.31 * 0.69 / 1000)
    out = next(z / 1000 for z in range(1600, 2000) if NormalDist().cdf(z / 1000 + 0.01 / spread)
               - NormalDist().cdf(-z / 1000) >= 0.95)  # fmt: skip
    assert 1.66 < out < 1.9
    assert found.lower == pytest.approx(wilson(300, 1000, 2 * NormalDist().cdf(out) - 1).lower, abs=1e-4)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.6, 0.8, 0.95, 0.998]))
def test_limits_for_the_truth_lie_between_the_bounds_and_those_for_the_bounds(held, other, unknown, confidence):
    if held + other + unknown == 0:
        return
    bounds = share(held, other, unknown)
    wide, near = with_chance(bounds, confidence), with_chance_of_truth(bounds, confidence)
    assert wide.lower - 1e-9 <= near.lower
    assert near.upper <= wide.upper + 1e-9


@pytest.mark.parametrize(
    ("lower", "upper", "benchmark", "expected"),
    [
        (0.52, 0.62, 0.136, "holds"),
        (0.16, 0.48, 0.209, "insufficient"),
        (0.0169, 0.0169, 0.01715, "contradicted"),
        (0.2, 0.5, 0.2, "insufficient"),  # may be exactly as much, and is then not more
        (0.1, 0.2, 0.2, "contradicted"),  # at most exactly as much
        (1.2, math.inf, 1, "holds"),
        (-0.62, -0.52, -0.136, "contradicted"),  # "less than 13.6%"
    ],
)
def test_verdicts_on_more_than(lower, upper, benchmark, expected):
    assert verdict_of(lower, upper, benchmark) == expected


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_claim_and_its_opposite_never_both_hold(one, other, benchmark):
    lower, upper = sorted((one, other))
    verdicts = {verdict_of(lower, upper, benchmark), verdict_of(-upper, -lower, -benchmark)}
    assert verdicts != {"holds"}
    assert "holds" not in verdicts or verdicts == {"holds", "contradicted"}


def test_a_confidence_that_misses_as_often_as_it_holds_is_refused():
    with pytest.raises(StatisticsError, match="say nothing"):
        with_chance_of_truth(share(1, 1, 1), 0.5)


def test_a_verdict_on_ends_that_are_none_is_refused():
    with pytest.raises(StatisticsError, match="two ends in order"):
        verdict_of(0.5, 0.2, 0.3)
    with pytest.raises(StatisticsError, match="two ends in order"):
        verdict_of(math.nan, 0.2, 0.3)
