"""Each rule on a case made for it, and on the case that differs in one thing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from joinedup.review.deciding import Hit, hits_of
from joinedup.review.rules import WINDOW, rules

CASE: dict[str, Any] = {
    "crime_id": "s:1", "force": "X01", "offence_from": date(2012, 1, 1), "outcome": "16",
    "outcome_on": date(2014, 5, 1), "closed_reason": "NFA", "ho_class": "022/06", "cjs_code": None, "sexual": True,
    "victim_age_low": 14, "victim_age_high": 14, "child_victim": True, "victim_under_16": True,
    "victim_under_13": False, "suspects": 2, "suspects_named": 1, "suspects_all_dead": False,
    "suspects_not_interviewed": 0, "suspect_age_low": 30, "suspect_age_high": 30, "adult_suspect": True,
    "under_18_offence": False, "charged": False, "penetrative": True, "rape_class": False, "class_lowered": False,
    "not_confirmed": False, "no_longer_crime": False, "cancelled": False, "group_flag_removed": False,
    "rape_lowered": False, "charge_dropped": False, "charged_outside_rape": False, "later_child_reports": 0,
    "later_other_forces": 0, "victim_as_suspect": False, "note_second_person": False, "note_open_action": False,
    "note_account_not_taken": False, "note_not_interviewed": False, "reviewed_before": False,
    "consent_in_closing_reason": False, "consent_given_as_reason": False, "suspect_in_group": False, "notes": 3,
}  # fmt: skip


def fires(rule: str, **changed: Any) -> bool:
    return rule in {hit.rule for hit in hits_of({**CASE, **changed}, rules())}


def test_a_closed_case_with_two_suspects_and_a_child_is_admitted() -> None:
    assert fires("closed-group-case")


@pytest.mark.parametrize(
    "changed",
    [
        {"suspects": 1}, {"suspects_all_dead": True}, {"reviewed_before": True}, {"child_victim": False},
        {"child_victim": None}, {"sexual": False}, {"outcome": "1"}, {"outcome": "0"}, {"outcome": "14"},
        {"outcome_on": date(2009, 12, 31)}, {"outcome_on": date(2025, 4, 1)}, {"outcome_on": None},
    ],
)  # fmt: skip
def test_it_is_not_admitted_when_one_thing_is_otherwise(changed: dict[str, Any]) -> None:
    assert not fires("closed-group-case", **changed)


@pytest.mark.parametrize("day", WINDOW)
def test_both_ends_of_the_window_are_inside(day: date) -> None:
    assert fires("closed-group-case", outcome_on=day)


@pytest.mark.parametrize("outcome", ["14", "18"])
def test_outcomes_without_a_suspect_count_when_the_log_names_a_second_person(outcome: str) -> None:
    assert fires("closed-group-case", outcome=outcome, suspects=0, note_second_person=True)
    assert not fires("closed-without-charge", outcome=outcome)


def test_the_death_of_suspects_ends_a_case_only_when_all_are_dead() -> None:
    assert fires("closed-without-charge", outcome="5")
    assert not fires("closed-without-charge", outcome="5", suspects_all_dead=True)


def test_an_outcome_out_of_court_counts_only_for_a_penetrative_offence() -> None:
    assert fires("closed-without-charge", outcome="8")
    assert not fires("closed-without-charge", outcome="8", penetrative=False)


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("class-lowered", {"class_lowered": True}), ("charge-dropped", {"charge_dropped": True}),
        ("group-removed", {"group_flag_removed": True}), ("group-removed", {"note_second_person": True, "suspects": 1}),
        ("cancelled", {"cancelled": True}), ("rape-not-confirmed", {"not_confirmed": True}),
        ("rape-lowered", {"rape_lowered": True}), ("rape-lowered", {"rape_lowered": True, "outcome": "1"}),
        ("suspect-never-interviewed", {"suspects_not_interviewed": 1}),
        ("suspect-never-interviewed", {"note_not_interviewed": True}),
        ("account-not-taken", {"note_account_not_taken": True}),
        ("open-action-at-closing", {"note_open_action": True}),
        ("suspect-reported-again", {"later_child_reports": 1}),
        ("suspect-reported-in-another-force", {"later_other_forces": 1}),
        ("suspect-in-a-group", {"suspect_in_group": True}),
        ("victim-recorded-as-offender", {"victim_as_suspect": True}),
        ("rape-eligible-under-13", {"victim_under_13": True}),
        ("suspect-not-recorded", {"note_second_person": True, "suspects": 0}),
        ("consent-used-against-child", {"consent_given_as_reason": True}),
    ],
)  # fmt: skip
def test_a_rule_fires_on_what_it_is_for_and_not_without_it(rule: str, changed: dict[str, Any]) -> None:
    assert fires(rule, **changed)
    assert not fires(rule)


def test_every_rule_is_tried_here() -> None:
    tried = {"closed-group-case", "closed-without-charge", "rape-eligible"}
    mark = next(
        one for one in test_a_rule_fires_on_what_it_is_for_and_not_without_it.pytestmark if one.name == "parametrize"
    )
    assert {rule.name for rule in rules()} == tried | {name for name, _ in mark.args[1]}


@pytest.mark.parametrize(
    "changed",
    [
        {"under_18_offence": True}, {"adult_suspect": False}, {"adult_suspect": None}, {"victim_under_16": False},
        {"penetrative": False}, {"rape_class": True},
    ],
)  # fmt: skip
def test_rape_eligible_needs_an_adult_a_child_under_16_and_another_class(changed: dict[str, Any]) -> None:
    assert fires("rape-eligible")
    assert not fires("rape-eligible", **changed)


def test_a_rape_that_was_charged_as_something_else_is_eligible() -> None:
    assert fires("rape-eligible", rape_class=True, charged_outside_rape=True, outcome="1")


def test_consent_is_not_asked_of_those_over_16_nor_where_nothing_is_written() -> None:
    assert not fires("consent-used-against-child", consent_given_as_reason=True, victim_under_16=False)
    assert not fires("consent-used-against-child", consent_given_as_reason=None)
    assert not fires("consent-used-against-child", consent_given_as_reason=True, outcome="1")


def test_a_hit_tells_each_part_of_it() -> None:
    hits = {hit.rule: hit for hit in hits_of({**CASE, "consent_given_as_reason": True}, rules())}
    assert hits["consent-used-against-child"] == Hit(
        "consent-used-against-child", "1",
        (("sexual", "yes"), ("victim_under_16", "yes"), ("outcome", "16"), ("consent_given_as_reason", "yes"),
         ("victim_age_low", "14"), ("victim_age_high", "14"), ("consent_in_closing_reason", "no"),
         ("closed_reason", "NFA")),
    )  # fmt: skip


def test_an_unknown_offence_day_shows_both_ages() -> None:
    changed = {"victim_age_low": None, "victim_age_high": 17}
    (hit,) = [one for one in hits_of({**CASE, **changed}, rules()) if one.rule == "closed-group-case"]
    assert dict(hit.fields)["victim_age_low"] == "not known"
    assert dict(hit.fields)["victim_age_high"] == "17"
