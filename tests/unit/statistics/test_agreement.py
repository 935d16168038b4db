"""Agreement of two readings, against worked values."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.agreement import ac1, agreement, kappa


def test_kappa_of_the_worked_case_shows_its_sum() -> None:
    raw = (40 + 45) / 100
    chance = (49 * 46 + 51 * 54) / 100**2
    assert kappa([[40, 9], [6, 45]]) == pytest.approx((raw - chance) / (1 - chance))
    assert kappa([[40, 9], [6, 45]]) == pytest.approx(0.699519, abs=5e-7)


def test_where_one_verdict_is_rare_kappa_sinks_and_ac1_does_not() -> None:
    found = agreement([[2, 3], [5, 90]])
    assert (found.cases, found.raw) == (100, 0.92)
    assert found.kappa == pytest.approx(0.292035, abs=5e-7)
    rare = (5 + 7) / 200
    chance = 2 * rare * (1 - rare)
    assert found.ac1 == pytest.approx((0.92 - chance) / (1 - chance))
    assert found.ac1 == pytest.approx(0.909829, abs=5e-7)


def test_a_verdict_that_nobody_gave_still_was_one_to_choose_from() -> None:
    of_two, of_three = ac1([[40, 9], [6, 45]]), ac1([[40, 9, 0], [6, 45, 0], [0, 0, 0]])
    assert of_two is not None and of_three is not None
    first = (49 + 46) / 200
    chance = 2 * first * (1 - first) / (3 - 1)
    assert of_three == pytest.approx((0.85 - chance) / (1 - chance))
    assert of_three > of_two


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([[0, 0], [0, 0]], (0, None, None, None)), ([[7, 0], [0, 0]], (7, 1.0, None, 1.0))],
    ids=["no cases", "only one verdict was ever given"],
)
def test_what_is_not_estimable_is_not_a_number(counts: list[list[int]], expected: tuple[object, ...]) -> None:
    found = agreement(counts)
    assert (found.cases, found.raw, found.kappa, found.ac1) == expected


@pytest.mark.parametrize("counts", [[], [[3]], [[1, 2], [3]], [[1, -2], [3, 4]], [[1, 0.5], [3, 4]]])
def test_counts_that_are_no_square_of_whole_numbers_are_refused(counts: list[list[int]]) -> None:
    with pytest.raises(StatisticsError):
        agreement(counts)


SQUARES = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 5), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(SQUARES)
def test_kappa_and_ac1_are_what_their_definitions_say_case_by_case(counts: list[list[int]]) -> None:
    size = range(len(counts))
    cases = [(a, b) for a, b in product(size, size) for _ in range(counts[a][b])]
    found = agreement(counts)
    if not cases:
        assert (found.raw, found.kappa, found.ac1) == (None, None, None)
        return
    total = len(cases)
    raw = sum(a == b for a, b in cases) / total
    by_chance = sum(a == b for (a, _), (_, b) in product(cases, cases)) / total**2
    share = [sum((a == k) + (b == k) for a, b in cases) / (2 * total) for k in size]
    at_random = sum(p * (1 - p) for p in share) / (len(counts) - 1)
    assert found.raw == pytest.approx(raw)
    assert found.ac1 == pytest.approx((raw - at_random) / (1 - at_random))
    assert found.kappa == (None if by_chance == 1 else pytest.approx((raw - by_chance) / (1 - by_chance)))
