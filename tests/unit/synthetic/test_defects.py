"""Every defect is in the files, at the rate that was set, and where the truth says it is."""

import pytest

from joinedup.synthetic.defects import NUMBERS, RATES
from joinedup.synthetic.styles import CUSTODY


@pytest.mark.parametrize("name", NUMBERS)
def test_the_town_shows(town, name):
    assert town.made.counts["defects"].get(name, 0) > 0


def test_the_numbers_are_those_that_a_file_can_show():
    shown = {number for number in NUMBERS.values() if number}
    assert shown == {*range(1, 9), *range(10, 15), *range(19, 24)}


@pytest.mark.parametrize("name", RATES)
def test_a_seeded_defect_stays_modest(town, name):
    assert town.made.counts["defects"][name] < 0.02 * town.made.counts["person_records"]


def test_every_defect_points_at_a_row_of_its_extract(town):
    sizes = {}
    for system in town.systems:
        for path in (town.folder / "sources" / system.name).iterdir():
            sizes[f"{system.name}/{path.name}"] = system
    for row in town.truth("defects").to_pylist():
        assert row["source_file"] in sizes
        assert row["source_row"] >= 1
        assert row["record_id"].startswith(row["source_file"].split("/")[0] + ":")


def cell(town, defect, table, header):
    """The extract's cells under `header` in the rows that have `defect`, for the systems with that header."""
    found = []
    for system in town.systems:
        extract = town.extract(system, table)
        if header not in extract.column_names:
            continue
        rows = dict(zip(extract["source_row"].to_pylist(), extract[header].to_pylist(), strict=True))
        wanted = [r for r in town.truth("defects").to_pylist() if r["name"] == defect and r["table"] == table]
        found += [rows[r["source_row"]] for r in wanted if r["source_file"].startswith(system.name + "/")]
    return found


def test_the_truth_names_the_very_rows(town):
    assert set(cell(town, "postcode-made-up", "person_records", "POSTCODE")) == {"XX0 0XX"}
    assert set(cell(town, "ethnicity-covered", "person_records", "ethnicity_self_defined")) == {"XXXX"}
    assert {text[-4:] for text in cell(town, "dob-placeholder", "person_records", "DATE_OF_BIRTH")} <= {"1900", "1970"}
    assert set(cell(town, "outcome-none-yet", "crimes", "OUTCOME")) == {"0"}
    assert set(cell(town, "rape-outside-cse", "crimes", "CSE_FLAG")) == {"N"}
    assert all("14/" in text for text in cell(town, "reference-in-name", "person_records", "FAMILY_NAME"))


def test_an_arrest_date_typed_as_birth_date_stands_in_custody(town):
    custody = next(s for s in town.systems if s.kind == CUSTODY and s.name == "x02-custody")
    extract = town.extract(custody, "person_records")
    rows = [r for r in town.truth("defects").to_pylist() if r["name"] == "dob-arrest-date"]
    for row in (r for r in rows if r["source_file"] == "x02-custody/detentions.csv"):
        here = extract["source_row"].to_pylist().index(row["source_row"])
        assert extract["DATE_OF_BIRTH"][here].as_py() == extract["ARRIVED_ON"][here].as_py()


def test_very_few_rows_have_a_field_too_many_and_nothing_depends_on_them(town):
    crime = next(system for system in town.systems if system.name == "x01-crime")
    broken = [r for r in town.truth("defects").to_pylist() if r["name"] == "row-with-a-field-too-many"]
    lines = (town.folder / "sources/x01-crime/nominals.csv").read_text(encoding="cp1252").splitlines()
    fields = lines[0].count(";")
    assert [n for n, line in enumerate(lines, start=1) if line.count(";") != fields] == [
        r["source_row"] for r in broken
    ]
    assert 0 < len(broken) <= 0.001 * len(lines)
    linked = set(town.extract(crime, "roles")["NOMINAL_REF"].to_pylist())
    assert not linked & {row["record_id"].split(":")[1] for row in broken}


def test_nothing_refers_to_an_orphan(town):
    orphans = {r["record_id"] for r in town.truth("defects").to_pylist() if r["name"] == "orphan"}
    crime = next(system for system in town.systems if system.name == "x01-crime")
    own = {record.split(":")[1] for record in orphans if record.startswith("x01-crime:")}
    assert own <= set(town.extract(crime, "person_records")["NOMINAL_REF"].to_pylist()) | broken_references(town)
    for table in ("roles", "contacts"):
        assert not own & set(town.extract(crime, table)["NOMINAL_REF"].to_pylist())


def broken_references(town):
    rows = town.truth("defects").to_pylist()
    return {row["record_id"].split(":")[1] for row in rows if row["name"] == "row-with-a-field-too-many"}
