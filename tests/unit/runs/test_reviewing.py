"""The stage of a run that finds cases to review, on tables made by hand: with groups and without."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.errors import ProjectError
from joinedup.runs.reviewing import pool, review
from joinedup.runs.stages import Work

THERE = {"source_file": "f.csv", "source_row": 2}
ROWS: dict[str, list[dict[str, Any]]] = {
    "crimes": [{"crime_id": "s:1", "system": "s", "force": "X01", "ho_class": "022/06", "outcome": "16",
                "offence_from": date(2013, 1, 1), "outcome_on": date(2014, 1, 1), **THERE}],
    "roles": [{"crime_id": "s:1", "record_id": "s:a", "role": "suspect", **THERE},
              {"crime_id": "s:1", "record_id": "s:v", "role": "victim", "stated_age": 14, **THERE}],
    "clusters": [{"record_id": "s:a", "person_id": "P1"}],
    "notes": [{"note_id": "s:n", "crime_id": "s:1", "text": "Zoltan said she consented. Pashto spoken.", **THERE}],
    "person_records": [{"record_id": "s:a", "system": "s", "local_id": "a", "forenames": "Zoltan", **THERE}],
}  # fmt: skip


def make(folder: Path, **more: list[dict[str, Any]]) -> Path:
    (folder / "tables").mkdir()
    given = {**ROWS, **more}
    for table in (*tables.RECORD_TABLES, tables.CLUSTERS, *(tables.named(name) for name in more)):
        rows = pa.Table.from_pylist(given.get(table.name, []), schema=table.schema)
        pq.write_table(table.conform(rows), folder / "tables" / f"{table.name}.parquet")
    with closing(DuckDBEngine()) as engine:
        review(Work(cast(Any, None), cast(Any, None), engine, folder, datetime.now(UTC)))
    return folder


def rules_of(folder: Path) -> set[str]:
    (case,) = pq.read_table(folder / "tables" / "review_cases.parquet").to_pylist()
    return {hit["rule"] for hit in case["hits"]}


def test_rules_fire_and_counts_are_made(tmp_path: Path) -> None:
    run = make(tmp_path)
    assert rules_of(run) == {"closed-without-charge", "rape-eligible", "consent-used-against-child"}
    counts = pq.read_table(run / "tables" / "review_counts.parquet").to_pylist()
    key = {"unit": "recorded", "force": "X01", "number": 1, "closed_without_charge": 1}
    assert {**key, "measure": "consent-used-against-child", "year": "2014", "category": "16", "unknown": 0} in counts
    law = "Sexual Offences Act 2003: not known"  # the suspect's age is not, but the class says an adult
    assert {**key, "measure": "two-laws", "year": "2013", "category": law, "unknown": None} not in counts
    law = "Sexual Offences Act 2003: would be rape"
    assert {**key, "measure": "two-laws", "year": "2013", "category": law, "unknown": None} in counts


def test_a_suspect_who_is_in_a_group_brings_a_case_up(tmp_path: Path) -> None:
    member = {"group_id": "G1", "person_id": "P1", "role": "suspect", "by": "crimes"}
    assert "suspect-in-a-group" in rules_of(make(tmp_path, group_members=[member]))


def test_a_case_without_notes_and_reason_is_counted_as_unknown(tmp_path: Path) -> None:
    run = make(tmp_path, notes=[])
    counts = pq.read_table(run / "tables" / "review_counts.parquet").to_pylist()
    (row,) = [row for row in counts if row["measure"] == "consent-used-against-child"]
    assert (row["number"], row["unknown"]) == (0, 1)


def test_the_pool_holds_words_without_names_and_origins(tmp_path: Path) -> None:
    made = pool(make(tmp_path))
    assert made.ids == ("s:1",)
    assert {"zoltan", "pashto"} <= made.masked
    assert made.matrix.shape[1] == len(made.hashes) + len(made.marks)


def test_a_run_from_before_reviews_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no cases to review"):
        pool(tmp_path)
