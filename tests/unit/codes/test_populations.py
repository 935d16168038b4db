"""Populations: whose area, which people, and how many counts ONS kept back."""

import csv
import gzip

import pytest

from joinedup.codes import GROUPS, code_list, population
from joinedup.errors import CodeListError


@pytest.mark.parametrize(
    ("area", "asian", "black", "white", "total"),
    [
        ("Greater Manchester", 389_295, 134_004, 2_190_804, 2_867_730),
        ("South Yorkshire", 79_128, 34_013, 1_205_999, 1_375_022),
        ("West Yorkshire", 372_719, 72_313, 1_801_415, 2_351_624),
    ],
)
def test_areas_agree_with_the_published_census_table(area, asian, black, white, total):
    found = [population(area, group=group).count for group in ("Asian", "Black", "White")] + [population(area).count]
    assert found == pytest.approx([asian, black, white, total], rel=0.001)


def test_the_force_area_of_greater_manchester_is_not_the_city():
    share = population("E23000005", group="Asian").count / population("E23000005").count
    assert round(100 * share, 1) == 13.6


def test_groups_and_sexes_add_up_to_everyone():
    everyone = population("E23000010")
    assert sum(population("E23000010", group=group).count for group in GROUPS) == everyone.count
    assert sum(population("E23000010", sex=sex).count for sex in ("F", "M")) == everyone.count
    nineteen = code_list("self-defined-ethnicity").substantive
    assert sum(population("E23000010", group=code, groups=19).count for code in nineteen) == everyone.count


def test_a_population_says_area_year_and_what_was_kept_back():
    found = population("Durham", sex="M", group="O2")
    assert (found.area, found.name, found.year, found.sex, found.group) == ("E23000008", "Durham", 2021, "M", "O2")
    assert not found.invented
    assert population("Cumbria").suppressed > 0


def test_a_group_of_the_19_is_found_by_code_or_label():
    label = code_list("self-defined-ethnicity").label("A2")
    assert population("Kent", group="A2").count == population("Kent", group=label, groups=19).count > 0


@pytest.mark.parametrize("area", ["BTP", "City of London"])
def test_an_area_without_a_census_population_is_refused(area):
    with pytest.raises(CodeListError, match="no census population") as refused:
        population(area)
    assert refused.value.rule == "no-population"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sex": "9"}, "counts sex as `F` and `M`"),
        ({"group": "Martian"}, "not one of the 5 or 19 groups"),
        ({"group": "NS"}, "not one of the 5 or 19 groups"),
        ({"group": "A2", "groups": 5}, "not one of the 5 groups"),
        ({"group": "Asian", "groups": 19}, "not one of the 19 groups"),
        ({"groups": 6}, "5 or in 19"),
    ],
)
def test_a_sex_or_group_that_the_census_has_not_is_refused(asked, message):
    with pytest.raises(CodeListError, match=message):
        population("Kent", **asked)


def test_invented_forces_have_invented_populations_of_every_group():
    for code in code_list("force-invented").codes:
        found = population(code)
        assert found.invented
        assert found.count > 400_000
        assert all(population(code, sex=sex, group=group).count > 0 for sex in "FM" for group in GROUPS)


@pytest.mark.shared
def test_counts_are_those_of_the_census_file_and_so_are_the_ones_kept_back(shared):
    with gzip.open(shared / "data/census/derived_pfa_ethnic19_by_sex.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 42 * 2 * 19
    for row in rows:
        found = population(row["pfa_code"], sex=row["Sex"][0], group=row["ethnic19"], groups=19)
        assert found.count == float(row["population"])
    areas = [code for code in code_list("force").codes if code not in ("E23000034", "BTP")]
    assert sum(population(area).suppressed for area in areas) == 139
