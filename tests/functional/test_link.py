"""`joinedup link` at the prompt: any table of people, a model to keep and to bring, Splink to check it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

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
