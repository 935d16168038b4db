"""A claim beside this run's figure: shown, never settled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from joinedup.inquiry import Entry, Standing, register_of, standing_of
from joinedup.inquiry.beside import beside

DAY = date(2026, 3, 1)


def row(missing: int, whole: int, **other: Any) -> dict[str, Any]:
    told = {"measure": "missing-self-defined-ethnicity", "area": "all", "unit": "record", "stage": "all"}
    return told | {"period": "all", "group": "all", "numerator": missing, "denominator": whole} | other


def said(state: str | None, **fields: str) -> Standing:
    wanted = {"report": "R", "text": "Record it.", "owners": "b", "figure": "missing-self-defined-ethnicity"} | fields
    entries = [Entry("institution", "b", DAY, {"name": "B"}, 1), Entry("recommendation", "r", DAY, wanted, 2)]
    if state:
        entries.append(Entry("progress", "r", DAY, {"by_body": "b", "state": state, "text": "x"}, 3))
    register = register_of(entries)
    return standing_of(register, register.named("r"), DAY)


def test_done_says_the_body_while_the_run_counts_some_is_a_contradiction() -> None:
    found = beside(said("done"), "20260301T000000Z", [row(524, 768)])
    assert found is not None and found.contradicts
    assert found.sentence == (
        "Run 20260301T000000Z: self-defined ethnicity is recorded for 244 of 768 suspect records (31.8%); "
        "524 have none."
    )


@pytest.mark.parametrize(("state", "missing"), [("under-way", 524), (None, 524), ("done", 0)])
def test_without_a_done_or_without_a_gap_nothing_contradicts(state: str | None, missing: int) -> None:
    found = beside(said(state), "run", [row(missing, 768)])
    assert found is not None and not found.contradicts


@pytest.mark.parametrize(("missing", "whole"), [(3, 768), (765, 768), (2, 9)])
def test_small_counts_are_not_shown_nor_told_by_subtraction(missing: int, whole: int) -> None:
    found = beside(said("done"), "run", [row(missing, whole)])
    assert found is not None and found.hidden and found.contradicts
    assert not any(letter.isdigit() for letter in found.sentence)


def test_a_force_and_a_year_have_their_own_figure() -> None:
    rows = [row(524, 768), row(40, 100, area="force:X01"), row(30, 60, period="2026")]
    by_force = beside(said("done", area="X01"), "run", rows)
    by_year = beside(said("done", period="2026"), "run", rows)
    assert by_force is not None and "60 of 100 suspect records of X01" in by_force.sentence
    assert by_year is not None and "30 of 60 suspect records in 2026" in by_year.sentence
    assert beside(said("done", area="X02"), "run", rows) is None
