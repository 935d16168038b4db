"""What wrong links do to the counts, and what is left when they are mended."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.systems import Lists, WrongLinks, every_model, hidden_number, overlaps, relinked
from joinedup.statistics.systems.links import _loosened, mended_counts

PETERSEN = overlaps("AB", {("A",): 110, ("B",): 60, ("A", "B"): 90})
"""100 truly on both lists, of whom 10 were not linked: 200 x 150 / 90 = 333 where 200 x 150 / 100 = 300 is true."""

THREE = overlaps(
    "ABC",
    {
        ("A",): 400, ("B",): 300, ("C",): 200,
        ("A", "B"): 60, ("A", "C"): 50, ("B", "C"): 40, ("A", "B", "C"): 12,
    },
)  # fmt: skip


def test_a_tenth_of_links_missed_inflates_two_lists_by_a_ninth_and_is_mended():
    models = every_model(PETERSEN).as_good
    as_found, mended = (relinked(PETERSEN, models, WrongLinks(missed=share)) for share in (0, 0.10))
    assert as_found.best == pytest.approx(200 * 150 / 90)
    assert mended.best == pytest.approx(200 * 150 / 100)
    assert (as_found.on_lists, mended.on_lists) == (260, pytest.approx(250))


def test_false_links_deflate_two_lists_and_are_mended():
    models = every_model(PETERSEN).as_good
    mended = relinked(PETERSEN, models, WrongLinks(false=0.10))
    assert mended.best == pytest.approx(200 * 150 / (90 * 0.9))


@given(st.lists(st.integers(20, 400), min_size=15, max_size=15), st.floats(0, 0.1))
def test_mending_missed_links_undoes_missing_them(counts, share):
    true = np.array([0, *counts], dtype=float)
    for place in (1, 2, 4, 8):
        true[place] += 2_000
    found = _loosened(true, share)
    assert mended_as_found(found, share) == pytest.approx(true)


def mended_as_found(found: np.ndarray, share: float) -> np.ndarray:
    return mended_counts(Lists(("A", "B", "C", "D"), tuple(found)), WrongLinks(missed=share))


@given(st.floats(0, 0.25), st.floats(0, 0.25))
def test_each_list_holds_as_many_as_before(missed, false):
    counts = mended_counts(THREE, WrongLinks(missed, false))
    for i, name in enumerate(THREE.names):
        assert counts[np.arange(8) >> i & 1 > 0].sum() == pytest.approx(THREE.held_by(name))
    assert counts.min() >= 0


def test_nobody_is_left_where_more_came_loose_than_were_found():
    """One person on three lists, and nobody on A and B alone, who would be fewer than none."""
    lists = overlaps("ABC", {("A",): 9, ("B",): 9, ("C",): 9, ("A", "C"): 5, ("A", "B", "C"): 1})
    counts = mended_counts(lists, WrongLinks(missed=0.10))
    assert counts[0b011] == counts[0b110] == 0
    assert counts[0b111] == pytest.approx(1 / 0.9)
    assert counts[0b101] == pytest.approx((5 - 0.1 * (1 / 0.9) / 3) / 0.9)


def test_the_more_links_were_missed_the_fewer_people_there_are():
    models = every_model(THREE).as_good
    found = [relinked(THREE, models, WrongLinks(missed=share)) for share in (0, 0.02, 0.05, 0.10)]
    assert [each.best for each in found] == sorted((each.best for each in found), reverse=True)
    assert found[0].best == pytest.approx(models[0].people)
    assert (found[0].lowest, found[0].highest) == pytest.approx(
        (min(m.people for m in models), max(m.people for m in models))
    )


def test_links_missed_person_by_person_are_mended_on_average():
    """Twenty thousand people, of whom a tenth of those on several lists lose one list's record, drawn one by one."""
    random = np.random.default_rng(3)
    on = random.random((20_000, 3)) < (0.3, 0.25, 0.2)
    true = tally(on)
    loose = (on.sum(axis=1) > 1) & (random.random(len(on)) < 0.10)
    which = np.argmax(random.random(on.shape) * on, axis=1)
    apart = np.zeros_like(on)
    apart[loose, which[loose]] = True
    found = tally(np.concatenate([on & ~apart, apart]))
    mended = mended_counts(Lists(("A", "B", "C"), tuple(found.tolist())), WrongLinks(missed=0.10))
    assert np.abs(found - true)[[3, 5, 6, 7]].max() > 50
    assert mended[1:] == pytest.approx(true[1:], abs=40)


def tally(on: np.ndarray) -> np.ndarray:
    counts = np.bincount(on @ (1, 2, 4), minlength=8)
    counts[0] = 0
    return counts


@pytest.mark.parametrize("wrong", [WrongLinks(missed=-0.1), WrongLinks(missed=0.3), WrongLinks(false=5)])
def test_shares_that_are_none_or_too_large_are_refused(wrong):
    with pytest.raises(StatisticsError, match="Shares of wrong links"):
        mended_counts(THREE, wrong)


def test_more_links_cannot_have_been_missed_than_people_are_on_one_list_alone():
    lists = overlaps("ABC", {("A",): 1, ("B",): 1, ("C",): 1, ("A", "B"): 80, ("B", "C"): 70, ("A", "C"): 60})
    assert relinked(lists, every_model(lists).as_good, WrongLinks(missed=0.20)) is None
    answer = hidden_number(lists)
    assert answer.impossible == (WrongLinks(missed=0.02), WrongLinks(missed=0.05), WrongLinks(missed=0.10))
    assert any(
        line == "With 2% of links missed, too few people would be on one list alone."
        for line in str(answer).split("\n")
    )
