"""A file of new and corrected records, added to what an earlier joining kept."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from joinedup.errors import BusyError, ExtractError, LinkageError, StorageError
from joinedup.linkage.store.kept import open_store
from joinedup.runs import Added, AddedFile, add_file, link_file
from joinedup.runs.linking import Asked
from tests.unit.linkage.invented_people import people, table

PEOPLE = people(400)
COLUMNS = ("record_id", "system", "forenames", "surname", "dob", "dob_precision", "sex", "postcode", "phones")


def written(rows: list[dict[str, Any]], path: Path) -> Path:
    pq.write_table(table(rows).select(COLUMNS), path)
    return path


@dataclass(frozen=True)
class Kept:
    """What a first joining of most people left. rows: of people who come later."""

    folder: Path
    clusters: pa.Table
    later: list[dict[str, Any]]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clusters of most people, and the store that their joining left."""
    folder = tmp_path_factory.mktemp("first")
    records = written(PEOPLE[:-40], folder / "people.parquet")
    link_file(records, folder / "first.parquet", Asked(keep=folder / "store"))
    return folder


@pytest.fixture
def kept(first: Path, tmp_path: Path) -> Kept:
    shutil.copytree(first / "store", tmp_path / "store")
    return Kept(tmp_path / "store", pq.read_table(first / "first.parquet"), PEOPLE[-40:])


def add(kept: Kept, rows: list[dict[str, Any]], removed: Path | None = None) -> tuple[AddedFile, pa.Table]:
    out = kept.folder.parent / "changed.parquet"
    new = written(rows, kept.folder.parent / "new.parquet")
    return add_file(Added(new, kept.folder, removed), out), pq.read_table(out)


def upserted(before: pa.Table, changed: pa.Table, gone: list[str]) -> pa.Table:
    """What a keeper of the first clusters has after taking in what was written."""
    out = pc.is_in(before["record_id"], pa.array([*changed["record_id"].to_pylist(), *gone], pa.string()))
    return pa.concat_tables([before.filter(pc.invert(out)), changed]).sort_by("record_id")


def test_what_is_written_brings_the_first_clusters_up_to_today(kept: Kept, tmp_path: Path) -> None:
    """40 new records, one corrected into a stranger, two removed; the rest of some 1,100 is not looked at."""
    corrected = PEOPLE[5] | {"forenames": "UNLIKE", "surname": "ANYBODY", "dob": None, "postcode": None, "phones": None}
    gone = [PEOPLE[9]["record_id"], PEOPLE[30]["record_id"]]
    (tmp_path / "gone.csv").write_text("record_id\n" + "\n".join(gone) + "\n")
    told, changed = add(kept, [*kept.later, corrected], tmp_path / "gone.csv")
    assert (told.changed, told.gone) == (41, 3)
    assert told.regrouped == changed.num_rows < len(PEOPLE) / 2
    assert upserted(kept.clusters, changed, gone).equals(open_store(kept.folder).clusters())
    now = dict(zip(changed["record_id"].to_pylist(), changed["person_id"].to_pylist(), strict=True))
    assert list(now.values()).count(now[corrected["record_id"]]) == 1


def test_new_mentions_of_known_people_join_them(kept: Kept) -> None:
    known = [row | {"record_id": f"s9:{n}"} for n, row in enumerate(PEOPLE[:20])]
    _, changed = add(kept, known)
    person = dict(zip(changed["record_id"].to_pylist(), changed["person_id"].to_pylist(), strict=True))
    together = [person[f"s9:{n}"] == person.get(row["record_id"]) for n, row in enumerate(PEOPLE[:20])]
    assert sum(together) >= 19


def test_a_file_without_rows_changes_nothing(kept: Kept) -> None:
    told, changed = add(kept, [])
    assert (told.changed, told.gone, told.regrouped, changed.num_rows) == (0, 0, 0, 0)


def test_what_cannot_be_removed_stops_the_command_and_nothing_is_added(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "gone.csv").write_text("record_id\ns9:none\n")
    (tmp_path / "other.csv").write_text("id\nx\n")
    with pytest.raises(LinkageError, match="not there"):
        add(kept, kept.later, tmp_path / "gone.csv")
    with pytest.raises(ExtractError, match="no column record_id"):
        add(kept, kept.later, tmp_path / "other.csv")
    assert open_store(kept.folder).clusters().equals(kept.clusters)


def test_where_nothing_was_kept_nothing_is_added(tmp_path: Path) -> None:
    with pytest.raises(LinkageError, match="Nothing was kept here"):
        add_file(Added(written(PEOPLE[:3], tmp_path / "p.parquet"), tmp_path / "none"), tmp_path / "c.csv")


def test_a_folder_of_something_else_is_never_taken_for_keeping(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    with pytest.raises(StorageError, match="something else"):
        link_file(written(PEOPLE, tmp_path / "p.parquet"), tmp_path / "c.csv", Asked(keep=tmp_path / "mine"))
    assert (tmp_path / "mine" / "letter.txt").read_text() == "Dear"


def test_what_was_stopped_before_its_last_step_counts_for_nothing_and_can_be_done_again(kept: Kept) -> None:
    """The last step names the new part in the store's note; whatever lies beside it unnamed is not read."""
    note = (kept.folder / "store.json").read_bytes()
    _, changed = add(kept, kept.later)
    (kept.folder / "store.json").write_bytes(note)
    assert open_store(kept.folder).clusters().equals(kept.clusters)
    assert add(kept, kept.later)[1].equals(changed)


def test_two_at_once_do_not_add_to_one_store(kept: Kept) -> None:
    with (kept.folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            add(kept, kept.later)


def test_an_option_that_the_store_settles_is_refused_at_the_prompt(tmp_path: Path) -> None:
    command = [Path(sys.executable).parent / "joinedup", "link", tmp_path / "p.csv", "-o", tmp_path / "c.csv"]
    for options in (["--add-to", tmp_path / "s", "--threshold", "3"], ["--removed", tmp_path / "r.csv"]):
        done = subprocess.run([*map(str, [*command, *options])], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert options[-2] in done.stderr or "--add-to" in done.stderr
