"""`joinedup mend` at the prompt: one system's gaps, what others hold, a list that adds up, and a log that says so."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from joinedup.errors import StorageError
from joinedup.runs import mend
from joinedup.runs.folder import latest

COMMAND = Path(sys.executable).parent / "joinedup"

HEADER = (
    "local_id,force,forenames,surname,dob,sex,id_pnc,postcode,self_defined_ethnicity,self_defined_ethnicity_reason,"
    "observed_ethnicity,nationalities,recorded_on,restriction\n"
)
LIVE = "@17"
"""A reference that a spreadsheet might run, and that the gate lets in."""

WHO = {
    "bram": "X01,Bram,Quillhaven,1988-04-17,M,1999/0000001A,XA1 1AA",
    "otto": "X01,Otto,Vesk,1991-09-30,M,1999/0000002B,XA1 2BB",
    "ines": "X01,Ines,Tarrow,1979-02-11,F,1999/0000003C,XA1 3CC",
    "piet": "X01,Piet,Marrowby,1969-12-05,M,1999/0000004D,XA1 4DD",
    "lena": "X01,Lena,Ostwick,1994-07-22,F,1999/0000005E,XA1 5EE",
}
ROWS = {
    "crime": [
        (LIVE, "bram", ",,4,,2020-01-01,"), ("2", "otto", ",,,GBR,2020-01-01,"),
        ("3", "ines", ",refused,,IRL,2020-01-01,"), ("4", "piet", ",,,GBR,2020-01-01,"),
        ("5", "lena", "W1,,,GBR,2020-01-01,"),
    ],
    "custody": [
        ("C1", "bram", "A2,,4,PAK; GBR,2022-03-04,"), ("C2", "otto", "W1,,1,GBR,2022-03-04,"),
        ("C3", "ines", ",,1,IRL,2022-03-04,"), ("C4", "piet", "B1,,,GBR,2022-03-04,UNIT ONLY"),
    ],
    "care": [("P2", "otto", "W9,,,GBR,2021-03-04,")],
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mend") / "project"
    for system, rows in ROWS.items():
        place = folder / "sources" / system
        place.mkdir(parents=True)
        lines = "".join(f"{local_id},{WHO[who]},{rest}\n" for local_id, who, rest in rows)
        (place / "person_records.csv").write_text(HEADER + lines)
    suspects = [local_id for local_id, who, _ in ROWS["crime"] if who in ("bram", "otto", "ines")]
    roles = "".join(f"K1,{local_id},suspect,named\n" for local_id in suspects)
    (folder / "sources" / "crime" / "roles.csv").write_text(f"crime_id,record_id,role,stage\n{roles}")
    (folder / "sources" / "crime" / "crimes.csv").write_text("crime_id,recorded_on\nK1,2020-01-01\n")
    (folder / "joinedup.toml").write_text('[project]\nname = "p"\ninvented = true\n')
    done = subprocess.run([COMMAND, "run", folder, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def joinedup(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def log(project: Path) -> list[tuple[str, str, str, str, str]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute(
            "SELECT act, why, subjects, recipients, detail FROM audit_log ORDER BY sequence"
        ).fetchall()
    finally:
        store.close()


def test_the_list_tells_of_every_gap_what_others_hold_and_adds_up(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "crime.csv"
    told = json.loads(joinedup("mend", project, "crime", "-o", out, "--json").stdout)
    ethnicity, nationality = (told["gaps"][name] for name in ("self-defined ethnicity", "nationality"))
    assert ethnicity == {"gaps": 4, "elsewhere": 1, "conflicting": 1, "nowhere": 2, "withheld": 1, "own": 0}
    assert nationality == {"gaps": 1, "elsewhere": 1, "conflicting": 0, "nowhere": 0, "withheld": 0, "own": 0}
    assert (told["records"], told["forces"], told["described_only"]) == (4, ["X01"], 0)
    rows = {(row["record"], row["missing"]): row for row in rows_of(out)}
    assert len(rows) == 4 + 1
    bram = rows[f"crime:{LIVE}", "self-defined ethnicity"]
    assert (bram["local_id"], bram["value"], bram["held_by"], bram["recorded_on"]) == (
        f"'{LIVE}", "A2", "custody:C1", "2022-03-04",
    )  # fmt: skip
    assert bram["seen_by_an_officer_never_copy"] == "4 Asian, in this record, custody:C1 (2022-03-04)"
    assert rows[f"crime:{LIVE}", "nationality"]["label"] == "United Kingdom; Pakistan"
    otto = rows["crime:2", "self-defined ethnicity"]
    assert (otto["found"], otto["value"]) == ("records disagree", "")
    assert "custody:C2" in otto["disagreeing"]
    assert "care:P2" in otto["disagreeing"]
    ines = rows["crime:3", "self-defined ethnicity"]
    assert (ines["why_missing_now"], ines["value"]) == ("refused", "")
    assert ines["seen_by_an_officer_never_copy"] == "1 White - North European, in custody:C3 (2022-03-04)"
    assert "custody:C4" not in out.read_text(encoding="utf-8")
    assert {row["confirmed"] + row["confirmed_by"] + row["note"] for row in rows.values()} == {""}


def test_the_list_is_logged_as_a_disclosure_of_every_record_shown(project: Path, tmp_path: Path) -> None:
    out, before = tmp_path / "crime.csv", len(log(project))
    mend(project, "crime", out, why="operation 7")
    ((act, why, subjects, recipients, detail),) = log(project)[before:]
    assert (act, why, json.loads(recipients)) == ("disclosure", "operation 7", ["crime", "X01"])
    # Bram, Otto and Ines have something shown: 3 records here, and C1, C2, C3 and P2 elsewhere. Piet's is restricted.
    assert len(json.loads(subjects)) == 3 + 4
    assert json.loads(detail)["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert joinedup("audit", "verify", project).returncode == 0


def test_the_screen_holds_counts_and_no_value(project: Path, tmp_path: Path) -> None:
    done = joinedup("mend", project, "crime", "-o", tmp_path / "crime.csv", "--why", "operation 7")
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "Invented records: no person, force or place here is real." in lines
    assert "Self-defined ethnicity 4 1 1 2" in lines
    assert "of suspects 3 1 1 1" in lines
    assert "Nationality 1 1 0 0" in lines
    assert "1 of those to ask are answered or denied by restricted records, which are not shown." in lines
    assert not any(text in done.stdout for text in ("A2", "Pakistan", "custody:C1"))


def test_nobody_outside_the_account_s_group_may_read_the_list(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "crime.csv"
    mend(project, "crime", out, why="test")
    assert not stat.S_IMODE(out.stat().st_mode) & stat.S_IRWXO


def test_a_list_that_somebody_may_have_worked_in_is_not_written_over(project: Path, tmp_path: Path) -> None:
    out, before = tmp_path / "crime.csv", len(log(project))
    out.write_text("confirmed")
    with pytest.raises(StorageError, match="somebody may have confirmed"):
        mend(project, "crime", out, why="test")
    assert (out.read_text(), len(log(project))) == ("confirmed", before)


@pytest.mark.parametrize("name", ["sources/crime/mend.csv", "mend.xlsx"])
def test_a_place_where_it_cannot_stand_is_refused(project: Path, name: str) -> None:
    with pytest.raises(StorageError, match="The list"):
        mend(project, "crime", project / name, why="test")
    assert not (project / name).exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["crim"], "Did you mean `crime`?"), (["crime", "custody"], "Name one system"), ([], "Name one system")],
)
def test_what_is_mistyped_is_told(project: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    done = joinedup("mend", project, *arguments, "-o", tmp_path / "x.csv")
    assert (done.returncode, says in done.stderr.replace("\n", " ")) == (2, True)
    assert not (tmp_path / "x.csv").exists()


def test_where_nothing_is_missing_nothing_is_written_and_nothing_logged(project: Path, tmp_path: Path) -> None:
    before = len(log(project))
    done = joinedup("mend", project, "care", "-o", tmp_path / "care.csv")
    assert done.returncode == 0
    assert "nothing was written" in done.stdout
    assert (list(tmp_path.iterdir()), len(log(project))) == ([], before)


def test_a_disk_that_refuses_leaves_no_file_and_no_part_of_one(project: Path, tmp_path: Path) -> None:
    before = len(log(project))
    with pytest.raises(StorageError):
        mend(project, "crime", tmp_path / "no such folder" / "crime.csv", why="test")
    assert (list(tmp_path.iterdir()), len(log(project))) == ([], before)


def test_the_gaps_of_suspects_are_as_many_as_the_report_says(project: Path, tmp_path: Path) -> None:
    made = mend(project, "crime", tmp_path / "crime.csv", why="test")
    figures = pq.read_table(latest(project / "runs") / "tables" / "figures.parquet").to_pylist()
    counted = {f["measure"]: f for f in figures if f["area"] == "system:crime"}
    gaps = made.of_suspects["self-defined ethnicity"]
    assert gaps.gaps == counted["gap-filled-self-defined-ethnicity"]["denominator"] == 3  # Bram, Otto, Ines
    assert gaps.elsewhere == counted["gap-filled-self-defined-ethnicity"]["numerator"] == 1
    assert gaps.conflicting == counted["gap-conflict-self-defined-ethnicity"]["numerator"] == 1
