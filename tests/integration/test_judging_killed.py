"""Several people judge at once, and their processes are killed: no judgement that was acknowledged is ever lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from joinedup.audit import open_store, verify
from joinedup.linkage import judgements

KILLS = 1_000 if os.environ.get("JOINEDUP_SCALE") == "full" else 12
AT_ONCE = 2

# Forked from a process that has imported everything, so that a kill strikes writing and not starting. Each child says
# what it has committed, after committing it. Every third time it takes a judgement back.
WRITERS = """
import os, sys
from pathlib import Path
from joinedup.audit import open_store, transaction
from joinedup.linkage.judgements import Judgement, Retiring, record, retire

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())  # a whole line in one go, whoever else writes

def write(name):
    store = open_store(Path(sys.argv[1]))
    for turn in range(10**9):
        said = Judgement(f"{name}:{turn}", "z:1", ("same", "different", "unsure")[turn % 3], name, "seen both")
        with transaction(store):
            number = record(store, said)
        say("judged", number)
        if turn % 3 == 2:
            with transaction(store):
                retire(store, number, Retiring(name, "a slip"))
            say("retired", number)

say("ready")
for line in sys.stdin:
    children = []
    for name in line.split():
        if (child := os.fork()) == 0:
            write(name)
        children.append(child)
    say("started", *children)
    for child in children:
        os.waitpid(child, 0)
    say("ended")
"""

JUDGES = """
import sys
from pathlib import Path
from joinedup.runs.judging import judge
sys.stdin.readline()
for turn in range(int(sys.argv[3])):
    done = judge(Path(sys.argv[1]), "a:1", f"b:{turn}", "same", why="seen both", by=sys.argv[2])
    print(done.number, flush=True)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "joinedup.toml").write_text('[project]\nname = "p"\ninvented = true\n')
    return tmp_path


@contextmanager
def python(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], stdin=pipe, stdout=pipe, text=True
    ) as running:
        yield running


def of(store: sqlite3.Connection, statement: str) -> set[int]:
    return {row[0] for row in store.execute(statement).fetchall()}


def killed_while_writing(writers: subprocess.Popen[str], names: list[str], after: float) -> Iterator[list[str]]:
    """What was acknowledged, line by line, by writers that are killed `after` seconds."""
    assert writers.stdin is not None and writers.stdout is not None
    writers.stdin.write(" ".join(names) + "\n")
    writers.stdin.flush()
    lines = iter(writers.stdout.readline, "")
    early = []
    for line in lines:
        if line.startswith("started"):
            break
        early.append(line.split())
    time.sleep(after)
    for child in line.split()[1:]:
        os.kill(int(child), signal.SIGKILL)
    yield from early
    for line in lines:
        if line == "ended\n":
            return
        yield line.split()


@pytest.mark.proof
def test_no_acknowledged_judgement_is_lost_however_often_its_writer_is_killed(project: Path) -> None:
    draw, judged, retired = random.Random(1), set[int](), set[int]()
    with closing(open_store(project)) as store, python(WRITERS, project) as writers:
        assert writers.stdout is not None and writers.stdin is not None
        assert writers.stdout.readline() == "ready\n"
        for kill in range(0, KILLS, AT_ONCE):
            names = [f"j.doe{kill + n}" for n in range(AT_ONCE)]
            for what, number in killed_while_writing(writers, names, draw.uniform(0.005, 0.06)):
                (judged if what == "judged" else retired).add(int(number))
            assert judged <= of(store, "SELECT number FROM judgement_events")
            assert retired <= of(store, "SELECT number FROM judgement_retirings")
            if kill % 50 == 0:
                assert verify(store).whole
        writers.stdin.close()
        found = verify(store)
        events = of(store, "SELECT number FROM judgement_events")
        assert found.whole
        assert events == of(store, "SELECT sequence FROM audit_log WHERE why = 'two records judged'")
        assert found.entries == len(events) + len(of(store, "SELECT number FROM judgement_retirings"))
        assert judgements.all_judgements(store).num_rows == len(events)
    assert len(judged) > KILLS
    print(f"{KILLS} kills: {len(judged)} judgements and {len(retired)} retirings acknowledged, none lost")


def test_several_people_judge_at_once_and_nothing_is_lost(project: Path) -> None:
    people, each = ["j.doe", "k.roe", "m.poe"], 8
    with (
        python(JUDGES, project, people[0], each) as one,
        python(JUDGES, project, people[1], each) as two,
        python(JUDGES, project, people[2], each) as three,
    ):
        said = [running.communicate("go\n", timeout=120)[0].split() for running in (one, two, three)]
    with closing(open_store(project)) as store:
        rows = judgements.all_judgements(store).to_pylist()
        assert verify(store).whole
    assert [len(numbers) for numbers in said] == [each] * 3
    for by, numbers in zip(people, said, strict=True):
        assert [str(row["number"]) for row in rows if row["by"] == by] == numbers
    assert len({row["number"] for row in rows}) == len(people) * each
