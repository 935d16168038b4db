"""Clerical review of a run: what is asked, of whom, what is shown, and that the next run obeys."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup import tables
from joinedup.audit import open_store, project_salt
from joinedup.linkage.readings import FIRST, SECOND, chosen
from joinedup.runs import judge, judge_queue, judge_status, list_judgements, retire_judgement
from joinedup.runs.folder import latest
from joinedup.runs.judging_queue import Batch

Pair = tuple[str, str]


@pytest.fixture
def project(ran_village: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "village"
    shutil.copytree(ran_village, folder)
    return folder


def path(project: Path, table: str) -> Path:
    return latest(project / "runs") / "tables" / f"{table}.parquet"


def people(project: Path) -> dict[str, str]:
    return {row["record_id"]: row["person_id"] for row in pq.read_table(path(project, "clusters")).to_pylist()}


def queue(project: Path, batch: int, by: str = "j.doe") -> Batch:
    return judge_queue(project, batch=batch, why="op-417", by=by)


def pairs(batch: Batch) -> list[Pair]:
    return [(one.record_id_l, one.record_id_r) for one in batch.questions]


def decide(project: Path, pair: Pair, verdict: str, by: str = "j.doe") -> int:
    return judge(project, *pair, verdict, why="seen both files", by=by).number


def log(project: Path) -> list[tuple[str, str, str, str]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute("SELECT act, done_by, why, subjects FROM audit_log ORDER BY sequence").fetchall()
    finally:
        store.close()


def test_the_most_changing_pairs_come_first_and_a_smaller_batch_is_their_beginning(project: Path) -> None:
    many = queue(project, 30)
    flips = [one.flips for one in many.questions]
    assert len(set(pairs(many))) == 30
    assert pairs(queue(project, 5)) == pairs(many)[:5]
    assert sum(flips[:10]) > sum(flips[-10:])


def test_whoever_judges_sees_what_is_compared_and_nothing_that_is_protected(project: Path) -> None:
    one = queue(project, 1).questions[0]
    shown = [column.column for column in one.columns]
    kept = {c.name for c in tables.PERSON_RECORDS.columns if c.protected} | {"occupation", "record_id"}
    assert {"surname", "forenames", "dob"} <= set(shown)
    assert kept.isdisjoint(shown)
    assert set(asdict(one)) == {"record_id_l", "record_id_r", "flips", "columns"}


def test_the_queue_is_the_same_whatever_ethnicity_nationality_origin_and_occupation_say(project: Path) -> None:
    before = queue(project, 40)
    records = pq.read_table(path(project, "person_records"))
    for column in tables.PERSON_RECORDS.columns:
        if column.protected or column.name == "occupation":
            place = records.column_names.index(column.name)
            values = records[column.name].to_pylist()
            records = records.set_column(place, records.schema.field(place), pa.array(values[::-1], column.type))
    pq.write_table(records, path(project, "person_records"))
    assert queue(project, 40) == before


def test_a_look_at_the_queue_is_logged_with_every_record_shown(project: Path) -> None:
    before = len(log(project))
    shown = {one for pair in pairs(queue(project, 7)) for one in pair}
    (entry,) = log(project)[before:]
    assert entry[:3] == ("consultation", "j.doe", "op-417")
    assert len(json.loads(entry[3])) == len(shown)
    assert not any(one in entry[3] for one in shown)


def test_what_was_judged_is_not_asked_again_and_what_was_different_never_unless_somebody_said_so(
    project: Path,
) -> None:
    same, different, again, unsure = pairs(queue(project, 4))
    decide(project, same, "same")
    number, second = (decide(project, pair, "different") for pair in (different, again))
    decide(project, unsure, "unsure")
    assert {same, different, again, unsure}.isdisjoint(pairs(queue(project, 50)))
    retire_judgement(project, number, why="a slip", by="j.doe")
    retire_judgement(project, second, why="a slip", by="j.doe", again=True)
    everything = pairs(queue(project, 100_000))
    assert different not in everything
    assert again in everything
    assert unsure not in everything
    assert unsure in pairs(queue(project, 100_000, by="k.roe"))


def test_a_record_that_its_sender_restricted_is_shown_to_nobody(project: Path) -> None:
    hidden = pairs(queue(project, 1))[0][0]
    records = pq.read_table(path(project, "person_records"))
    place = records.column_names.index("restriction")
    said = ["restricted" if one == hidden else None for one in records["record_id"].to_pylist()]
    pq.write_table(
        records.set_column(place, records.schema.field(place), pa.array(said, pa.string())),
        path(project, "person_records"),
    )
    found = queue(project, 100_000)
    assert found.restricted == 1
    assert hidden not in {one for pair in pairs(found) for one in pair}


def test_a_tenth_is_read_twice_blind_and_agreement_is_reported(project: Path) -> None:
    store = open_store(project)
    salt = project_salt(store)
    store.close()
    asked = pairs(queue(project, 100_000))
    twice, once = ([pair for pair in asked if chosen(pair, salt) is wanted][:6] for wanted in (True, False))
    for pair in [*twice, *once]:
        decide(project, pair, "same")
    assert set(pairs(queue(project, 100_000))).isdisjoint(twice)
    offered = queue(project, 40, by="k.roe")
    second = [one for one in offered.questions if (one.record_id_l, one.record_id_r) in twice]
    assert len(second) == 40 * 0.1
    assert {tuple(asdict(one)) for one in offered.questions} == {("record_id_l", "record_id_r", "flips", "columns")}
    assert set(pairs(offered)).isdisjoint(once)
    for place, one in enumerate(second):
        decide(project, (one.record_id_l, one.record_id_r), "different" if place == 0 else "same", by="k.roe")
    found = judge_status(project)
    assert (found.agreement.cases, found.agreement.raw, found.disputed) == (4, 3 / 4, 1)
    readings = list_judgements(project, why="op-417")["reading"].to_pylist()
    assert sorted(one for one in readings if one) == [FIRST] * 6 + [SECOND] * 4


def test_labels_say_how_right_the_threshold_was_and_change_nothing(project: Path) -> None:
    threshold = json.loads((latest(project / "runs") / "linkage.json").read_text())["threshold"]
    scored = [row for row in pq.read_table(path(project, "pairs")).to_pylist() if row["match_weight"] is not None]
    above = [row for row in scored if row["match_weight"] >= threshold][:5]
    model = (latest(project / "runs") / "model.json").read_bytes()
    for place, row in enumerate(above):
        decide(project, (row["record_id_l"], row["record_id_r"]), "different" if place == 0 else "same")
    decide(project, ("x01-crime:nobody", "x02-crime:nobody"), "same")
    found = judge_status(project)
    assert found.labels is not None
    assert (found.labels.above.same, found.labels.above.judged, found.labels.below.judged) == (4, 5, 0)
    assert (found.unweighed, found.resting, found.judgements) == (1, 1, 6)
    assert (latest(project / "runs") / "model.json").read_bytes() == model


def test_the_next_run_obeys_and_asks_nothing_that_was_answered(project: Path, joinedup: Any) -> None:
    before = people(project)
    asked = pairs(queue(project, 100_000))
    together = next(pair for pair in asked if before[pair[0]] == before[pair[1]])
    apart = next(pair for pair in asked if before[pair[0]] != before[pair[1]])
    decide(project, together, "different")
    decide(project, apart, "same")
    done = joinedup("run", project, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    after = people(project)
    assert after[together[0]] != after[together[1]]
    assert after[apart[0]] == after[apart[1]]
    assert {together, apart}.isdisjoint(pairs(queue(project, 100_000)))  # others may be asked for a second reading
    kept = pq.read_table(path(project, "judgements"))
    assert set(kept["verdict"].to_pylist()) == {"same", "different"}
    told = joinedup("judge", "queue", project, "--batch", "3")
    assert (told.returncode, told.stdout.count("The answer may change")) == (0, 3)
