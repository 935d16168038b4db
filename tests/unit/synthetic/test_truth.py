"""What the truth says of records and people, so that joining can be judged group by group."""

from __future__ import annotations


def test_a_record_says_its_system_and_the_force_whose_case_it_came_from(town):
    for row in town.truth("records").to_pylist():
        assert row["record_id"].startswith(row["system"] + ":")
        assert row["force"].lower() == row["system"].split("-")[0]  # in a town each system is one force's


def test_a_person_says_their_age_on_the_last_day_of_the_cases(town):
    for row in town.truth("people").to_pylist():
        assert row["age"] == max(2025 - row["dob"].year, 0)  # 31 December 2025: that year's birthday has been
