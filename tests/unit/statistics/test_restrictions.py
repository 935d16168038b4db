"""What an assumption about the missing narrows: by how much, in which words, and when it is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import ShareBounds, bound_share
from joinedup.statistics.intervals import wilson
from joinedup.statistics.restrictions import (
    NO_LESS_LIKELY,
    NO_MORE_LIKELY,
    Assumption,
    narrow,
    odds_within,
    same_whatever,
)
from joinedup.statistics.sampling import with_chance


def share(held: int, other: int, unknown: int) -> ShareBounds:
    return bound_share({"x": held, "y": other, "?": unknown}, "x", missing={"?"})


GMP = share(16, 52, 32)  # Greater Manchester, of all suspects of child sexual abuse: Asian, others, unknown, per 100


def test_no_more_likely_cuts_the_upper_end_to_the_share_of_those_known():
    found = narrow(GMP, NO_MORE_LIKELY)
    assert (found.lower, found.upper) == (16 / 100, pytest.approx(16 / 68))
    assert found.points_narrowed == pytest.approx(100 * (48 / 100 - 16 / 68))
    assert found.name == "no more likely among the missing"
    assert found.sentence.startswith("Those whose answer is missing are of the group no more often")
    assert found.worst == GMP


def test_no_less_likely_lifts_the_lower_end_to_it():
    found = narrow(GMP, NO_LESS_LIKELY)
    assert (found.lower, found.upper) == (pytest.approx(16 / 68), pytest.approx(48 / 100))


def test_odds_within_two_of_those_known():
    found = narrow(GMP, odds_within(2))
    odds = 16 / 52
    few, many = (of / (1 + of) for of in (odds / 2, odds * 2))
    assert found.lower == pytest.approx((16 + 32 * few) / 100)
    assert found.upper == pytest.approx((16 + 32 * many) / 100)
    assert found.name == "odds within 2"


def test_odds_within_one_are_the_share_of_those_known_and_within_a_million_nearly_the_worst_case():
    same, any_odds = narrow(GMP, odds_within(1)), narrow(GMP, odds_within(1e6))
    assert (same.lower, same.upper) == (pytest.approx(16 / 68), pytest.approx(16 / 68))
    assert (any_odds.lower, any_odds.upper) == (pytest.approx(0.16, abs=1e-5), pytest.approx(0.48, abs=1e-5))


def test_two_assumptions_hold_together():
    found = narrow(GMP, NO_LESS_LIKELY, odds_within(2))
    assert found.lower == pytest.approx(16 / 68)
    assert found.upper == pytest.approx(narrow(GMP, odds_within(2)).upper)
    assert found.name == "no less likely among the missing and odds within 2"


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 6), st.sampled_from([1, 1.5, 2, 5]))
def test_ends_are_those_of_every_way_to_fill_the_gaps_that_the_assumption_allows(held, other, unknown, factor):
    """Whole ways to fill the gaps lie inside, and nothing beyond the next whole way is allowed."""
    bounds = share(held, other, unknown)
    known, total = held / (held + other), held + other + unknown
    for assumption in (NO_MORE_LIKELY, NO_LESS_LIKELY, odds_within(factor)):
        low, high = assumption.between(known)
        allowed = [x for x in range(unknown + 1) if low * unknown - 1e-9 <= x <= high * unknown + 1e-9]
        found = narrow(bounds, assumption)
        for x in allowed:
            assert found.lower - 1e-9 <= (held + x) / total <= found.upper + 1e-9
        if allowed:
            assert (held + min(allowed) - 1) / total < found.lower + 1e-9
            assert found.upper - 1e-9 < (held + max(allowed) + 1) / total


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 300), st.sampled_from([1, 1.5, 2, 5]))
def test_limits_hold_the_ends_and_an_end_that_is_not_moved_keeps_its_limit(held, other, unknown, factor):
    bounds = share(held, other, unknown)
    for assumption in (NO_MORE_LIKELY, NO_LESS_LIKELY, odds_within(factor)):
        found = narrow(bounds, assumption)
        assert bounds.lower - 1e-12 <= found.lower <= found.upper + 1e-12
        assert found.upper <= bounds.upper + 1e-12
        assert found.limits.lower <= found.lower + 1e-12
        assert found.upper <= found.limits.upper + 1e-12
    assert narrow(bounds, NO_MORE_LIKELY).limits.lower == with_chance(bounds).lower
    assert narrow(bounds, NO_LESS_LIKELY).limits.upper == with_chance(bounds).upper


def test_chance_moves_the_share_of_those_known_and_the_share_missing():
    found = narrow(GMP, odds_within(2)).limits
    known, gaps = wilson(16, 68, 0.975), wilson(32, 100, 0.975)
    odds = known.upper / (1 - known.upper) * 2
    assert found.upper == pytest.approx((1 - gaps.upper) * known.upper + gaps.upper * odds / (1 + odds))
    odds = known.lower / (1 - known.lower) / 2
    assert found.lower == pytest.approx((1 - gaps.upper) * known.lower + gaps.upper * odds / (1 + odds))


def test_where_the_missing_are_more_often_of_the_group_fewer_missing_make_the_lower_limit():
    more = Assumption("half as often again", "Half as often again.", lambda known: (1.5 * known, 1.0))
    known, gaps = wilson(16, 68, 0.975), wilson(32, 100, 0.975)
    assert narrow(GMP, more).limits.lower == pytest.approx((1 + 0.5 * gaps.lower) * known.lower)


MONTHS = {"May": share(8, 90, 2), "June": share(3, 40, 57), "July": share(12, 63, 25)}


def test_months_without_much_missing_speak_for_the_others():
    months = MONTHS | {"July": share(9, 66, 25)}
    found = same_whatever(months, "month")
    assert (found.lower, found.upper) == (9 / 100, (8 + 2) / 100)
    assert found.worst == share(8 + 3 + 9, 90 + 40 + 66, 2 + 57 + 25)
    assert found.points_narrowed == pytest.approx(100 * (84 / 300 - 1 / 100))
    assert found.sentence == "The share of the group is the same whatever the month."
    each = 1 - 0.05 / 3
    assert found.limits.upper == min(wilson(10, 100, each).upper, wilson(60, 100, each).upper)
    assert found.limits.lower == max(wilson(n, 100, each).lower for n in (8, 3, 9))


def test_ends_that_only_touch_are_one_share():
    found = same_whatever({"May": share(8, 90, 2), "June": share(10, 80, 10)}, "month")
    assert (found.lower, found.upper) == (0.1, 0.1)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: narrow(GMP), "compares the missing with those known"),
        (lambda: narrow(share(0, 0, 5), NO_MORE_LIKELY), "compares the missing with those known"),
        (lambda: narrow(share(0, 5, 5), NO_MORE_LIKELY), "to say the same of the missing is to know it"),
        (lambda: narrow(share(5, 0, 5), odds_within(3)), "to say the same of the missing is to know it"),
        (lambda: odds_within(0.5), "factor of 1 or more, not 0.5"),
        (lambda: odds_within(math.inf), "factor of 1 or more, not inf"),
        (lambda: narrow(GMP, odds_within(2), Assumption("none", "None.", lambda known: (0, 0))), "right together"),
        (lambda: same_whatever({"May": GMP}, "month"), "takes two values"),
        (lambda: same_whatever(MONTHS, "month"), "ends of every month: as counted, .*, perhaps by chance"),
        (lambda: same_whatever({"May": share(1, 99, 0), "June": share(9, 1, 0)}, "month"), "more than chance makes it"),
    ],
)
def test_what_an_assumption_cannot_narrow_is_refused(act, message):
    with pytest.raises(StatisticsError, match=message):
        act()
