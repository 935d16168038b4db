"""A run from extracts to figures: whole, the same twice, resumed, locked, logged."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup import tables
from joinedup.runs.folder import finished, latest
from joinedup.tables.grouped import GROUP_TABLES


def only_run(folder: Path) -> Path:
    (run,) = finished(folder / "runs")
    return run


def bytes_of_tables(run: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((run / "tables").glob("*.parquet"))}


def manifest(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text())
    return found


def test_a_run_folder_holds_tables_manifest_model_and_report_and_nothing_half_written(ran_village: Path) -> None:
    run = only_run(ran_village)
    names = {p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file()}
    kept = {t.name for t in tables.RECORD_TABLES} | {"returns", "completeness", "soundness"}
    kept |= {one.name for one in GROUP_TABLES} | {"review_cases", "review_counts"}
    kept |= {"pairs", "clusters", "identities", "person_events", "judgements", "people", "figures", "claims"}
    expected = {f"tables/{name}.parquet" for name in kept}
    joins = {"strict.parquet", "loose.parquet"}
    index = {name for name in names if name.startswith("index/")}
    told = json.loads((run / "index" / "head.json").read_text())["files"]
    assert index == {"index/head.json"} | {f"index/{name}.npy" for name in told}
    assert names - index == expected | joins | {
        "linkage.json",
        "manifest.json",
        "model.json",
        "report.html",
        "sources.json",
    }
    assert list((ran_village / "runs" / ".partial").iterdir()) == []
    assert latest(ran_village / "runs") == run


def test_every_table_has_the_shape_it_was_promised(ran_village: Path) -> None:
    for path in (only_run(ran_village) / "tables").glob("*.parquet"):
        assert pq.read_schema(path).equals(tables.named(path.stem).schema), path.name


def test_keys_are_unique_in_every_table(ran_village: Path) -> None:
    for name in ("person_records", "crimes", "clusters", "pairs", "figures", "notes"):
        key = list(tables.named(name).key)
        rows = pq.read_table(only_run(ran_village) / "tables" / f"{name}.parquet", columns=key)
        assert rows.group_by(key).aggregate([]).num_rows == rows.num_rows, name


def test_the_same_run_twice_gives_the_same_bytes(ran_village: Path, joinedup: Any, tmp_path: Path) -> None:
    again = tmp_path / "village"
    shutil.copytree(ran_village, again)
    shutil.rmtree(again / "runs")
    assert joinedup("run", again).returncode == 0
    assert bytes_of_tables(only_run(again)) == bytes_of_tables(only_run(ran_village))
    for path in (only_run(again) / "index").iterdir():
        assert path.read_bytes() == (only_run(ran_village) / "index" / path.name).read_bytes(), path.name


def test_counts_reconcile_from_rows_sent_to_records_joined(ran_village: Path, joinedup: Any) -> None:
    run = only_run(ran_village)
    counts = {s["name"]: s["counts"] for s in manifest(run)["stages"]}
    returns = pq.read_table(run / "tables" / "returns.parquet").to_pylist()
    returned = {(r["source_file"], r["source_row"]) for r in returns if r["severity"] == "returned"}
    records = pq.read_table(
        run / "tables" / "person_records.parquet", columns=["source_file", "source_row"]
    ).to_pylist()
    assert not returned & {(r["source_file"], r["source_row"]) for r in records}
    assert counts["link"]["person_records"] == counts["collect"]["person_records"] == len(records)
    clusters = pq.read_table(run / "tables" / "clusters.parquet")
    assert clusters.num_rows == len(records)
    assert counts["link"]["persons"] == len(clusters["person_id"].unique())
    assert counts["collect"]["rows_sent"] == sum(one["rows"] for one in json.loads((run / "sources.json").read_text()))


def test_the_manifest_lets_anyone_check_inputs_and_tables(ran_village: Path) -> None:
    told = manifest(only_run(ran_village))
    for path, digest in told["inputs"].items():
        assert hashlib.sha256((ran_village / path).read_bytes()).hexdigest() == digest
    assert {f"{n}.parquet": t["sha256"] for n, t in told["tables"].items()} == bytes_of_tables(only_run(ran_village))
    for stage in told["stages"]:
        assert stage["seconds"] >= 0
        assert stage["peak_memory_mb"] > 0


PROTECTED = re.compile(
    r"^\s*(self_defined_ethnicity|observed_ethnicity|nationalities|birth_place)(_reason)? = .*$", re.M
)


def test_taking_every_protected_column_away_from_every_system_changes_no_link(
    ran_village: Path, joinedup: Any, tmp_path: Path
) -> None:
    """Stronger than swapping values, which is done record by record in the tests of linkage."""
    again = tmp_path / "village"
    shutil.copytree(ran_village, again)
    shutil.rmtree(again / "runs")
    taken = 0
    for path in again.rglob("source.toml"):
        text, count = PROTECTED.subn("", path.read_text())
        path.write_text(text)
        taken += count
    assert taken > 20
    assert joinedup("run", again).returncode == 0
    before, after = bytes_of_tables(only_run(ran_village)), bytes_of_tables(only_run(again))
    assert before["person_records.parquet"] != after["person_records.parquet"]
    assert before["clusters.parquet"] == after["clusters.parquet"]
    assert before["pairs.parquet"] == after["pairs.parquet"]


def small_project(folder: Path, rows: int = 30) -> Path:
    system = folder / "sources" / "alpha"
    system.mkdir(parents=True)
    (folder / "joinedup.toml").write_text('[project]\nname = "small"\n[runs]\nkeep = 2\n')
    people = "".join(f"{n},Ann{chr(97 + n % 25)},Smith,1990-01-{n % 28 + 1:02},GBR,W1\n" for n in range(rows))
    header = "local_id,forenames,surname,dob,nationalities,self_defined_ethnicity\n"
    (system / "person_records.csv").write_text(header + people)
    return folder


class Stopped(Exception):
    """Somebody stopped the run."""


def stopped_before_counting(folder: Path) -> Path:
    """A project whose run was stopped when extracts were collected and records joined, and no more."""
    from joinedup.runs import run

    def stop(number: int, of: int, says: str) -> None:
        if number == 3:
            raise Stopped

    small_project(folder)
    with pytest.raises(Stopped):
        run(folder, progress=stop)
    return folder


def test_a_stage_whose_inputs_are_unchanged_is_not_done_again(tmp_path: Path, joinedup: Any) -> None:
    from joinedup.runs import run

    folder = stopped_before_counting(tmp_path / "p")
    assert finished(folder / "runs") == []
    ran = run(folder)
    assert ran.resumed == ("collect", "link")
    assert len(finished(folder / "runs")) == 1


def test_a_changed_threshold_keeps_what_was_collected_and_links_anew(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = stopped_before_counting(tmp_path / "p")
    (folder / "joinedup.toml").write_text('[project]\nname = "small"\n[link]\nthreshold = 20\n')
    assert run(folder).resumed == ("collect",)


def test_a_changed_extract_starts_over(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = stopped_before_counting(tmp_path / "p")
    with (folder / "sources" / "alpha" / "person_records.csv").open("a") as stream:
        stream.write("99,New,Person,1991-01-01,GBR,W1\n")
    ran = run(folder)
    assert (ran.resumed, ran.counts["records"]) == ((), 31)


def test_a_second_run_at_once_is_refused_and_the_lock_goes_with_its_holder(tmp_path: Path, joinedup: Any) -> None:
    folder = small_project(tmp_path / "p")
    (folder / "runs").mkdir()
    with (folder / "runs" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = joinedup("run", folder, "--json")
        assert refused.returncode == 2
        assert json.loads(refused.stdout)["error"]["code"] == "BusyError"
    assert joinedup("run", folder).returncode == 0


def test_old_runs_are_removed_and_the_newest_is_named(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = small_project(tmp_path / "p")
    names = [run(folder).folder.name for _ in range(3)]
    assert [p.name for p in finished(folder / "runs")] == names[1:]
    assert (folder / "runs" / "LATEST").read_text().strip() == names[2]


def test_the_log_holds_the_run_and_no_values_and_a_change_to_it_is_found(tmp_path: Path, joinedup: Any) -> None:
    import sqlite3

    folder = small_project(tmp_path / "p")
    assert joinedup("run", folder).returncode == 0
    whole = joinedup("audit", "verify", folder, "--json")
    assert (whole.returncode, json.loads(whole.stdout)["whole"]) == (0, True)
    with sqlite3.connect(folder / "joinedup.sqlite") as store:
        rows = store.execute("SELECT act, done_by, detail FROM audit_log ORDER BY sequence").fetchall()
        assert [r[0] for r in rows] == ["run_started", "collection", "combination", "combination", "run_finished"]
        assert "Ann1" not in str(rows)
        assert "Smith" not in str(rows)
        store.execute("DROP TRIGGER audit_log_is_not_deleted")
        store.execute("DELETE FROM audit_log WHERE sequence = 5")
        store.execute("UPDATE audit_head SET entries = 4, hash = (SELECT hash FROM audit_log WHERE sequence = 4)")
    store.close()
    cut = joinedup("audit", "verify", folder, "--json")  # the run's manifest remembers the head that was cut off
    assert (cut.returncode, json.loads(cut.stdout)["whole"]) == (1, False)


def test_strict_ends_with_1_when_rows_are_marked(tmp_path: Path, joinedup: Any) -> None:
    folder = small_project(tmp_path / "p")
    with (folder / "sources" / "alpha" / "person_records.csv").open("a") as stream:
        stream.write("99,New,Person,not a date,GBR,W1\n")
    assert joinedup("run", folder).returncode == 0
    assert joinedup("run", folder, "--strict").returncode == 1


def test_mode_new_returns_what_historic_marks(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = small_project(tmp_path / "p")
    with (folder / "sources" / "alpha" / "person_records.csv").open("a") as stream:
        stream.write("99,New,Person,1990-01-01,,\n")
    historic = run(folder).counts
    (folder / "joinedup.toml").write_text('[project]\nname = "small"\n[gate]\nmode = "new"\n')
    new = run(folder).counts
    assert (historic["returned"], historic["marked"], historic["records"]) == (0, 31, 31)  # no contact, for one
    assert (new["returned"], new["marked"], new["records"]) == (1, 30, 30)


def test_a_project_list_stands_in_for_a_shipped_one(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = small_project(tmp_path / "p")
    (folder / "codes").mkdir()
    (folder / "codes" / "our-groups.csv").write_text("code,label,reason,also\nG1,First,,one\nGX,Unknown,not_known,\n")
    (folder / "joinedup.toml").write_text('[project]\nname = "small"\n[codes]\nobserved_ethnicity = "our-groups"\n')
    system = folder / "sources" / "alpha"
    (system / "person_records.csv").write_text("local_id,surname,observed_ethnicity\n1,A,One\n2,B,GX\n3,C,9\n")
    rows = pq.read_table(run(folder).folder / "tables" / "person_records.parquet")
    found = [(r["observed_ethnicity"], r["observed_ethnicity_reason"]) for r in rows.to_pylist()]
    assert found == [("G1", None), (None, "not_known"), (None, "unmapped")]
    assert isinstance(rows, pa.Table)


def test_a_keyed_join_passes_over_people_who_were_not_accepted(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = tmp_path / "p"
    for system, person in (("a", "9"), ("b", "1")):
        place = folder / "sources" / system
        place.mkdir(parents=True)
        (place / "person_records.csv").write_text("local_id,surname\n1,Smith\n2,Jones\n")
        (place / "roles.csv").write_text(f"crime_id,record_id,role\nC1,{person},suspect\nC2,2,suspect\n")
    join = '[[keyed_join]]\nname = "j"\nsystems = ["a", "b"]\n'
    (folder / "joinedup.toml").write_text("[project]\n" + join)
    pairs = pq.read_table(run(folder).folder / "tables" / "pairs.parquet").to_pylist()
    by_key = [(p["record_id_l"], p["record_id_r"]) for p in pairs if p["match_weight"] is None]
    assert by_key == [("a:2", "b:2")]


def test_a_system_in_two_folders_is_counted_once(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = tmp_path / "p"
    for name, ref in (("one", 1), ("two", 2)):
        place = folder / "sources" / name
        place.mkdir(parents=True)
        (place / "people.csv").write_text(f"REF,NAME\n{ref},Smith\n{ref},Jones\n")
        (place / "source.toml").write_text(
            'system = "same"\n[[table]]\nname = "person_records"\nfiles = "people.csv"\n'
            '  [table.columns]\n  local_id = "REF"\n  surname = "NAME"\n'
        )
    (folder / "joinedup.toml").write_text("[project]\n")
    figures = pq.read_table(run(folder).folder / "tables" / "figures.parquet").to_pylist()
    (returned,) = [
        f for f in figures if f["measure"] == "returned" and f["area"] == "system:same" and f["group"] == "all"
    ]
    assert (returned["numerator"], returned["denominator"]) == (2, 4)


def test_what_a_killed_engine_spilled_is_not_published(tmp_path: Path) -> None:
    from joinedup.runs import run

    folder = stopped_before_counting(tmp_path / "p")
    (left,) = (folder / "runs" / ".partial").iterdir()
    (left / "spill").mkdir()
    (left / "spill" / "duckdb_temp.tmp").write_text("values")
    assert not (run(folder).folder / "spill").exists()


def test_nothing_is_logged_as_done_that_was_not(tmp_path: Path, joinedup: Any) -> None:
    import sqlite3

    folder = small_project(tmp_path / "p")
    (folder / "sources" / "alpha" / "person_records.csv").write_text("surname,dob\nSmith,1990-01-01\n")
    assert joinedup("run", folder).returncode == 2
    store = sqlite3.connect(folder / "joinedup.sqlite")
    try:
        assert [act for (act,) in store.execute("SELECT act FROM audit_log")] == ["run_started"]
    finally:
        store.close()


def test_a_run_that_is_removed_is_logged(tmp_path: Path) -> None:
    import sqlite3

    from joinedup.runs import run

    folder = small_project(tmp_path / "p")
    for _ in range(3):
        run(folder)
    store = sqlite3.connect(folder / "joinedup.sqlite")
    try:
        acts = [act for (act,) in store.execute("SELECT act FROM audit_log")]
    finally:
        store.close()
    assert acts.count("run_removed") == 1
