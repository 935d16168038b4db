"""`joinedup link` at the prompt: any table of people, a model to keep and to bring, Splink to check it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from tests.unit.linkage.invented_people import people, table

COMMAND = Path(sys.executable).parent / "joinedup"


def joinedup(*arguments: object) -> tuple[int, str]:
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("link") / "people.parquet"
    pq.write_table(table(people(400)), path)
    return path


def test_a_model_that_was_kept_gives_the_same_people_again(records: Path, tmp_path: Path) -> None:
    first, again, model = tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "model.json"
    told = json.loads(joinedup("link", records, "-o", first, "--save-model", model, "--json")[1])
    assert {"records", "people", "pairs", "threshold", "seconds"} <= set(told)
    assert told["people"] < told["records"] == pq.read_metadata(records).num_rows
    assert told["expected"]["wrong"] < 0.02 * told["expected"]["joined"]
    joinedup("link", records, "-o", again, "--model", model, "--threshold", told["threshold"])
    assert pq.read_table(again).equals(pq.read_table(first))


def test_splink_compares_the_same_pairs_and_what_it_leaves_out_is_said(records: Path, tmp_path: Path) -> None:
    pairs, model = tmp_path / "pairs.parquet", tmp_path / "model.json"
    joinedup("link", records, "-o", tmp_path / "x.csv", "--save-model", model)
    code, told = joinedup(
        "link", records, "-o", tmp_path / "y.csv", "--through", "splink", "--model", model, "--pairs", pairs
    )
    assert code == 0
    assert "Left out: namesakes" in told
    assert "relatives" in told
    evidence = pq.read_table(pairs)["evidence"].to_pylist()
    assert {"forename", "surname", "dob"} <= {one["comparison"] for one in evidence[0]}
    assert not {"namesakes", "relatives"} & {one["comparison"] for one in evidence[0]}


def test_pairs_as_csv_tell_their_reasons(records: Path, tmp_path: Path) -> None:
    joinedup("link", records, "-o", tmp_path / "x.csv", "--pairs", tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert "same surname (+" in rows[0]["evidence"] or "other order (+" in rows[0]["evidence"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--through", "zingg"), "Write arrays or splink"),
        (("--compare", "self_defined_ethnicity"), "Linkage never reads"),
        (("--compare", "colour"), "birth_place, occupation"),
        (("--threshold", "-3"), "0 or more"),
        (("--model", "NOWHERE.json"), "NOWHERE.json"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_answer(
    records: Path, tmp_path: Path, arguments: tuple[str, str], told: str
) -> None:
    code, answer = joinedup("link", records, "-o", tmp_path / "x.csv", *arguments)
    assert code == 2
    assert told in " ".join(answer.split())


def test_no_file_of_the_command_is_written_over(records: Path, tmp_path: Path) -> None:
    before = records.read_bytes()
    for options in (("-o", tmp_path / "x.csv", "--save-model", records), ("-o", records)):
        assert joinedup("link", records, *options)[0] == 2
    assert joinedup("link", records, "-o", tmp_path / "x.csv", "--save-model", tmp_path / "x.csv")[0] == 2
    assert records.read_bytes() == before


def test_a_model_that_is_none_is_told(records: Path, tmp_path: Path) -> None:
    for content in (
        "[]",
        "{",
        '{"comparisons": []}',
        '{"comparisons": 3, "probability_two_random_records_match": 0.1}',
    ):
        (tmp_path / "model.json").write_text(content)
        code, answer = joinedup("link", records, "-o", tmp_path / "x.csv", "--model", tmp_path / "model.json")
        assert code == 2, answer


def test_the_part_of_a_model_that_is_wrong_is_named(records: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    joinedup("link", records, "-o", tmp_path / "x.csv", "--save-model", model)
    told = json.loads(model.read_text())
    del told["comparisons"][1]["comparison_levels"][2]["m_probability"]
    model.write_text(json.dumps(told))
    code, answer = joinedup("link", records, "-o", tmp_path / "y.csv", "--model", model)
    assert code == 2
    assert "in comparison 2, level 3, `m_probability` is missing" in " ".join(answer.split())


def people_of(path: Path) -> dict[str, str]:
    with path.open(newline="") as stream:
        return {row["record_id"]: row["person_id"] for row in csv.DictReader(stream)}


def file_of(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_of_identifiers_are_compared_as_the_file_names_them(tmp_path: Path) -> None:
    """1 and 2 share a passport however it is written, 4 has that of 3 beside another; 5 has none."""
    records = file_of(
        tmp_path,
        "local_id,surname,id_passport,id_driving_licence\n"
        "1,NOWAK,ab 12,\n2,NOWAK,AB12,X9\n3,QUILL,CD34,\n4,QUILL,EF56; cd34,Y8\n5,VESK,UNKNOWN,\n6,NOWAK,GH78,\n",
    )
    code, _ = joinedup("link", records, "-o", tmp_path / "out.csv", "--pairs", tmp_path / "pairs.csv")
    assert code == 0
    found = people_of(tmp_path / "out.csv")
    assert found["1"] == found["2"]
    assert found["3"] == found["4"]
    assert len({found[one] for one in "1356"}) == 4
    with (tmp_path / "pairs.csv").open(newline="") as stream:
        reasons = {(row["record_id_l"], row["record_id_r"]): row["evidence"] for row in csv.DictReader(stream)}
    assert "same passport identifier (+20.9)" in reasons["1", "2"]
    assert "one of several passport identifiers in common (+18.9)" in reasons["3", "4"]


@pytest.mark.parametrize("key", ["local_id", "record_id"])
@pytest.mark.parametrize("kind", ["id_pnc", "id_passport"])
def test_a_file_of_identifiers_alone_is_joined_by_them(tmp_path: Path, key: str, kind: str) -> None:
    records = file_of(tmp_path, f"{key},{kind}\n1,1/90\n2,2/91\n3,1/90\n4,\n")
    code, told = joinedup("link", records, "-o", tmp_path / "out.csv")
    assert (code, told.split(" at ")[0]) == (0, "4 records are 3 people")
    found = people_of(tmp_path / "out.csv")
    assert found["1"] == found["3"] != found["2"] != found["4"]


def test_a_project_still_asks_for_a_map_of_identifiers_it_does_not_know(tmp_path: Path) -> None:
    records = file_of(tmp_path, "local_id,id_passport\n1,A1\n")
    code, told = joinedup("check", records)
    assert code == 2
    assert "The columns are not those of any table" in " ".join(told.split())


def test_what_of_a_file_is_not_compared_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{n},NOWAK,1990-01-02,{n % 3},{n % 2},7{n}\n" for n in range(90))
    records = file_of(tmp_path, "local_id,surname,birth_dat,id_ethnicity,id_type,id_pnx\n" + rows)
    code, told = joinedup("link", records, "-o", tmp_path / "out.csv", "--save-model", tmp_path / "model.json")
    said = " ".join(told.split())
    assert code == 0
    assert "Not compared, for its name: column `id_ethnicity` of `people.csv`." in said
    assert "Not compared: column `id_type` of `people.csv`. Too many records share each of its values." in said
    assert "Compared as identifiers of their own kind: column `id_pnx` of `people.csv`. Did you mean `id_pnc`?" in said
    model = (tmp_path / "model.json").read_text()
    assert "id_pnx_l" in model
    assert "ethnicity" not in model
    assert "id_type" not in model


def test_columns_that_are_nearly_those_of_people_are_told(tmp_path: Path) -> None:
    records = file_of(tmp_path, "local_id,forenames,surnam,dob\n1,EVA,NOWAK,1990-01-02\n")
    code, told = joinedup("link", records, "-o", tmp_path / "out.csv")
    assert code == 0
    assert "Not read: column `surnam` of `people.csv`. Did you mean `surname`?" in " ".join(told.split())
    records = file_of(tmp_path, "local_id,surnam,id_passport\n1,NOWAK,A1\n")
    assert "Did you mean `surname`?" in " ".join(joinedup("link", records, "-o", tmp_path / "out.csv")[1].split())
    records = file_of(tmp_path, "id,forenames,surname,dob\n1,EVA,NOWAK,1990-01-02\n")
    code, told = joinedup("link", records, "-o", tmp_path / "out.csv")
    assert code == 2
    assert "There is no column `local_id`" in " ".join(told.split())


def test_an_identifier_over_two_lines_stops_the_command_with_its_place(tmp_path: Path) -> None:
    records = file_of(tmp_path, 'local_id,surname,id_passport\n1,NOWAK,A1\n2,NOWAK,"B2\n3,QUILL,C3"\n')
    code, told = joinedup("link", records, "-o", tmp_path / "out.csv")
    assert code == 2
    assert "people.csv, row 3, column `id_passport`" in " ".join(told.split())
    assert not (tmp_path / "out.csv").exists()


def test_a_workbook_of_identifiers_is_joined(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["record_id", "id_passport"], ["1", "A 1"], ["2", "B2;A1"], ["3", None]):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")
    code, told = joinedup("link", tmp_path / "people.xlsx", "-o", tmp_path / "out.csv")
    assert (code, told.split(" at ")[0]) == (0, "3 records are 2 people")


def test_the_table_of_a_run_is_joined_without_its_texts_as_received(tmp_path: Path) -> None:
    rows = [row | {"id_pnc": f"{row['truth']}/90", "id_pnc_received": f"no. {n}"} for n, row in enumerate(people(20))]
    pq.write_table(table(rows), tmp_path / "person_records.parquet")
    model = tmp_path / "model.json"
    code, _ = joinedup("link", tmp_path / "person_records.parquet", "-o", tmp_path / "out.csv", "--save-model", model)
    assert code == 0
    assert "id_pnc_l" in model.read_text()
    assert "received" not in model.read_text()


@pytest.mark.parametrize("header", ["local_id,forenames,surname,dob", "local_id,id_passport", "record_id,id_pnc"])
def test_a_file_without_rows_gives_clusters_without_rows(tmp_path: Path, header: str) -> None:
    records = file_of(tmp_path, f"{header}\n")
    code, told = joinedup("link", records, "-o", tmp_path / "out.csv", "--pairs", tmp_path / "pairs.parquet")
    assert code == 0
    assert "0 records" in told
    assert (tmp_path / "out.csv").read_text().splitlines() == ['"record_id","person_id","cluster_weight"']
    assert pq.read_table(tmp_path / "pairs.parquet").num_rows == 0
    code, told = joinedup("link", records, "-o", tmp_path / "out.parquet", "--json")
    assert {"records": 0, "people": 0, "pairs": 0, "expected": None, "notes": []}.items() <= json.loads(told).items()
    assert pq.read_table(tmp_path / "out.parquet").schema.names == ["record_id", "person_id", "cluster_weight"]


def test_names_in_another_script_are_compared(tmp_path: Path) -> None:
    """Two mentions with a slip between them, another person of the same birth date, and one in Latin letters."""
    records = file_of(
        tmp_path,
        "local_id,forenames,surname,dob\n1,Юлия,Щербакова,1990-01-02\n2,Юлиа,Щербакова,1990-01-02\n"
        "3,Антон,Ковальчук,1990-01-02\n4,Yuliya,Shcherbakova,1990-01-02\n",
    )
    assert joinedup("link", records, "-o", tmp_path / "out.csv", "--threshold", "3")[0] == 0
    found = people_of(tmp_path / "out.csv")
    assert found["1"] == found["2"] == found["4"] != found["3"]
