"""Two runs compared: every change with how much of it has which reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup import tables
from joinedup.cli.figures import figures as figures_command
from joinedup.errors import ProjectError
from joinedup.runs.comparing_runs import JOINED, JUDGED, MENDED, RECORDS, RULE, SUPPRESSED, Change, compare_runs
from joinedup.runs.figures import with_link_error
from joinedup.runs.project import new_project
from tests.unit.runs.test_figures import role

Rows = list[dict[str, Any]]
FIRST, SECOND = "20260101T000000Z", "20260102T000000Z"
OWN = "share-self-defined-ethnicity, record, White, own record only"
PEOPLE = "people-suspected, person, joined people"


def record(file: str, row: int, code: str | None = None) -> dict[str, Any]:
    """A record of `a/<file>`, named after its row."""
    return {
        "record_id": f"a:{file}{row}", "system": "a", "force": "X01", "local_id": f"{file}{row}",
        "self_defined_ethnicity": code, "source_file": f"a/{file}.csv", "source_row": row,
    }  # fmt: skip


MADE: dict[str, pa.Table] = {}
"""Figures that were made already, for most tests begin with the same run."""


class Runs:
    """A project whose two runs are made of rows written out in a test."""

    def __init__(self, folder: Path, figures_of: Callable[..., pa.Table]) -> None:
        self.folder, self.figures_of = new_project(folder), figures_of

    def make(self, name: str, records: Rows, digests: dict[str, str], **more: Any) -> None:
        run = self.folder / "runs" / name
        (run / "tables").mkdir(parents=True)
        roles = [{**role(one["record_id"]), **{k: one[k] for k in ("source_file", "source_row")}} for one in records]
        people = {one["record_id"]: one["record_id"] for one in records} | more.get("clusters", {})
        made = self._figures(records, roles, people)
        clusters = [{"record_id": record, "person_id": person} for record, person in people.items()]
        written = {
            "person_records": records, "roles": roles, "crimes": [], "clusters": clusters,
            "returns": more.get("returns", []), "person_events": more.get("events", []),
            "identities": [{"person_id": "p", "held": "x", "number": more.get("number", 1)}],
        }  # fmt: skip
        for table, rows in written.items():
            pq.write_table(
                pa.Table.from_pylist(rows, schema=tables.named(table).schema), run / "tables" / f"{table}.parquet"
            )
        pq.write_table(made, run / "tables" / "figures.parquet")
        (run / "manifest.json").write_text(json.dumps({"inputs": {f"sources/a/{k}": v for k, v in digests.items()}}))
        (self.folder / "runs" / "LATEST").write_text(name)

    def _figures(self, records: Rows, roles: Rows, clusters: dict[str, str]) -> pa.Table:
        asked = repr((records, clusters))
        if asked not in MADE:
            MADE[asked] = with_link_error(self.figures_of(records=records, roles=roles, clusters=clusters), [])
        return MADE[asked]

    def changes(self) -> dict[str, Change]:
        return {one.what: one for one in compare_runs(self.folder, FIRST).changes}


@pytest.fixture
def runs(tmp_path: Path, figures_of: Callable[..., pa.Table]) -> Runs:
    return Runs(tmp_path / "project", figures_of)


BASE = [record("x", n, "W1" if n < 40 else None) for n in range(100)]
SAME = {"x.csv": "1"}


def test_rows_of_a_file_that_changed_are_mended_and_other_rows_are_new(runs: Runs) -> None:
    runs.make(FIRST, BASE, SAME)
    now = [record("x", n, "W1" if n < 60 else None) for n in range(100)] + [record("y", n, "W1") for n in range(15)]
    runs.make(SECOND, now, {"x.csv": "2", "y.csv": "1"})
    change = runs.changes()[OWN]
    # 20 gaps of the first file were filled, and 15 records came.
    assert (change.before, change.now) == ((40, 100), (75, 115))
    assert change.reasons == {MENDED: 20, RECORDS: 15}


def test_the_same_file_read_otherwise_is_a_rule_that_changed(runs: Runs) -> None:
    runs.make(FIRST, BASE, SAME)
    runs.make(SECOND, [record("x", n, "W1" if n < 60 else None) for n in range(100)], SAME)
    assert runs.changes()[OWN].reasons == {RULE: 20}


def test_a_row_that_was_returned_is_mended_where_it_comes_back_and_a_rule_where_its_file_did_not_change(
    runs: Runs,
) -> None:
    returned = [
        {
            "source_file": "a/x.csv",
            "source_row": 100 + n,
            "rule": "r",
            "severity": "returned",
            "table": "person_records",
        }
        for n in range(12)
    ]
    runs.make(FIRST, BASE, SAME, returns=returned)
    now = [*BASE, *(record("x", 100 + n, "W1") for n in range(12))]
    runs.make(SECOND, now, SAME | {"x.mended.csv": "1"})
    assert runs.changes()[OWN].reasons == {MENDED: 12}
    runs.make("20260103T000000Z", now, SAME)
    assert runs.changes()[OWN].reasons == {RULE: 12}


def test_people_joined_by_a_judgement_and_otherwise_are_told_apart(runs: Runs) -> None:
    runs.make(FIRST, BASE, SAME)
    judged = {f"a:x{n}": f"a:x{n - n % 2}" for n in range(24)}  # 12 pairs
    others = {f"a:x{n}": f"a:x{n - n % 2}" for n in range(50, 80)}  # 15 pairs
    events = [
        {"number": 2, "kind": "joined", "before": [f"a:x{n}", f"a:x{n + 1}"], "after": [f"a:x{n}"], "ended": [],
         "cause": "judgement" if n < 24 else "records"}
        for n in [*range(0, 24, 2), *range(50, 80, 2)]
    ]  # fmt: skip
    runs.make(SECOND, BASE, SAME, clusters=judged | others, events=events, number=2)
    change = runs.changes()[PEOPLE]
    assert (change.before, change.now) == ((100, 100), (73, 100))
    assert change.reasons == {JUDGED: -12, JOINED: -15}


def test_a_figure_that_may_be_shown_of_one_run_only_says_so_and_shows_no_other(runs: Runs) -> None:
    runs.make(FIRST, BASE, SAME)
    few = [record("x", n, "W1" if n < 5 else None) for n in range(100)]
    runs.make(SECOND, few, {"x.csv": "2"})
    change = runs.changes()[OWN]
    assert (change.before, change.now, change.reasons) == ((40, 100), None, {SUPPRESSED: None})


def test_a_change_by_fewer_than_ten_is_counted_and_not_told(runs: Runs) -> None:
    runs.make(FIRST, BASE, SAME)
    runs.make(SECOND, [record("x", n, "W1" if n < 43 else None) for n in range(100)], {"x.csv": "2"})
    compared = compare_runs(runs.folder, FIRST)
    assert OWN not in {one.what for one in compared.changes}
    assert compared.untold > 0


def test_a_reason_of_fewer_than_ten_hides_how_much_each_reason_is(runs: Runs) -> None:
    runs.make(FIRST, BASE, SAME)
    now = [record("x", n, "W1" if n < 60 else None) for n in range(100)] + [record("y", n, "W1") for n in range(20)]
    now = [*now[:95], *now[100:]]  # and 5 are gone, who had no answer
    runs.make(SECOND, now, {"x.csv": "2", "y.csv": "1"})
    missing = runs.changes()["missing-self-defined-ethnicity, record, own record only"]
    assert missing.reasons == {MENDED: None, RECORDS: None}


def test_runs_that_are_alike_differ_in_nothing_and_one_that_is_not_there_is_refused(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    runs.make(FIRST, BASE, SAME)
    runs.make(SECOND, BASE, SAME)
    assert compare_runs(runs.folder, FIRST).changes == ()
    with pytest.raises(ProjectError, match="no run `20250101T000000Z`"):
        compare_runs(runs.folder, "20250101T000000Z")
    figures_command(runs.folder, against=FIRST)
    assert "Nothing that may be shown." in capsys.readouterr().out
    figures_command(runs.folder, against=FIRST, json=True)
    assert json.loads(capsys.readouterr().out)["untold"] == 0


def test_a_group_that_nobody_was_in_before_is_told_as_nobody_and_a_measure_that_was_not_counted_is_not(
    runs: Runs,
) -> None:
    runs.make(FIRST, BASE, SAME)
    now = [one | {"nationalities": ["POL"] if n < 30 else None} for n, one in enumerate(BASE)]
    runs.make(SECOND, now, {"x.csv": "2"})
    figures = runs.folder / "runs" / FIRST / "tables" / "figures.parquet"
    kept = [row for row in pq.read_table(figures).to_pylist() if not row["measure"].startswith("core-")]
    pq.write_table(pa.Table.from_pylist(kept, schema=tables.FIGURES.schema), figures)
    changes = runs.changes()
    change = changes["share-nationality, record, Poland, own record only"]
    assert (change.before, change.now, change.reasons) == ((0, 100), (30, 100), {MENDED: 30})
    assert not [what for what in changes if what.startswith("core-")]
