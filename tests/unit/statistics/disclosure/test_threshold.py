"""Counts that do not leave."""

from __future__ import annotations

import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics import THRESHOLD, small


@pytest.mark.parametrize(("count", "too_few"), [(0, False), (1, True), (9, True), (10, False), (11, False)])
def test_one_to_nine_are_too_few_and_nobody_is_not(count, too_few):
    assert small(count) is too_few


def test_the_threshold_is_ten_unless_another_is_asked_for():
    assert THRESHOLD == 10
    assert small(4, threshold=5) and not small(5, threshold=5)


def test_a_count_below_zero_is_refused():
    with pytest.raises(StatisticsError, match="below zero"):
        small(-1)
