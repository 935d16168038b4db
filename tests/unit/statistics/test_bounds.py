"""The share of an answer, whatever the missing answers are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics import ShareBounds, bound_share

COUNTS = {"Asian": 7, "White": 23, "unknown": 70}


def test_missing_people_are_put_outside_then_inside():
    assert bound_share(COUNTS, "White", missing={"unknown"}) == ShareBounds(
        lower=23 / (7 + 23 + 70), upper=(23 + 70) / (7 + 23 + 70), recorded=7 + 23, total=7 + 23 + 70
    )


@pytest.mark.parametrize("truly_white", range(70 + 1))
def test_the_bounds_hold_however_the_missing_turn_out(truly_white):
    bounds = bound_share(COUNTS, "White", missing={"unknown"})
    assert bounds.lower <= (23 + truly_white) / 100 <= bounds.upper


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_the_width_is_the_missing_share_and_the_ends_are_reached(held, other, unknown):
    if held + other + unknown == 0:
        return
    bounds = bound_share({"x": held, "y": other, "?": unknown}, "x", missing={"?"})
    assert bounds.lower == held / (held + other + unknown)
    assert bounds.upper == (held + unknown) / (held + other + unknown)
    assert bounds.unknown == unknown


def test_several_missing_codes_are_all_unknown():
    bounds = bound_share({"x": 1, "refused": 2, "not_asked": 1}, "x", missing={"refused", "not_asked", "unmapped"})
    assert (bounds.lower, bounds.upper) == (1 / 4, 4 / 4)


def test_national_contact_table_2023_white_is_28_2_to_94_3_of_all_and_83_1_only_of_those_known():
    """6,670 group-abuse suspects, 4,404 without ethnicity, 1,884 White (National Audit, June 2025)."""
    bounds = bound_share({"White": 1884, "other": 6670 - 4404 - 1884, "unknown": 4404}, "White", missing={"unknown"})
    assert round(bounds.unknown / bounds.total, 3) == 0.660
    assert (round(bounds.lower, 3), round(bounds.upper, 3)) == (0.282, 0.943)
    assert round(1884 / bounds.recorded, 3) == 0.831


def test_106_men_of_whom_64_were_found_again_and_21_housed_are_between_20_and_59_per_cent():
    bounds = bound_share({"housed": 21, "not": 64 - 21, "lost": 106 - 64}, "housed", missing={"lost"})
    assert (bounds.lower, bounds.upper) == (21 / 106, 63 / 106)


def _counts(case: dict[str, Any]) -> dict[str, int]:
    """A case's shares as counts of 10,000 suspects, everything unsaid being another answer or unknown."""
    if "among_recorded" in case:
        recorded = case["recorded_fraction"]
        held = {k: round(10_000 * recorded * v) for k, v in case["among_recorded"].items()}
        unknown = round(10_000 * (1 - recorded))
    else:
        held = {k: round(10_000 * v) for k, v in case["shares"].items() if k != "unknown"}
        unknown = round(10_000 * case["shares"].get("unknown", case.get("remainder_other_or_unknown", 0)))
    return {**held, "another answer": 10_000 - unknown - sum(held.values()), "unknown": unknown}


@pytest.mark.shared
@pytest.mark.parametrize("name", ["cocad-2023", "gmp-mvmo", "gmp-all-csa"])
def test_published_intervals_are_reproduced(shared: Path, name: str):
    cases = json.loads((shared / "data/statistics/bounds_cases.json").read_text(encoding="utf-8"))["cases"]
    case = next(case for case in cases if case["id"] == name)
    for group, (lower, upper) in case["expected_bounds"].items():
        bounds = bound_share(_counts(case), group, missing={"unknown"})
        assert (round(bounds.lower, 4), round(bounds.upper, 4)) == (lower, upper), group


@pytest.mark.parametrize(
    ("counts", "code", "message"),
    [
        (COUNTS, "unknown", "means that the answer is missing"),
        (COUNTS, "Black", "no count for `Black`. Counted: Asian, White, unknown"),
        ({"White": 0, "unknown": 0}, "White", "Nobody was counted"),
        ({"White": -1, "unknown": 3}, "White", "`White` is below zero"),
        ({"White": 1.5, "unknown": 3}, "White", "`White` is not a whole number"),
        ({"White": True, "unknown": 3}, "White", "`White` is not a whole number"),
    ],
)
def test_a_share_that_cannot_be_bounded_is_refused(counts, code, message):
    with pytest.raises(StatisticsError, match=message):
        bound_share(counts, code, missing={"unknown"})
