"""What the tables of groups say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from joinedup.groups import find
from joinedup.groups.counts import seen_by_each, totals
from joinedup.groups.definitions import DEFINITIONS, NETWORK, ONE_CRIME
from joinedup.groups.doubt import doubt
from joinedup.groups.sights import sights
from joinedup.groups.telling import Told, all_tables
from tests.unit.groups.drawn import World


def across_forces() -> World:
    """Two suspects of one child and place, one in each of two forces' systems; the child and a suspect are in both."""
    world = World().others(300)
    world.crime("1", "a", "k", 100, "x01-crime", postcode="XA1 1AA", cse_flag=True, outcome="16")
    world.crime("2", "b", "k", 130, "x02-crime", postcode="XA1 1AA")
    world.crime("9", "", "k", 130, "x02-care", ho_class=None, outcome=None)
    return world


def told(world: World) -> dict[str, list[dict]]:
    facts = world.facts()
    found = find(facts)
    ids = pa.array([f"G{n}" for n in range(len(found))], pa.string())
    told = Told(facts, found, ids, tuple(sights(facts, found)))
    return {name: table.to_pylist() for name, table in all_tables(told).items()}


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict]]:
    return told(across_forces())


def test_a_group_in_figures(rows):
    (group,) = rows["group_summaries"]
    wanted = {
        "suspects": 2, "unidentified": 0, "children": 1, "incidents": 2, "crimes": 3, "single_suspect_crimes": 2,
        "unflagged_crimes": 2, "open_crimes": 1, "closed_crimes": 1, "forces": ["X01", "X02"],
        "systems": ["x01-crime", "x02-care", "x02-crime"], "first_on": dt.date(2015, 4, 11),
        "last_on": dt.date(2015, 5, 11), "seen_by_one_system": False, "ties_alone": 1,
    }  # fmt: skip
    assert {name: group[name] for name in wanted} == wanted


def test_definitions_are_met_each_by_its_name(rows):
    (group,) = rows["group_summaries"]
    assert group["definitions_met"] == [
        NETWORK, "two suspects linked through one child", "two suspects linked through one place",
    ]  # fmt: skip
    assert ONE_CRIME in group["definitions_not_met"]
    assert sorted(group["definitions_met"] + group["definitions_not_met"]) == sorted(DEFINITIONS)


def test_members_and_why(rows):
    members = {row["person_id"]: row for row in rows["group_members"]}
    assert {who: row["role"] for who, row in members.items()} == {"a": "suspect", "b": "suspect", "k": "child harmed"}
    assert members["k"]["why"] == "harmed in 3 crimes of the group"
    assert (members["k"]["crimes"], members["k"]["systems"]) == (3, ["x01-crime", "x02-care", "x02-crime"])


def test_a_tie_is_dated_sourced_and_weighed(rows):
    (tie,) = rows["group_ties"]
    assert (tie["crime_id_l"], tie["shares"], tie["days_apart"], tie["alone"]) == (
        "x01-crime:1", ["child", "scene"], 30, True,
    )  # fmt: skip
    # Two things that 2 of 302 incidents hold, and 30 days: 20 years over half a year, against a prior of 302 / 8.
    bits = 2 * (np.log2(302 / 2) - 2) + np.log2(7305 / 182.6) - 30 / 182.6 / np.log(2) - np.log2(302 / 8)
    assert tie["bits"] == pytest.approx(bits, abs=1e-5)


def test_what_each_system_and_force_holds_and_sees(rows):
    held = {
        row["holder"]: (row["crimes"], row["suspects"], row["children"], row["sees"]) for row in rows["group_sights"]
    }
    assert held == {
        "x01-crime": (1, 1, 1, False), "x02-care": (1, 0, 1, False), "x02-crime": (1, 1, 1, False),
        "X01": (1, 1, 1, False), "X02": (2, 1, 1, False),
    }  # fmt: skip


def test_a_system_that_holds_both_crimes_sees_the_group():
    world = World().others(300)
    for n, who in enumerate("ab"):
        world.crime(str(n), who, "k", 100 + 30 * n, "x01-crime", postcode="XA1 1AA")
    facts = world.facts()
    found = find(facts)
    told = Told(facts, found, pa.array(["G"]), tuple(sights(facts, found)))
    counts = {(one.measure, one.area): one.count for one in seen_by_each(told)}
    assert totals(told) == {"groups": 1, "groups with all suspects": 1, "suspects": 2, "children": 1, "crimes": 2}
    assert counts["groups", "system:x01-crime"] == counts["groups", "any force"] == 1
    assert (counts["suspects", "any system"], counts["crimes", "force:X01"]) == (2, 2)


def test_a_contact_shared_is_told_with_who_holds_it():
    world = across_forces()
    world.share("vehicle", "XX01 AAA", "a b k")
    rows = told(world)["group_contacts"]
    assert [(row["kind"], row["person_id"], row["systems"]) for row in rows] == [
        ("vehicle", who, ["x01-crime"]) for who in "abk"
    ]


def test_a_child_recorded_as_a_suspect_is_told_to_be_looked_at_with_care():
    world = World()
    world.crime("1", "a b k", "k")
    world.record("k", dob=dt.date(2001, 1, 1))
    (child,) = [row for row in told(world)["group_members"] if row["role"] == "child harmed"]
    assert (child["person_id"], child["also_suspected"]) == ("k", True)


def test_a_group_that_hangs_on_one_doubtful_join_says_so():
    """Strictly, the child of the second crime is not the child of the first, and nothing else ties the two."""
    world = across_forces()
    facts = world.facts()
    strict = [
        {"record_id": record, "person_id": "other k" if record == "x02-crime:k" else who}
        for record, who in sorted(world.clusters.items())
    ]
    stricter = facts.with_clusters(pa.Table.from_pylist(strict))
    found = find(facts)
    doubted = doubt(facts, found, stricter, find(stricter))
    assert doubted.stands.tolist() == [False]
    assert found.incidents.people.take(pa.array(doubted.parted.right)).to_pylist() == ["k"]
    same = doubt(facts, found, facts, found)
    assert (same.stands.tolist(), len(same.parted)) == ([True], 0)
