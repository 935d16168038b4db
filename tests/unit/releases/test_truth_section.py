"""What the page says of how right the joining was for every group."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from joinedup.releases.inputs import GroupShare, GroupTruth, PairCounts, Truth
from joinedup.releases.report import answers, render


def section(run):
    return next(answer for answer in answers(run) if answer.key == "truth")


def said(run) -> str:
    found = section(run)
    return " ".join((found.lead, *found.sentences, *found.points, *found.notes)).replace("**", "")


def with_groups(run, *groups: GroupTruth):
    return replace(run, truth=replace(run.truth, groups=groups))


def one(run, name: str) -> GroupTruth:
    return next(group for group in run.truth.groups if group.group == name)


def table(run, words: str):
    return next(shown.grid for shown in section(run).exhibits if words in shown.grid.caption)


def test_the_lowest_recall_and_the_most_false_links_are_said_with_the_promise(run):
    words = said(run)
    # 180/200 is 90.0%, and 95.2 - 90.0 is 5.2; 10/190 is 5.3%, and 5.26 - 18/970 = 5.26 - 1.86 is 3.4
    assert (
        "Recall is lowest for Black (ethnic group): 90.0%, 5.2 points below the whole; the promise is at most 2."
        in (words)
    )
    assert (
        "The share of false links is highest for Black (ethnic group): 5.3%, 3.4 points above the whole; the promise "
        "is at most 1."
    ) in words


def test_a_run_that_keeps_its_promises_says_so(run):
    kept = with_groups(run, one(run, "Asian"), one(run, "X01"))
    words = said(kept)
    assert (
        "Recall is lowest for Asian (ethnic group): 93.4%, 1.8 points below the whole; the promise is at most 2."
        in (
            words  # 467/500 is 93.4%, and 95.2 - 93.4 is 1.8
        )
    )
    assert "Both promises hold for every one of 2 groups." in words
    assert section(kept).points == () and section(kept).points_heading == ""


def test_a_broken_promise_is_counted_and_named_with_its_interval(run):
    assert "A promise is broken for 1 of 7 groups. 1 further group: fewer than 100 true pairs, too few to" in said(run)
    (point,) = section(run).points
    assert point == (
        "**Black** (ethnic group): recall 90.0%, 5.2 points below the whole, 95% interval 89.0% to 91.0%; "
        "false links 5.3%, 3.4 points above the whole, 95% interval 4.3% to 6.3%."
    )


def test_only_the_promise_that_is_broken_is_named(run):
    black = one(run, "Black")
    found = with_groups(run, replace(black, false_links=replace(black.false_links, kept=True)))
    assert "false links" not in section(found).points[0]
    assert table(found, "in five").rows[0][1] == "Broken: recall"


@pytest.mark.parametrize(
    ("difference", "kept", "words"),
    [
        (-0.02, True, "2.0 points below"),
        (-0.0204, False, "over 2.0 points below"),
        (-0.0206, False, "2.1 points below"),
        (-0.0196, True, "2.0 points below"),
        (0.003, True, "0.3 points above"),
    ],
)
def test_a_broken_promise_is_never_rounded_to_one_that_is_kept(run, difference, kept, words):
    found = replace(one(run, "Asian"), recall=GroupShare(0.93, 0.92, 0.94, difference, kept))
    assert f"93.0%, {words} the whole; the promise" in said(with_groups(run, found))


def test_every_group_is_in_a_table_under_the_name_that_people_know(run):
    rows = [row for shown in section(run).exhibits[1:] for row in shown.grid.rows]
    assert [row[0] for row in rows] == [
        "Asian", "Black", "Asian, Asian British or Asian Welsh: Indian", "Yoruba", "Female", "0 to 11",
        "Wexmoor Constabulary (invented)", "x01-crime",
    ]  # fmt: skip
    assert [row[1] for row in rows] == [
        "Kept", "Broken: recall and false links", "Kept", "Kept", "Kept", "Too few to tell", "Kept", "Kept",
    ]  # fmt: skip


def test_a_row_holds_pairs_shares_intervals_and_points(run):
    assert table(run, "in five").rows[0][2:] == (
        "500", "93.4%", "92.4% to 94.4%", "−1.8",
        "480", "2.7%", "1.7% to 3.7%", "+0.9",  # 13/480 is 2.71%, and 2.71 - 1.86 is 0.85
    )  # fmt: skip


def test_a_share_of_no_pairs_is_a_dash(run):
    nothing = GroupShare(0.95, 0, 1, 0, None)
    found = with_groups(run, GroupTruth("age", "0 to 11", PairCounts(0, 0, 0), nothing, nothing))
    assert table(found, "by age").rows == (("0 to 11", "Too few to tell", "0", "–", "–", "–", "0", "–", "–", "–"),)
    assert "No group has 100 true pairs: too few to tell whether the joining was fair." in said(found)


def test_a_picture_marks_each_share_where_it_stands_and_leaves_out_what_cannot_be_told(run):
    exhibits = {shown.grid.caption.split(" by ")[1]: shown for shown in section(run).exhibits[1:]}
    marks = [box for box in exhibits["sex"].picture.canvas.boxes if box["fill"] == "#0b6b57" and box["start"] > 0]
    # 381/400 is 95.25%, 0.05 points above the whole: 0.5 + 0.0005 / 0.1 of a strip that reaches 5 points either way
    assert sum((box["start"] + box["end"]) / 2 for box in marks) == pytest.approx(0.505)
    words = [word["text"] for word in exhibits["age at the end of the cases"].picture.canvas.words]
    assert "too few" in words and not any(word.startswith(("−9", "+9")) for word in words)


def test_a_group_far_off_widens_the_picture_and_one_beyond_it_stands_at_the_end(run):
    far = replace(one(run, "Asian"), recall=GroupShare(0.552, 0.54, 0.56, -0.4, False))
    (_, shown) = section(with_groups(run, far)).exhibits
    assert {word["text"] for word in shown.picture.canvas.words} >= {"−10 points", "+10 points", "−40.0"}
    boxes = shown.picture.canvas.boxes
    assert all(0 <= box["start"] <= box["end"] <= 1 for box in boxes)


def test_a_truth_without_groups_says_what_it_said_before(run):
    plain = replace(run, truth=Truth(run.truth.pairs, 1480))
    assert len(section(plain).exhibits) == 1 and len(section(plain).notes) == 1
    assert "promise" not in render(plain)


def test_the_page_says_what_a_pair_of_a_group_is_and_that_ethnicity_joins_nothing(run):
    words = said(run)
    assert "A pair counts for a group if either of its records does" in words
    assert "Promised of every group with at least 100 true pairs: recall at most 2 points below the whole" in words
    assert "Ethnicity is never an input to joining." in words


def test_every_picture_of_groups_says_in_words_what_it_draws(run):
    html = render(run)
    described = re.findall(r"<desc[^>]*>Points from the whole\. (.+?)</desc>", html)
    assert len(described) == 7
    assert described[0] == "Asian: recall −1.8, false links +0.9; Black: recall −5.2, false links +3.4."
