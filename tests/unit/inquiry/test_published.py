"""The shipped facts: twelve recommendations, every fact with its day and source, and nothing invented among them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from joinedup.inquiry import register_of, standing_of
from joinedup.inquiry.published import AS_AT, force_entries, published_counts, published_entries

PUBLISHERS = {"www.gov.uk"}
"""Hosts of primary or established publishers that are linked to."""


def test_the_twelve_recommendations_of_the_audit_are_there_each_accepted_and_none_checked() -> None:
    register = register_of(published_entries())
    audit = [one for one in register.of("recommendation") if one.id.startswith("audit-")]
    assert [one.made.fields["number"] for one in audit] == [str(number) for number in range(1, 13)]
    for one in audit:
        standing = standing_of(register, one, date(2026, 6, 1))
        assert standing.decision is not None and standing.decision.fields["answer"] == "accepted"
        assert standing.checked_word == "not checked"


def test_nothing_is_told_of_a_day_after_the_last_that_the_facts_tell_of() -> None:
    register = register_of(published_entries())
    due_later = standing_of(register, register.named("hmicfrs-requirement"), date(2026, 6, 1))
    assert (due_later.on, due_later.overdue_by) == (AS_AT, 0)  # due on 31 March 2026
    assert max(entry.on for entry in published_entries()) <= AS_AT


def test_every_fact_has_a_source_and_second_hand_ones_have_no_link() -> None:
    for entry in published_entries():
        if entry.kind != "institution":
            assert entry.fields["source"], entry
        if entry.fields.get("link"):
            assert urlsplit(entry.fields["link"]).netloc in PUBLISHERS
            assert not entry.fields.get("certainty", "").startswith("Secondary")


def test_published_facts_fit_one_another() -> None:
    register = register_of((*published_entries(), *force_entries(False)))
    assert register.stray == ()
    bodies = {one.id for one in register.of("institution", "inquiry")}
    for entry in published_entries():
        assert set(entry.names("owners")) | set(entry.names("by_body")) <= bodies


def test_invented_forces_are_bodies_of_an_invented_project_alone() -> None:
    real, invented = ({entry.thing for entry in force_entries(mark)} for mark in (False, True))
    assert "E23000005" in real and "X01" not in real and "X01" in invented


def test_published_counts_tell_their_day_and_that_priority_is_no_verdict() -> None:
    counts = {one.what: one for one in published_counts()}
    first = counts["Of these cases, allege rape and come first"]
    assert (first.value, first.as_at) == (236, date(2025, 11, 5))
    assert "wrongly closed" in first.certainty
    assert counts["Cases referred to Operation Beaconport"].value == 1273
