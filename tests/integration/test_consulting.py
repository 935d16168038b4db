"""Who is this: reasons in words, no values, and every look in the log."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from joinedup.runs.folder import finished


@pytest.fixture(scope="module")
def project(ran_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consulted") / "village"
    shutil.copytree(ran_village, folder)
    return folder


def table(project: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(finished(project / "runs")[-1] / "tables" / f"{name}.parquet").to_pylist()


def log(project: Path) -> list[tuple[str, str, str]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute("SELECT act, why, subjects FROM audit_log ORDER BY sequence").fetchall()
    finally:
        store.close()


def test_lookup_finds_the_person_of_a_record_by_what_it_says(project: Path, joinedup: Any) -> None:
    people = {c["record_id"]: c["person_id"] for c in table(project, "clusters")}
    known = [
        r for r in table(project, "person_records") if r["dob"] and r["surname"] and r["forenames"] and r["postcode"]
    ]
    right = 0
    for record in known[:: len(known) // 8][:8]:
        done = joinedup(
            "lookup", project, "--surname", record["surname"], "--forenames", record["forenames"],
            "--dob", record["dob"], "--postcode", record["postcode"], "--json",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        best = json.loads(done.stdout)["candidates"][0]
        assert best["reasons"]
        assert people[best["records"][0]] == best["person_id"]
        right += best["person_id"] == people[record["record_id"]]
    assert right >= 7


def test_lookup_is_logged_and_its_words_show_no_value_of_a_record(project: Path, joinedup: Any) -> None:
    record = next(r for r in table(project, "person_records") if r["dob"] and r["surname"] and r["postcode"])
    before = len(log(project))
    done = joinedup("lookup", project, "--surname", record["surname"], "--dob", record["dob"])
    assert done.returncode == 0
    assert record["surname"] not in done.stdout
    assert record["postcode"] not in done.stdout
    assert log(project)[-1][0] == "consultation"
    assert len(log(project)) == before + 1
    assert json.loads(joinedup("audit", "verify", project, "--json").stdout)["whole"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--sex", "F"), "nothing to search by"),
        (("--dob", "the third of May"), "The dob cannot be read"),
        (("--phone", "12"), "The phone cannot be read"),
    ],
)
def test_a_description_that_cannot_be_used_ends_with_2_and_repeats_nothing(
    project: Path, joinedup: Any, arguments: tuple[str, ...], says: str
) -> None:
    done = joinedup("lookup", project, *arguments)
    assert (done.returncode, says in done.stderr) == (2, True)
    assert f"`{arguments[1]}`" not in done.stderr
    assert "third" not in done.stderr


def test_link_inside_a_project_is_logged_and_gives_back_the_ids_it_was_given(
    project: Path, joinedup: Any, tmp_path: Path
) -> None:
    run = finished(project / "runs")[-1]
    before = len(log(project))
    done = joinedup("link", run / "tables" / "person_records.parquet", "-o", tmp_path / "people.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert log(project)[before][0] == "combination"
    with (tmp_path / "people.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {r["record_id"] for r in rows} == {r["record_id"] for r in table(project, "person_records")}
    told = json.loads(done.stdout)
    assert (told["records"], told["people"]) == (len(rows), len({r["person_id"] for r in rows}))
    assert set(told) == {"records", "people", "pairs", "threshold", "seconds", "expected", "notes"}
