"""Tipping points: one more, or one fewer, of the missing turns the claim."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import bound_share
from joinedup.statistics.joint import CoarseCounts, coarse
from joinedup.statistics.tipping import tip_groups, tip_pair, tip_share
from joinedup.statistics.verdicts import verdict_of
from tests.unit.statistics.completions import completions

few = st.integers(0, 8)


def share(held, other, unknown):
    return bound_share({"x": held, "y": other, "?": unknown}, "x", missing={"?"})


def allowed(tip):
    """The numbers of the missing under which the claim holds, by the tipping point."""
    if tip.verdict != "insufficient":
        return range(tip.missing + 1) if tip.verdict == "holds" else range(0)
    return range(tip.records, tip.missing + 1) if tip.turns == "fewer" else range(tip.records + 1)


def test_south_yorkshire_asian_share_of_searches_against_residents():
    """121 of 3,036 known to be Asian, 757 missing, 5.755% of residents: 3,036 x 5.755% = 174.7, so 175 - 121 = 54."""
    tip = tip_share(share(121, 3_036 - 121 - 757, 757), "more than", 0.05755, "Asian")
    assert str(tip) == (
        "Share more than 5.755%: holds unless fewer than 54 of the 757 missing (7.1% of the missing) are Asian."
    )
    assert (tip.records, tip.of_missing) == (54, 54 / 757)


def test_a_share_that_is_less_bears_some_of_the_missing():
    tip = tip_share(share(10, 80, 10), "less than", 0.15)
    assert (tip.turns, tip.records) == ("more", 4)  # 14 of 100 is less than 15%, 15 is not


def test_a_tenth_is_what_was_written_and_not_the_binary_number_nearest_to_it():
    assert tip_share(share(9, 89, 2), "more than", 0.1).records == 2  # 10 of 100 is not more than a tenth
    assert tip_share(share(9, 89, 2), "less than", 0.1).records == 0
    assert tip_share(share(1, 1, 1), "more than", Fraction(1, 3)).records == 1


def test_claims_that_nothing_turns_say_so():
    assert str(tip_share(share(52, 38, 10), "more than", 0.136)) == "Share more than 13.6%: holds whatever is missing."
    assert "contradicted, whatever is missing" in str(tip_share(share(52, 38, 10), "less than", 0.136))
    assert tip_share(share(52, 38, 10), "more than", 0.136).of_missing is None


@settings(deadline=None)
@given(few, few, few, st.sampled_from(["more than", "less than"]), st.sampled_from([0, 0.1, 0.2, 0.25, 0.5, 0.9, 1]))
def test_the_tipping_point_of_a_share_is_that_of_every_way_to_fill_the_gaps(held, other, unknown, side, benchmark):
    if held + other + unknown == 0:
        return
    bounds, limit = share(held, other, unknown), Fraction(str(benchmark))
    shares = [Fraction(held + x, bounds.total) for x in range(unknown + 1)]
    right = [x for x, one in enumerate(shares) if (one > limit if side == "more than" else one < limit)]
    tip = tip_share(bounds, side, benchmark)
    assert list(allowed(tip)) == right
    sign = 1 if side == "more than" else -1
    assert tip.verdict == verdict_of(*sorted((sign * bounds.lower, sign * bounds.upper)), sign * benchmark)


@settings(deadline=None)
@given(st.tuples(few, few, few), st.tuples(few, few, few), st.sampled_from([1, 0.5, 2, 1.5]))
def test_the_tipping_points_of_two_shares_are_those_of_every_way_to_fill_the_gaps(one, other, times):
    if sum(one) == 0 or sum(other) == 0:
        return
    first, second = share(*one), share(*other)
    for x, y in product(range(first.unknown + 1), range(second.unknown + 1)):
        holds = Fraction(one[0] + x, sum(one)) > Fraction(str(times)) * Fraction(other[0] + y, sum(other))
        assert (x in allowed(tip_pair(first, second, times, of_second=y))) == holds
        assert (y in allowed(tip_pair(first, second, times, of_first=x))) == holds


def test_a_line_of_tipping_points_between_two_populations():
    first, second = share(30, 60, 10), share(20, 60, 20)
    assert str(tip_pair(first, second, of_second=20)) == (
        "First share more than the second, if 20 of the second's missing are of the group: contradicted, whatever is "
        "missing."
    )
    assert tip_pair(first, second, of_second=15).records == 6  # 36 of 100 beside 35
    assert tip_pair(first, second, of_first=0).records == 9  # 30 of 100 beside 29


SETS = [frozenset(names) for names in ("A", "B", "C", "AB", "AC", "BC", "ABC")]
coarse_counts = st.dictionaries(st.sampled_from(SETS), st.integers(0, 4), min_size=1, max_size=5).filter(
    lambda counts: 0 < sum(counts.values()) <= 9 and {"A", "B"} <= frozenset().union(*counts)
)


@settings(max_examples=150, deadline=None)
@given(coarse_counts, st.sampled_from([1, 0.5, 2]))
def test_the_tipping_point_of_two_groups_is_that_of_every_way_to_fill_the_gaps(counts, times):
    sure = {name: counts.get(frozenset(name), 0) for name in "AB"}
    factor = Fraction(str(times))
    tip = tip_groups(CoarseCounts(counts), "A", "B", times)
    moving, still = ("B", "A") if tip.turns == "more" else ("A", "B")
    able = sum(n for can_be, n in counts.items() if moving in can_be)
    right = [
        n for n in range(able - sure[moving] + 1)
        if (sure["A"] > factor * (sure["B"] + n) if moving == "B" else sure["A"] + n > factor * sure["B"])
    ]  # fmt: skip
    assert list(allowed(tip)) == right
    verdicts = {way["A"] > factor * way["B"] for way in completions(counts)}
    assert tip.verdict == ("insufficient" if len(verdicts) == 2 else "holds" if verdicts == {True} else "contradicted")
    assert still not in tip.group or f"none {still}" in tip.group


def test_two_groups_of_one_population():
    counts = coarse({"White": 44, "Asian": 16, "Black": 8, "unknown": 32}, missing={"unknown"})
    assert str(tip_groups(counts, "White", "Asian")) == (
        "White more than Asian: holds unless more than 27 of the 32 missing (84.4% of the missing) are Asian and none "
        "White."
    )
    assert str(tip_groups(counts, "Asian", "White")) == (
        "Asian more than White: holds unless fewer than 29 of the 32 missing (90.6% of the missing) are Asian and none "
        "White."
    )
    assert str(tip_groups(counts, "White", "Asian", 5)) == (
        "White more than 5 x Asian: contradicted, whatever is missing."  # 44 + 32 is less than 5 times 16
    )


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: tip_share(share(1, 1, 1), "more than", 1.5), "a number from 0 to 1"),
        (lambda: tip_pair(share(1, 1, 1), share(1, 1, 1)), "in one of the two populations"),
        (lambda: tip_pair(share(1, 1, 1), share(1, 1, 1), of_first=1, of_second=1), "in one of the two populations"),
        (lambda: tip_pair(share(1, 1, 1), share(1, 1, 1), of_first=2), "Only 1 are missing, not 2"),
        (lambda: tip_pair(share(1, 1, 1), share(1, 1, 1), of_second=-1), "below zero"),
        (lambda: tip_pair(share(1, 1, 1), share(1, 1, 1), 0, of_second=1), "times a number above 0"),
        (lambda: tip_groups(CoarseCounts({frozenset("AB"): 1}), "A", "B", -1), "times a number above 0"),
    ],
)
def test_a_tipping_point_that_cannot_be_worked_out_is_refused(act, message):
    with pytest.raises(StatisticsError, match=message):
        act()
