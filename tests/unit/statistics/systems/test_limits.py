"""Profile likelihood limits and Chao's bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import gammaln

from joinedup.statistics.systems import Lists, chao, overlaps, profile


def two_lists(on: int, both: int) -> Lists:
    return overlaps("AB", {("A",): on - both, ("B",): on - both, ("A", "B"): both})


def plain_loglik(people: int, one: int, other: int, both: int) -> float:
    """Of two lists, each with its own chance, at the chances that make them likeliest: sizes over people."""
    seen = one + other - both
    ways = gammaln(people + 1) - gammaln(people - seen + 1)
    return ways + sum(n * math.log(n / people) + (people - n) * math.log(1 - n / people) for n in (one, other))


def test_profile_limits_of_two_lists_are_those_of_trying_every_number_of_people():
    found = profile(two_lists(100, 20))
    tried = np.arange(181, 2_000)
    loglik = np.array([plain_loglik(people, 100, 100, 20) for people in tried])
    held = tried[2 * (loglik.max() - loglik) <= 1.959964**2]
    assert abs(found.people - tried[loglik.argmax()]) < 1
    assert (math.ceil(found.limits.lower), math.floor(found.limits.upper)) == (held.min(), held.max())


def test_with_one_person_met_again_the_upper_limit_is_far_and_with_many_it_is_near():
    few, many = (profile(two_lists(50, both)).limits for both in (1, 40))
    assert few.upper / few.lower > 10
    assert many.upper / many.lower < 1.3


def test_where_nearly_all_are_met_again_there_may_be_nobody_else():
    lists = overlaps("ABC", {("A",): 1, ("B",): 1, ("C",): 1, ("A", "B", "C"): 50, ("A", "B"): 9, ("B", "C"): 9})
    found = profile(lists)
    assert found.people == found.limits.lower == lists.on_lists
    assert found.limits.upper < lists.on_lists + 3


def test_higher_confidence_is_wider():
    inner, outer = (profile(two_lists(80, 12), confidence=confidence).limits for confidence in (0.8, 0.99))
    assert outer.lower < inner.lower < inner.upper < outer.upper


def test_chao_counts_once_and_twice():
    lists = overlaps("ABC", {("A",): 40, ("B",): 30, ("C",): 20, ("A", "B"): 6, ("B", "C"): 3, ("A", "B", "C"): 2})
    assert chao(lists).alike == pytest.approx(101 + 90**2 / (2 * 9))
    assert chao(lists).unlike == pytest.approx(101 + (40 * 30 + 40 * 20 + 30 * 20) / 9)


def test_with_two_lists_chaos_bound_is_petersens_number_and_the_common_one_is_too_high():
    found = chao(two_lists(100, 20))
    assert found.unlike == pytest.approx(100 * 100 / 20)
    assert found.alike == pytest.approx(180 + 160**2 / (2 * 20))


def test_nobody_on_two_lists_leaves_no_bound():
    assert chao(overlaps("ABC", {("A",): 4, ("B",): 3, ("C",): 3, ("A", "B", "C"): 2})).unlike == math.inf
