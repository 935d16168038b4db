"""Standardised rates: published figures, and what has no standard to be put to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics.standardised import directly_standardised, indirectly_standardised

BANDS = {"10-17": 200, "18+": 800}


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Any]:
    """The published areas by band, and what is expected of them."""
    text = (shared / "data/statistics/phe_indicator_cases.json").read_text(encoding="utf-8")
    return json.loads(text)["standardisation"]


def table(rows: list[dict[str, Any]], band: str, count: str) -> dict[str, int]:
    """Counts by band; a band without a count had no event, as in the source."""
    return {row[band]: int(row[count] or 0) for row in rows}


def limits(one, other):
    ends = {95: (one.limits.lower, one.limits.upper), 99: (other.limits.lower, other.limits.upper)}
    return [one.value, *ends[95], *ends[99]]


def printed(row: dict[str, Any]) -> list[float]:
    return [row[name] for name in ("value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl")]


@pytest.mark.shared
def test_directly_standardised_rates_are_the_published_ones_and_too_few_events_are_refused(cases):
    standard = dict(zip([row["Age Band"] for row in cases["reference"]], cases["esp2013"], strict=True))
    assert len(cases["expected_dsr"]) == 6
    for row in cases["expected_dsr"]:
        area = [one for one in cases["areas"] if one["area"] == row["area"]]
        events, people = table(area, "ageband", "count"), table(area, "ageband", "pop")
        assert (sum(events.values()), sum(people.values())) == (row["total_count"], row["total_pop"])
        if row["value"] is None:
            with pytest.raises(StatisticsError, match="9 events are too few"):
                directly_standardised(events, people, standard)
            continue
        per = float(row["statistic"].rpartition(" ")[2])
        found = [
            directly_standardised(events, people, standard, multiplier=per, confidence=confidence)
            for confidence in (0.95, 0.998)
        ]
        assert limits(*found) == pytest.approx(printed(row), rel=1e-10)
        assert found[0].limits.method == "Dobson"


@pytest.mark.shared
def test_1043_per_10_000_and_its_limits(cases):
    standard = dict(zip([row["Age Band"] for row in cases["reference"]], cases["esp2013"], strict=True))
    for area, expected in {
        "testdata_big": (1043.0248, 971.7709, 1117.8941),
        "testdata_small": (110.3212, 87.7456, 136.7088),
    }.items():
        rows = [one for one in cases["areas"] if one["area"] == area]
        events, people = table(rows, "ageband", "count"), table(rows, "ageband", "pop")
        found = directly_standardised(events, people, standard, multiplier=10_000)
        assert (round(found.value, 4), round(found.limits.lower, 4), round(found.limits.upper, 4)) == expected


@pytest.mark.shared
def test_indirectly_standardised_ratios_and_rates_are_the_published_ones(cases):
    reference = table(cases["reference"], "Age Band", "refcount"), table(cases["reference"], "Age Band", "refpop")
    assert len(cases["expected_isr"]) == 12
    for row in cases["expected_isr"]:
        people = table([one for one in cases["areas"] if one["area"] == row["area"]], "ageband", "pop")
        per = float(row["statistic"].rpartition(" ")[2])
        found = [
            indirectly_standardised(row["observed"], people, *reference, confidence=confidence)
            for confidence in (0.95, 0.998)
        ]
        assert found[0].expected == pytest.approx(row["expected"], rel=1e-10)
        assert found[0].limits.method == row["method"].rstrip("s")
        if row["ref_rate"] is None:
            assert [end * per for end in limits(*found)] == pytest.approx(printed(row), rel=1e-8, abs=5e-11)
        else:
            assert found[0].reference * per == pytest.approx(row["ref_rate"], rel=1e-10)
            assert limits(*(one.rate(per) for one in found)) == pytest.approx(printed(row), rel=1e-8, abs=5e-11)
            assert found[0].rate(per).population == sum(people.values())


def test_an_area_that_is_its_own_standard_has_its_crude_rate():
    found = directly_standardised({"10-17": 4, "18+": 16}, BANDS, BANDS, multiplier=1_000)
    assert found.value == pytest.approx((4 + 16) / (200 + 800) * 1_000)
    assert (found.events, found.population) == (20, 1_000)


def test_ten_events_are_enough():
    assert directly_standardised({"18+": 10}, BANDS, BANDS).events == 10


def test_a_band_without_events_may_be_left_out():
    found = directly_standardised({"18+": 16}, BANDS, {"10-17": 500, "18+": 500}, multiplier=1)
    assert found.value == pytest.approx(16 / 800 * 0.5)


def test_an_area_at_the_references_own_rates_has_the_ratio_one():
    found = indirectly_standardised(20, BANDS, {"10-17": 4, "18+": 16}, BANDS)
    assert (found.value, found.expected, found.limits.method) == (1, 20, "Byar")
    assert indirectly_standardised(0, BANDS, {"18+": 16}, BANDS).limits.lower == 0


@pytest.mark.parametrize(
    ("events", "people", "standard", "message"),
    [
        ({"18+": 9}, BANDS, BANDS, "too few"),
        ({"18+": 20}, BANDS, {"18+": 1}, "not in every table: 10-17"),
        ({"65+": 20}, BANDS, BANDS, "not in every table: 65"),
        ({"18+": 20}, {"10-17": 0, "18+": 5}, BANDS, "Nobody is in these bands: 10-17"),
        ({"18+": 20}, BANDS, {"10-17": -1, "18+": 5}, "Nobody is in these bands"),
        ({"18+": 20}, BANDS, {"10-17": 0, "18+": 0}, "Nobody is in the standard"),
        ({"18+": 20.5}, BANDS, BANDS, "not a whole number"),
    ],
)
def test_what_cannot_be_standardised_is_refused(events, people, standard, message):
    with pytest.raises(StatisticsError, match=message):
        directly_standardised(events, people, standard)


def test_a_reference_without_events_expects_nothing_and_is_refused():
    with pytest.raises(StatisticsError, match="Nothing would be expected"):
        indirectly_standardised(3, BANDS, {}, BANDS)
    with pytest.raises(StatisticsError, match="not in every table"):
        indirectly_standardised(3, BANDS, {"18+": 4}, {"18+": 100})
