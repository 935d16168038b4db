"""The loop of a force's data team: an extract, every reason, mended rows, and only those taken."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

COMMAND = Path(sys.executable).parent / "joinedup"
HEADER = "local_id,forenames,surname,dob,sex,self_defined_ethnicity,observed_ethnicity,nationalities,postcode\n"
ROWS = (
    "1,Bram,Quillhaven,1988-04-17,M,W1,1,GBR,XA1 1AA\n"
    "2,Mr Otto,Vesk,1991-09-30,M,,,GBR,XA1 2BB\n"
    "3,Ann,=Vesk,1990-09-30,F,A1,4,GBR,XA1 2BB\n"
    "4,Ann,x,y,z,F,A1,4,GBR,XA1 2BB,1,2\n"
    "5,Ann,Oss,1990-01-02,F,A1,4,,XA1 2BB\n"
)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    (tmp_path / "joinedup.toml").write_text('[project]\nname = "p"\ninvented = true\n')
    path = tmp_path / "sources" / "custody" / "person_records.csv"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + ROWS)
    return path


def joinedup(*arguments: object) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [COMMAND, *map(str, arguments), "--json"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


def mend(path: Path, changes: dict[str, dict[str, str]]) -> None:
    """Type into cells of rows, found by `joinedup_row`, as somebody with a spreadsheet does."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book["Rows"]
        names = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            for column, text in changes.get(row[0].value, {}).items():
                row[names.index(column)].value = text
        book.save(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    for row in rows:
        for column, text in changes.get(row[0], {}).items():
            row[header.index(column)] = text
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_only_rows_that_were_mended_and_pass_are_taken(extract: Path, ending: str) -> None:
    sent = extract.read_bytes()
    assert joinedup("check", extract)[1]["returned"] == 4
    returned = extract.with_name(f"person_records.returns.{ending}")
    mend(returned, {
        "3": {"forenames": "Otto", "self_defined_ethnicity": "W1"},  # whole again
        "4": {"surname": "Vesk", "nationalities": ""},  # one fault mended, one made
        "6": {},  # not touched
    })  # fmt: skip
    code, told = joinedup("take", returned, "--try")
    assert (code, told["taken"], told["still_returned"], told["unchanged"]) == (1, 1, 1, 2)
    assert not extract.with_name("person_records.mended.csv").exists()
    code, told = joinedup("take", returned)
    assert (code, told["taken"], told["still_returned"], told["unchanged"]) == (1, 1, 1, 2)
    assert extract.read_bytes() == sent
    code, told = joinedup("check", extract)
    assert (told["sent"], told["accepted"], told["returned"]) == (5, 2, 3)
    # What was mended in part lay in the file that came back; the new check sets it aside and does not write over it.
    (kept,) = [Path(path) for path in told["files"][0]["kept"] if path.endswith(".csv")]  # type: ignore[index]
    with kept.open(encoding="utf-8-sig", newline="") as stream:
        assert {row["joinedup_row"]: row["surname"] for row in csv.DictReader(stream)}["4"] == "Vesk"


def test_a_mended_row_that_could_not_be_read_is_taken_and_a_run_reads_it(extract: Path) -> None:
    joinedup("check", extract)
    returned = extract.with_name("person_records.returns.csv")
    whole = {"local_id": "4", "forenames": "Ann", "surname": "Ost", "dob": "1990-02-03", "sex": "F",
             "self_defined_ethnicity": "A1", "observed_ethnicity": "4", "nationalities": "GBR"}  # fmt: skip
    mend(returned, {"5": whole, "6": {"nationalities": "IRL; GBR"}})
    assert joinedup("take", returned)[1]["taken"] == 2
    project = extract.parents[2]
    (project / "joinedup.toml").write_text('[project]\nname = "p"\ninvented = true\n[gate]\nmode = "new"\n')
    assert joinedup("run", project)[0] == 0
    tables = project / "runs" / (project / "runs" / "LATEST").read_text().strip() / "tables"
    people = {row["local_id"]: row for row in pq.read_table(tables / "person_records.parquet").to_pylist()}
    assert sorted(people) == ["1", "4", "5"]
    assert (people["4"]["surname"], people["4"]["source_row"]) == ("OST", 5)
    assert people["5"]["nationalities"] == ["IRL", "GBR"]


def test_taking_the_same_file_again_takes_nothing_twice(extract: Path) -> None:
    joinedup("check", extract)
    returned = extract.with_name("person_records.returns.csv")
    mend(returned, {"6": {"nationalities": "GBR"}})
    again = returned.read_bytes()
    assert joinedup("take", returned)[1]["taken"] == 1
    mended = extract.with_name("person_records.mended.csv").read_bytes()
    returned.write_bytes(again)
    assert joinedup("take", returned)[1]["taken"] == 0
    assert extract.with_name("person_records.mended.csv").read_bytes() == mended


def test_mended_rows_of_another_version_of_the_extract_stop_whoever_reads_it(extract: Path) -> None:
    joinedup("check", extract)
    returned = extract.with_name("person_records.returns.csv")
    mend(returned, {"6": {"nationalities": "GBR"}})
    joinedup("take", returned)
    extract.write_text(HEADER + ROWS.replace("5,Ann,Oss", "5,Ann,Osk"))
    code, told = joinedup("check", extract)
    assert code == 2
    assert "another row there now" in told["error"]["message"]  # type: ignore[index]
    assert told["error"]["file"] == "person_records.mended.csv"  # type: ignore[index]


def test_a_file_without_its_extract_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "lost.returns.csv").write_text("joinedup_row,joinedup_digest,local_id\n2,abc,1\n")
    code, told = joinedup("take", tmp_path / "lost.returns.csv")
    assert code == 2
    assert "--extract" in told["error"]["remedy"]  # type: ignore[index]


def test_every_check_gives_a_receipt_and_a_changed_one_is_told(extract: Path) -> None:
    joinedup("check", extract)
    mend(extract.with_name("person_records.returns.csv"), {"6": {"nationalities": "GBR"}})
    joinedup("take", extract.with_name("person_records.returns.csv"))
    project = extract.parents[2]
    found = json.loads(
        subprocess.run([COMMAND, "receipts", project, "--json"], capture_output=True, text=True, check=True).stdout
    )
    assert [sum(f["returned"] for f in one["files"]) for one in found] == [4, 3]
    assert all(f["sent"] == f["accepted"] + f["returned"] for one in found for f in one["files"])
    first = sorted((project / "receipts").rglob("*.json"))[0]
    changed = first.read_text().replace('"returned": 4', '"returned": 0')
    first.write_text(changed)
    assert faults(project) == (1, ["The receipt was changed after it was given: its digest does not fit.", None])
    made = json.loads(changed)
    del made["digest"]
    digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()
    first.write_text(json.dumps({**made, "digest": digest}))  # by somebody who knows how digests are made
    assert faults(project) == (1, ["The audit log knows no such receipt: it was made or changed by hand.", None])
    first.unlink()
    assert faults(project) == (1, ["It was given and is not here.", None])


def faults(project: Path) -> tuple[int, list[str | None]]:
    done = subprocess.run([COMMAND, "receipts", project, "--json"], capture_output=True, text=True, check=False)
    found = (one["fault"] for one in json.loads(done.stdout))
    return done.returncode, sorted(found, key=lambda fault: (fault is None, fault or ""))


def test_what_a_spreadsheet_does_to_a_cell_by_itself_mends_nothing(extract: Path) -> None:
    extract.write_text(
        "local_id,forenames,surname,dob,self_defined_ethnicity,nationalities,phones,address\n"
        "001,Bram,Quill,1988-04-17,,GBR,07911123456,1 Tarn Street\n"
        "002,Otto,Vesk,1991-09-30,W1,GBR,07911123457,2 Tarn Street\n"
    )
    joinedup("check", extract)
    returned = extract.with_name("person_records.returns.csv")
    bent = {"local_id": "1", "dob": "17/04/1988", "phones": "7.91E+09"}
    mend(returned, {"2": bent, "3": {"local_id": "2", "phones": "7911123457"}})
    assert joinedup("take", returned, "--try")[1]["unchanged"] == 2
    mend(returned, {"2": bent | {"self_defined_ethnicity": "W1"}})
    assert joinedup("take", returned)[1]["taken"] == 1
    with extract.with_name("person_records.mended.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["local_id"], row["dob"], row["phones"]) == ("001", "1988-04-17", "07911123456")


def test_a_value_that_was_mended_before_is_kept_and_told(extract: Path) -> None:
    joinedup("check", extract)
    returned = extract.with_name("person_records.returns.csv")
    copy = returned.read_bytes()
    for ethnicity, before in (("A1", 0), ("W1", 1)):
        returned.write_bytes(copy)
        mend(returned, {"3": {"forenames": "Otto", "self_defined_ethnicity": ethnicity}})
        told = joinedup("take", returned)[1]
        assert (told["taken"], told["mended_before"]) == (1, before)
    assert ",A1," in Path(str(told["before"])).read_text()
    assert ",W1," in extract.with_name("person_records.mended.csv").read_text()


def test_what_nothing_reads_is_said(tmp_path: Path) -> None:
    path = tmp_path / "person_records.csv"
    path.write_text("local_id,forenames,sirname,Quillhaven\n1,Bram,Vesk,x\n")
    (told,) = joinedup("check", path)[1]["unread"]  # type: ignore[misc]
    assert told == "column `sirname` of `person_records.csv`. Did you mean `surname`?"
    book = openpyxl.Workbook()
    book.active.append(["local_id", "surname"])  # type: ignore[union-attr]
    book.active.append(["1", "Vesk"])  # type: ignore[union-attr]
    book.create_sheet("Quillhaven").append(["local_id", "surname"])
    book.save(tmp_path / "two.xlsx")
    (told,) = joinedup("check", tmp_path / "two.xlsx")[1]["unread"]  # type: ignore[misc]
    assert told == "sheet 2 of `two.xlsx`. Name it after a table, or map it in a source map."


def test_a_second_check_sets_nothing_aside_that_nobody_opened(extract: Path) -> None:
    (extract.parent / "crimes.csv").write_text("crime_id,outcome\nC1,77\n")
    for paths in ([extract, extract.parent / "crimes.csv"], [extract.parent / "crimes.csv"], [extract]):
        assert [one["kept"] for one in joinedup("check", *paths)[1]["files"]] == [[]] * len(paths)  # type: ignore[union-attr]


def test_a_check_says_when_runs_are_judged_otherwise(extract: Path) -> None:
    done = subprocess.run([COMMAND, "check", extract], capture_output=True, text=True, check=False)
    assert "Judged as new; this project's runs are historic ([gate] mode)." in done.stdout


def test_a_reader_that_goes_away_is_no_fault(extract: Path) -> None:
    line = f"{COMMAND} check {extract} --json | true"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_workbook_row_with_cells_beside_the_table_comes_back_and_is_taken_without_them(
    tmp_path: Path, ending: str
) -> None:
    book = openpyxl.Workbook()
    beside = ["1", "Bram", "Quill", "1988-04-17", "M", "W1", "1", "GBR", "", "=?", "x\ny"]
    for row in (HEADER.strip().split(","), beside, ["2", "Otto", "Vesk", "1991-09-30", "M", "", "", "GBR"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.active["J2"].data_type = "s"  # type: ignore[index]
    book.save(tmp_path / "t.xlsx")
    assert joinedup("check", tmp_path / "t.xlsx")[1]["returned"] == 2
    returned = tmp_path / f"t.returns.{ending}"
    assert joinedup("take", returned)[1]["unchanged"] == 2
    mend(returned, {"3": {"self_defined_ethnicity": "W1", "observed_ethnicity": "1", "forenames": "Ott"}})
    told = joinedup("take", returned)[1]
    assert (told["taken"], told["still_returned"], told["unchanged"]) == (1, 0, 1)


def test_a_mended_role_that_makes_somebody_a_suspect_shows_the_row_that_holds_it_up(extract: Path) -> None:
    people, roles = extract, extract.with_name("roles.csv")
    people.write_text(HEADER + "P1,Otto,Vesk,1991-07-31,M,,,,\n")
    extract.with_name("crimes.csv").write_text("crime_id,recorded_on\nC1,2026-09-01\n")
    roles.write_text("crime_id,record_id,role\nC1,P1,suspct\n")
    joinedup("check", roles)
    mend(roles.with_name("roles.returns.csv"), {"2": {"role": "SUSPECT"}})
    told = joinedup("take", roles.with_name("roles.returns.csv"))[1]
    assert (told["taken"], told["still_returned"]) == (0, 1)
    ((file, rows, files),) = [(f["file"], f["rows"], f["returns_files"]) for f in told["mend_first"]]  # type: ignore[union-attr]
    assert (file, rows) == ("person_records.csv", 1)
    mend(Path(files[0]), {"2": {"self_defined_ethnicity": "W1", "nationalities": "GBR"}})
    assert joinedup("take", files[0])[1]["taken"] == 1
    assert joinedup("take", roles.with_name("roles.returns.csv"))[1]["taken"] == 1
    assert joinedup("check", people, roles, extract.with_name("crimes.csv"))[1]["returned"] == 0


@pytest.mark.parametrize("first, second", [("p.csv", "p.tsv"), ("p.tsv", "p.csv"), ("p.csv", "p.csv.gz")])
def test_two_extracts_of_one_stem_are_refused_before_anything_is_written(
    tmp_path: Path, first: str, second: str
) -> None:
    (tmp_path / first).write_text(HEADER + ROWS)
    (tmp_path / second).write_text("of another month")
    code, told = joinedup("check", tmp_path / first)
    assert code == 2
    assert f"`{first}` and `{second}`" in told["error"]["message"]  # type: ignore[index]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([first, second])
    (tmp_path / second).rename(tmp_path / f"old-{second}")
    assert joinedup("check", tmp_path / first)[0] == 1
