"""Whether ethnicity and nationality were recorded: mostly not, and never at random alone."""

from collections import Counter

import pytest


def suspects(town):
    return [row for row in town.truth("records").to_pylist() if row["suspected"]]


def missing(rows, column="ethnicity_recorded"):
    return 1 - sum(row[column] for row in rows) / len(rows)


def test_two_thirds_of_suspect_records_have_no_ethnicity(town):
    assert missing(suspects(town)) == pytest.approx(2 / 3, abs=0.03)


def test_nationality_is_missing_oftener_still(town):
    assert missing(suspects(town), "nationality_recorded") > missing(suspects(town))


def test_the_further_a_case_went_the_oftener_ethnicity_was_recorded(town):
    rows = suspects(town)
    named, interviewed, charged = (
        missing([row for row in rows if row["stage"] == stage]) for stage in ("named", "interviewed", "charged")
    )
    assert named > 0.9
    assert named > interviewed + 0.1 > charged + 0.2


def test_recording_depends_on_the_ethnicity_itself(town):
    ethnicity = dict(zip(*town.truth("people").select(["true_person", "ethnicity"]).to_pydict().values(), strict=True))
    rows = [row for row in suspects(town) if row["system"].endswith(("crime", "custody"))]
    by_group = {g: missing([r for r in rows if ethnicity[r["true_person"]][0] == g]) for g in "WABO"}
    assert by_group["W"] < min(by_group["A"], by_group["B"], by_group["O"])


def test_custody_records_what_intelligence_has_no_field_for(town):
    rows = suspects(town)
    in_custody, in_intelligence = ([r for r in rows if r["system"].endswith(end)] for end in ("custody", "intel"))
    assert missing(in_custody) < 0.5
    assert missing(in_intelligence) == 1


def test_a_few_recorded_values_disagree_between_systems(town):
    held = {}
    people = town.truth("records").to_pylist()
    spelt = {"x01-crime": "ETHNICITY_SELF_DEFINED", "x02-custody": "ETHNICITY_SELF_DEFINED"}
    for system in (s for s in town.systems if s.name in spelt):
        extract = town.extract(system, "person_records")
        local = extract.column_names[0]
        for key, value in zip(extract[local].to_pylist(), extract[spelt[system.name]].to_pylist(), strict=True):
            held[f"{system.name}:{key}"] = value
    values = {}
    for row in people:
        value = held.get(row["record_id"])
        if row["ethnicity_recorded"] and row["true_person"] and value:
            values.setdefault(row["true_person"], set()).add(value)
    counts = Counter(len(found) for found in values.values())
    assert 0 < sum(n for size, n in counts.items() if size > 1) < 0.15 * sum(counts.values())


def test_nothing_is_spelt_in_several_ways(town):
    crime = next(system for system in town.systems if system.name == "x01-crime")
    spellings = set(town.extract(crime, "person_records")["ETHNICITY_SELF_DEFINED"].to_pylist())
    assert {"", "NULL", "-", "NS", "N1", "N2", "N3", "UNKNOWN"} <= spellings


def test_a_blank_and_a_refusal_are_told_apart(town):
    custody = next(system for system in town.systems if system.name == "x01-custody")
    spellings = Counter(town.extract(custody, "person_records")["ethnicity_self_defined"].to_pylist())
    assert spellings[None] > spellings["NS"] > 0
