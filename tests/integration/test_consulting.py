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

import joinedup
from joinedup.errors import LinkageError
from joinedup.runs import describe
from joinedup.runs.erasing import Asked
from joinedup.runs.folder import finished


@pytest.fixture(scope="module")
def project(ran_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consulted") / "village"
    shutil.copytree(ran_village, folder)
    return folder


@pytest.fixture
def command(request: pytest.FixtureRequest) -> Any:
    """The installed command; the name `joinedup` is the package's here."""
    return request.getfixturevalue("joinedup")


def table(project: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(finished(project / "runs")[-1] / "tables" / f"{name}.parquet").to_pylist()


def log(project: Path) -> list[tuple[str, str, str]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute("SELECT act, why, subjects FROM audit_log ORDER BY sequence").fetchall()
    finally:
        store.close()


def test_lookup_finds_the_person_of_a_record_by_what_it_says(project: Path, command: Any) -> None:
    people = {c["record_id"]: c["person_id"] for c in table(project, "clusters")}
    known = [
        r for r in table(project, "person_records") if r["dob"] and r["surname"] and r["forenames"] and r["postcode"]
    ]
    right = 0
    for record in known[:: len(known) // 4][:4]:
        done = command(
            "lookup", project, "--surname", record["surname"], "--forenames", record["forenames"],
            "--dob", record["dob"], "--postcode", record["postcode"], "--json",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        best = json.loads(done.stdout)["candidates"][0]
        assert best["reasons"]
        assert people[best["records"][0]] == best["person_id"]
        right += best["person_id"] == people[record["record_id"]]
    assert right >= 3


def test_lookup_is_logged_and_its_words_show_no_value_of_a_record(project: Path, command: Any) -> None:
    record = next(r for r in table(project, "person_records") if r["dob"] and r["surname"] and r["postcode"])
    before = len(log(project))
    done = command("lookup", project, "--surname", record["surname"], "--dob", record["dob"])
    assert done.returncode == 0
    assert record["surname"] not in done.stdout
    assert record["postcode"] not in done.stdout
    assert log(project)[-1][0] == "consultation"
    assert len(log(project)) == before + 1
    assert json.loads(command("audit", "verify", project, "--json").stdout)["whole"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--sex", "F"), "nothing to search by"),
        (("--dob", "the third of May"), "The dob cannot be read"),
        (("--phone", "12"), "The phone cannot be read"),
    ],
)
def test_a_description_that_cannot_be_used_ends_with_2_and_repeats_nothing(
    project: Path, command: Any, arguments: tuple[str, ...], says: str
) -> None:
    done = command("lookup", project, *arguments)
    assert (done.returncode, says in done.stderr) == (2, True)
    assert f"`{arguments[1]}`" not in done.stderr
    assert "third" not in done.stderr


def known(project: Path) -> dict[str, Any]:
    """A record with both names and a birth date."""
    rows = table(project, "person_records")
    return next(
        row for row in rows if row["dob"] and row["dob_precision"] == "day" and row["surname"] and row["forenames"]
    )


def described(record: dict[str, Any]) -> Any:
    return describe({"surname": record["surname"], "forenames": record["forenames"], "dob": str(record["dob"])})


def test_lookup_is_a_function_too_with_reasons_in_words_and_an_entry_in_the_log(project: Path) -> None:
    record = known(project)
    found = joinedup.lookup(project, described(record), why="op-417", by="a.clerk")
    assert "same date of birth" in [reason.found for reason in found[0].reasons]
    act, why, subjects = log(project)[-1]
    assert (act, why) == ("consultation", "op-417")
    shown = sorted(one for candidate in found for one in candidate.records)
    assert len(json.loads(subjects)) == len(shown)


@pytest.mark.parametrize(
    ("part", "column"),
    [("alias", "aliases"), ("email", "emails"), ("address", "address"), ("id_pnc", "id_pnc"), ("id_nhs", "id_nhs")],
)
def test_an_alias_an_address_and_an_identifier_find_the_person_too(project: Path, part: str, column: str) -> None:
    rows = table(project, "person_records")
    record = next(row for row in rows if row[column] and row["dob"] and row["dob_precision"] == "day")
    said = record[column][0] if isinstance(record[column], list) else record[column]
    found = joinedup.lookup(project, describe({part: said, "dob": str(record["dob"])}), why="x")
    assert any(record["record_id"] in one.records for one in found)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"email": "nobody"}, "The email cannot be read"),
        ({"postcode": "somewhere"}, "The postcode cannot be read"),
        ({"forenames": "Ann"}, "nothing to search by"),
        ({"dob": "1990"}, "nothing to search by"),
    ],
)
def test_what_cannot_be_read_or_searched_by_is_refused_and_not_repeated(
    project: Path, said: dict[str, str], says: str
) -> None:
    before = len(log(project))
    with pytest.raises(LinkageError, match=says) as told:
        joinedup.lookup(project, describe(said), why="x")
    assert next(iter(said.values())) not in str(told.value)
    assert told.value.remedy
    assert len(log(project)) == before


def test_a_run_that_has_no_index_gets_one_at_the_first_look(project: Path) -> None:
    index = finished(project / "runs")[-1] / "index"
    before, whole = joinedup.lookup(project, described(known(project)), why="x"), contents(index)
    shutil.rmtree(index)
    assert joinedup.lookup(project, described(known(project)), why="x") == before
    assert contents(index) == whole


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_who_was_erased_is_found_no_more(ran_village: Path, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(ran_village, folder)
    record = known(folder)
    (found, *_) = joinedup.lookup(folder, described(record), why="x")
    assert record["record_id"] in found.records
    joinedup.erase(folder, Asked((found.person_id,), "DPA 2018 s47", "another", "a.clerk"))
    after = joinedup.lookup(folder, described(record), why="x")
    assert found.person_id not in [one.person_id for one in after]
    held = b"".join(contents(finished(folder / "runs")[-1] / "index").values())
    assert record["record_id"].encode() not in held


def test_the_index_holds_nothing_that_linkage_does_not_compare(project: Path) -> None:
    head = json.loads((finished(project / "runs")[-1] / "index" / "head.json").read_text())
    never = ("ethnicity", "nationalit", "birth_place", "occupation", "religion")
    assert head["columns"]
    assert not [one["name"] for one in head["columns"] if any(word in one["name"] for word in never)]


def test_link_inside_a_project_is_logged_and_gives_back_the_ids_it_was_given(
    project: Path, command: Any, tmp_path: Path
) -> None:
    run = finished(project / "runs")[-1]
    before = len(log(project))
    done = command("link", run / "tables" / "person_records.parquet", "-o", tmp_path / "people.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert log(project)[before][0] == "combination"
    with (tmp_path / "people.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {r["record_id"] for r in rows} == {r["record_id"] for r in table(project, "person_records")}
    told = json.loads(done.stdout)
    assert (told["records"], told["people"]) == (len(rows), len({r["person_id"] for r in rows}))
    assert set(told) == {"records", "people", "pairs", "threshold", "seconds", "expected", "notes"}
