"""Two laws side by side, and what a class says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from joinedup.review.law import compare, counted, law_at, under_recommendation_1
from joinedup.review.offences import from_rape, lowered, nature

FACTS: dict[str, Any] = {
    "victim_under_16": True, "adult_suspect": True, "suspect_age_high": 30, "victim_age_low": 14,
}  # fmt: skip
OTHER = {"rape": False, "penetrative": True, "young": False}


@pytest.mark.parametrize(
    ("day", "law"),
    [
        (date(2004, 4, 30), "Sexual Offences Act 1956"), (date(2004, 5, 1), "Sexual Offences Act 2003"),
        (None, "Sexual Offences Act 1956 or Sexual Offences Act 2003"),
    ],
)  # fmt: skip
def test_the_law_is_that_of_the_day_of_the_offence(day: date | None, law: str) -> None:
    assert law_at(day) == law


@pytest.mark.parametrize(
    ("facts", "own", "category"),
    [
        ({}, {}, "would be rape"), ({}, {"rape": True}, "rape already"),
        ({}, {"penetrative": False}, "same under both"),
        ({}, {"young": True}, "same under both"), ({"adult_suspect": False}, {}, "same under both"),
        ({"victim_under_16": False}, {}, "same under both"), ({"adult_suspect": None}, {}, "not known"),
        ({"victim_under_16": None}, {}, "not known"), ({"suspect_age_high": 18}, {}, "safeguard may apply"),
        ({"suspect_age_high": 19}, {}, "would be rape"),
        ({"suspect_age_high": 18, "victim_age_low": 12}, {}, "would be rape"),
    ],
)  # fmt: skip
def test_recommendation_1(facts: dict[str, Any], own: dict[str, bool], category: str) -> None:
    assert under_recommendation_1({**FACTS, **facts}, {**OTHER, **own}) == category


def test_recorded_and_charged_offences_are_counted_apart_by_force_and_year() -> None:
    one = {
        **FACTS, "crime_id": "s:1", "force": "X01", "offence_from": date(2012, 1, 1), "charged": False,
        "outcome": "16", "ho_class": "022/06", "cjs_code": None, "sexual": True,
    }  # fmt: skip
    facts = pa.Table.from_pylist([one, {**one, "crime_id": "s:2", "charged": True, "outcome": "1"}])
    charges = pa.Table.from_pylist(
        [{"crime_id": "s:2", "ho_class": "019/07", "cjs_code": None}, {"crime_id": "gone", "ho_class": "019/07",
                                                                       "cjs_code": None}]
    )  # fmt: skip
    rows = counted(compare(facts, charges)).to_pylist()
    key = {"force": "X01", "year": "2012", "law": "Sexual Offences Act 2003"}
    assert sorted(rows, key=lambda row: row["unit"]) == [
        {"unit": "charged", **key, "category": "rape already", "closed_without_charge": 0, "number": 1},
        {"unit": "recorded", **key, "category": "would be rape", "closed_without_charge": 1, "number": 2},
    ]


def test_what_a_class_says() -> None:
    assert nature("019/07").rape
    assert nature("022/06", None).offender == "adult"
    assert nature("022/12").offender == "under 18"
    assert nature(None, "SX03013").under_13
    assert not nature("046/00").sexual
    assert not nature("nothing", "nothing").sexual


@pytest.mark.parametrize(
    ("before", "after", "lower", "rape"),
    [
        ("019/07", "022/06", True, True), ("19/7", "88/01", True, True), ("022/06", "N100", True, False),
        ("019/07", "incident", True, False), ("022/06", "019/07", False, False), ("046/00", "N100", False, False),
        ("022/06", "022/07", False, False), ("020/03", "022/06", True, False), (None, "N100", False, False),
    ],
)  # fmt: skip
def test_which_changes_of_class_lower_an_offence(before: str | None, after: str, lower: bool, rape: bool) -> None:
    assert lowered(before, after) == lower
    assert from_rape(before, after) == rape
