"""False and missed links at their worst: the ends are those of every way in which the joining could be wrong."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import bound_share
from joinedup.statistics.link_error import Filled, LinkError, bound_linked_share, bound_people_share

few = st.integers(0, 5)
rate = st.sampled_from([0, 0.01, 0.1, 0.25, 0.5])

# Vermont 2024: of 10,499 known offenders 117 had an ethnicity; arrest records filled 4,718 more, 97 of them Hispanic.
VERMONT = Filled(own=3, own_other=114, filled=97, filled_other=4_718 - 97, unknown=10_499 - 117 - 4_718)


def test_one_link_in_a_hundred_wrong():
    found = bound_linked_share(VERMONT, LinkError(false=0.01, missed=0.1))
    assert (round(found.before.lower, 5), round(found.before.upper, 5)) == (0.00029, 0.98914)
    assert found.joined.least == (3 + 97, 10_499)
    assert found.wrong == 47  # 1% of 4,718
    assert found.with_error.least == (3 + 97 - 47, 10_499)
    assert found.with_error.most == (3 + 97 + 47 + 5_664, 10_499)
    assert found.fillable == 524  # 4,718 were found, 9 of 10: 4,718 / 9 were not


def test_without_error_the_ends_are_those_after_joining():
    found = bound_linked_share(VERMONT, LinkError(0, 0))
    assert (found.with_error.lower, found.with_error.upper) == (found.joined.lower, found.joined.upper)
    assert (found.wrong, found.fillable) == (0, 0)


def test_a_rate_is_the_decimal_that_was_written():
    assert LinkError(0.07, 0).wrong(100) == 7  # 0.07 * 100 is a hair over 7, and 0.29 * 100 a hair under 29
    assert LinkError(0.29, 0).wrong(100) == 29
    assert LinkError(0, 0.1).unmade(9) == 1


@settings(deadline=None)
@given(few, few, few, few, few, rate)
def test_wrongly_filled_answers_can_be_anything_and_anyones(own, own_other, filled, filled_other, unknown, false):
    total = own + own_other + filled + filled_other + unknown
    if not total:
        return
    error = LinkError(false, 0)
    shares = [
        (own + filled - wrong + truly + gaps) / total
        for wrong, wrong_other in product(range(filled + 1), range(filled_other + 1))
        if wrong + wrong_other <= error.wrong(filled + filled_other)
        for truly, gaps in product(range(wrong + wrong_other + 1), range(unknown + 1))
    ]
    found = bound_linked_share(Filled(own, own_other, filled, filled_other, unknown), error).with_error
    assert (found.lower, found.upper) == (min(shares), max(shares))


@settings(max_examples=60, deadline=None)
@given(few, few, st.integers(0, 3), st.integers(0, 6), rate, rate)
def test_people_who_are_two_and_people_who_are_one(held, other, unknown, links, false, missed):
    """Hidden people can be of any group. Two persons of one group, or one of them unknown, can be one."""
    if not held + other + unknown:
        return
    error = LinkError(false, missed)
    shares = []
    for gaps, hidden in product(range(unknown + 1), range(error.wrong(links) + 1)):
        for more in range(hidden + 1):
            ours, theirs = held + gaps, other + unknown - gaps
            for one, two in product(range(error.unmade(links) + 1), repeat=2):
                # Those known stay, one at least; persons merge before the hidden ones are counted.
                fits = one <= max(held - 1, 0) and two <= max(other - 1, 0)
                if one + two <= error.unmade(links) and fits:
                    x, y = ours - one + more, theirs - two + hidden - more
                    shares.append(x / (x + y))
    people = bound_share({"x": held, "y": other, "?": unknown}, "x", missing={"?"})
    found = bound_people_share(people, links, error)
    assert found.lower == pytest.approx(min(shares), abs=1e-12)
    assert found.upper == pytest.approx(max(shares), abs=1e-12)
    assert found.upper == found.most[0] / found.most[1]
    assert found.lower == found.least[0] / found.least[1]


def test_people_joined_without_error_have_the_bounds_that_they_had():
    people = bound_share({"x": 3, "y": 4, "?": 5}, "x", missing={"?"})
    found = bound_people_share(people, 40, LinkError(0, 0))
    assert (found.lower, found.upper) == (people.lower, people.upper)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: LinkError(1, 0), "from 0 to below 1"),
        (lambda: LinkError(0, 1), "from 0 to below 1"),
        (lambda: LinkError(0, -0.1), "from 0 to below 1"),
        (lambda: Filled(1, 1, -1, 0, 0), "filled is below zero"),
        (lambda: bound_linked_share(Filled(0, 0, 0, 0, 0), LinkError(0, 0)), "Nobody was counted"),
        (lambda: bound_people_share(bound_share({"x": 1}, "x", missing=set()), -1, LinkError(0, 0)), "below zero"),
    ],
)
def test_links_that_cannot_be_are_refused(act, message):
    with pytest.raises(StatisticsError, match=message):
        act()
