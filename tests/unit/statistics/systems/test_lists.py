"""What is accepted as lists, and what is refused with a remedy."""

from __future__ import annotations

from collections import Counter

import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics.systems import merged, overlaps

THREE = {("A",): 40, ("B",): 30, ("C",): 20, ("A", "B"): 6, ("B", "C"): 3, ("A", "B", "C"): 2}


def test_lists_count_people_on_any_on_several_and_on_each_together():
    lists = overlaps("ABC", THREE)
    assert lists.on_lists == 40 + 30 + 20 + 6 + 3 + 2
    assert lists.on_several == 6 + 3 + 2
    assert lists.held_by("A") == 40 + 6 + 2
    assert lists.held_by("B", "A") == 6 + 2
    assert lists.held_by("A", "C") == 2
    assert lists.never_overlap == ()
    assert lists.cells[0] == 0


def test_people_given_one_by_one_are_the_same_lists():
    people = [frozenset(on) for on, count in THREE.items() for _ in range(count)]
    assert overlaps("ABC", Counter(people)) == overlaps("ABC", THREE)


def test_lists_made_one_keep_everybody_and_stand_where_the_first_stood():
    lists = merged(overlaps("ABC", THREE), {"C", "B"}, "services")
    assert lists.names == ("A", "services")
    assert lists == overlaps(["A", "services"], {("A",): 40, ("services",): 30 + 20 + 3, ("A", "services"): 6 + 2})


@pytest.mark.parametrize(
    ("names", "people", "message"),
    [
        ("A", {("A",): 3}, "needs 2 to 10 lists, and there are 1"),
        ("ABCDEFGHIJK", {("A",): 3}, "needs 2 to 10 lists, and there are 11"),
        ("AA", {("A",): 3}, "one name"),
        (["A", ""], {("A",): 3}, "has none"),
        ("AB", {("A",): 3, ("B",): 1, (): 7}, "People on no list were given"),
        ("AB", {("A",): -3, ("B",): 1}, "whole number of people"),
        ("AB", {("A",): 3.5, ("B",): 1}, "whole number of people"),
        ("AB", {("A",): float("nan"), ("B",): 1}, "whole number of people"),
        ("AB", {("A",): 3, ("B",): 2, ("A", "B"): 1, ("B", "A"): 1}, "given twice"),
        ("AB", {"A": 3, ("B",): 2}, "one name, not several"),
        (["council", "police"], {("council",): 3, ("polise",): 2}, "Did you mean `police`"),
        ("AB", {}, "hold nobody"),
        ("ABC", {("A",): 3, ("B",): 2}, "`C` holds nobody"),
        ("AB", {("A",): 3, ("A", "B"): 2}, "`A` holds everybody"),
        ("ABC", {("A",): 3, ("B", "C"): 2}, "hold the same people"),
    ],
)
def test_what_is_no_set_of_lists_is_refused_with_a_remedy(names, people, message):
    with pytest.raises(StatisticsError, match=message) as refused:
        overlaps(names, people)
    assert refused.value.remedy


def test_one_list_cannot_be_merged_with_itself():
    with pytest.raises(StatisticsError, match="One list alone"):
        merged(overlaps("ABC", THREE), ("A", "A"), "AA")
