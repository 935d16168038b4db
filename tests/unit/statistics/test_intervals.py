"""Limits for chance: published figures, edges, and a slow plain reference."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, poisson

from joinedup.errors import StatisticsError
from joinedup.statistics.intervals import (
    Interval,
    byar,
    clopper_pearson,
    count_limits,
    difference,
    dobson,
    poisson_exact,
    ratio,
    wilson,
)

CONFIDENCE = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.998])


def ends(interval: Interval, digits: int) -> tuple[float, float]:
    return round(interval.lower, digits), round(interval.upper, digits)


@pytest.mark.shared
def test_byar_and_wilson_are_those_of_the_published_test_figures(shared: Path):
    cases = json.loads((shared / "data/statistics/phe_indicator_cases.json").read_text(encoding="utf-8"))["byar_wilson"]
    assert len(cases) == 13
    for case in cases:
        confidence = float(case["confidence"].rstrip("%")) / 100
        found = byar(case["x"], confidence) if case["n"] is None else wilson(case["x"], case["n"], confidence)
        # One printed row has no lower limit: the cube of 1 event at 99.8% is negative, and is 0 here.
        expected = (case["lowercl"] or 0.0, case["uppercl"])
        assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-9, abs=5e-11), case


@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_are_those_of_newcombe_1998_table_2_method_10(first, second, lower, upper):
    assert ends(difference(first, second), 4) == (lower, upper)


def test_a_ratio_of_rates_has_the_limits_that_r_prints():
    """poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)) of its help page: 1.971488 (0.8584264 to 4.2772659)."""
    assert ends(ratio((11, 800), (6 + 8 + 7, 1083 + 1050 + 878)), 7) == (0.8584264, 4.2772659)


def test_nobody_and_everybody_have_one_certain_end():
    assert (wilson(0, 20).lower, wilson(20, 20).upper) == (0, 1)
    assert (clopper_pearson(0, 20).lower, clopper_pearson(20, 20).upper) == (0, 1)
    # None of n at 95%: the rule of three, 1 - 0.025 ** (1 / n).
    assert clopper_pearson(0, 20).upper == pytest.approx(1 - 0.025 ** (1 / 20))
    assert poisson_exact(0).lower == byar(0).lower == 0
    assert poisson_exact(0).upper == pytest.approx(-math.log(0.025))


def test_the_lower_limit_of_one_event_at_99_8_is_not_below_none():
    """1 - 1/9 - 3.09/3 is below 0, and so would be its cube."""
    assert byar(1, 0.998).lower == 0 < byar(2, 0.998).lower
    assert byar(1, 0.95).lower == pytest.approx(0.0130721329)


def test_counts_are_exact_below_ten_events_and_byars_from_there_on():
    assert [count_limits(events).method for events in (0, 9, 10)] == ["Exact", "Exact", "Byar"]
    assert count_limits(9, 0.998) == poisson_exact(9, 0.998)
    assert count_limits(10, 0.998) == byar(10, 0.998)


@given(st.integers(0, 2_000), CONFIDENCE)
def test_more_events_never_have_lower_limits(events, confidence):
    for limits in (count_limits, poisson_exact, byar):
        one, more = limits(events, confidence), limits(events + 1, confidence)
        assert one.lower <= more.lower
        assert one.upper < more.upper
        assert one.lower <= events < one.upper


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 60), CONFIDENCE)
def test_exact_limits_of_a_share_leave_the_promised_tail_on_each_side(events, others, confidence):
    of, tail = events + others, (1 - confidence) / 2
    found = clopper_pearson(events, of, confidence)
    assert binom.cdf(events, of, found.upper) == pytest.approx(tail)
    if events:
        assert binom.sf(events - 1, of, found.lower) == pytest.approx(tail)
    assert found.lower <= wilson(events, of, confidence).lower + 0.05
    assert found.method == "Clopper-Pearson"


@settings(deadline=None)
@given(st.integers(1, 200), CONFIDENCE)
def test_exact_limits_of_a_count_are_found_by_slow_search_too(events, confidence):
    tail, found = (1 - confidence) / 2, poisson_exact(events, confidence)
    slow = brentq(lambda mean: poisson.sf(events - 1, mean) - tail, 1e-12, 5 * events + 50, xtol=1e-12)
    assert found.lower == pytest.approx(slow, rel=1e-6)
    slow = brentq(lambda mean: poisson.cdf(events, mean) - tail, 1e-12, 5 * events + 50, xtol=1e-12)
    assert found.upper == pytest.approx(slow, rel=1e-6)


@given(st.integers(0, 100), st.integers(1, 100), CONFIDENCE)
def test_wilsons_limits_are_where_the_score_test_just_does_not_reject(events, others, confidence):
    of = events + others
    found = wilson(events, of, confidence)
    z = abs((events / of - found.upper) / math.sqrt(found.upper * (1 - found.upper) / of))
    assert math.erf(z / math.sqrt(2)) == pytest.approx(confidence)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_swapping_two_groups_turns_difference_and_ratio_round(a, b, c, d):
    first, second = (a, a + b), (c, c + d)
    one, other = difference(first, second), difference(second, first)
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower))
    assert -1 <= one.lower <= one.upper <= 1
    if a + c:
        one, other = ratio(first, second), ratio(second, first)
        assert one.lower == pytest.approx(0 if math.isinf(other.upper) else 1 / other.upper)


def test_a_ratio_has_no_upper_end_over_a_rate_of_nothing():
    found = ratio((4, 100), (0, 100))
    assert found.upper == math.inf
    # Of 4 events all are the first's: at least 0.025 ** (1/4) of them by right.
    assert found.lower == pytest.approx(0.025**0.25 / (1 - 0.025**0.25))
    assert ratio((0, 100), (4, 100)).lower == 0


def test_dobsons_limits_of_an_unweighted_sum_are_byars():
    found, plain = dobson(65, 65, 65), byar(65)
    assert (found.lower, found.upper) == pytest.approx((plain.lower, plain.upper))
    # Each event weighs 3: variance 9 x 65, so that every limit is three times as far.
    assert dobson(195, 9 * 65, 65).lower == pytest.approx(3 * plain.lower)


def test_limits_are_scaled_with_what_they_are_limits_of():
    assert Interval(1.0, 2.0, 0.95, "Byar").times(10) == Interval(10.0, 20.0, 0.95, "Byar")


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, math.nan])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    for limits in (poisson_exact, byar):
        with pytest.raises(StatisticsError, match=r"Write 0\.95 for 95%"):
            limits(5, confidence)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        wilson(1, 2, confidence)


@pytest.mark.parametrize(("events", "of"), [(3, 2), (0, 0), (1, math.inf), (-1, 5), (math.nan, 5), (1, math.nan)])
def test_a_share_that_cannot_be_is_refused(events, of):
    for limits in (wilson, clopper_pearson):
        with pytest.raises(StatisticsError):
            limits(events, of)


@pytest.mark.parametrize("events", [-1, math.inf, math.nan])
def test_a_count_that_cannot_be_is_refused(events):
    for limits in (poisson_exact, byar, count_limits):
        with pytest.raises(StatisticsError, match="zero or more"):
            limits(events)


def test_a_ratio_without_events_and_a_weighted_sum_without_are_refused():
    for first, second in [((0, 5), (0, 5)), ((1, 0), (1, 5)), ((1, 5), (1, 0))]:
        with pytest.raises(StatisticsError, match="no ratio"):
            ratio(first, second)
    for variance, events in [(1, 0), (-1, 5)]:
        with pytest.raises(StatisticsError, match="no limits"):
            dobson(1, variance, events)
