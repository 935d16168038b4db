"""The fast code finds what the plain code finds, whatever the crimes."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.groups import Facts, find
from joinedup.groups.plain import PlainGroup, find_plainly
from tests.unit.groups.drawn import RAPE, World

PEOPLE = ["p0", "p1", "p2", "p3"]
CHILDREN = ["c0", "c1", "p0"]
SYSTEMS = ["x01-crime", "x01-crime", "x01-intel", "x02-crime"]
SCENES = [None, "XA1 1AA", "XA2 2BB"]
CLASSES = [RAPE, RAPE, RAPE, RAPE, None, "046/00"]


def some(names: list[str], least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True).map(" ".join)


CRIMES = st.lists(
    st.tuples(
        some([*PEOPLE, "?"], 0, 2), some(CHILDREN, 0, 2), st.one_of(st.none(), st.integers(0, 900)),
        st.sampled_from(SYSTEMS), st.sampled_from(SCENES), st.sampled_from(CLASSES),
        st.sampled_from([None, True, False]),
    ),
    min_size=2, max_size=9,
)  # fmt: skip
SHARED = st.lists(
    st.tuples(
        st.sampled_from(["phone", "vehicle", "place"]), st.sampled_from(["v0", "v1"]),
        some([*PEOPLE, "c0", "c1"], 2, 4), st.sampled_from(SYSTEMS),
    ),
    max_size=6,
)  # fmt: skip
HOMES = st.lists(
    st.tuples(
        st.sampled_from([*PEOPLE, "c0"]), st.sampled_from(SYSTEMS), st.sampled_from([None, "v0", "1 Low Row"]),
        st.sampled_from(SCENES),
    ),
    max_size=4,
)  # fmt: skip


def as_sets(facts: Facts) -> set[PlainGroup]:
    found = find(facts)
    crimes: dict[int, set[str]] = defaultdict(set)
    for crime, group in zip(facts.crimes["crime_id"].to_pylist(), found.of_crime.tolist(), strict=True):
        crimes[group].add(crime)
    people = found.incidents.people

    def named(links, group):
        return frozenset(people.take(pa.array(links.right[links.left == group])).to_pylist())

    return {
        PlainGroup(frozenset(crimes[n]), named(found.suspects, n), named(found.children, n)) for n in range(len(found))
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CRIMES, SHARED, HOMES, st.sampled_from([0, 60, 150]))
def test_fast_and_plain_find_the_same_groups(crimes, shared, homes, others):
    world = World().others(others)
    for n, (suspects, children, day, system, scene, ho_class, flag) in enumerate(crimes):
        world.crime(f"{n:02}", suspects, children, day, system, postcode=scene, ho_class=ho_class, cse_flag=flag)
    for kind, value, people, system in shared:
        world.share(kind, value, people, system)
    for who, system, address, postcode in homes:
        world.record(who, system, address=address, postcode=postcode)
    facts = world.facts()
    assert as_sets(facts) == find_plainly(facts)
