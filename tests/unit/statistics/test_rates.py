"""Rates per head: published figures, and two ends where something is not known."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.denominators import Denominator, Scope, nearest_census
from joinedup.statistics.intervals import byar, wilson
from joinedup.statistics.rates import Numerator, crude_rate, rate

SCOPE = Scope("E23000008", "Durham", 2021, low=10, group="Black")
PEOPLE = Denominator(SCOPE, 1_000, 2_000, "an invented table")


@pytest.mark.shared
def test_rates_are_those_of_the_published_test_figures(shared: Path):
    cases = json.loads((shared / "data/statistics/phe_indicator_cases.json").read_text(encoding="utf-8"))
    rows = cases["rates_exact_below_10_events_else_byar"]
    assert len(rows) == 20
    for row in rows:
        if None in (row["Numerator"], row["Denominator"]):  # printed without figures there, refused here
            with pytest.raises((StatisticsError, TypeError)):
                crude_rate(row["Numerator"], row["Denominator"], multiplier=row["multiplier"])
            continue
        found = [
            crude_rate(int(row["Numerator"]), row["Denominator"], multiplier=row["multiplier"], confidence=confidence)
            for confidence in (0.95, 0.998)
        ]
        printed = [row[n] for n in ("value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl")]
        ends = [end for one in found for end in (one.limits.lower, one.limits.upper)]
        assert [found[0].value, *ends] == pytest.approx(printed, rel=1e-9, abs=5e-11), row
        assert found[0].limits.method == row["method"].rstrip("s")


@pytest.mark.shared
def test_proportions_are_those_of_the_published_test_figures(shared: Path):
    cases = json.loads((shared / "data/statistics/phe_indicator_cases.json").read_text(encoding="utf-8"))
    rows = cases["proportions_wilson"]
    assert len(rows) == 19
    for row in rows:
        if None in (row["Numerator"], row["Denominator"]):
            continue
        found = [wilson(row["Numerator"], row["Denominator"], c).times(row["multiplier"]) for c in (0.95, 0.998)]
        printed = [row[n] for n in ("lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl")]
        ends = [end for one in found for end in (one.lower, one.upper)]
        assert ends == pytest.approx(printed, rel=1e-9, abs=5e-11), row


@pytest.mark.shared
def test_every_published_rate_of_stop_and_search_is_reproduced_to_rounding(shared: Path):
    """Ethnicity facts and figures, 2006/07 to 2016/17: searches over residents, per 1,000, to two decimals."""
    path = shared / "data/statistics/stop_search_force_ethnicity_2006_2017.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [{name: value.strip().replace(",", "") for name, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 12_000
    rated = [row for row in rows if row["published_rate_per_1000"] != "N/A"]
    assert len(rated) == 12_000 - 1_418  # City of London, British Transport Police, and Unreported
    for row in rated:
        searches, printed = (0.0 if row[n] == "-" else float(row[n]) for n in ("searches", "published_rate_per_1000"))
        found = crude_rate(int(searches), float(row["population"]))
        assert abs(found.value - printed) <= 0.005 + 1e-9, row
        assert found.limits.lower <= found.value <= found.limits.upper


def test_a_rate_is_events_over_people_with_limits_of_the_count():
    found = crude_rate(65, 100, multiplier=100)
    assert (found.value, found.events, found.population) == (65, 65, 100)
    assert (found.limits.lower, found.limits.upper) == (byar(65).lower, byar(65).upper)


@pytest.mark.parametrize("population", [0, -1, float("nan")])
def test_a_rate_among_nobody_is_refused(population):
    with pytest.raises(StatisticsError, match="among nobody"):
        crude_rate(1, population)


def test_part_of_an_event_is_refused():
    with pytest.raises(StatisticsError, match="not a whole number"):
        crude_rate(1.5, 100)


def test_a_rate_is_two_ends_where_a_group_is_unknown_and_a_population_held_back():
    found = rate(Numerator(SCOPE, 12, unknown=8), PEOPLE)
    assert (found.lower.value, found.upper.value) == (12 / 2_000 * 1_000, (12 + 8) / 1_000 * 1_000)
    assert found.limits.lower == byar(12).lower / 2_000 * 1_000
    assert found.limits.upper == byar(20).upper / 1_000 * 1_000
    assert found.limits.method == "Worst case, Byar"
    assert rate(Numerator(SCOPE, 5, unknown=8), PEOPLE).limits.method == "Worst case, Exact and Byar"


def test_a_rate_is_one_number_where_nothing_is_unknown():
    found = rate(Numerator(SCOPE, 12), Denominator(SCOPE, 1_000, 1_000, "an invented table"), multiplier=100_000)
    assert found.lower == found.upper == crude_rate(12, 1_000, multiplier=100_000)
    assert found.gap is None


@given(st.integers(0, 40), st.integers(0, 40), st.data())
def test_the_ends_hold_however_the_unknown_turn_out(events, unknown, data):
    truly = data.draw(st.integers(0, unknown))
    people = data.draw(st.integers(1_000, 2_000))
    found, truth = rate(Numerator(SCOPE, events, unknown), PEOPLE), crude_rate(events + truly, people)
    assert found.lower.value <= truth.value <= found.upper.value
    assert found.limits.lower <= truth.limits.lower
    assert truth.limits.upper <= found.limits.upper


def test_a_rate_over_another_population_is_refused():
    with pytest.raises(StatisticsError, match="They differ in ages"):
        rate(Numerator(replace(SCOPE, low=18), 3), PEOPLE)


def test_a_population_that_may_be_nobody_is_refused():
    with pytest.raises(StatisticsError, match="among nobody"):
        rate(Numerator(SCOPE, 3), Denominator(SCOPE, 0, 45, "an invented table"))


def test_the_words_of_a_gap_in_years_stand_with_the_rate():
    people = nearest_census(PEOPLE, 2017, "the area grew")
    found = rate(Numerator(replace(SCOPE, year=2017), 3), people)
    assert found.gap == "Census 2021 for 2017, 4 years apart: the area grew"


@pytest.mark.parametrize("counts", [(-1, 0), (3, -1), (1.5, 0), (3, 0.5)])
def test_a_numerator_that_is_not_whole_is_refused(counts):
    with pytest.raises(StatisticsError):
        Numerator(SCOPE, *counts)
