"""Which sender's field cannot be trusted, and why; and that an honest sender's is not named."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics import Levels, copied, soundness

SELF = "self_defined_ethnicity"
HONEST = {"W1": 700, "W9": 60, "A2": 50, "A9": 20, "B2": 40, "B9": 15, "M9": 15, "refused": 70, "not_recorded": 30}
"""Rows in a thousand. The last two are reasons for having no value."""

REASONS = ("refused", "not_recorded", "not_asked", "not_known", "not_applicable")
SCHEMA = pa.schema([(name, pa.string()) for name in ("sender", "column", "period", "value", "reason")])
SCHEMA = SCHEMA.append(pa.field("count", pa.int64()))


def rows(sender, held, times=1, period="2026-01", column=SELF):
    return [
        {
            "sender": sender, "column": column, "period": period,
            "value": None if name in REASONS else name, "reason": name if name in REASONS else None,
            "count": count * times,
        }
        for name, count in held.items()
    ]  # fmt: skip


def table(*parts):
    return pa.Table.from_pylist([row for part in parts for row in part], schema=SCHEMA)


def others(times=3):
    return [row for sender in ("north", "south", "west") for row in rows(sender, HONEST, times)]


def told(found):
    return [(one.sender, one.kind, one.values, one.compared_with) for one in found]


def without(held, *names):
    return {name: count for name, count in held.items() if name not in names}


def test_honest_senders_are_not_named():
    assert soundness(table(others())) == []


def test_nothing_counted_is_nothing_found():
    assert soundness(table()) == []


def test_a_field_that_nobody_filled_is_never_filled():
    [found] = soundness(table(others(), rows("east", {"not_recorded": 100})))
    assert told([found]) == [("east", "never-filled", (), "stated threshold")]
    assert (found.n, found.count, found.missing, found.expected, found.period) == (100, 100, 100, None, None)
    assert found.message == (
        "`self_defined_ethnicity` from east: 100 of 100 rows hold no value (`not_recorded` 100). "
        "Nothing can be concluded from it."
    )
    assert found.remedy == "Ask the sender whether the field is sent at all, and under which name."


@pytest.mark.parametrize(("missing", "kinds"), [(49, []), (50, ["mostly-missing"]), (99, ["mostly-missing"])])
def test_half_or_more_without_a_value_is_mostly_missing(missing, kinds):
    found = soundness(table(rows("east", {"W1": 100 - missing, "not_recorded": missing})))
    assert [one.kind for one in found] == kinds


def test_nothing_is_said_of_fewer_rows_than_the_least():
    assert soundness(table(rows("east", {"not_recorded": 99}))) == []


def test_reasons_are_told_apart_and_small_counts_are_not_told():
    [found] = soundness(table(rows("east", {"W1": 30, "refused": 4, "not_asked": 26, "not_recorded": 40})))
    assert "70 of 100 rows hold no value (`not_recorded` 40, `not_asked` 26, `refused` fewer than 10)" in found.message
    assert found.missing == 4 + 26 + 40


def test_rows_to_which_the_field_does_not_apply_are_no_part_of_it():
    [found] = soundness(table(rows("east", {"W1": 40, "not_recorded": 60, "not_applicable": 900})))
    assert (found.n, found.missing) == (100, 60)
    assert soundness(table(rows("east", {"not_applicable": 900}))) == []


@pytest.mark.parametrize("reason", ["refused", "not_asked", "not_known"])
def test_one_reason_entered_for_everybody_is_named(reason):
    [found] = soundness(table(others(), rows("east", {reason: 95, "W1": 5})))
    assert told([found]) == [("east", "one-value", (reason,), "stated threshold")]
    assert f"`{reason}` in 95 of 100 rows." in found.message
    assert "may be a default" in found.message


def test_the_commonest_code_entered_for_everybody_is_named():
    honest_gaps = {"refused": 210, "not_recorded": 90}
    [found] = soundness(table(others(), rows("east", {"W1": 2_700} | honest_gaps)))
    assert told([found]) == [("east", "one-value", ("W1",), "other senders")]
    assert (found.count, found.n, found.missing) == (2_700, 2_700, 300)
    assert found.expected == pytest.approx(700 / 900)  # of those who gave an answer


def test_a_field_that_is_never_missing_is_named_where_others_have_a_tenth_missing():
    [found] = soundness(table(others(), rows("east", without(HONEST, "refused", "not_recorded"), 3)))
    assert told([found]) == [("east", "never-missing", (), "other senders")]
    assert (found.n, found.count, found.share, found.expected) == (2_700, 0, 0.0, 0.1)
    assert "cannot be concluded that everybody answered" in found.message


def test_leaving_a_few_rows_without_a_value_does_not_hide_it():
    nearly = without(HONEST, "refused", "not_recorded") | {"refused": 1}
    assert [one.kind for one in soundness(table(others(), rows("east", nearly, 3)))] == ["never-missing"]


def test_an_honest_sender_with_a_fifth_of_the_others_gaps_is_not_named():
    better = without(HONEST, "refused", "not_recorded") | {"refused": 14, "not_recorded": 6}
    assert soundness(table(others(30), rows("east", better, 30))) == []


def test_refusals_that_vanish_behind_blanks_are_named():
    [found] = soundness(table(others(), rows("east", HONEST | {"refused": 0}, 4)))
    assert told([found]) == [("east", "category-vanished", ("refused",), "other senders")]


def test_categories_that_others_have_and_one_sender_has_not_are_named_together():
    [found] = soundness(table(others(), rows("east", without(HONEST, "W9", "A9", "B9", "M9"), 5)))
    assert told([found]) == [("east", "category-vanished", ("A9", "B9", "M9", "W9"), "other senders")]
    assert found.expected == pytest.approx((60 + 20 + 15 + 15) / 900)
    assert "`A9`, `B9`, `M9`, `W9` in 0 of 3,950 rows that hold a value" in found.message


def test_a_category_that_the_others_do_not_have_either_is_not_missed():
    assert soundness(table(others(), rows("east", HONEST | {"O2": 40}, 5))) == []


def test_a_lone_sender_is_held_against_expected_shares():
    alone = rows("east", without(HONEST, "W9", "A9", "B9", "M9"), 5)
    assert soundness(table(alone)) == []
    census = {SELF: {"W9": 0.06, "A9": 0.02, "B9": 0.01, "M9": 0.01}}
    [found] = soundness(table(alone), expected=census)
    assert told([found]) == [("east", "category-vanished", ("A9", "B9", "M9", "W9"), "expected shares")]
    assert found.expected == pytest.approx(0.06 + 0.02 + 0.01 + 0.01)


def test_a_lone_sender_of_one_value_is_held_against_the_expected_shares_of_the_others():
    [found] = soundness(table(rows("east", {"W1": 5_000, "refused": 200})), expected={SELF: {"W9": 0.06, "A9": 0.02}})
    assert told([found]) == [("east", "one-value", ("W1",), "expected shares")]
    assert found.expected == pytest.approx(1 - 0.06 - 0.02)


def test_senders_that_all_leave_out_the_same_are_found_by_what_is_stated():
    trimmed = without(HONEST, "W9", "A9", "B9", "M9", "refused", "not_recorded")
    both = table(rows("east", trimmed, 10), rows("west", trimmed, 10))
    found = soundness(both, expected={SELF: {"W9": 0.06, "A9": 0.02, "B9": 0.01, "M9": 0.01}})
    assert told(found) == [
        (sender, kind, values, against)
        for sender in ("east", "west")
        for kind, values, against in (
            ("never-missing", (), "stated default"),
            ("category-vanished", ("A9", "B9", "M9", "W9"), "expected shares"),
        )
    ]


@pytest.mark.parametrize(("n", "kinds"), [(6_264, []), (6_265, ["never-missing"])])
def test_a_lone_sender_is_never_missing_only_beyond_the_stated_chance(n, kinds):
    checks = (1 + 3) * (2 * 1 + 5)  # one period and one value
    assert (1 - 0.02 / 10) ** 6_265 < 1e-4 / checks < (1 - 0.02 / 10) ** 6_264
    assert [one.kind for one in soundness(table(rows("east", {"W1": n})))] == kinds


def test_a_column_without_a_stated_share_is_not_named_for_a_lone_sender():
    assert soundness(table(rows("east", {"filled": 50_000}, column="date_of_birth"))) == []


def test_a_full_open_column_is_held_against_others():
    parts = [rows(s, {"filled": 900, "not_recorded": 100}, 3, column="postcode") for s in ("north", "south")]
    found = soundness(table(*parts, rows("east", {"filled": 3_000}, column="postcode")))
    assert told(found) == [("east", "never-missing", (), "other senders")]


def test_a_sender_that_is_mostly_missing_is_no_benchmark():
    found = soundness(table(rows("north", {"W1": 300, "not_recorded": 2_700}), rows("east", {"W1": 3_000})))
    assert told(found) == [("north", "mostly-missing", (), "stated threshold")]


def months(*parts):
    """One sender's periods, in order."""
    return [row for month, part in enumerate(parts, start=1) for row in rows("east", part, period=f"2026-{month:02}")]


def test_gaps_that_stop_are_found_against_the_senders_own_past_with_the_month():
    full = without(HONEST, "refused", "not_recorded")
    [found] = soundness(table(months(HONEST, HONEST, *[full] * 3)))
    assert told([found]) == [("east", "never-missing", (), "its own earlier periods")]
    assert (found.period, found.until, found.n) == ("2026-03", "2026-05", 3 * 900)
    assert "from east, 2026-03 to 2026-05: 0 of 2,700 rows" in found.message


def test_categories_that_stop_are_found_against_the_senders_own_past():
    trimmed = without(HONEST, "W9", "A9", "B9", "M9")
    [found] = soundness(table(months(HONEST, HONEST, *[trimmed] * 4)))
    assert told([found]) == [("east", "category-vanished", ("A9", "B9", "M9", "W9"), "its own earlier periods")]
    assert found.period == "2026-03"


def test_a_category_seen_a_few_times_is_no_benchmark():
    new_list = months(HONEST | {"O2": 9}, *[HONEST] * 40)
    assert soundness(table(new_list)) == []


def test_a_break_in_what_is_missing_tells_the_month():
    found = soundness(table(months({"W1": 950, "refused": 50}, {"W1": 730, "refused": 50, "not_recorded": 220})))
    assert told(found) == [("east", "break", (), "the period before")]
    assert (found[0].period, found[0].until, found[0].share, found[0].expected) == ("2026-02", "2026-02", 0.27, 0.05)


@pytest.mark.parametrize(("later", "kinds"), [(0.249, []), (0.25, ["break"])])
def test_a_break_is_at_least_20_points(later, kinds):
    missing = round(1_000 * later)
    after = {"W1": 1_000 - missing, "not_recorded": missing}
    found = soundness(table(months({"W1": 950, "not_recorded": 50}, after)))
    assert [one.kind for one in found] == kinds


def test_a_jump_that_chance_may_make_is_no_break():
    assert soundness(table(months({"W1": 88, "not_recorded": 12}, {"W1": 67, "not_recorded": 33}))) == []


def test_a_month_with_few_rows_is_passed_over():
    few = {"not_recorded": 99}
    assert soundness(table(months(HONEST, few, HONEST))) == []


def test_codes_that_change_places_are_one_break():
    swapped = HONEST | {"W1": HONEST["W9"], "W9": HONEST["W1"]}
    [found] = soundness(table(months(HONEST, swapped)))
    assert told([found]) == [("east", "break", ("W1", "W9"), "the period before")]
    assert (found.n, found.count, found.missing) == (900, 60, 100)


def test_months_that_are_never_filled_are_one_finding():
    empty = {"not_recorded": 200}
    found = soundness(table(months(HONEST, HONEST, HONEST, empty, empty, HONEST)))
    first, *breaks = found
    assert (first.kind, first.period, first.until, first.n) == ("never-filled", "2026-04", "2026-05", 400)
    assert [(one.kind, one.period) for one in breaks] == [("break", "2026-04"), ("break", "2026-06")]


def test_rows_without_a_period_count_and_make_no_series():
    found = soundness(table(rows("east", HONEST, period=None), rows("east", {"not_recorded": 2_000}, period=None)))
    assert [(one.kind, one.period) for one in found] == [("mostly-missing", None)]


def test_levels_can_be_changed():
    fewer = Levels(least=10, mostly_missing=0.2)
    assert [one.kind for one in soundness(table(rows("east", {"W1": 8, "not_recorded": 2})), levels=fewer)] == [
        "mostly-missing"
    ]


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 600))
def test_neither_the_order_of_rows_nor_their_splitting_matters(random, part):
    every = [*others(), *rows("east", without(HONEST, "W9", "refused", "not_recorded"), 3)]
    split = [
        row | {"count": n} for row in every for n in (min(part, row["count"]), row["count"] - min(part, row["count"]))
    ]
    random.shuffle(split)
    assert soundness(table(split)) == soundness(table(every)) != []


ROW = {"sender": "east", "column": SELF, "period": None, "value": "W1", "reason": None, "count": 1}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"value": None}, "Row 1 of the counts needs a value, or else the reason"),
        ({"reason": "refused"}, "Row 1 of the counts needs a value, or else the reason"),
        ({"value": None, "reason": "lost"}, "a reason that does not exist. Reasons: not_recorded"),
        ({"sender": None}, "Row 1 of the counts names no sender"),
        ({"count": -1}, "row 1 is below zero"),
    ],
)
def test_rows_that_cannot_be_counted_are_refused(wrong, message):
    with pytest.raises(StatisticsError, match=message):
        soundness(table([ROW | wrong]))


@pytest.mark.parametrize("shares", [{"W9": 0.6, "A9": 0.5}, {"W9": -0.1}])
def test_expected_shares_that_cannot_be_true_are_refused(shares):
    with pytest.raises(
        StatisticsError, match="expected shares of `self_defined_ethnicity` are below 0 or come to more"
    ):
        soundness(table([ROW]), expected={SELF: shares})


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(StatisticsError, match="no column `reason`.* Count rows by sender, column"):
        soundness(table([ROW]).drop_columns("reason"))


SEEN = {"1": {"W1": 800, "W9": 80}, "3": {"B2": 70, "M1": 30}, "4": {"A2": 50, "A9": 20}}
SAME = {"1": {"W1": 880}, "3": {"B2": 100}, "4": {"A2": 70}}


def pairs(**senders):
    return pa.Table.from_pylist(
        [
            {"sender": sender, SELF: code, "observed_ethnicity": beside, "count": count}
            for sender, seen in senders.items()
            for beside, codes in seen.items()
            for code, count in codes.items()
        ]
    )


def same(**senders):
    return copied(pairs(**senders), column=SELF, source="observed_ethnicity")


def test_a_field_that_follows_from_another_is_copied():
    [found] = same(east=SAME, north=SEEN, south=SEEN)
    assert told([found]) == [("east", "copied", (), "other senders")]
    assert (found.n, found.count) == (1_050, 1_050)
    assert found.expected == pytest.approx(1 - (80 + 30 + 20) / 1_050)
    assert "1,050 of 1,050 rows hold the code that is commonest beside their other code" in found.message


def test_a_lone_sender_that_copies_is_held_against_the_stated_share():
    many = {beside: {code: n * 3 for code, n in codes.items()} for beside, codes in SAME.items()}
    assert told(same(east=many)) == [("east", "copied", (), "stated default")]


def test_one_code_for_everybody_is_not_called_copied():
    assert same(east={"1": {"W1": 9_000}, "3": {"W1": 900}}) == []


def test_honest_pairs_and_rows_that_lack_a_code_are_not_copied():
    assert same(east=SEEN, north=SEEN) == []
    assert same(east={"1": {None: 9_000}}) == []


def test_a_few_strays_beside_one_code_for_everybody_are_not_called_copied():
    assert same(east={"1": {"W1": 9_000}, "3": {"B2": 9}}) == []
