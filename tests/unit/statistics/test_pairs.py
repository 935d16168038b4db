"""Two shares beside each other: ends are those of every way to fill the gaps, and limits hold chance too."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import bound_share
from joinedup.statistics.intervals import clopper_pearson, difference, ratio
from joinedup.statistics.joint import CoarseCounts, coarse
from joinedup.statistics.pairs import (
    beside_whole,
    difference_across,
    difference_of,
    group_difference,
    group_ratio,
    ratio_across,
    ratio_of,
)
from tests.unit.statistics.completions import completions

few = st.integers(0, 5)


def share(held, other, unknown):
    return bound_share({"x": held, "y": other, "?": unknown}, "x", missing={"?"})


one_share = st.builds(share, few, few, few.map(lambda n: n + 1))


def ways(bounds):
    """The share in each way to fill the gaps."""
    return [(bounds.held + more) / bounds.total for more in range(bounds.unknown + 1)]


def over(x, y):
    """Anything over nothing may be anything."""
    return x / y if y else math.inf


@settings(deadline=None)
@given(one_share, one_share)
def test_difference_and_ratio_of_strangers_are_those_of_every_way_to_fill_the_gaps(first, second):
    found = difference_of(first, second)
    gaps = [x - y for x, y in product(ways(first), ways(second))]
    assert (found.lower, found.upper) == (min(gaps), max(gaps))
    assert found.limits.lower <= found.lower <= found.upper <= found.limits.upper
    quotients = [over(x, y) for x, y in product(ways(first), ways(second))]
    if not max(ways(second)):
        return
    found = ratio_of(first, second)
    assert (found.lower, found.upper) == (min(quotients), max(quotients))
    assert found.limits.lower <= found.lower <= found.upper <= found.limits.upper


def test_limits_of_two_strangers_are_those_of_each_end():
    first, second = share(20, 70, 10), share(8, 90, 2)
    found = difference_of(first, second, 0.9)
    assert found.limits.lower == difference((20, 100), (10, 100), 0.9).lower
    assert found.limits.upper == difference((30, 100), (8, 100), 0.9).upper
    assert ratio_of(first, second).limits.lower == ratio((20, 100), (10, 100)).lower
    assert ratio_of(share(20, 80, 0), share(20, 30, 0)).limits.upper == ratio((20, 100), (20, 50)).upper
    assert ratio_of(share(0, 9, 0), share(0, 9, 1)).limits.upper == math.inf


@given(few, few, few, few, few, few.map(lambda n: n + 1))
def test_a_part_beside_the_whole_shares_its_missing(held, other, unknown, more_held, more_other, more_unknown):
    if held + other + unknown == 0:
        return
    part = share(held, other, unknown)
    everyone = share(held + more_held, other + more_other, unknown + more_unknown)
    gaps = [
        (held + x) / part.total - (held + more_held + x + y) / everyone.total
        for x, y in product(range(unknown + 1), range(more_unknown + 1))
    ]
    lower, upper = beside_whole(part, everyone)
    assert lower == pytest.approx(min(gaps), abs=1e-12)
    assert upper == pytest.approx(max(gaps), abs=1e-12)
    apart = difference_of(part, everyone)
    assert apart.lower <= lower + 1e-12
    assert upper <= apart.upper + 1e-12


SETS = [frozenset(names) for names in ("A", "B", "C", "AB", "AC", "BC", "ABC")]
coarse_counts = st.dictionaries(st.sampled_from(SETS), st.integers(0, 3), min_size=1, max_size=5).filter(
    lambda counts: 0 < sum(counts.values()) <= 9 and {"A", "B"} <= frozenset().union(*counts)
)


@settings(max_examples=100, deadline=None)
@given(coarse_counts)
def test_two_groups_of_one_population_are_those_of_every_way_to_fill_the_gaps(counts):
    total = sum(counts.values())
    found = group_difference(CoarseCounts(counts), "A", "B")
    gaps = [way["A"] / total - way["B"] / total for way in completions(counts)]
    assert found.lower == pytest.approx(min(gaps), abs=1e-12)
    assert found.upper == pytest.approx(max(gaps), abs=1e-12)
    assert found.limits.lower <= found.lower + 1e-12
    assert found.upper <= found.limits.upper + 1e-12
    quotients = [over(way["A"], way["B"]) for way in completions(counts)]
    if not any(map(math.isfinite, quotients)):
        with pytest.raises(StatisticsError, match="no ratio to a share of nothing"):
            group_ratio(CoarseCounts(counts), "A", "B")
        return
    found = group_ratio(CoarseCounts(counts), "A", "B")
    assert (found.lower, found.upper) == (pytest.approx(min(quotients)), pytest.approx(max(quotients)))


def test_two_groups_that_are_everyone_have_the_limits_of_one_of_them():
    """The difference is then twice the one share less 1, and chance moves it twice as far."""
    found = group_difference(coarse({"A": 30, "B": 70, "?": 0}, missing={"?"}), "A", "B")
    from joinedup.statistics.intervals import wilson

    alone = wilson(30, 100)
    assert found.limits.lower == pytest.approx(2 * alone.lower - 1)
    assert found.limits.upper == pytest.approx(2 * alone.upper - 1)


def test_the_ratio_of_two_groups_is_exact_given_both():
    found = group_ratio(coarse({"A": 30, "B": 10, "C": 60, "?": 5}, missing={"?"}), "A", "B").limits
    low, high = clopper_pearson(30, 45).lower, clopper_pearson(35, 45).upper
    assert (found.lower, found.upper) == (pytest.approx(low / (1 - low)), pytest.approx(high / (1 - high)))


def test_none_and_all_have_limits_too():
    found = group_difference(coarse({"A": 12, "B": 0}, missing=set()), "A", "B")
    assert (found.lower, found.upper) == (1, 1)
    assert found.limits.upper == 1
    assert 0.3 < found.limits.lower < 1


SIDED = list(product((True, False, None), repeat=2))


def sided_ways(counts):
    """(share here, share there) in each way to fill the gaps, where both sides have somebody."""
    kinds = {f"{of}{here}": (of, here) for of, here in product((True, False), repeat=2)}
    sets = {}
    for (of, here), n in counts.items():
        can_be = frozenset(
            name for name, (a, b) in kinds.items() if of in (None, a) and here in (None, b)
        )  # fmt: skip
        sets[can_be] = n
    for way in completions(sets):
        here, there = way["TrueTrue"] + way["FalseTrue"], way["TrueFalse"] + way["FalseFalse"]
        if here and there:
            yield way["TrueTrue"] / here, way["TrueFalse"] / there


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({key: st.integers(0, 4 if None not in key else 2) for key in SIDED}))
def test_two_sides_are_those_of_every_way_to_fill_the_gaps(counts):
    sides = [sum(counts[of, here] for of in (True, False, None)) for here in (True, False)]
    if not all(sides):
        with pytest.raises(StatisticsError, match="Nobody is known to be on one of the two sides"):
            difference_across(counts)
        return
    shares = list(sided_ways(counts))
    gaps = [x - y for x, y in shares]
    found = difference_across(counts)
    assert (found.lower, found.upper) == (pytest.approx(min(gaps)), pytest.approx(max(gaps)))
    quotients = [over(x, y) for x, y in shares]
    if any(map(math.isfinite, quotients)):
        found = ratio_across(counts)
        assert (found.lower, found.upper) == (pytest.approx(min(quotients)), pytest.approx(max(quotients)))


def test_some_of_those_with_both_missing_go_to_either_side():
    """Both sides alike, 10 wholly unknown: at most apart with 5 members here and 5 others there."""
    counts = {(True, True): 1, (False, True): 9, (True, False): 9, (False, False): 1, (None, None): 10}
    found = difference_across(counts)
    assert found.upper == pytest.approx((1 + 5) / (10 + 5) - 9 / (10 + 5))
    assert found.limits.upper == difference((6, 15), (9, 15)).upper


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: ratio_of(share(0, 5, 0), share(0, 5, 0)), "no ratio to"),
        (lambda: beside_whole(share(5, 5, 0), share(4, 5, 9)), "A part has no more"),
        (lambda: beside_whole(share(5, 5, 0), share(5, 4, 9)), "A part has no more"),
        (lambda: beside_whole(share(1, 5, 0), share(5, 4, 0)), "A part has no more"),
        (lambda: group_difference(coarse({"A": [1, 2], "B": [1, 2]}, missing=set()), "A", "B"), "in one count"),
        (lambda: group_difference(coarse({"A": 1, "B": 1}, missing=set()), "A", "A"), "Two groups are compared"),
        (lambda: group_difference(coarse({"A": 0, "B": 0}, missing=set()), "A", "B"), "Two groups are compared"),
        (lambda: group_difference(coarse({"A": 1, "B": 1}, missing=set()), "A", "C"), "Nobody can be C"),
        (lambda: difference_across({(True, True): -1, (True, False): 1}), "below zero"),
        (lambda: difference_of(share(1, 1, 1), share(1, 1, 1), 95), "not between 0 and 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(act, message):
    with pytest.raises(StatisticsError, match=message):
        act()
