"""What is missing and why; what joining gives back."""

from __future__ import annotations

import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics import Completeness, GapsFilled, completeness, gaps_filled


def test_the_missing_share_is_of_everyone_and_the_reasons_add_up_to_it():
    found = completeness(40, {"not_asked": 50, "refused": 10})
    assert found == Completeness(total=40 + 50 + 10, missing=50 + 10, reasons={"not_asked": 50, "refused": 10})
    assert found.missing_share == 60 / 100
    assert found.reason_share("not_asked") + found.reason_share("refused") == found.missing_share


def test_a_reason_that_nobody_has_is_a_share_of_zero():
    assert completeness(4, {"refused": 1}).reason_share("unmapped") == 0.0


def test_everyone_recorded_is_nothing_missing():
    assert completeness(4, {}).missing_share == 0.0


def test_national_contact_table_2023_is_66_0_per_cent_missing():
    assert round(completeness(6670 - 4404, {"not_recorded": 4404}).missing_share, 3) == 0.660


@pytest.mark.parametrize(
    ("recorded", "reasons", "message"),
    [
        (0, {}, "Nobody was counted"),
        (-1, {"refused": 2}, "below zero"),
        (1, {"refused": -2}, "`refused` is below zero"),
    ],
)
def test_a_missing_share_that_cannot_be_stated_is_refused(recorded, reasons, message):
    with pytest.raises(StatisticsError, match=message):
        completeness(recorded, reasons)


def test_gaps_are_filled_disputed_or_still_there():
    found = gaps_filled(100, filled=60, conflicting=5)
    assert found == GapsFilled(missing=100, filled=60, conflicting=5)
    assert found.still_missing == 100 - 60 - 5
    assert found.unknown_after == 100 - 60
    assert (found.filled_share, found.conflicting_share) == (60 / 100, 5 / 100)


@pytest.mark.parametrize(
    ("missing", "filled", "conflicting", "message"),
    [
        (0, 0, 0, "Nothing was missing"),
        (5, 4, 2, "6 gaps were filled or disputed, but only 5 were missing"),
        (5, -1, 2, "gaps filled is below zero"),
        (5, 1, -2, "gaps in conflict is below zero"),
        (-5, 0, 0, "gaps is below zero"),
    ],
)
def test_gaps_that_cannot_be_stated_are_refused(missing, filled, conflicting, message):
    with pytest.raises(StatisticsError, match=message):
        gaps_filled(missing, filled=filled, conflicting=conflicting)
