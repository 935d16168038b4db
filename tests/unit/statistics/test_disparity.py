"""One group's figure over another's, with the unknown at their worst."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.denominators import Denominator, Scope, nearest_census, residents
from joinedup.statistics.disparity import disparity, representation
from joinedup.statistics.intervals import clopper_pearson, ratio
from joinedup.statistics.rates import Numerator, rate

HERE = Scope("X01", "Ex", 2021, low=10)
ASIAN, OTHERS = replace(HERE, group="Asian"), replace(HERE, group="not Asian")


def people(scope, lower, upper=None):
    return Denominator(scope, lower, upper or lower, "an invented table")


def two_rates(events, others, unknown, upper=1_000):
    return (
        rate(Numerator(ASIAN, events, unknown), people(ASIAN, 1_000, upper)),
        rate(Numerator(OTHERS, others, unknown), people(OTHERS, 9_000)),
    )


def test_at_the_lower_end_no_unknown_is_of_the_group_and_all_are_at_the_upper():
    found = disparity(*two_rates(20, 90, 30))
    assert found.lower == pytest.approx((20 / 1_000) / ((90 + 30) / 9_000))
    assert found.upper == pytest.approx(((20 + 30) / 1_000) / (90 / 9_000))
    assert found.limits.lower == ratio((20, 1_000), (120, 9_000)).lower
    assert found.limits.upper == ratio((50, 1_000), (90, 9_000)).upper
    assert found.unknown == 30


def test_a_population_held_back_widens_a_ratio():
    found = disparity(*two_rates(20, 90, 0, upper=1_250))
    assert (found.lower, found.upper) == pytest.approx(((20 / 1_250) / (90 / 9_000), (20 / 1_000) / (90 / 9_000)))


def test_nothing_unknown_is_one_ratio_with_the_limits_of_chance():
    found, chance = disparity(*two_rates(20, 90, 0)), ratio((20, 1_000), (90, 9_000))
    assert found.lower == found.upper == pytest.approx(2.0)
    assert (found.limits.lower, found.limits.upper) == (chance.lower, chance.upper)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 50), st.data())
def test_the_ratio_holds_however_the_unknown_turn_out(events, others, unknown, data):
    truly = data.draw(st.integers(0, unknown))
    found = disparity(*two_rates(events, others, unknown))
    first, second = (events + truly, 1_000), (others + unknown - truly, 9_000)
    truth, chance = first[0] / 1_000 / (second[0] / 9_000), ratio(first, second)
    assert found.lower <= truth * (1 + 1e-12)
    assert truth <= found.upper * (1 + 1e-12)
    assert found.limits.lower <= chance.lower * (1 + 1e-9)
    assert chance.upper <= found.limits.upper * (1 + 1e-9)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 50))
def test_swapping_the_groups_turns_the_ratio_round(events, others, unknown):
    group, other = two_rates(events, others, unknown)
    one, swapped = disparity(group, other), disparity(other, group)
    assert (one.lower, one.upper) == pytest.approx((1 / swapped.upper, 1 / swapped.lower))
    assert one.limits.lower == pytest.approx(1 / swapped.limits.upper)


def test_over_a_rate_that_may_be_none_the_upper_end_is_infinite():
    found = disparity(*two_rates(20, 0, 5))
    assert found.lower == pytest.approx((20 / 1_000) / (5 / 9_000))
    assert found.upper == found.limits.upper == math.inf
    assert disparity(*two_rates(0, 20, 0)).lower == 0


def test_two_rates_that_cannot_be_compared_are_refused():
    group, other = two_rates(20, 90, 30)
    elsewhere = replace(OTHERS, area="X02", name="Wye")
    everyone = rate(Numerator(HERE, 110, 30), people(HERE, 10_000))
    for wrong, message in [
        (rate(Numerator(elsewhere, 90, 30), people(elsewhere, 9_000)), "same area, year, ages and sex"),
        (everyone, "share nobody"),
        (group, "share nobody"),
        (rate(Numerator(OTHERS, 90, 29), people(OTHERS, 9_000)), "differ in number"),
    ]:
        with pytest.raises(StatisticsError, match=message):
            disparity(group, wrong)
    with pytest.raises(StatisticsError, match="no ratio"):
        disparity(*two_rates(0, 0, 0))
    assert disparity(group, other).lower > 0


def test_the_words_of_a_gap_in_years_stand_with_a_ratio_once():
    group, other = (replace(scope, year=2019) for scope in (ASIAN, OTHERS))
    here, there = (nearest_census(people(scope, 1_000), 2019, "both grew") for scope in (ASIAN, OTHERS))
    found = disparity(rate(Numerator(group, 5), here), rate(Numerator(other, 5), there))
    assert found.gap == "Census 2021 for 2019, 2 years apart: both grew"
    everyone = replace(there, scope=HERE, gap="another reason")
    found = representation(Numerator(group, 5), Numerator(replace(HERE, year=2019), 10), here, everyone)
    assert found.ratio.gap == "Census 2021 for 2019, 2 years apart: both grew; another reason"
    assert disparity(*two_rates(20, 90, 0)).gap is None


# A share of events over a share of people


def suspects(scope, asian, unknown, total):
    group = replace(scope, group="Asian")
    return Numerator(group, asian, unknown), Numerator(scope, total)


def greater_manchester():
    """All ages, since the census table here has no ages by group."""
    asian, all_ = residents("Greater Manchester", group="Asian"), residents("Greater Manchester")
    return all_.scope, asian, all_


def test_52_of_100_suspects_against_the_area_policed_is_3_8_times_and_the_city_is_refused():
    """Multi-victim, multi-offender suspects of Greater Manchester: Asian 52%, White 38%, the rest not said."""
    scope, asian, everyone = greater_manchester()
    found = representation(*suspects(scope, 52, 10, 100), asian, everyone)
    assert (found.of_all.lower, found.of_all.upper) == (0.52, 0.62)
    assert round(found.of_people[0], 3) == round(found.of_people[1], 3) == 0.136
    assert round(found.ratio.lower, 1) == 3.8
    city = replace(asian, scope=replace(asian.scope, area="E08000003", name="Manchester"))
    with pytest.raises(StatisticsError, match=r"Greater Manchester \(E23000005\).*Manchester \(E08000003\)"):
        representation(*suspects(scope, 52, 10, 100), city, everyone)


def test_16_44_and_32_unknown_are_16_to_48_of_all_beside_23_5_of_known():
    """All suspects of child sexual abuse there: the share of those known never comes without the 32% and the ends."""
    scope, asian, everyone = greater_manchester()
    found = representation(*suspects(scope, 16, 32, 100), asian, everyone)
    assert (found.of_all.lower, found.of_all.upper, found.of_all.unknown) == (0.16, 0.48, 32)
    assert round(found.of_known, 3) == 0.235
    assert round(44 / (100 - 32), 3) == 0.647
    # 16% is more than 13.6% by chance alone, and not beyond it among 100.
    assert found.ratio.lower > 1 > found.ratio.limits.lower


def test_6670_suspects_1884_white_and_4404_unknown_are_28_to_94_of_all_beside_83_of_known():
    white = replace(HERE, group="White")
    found = representation(
        Numerator(white, 1_884, 4_404), Numerator(HERE, 6_670), people(white, 817), people(HERE, 1000)
    )
    assert (round(found.of_all.lower, 3), round(found.of_all.upper, 3)) == (0.282, 0.943)
    assert round(found.of_known, 3) == 0.831
    assert round(found.of_all.unknown / found.of_all.total, 3) == 0.660
    assert found.ratio.lower < 1 < found.ratio.upper  # most are White? The table cannot say


def test_limits_are_those_of_each_end_over_the_population_at_its_worst():
    found = representation(
        Numerator(ASIAN, 20, 30), Numerator(HERE, 140), people(ASIAN, 800, 1_000), people(HERE, 10_000)
    )
    assert found.of_people == (0.08, 0.1)
    assert (found.ratio.lower, found.ratio.upper) == pytest.approx((20 / 140 / 0.1, 50 / 140 / 0.08))
    assert found.ratio.limits.lower == clopper_pearson(20, 140).lower / 0.1
    assert found.ratio.limits.upper == clopper_pearson(50, 140).upper / 0.08


def test_a_share_of_those_known_is_none_where_nobody_is():
    found = representation(Numerator(ASIAN, 0, 7), Numerator(HERE, 7), people(ASIAN, 1_000), people(HERE, 10_000))
    assert found.of_known is None
    assert (found.of_all.lower, found.of_all.upper) == (0, 1)


def test_a_share_of_what_is_not_everyone_is_refused():
    group, all_ = people(ASIAN, 1_000), people(HERE, 10_000)
    for one, everyone, message in [
        (Numerator(ASIAN, 5, 6), Numerator(HERE, 10), "events of every group"),
        (Numerator(ASIAN, 5, 6), Numerator(OTHERS, 20), "events of every group"),
        (Numerator(ASIAN, 5, 6), Numerator(replace(HERE, year=2011), 20), "same area, year"),
        (Numerator(ASIAN, 0, 0), Numerator(HERE, 0), "Nobody was counted"),
    ]:
        with pytest.raises(StatisticsError, match=message):
            representation(one, everyone, group, all_)
    with pytest.raises(StatisticsError, match="may be nobody in the group"):
        representation(Numerator(ASIAN, 5), Numerator(HERE, 10), people(ASIAN, 0, 45), all_)
    with pytest.raises(StatisticsError, match="fewer in all than in it"):
        representation(Numerator(ASIAN, 5), Numerator(HERE, 10), group, people(HERE, 999))
    with pytest.raises(StatisticsError, match="events of every group"):
        representation(Numerator(HERE, 5), Numerator(HERE, 10), all_, all_)
