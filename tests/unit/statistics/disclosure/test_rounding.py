"""Rounding instead of hiding."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure import (
    already_out,
    exposed_by_rounding,
    link,
    needs,
    round_to,
    rounded_intervals,
)  # fmt: skip
from tests.unit.statistics.disclosure.small_worlds import table


def test_every_number_goes_to_its_nearest_five_and_totals_on_their_own():
    rounded = round_to(link(table([2, 2, 12, 13])))
    assert rounded.numbers.tolist() == [0, 0, 10, 15, 30]  # 2 + 2 + 12 + 13 = 29


def test_a_total_rounded_on_its_own_can_give_its_parts_away():
    """2 + 2 + 2 + 2 = 8 prints as 0 + 0 + 0 + 0 = 10: every part must be 2."""
    system = link(table([2, 2, 2, 2]))
    rounded = round_to(system)
    assert rounded.numbers.tolist() == [0, 0, 0, 0, 10]
    assert [(one.lower, one.upper) for one in rounded_intervals(rounded)] == [(2, 2)] * 4 + [(8, 8)]
    assert len(exposed_by_rounding(rounded, needs(system))) == 5


def test_intervals_are_those_of_trying_every_table():
    system = link(table([[3, 1], [6, 0]]))
    rounded = round_to(system)
    tried = [link(table(np.reshape(v, (2, 2)))) for v in product(range(8), range(3), range(8), range(3))]
    same = np.array([t.counts for t in tried if (round_to(t).numbers == rounded.numbers).all()])
    found = [(one.lower, one.upper) for one in rounded_intervals(rounded)]
    assert found == list(zip(same.min(axis=0), same.max(axis=0), strict=True))


def test_random_rounding_is_right_on_average_and_the_same_for_one_seed():
    system = link(table([1, 2, 13, 25]))
    numbers = np.array([round_to(system, way="random", seed=seed).numbers for seed in range(4_000)])
    assert (np.abs(numbers - system.counts) < 5).all() and (numbers % 5 == 0).all()
    assert np.abs(numbers.mean(axis=0) - system.counts).max() < 5 * 2.5 / 4_000**0.5
    assert (round_to(system, way="random", seed=7).numbers == numbers[7]).all()
    with pytest.raises(StatisticsError, match="seed"):
        round_to(system, way="random")


def test_controlled_rounding_adds_up():
    system = link(table([[3, 11, 7], [8, 2, 4], [6, 6, 13]]))
    rounded = round_to(system, way="controlled")
    assert (rounded.numbers % 5 == 0).all() and (np.abs(rounded.numbers - system.counts) < 5).all()
    assert not (system.matrix @ rounded.numbers).any()
    assert all(one.lower <= n <= one.upper for one, n in zip(rounded_intervals(rounded), system.counts, strict=True))


def test_rounding_is_never_mixed_with_what_is_out():
    system = link(table([3, 14]))
    with pytest.raises(StatisticsError, match="never mixed"):
        round_to(already_out(system, np.array([True, False, False])))
    with pytest.raises(StatisticsError, match="changes nothing"):
        round_to(system, base=1)
