"""Whom a count is divided by: the same people, or a refusal; and two ends where counts were held back."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.codes import code_list, population
from joinedup.errors import CodeListError, StatisticsError
from joinedup.statistics.denominators import (
    NO_RESIDENTS,
    Denominator,
    Scope,
    bound_population,
    matched,
    nearest_census,
    residents,
)

POLICE_AREA = Scope("E23000005", "Greater Manchester", 2021, low=10, sex="M", group="Asian")
CITY = replace(POLICE_AREA, area="E08000003", name="Manchester")


def of(scope: Scope) -> Denominator:
    return Denominator(scope, 100, 100, "an invented table")


def test_the_city_of_manchester_is_no_population_for_the_police_area_and_both_are_named():
    matched(POLICE_AREA, of(POLICE_AREA))
    with pytest.raises(StatisticsError) as refused:
        matched(POLICE_AREA, of(CITY))
    assert refused.value.rule == "other-population"
    assert "Greater Manchester (E23000005), 2021, ages 10 and over, male, Asian" in refused.value.message
    assert "Manchester (E08000003), 2021" in refused.value.message
    assert refused.value.message.endswith("They differ in area.")


@pytest.mark.parametrize(
    ("change", "differ"),
    [
        ({"year": 2011}, "year"),
        ({"low": 0}, "ages"),
        ({"high": 64}, "ages"),
        ({"low": 0, "high": 64}, "ages"),
        ({"sex": None}, "sex"),
        ({"sex": "F"}, "sex"),
        ({"group": None}, "group"),
        ({"group": "White"}, "group"),
        ({"area": "E23000006", "year": 2011}, "area, year"),
    ],
)
def test_any_other_year_age_sex_or_group_is_refused(change, differ):
    with pytest.raises(StatisticsError, match=f"They differ in {differ}\\. Take"):
        matched(POLICE_AREA, of(replace(POLICE_AREA, **change)))


def test_an_area_spelled_otherwise_is_the_same_area():
    matched(POLICE_AREA, of(replace(POLICE_AREA, name="GMP")))


def test_scopes_say_in_words_whom_they_are_of():
    assert str(Scope("X", "Ex", 2021)) == "Ex (X), 2021, all ages, both sexes, every group"
    assert str(Scope("X", "Ex", 2021, high=17, sex="F")) == "Ex (X), 2021, ages 0 to 17, female, every group"


@pytest.mark.parametrize("change", [{"low": -1}, {"low": 18, "high": 17}, {"sex": "male"}])
def test_ages_and_sexes_that_are_none_are_refused(change):
    with pytest.raises(StatisticsError):
        replace(POLICE_AREA, **change)


@pytest.mark.parametrize("ends", [(5, 4), (-1, 4), (1.5, 4)])
def test_a_population_that_is_at_most_less_than_at_least_is_refused(ends):
    with pytest.raises(StatisticsError):
        Denominator(POLICE_AREA, *ends, "an invented table")


# City of London


@pytest.mark.parametrize(("area", "reason"), [("City of London", "with those of Westminster"), ("BTP", "nobody lives")])
def test_a_force_without_residents_is_refused_with_the_reason(area, reason):
    with pytest.raises(StatisticsError, match=reason) as refused:
        residents(area)
    assert refused.value.rule == "no-population"
    assert "do not borrow" in refused.value.remedy


def test_no_other_table_lends_the_city_of_london_residents():
    with pytest.raises(StatisticsError, match="with those of Westminster"):
        of(Scope("E23000034", "City of London", 2021))
    with pytest.raises(StatisticsError, match="They differ in area"):
        matched(Scope("E23000034", "City of London", 2021), of(Scope("E09000001", "City and Westminster", 2021)))


def test_forces_without_residents_are_the_two_that_have_no_census_population():
    found = set()
    for code in code_list("force").codes:
        try:
            residents(code)
        except StatisticsError:
            found.add(code)
    assert found == set(NO_RESIDENTS)


def test_a_force_that_is_none_is_refused():
    with pytest.raises(CodeListError):
        residents("Barsetshire")


# Years


def test_a_census_of_another_year_is_refused_until_the_gap_is_in_words():
    count = replace(POLICE_AREA, year=2016)
    with pytest.raises(StatisticsError, match="They differ in year"):
        matched(count, of(POLICE_AREA))
    declared = nearest_census(of(POLICE_AREA), 2016, "the city grew by 8% between censuses")
    matched(count, declared)
    assert declared.gap == "Census 2021 for 2016, 5 years apart: the city grew by 8% between censuses"
    with pytest.raises(StatisticsError, match="They differ in year"):
        matched(POLICE_AREA, declared)


@pytest.mark.parametrize(
    ("census", "year", "why", "message"),
    [
        (2021, 2014, "grew", "2021 is not the census nearest to 2014"),
        (2019, 2019, "an estimate", "2019 is not the census nearest to 2019"),
        (2021, 2019, " ", "only with a reason in words"),
    ],
)
def test_a_further_census_another_kind_and_no_words_are_refused(census, year, why, message):
    with pytest.raises(StatisticsError, match=message):
        nearest_census(of(replace(POLICE_AREA, year=census)), year, why)


def test_another_year_without_words_and_words_without_a_year_are_refused():
    for stands_for, gap in ((2016, None), (None, "grew")):
        with pytest.raises(StatisticsError, match="or neither"):
            Denominator(POLICE_AREA, 1, 1, "an invented table", stands_for, gap)


# Counts held back


def test_a_held_back_count_is_bounded_by_what_the_total_leaves():
    printed = {"0-9": 40, "10-17": None, "18-24": None, "25+": 130}
    # 200 - 40 - 130 = 30 people are in the two bands that were held back.
    assert bound_population(printed, ["10-17"], total=200) == (0, 30)
    assert bound_population(printed, ["10-17", "25+"], total=200) == (130, 160)
    # All but the youngest, however the 30 fall.
    assert bound_population(printed, ["10-17", "18-24", "25+"], total=200) == (160, 160)


def test_a_held_back_count_is_bounded_by_the_size_below_which_counts_are():
    printed = {"a": 40, "b": None, "c": None}
    assert bound_population(printed, ["b"], below=10) == (0, 9)
    assert bound_population(printed, ["a", "b", "c"], below=10) == (40, 58)
    # Of 52, b and c hold 12 together: c at most 9, so b at least 3.
    assert bound_population(printed, ["b"], total=52, below=10) == (3, 9)


def test_rounding_widens_both_ends():
    # Counts to the nearest 5: 40 is 38 to 42, and 100 is 98 to 102.
    assert bound_population({"a": 40, "b": 60}, ["a"], rounded=5) == (38, 42)
    assert bound_population({"a": 40, "b": None}, ["b"], total=100, rounded=5) == (98 - 42, 102 - 38)


def test_nothing_held_back_is_one_number():
    assert bound_population({"a": 40, "b": 60}, ["a", "b"]) == (100, 100)


@pytest.mark.parametrize(
    ("wanted", "total", "message"),
    [
        (["b"], None, "nothing says how large"),
        (["c"], 100, "not in its table"),
        (["a"], 30, "add up to more than their total"),
        (["b"], 30, "add up to more than their total"),
    ],
)
def test_what_the_table_does_not_let_one_say_is_refused(wanted, total, message):
    with pytest.raises(StatisticsError, match=message):
        bound_population({"a": 40, "b": None}, wanted, total=total)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=8),
    st.sets(st.integers(0, 7)),
    st.booleans(),
    st.sampled_from([1, 5]),
)
def test_the_truth_lies_within_whatever_was_held_back_and_rounded(people, wanted, with_total, rounded):
    cells = {str(place): n for place, n in enumerate(people)}
    keys = [str(place) for place in wanted if place < len(people)]
    to = {name: round(n / rounded) * rounded for name, n in cells.items()}
    printed = {name: to[name] if n >= 10 else None for name, n in cells.items()}
    total = round(sum(people) / rounded) * rounded if with_total else None
    lower, upper = bound_population(printed, keys, total=total, below=10, rounded=rounded)
    assert lower <= sum(cells[key] for key in keys) <= upper


def test_residents_are_one_number_where_nothing_was_held_back_and_two_ends_where_it_was():
    people = residents("Greater Manchester", group="Asian")
    assert people.lower == people.upper
    assert round(people.lower / residents("Greater Manchester").lower, 3) == 0.136
    cumbria, counted = residents("Cumbria", group="B9"), population("Cumbria", group="B9")
    assert (cumbria.lower, cumbria.upper) == (counted.count, counted.count + 9 * counted.suppressed)
    assert cumbria.lower < cumbria.upper
    assert cumbria.source == "Office for National Statistics, Census 2021"
    assert residents("X01").source == "invented"
    assert cumbria.scope == Scope("E23000002", "Cumbria", 2021, group="B9")


@pytest.mark.shared
def test_summed_small_areas_lose_minorities_and_the_ends_hold_the_whole(shared: Path):
    """ONS's table of age by ethnic group by local authority, for Black people of every age in two police areas."""
    census = shared / "data/census"
    with (census / "la_to_police_force_area.csv").open(encoding="utf-8") as file:
        areas = {row["lad21cd"]: row["pfa_code"] for row in csv.DictReader(file)}
    cells: dict[str, dict[str, int | None]] = defaultdict(dict)
    with gzip.open(census / "ew2021_ethnic19_by_single_age_area.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            area = areas.get(row["Geography Code"])
            if area not in ("E23000008", "W15000002"):
                continue
            for name in row:
                if name.startswith("Black"):
                    key = f"{row['Geography Code']} {row['Age']} {name}"
                    cells[area][key] = None if row[name] == "c" else int(row[name])
    for area, kept in (("E23000008", 0.566), ("W15000002", 0.685)):
        known = residents(area, group="Black")
        silent = sum(people or 0 for people in cells[area].values())
        assert round(silent / known.lower, 3) == kept
        children = [key for key in cells[area] if 10 <= int(key.split(" ")[1].rstrip("+")) <= 17]
        lower, upper = bound_population(cells[area], children, total=known.upper, below=10)
        assert lower == sum(cells[area][key] or 0 for key in children)
        assert lower < upper
        # All ages together are what is known of the group from the other table.
        assert bound_population(cells[area], list(cells[area]), total=known.lower) == (known.lower, known.lower)
