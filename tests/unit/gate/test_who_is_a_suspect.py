"""Who is judged as a suspect, and from when a reason for a missing answer runs out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from joinedup.gate import Mode, rulebook
from joinedup.runs import Desk, check_record
from joinedup.sources import Lists

AS_OF = dt.date(2026, 3, 31)
PERSON = {
    "local_id": "P1", "forenames": "Bram", "surname": "Quillhaven", "dob": "1988-04-17", "sex": "M",
    "recorded_on": "2026-02-03",
}  # fmt: skip
NOBODY = {"local_id": "P1", "sex": "M", "recorded_on": "2026-02-03"}
ASKED = {**PERSON, "self_defined_ethnicity_reason": "not_known", "observed_ethnicity": "1", "nationalities": "GBR"}
CRIME = {"crime_id": "C1", "recorded_on": "2026-02-03"}
LACKING = {"ethnicity-compulsory", "nationality-compulsory"}


def returned(submission: dict[str, Any], mode: Mode = "new") -> set[str]:
    desk = Desk(rulebook(), mode, AS_OF, Lists(invented=True))
    return {reason.rule for reason in check_record(submission, desk) if reason.severity == "returned"}


def role(**texts: str) -> dict[str, str]:
    return {"crime_id": "C1", "record_id": "P1", "role": "suspect", **texts}


def charge(charged_on: str = "2026-02-10") -> dict[str, str]:
    return {"crime_id": "C1", "record_id": "P1", "cjs_code": "SX03025", "charged_on": charged_on}


@pytest.mark.parametrize("roles", [
    [],
    [role(role="witness")],
    [role(identified="no", stage="named")],
])  # fmt: skip
def test_whoever_is_charged_is_a_suspect_whatever_the_roles_say(roles: list[dict[str, str]]) -> None:
    submission = {"person_records": NOBODY, "crimes": CRIME, "roles": roles, "charges": charge()}
    assert returned(submission) >= LACKING
    assert not returned({**submission, "charges": []}) & LACKING


@pytest.mark.parametrize("written", ["SUSPECT", " suspect ", "Suspect"])
def test_words_are_read_in_any_case_and_between_blanks(written: str) -> None:
    submission = {"person_records": PERSON, "crimes": CRIME, "roles": role(role=written, stage=" Arrested")}
    told = returned(submission)
    assert told >= LACKING
    assert not told & {"value-not-allowed", "required-missing"}


@pytest.mark.parametrize("written", ["suspct", "", "beschuldigt"])
def test_a_person_whose_role_cannot_be_read_is_a_suspect_of_today_and_not_of_the_past(written: str) -> None:
    submission = {"person_records": PERSON, "crimes": CRIME, "roles": role(role=written)}
    assert returned(submission) >= LACKING
    assert not returned(submission, "historic") & LACKING


def test_a_victim_is_no_suspect() -> None:
    assert not returned({"person_records": PERSON, "crimes": CRIME, "roles": role(role="Victim")}) & LACKING


@pytest.mark.parametrize("person, stage, suspected", [
    (NOBODY, "", False),
    (NOBODY, "named", False),
    (NOBODY, "arrested", True),
    (NOBODY, "charged", True),
    (NOBODY, "convicted", True),
    (NOBODY, "acquitted", True),
    (NOBODY, "cautioned", True),  # no stage of ours, and so a cell that nobody can read
    (PERSON, "named", True),
    ({**PERSON, "dob": ""}, "named", False),
    ({**PERSON, "surname": "", "forenames": ""}, "named", False),
])  # fmt: skip
def test_not_identified_frees_nobody_who_is_known(person: dict[str, str], stage: str, suspected: bool) -> None:
    submission = {"person_records": person, "crimes": CRIME, "roles": role(identified="no", stage=stage)}
    assert (returned(submission) >= LACKING) == suspected


@pytest.mark.parametrize("roles", [None, [role(stage="named", stage_on="2026-02-04")], [role(role="witness")]])
def test_a_charge_starts_the_shelf_life_of_a_reason(roles: list[dict[str, str]] | None) -> None:
    made = {"person_records": ASKED, "crimes": CRIME} | ({} if roles is None else {"roles": roles})
    late, early = {**made, "charges": charge("2026-02-10")}, {**made, "charges": charge("2026-03-10")}
    assert "reason-out-of-date" in returned(late)  # 49 days before 31 March
    assert "reason-out-of-date" not in returned(early)  # 21 days


def test_a_charge_without_its_day_is_told_and_an_empty_answer_is_frozen() -> None:
    desk = Desk(rulebook(), "new", AS_OF, Lists(invented=True))
    undated = {"person_records": ASKED, "crimes": CRIME, "roles": [], "charges": charge("")}
    frozen = {"person_records": PERSON, "crimes": CRIME, "roles": [], "charges": charge()}
    assert "reason-undated" in {reason.rule for reason in check_record(undated, desk)}
    assert "ethnicity-frozen" in {reason.rule for reason in check_record(frozen, desk)}
