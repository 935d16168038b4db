"""NIBRS Vermont 2024: two systems about the same people, joined by incident, give the counts worked out beforehand."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from joinedup.statistics import bound_share

pytestmark = pytest.mark.shared
FOLDER = Path("data") / "police" / "nibrs_vt_2024"
CHILD_SEX_OFFENCES = {"11A", "11B", "11C", "11D", "36A", "36B", "64A", "370", "40B"}


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data" / "statistics" / "nibrs_vt_2024_expected.json").read_text())
    return found


@pytest.fixture(scope="module")
def runs(run_project: Callable[..., Any], shared: Path) -> dict[str, Any]:
    files = {
        "offender": ["offender", "incident", "offense"], "arrestee": ["arrestee"], "victim": ["victim"],
    }  # fmt: skip
    extracts = {system: [shared / FOLDER / f"nibrs_{n}.csv.gz" for n in names] for system, names in files.items()}
    return {field: run_project("nibrs", extracts, {"FIELD": field}) for field in ("race", "ethnicity")}


def test_offenders_known_and_unknown(runs: dict[str, Any], expected: dict[str, Any]) -> None:
    roles = [r for r in runs["race"].rows("roles") if r["record_id"].startswith("offender:")]
    known = Counter(r["identified"] for r in roles)
    assert len(roles) == expected["offender_rows"]
    assert (known[False], known[True]) == (expected["offender_rows_unknown_offender_seq0"], expected["known_offenders"])


@pytest.mark.parametrize("field", ["race", "ethnicity"])
def test_missing_by_system(runs: dict[str, Any], expected: dict[str, Any], field: str) -> None:
    offenders = runs[field].figure("missing-observed-ethnicity", area="system:offender")
    arrestees = runs[field].figure("missing-observed-ethnicity", area="system:arrestee")
    assert (offenders["numerator"], offenders["denominator"]) == (
        expected[f"known_offender_{field}_missing"], expected["known_offenders"],
    )  # fmt: skip
    assert (arrestees["numerator"], arrestees["denominator"]) == (
        expected[f"arrestee_{field}_missing"], expected["arrestees"],
    )  # fmt: skip


def test_one_offender_meets_one_arrestee(runs: dict[str, Any], expected: dict[str, Any]) -> None:
    run = runs["race"]
    age, sex = (run.figure("agreement", group=g) for g in ("stated_age", "sex"))
    assert age["denominator"] == sex["denominator"] == expected["single_offender_single_arrestee"]
    assert age["numerator"] == expected["age_equal"]
    assert len(run.rows("pairs")) == expected["single_offender_single_arrestee"]


def test_sex_agrees_and_a_sex_not_known_is_not_agreement(runs: dict[str, Any], expected: dict[str, Any]) -> None:
    """One offender's sex is unknown (U); it equals no arrestee's, so it does not change the count of equals."""
    sex = runs["race"].figure("agreement", group="sex")
    assert (sex["numerator"], sex["unknown"]) == (expected["sex_equal"], 1)


@pytest.mark.parametrize("field", ["race", "ethnicity"])
def test_gaps_that_arrest_records_fill_and_values_that_conflict(
    runs: dict[str, Any], expected: dict[str, Any], field: str
) -> None:
    filled = runs[field].figure("keyed-gap-filled", group="observed_ethnicity")
    conflict = runs[field].figure("keyed-conflict", group="observed_ethnicity")
    recovered = "ethnicity_recovered_from_arrestee" if field == "ethnicity" else "race_recovered"
    assert (filled["numerator"], filled["denominator"]) == (
        expected[recovered], expected[f"{field}_missing_in_offender"],
    )  # fmt: skip
    assert (conflict["numerator"], conflict["denominator"]) == (
        expected[f"{field}_conflict"], expected[f"{field}_both_known"],
    )  # fmt: skip


def values(run: Any, system: str) -> dict[str, str | None]:
    return {r["record_id"]: r["observed_ethnicity"] for r in run.rows("person_records") if r["system"] == system}


def test_hispanic_arrestees_among_the_recovered(runs: dict[str, Any], expected: dict[str, Any]) -> None:
    run = runs["ethnicity"]
    offenders, arrestees = values(run, "offender"), values(run, "arrestee")
    pairs = [sorted((p["record_id_l"], p["record_id_r"])) for p in run.rows("pairs")]
    recovered = [arrestees[a] for a, o in pairs if offenders[o] is None]
    assert recovered.count("10") == expected["hispanic_arrestees_in_recovered"]


@pytest.mark.parametrize(
    ("field", "code", "key"),
    [
        ("ethnicity", "10", "hispanic_share_known_offenders_bounds"),
        ("race", "10", "white_share_known_offenders_bounds"),
    ],
)
def test_bounds_among_known_offenders(
    runs: dict[str, Any], expected: dict[str, Any], field: str, code: str, key: str
) -> None:
    known = {r["record_id"] for r in runs[field].rows("roles") if r["identified"] is True}
    counts = Counter(v or "missing" for r, v in values(runs[field], "offender").items() if r in known)
    bounds = bound_share(counts, code, missing={"missing"})
    assert [round(bounds.lower, 5), round(bounds.upper, 5)] == expected[key]


def test_child_sex_offence_incidents(runs: dict[str, Any], expected: dict[str, Any]) -> None:
    run = runs["race"]
    classes = {(c["crime_id"].partition(":")[2], c["to_class"]) for c in run.rows("classifications")}
    sexual = {incident for incident, to_class in classes if to_class in CHILD_SEX_OFFENCES}
    roles = run.rows("roles")
    children = [
        r for r in roles
        if r["role"] == "victim" and (r["stated_age"] if r["stated_age"] is not None else 99) < 18
        and r["crime_id"].partition(":")[2] in sexual
    ]  # fmt: skip
    victims = Counter(r["crime_id"].partition(":")[2] for r in children)
    suspects = [
        r for r in roles
        if r["record_id"].startswith("offender:") and r["identified"] and r["crime_id"].partition(":")[2] in victims
    ]  # fmt: skip
    by_incident = Counter(r["crime_id"].partition(":")[2] for r in suspects)
    race = values(run, "offender")
    assert len(victims) == expected["child_sex_offence_incidents"]
    assert len(children) == expected["child_victims"]
    assert len(suspects) == expected["known_suspects_in_them"]
    assert sum(race[r["record_id"]] is None for r in suspects) == expected["suspect_race_missing_in_them"]
    several_suspects = {i for i, n in by_incident.items() if n >= 2}
    several_victims = {i for i, n in victims.items() if n >= 2}
    assert len(several_suspects) == expected["incidents_2plus_suspects"]
    assert len(several_victims) == expected["incidents_2plus_child_victims"]
    assert len(several_suspects & several_victims) == expected["incidents_both"]


def test_missing_race_by_agency(runs: dict[str, Any], expected: dict[str, Any]) -> None:
    run = runs["race"]
    agency = {c["crime_id"]: c["force"] for c in run.rows("crimes")}
    race = values(run, "offender")
    known: dict[str, list[bool]] = {}
    for r in run.rows("roles"):
        if r["record_id"].startswith("offender:") and r["identified"]:
            known.setdefault(agency[r["crime_id"]], []).append(race[r["record_id"]] is None)
    shares = [sum(gaps) / len(gaps) for gaps in known.values() if len(gaps) >= 50]
    assert len(set(agency.values())) == expected["agencies_reporting"]
    assert len(shares) == expected["agencies_with_50plus_known_offenders"]
    found = [round(one, 4) for one in (min(shares), statistics.median(shares), max(shares))]
    assert found == expected["race_missing_by_agency_min_median_max_n50plus"]
