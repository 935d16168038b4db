"""A row with a cell that no cell may be goes back for it and for everything else, in a file and as a record."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from joinedup.runs import Desk, check, check_record
from joinedup.sources import Lists

AS_OF = dt.date(2026, 3, 31)
MAP = """force = "X01"
[[table]]
name = "person_records"
files = "*.jsonl"
  [table.columns]
"""
ROW = {
    "local_id": "P1", "forenames": "Bram", "surname": "Quillhaven", "dob": "2031-04-17", "sex": "M",
    "self_defined_ethnicity": "", "observed_ethnicity": "1", "nationalities": "GBR", "postcode": "XA1 1AA",
    "phones": "07700900123", "address": "1 Tarn Street", "recorded_on": "2026-02-03",
}  # fmt: skip
OWN = {("dob-in-future", "dob"), ("ethnicity-compulsory", "self_defined_ethnicity"),
       ("suspect-born-after-recorded", "dob"), ("dob-soon-after-recorded", "dob"),
       ("dob-after-recorded", "dob")}  # fmt: skip
LONG = "Tarn Street " * 10_000
"""120,000 characters; a cell holds 100,000."""

Told = set[tuple[str, str | None]]


def of_record(row: dict[str, str]) -> Told:
    found = check_record({"person_records": row}, Desk(as_of=AS_OF, lists=Lists(invented=True)))
    return {(reason.rule, reason.column) for reason in found}


def of_file(row: dict[str, str], folder: Path) -> Told:
    path = folder / "person_records.jsonl"
    path.write_text(json.dumps(row))
    source = folder / "map.toml"
    source.write_text(MAP + "".join(f'  {name} = "{name}"\n' for name in row))
    checked = check([path], map_path=source, as_of=AS_OF)
    assert checked.returns is not None
    assert checked.completeness.shares()[2].records == checked.total("sent") == 1
    return {(reason["rule"], reason["column"]) for reason in checked.returns.to_pylist()}


@pytest.mark.parametrize("broken, told, silenced", [
    ({"surname": "=1+1"}, {("formula-cell", "surname")}, set()),
    ({"address": "=1+1"}, {("formula-cell", "address")}, set()),
    ({"address": LONG}, {("cell-too-long", "address")}, set()),
    ({"surname": "Quill\0"}, {("nul-character", "surname")}, set()),
    ({"surname": "Quill\nhaven"}, {("line-break", "surname")}, set()),
    ({"address": "1 Tarn Street\nTarrowmere"}, set(), set()),
    ({"forenames": "=1", "sex": "=2"}, {("formula-cell", "forenames"), ("formula-cell", "sex")}, set()),
    ({"forenames": "=1", "surname": "a\r\nb"}, {("formula-cell", "forenames"), ("line-break", "surname")}, set()),
    ({"self_defined_ethnicity": "=1"}, {("formula-cell", "self_defined_ethnicity")},
     {("ethnicity-compulsory", "self_defined_ethnicity")}),
])  # fmt: skip
def test_every_reason_is_told_beside_the_broken_cell(
    tmp_path: Path, broken: dict[str, str], told: Told, silenced: Told
) -> None:
    found = of_file({**ROW, **broken}, tmp_path)
    assert found - OWN == told
    assert OWN & of_record(ROW) - silenced == found - told
    assert of_record({**ROW, **broken}) == found


def test_a_row_with_a_broken_key_has_that_reason_alone(tmp_path: Path) -> None:
    path = tmp_path / "person_records.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([ROW.keys(), {**ROW, "local_id": "=1"}.values()])
    checked = check([path], as_of=AS_OF)
    assert checked.returns is not None
    told = {(reason["rule"], reason["column"]) for reason in checked.returns.to_pylist()}
    assert told == of_record({**ROW, "local_id": "=1"}) == {("formula-cell", "local_id")}


def test_a_role_with_a_broken_cell_still_makes_its_person_a_suspect() -> None:
    role = {"crime_id": "C1", "record_id": "P1", "role": "suspect", "stated_age": "=1+1"}
    crime = {"crime_id": "C1", "recorded_on": "2026-02-03"}
    told = check_record({"person_records": ROW, "crimes": crime, "roles": role}, Desk(as_of=AS_OF))
    assert {"formula-cell", "ethnicity-compulsory"} <= {reason.rule for reason in told}
