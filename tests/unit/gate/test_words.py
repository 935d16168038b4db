"""A rule that could never fire is refused, and one that could is not."""

from __future__ import annotations

import datetime as dt

import pytest

from joinedup.errors import GateError
from joinedup.gate import rulebook
from joinedup.runs import Desk, check_record


def own(when: str, table: str = "person_records", column: str = "surname") -> dict[str, str]:
    return {"name": "own", "table": table, "column": column, "when": when, "message": "M.", "remedy": "R."}


@pytest.mark.parametrize("when, table, told", [
    ("surname is misssing", "person_records", "Did you mean `missing`?"),
    ("sex is Q", "person_records", "never holds `Q`"),
    ("sex is not m, q", "person_records", "never holds `q`"),
    ("outcome is 77", "crimes", "never holds `77`"),
    ("role is suspct", "roles", "Did you mean `suspect`?"),
    ("stage is arested", "person_records", "Did you mean `arrested`?"),
    ("dob_reason is misssing", "person_records", "Did you mean `missing`?"),
    ("surname is VESK or role is suspct", "person_records", "no column `role`"),
    ("surname matches ^zor", "person_records", "held in capitals"),
])  # fmt: skip
def test_what_a_column_never_holds_is_refused(when: str, table: str, told: str) -> None:
    with pytest.raises(GateError) as error:
        rulebook(
            own=[own(when, table, "record_id" if table == "roles" else "crime_id" if table == "crimes" else "dob")]
        )
    assert told in error.value.message
    assert "own" in error.value.message


@pytest.mark.parametrize("when", [
    "surname is Zorblax", "surname is zorblax, VESK", "surname matches ^ZOR", "surname matches (?i)^zor",
    "surname matches [A-Za-z]", "surname matches ^\\w", "sex is m", "stage is missing, named", "force is X01",
    "surname is present", "id_pnc is abc1",
])  # fmt: skip
def test_what_it_may_hold_is_asked(when: str) -> None:
    book = rulebook(own=[own(when)])
    person = {"local_id": "1", "surname": "Zorblax", "sex": "M", "force": "X01", "id_pnc": "Abc1"}
    told = check_record({"person_records": person}, Desk(book, as_of=dt.date(2026, 3, 31)))
    assert ("own" in {reason.rule for reason in told}) == (when not in {"stage is missing, named", "force is X01"})


def test_codes_of_a_projects_own_list_are_not_held_against_ours() -> None:
    assert rulebook(own=[own("sex is Q")], own_lists={"sex"}).rules["own"]


def test_a_column_that_is_not_there_is_told_with_its_rule() -> None:
    with pytest.raises(GateError) as error:
        rulebook(own=[own("surname is missing", column="surnam")])
    assert "Rule `own`" in error.value.message
    assert "Did you mean `surname`?" in error.value.message
