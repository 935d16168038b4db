"""Funnels: published limits and flags, and no order among areas that do not differ."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.funnels import Area, control_limits, funnel
from joinedup.statistics.intervals import count_limits, poisson_exact

SAME = [Area("A", 100, 1_000), Area("B", 98, 1_000), Area("C", 210, 2_000)]

# Events and expected events at 95%, then 99.8%, lower and upper, of published test figures: DataS-DHSC/PHStatsMethods,
# testdata_funnel_ratio_outputs.csv @ 8ec5866 (figures only; its solver stops at six digits).
RATIO_LINES = {
    3: (8.767273828, 0.618671905, 13.06224507, 0.190533306),
    10: (18.39035799, 4.795387629, 24.13397235, 2.960519925),
    100: (121.6268111, 81.36400699, 134.9243187, 71.92139974),
    716: (770.4222128, 664.5083011, 802.60414, 636.1521174),
}

# Events, then limits per 100,000 at 95% and 99.8%, lower and upper, around 116.1720835: the same repository,
# testdata_funnel_rate_outputs.csv @ 202c0d8.
RATE_LINES = {
    5: (49.78092521, 357.7858395, 35.30048174, 785.6132963),
    52: (88.58853442, 155.5499074, 77.08229077, 185.7200312),
    1360: (110.158048, 122.6021934, 106.9073359, 126.5084525),
}


@pytest.mark.shared
def test_proportions_have_the_published_limits_and_flags(shared: Path):
    text = (shared / "data/statistics/phe_indicator_cases.json").read_text(encoding="utf-8")
    cases = json.loads(text)["funnel_proportions"]
    areas = [Area(row["Area"], row["numerator"], row["denominator"]) for row in cases["inputs"]]
    found = funnel(areas, "proportion")
    names = {"low 99.8%": "Low (0.001)", "low 95%": "Low (0.025)", "inside": "Not significant"}
    names |= {"high 95%": "High (0.025)", "high 99.8%": "High (0.001)"}
    assert [names[point.flag] for point in found.points] == [row["significance"] for row in cases["inputs"]]
    assert (len(found.points), len(found.outside)) == (303, 168 + 92)
    assert found.spread > 50  # these areas differ for more than chance, and the funnel says so
    for row in cases["limits"]:
        limits = [control_limits("proportion", found.baseline, row["Population"], c) for c in (0.95, 0.998)]
        printed = [row[f"{end}{limit}limit"] for limit in ("2s0025", "3s0001") for end in ("Lower", "Upper")]
        assert [100 * end for one in limits for end in (one.lower, one.upper)] == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize("events", RATIO_LINES)
def test_ratios_have_the_published_lines(events):
    for place, expected in enumerate(RATIO_LINES[events]):
        limits = control_limits("ratio", 1, expected, 0.95 if place < 2 else 0.998)
        line = limits.upper if place % 2 else limits.lower
        assert line == pytest.approx(events / expected, rel=2e-5)


@pytest.mark.parametrize("events", RATE_LINES)
def test_rates_have_the_published_lines(events):
    baseline = 116.1720835 / 100_000
    for place, printed in enumerate(RATE_LINES[events]):
        limits = control_limits("rate", baseline, events / printed * 100_000, 0.95 if place < 2 else 0.998)
        line = limits.upper if place % 2 else limits.lower
        assert line * 100_000 == pytest.approx(printed, rel=2e-5)


@settings(deadline=None)
@given(st.integers(0, 400), st.floats(0.02, 400))
def test_a_count_is_outside_just_where_its_exact_limits_leave_out_what_is_expected(events, expected):
    point = funnel([Area("A", events, expected), Area("B", 1, 1)], "ratio").points[0]
    for confidence, flags in ((0.95, ("low 95%", "high 95%")), (0.998, ("low 99.8%", "high 99.8%"))):
        limits = poisson_exact(events, confidence)
        if min(abs(limits.lower - expected), abs(limits.upper - expected)) < 1e-6:
            continue
        outside = point.flag != "inside" if confidence == 0.95 else point.flag in flags
        assert outside == (not limits.lower <= expected <= limits.upper)
        assert not outside or point.flag.startswith("low" if limits.upper < expected else "high")


def test_flags_are_fingertips_but_for_a_sixteenth_of_an_event():
    """Fingertips flags by Byar's limits from 10 events, here all are exact: 0.06 of an event is the largest gap."""
    for confidence in (0.95, 0.998):
        pairs = [(count_limits(n, confidence), poisson_exact(n, confidence)) for n in range(10, 3_000)]
        gaps = [max(abs(one.lower - two.lower), abs(one.upper - two.upper)) for one, two in pairs]
        assert max(gaps) < 0.06


def test_areas_that_do_not_differ_stay_in_the_order_given_and_none_is_outside():
    found = funnel(SAME, "rate")
    assert [point.area.name for point in found.points] == ["A", "B", "C"]
    assert {point.flag for point in found.points} == {"inside"}
    assert found.outside == ()
    assert found.baseline == (100 + 98 + 210) / 4_000
    expected = [1_000 * 0.102, 1_000 * 0.102, 2_000 * 0.102]
    spread = ((100 - 102) ** 2 / 102 + (98 - 102) ** 2 / 102 + (210 - 204) ** 2 / 204) / 3
    assert sum(expected) == pytest.approx(408)
    assert found.spread == pytest.approx(spread)
    # Of proportions, chance takes areas less far: its variance is that of rates times those not among the events.
    assert funnel(SAME, "proportion").spread == pytest.approx(spread / (1 - 0.102))


def test_an_area_far_from_the_rest_is_named_and_a_small_one_with_the_same_rate_is_not():
    found = funnel([Area("large", 500, 1_000), Area("small", 1, 2), Area("rest", 10_000, 100_000)], "rate", 0.1)
    assert [point.flag for point in found.points] == ["high 99.8%", "inside", "inside"]
    assert [point.area.name for point in found.outside] == ["large"]


def test_ratios_are_set_against_one_and_a_stated_baseline_is_kept():
    assert funnel([Area("A", 10, 12), Area("B", 50, 12)], "ratio").baseline == 1
    assert funnel(SAME, "rate", 0.2).baseline == 0.2


def test_any_event_is_high_where_hardly_any_is_expected_and_none_is_never_low():
    points = funnel([Area("A", 1, 0.01), Area("B", 0, 3), Area("C", 0, 5)], "ratio").points
    assert [point.flag for point in points] == ["high 95%", "inside", "low 95%"]
    assert math.exp(-3) > 0.025 > math.exp(-5)


@pytest.mark.parametrize(
    ("areas", "kind", "message"),
    [
        (SAME[:1], "rate", "two areas or more"),
        ([Area("A", 1, 0), *SAME], "rate", "two areas or more"),
        ([Area("A", -1, 5), *SAME], "rate", "two areas or more"),
        ([Area("A", 6, 5), *SAME], "proportion", "no proportion"),
        ([Area("A", 0, 5), Area("B", 0, 5)], "rate", "baseline of none"),
        ([Area("A", 5, 5), Area("B", 5, 5)], "proportion", "baseline of none or all"),
    ],
)
def test_what_makes_no_funnel_is_refused(areas, kind, message):
    with pytest.raises(StatisticsError, match=message):
        funnel(areas, kind)


def test_a_confidence_that_is_no_share_is_refused():
    for kind in ("rate", "proportion"):
        with pytest.raises(StatisticsError, match="Write"):
            control_limits(kind, 0.5, 10, 95)
