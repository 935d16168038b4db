"""A person who is lawfully erased is nowhere in the project any more, and cannot come back unseen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from joinedup.audit import Subject, open_store, verify
from joinedup.audit.subjects import entries_about
from joinedup.errors import JoinedupError, ProjectError
from joinedup.runs import run
from joinedup.runs.erasing import Asked, erase, erase_again

VESK = "100,Orla,Vesk,1981-04-03,F,XA3 2BD,A1"
PEOPLE = {
    "x-crime": [VESK, "101,Bram,Oakley,1970-01-09,M,XA1 1AA,W1", "102,Ines,Thorne,1990-12-31,F,,"],
    "x-custody": ["7,ORLA,VESK,03/04/1981,F,XA3 2BD,", "8,Tomasz,Brand,09/11/1966,M,XA2 2AB,W1"],
}
HEAD = "local_id,forenames,surname,dob,sex,postcode,self_defined_ethnicity"
ROLES = (
    "crime_id,record_id,role,stage\nx-crime:c1,100,suspect,charged\n"
    "x-crime:c1,101,suspect,named\nx-crime:c2,102,suspect,named\n"
)
CRIMES = (
    "crime_id,recorded_on,offence_from,ho_class,outcome,outcome_on\n"
    "c1,2020-05-01,2020-04-01,022/06,16,2021-01-01\nc2,2020-05-01,2020-04-01,022/06,16,2021-01-01\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "joinedup.toml").write_text("[project]\ninvented = true\n[link]\nthreshold = 3\n")
    for system, rows in PEOPLE.items():
        folder = tmp_path / "sources" / system
        folder.mkdir(parents=True)
        (folder / "person_records.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    (tmp_path / "sources" / "x-crime" / "roles.csv").write_text(ROLES)
    (tmp_path / "sources" / "x-crime" / "crimes.csv").write_text(CRIMES)
    run(tmp_path)
    return tmp_path


def newest(project: Path) -> Path:
    return project / "runs" / (project / "runs" / "LATEST").read_text().strip()


def person(project: Path, record: str) -> str:
    rows = pq.read_table(newest(project) / "tables" / "clusters.parquet").to_pylist()
    return next(row["person_id"] for row in rows if row["record_id"] == record)


def asked(*who: str, second: str = "second") -> Asked:
    return Asked(who, "Data Protection Act 2018 s47", second, by="first")


def everything(project: Path) -> bytes:
    """All bytes of the project's files, Parquet as rows of text."""
    found = []
    for path in sorted(p for p in project.rglob("*") if p.is_file()):
        found.append(repr(pq.read_table(path).to_pylist()).encode() if path.suffix == ".parquet" else path.read_bytes())
    return b"\n".join(found).upper()


def test_nothing_of_the_person_is_left_anywhere(project: Path) -> None:
    run(project)  # two runs hold the person
    who = person(project, "x-crime:100")
    assert who == person(project, "x-custody:7")
    assert b"VESK" in everything(project)
    erased = erase(project, asked(who))
    assert (erased.records, len(erased.runs)) == (2, 2)
    assert erased.rows == {"x-crime/person_records.csv": 1, "x-crime/roles.csv": 1, "x-custody/person_records.csv": 1}
    assert erased.look == ("x-crime:c1",)
    left = everything(project)
    for trace in (b"VESK", b"X-CRIME:100", b"X-CUSTODY:7", who.encode()):
        assert trace not in left, trace
    for kept in (b"OAKLEY", b"BRAND", b"THORNE"):
        assert kept in left


def test_all_others_stand_as_they_stood_and_runs_say_what_happened(project: Path) -> None:
    before = pq.read_table(newest(project) / "tables" / "person_records.parquet").to_pylist()
    erase(project, asked("x-crime:100"))
    after = pq.read_table(newest(project) / "tables" / "person_records.parquet").to_pylist()
    assert after == [row for row in before if row["record_id"] not in ("x-crime:100",)]
    assert "erased" in json.loads((newest(project) / "manifest.json").read_text())["not_reproducible"]
    again = run(project)
    rows = pq.read_table(again.folder / "tables" / "person_records.parquet").to_pylist()
    assert {row["record_id"]: row["source_row"] for row in rows} == {r["record_id"]: r["source_row"] for r in after}


def test_the_log_says_that_it_was_done_and_not_to_whom(project: Path) -> None:
    who = person(project, "x-crime:100")
    erase(project, asked(who))
    store = open_store(project)
    assert verify(store).whole
    rows = store.execute("SELECT done_by, why, subjects, detail FROM audit_log WHERE act = 'erasure'").fetchall()
    assert [(row[0], row[2]) for row in rows] == [("first", "[]")] * 2
    assert json.loads(rows[-1][3]) | {"rows": 0} == {
        "erasure": "finished", "records": 2, "second": "second", "runs": 1, "rows": 0,
    }  # fmt: skip
    assert entries_about(store, Subject("record", "x-crime:100")) == []
    store.close()


def test_a_record_that_comes_back_is_refused_and_taken_out_again(project: Path) -> None:
    backup = project.parent / "backup"
    shutil.copytree(project / "sources", backup)
    erase(project, asked("x-crime:100", "x-custody:7"))
    shutil.copytree(backup, project / "sources", dirs_exist_ok=True)
    with pytest.raises(ProjectError, match="2 records that were erased") as refused:
        run(project)
    assert refused.value.rule == "erased-record"
    assert erase_again(project).records == 2
    assert b"VESK" not in everything(project)
    assert run(project).counts["records"] == 3


def test_two_people_are_needed_and_a_hold_outranks_them(project: Path) -> None:
    for second in ("", " ", "first"):
        with pytest.raises(ProjectError, match="Two people"):
            erase(project, asked("x-crime:100", second=second))
    with (project / "joinedup.toml").open("a") as toml:
        toml.write('[[hold]]\nname = "preservation hold 3"\nrecords = ["x-custody:*"]\n')
    before = everything(project)
    with pytest.raises(JoinedupError, match="preservation hold 3"):
        erase(project, asked(person(project, "x-crime:100")))
    with pytest.raises(ProjectError, match="knows no such person"):
        erase(project, asked("x-crime:999"))
    erase(project, asked("x-crime:101"), try_only=True)
    assert everything(project) == before
    erase(project, asked("x-crime:101"))  # no hold covers it


def test_a_basis_must_be_given(project: Path) -> None:
    before = everything(project)
    with pytest.raises(JoinedupError, match="No reason"):
        erase(project, Asked(("x-crime:100",), " ", "second", by="first"))
    assert everything(project) == before


def test_what_a_run_found_of_their_cases_goes_and_what_it_found_of_others_stays(project: Path) -> None:
    path = newest(project) / "tables" / "review_cases.parquet"
    assert set(pq.read_table(path)["crime_id"].to_pylist()) == {"x-crime:c1", "x-crime:c2"}
    erase(project, asked(person(project, "x-crime:100")))
    assert pq.read_table(path)["crime_id"].to_pylist() == ["x-crime:c2"]
    told = json.loads((newest(project) / "manifest.json").read_text())["tables"]["review_cases"]
    assert told["rows"] == 1
