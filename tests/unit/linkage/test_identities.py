"""Person ids outlive runs: no id changes that need not change, and what is undone has its ids back."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.linkage.identities import Before, Causes, Lasting, lasting, resolved

Groups = list[set[str]]
SALT = b"salt"
NOTHING = Causes()


def clusters_of(groups: Groups) -> pa.Table:
    """A `clusters` table in which people bear the names of their last records, as no person id would."""
    rows = sorted((record, f"any-{max(group)}") for group in groups for record in group)
    return pa.table(
        {"record_id": [r for r, _ in rows], "person_id": [p for _, p in rows], "cluster_weight": [None] * len(rows)},
        schema=tables.CLUSTERS.schema,
    )


def step(groups: Groups, before: Before | Lasting | None = None, causes: Causes = NOTHING) -> Lasting:
    start = Before.nothing() if before is None else Before(before.clusters, before.identities, before.events)
    return lasting(clusters_of(groups), start, SALT, causes)


def people(state: Lasting) -> dict[frozenset[str], str]:
    """The id of each set of records."""
    held: dict[str, set[str]] = {}
    for row in state.clusters.to_pylist():
        held.setdefault(row["person_id"], set()).add(row["record_id"])
    return {frozenset(records): person for person, records in held.items()}


def test_a_person_who_grows_keeps_the_id_and_nothing_is_told() -> None:
    first = step([{"m:2", "m:3"}, {"m:9"}])
    then = step([{"a:1", "m:2", "m:3"}, {"m:9"}], first)
    assert people(then)[frozenset({"a:1", "m:2", "m:3"})] == people(first)[frozenset({"m:2", "m:3"})]
    assert then.events.num_rows == 0


def test_the_larger_part_keeps_the_id_when_a_person_is_split() -> None:
    first = step([{"a", "b", "c"}])
    (whole,) = people(first).values()
    then = people(step([{"a"}, {"b", "c"}], first, Causes(judged=frozenset({"a", "b"}))))
    assert then[frozenset({"b", "c"})] == whole != then[frozenset({"a"})]


def test_splits_and_merges_are_told_with_before_after_and_cause() -> None:
    first = step([{"a", "b"}, {"c"}, {"d"}])
    names = people(first)
    ab, c = names[frozenset("ab")], names[frozenset("c")]
    joined = step([{"a", "b", "c"}, {"d"}], first, Causes(judged=frozenset({"b", "c"})))
    (event,) = joined.events.to_pylist()
    assert event == {"number": 2, "kind": "joined", "before": sorted([ab, c]), "after": [ab],
                     "ended": [{"person_id": c, "record_id": "c"}], "cause": "judgement"}  # fmt: skip
    back = step([{"a", "b"}, {"c"}, {"d"}], joined, Causes(judged=frozenset({"b", "c"})))
    assert back.events.to_pylist()[1:] == [
        {"number": 3, "kind": "split", "before": [ab], "after": sorted([ab, c]), "ended": [], "cause": "judgement"}
    ]
    assert people(back) == names


@pytest.mark.parametrize(("causes", "told"), [(Causes(), "records"), (Causes(settings=True), "settings")])
def test_a_change_that_nobody_judged_is_told_by_what_else_changed(causes: Causes, told: str) -> None:
    first = step([{"a"}, {"b"}])
    assert step([{"a", "b"}], first, causes).events["cause"].to_pylist() == [told]
    b = people(first)[frozenset("b")]
    assert step([{"a"}], first, causes).events.to_pylist() == [
        {
            "number": 2,
            "kind": "gone",
            "before": [b],
            "after": [],
            "cause": "records gone",
            "ended": [{"person_id": b, "record_id": "b"}],
        }
    ]


def test_an_old_id_resolves_to_whoever_holds_its_records_today() -> None:
    first = step([{"a", "b"}, {"c"}, {"d", "e"}])
    ab, c, de = (people(first)[frozenset(one)] for one in ("ab", "c", "de"))
    second = step([{"a", "b", "c"}, {"d", "e"}], first)
    assert resolved(c, second.clusters, second.events) == (ab,)
    third = step([{"a", "b"}, {"c", "d", "e"}], second)
    assert [resolved(one, third.clusters, third.events) for one in (ab, c, de)] == [(ab,), (de,), (de,)]
    gone = step([{"a"}], third)
    assert resolved(de, gone.clusters, gone.events) == resolved(c, gone.clusters, gone.events) == ()
    assert resolved("P0", third.clusters, third.events) == ()


def test_a_second_run_over_the_same_records_changes_no_byte() -> None:
    first = step([{"a", "b"}, {"c"}])
    again = step([{"c"}, {"b", "a"}], first)
    for name in ("clusters", "identities", "events"):
        assert getattr(again, name).equals(getattr(first, name))


def test_a_person_whose_records_come_back_is_the_same_person() -> None:
    first = step([{"a", "b"}, {"c"}])
    without = step([{"c"}], first)
    assert people(step([{"a", "b"}, {"c"}], without)) == people(first)


def test_an_id_is_made_from_nothing_that_shows_the_person() -> None:
    plain = set(people(step([{"custody:123"}, {"custody:124"}])).values())
    salted = set(people(lasting(clusters_of([{"custody:123"}, {"custody:124"}]), Before.nothing(), b"x")).values())
    assert len(plain | salted) == 4
    assert not any("123" in one for one in plain)


def groupings() -> st.SearchStrategy[Groups]:
    """Some of nine records, in groups."""
    labels = st.lists(st.integers(0, 5), min_size=1, max_size=9)
    return labels.map(lambda told: [{f"r{n}" for n, x in enumerate(told) if x == k} for k in sorted(set(told))])


@settings(max_examples=400, deadline=None)
@given(steps=st.lists(groupings(), min_size=2, max_size=5))
def test_no_id_is_two_people_and_whoever_shares_most_keeps_it(steps: list[Groups]) -> None:
    state, ever = step(steps[0]), dict[str, frozenset[str]]()
    for groups in steps[1:]:
        before = people(state)
        ever |= {one: records for records, one in before.items()}
        state = step(groups, state)
        now = people(state)
        assert len(set(now.values())) == len(groups)
        keeps = {one: records for records, one in now.items()}
        for old, one in before.items():
            for group in map(frozenset, groups):
                # Nobody who shares more with an earlier person than its heir does stands there with a weaker claim.
                heir = len(keeps[one] & old) if one in keeps else 0
                own = max((len(group & other) for other, name in before.items() if name == now[group]), default=0)
                assert len(group & old) <= max(heir, own)
        today = set().union(*now)
        for one, records in ever.items():
            found = resolved(one, state.clusters, state.events)
            assert set(found) <= set(keeps)
            assert found or not records & today


@settings(max_examples=400, deadline=None)
@given(first=groupings(), between=groupings(), seed=st.integers(0, 99))
def test_what_is_taken_back_stands_as_it_stood(first: Groups, between: Groups, seed: int) -> None:
    """Any regrouping of the same records, undone: every set of records has its id again, whatever ids there were."""
    records = sorted(set().union(*first))
    order = records[:]
    random.Random(seed).shuffle(order)
    regrouped = [{order[n] for n in range(len(order)) if n % len(between) == k} for k in range(len(between))]
    start = step(first)
    there = step([group for group in regrouped if group], start)
    back = step(first, there)
    assert people(back) == people(start)
