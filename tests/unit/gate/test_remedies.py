"""A sender whose code is not read is told which are."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from joinedup.runs import check, check_record


def remedies(**submission: dict[str, str]) -> dict[tuple[str, str | None], str]:
    return {(reason.rule, reason.column): reason.remedy for reason in check_record(submission)}


@pytest.mark.parametrize("column, told", [
    ("sex", "Use one of: M Male; F Female; 9 Not specified; 0 Not known."),
    ("self_defined_ethnicity", "W1 "),
    ("nationalities", "Use a code of the list `nationality`, such as "),
    ("force", "`joinedup template` writes the whole list"),
])  # fmt: skip
def test_a_code_that_is_in_no_list_comes_back_with_those_that_are(column: str, told: str) -> None:
    assert told in remedies(person_records={"local_id": "1", column: "qq-qq"})["code-not-in-list", column]


def test_a_word_comes_back_with_those_that_are_read() -> None:
    role = {"crime_id": "C1", "record_id": "1", "role": "suspct", "identified": "maybe"}
    found = remedies(roles=role)
    assert "Use one of: suspect; offender; victim; witness; other." in found["value-not-allowed", "role"]
    assert "Write yes or no" in found["value-not-allowed", "identified"]


def test_a_file_is_told_the_codes_of_the_list_it_is_read_with(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("ID,SEX\n1,Q\n")
    (tmp_path / "source.toml").write_text(
        '[[table]]\nname = "person_records"\nfiles = "people.csv"\n[table.columns]\nlocal_id = "ID"\n'
        'sex = { column = "SEX", codes = "sex-cjs" }\n'
    )
    check([tmp_path / "people.csv"], as_of=dt.date(2026, 3, 31))
    with (tmp_path / "people.returns.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert "1 Male" in row["joinedup_remedies"]
    assert "M Male" not in row["joinedup_remedies"]
