"""Several groups at once: the ends are the least and most over every way to fill the gaps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import bound_share, bound_shares
from joinedup.statistics.joint import (
    CoarseCounts,
    bound_contrast,
    bound_ratio,
    can_be_at_once,
    coarse,
    crossed,
)
from tests.unit.statistics.completions import completions

COUNTS = {"White": 44, "Asian": 16, "Black": 8, "unknown": 32}
SETS = [frozenset(names) for names in ("A", "B", "C", "AB", "AC", "BC", "ABC")]
small_counts = st.dictionaries(st.sampled_from(SETS), st.integers(0, 3), min_size=1, max_size=5).filter(
    lambda counts: 0 < sum(counts.values()) <= 9
)
weight = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 1.0, 1.5, 3.0])
above_zero = st.sampled_from([0.0, 0.25, 1.0, 2.0])


def test_one_group_of_several_has_the_ends_that_it_has_alone():
    alone = bound_share(COUNTS, "Asian", missing={"unknown"})
    jointly = bound_contrast(coarse(COUNTS, missing={"unknown"}), {"Asian": 1})
    assert (jointly.lower, jointly.upper) == (alone.lower, alone.upper) == (16 / 100, (16 + 32) / 100)
    assert (jointly.least, jointly.most) == (alone.least, alone.most) == ((16, 100), (48, 100))


def test_the_difference_of_two_groups_is_no_narrower_than_from_their_own_ends():
    """At its lower end all the missing are Asian: then White is at its lower end and Asian at its upper one."""
    found = bound_contrast(coarse(COUNTS, missing={"unknown"}), {"White": 1, "Asian": -1})
    assert (found.lower, found.upper) == ((44 - (16 + 32)) / 100, ((44 + 32) - 16) / 100)


def test_the_sum_of_two_groups_is_narrower_than_from_their_own_ends():
    found = bound_contrast(coarse(COUNTS, missing={"unknown"}), {"White": 1, "Asian": 1})
    assert (found.lower, found.upper) == ((44 + 16) / 100, (44 + 16 + 32) / 100)  # not 44 + 32 + 16 + 32


def test_one_group_less_the_mean_of_two_is_narrower_than_from_their_own_ends():
    found = bound_contrast(coarse(COUNTS, missing={"unknown"}), {"White": 1, "Asian": -0.5, "Black": -0.5})
    assert found.lower == pytest.approx((44 - (16 + 8 + 32) / 2) / 100)  # apart: 44 - (16 + 32 + 8 + 32) / 2
    assert found.upper == pytest.approx((44 + 32 - (16 + 8) / 2) / 100)


def test_knowing_what_a_missing_answer_is_not_narrows_the_bounds():
    seen_not_white = {frozenset({"White"}): 44, frozenset({"Asian"}): 16, frozenset({"Asian", "Black"}): 32,
                      frozenset({"Black"}): 8}  # fmt: skip
    found = bound_contrast(CoarseCounts(seen_not_white), {"White": 1, "Asian": -1})
    assert (found.lower, found.upper) == ((44 - 16 - 32) / 100, (44 - 16) / 100)


def test_rate_ratio_of_two_groups():
    found = bound_ratio(coarse(COUNTS, missing={"unknown"}), {"Asian": 1 / 2_000}, {"White": 1 / 7_000})
    assert found.lower == pytest.approx((16 / 2_000) / ((44 + 32) / 7_000))
    assert found.upper == pytest.approx(((16 + 32) / 2_000) / (44 / 7_000))


def test_share_among_the_charged_where_group_or_stage_or_both_are_missing():
    counts = {
        ("Asian", "charged"): 6, ("White", "charged"): 10, (None, "charged"): 4,
        ("Asian", "not"): 5, ("White", "not"): 20, (None, "not"): 7,
        ("Asian", None): 3, ("White", None): 9, (None, None): 2,
    }  # fmt: skip
    charged = ["Asian, charged", "White, charged"]
    found = bound_ratio(crossed(counts), {"Asian, charged": 1}, dict.fromkeys(charged, 1))
    assert found.lower == 6 / (6 + 10 + 4 + 9 + 2)  # who could be White and charged is, who could be Asian and not is
    assert found.upper == (6 + 4 + 3 + 2) / (6 + 10 + 4 + 3 + 2)
    assert found.least == (6, 31)


@settings(max_examples=200, deadline=None)
@given(small_counts, st.tuples(weight, weight, weight), st.tuples(above_zero, above_zero, above_zero))
def test_ratios_are_those_of_every_way_to_fill_the_gaps(counts, over, under):
    names = sorted(frozenset().union(*counts))
    above, below = (dict(zip(names, weights, strict=False)) for weights in (over, under))
    if any(above[name] < 0 and below[name] == 0 for name in names):
        return
    found = []
    for way in completions(counts):
        top, bottom = (sum(weights[name] * way[name] for name in names) for weights in (above, below))
        found += [top / bottom] if bottom else [math.inf] if top else []
    if not any(map(math.isfinite, found)):
        with pytest.raises(StatisticsError, match="Nobody can be in what this is a share of"):
            bound_ratio(CoarseCounts(counts), above, below)
        return
    bounds = bound_ratio(CoarseCounts(counts), above, below)
    assert bounds.lower == pytest.approx(min(found), abs=1e-12)
    assert bounds.upper == pytest.approx(max(found), abs=1e-12)
    assert bounds.least[0] / bounds.least[1] == bounds.lower


@settings(max_examples=150, deadline=None)
@given(small_counts, st.tuples(*[st.sampled_from([0, 1 / 4, 1 / 3, 1 / 2, 0.6, 1])] * 6))
def test_shares_can_be_at_once_where_some_way_to_fill_the_gaps_gives_them_all(counts, sides):
    """Where whole records allow it the program must; where it does, parts of records may be needed."""
    names = sorted(frozenset().union(*counts))
    floor, ceiling = dict(zip(names, sides[:3], strict=False)), dict(zip(names, sides[3:], strict=False))
    total = sum(counts.values())
    possible = can_be_at_once(CoarseCounts(counts), floor, ceiling)
    whole = any(all(floor[k] * total <= way[k] <= ceiling[k] * total for k in names) for way in completions(counts))
    assert possible or not whole
    if all(side * total == int(side * total) for side in sides):
        assert possible == whole


def test_white_and_asian_can_each_be_high_but_not_both():
    counts = coarse(COUNTS, missing={"unknown"})
    assert can_be_at_once(counts, {"White": 0.76})
    assert can_be_at_once(counts, {"Asian": 0.48})
    assert can_be_at_once(counts, {"White": 0.6, "Asian": 0.32})
    assert not can_be_at_once(counts, {"White": 0.6, "Asian": 0.33})
    assert not can_be_at_once(counts, {"White": 0.6}, {"Black": 0.07})


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=6))
def test_many_cells_at_once_are_each_what_they_are_alone(rows):
    names = ("A", "B", "C", "?")
    arrays = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    many = bound_ratio(coarse(arrays, missing={"?"}), {"A": 2, "B": 1}, {"B": 1, "C": 3})
    for place, row in enumerate(rows):
        try:
            alone = bound_ratio(coarse(dict(zip(names, row, strict=True)), missing={"?"}), {"A": 2, "B": 1},
                                {"B": 1, "C": 3})  # fmt: skip
        except StatisticsError:
            assert math.isnan(many.lower[place])
            continue
        assert (many.lower[place], many.upper[place]) == (alone.lower, alone.upper)


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=1, max_size=8))
def test_shares_of_many_cells_are_each_what_they_are_alone(rows):
    held, other, unknown = map(np.array, zip(*rows, strict=True))
    many = bound_shares(held, unknown, held + other + unknown)
    for place, (x, y, z) in enumerate(rows):
        if x + y + z == 0:
            assert math.isnan(many.lower[place])
            continue
        alone = bound_share({"x": x, "y": y, "?": z}, "x", missing={"?"})
        assert (many.lower[place], many.upper[place]) == (alone.lower, alone.upper)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: coarse({"White": 1, "?": 2}, missing={"?"}), "Fewer than two answers"),
        (lambda: CoarseCounts({frozenset(): 2}), "one category or more"),
        (lambda: CoarseCounts({}), "one category or more"),
        (lambda: CoarseCounts({frozenset("A"): -1}), "whole numbers of zero or more"),
        (lambda: CoarseCounts({frozenset("A"): 1.5}), "whole numbers of zero or more"),
        (lambda: bound_ratio(CoarseCounts({frozenset("A"): 1}), {"B": 1}, {"A": 1}), "Nobody can be B"),
        (lambda: bound_ratio(CoarseCounts({frozenset("A"): 1}), {"A": 1}, {"A": -1}), "no negative weights"),
        (lambda: bound_contrast(CoarseCounts({frozenset("A"): 0}), {"A": 1}), "Nobody can be in"),
        (lambda: can_be_at_once(CoarseCounts({frozenset("A"): 0}), {"A": 1}), "one count of somebody"),
        (lambda: can_be_at_once(CoarseCounts({frozenset("A"): np.array([1, 2])}), {"A": 1}), "one count of somebody"),
        (lambda: crossed({("A", None): 1}), "one of the two answers"),
        (lambda: bound_shares([1], [2], [2]), "more|More"),
        (lambda: bound_shares([0.5], [2], [2]), "whole numbers"),
    ],
)
def test_what_cannot_be_bounded_is_refused(act, message):
    with pytest.raises(StatisticsError, match=message):
        act()
