"""What judged pairs say of a threshold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.runs.judging_status import FEWEST_TO_ADVISE, Labels, labels


def test_shares_above_and_below_are_of_the_pairs_judged_there() -> None:
    found = labels([9.0, 12.0, 8.0, 3.0, 7.9], [True, True, False, False, True], 8.0)
    assert (found.above.same, found.above.judged, found.above.share) == (2, 3, 2 / 3)
    assert (found.below.same, found.below.judged, found.below.share) == (1, 2, 1 / 2)
    assert found.wrong_side == 1 + 1
    assert (found.best, found.fewest) == (None, None)


def test_the_limits_are_wilson_s() -> None:
    found = labels([9.0] * 10, [True] * 9 + [False], 8.0)
    z, share, n = 1.959964, 0.9, 10
    middle, reach = share + z * z / (2 * n), z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    assert found.above.lower == pytest.approx((middle - reach) / (1 + z * z / n), abs=1e-6)
    assert found.above.upper == pytest.approx((middle + reach) / (1 + z * z / n), abs=1e-6)


def test_where_nothing_was_judged_there_is_no_share_and_every_share_is_possible() -> None:
    found = labels([], [], 8.0)
    assert (found.above.share, found.above.lower, found.above.upper) == (None, 0.0, 1.0)


def test_another_threshold_is_named_only_when_enough_of_both_verdicts_were_given() -> None:
    weights = [5.2] * FEWEST_TO_ADVISE + [2.0] * FEWEST_TO_ADVISE
    same = [True] * FEWEST_TO_ADVISE + [False] * FEWEST_TO_ADVISE
    assert (labels(weights, same, 8.0).best, labels(weights, same, 8.0).fewest) == (5.0, 0)
    assert labels(weights[1:], same[1:], 8.0).best is None


CASES = st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=250)


@given(CASES, st.floats(0, 20))
def test_no_half_bit_has_fewer_pairs_on_its_wrong_side_than_the_one_that_is_named(
    cases: list[tuple[float, bool]], threshold: float
) -> None:
    cases = cases + [(12.0, True), (3.0, False)] * FEWEST_TO_ADVISE
    found: Labels = labels([w for w, _ in cases], [same for _, same in cases], threshold)

    def wrong(at: float) -> int:
        return sum((weight >= at) != same for weight, same in cases)

    assert found.wrong_side == wrong(threshold)
    assert found.best is not None
    assert found.fewest == wrong(found.best) == min(wrong(at) for at in [threshold, *(n / 2 for n in range(41))])
