"""Which suspects are found together, and which are not."""

from __future__ import annotations

import datetime as dt

import pytest

from joinedup.groups.contacts import MOST
from tests.unit.groups.drawn import World

MANY = 300
"""Crimes that have nothing to do with the case. Of 300, a thing that two hold is worth log2(300 / 2) - 2 = 5.2 bits."""


def test_two_suspects_in_one_crime_are_a_group():
    world = World()
    world.crime("1", "a b", "k")
    assert world.groups() == [("a b", "k")]


def test_a_second_suspect_whom_nobody_identified_counts():
    world = World()
    world.crime("1", "a ?", "k")
    found = world.found()
    assert (len(found), found.suspects.counts.tolist(), found.unknown.tolist()) == (1, [1], [1])


def test_two_suspects_whom_nobody_identified_are_a_network_too():
    world = World()
    world.crime("1", "? ?", "k")
    assert len(world.found()) == 1


def test_one_suspect_alone_is_no_group():
    world = World()
    world.crime("1", "a", "k")
    world.crime("2", "a", "l", 30)
    assert world.groups() == []


def test_an_unknown_suspect_of_another_crime_may_be_the_same_man():
    world = World().others(MANY)
    world.crime("1", "a", "k", 100, postcode="XA1 1AA")
    world.crime("2", "?", "k", 110, postcode="XA1 1AA")
    assert world.groups() == []


def test_two_systems_that_name_one_suspect_each_of_one_incident_may_mean_one_man():
    world = World()
    world.crime("1", "a", "k", 5, "x01-crime")
    world.crime("7", "b", "k", 5, "x01-care", ho_class=None)
    assert world.groups() == []


def test_one_coincidence_does_not_tie_and_two_do():
    world = World().others(MANY)
    world.crime("1", "a", "k", 100)
    world.crime("2", "b", "k", 105)
    world.crime("3", "c", "m", 400, postcode="XA1 1AA")
    world.crime("4", "d", "m", 420, postcode="XA1 1AA")
    assert world.groups() == [("c d", "m")]


def test_the_same_two_coincidences_years_apart_do_not_tie():
    near, far = World().others(MANY), World().others(MANY)
    for world, days in ((near, 30), (far, 2500)):
        world.crime("1", "a", "k", 10, postcode="XA1 1AA")
        world.crime("2", "b", "k", 10 + days, postcode="XA1 1AA")
    assert (near.groups(), far.groups()) == ([("a b", "k")], [])


def test_contacts_that_suspects_of_different_children_share_tie_them():
    world = World().others(MANY)
    world.crime("1", "a", "k", 10)
    world.crime("2", "b", "m", 400)
    world.share("phone", "07000 1", "a b")
    assert world.groups() == []
    world.share("vehicle", "XX01 AAA", "a b")
    world.share("place", "Low Row Cafe", "a b")
    assert world.groups() == [("a b", "")]


def test_kinship_a_shared_home_and_a_surname_tie_nobody():
    world = World().others(MANY)
    world.crime("1", "a", "k", 10)
    world.crime("2", "b", "m", 30)
    for kind in ("phone", "vehicle", "place"):
        world.share(kind, f"family {kind}", "a b")
    assert world.groups() != []
    for who in "ab":
        world.record(who, address="1 Low Row", postcode="XA1 1AA")
    assert world.groups() == []


def test_a_home_address_as_a_contact_ties_nobody():
    world = World().others(MANY)
    world.crime("1", "a", "k", 10)
    world.crime("2", "b", "k", 12)
    world.share("address", "1 Low Row", "a b")
    assert world.groups() == []


def test_a_crime_at_the_childs_own_home_is_no_shared_place():
    world = World().others(MANY)
    world.crime("1", "a", "k", 100, postcode="XA1 1AA")
    world.crime("2", "b", "k", 105, postcode="XA1 1AA")
    assert world.groups() == [("a b", "k")]
    world.record("k", postcode="XA1 1AA")
    assert world.groups() == []


def test_a_police_stations_number_ties_nobody_and_is_listed_with_its_count():
    world = World().others(MANY)
    world.crime("1", "a", "k", 100)
    world.crime("2", "b", "k", 105)
    holders = " ".join(f"o{n}" for n in range(MOST["phone"] - 1))
    world.share("phone", "07000 1", f"a b {holders}")
    (hub,) = world.found().contacts.hubs
    assert (hub.kind, hub.value, hub.holders) == ("phone", "07000 1", MOST["phone"] + 1)
    assert world.groups() == []


def test_a_childrens_home_ties_nobody_and_is_listed():
    world = World().others(MANY)
    world.crime("1", "a", "k", 100)
    world.crime("2", "b", "k", 105)
    world.share("place", "The Limes, Low Row", "a b")
    assert world.groups() == [("a b", "k")]
    for n in range(6):
        world.record(f"k{n}", address="The Limes, Low Row")
    assert world.groups() == []
    assert [(hub.kind, hub.why) for hub in world.found().contacts.hubs] == [("place", "the home of many children")]


def test_a_child_harmed_is_never_a_member_even_when_recorded_as_a_suspect():
    world = World().others(MANY)
    world.crime("1", "a b", "k", 100)
    world.crime("2", "k a", "m", 110)
    world.record("k", dob=dt.date(2001, 1, 1))
    assert world.groups() == [("a b", "k")]
    world.record("k", dob=dt.date(1997, 6, 1))  # 17 on days 100 and 110 of 2015, 18 on day 400
    world.crime("3", "k c", "n", 400)
    assert world.groups() == [("a b", "k"), ("c k", "n")]


def test_a_child_harmed_elsewhere_is_no_member_by_contacts():
    world = World().others(450)
    world.crime("1", "a", "k", 10)
    world.crime("2", "b", "m", 400)
    world.crime("3", "c", "n", 900)
    world.crime("4", "z", "c", 1500)
    for kind in ("phone", "vehicle", "place"):
        world.share(kind, f"shared {kind}", "a b c")
    assert world.groups() == [("a b", "")]


def test_somebody_may_be_in_two_groups():
    world = World().others(MANY)
    world.crime("1", "a b", "k", 10)
    world.crime("2", "a c", "m", 900)
    assert world.groups() == [("a b", "k"), ("a c", "m")]


def test_crimes_of_two_systems_with_one_person_and_day_are_one_incident():
    world = World()
    world.crime("1", "a b", "k", 5, "x01-crime")
    world.crime("9", "", "k", 5, "x01-care", ho_class=None)
    found = world.found()
    assert len(found.incidents) == 1
    assert (found.of_crime >= 0).sum() == 2


def test_a_custody_record_without_a_day_joins_its_crime_by_person_force_and_reference():
    world = World()
    world.crime("01/7/15", "a b", "k", 5, "x01-crime")
    world.crime("01/7/15", "a", "", None, "x01-custody", ho_class=None)
    world.crime("01/7/15", "a", "", None, "x02-custody", ho_class=None)
    assert (world.found().of_crime >= 0).tolist() == [True, True, False]


def test_where_one_system_has_two_crimes_of_a_day_they_stay_two():
    world = World()
    world.crime("1", "a", "k", 5, "x01-crime")
    world.crime("2", "b", "k", 5, "x01-crime")
    assert len(world.found().incidents) == 2


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"ho_class": "019/07"}, True),
        ({"ho_class": "046/00"}, False),
        ({"ho_class": "046/00", "cse_flag": True}, True),
        ({"ho_class": None}, True),
    ],
)
def test_what_is_about_the_exploitation_of_a_child(more, about):
    world = World()
    world.crime("1", "a b", "k", **more)
    assert len(world.found()) == about


def test_crimes_against_adults_alone_are_left_out():
    world = World()
    world.crime("1", "a b", "k", ho_class=None)
    world.record("k", dob=dt.date(1980, 1, 1))
    assert len(world.found()) == 0


def test_a_crime_with_two_of_a_circle_is_the_circles_when_they_are_half_of_its_people():
    for children, expected in (("k m", [("a b c", "k m")]), ("k m n", [("a b", "k m n"), ("a b c", "")])):
        world = World().others(450)
        world.crime("1", "a b", children, 100)
        world.crime("2", "c", "z", 900)
        for kind in ("phone", "vehicle", "place"):
            world.share(kind, f"shared {kind}", "a b c")
        assert world.groups() == expected
