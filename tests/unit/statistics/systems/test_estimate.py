"""The whole answer: a range first, never one number, refused where lists meet too little."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics.systems import HiddenNumber, WrongLinks, by_stratum, hidden_number, overlaps

PEOPLE = {
    ("council",): 220, ("police",): 310, ("hospital",): 150, ("charity",): 90,
    ("council", "police"): 60, ("council", "hospital"): 24, ("police", "hospital"): 38, ("police", "charity"): 21,
    ("hospital", "charity"): 12, ("council", "police", "hospital"): 9, ("police", "hospital", "charity"): 3,
}  # fmt: skip
NAMES = ("council", "police", "hospital", "charity")
FOUR = overlaps(NAMES, PEOPLE)

WELL_KNOWN = overlaps(
    "ABC",
    {("A",): 80, ("B",): 70, ("C",): 90, ("A", "B"): 160, ("A", "C"): 150, ("B", "C"): 170, ("A", "B", "C"): 330},
)
"""Three lists that each hold about two thirds of the people."""


@pytest.fixture(scope="module")
def answer() -> HiddenNumber:
    return hidden_number(FOUR)


def test_the_range_over_models_comes_first_and_the_verdict_last(answer):
    said = answer.sentences()
    assert said[0].startswith(f"Between {answer.lowest:,.0f} and {answer.highest:,.0f} people in all, depending on")
    assert said[-1] == answer.verdict
    assert str(answer) == "\n".join(said)


def test_no_field_is_one_number(answer):
    assert not [field for field in dataclasses.fields(answer) if isinstance(getattr(answer, field.name), int | float)]


def test_the_range_holds_the_best_by_aic_and_by_bic_of_either_kind(answer):
    assert FOUR.never_overlap == (("council", "charity"),)
    assert answer.overlapping.tried == 2**5
    assert answer.apart.tried == 2**6
    for kind in (answer.overlapping, answer.apart):
        for people in (kind.aic_best.people, kind.bic_best.people, kind.lowest, kind.highest):
            assert answer.lowest <= people <= answer.highest
        assert answer.limits.lower <= kind.limits().lower < kind.limits().upper <= answer.limits.upper
    assert answer.models[0] == answer.overlapping.aic_best
    assert len({model.pairs for model in answer.models}) == len(answer.models)


def test_pairs_set_apart_are_said(answer):
    assert any("set apart pairs that never overlap (council:charity)" in line for line in answer.sentences())


def test_lists_that_meet_much_agree_and_lists_that_meet_little_do_not(answer):
    known = hidden_number(WELL_KNOWN)
    assert known.agree and known.apart is None
    assert "the lists agree on the size" in known.verdict
    assert not any("never overlap" in line for line in known.sentences())
    assert not answer.agree and "do not settle" in answer.verdict


def test_wrong_links_are_tried_as_asked():
    found = hidden_number(FOUR, [WrongLinks(), WrongLinks(missed=0.04, false=0.01)])
    assert found.links[0].best == pytest.approx(found.overlapping.aic_best.people)
    assert any(line.startswith("With 4% of links missed and 1% of links false, the same") for line in found.sentences())


def test_nobody_on_exactly_two_lists_leaves_chao_silent():
    lists = overlaps("ABC", {("A",): 50, ("B",): 40, ("C",): 30, ("A", "B", "C"): 9})
    assert any("nobody is on exactly two lists" in line for line in hidden_number(lists).sentences())


def test_more_pairs_than_can_be_tried_are_said_and_not_set_apart():
    names = "ABCDEFGH"
    chain = dict.fromkeys(zip(names, names[1:], strict=False), 4)
    found = hidden_number(overlaps(names, chain | {(name,): 30 for name in names}))
    assert found.apart is None
    assert any(line.startswith("Not tried, being too many") for line in found.sentences())


@pytest.mark.parametrize(
    ("names", "people", "message"),
    [
        ("AB", {("A",): 90, ("B",): 40, ("A", "B"): 10}, "Two lists give one number"),
        ("ABC", {("A",): 90, ("B",): 40, ("C",): 9, ("A", "B"): 3, ("B", "C"): 3}, "more than one list: 6"),
        ("ABC", {("A",): 90, ("B",): 40, ("C",): 9, ("A", "B"): 30}, "`C` shares nobody"),
    ],
)
def test_too_thin_an_overlap_is_refused_with_a_remedy(names, people, message):
    with pytest.raises(StatisticsError, match=message) as refused:
        hidden_number(overlaps(names, people))
    assert refused.value.remedy


def test_seven_people_met_again_are_enough_to_try():
    assert hidden_number(overlaps("ABC", {("A",): 90, ("B",): 40, ("C",): 9, ("A", "B"): 4, ("B", "C"): 3}))


def test_a_stratum_that_is_too_thin_is_refused_alone_and_stays_in_the_result():
    thin = {("council",): 5, ("police",): 4, ("hospital",): 3, ("council", "police"): 1}
    adults, children, others = by_stratum(NAMES, {"adults": PEOPLE, "children": thin, "others": {("police",): 2}})
    assert adults.answer == hidden_number(FOUR) and adults.refused is None
    assert children.answer is None and "more than one list: 1." in children.refused
    assert children.left_out == ("charity",)
    assert others.left_out == ("council", "hospital", "charity") and "needs 2 to 10 lists" in others.refused
    assert str(children) == f"children: {children.refused}"
    assert str(adults).startswith("adults: Between ")


def test_the_answer_does_not_depend_on_the_order_of_the_lists():
    turned = hidden_number(overlaps(NAMES[::-1], PEOPLE))
    first = hidden_number(FOUR)
    assert (turned.lowest, turned.highest) == pytest.approx((first.lowest, first.highest))
    assert np.array([r.best for r in turned.links]) == pytest.approx([r.best for r in first.links])
