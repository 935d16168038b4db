"""Stop and search records of 13 forces: missing and recovered counts equal those worked out beforehand, to the row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from joinedup.codes import code_list, ethnic_group, observed_group
from joinedup.statistics import bound_share

pytestmark = pytest.mark.shared
EXPECTED = Path("data") / "statistics" / "stop_search_share_recovery_expected.csv"


@pytest.fixture(scope="module")
def run(run_project: Callable[..., Any], shared: Path) -> Any:
    return run_project("stop_search", {"stop-search": [shared / "data" / "police" / "uk_stop_search_share.parquet"]})


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, dict[str, str]]:
    """Expected figures by force code."""
    with (shared / EXPECTED).open(newline="") as stream:
        return {code(row["force"]): row for row in csv.DictReader(stream)}


def code(slug: str) -> str:
    found = code_list("force").translate(slug.replace("-", " ")).code or code_list("force").translate(slug).code
    assert found is not None
    return found


@pytest.fixture(scope="module")
def people(run: Any) -> dict[str, list[dict[str, Any]]]:
    """Person records by force."""
    by_force: dict[str, list[dict[str, Any]]] = {}
    for row in run.rows("person_records"):
        by_force.setdefault(row["force"], []).append(row)
    return by_force


def test_every_row_is_taken_and_none_is_a_vehicle(run: Any) -> None:
    assert run.json["counts"]["sent"] == 69_060 - 2_519  # rows in the file, less vehicle searches
    assert run.json["counts"]["returned"] == 0


def test_missing_and_recovered_counts_are_exact_for_every_force(run: Any, expected: dict[str, dict[str, str]]) -> None:
    for force, row in expected.items():
        missing = run.figure("missing-self-defined-ethnicity", area=f"force:{force}")
        recovered = run.figure("recovered-from-observed", area=f"force:{force}")
        assert (missing["denominator"], missing["numerator"]) == (int(row["n_person"]), int(row["sd_missing_n"]))
        assert recovered["numerator"] == int(row["recovered_from_officer"])
        assert recovered["denominator"] == int(row["sd_missing_n"])


def test_missing_shares_of_both_fields_are_those_published_beside_the_counts(
    run: Any, expected: dict[str, dict[str, str]]
) -> None:
    for force, row in expected.items():
        for measure, column in (
            ("missing-self-defined-ethnicity", "sd_missing_incl_NS"),
            ("missing-observed-ethnicity", "of_missing"),
        ):
            figure = run.figure(measure, area=f"force:{force}")
            assert round(figure["numerator"] / figure["denominator"], 4) == float(row[column])


def test_no_column_is_filled_from_the_other(people: dict[str, list[dict[str, Any]]], expected: dict[str, Any]) -> None:
    for force, row in expected.items():
        empty = [p for p in people[force] if p["self_defined_ethnicity"] is None]
        assert len(empty) == int(row["sd_missing_n"])
        both = sum(p["observed_ethnicity"] is None for p in empty)
        assert round(both / len(people[force]), 4) == float(row["both_missing"])


def groups(person: dict[str, Any]) -> tuple[str | None, str | None]:
    """What the person said and what the officer saw, in five groups."""
    said, seen = person["self_defined_ethnicity"], person["observed_ethnicity"]
    if person["self_defined_ethnicity_received"] == "Chinese or other ethnic group - Chinese (O1)":
        said = "O9"  # Chinese moved from Other (16+1) to Asian (18+1); the expected figures keep each record's own list
    return (ethnic_group(said) if said else None), (observed_group(seen) if seen else None)


def test_agreement_where_both_fields_are_filled(
    people: dict[str, list[dict[str, Any]]], expected: dict[str, Any]
) -> None:
    for force, row in expected.items():
        both = [g for g in map(groups, people[force]) if None not in g]
        if not row["agree_when_both"]:
            assert both == []  # Gwent left the officer's field empty in every record
            continue
        assert round(sum(said == seen for said, seen in both) / len(both), 4) == float(row["agree_when_both"])


@pytest.mark.parametrize("group", ["Asian", "Black"])
def test_bounds_before_and_after_the_officers_field_is_joined(
    people: dict[str, list[dict[str, Any]]], expected: dict[str, Any], group: str
) -> None:
    for force, row in expected.items():
        said = Counter(groups(p)[0] or "missing" for p in people[force])
        joined = Counter(groups(p)[0] or groups(p)[1] or "missing" for p in people[force])
        for counts, way in ((said, "sd"), (joined, "join")):
            if f"{group.lower()}_lo_{way}" not in row:
                continue
            bounds = bound_share({group: 0, "missing": 0} | counts, group, missing={"missing"})
            assert round(bounds.lower, 4) == float(row[f"{group.lower()}_lo_{way}"])
            assert round(bounds.upper, 4) == float(row[f"{group.lower()}_hi_{way}"])
