"""Judging at the prompt, in a project without a run: all but the queue works, and nothing is ever overwritten."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import WORKER, Said

COMMAND = Path(sys.executable).parent / "joinedup"


class Prompts:
    """The command line as several people have it: one process a person answers all that the person types."""

    def __init__(self) -> None:
        self.of: dict[str, subprocess.Popen[str]] = {}

    def type(self, by: str, *arguments: object) -> Said:
        if by not in self.of:
            self.of[by] = subprocess.Popen(
                [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env={**os.environ, "LOGNAME": by},
            )  # fmt: skip
        stdin, stdout = self.of[by].stdin, self.of[by].stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps([by, ["judge", *map(str, arguments)]]) + "\n")
        stdin.flush()
        return Said(*json.loads(stdout.readline())[1:])


@pytest.fixture(scope="module")
def prompts() -> Iterator[Prompts]:
    made = Prompts()
    yield made
    for process in made.of.values():
        process.communicate(timeout=60)


@pytest.fixture
def judge(prompts: Prompts) -> Callable[..., Said]:
    return lambda *arguments, by="j.doe": prompts.type(by, *arguments)


@pytest.fixture
def told(judge: Callable[..., Said]) -> Callable[..., Any]:
    """What a command answers as JSON."""

    def answer(*arguments: object, by: str = "j.doe", code: int = 0) -> Any:
        done = judge(*arguments, "--json", by=by)
        assert (done.code, done.err) == (code, ""), done.out
        return json.loads(done.out)

    return answer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "joinedup.toml").write_text('[project]\nname = "p"\ninvented = true\n')
    return folder


def log_of(project: Path) -> list[tuple[object, ...]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute("SELECT * FROM audit_log").fetchall()
    finally:
        store.close()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_contradiction_is_taken_and_told_with_its_chain_until_a_judgement_is_taken_back(
    project: Path, told: Callable[..., Any], judge: Callable[..., Said]
) -> None:
    told("same", project, "a:1", "b:1", "--why", "one scar")
    told("same", project, "b:1", "c:1", "--why", "one phone", by="k.roe")
    made = told("different", project, "c:1", "a:1", "--why", "seen together")
    assert made["contradictions"] == [{"record_id_l": "a:1", "record_id_r": "c:1", "chain": ["a:1", "b:1", "c:1"]}]
    assert made["resting"] == ["a:1", "c:1"]
    assert "a:1 > b:1 > c:1" in judge("contradictions", project).out
    second = told("list", project)[1]["number"]
    assert told("retire", project, second, "--why", "another's phone") == {"number": second, "holds": None}
    assert told("contradictions", project) == {"contradictions": [], "disputed": []}
    assert [row["retired_by"] for row in told("list", project)] == [None, "j.doe", None]
    found = told("status", project)
    assert (found["judgements"], found["retired"], found["resting"]) == (3, 1, 2)
    assert found["verdicts"] == {"same": 1, "different": 1, "unsure": 0}


def test_two_people_who_differ_are_told_and_unsure_undoes_nothing(
    project: Path, told: Callable[..., Any], judge: Callable[..., Said]
) -> None:
    told("same", project, "a:1", "b:1", "--why", "one scar")
    assert told("unsure", project, "a:1", "b:1", "--why", "a poor copy", by="k.roe")["holds"] == "same"
    assert "still holds" in judge("unsure", project, "a:1", "b:1", "--why", "a poor copy", by="k.roe").out
    assert told("different", project, "a:1", "b:1", "--why", "seen together", by="m.poe")["holds"] == "different"
    assert told("contradictions", project)["disputed"] == [["a:1", "b:1"]]


def test_every_judgement_and_every_look_is_in_the_log(project: Path, told: Callable[..., Any]) -> None:
    told("same", project, "a:1", "b:1", "--why", "Bram Quillhaven told me")
    told("list", project)
    told("export", project, project / "out.csv")
    done = subprocess.run([COMMAND, "audit", "verify", project, "--json"], capture_output=True, text=True, check=True)
    log = json.loads(done.stdout)
    assert (log["whole"], log["entries"]) == (True, 1 + 1 + 1)
    assert "Quillhaven" not in str(log_of(project))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("same", "a:1", "a:1", "--why", "x"), "are one"),
        (("same", "a:1", "b:1", "--why", " "), "nothing here"),
        (("retire", "99", "--why", "x"), "no judgement of this number"),
        (("retire", "first", "--why", "x"), "whole number"),
        (("export", "out.xlsx"), "written as .csv"),
        (("import", "absent.csv"), "no such file"),
        (("queue",), "no run yet"),
        (("queue", "--batch", "0"), "one pair or more"),
        (("same", "a:1", "--why", "x"), "Name two records"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_what_to_do(
    project: Path, arguments: tuple[str, ...], says: str, judge: Callable[..., Said]
) -> None:
    command, *rest = arguments
    done = judge(command, project, *rest)
    assert (done.code, says in done.err, "Traceback" in done.err) == (2, True, False), done.err


def test_what_is_exported_is_imported_once_whole_and_as_it_was(
    project: Path, tmp_path: Path, told: Callable[..., Any]
) -> None:
    told("same", project, "a:1", "b:1", "--why", '=HYPERLINK("x")\nand "one" scar, seen')
    told("different", project, "a:1", "c:1", "--why", "-", by="k.roe")
    number = told("list", project)[1]["number"]
    told("retire", project, number, "--why", "a slip", "--again")
    out = tmp_path / "judgements.csv"
    assert told("export", project, out)["judgements"] == 2
    assert rows_of(out)[0]["why"].startswith("'=")
    other = tmp_path / "q"
    other.mkdir()
    (other / "joinedup.toml").write_text('[project]\nname = "q"\ninvented = true\n')
    assert told("import", other, out, by="m.poe") == {"taken": 2, "retired": 1, "already": 0, "bad": []}
    assert told("import", other, out, by="m.poe") == {"taken": 0, "retired": 0, "already": 2, "bad": []}
    same = [name for name in told("list", project)[0] if name != "number"]
    here, there = ([{name: row[name] for name in same} for row in told("list", one)] for one in (project, other))
    assert here == there


def test_a_row_that_stands_twice_is_one_judgement_and_a_later_copy_can_take_it_back(
    project: Path, tmp_path: Path, told: Callable[..., Any]
) -> None:
    row = {"record_id_l": "b:1", "record_id_r": "a:1", "verdict": "same", "by": "j.doe", "why": "one scar"}
    path = tmp_path / "in.csv"
    write_rows(path, [row | {"at": "2026-03-02T12:00:00Z"}, row | {"at": "2026-03-02T13:00:00+01:00"}])
    assert told("import", project, path) == {"taken": 1, "retired": 0, "already": 1, "bad": []}
    gone = {"retired_at": "2026-03-03T12:00:00Z", "retired_by": "k.roe", "retired_why": "a slip"}
    write_rows(path, [row | {"at": "2026-03-02T12:00:00Z"} | gone])
    assert told("import", project, path) == {"taken": 0, "retired": 1, "already": 0, "bad": []}
    assert told("status", project)["retired"] == 1


def test_every_bad_row_is_told_with_its_place_and_then_nothing_is_taken(
    project: Path, tmp_path: Path, told: Callable[..., Any], judge: Callable[..., Said]
) -> None:
    good = {
        "record_id_l": "a:1", "record_id_r": "b:1", "verdict": "same", "by": "j.doe", "at": "2026-03-02T12:00:00Z",
        "why": "one scar", "reading": "", "retired_at": "", "retired_by": "", "propose_again": "",
    }  # fmt: skip
    wrong = [
        {"verdict": "Secretz"}, {"record_id_r": "a:1"}, {"at": "2 March"}, {"at": "2026-03-02"}, {"by": ""},
        {"at": "2999-01-01T00:00:00Z"}, {"reading": "3"}, {"retired_by": "k.roe"}, {"propose_again": "perhaps"},
        {"retired_at": "2026-03-03T12:00:00Z", "retired_by": "k.roe"},
    ]  # fmt: skip
    path = tmp_path / "in.csv"
    write_rows(path, [good, *(good | one for one in wrong)])
    with path.open("a") as stream:
        stream.write("a:1,b:1,same\n")
    found = told("import", project, path, code=2)
    assert (found["taken"], found["already"]) == (0, 0)
    assert [(one["row"], one["column"]) for one in found["bad"]] == [
        (3, "verdict"), (4, "record_id_r"), (5, "at"), (6, "at"), (7, "by"), (8, "at"), (9, "reading"),
        (10, "retired_at"), (11, "propose_again"), (12, "retired_why"), (13, None),
    ]  # fmt: skip
    assert all(one["rule"] and one["message"] and one["remedy"] for one in found["bad"])
    said = judge("import", project, path)
    assert said.code == 2
    assert "row 3, column `verdict`" in said.out
    assert "Secretz" not in said.out + said.err + json.dumps(found)
    assert told("list", project) == []


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("record_id_l,record_id_r,verdict,by,at", "`why` is missing"),
        ("record_id_l,record_id_r,verdict,by,at,why,retird_at", "number 7 is none of a judgement's. Did you mean"),
        ("Quillhaven,record_id_r,verdict,by,at,why,record_id_l", "number 1 is none of a judgement's"),
    ],
)
def test_a_file_with_other_columns_is_refused_as_a_whole(
    project: Path, tmp_path: Path, header: str, says: str, judge: Callable[..., Said]
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"{header}\na,b,same,j.doe,2026-03-02T12:00:00Z,x,y\n")
    done = judge("import", project, path)
    assert (done.code, says in done.err, "Quillhaven" in done.err) == (2, True, False), done.err
