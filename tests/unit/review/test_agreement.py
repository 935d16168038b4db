"""Agreement of many readers: the classic example, and what cannot be estimated."""

from __future__ import annotations

import pytest

from joinedup.review.agreement import alpha

# Krippendorff (2011): four coders, twelve units.
CLASSIC = [
    "111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3",
]  # fmt: skip


def test_the_classic_example() -> None:
    assert alpha([list(unit) for unit in CLASSIC]) == pytest.approx(0.7434211, abs=1e-7)


def test_full_agreement_is_one_and_a_swap_of_all_is_below_nothing() -> None:
    assert alpha([["a", "a"], ["b", "b"]]) == 1.0
    assert alpha([["a", "b"], ["b", "a"]]) < 0


@pytest.mark.parametrize("readings", [[], [["a"]], [["a", "a"], ["a", "a"]]])
def test_it_is_not_estimable_without_two_readings_or_two_answers(readings: list[list[str]]) -> None:
    assert alpha(readings) is None
