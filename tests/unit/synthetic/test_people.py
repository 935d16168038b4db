"""The people: families, twins, fathers and sons of one name, changes of name, and names from many origins."""

from collections import Counter, defaultdict

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from joinedup.synthetic.belonging import belongings
from joinedup.synthetic.choosing import age_on
from joinedup.synthetic.naming import fits, slip, without_accents
from joinedup.synthetic.numbers import as_date, day
from joinedup.synthetic.origins import origins
from joinedup.synthetic.person_rows import day_and_month_swapped
from joinedup.synthetic.pools import pool


def families(town):
    found = defaultdict(list)
    for person in town.truth("people").to_pylist():
        found[person["family_id"]].append(person)
    return list(found.values())


def test_there_are_twins_and_siblings(town):
    births = [Counter(person["dob"] for person in family) for family in families(town)]
    assert sum(max(counts.values()) > 1 for counts in births) > 10


def test_there_are_fathers_and_sons_of_one_name(town):
    same = [Counter((p["forename"], p["surname"], p["sex"]) for p in family) for family in families(town)]
    assert sum(max(counts.values()) > 1 for counts in same) > 10


def test_families_of_most_origins_share_a_surname(town):
    english = [f for f in families(town) if len(f) > 2 and f[0]["name_origin"] == "english"]
    shared = [max(Counter(person["surname"] for person in family).values()) >= 2 for family in english]
    assert sum(shared) > 0.9 * len(english)


def test_names_come_from_every_origin(town):
    counts = Counter(town.truth("people")["name_origin"].to_pylist())
    assert set(counts) == {story.name for story in origins()} == set(belongings())


def test_ethnicity_goes_with_origin_loosely(town):
    people = [p for p in town.truth("people").to_pylist() if p["name_origin"] == "polish"]
    white = sum(person["ethnicity"][0] == "W" for person in people) / len(people)
    assert 0.8 < white < 1


def test_shares_of_ethnicity_and_nationality_add_up():
    for belonging in belongings().values():
        assert sum(belonging.ethnicity.values()) == pytest.approx(1)
        assert sum(belonging.nationality.values()) == pytest.approx(1)


def test_women_bear_the_womanly_form_of_a_surname(town):
    czech = [p for p in town.truth("people").to_pylist() if p["name_origin"] == "czech"]
    women = [person["surname"].endswith("á") for person in czech if person["sex"] == "F"]
    men = [person["surname"].endswith("ová") for person in czech if person["sex"] == "M"]
    assert sum(women) > 0.8 * len(women)
    assert not any(men)


def test_every_name_is_written_in_latin_letters():
    assert all(without_accents(name).strip() for name in pool().names)


def test_one_person_has_several_records_and_systems(town):
    records = Counter(person for person in town.truth("records")["true_person"].to_pylist() if person)
    assert 2 < sum(records.values()) / len(records) < 5
    systems = defaultdict(set)
    for row in town.truth("records").to_pylist():
        systems[row["true_person"]].add(row["system"])
    assert sum(len(found) > 1 for found in systems.values()) > 500


def test_a_name_loses_only_the_marks_that_an_encoding_lacks():
    assert fits("José", "cp1252") == "José"
    assert fits("Łukasz", "cp1252") == "Lukasz"
    assert fits("Łukasz", "utf-8") == "Łukasz"


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=12), st.integers(0, 3), st.floats(0, 1, exclude_max=True))
def test_a_slip_changes_a_name_by_one_letter_at_most(name, kind, place):
    slipped = slip(name, kind, place)
    assert abs(len(slipped) - len(name)) <= 1
    assert slipped[:1] == name[:1]


@given(st.dates(), st.dates())
def test_age_is_counted_as_birthdays_are(born, on):
    numbers = [np.array([day(one.year, one.month, one.day)]) for one in (born, on)]
    plainly = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert age_on(*numbers)[0] == plainly


@given(st.dates())
def test_day_and_month_change_places_where_that_is_a_date(date):
    turned = as_date(int(day_and_month_swapped(np.array([day(date.year, date.month, date.day)]))[0]))
    assert turned == (date.replace(month=date.day, day=date.month) if date.day <= 12 else date)
