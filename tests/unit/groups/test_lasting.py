"""Group ids outlive runs, and what became of groups is told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from joinedup.groups.lasting import Before, Lasting, lasting

Groups = list[str]
"""Each group as the letters of its crimes."""


def step(groups: Groups, before: Before | None = None) -> tuple[Lasting, Before]:
    rows = [(place, letter) for place, letters in enumerate(groups) for letter in letters]
    group, items = np.array([place for place, _ in rows], np.int64), [letter for _, letter in rows]
    kept = lasting(group, items, len(groups), before or Before.nothing(), b"salt")
    names = kept.ids.take(pa.array(group))
    return kept, Before(pa.table({"group_id": names, "item": pa.array(items, pa.string())}), kept.events)


def told(kept: Lasting) -> list[tuple[str, int, int]]:
    last = max(kept.events["number"].to_pylist())
    return [(row["kind"], row["came"], row["went"]) for row in kept.events.to_pylist() if row["number"] == last]


def test_equal_groups_keep_their_ids_and_nothing_is_told():
    first, before = step(["abc", "de"])
    again, _ = step(["abc", "de"], before)
    assert again.ids.equals(first.ids)
    assert again.events.equals(first.events)


def test_a_group_that_grew_shrank_or_changed_keeps_its_id():
    for after, event in (("abcd", ("grew", 1, 0)), ("ab", ("shrank", 0, 1)), ("abd", ("changed", 1, 1))):
        first, before = step(["abc"])
        again, _ = step([after], before)
        assert again.ids.equals(first.ids)
        assert told(again) == [event]


def test_of_two_that_merge_the_larger_gives_its_id_and_both_are_named():
    first, before = step(["abc", "de"])
    again, _ = step(["abcde"], before)
    assert again.ids[0] == first.ids[0]
    event = again.events.to_pylist()[-1]
    assert (event["kind"], event["before"]) == ("merged", sorted(first.ids.to_pylist()))


def test_of_two_parts_the_larger_keeps_the_id_and_the_other_gets_a_new_one():
    first, before = step(["abcde"])
    again, _ = step(["abc", "de"], before)
    assert again.ids[0] == first.ids[0]
    assert again.ids[1] != first.ids[0]
    assert told(again) == [("split", 0, 0)]


def test_a_group_that_began_and_one_that_is_gone():
    _, before = step(["ab"])
    again, _ = step(["xy"], before)
    assert sorted(told(again)) == [("began", 2, 0), ("gone", 0, 2)]


def test_an_id_is_never_given_to_a_second_group():
    first, before = step(["ab"])
    _, before = step(["xy"], before)
    again, _ = step(["ab"], before)
    assert again.ids[0] != first.ids[0]


def test_ids_are_made_with_the_projects_salt():
    group, items = np.array([0, 0]), ["a", "b"]
    one, other = (lasting(group, items, 1, Before.nothing(), salt).ids for salt in (b"one", b"other"))
    assert one != other


partition = st.lists(st.integers(0, 3), min_size=8, max_size=8).map(
    lambda of: [
        "".join(letter for letter, n in zip("abcdefgh", of, strict=True) if n == k) for k in sorted(set(of) - {3})
    ]
)


@given(partition, partition)
def test_each_group_has_an_id_of_its_own_and_carries_on_the_one_it_shares_most_with(one, other):
    first, before = step(one)
    again, _ = step(other, before)
    ids = again.ids.to_pylist()
    assert len(set(ids)) == len(ids)
    for letters, name in zip(other, ids, strict=True):
        if name in first.ids.to_pylist():
            assert set(letters) & set(one[first.ids.to_pylist().index(name)])
