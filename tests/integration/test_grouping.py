"""Groups of an invented village: found from a run's tables, told, looked at, and kept from run to run."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from joinedup import tables
from joinedup.audit import open_store
from joinedup.cli.groups import groups
from joinedup.engine import DuckDBEngine
from joinedup.errors import ProjectError
from joinedup.releases.group_picture import as_page, network, timeline
from joinedup.runs.folder import latest
from joinedup.runs.grouping import group
from joinedup.runs.grouping_show import list_groups, pictured, show_group
from joinedup.runs.inputs import Inputs
from joinedup.runs.lasting import Heritage
from joinedup.runs.project import load_project
from joinedup.runs.stages import Work
from joinedup.tables.grouped import GROUP_TABLES

SEEN = ("group_summaries", "group_members", "group_crimes", "group_ties", "group_sights")


def grouped(project: Path, before: Path | None = None) -> Path:
    """Do the stage in the newest run's folder."""
    loaded = load_project(project)
    run = latest(loaded.runs)
    engine = DuckDBEngine(loaded.resources)
    try:
        inputs = Inputs({}, {}, b"salt", Heritage(before))
        group(Work(loaded, inputs, engine, run, datetime(2026, 1, 1, tzinfo=UTC)))
    finally:
        engine.close()
    return run


@pytest.fixture(scope="module")
def project(ran_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grouped") / "village"
    shutil.copytree(ran_village, folder)
    grouped(folder)
    return folder


def table(project: Path, name: str) -> pa.Table:
    return pq.read_table(latest(project / "runs") / "tables" / f"{name}.parquet")


def copied(project: Path, tmp_path: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> Path:
    """The project with one table of its newest run changed, and grouped anew."""
    folder = tmp_path / "village"
    shutil.copytree(project, folder)
    path = latest(folder / "runs") / "tables" / f"{name}.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    grouped(folder)
    return folder


def test_every_table_is_written_in_its_shape(project: Path) -> None:
    for one in GROUP_TABLES:
        assert table(project, one.name).schema.equals(one.schema), one.name
    assert table(project, "group_summaries").num_rows > 10


def test_planted_groups_are_found_across_systems(project: Path) -> None:
    summaries = table(project, "group_summaries").to_pylist()
    assert any(len(row["forces"]) > 1 and not row["seen_by_one_system"] for row in summaries)
    assert all(row["definitions_met"][0] == "organised network" for row in summaries)


def test_suspects_are_no_children_of_the_same_group(project: Path) -> None:
    rows = table(project, "group_members").to_pylist()
    ends = [(row["group_id"], row["person_id"]) for row in rows]
    assert len(set(ends)) == len(ends)


@pytest.mark.parametrize("columns", [("self_defined_ethnicity", "observed_ethnicity", "nationalities", "birth_place"),
                                     ("forenames", "surname", "aliases")])  # fmt: skip
def test_swapping_ethnicity_nationality_or_names_changes_no_group_and_no_order(
    project: Path, tmp_path: Path, columns: tuple[str, ...]
) -> None:
    def swapped(people: pa.Table) -> pa.Table:
        turned = pa.array([*range(1, people.num_rows), 0])
        for name in columns:
            at = people.schema.get_field_index(name)
            people = people.set_column(at, people.schema.field(name), people[name].take(turned))
        return people

    other = copied(project, tmp_path, "person_records", swapped)
    assert not table(other, "person_records").equals(table(project, "person_records"))
    for one in SEEN:
        assert table(other, one).equals(table(project, one)), one
    rows = [list_groups(folder, why="op-1", by="j.doe") for folder in (project, other)]
    assert [row["group_id"] for row in rows[0]] == [row["group_id"] for row in rows[1]]


def test_a_run_made_again_keeps_ids_and_tells_nothing_new(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(project, folder)
    before = tmp_path / "before"
    shutil.copytree(latest(folder / "runs"), before)
    grouped(folder, before)
    for one in (*SEEN, "group_events"):
        assert table(folder, one).equals(table(project, one)), one


def test_a_group_that_loses_a_crime_keeps_its_id_and_says_that_it_shrank(project: Path, tmp_path: Path) -> None:
    crimes = table(project, "group_crimes")
    counted = crimes.group_by(["group_id", "incident"]).aggregate([("crime_id", "count")]).to_pylist()
    several = next(row for row in counted if row["crime_id_count"] > 2)
    inside = [row["crime_id"] for row in crimes.to_pylist() if row["incident"] == several["incident"]]
    lost = next(one for one in inside if "care" in one or "intel" in one or one == inside[-1])
    folder = tmp_path / "village"
    shutil.copytree(project, folder)
    before = tmp_path / "before"
    shutil.copytree(latest(folder / "runs"), before)
    for name in ("crimes", "roles"):
        path = latest(folder / "runs") / "tables" / f"{name}.parquet"
        rows = pq.read_table(path)
        pq.write_table(rows.filter(pc.not_equal(rows["crime_id"], lost)), path)
    grouped(folder, before)
    events = [row for row in table(folder, "group_events").to_pylist() if row["number"] == 2]
    assert [(row["kind"], row["before"], row["went"]) for row in events] == [("shrank", [several["group_id"]], 1)]


def test_no_small_count_leaves(project: Path) -> None:
    rows = table(project, "group_counts").to_pylist()
    shown = [row[name] for row in rows for name in ("count", "whole", "strict", "loose") if row[name] is not None]
    assert shown
    assert not [count for count in shown if 0 < count < 10]
    for row in rows:
        if row["count"] is not None and row["whole"] is not None:
            assert not 0 < row["whole"] - row["count"] < 10, row
    assert {row["measure"] for row in rows} >= {"groups", "suspects", "children", "crimes"}


def test_what_joining_shows_is_more_than_what_any_system_sees(project: Path) -> None:
    rows = {(row["measure"], row["area"]): row["count"] for row in table(project, "group_counts").to_pylist()}
    assert rows["groups", "any system"] < rows["groups", "all"]
    assert rows["groups with all suspects", "any system"] <= rows["groups", "any system"]


def log(project: Path) -> list[tuple[str, str, str]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute("SELECT act, why, subjects FROM audit_log ORDER BY sequence").fetchall()
    finally:
        store.close()


def test_a_look_at_a_groups_people_is_logged_with_its_reason_and_holds_no_id_of_a_person(project: Path) -> None:
    first = list_groups(project, why="op-417", by="j.doe")[0]
    shown = show_group(project, first["group_id"], why="op-418", by="j.doe")
    act, why, subjects = log(project)[-1]
    assert (act, why) == ("consultation", "op-418")
    assert len(json.loads(subjects)) == 1 + len(shown.members)
    assert not [one for one in shown.members if one["person_id"] in subjects]
    open_store(project).close()


def test_a_group_shown_has_reasons_and_something_against(project: Path) -> None:
    shown = show_group(project, list_groups(project, why="op-1")[0]["group_id"], why="op-1")
    assert all(member["why"] for member in shown.members)
    assert shown.against
    assert "Nobody has confirmed it" in shown.caution
    days = [row["on"] for row in shown.timeline if row["on"]]
    assert days == sorted(days)
    assert {one.person_id for one in shown.reports} == {
        one["person_id"] for one in shown.members if one["role"] == "suspect"
    }  # fmt: skip


def test_no_value_of_anybody_is_shown(project: Path) -> None:
    group_id = list_groups(project, why="op-1")[0]["group_id"]
    shown = show_group(project, group_id, why="op-1")
    values = {row["value"] for row in table(project, "group_contacts").to_pylist() if row["group_id"] == group_id}
    page = as_page(pictured(project, shown)).decode()
    assert values
    assert not [value for value in values if value in repr(shown) or value in page]


def test_the_picture_is_plain_svg_that_can_be_read_without_script(project: Path) -> None:
    shown = show_group(project, list_groups(project, why="op-1")[0]["group_id"], why="op-1")
    drawn = pictured(project, shown)
    for picture in (network(drawn), timeline(drawn)):
        tree = ET.fromstring(picture)
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert {"title", "desc"} <= tags
        assert "script" not in tags
    suspects = sum(one["role"] == "suspect" for one in shown.members)
    assert str(network(drawn)).count("<circle") == suspects
    assert "must not be passed on" in as_page(drawn).decode()


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_of_a_group_breaks_no_rule_of_access_and_is_no_wider_than_the_screen(
    browser: Any, keeps_the_rules: Callable[[Any], None], project: Path, tmp_path: Path, width: int
) -> None:
    shown = show_group(project, list_groups(project, why="op-1")[0]["group_id"], why="op-1")
    (tmp_path / "group.html").write_bytes(as_page(pictured(project, shown)))
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((tmp_path / "group.html").as_uri())
    keeps_the_rules(page)
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height))"
    )
    assert smallest >= 11  # pixels: pictures are moved, never shrunk
    page.close()


def test_a_group_that_is_not_there_is_an_error_with_a_remedy(project: Path) -> None:
    with pytest.raises(ProjectError, match="no such group"):
        show_group(project, "G0", why="op-1")


def test_a_run_without_groups_says_so(ran_village: Path, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(ran_village, folder)
    for path in (latest(folder / "runs") / "tables").glob("group_*.parquet"):
        path.unlink()
    with pytest.raises(ProjectError, match="no groups"):
        list_groups(folder, why="op-1")


def test_no_table_of_groups_names_a_protected_column() -> None:
    protected: set[Any] = {c.name for t in tables.ALL.values() for c in t.columns if c.protected}
    assert not protected & {column for one in GROUP_TABLES for column in one.names}


def test_the_command_lists_and_shows(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups([str(project)], why="op-2", json=True)
    listed = json.loads(capsys.readouterr().out)["groups"]
    picture = tmp_path / "group.html"
    groups(["show", str(project), listed[0]["group_id"]], picture, why="op-3")
    words = capsys.readouterr().out
    assert words.startswith(f"Group {listed[0]['group_id']}: {listed[0]['suspects']} suspects")
    assert "Against:" in words
    assert picture.read_bytes().startswith(b"<!doctype html>")
    groups(["show", str(project), listed[0]["group_id"]], why="op-3", json=True)
    assert json.loads(capsys.readouterr().out)["facts"]["group_id"] == listed[0]["group_id"]
