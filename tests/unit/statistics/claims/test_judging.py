"""Verdicts on statements, against every way in which the gaps could be filled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.claims import (
    NOT_RECORDED,
    About,
    Counted,
    Evidence,
    Judged,
    Printed,
    Ranged,
    Residents,
    Statement,
    Than,
    Variant,
    judge,
    lines,
)

ABOUT = About("suspects", "person", "suspected", "Anyshire", "2024", "ethnicity")
GROUPS = ("White", "Asian", "Black")


def held(counts: dict[str, int], missing: int, **more: object) -> Evidence:
    return Evidence("figures", ABOUT, Counted(counts, {"not asked": missing}), "A table.", **more)  # type: ignore[arg-type]


def said(group: str, than: Than, direction: str = "more") -> Statement:
    return Statement("a claim", ABOUT, group, direction, than)  # type: ignore[arg-type]


def completions(counts: dict[str, int], missing: int) -> Iterator[dict[str, int]]:
    """Every way in which those missing could be of the groups."""
    for white in range(missing + 1):
        for asian in range(missing + 1 - white):
            added = (white, asian, missing - white - asian)
            yield {group: counts[group] + more for group, more in zip(GROUPS, added, strict=True)}


def true_of(statement: Statement, counts: dict[str, int]) -> bool:
    """Whether a statement is true of complete counts, in whole numbers: a share more than 0.3 is 10 x > 3 n."""
    total = sum(counts.values())
    if statement.than.group is not None:
        one, other = counts[statement.group], counts[statement.than.group]
    else:
        one, other = 10 * counts[statement.group], round(10 * (statement.than.share or 0)) * total
    return (one > other if statement.direction == "more" else one < other) is not statement.denied


COUNTS = st.fixed_dictionaries({group: st.integers(0, 6) for group in GROUPS})
THAN = st.sampled_from([Than(share=0.2), Than(share=0.5), Than(group="Black")])


@settings(max_examples=300, deadline=None)
@given(COUNTS, st.integers(0, 6), THAN, st.sampled_from(["more", "less"]), st.booleans())
def test_a_verdict_is_what_every_way_to_fill_the_gaps_says(
    counts: dict[str, int], missing: int, than: Than, direction: str, denied: bool
) -> None:
    if not sum(counts.values()) + missing:
        return
    statement = said("White", than, direction)
    statement = statement.opposite() if denied else statement
    answers = {true_of(statement, filled) for filled in completions(counts, missing)}
    expected = {(True,): "holds", (False,): "contradicted"}.get(tuple(answers), "insufficient")
    judged = judge(statement, held(counts, missing))
    assert judged.verdict.word == expected
    assert judged.opposite.word == {"holds": "contradicted", "contradicted": "holds"}.get(expected, expected)


@settings(max_examples=300, deadline=None)
@given(COUNTS, st.integers(1, 6), THAN, st.sampled_from(["more", "less"]), st.booleans())
def test_so_many_records_settle_it_and_one_fewer_does_not(
    counts: dict[str, int], missing: int, than: Than, direction: str, denied: bool
) -> None:
    statement = said("White", than, direction)
    statement = statement.opposite() if denied else statement
    settles = judge(statement, held(counts, missing)).verdict.settles
    if settles is None:
        return
    for needed, of, word in (
        (settles.for_it, settles.of, "holds"), (settles.against_it, settles.of_another, "contradicted"),
    ):  # fmt: skip
        if not 0 < needed <= missing:
            continue
        group = "Asian" if of.startswith("not ") else of
        for found, expected in ((needed, word), (needed - 1, "insufficient")):
            known = {**counts, group: counts[group] + found}
            assert judge(statement, held(known, missing - found)).verdict.word == expected


def test_every_other_group_is_judged_by_the_same_rule() -> None:
    judged = judge(said("White", Than(share=0.5)), held({"White": 60, "Asian": 5, "Black": 5}, 30))
    assert judged.verdict.word == "holds"  # 60 of 100 is more than half
    assert {one.group: verdict.word for one, verdict in judged.others} == {
        "Asian": "contradicted",  # at most 35 of 100
        "Black": "contradicted",
    }
    alone = judge(said("Asian", Than(share=0.5)), held({"White": 60, "Asian": 5, "Black": 5}, 30))
    assert alone.verdict == judged.others[0][1]


def test_a_statement_that_holds_only_if_an_assumption_is_right_says_which() -> None:
    joined = Variant(
        "Records joined are of one person.",
        Ranged({"White": (0.55, 0.6), "Asian": (0.1, 0.15), "Black": (0, 0.1)}, (0, 0.05)),
    )
    judged = judge(said("White", Than(share=0.5)), held({"White": 40, "Asian": 5, "Black": 5}, 50, under=(joined,)))
    assert (judged.verdict.word, judged.verdict.assumption) == ("holds_if", "Records joined are of one person.")
    assert judged.opposite.word == "insufficient"
    assert [(sentence, verdict.word) for sentence, verdict in judged.under] == [(joined.sentence, "holds")]


def test_figures_that_rest_on_an_assumption_never_hold_without_it() -> None:
    figures = Evidence(
        "people", ABOUT, Ranged({"White": (0.6, 0.7), "Asian": (0.3, 0.4)}, (0, 0)), "", rests_on="It is so."
    )
    judged = judge(said("White", Than(share=0.5)), figures)
    assert (judged.verdict.word, judged.opposite.word) == ("holds_if", "contradicted")
    assert judged.verdict.assumption == judged.opposite.assumption == "It is so."


@pytest.mark.parametrize("part", ["population", "unit", "stage", "area", "period", "field"])
def test_figures_of_something_else_are_refused_and_named(part: str) -> None:
    other = {"unit": "offence", "stage": "convicted"}.get(part, "another")
    about = About(**{**vars(ABOUT), part: other})
    judged = judge(Statement("a claim", about, "White", "more", Than(share=0.5)), held({"White": 9, "Asian": 1}, 0))
    assert {judged.verdict.word, judged.opposite.word} == {"refused"}
    assert part in str(judged.verdict.because) and getattr(ABOUT, part) in str(judged.verdict.because)


RESIDENTS = Residents("Anyshire", "2024", {"White": (0.8, 0.8), "Asian": (0.1, 0.1), "Black": (0.1, 0.1)}, "A census.")


def test_residents_of_another_area_or_year_are_refused() -> None:
    figures = held({"White": 10, "Asian": 80, "Black": 10}, 0)
    statement = said("Asian", Than(residents=True))
    assert judge(statement, figures, RESIDENTS).verdict.word == "holds"
    elsewhere = Residents("The city", "2024", RESIDENTS.shares, "")
    assert "The city" in str(judge(statement, figures, elsewhere).verdict.because)
    earlier = Residents("Anyshire", "2021", RESIDENTS.shares, "")
    assert "2021" in str(judge(statement, figures, earlier).verdict.because)
    explained = Residents("Anyshire", "2021", RESIDENTS.shares, "", gap="Three years apart.")
    assert judge(statement, figures, explained).verdict.word == "holds"
    assert judge(statement, figures).verdict.word == "refused"


def test_chance_counts_against_residents() -> None:
    """5 of 295 is 1.7%, and residents 2.0%: fewer, but not by more than chance."""
    figures = held({"White": 290, "Asian": 5, "Black": 0}, 0)
    residents = Residents("Anyshire", "2024", {"Asian": (0.02, 0.02)}, "")
    judged = judge(said("Asian", Than(residents=True)), figures, residents)
    assert judged.verdict.word == "insufficient"
    assert judged.verdict.held is not None and judged.verdict.held.chance is not None
    low, high = judged.verdict.held.chance
    assert low < 5 / 295 < 0.02 < high


def test_printed_shares_are_as_wide_as_their_rounding_lets_them_be() -> None:
    figures = Printed({"White": 0.83, "Asian": 0.07}, known=0.34, of_known=True)
    # at least 82.5% of 33.5%; at most all but 16.5% of 33.5%
    assert figures.share("White") == pytest.approx((0.825 * 0.335, 1 - 0.165 * 0.335))
    of_all = Printed({"Asian": 0.16, "White": 0.44}, known=0.68, of_known=False)
    assert of_all.share("Asian") == pytest.approx((0.155, 0.165 + 0.325))


def test_what_is_missing_is_said_beside_the_share_of_those_known() -> None:
    told = dict(lines(judge(said("White", Than(share=0.5)), held({"White": 30, "Asian": 10, "Black": 0}, 60))))
    assert told["Not known"] == "ethnicity is not recorded for 60.0% (60 of 100). Of those known, 75.0% are White."
    assert told["To settle it"].startswith("Of the 60 not recorded, it holds once 21 are known to be White;")
    assert "community" in told["Limits"]


def words_without_groups(judged: Judged) -> list[str]:
    swaps = dict.fromkeys(GROUPS, "GROUP")
    told = [f"{about} {text}" for about, text in lines(judged)]
    for group, word in swaps.items():
        told = [line.replace(group, word) for line in told]
    return sorted(told)


def test_the_wording_is_the_same_whatever_the_group() -> None:
    """Two groups with the same counts are told in the same words."""
    figures = held({"White": 20, "Asian": 20, "Black": 20}, 40)
    first, second, third = (words_without_groups(judge(said(group, Than(share=0.3)), figures)) for group in GROUPS)
    assert first == second == third


@pytest.mark.parametrize(
    "made",
    [
        lambda: About("suspects", "head", "all", "a", "b", "c"),
        lambda: About("suspects", "person", "accused", "a", "b", "c"),
        lambda: About("", "person", "all", "a", "b", "c"),
        Than,
        lambda: Than(share=0.5, group="White"),
        lambda: Than(share=50),
        lambda: said("White", Than(group="White")),
        lambda: said(NOT_RECORDED, Than(residents=True)),
        lambda: said("White", Than(share=0.5), "greater"),
        lambda: Counted({}, {}),
        lambda: Counted({"unknown": 3}, {}),
        lambda: Printed({"White": 83.0}, 0.34, of_known=True),
        lambda: Printed({"White": 0.6, "Asian": 0.3}, 0.5, of_known=False),
        lambda: Residents("a", "b", {"White": (0.4, 0.2)}, ""),
        lambda: held({"White": 1}, 0, under=(Variant("It is so.", Ranged({"Asian": (0, 1)}, (0, 0))),)),
    ],
)
def test_what_is_no_statement_and_what_are_no_figures_is_refused(made: object) -> None:
    with pytest.raises(StatisticsError):
        made()  # type: ignore[operator]


def test_figures_that_nobody_has_seen_settle_nothing_whatever_they_would_say() -> None:
    quoted = held({"White": 70, "Asian": 10, "Black": 10}, 10, seen=False)
    for group, share, would in (("White", 0.5, "holds"), ("Asian", 0.5, "contradicted")):
        found = judge(said(group, Than(share=share)), quoted)
        assert (found.verdict.word, found.verdict.as_quoted) == ("insufficient", would)
    assert judge(said("White", Than(share=0.75)), quoted).verdict.as_quoted is None  # 70 to 80%: it cannot say anyhow


def test_an_end_never_looks_equal_to_what_it_is_compared_with_unless_it_is() -> None:
    words = dict(lines(judge(said("White", Than(share=0.5)), held({"White": 5_004, "Asian": 4_996, "Black": 0}, 0))))
    assert "50.04%, against 50.00%" in words["Verdict"]
    equal = dict(lines(judge(said("White", Than(share=0.5)), held({"White": 50, "Asian": 50, "Black": 0}, 0))))
    assert "50.0%, against 50.0%" in equal["Verdict"]
