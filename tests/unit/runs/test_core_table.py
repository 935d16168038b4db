"""The core table: worked cases, and what of it may be shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup.cli.figures import figures as figures_command
from joinedup.errors import ProjectError, StatisticsError
from joinedup.runs.core_table import core_table, victims_by_suspects
from joinedup.runs.figures import with_link_error
from joinedup.runs.project import new_project
from joinedup.tables import FIGURES, PERSON_RECORDS, SOUNDNESS
from tests.unit.runs.test_figures import find, record, role

Figures = Callable[..., pa.Table]


def held(figures: pa.Table, what: str, group: str, side: str = "suspects", **where: str) -> tuple[int, int]:
    row = find(figures, f"core-{what}", population=side, group=group, **where)
    return row["numerator"], row["unknown"]


def test_age_is_that_on_the_first_day_of_the_earliest_offence(figures_of: Figures) -> None:
    figures = figures_of(
        records=[record("a:1", dob=date(2000, 6, 15))],
        crimes=[
            {"crime_id": "a:1", "offence_from": date(2013, 6, 14)},  # the day before the 13th birthday
            {"crime_id": "a:2", "offence_from": date(2019, 1, 1)},
        ],
        roles=[role("a:1", role="victim"), role("a:1", role="victim", crime_id="a:2")],
    )
    assert held(figures, "age", "10 to 12", "victims") == (1, 0)


def test_a_stated_age_stands_where_no_birth_date_or_no_day_does_and_else_it_is_not_known(figures_of: Figures) -> None:
    figures = figures_of(
        records=[record("a:1"), record("a:2", dob=date(2000, 1, 1))],
        roles=[role("a:1", stated_age=17), role("a:2", crime_id="nowhere")],
    )
    assert held(figures, "age", "16 and 17") == (1, 1)
    assert held(figures, "age", "not recorded") == (1, 0)


def test_a_person_of_two_forces_is_counted_in_both_and_once_in_all(figures_of: Figures) -> None:
    figures = figures_of(
        records=[record("x01:1", sex="M"), record("x02:1", sex="F"), record("x02:2", sex="F")],
        clusters={"x01:1": "p", "x02:1": "p", "x02:2": "q"},
        roles=[role("x01:1", stage="named"), role("x02:1", stage="acquitted"), role("x02:2", stage="charged")],
    )
    assert held(figures, "sex", "Female") == (1, 1)  # q; p's records disagree
    assert held(figures, "sex", "records disagree", area="force:X01") == (1, 0)
    assert held(figures, "stage", "acquitted") == (1, 0)
    assert held(figures, "stage", "acquitted", area="force:X01") == (1, 0)  # wherever it was that he was acquitted
    assert held(figures, "stage", "never charged") == (0, 0)


def test_settings_are_known_by_their_words_and_no_other_word_is_printed(figures_of: Figures) -> None:
    premises = {"a:1": "FLAT OVER SHOP", "a:2": "car park", "a:3": "12 Tarn Street, rear of the mill", "a:4": "silo"}
    figures = figures_of(
        records=[record(name) for name in premises],
        crimes=[{"crime_id": name, "premises": words} for name, words in premises.items()],
        roles=[role(name, crime_id=name) for name in premises],
    )
    assert held(figures, "setting", "home") == (1, 0)
    assert held(figures, "setting", "street, park or car park") == (2, 0)
    assert held(figures, "setting", "another setting") == (1, 0)
    assert not [row for row in figures.to_pylist() if "Tarn" in row["group"] or "silo" in row["group"]]


def test_several_settings_and_several_nationalities_are_groups_of_their_own(figures_of: Figures) -> None:
    figures = figures_of(
        records=[record("a:1", nationalities=["GBR", "PAK"]), record("a:2", nationalities=["POL"])],
        crimes=[{"crime_id": "a:1", "premises": "hotel"}, {"crime_id": "a:2", "premises": "park"}],
        roles=[role("a:1"), role("a:1", crime_id="a:2"), role("a:2")],
    )
    assert held(figures, "setting", "more than one") == (1, 0)
    assert held(figures, "nationality", "more than one nationality") == (1, 0)
    assert held(figures, "nationality", "another country") == (1, 0)
    assert find(figures, "share-nationality", group="Poland", method="own record only")["numerator"] == 1


def test_victims_by_suspects_have_the_unknown_of_both_in_their_bounds(figures_of: Figures) -> None:
    codes = {"a:1": "W1", "a:2": None, "a:3": "A2", "a:4": None}
    figures = figures_of(
        records=[record(name, self_defined_ethnicity=code) for name, code in codes.items()],
        roles=[role("a:1", role="victim"), role("a:2", role="victim"), role("a:3"), role("a:4")],
    )
    row = find(figures, "victim-by-suspect-ethnicity", group="victim White, suspect Asian")
    # White-Asian 1; White-?, ?-Asian and ?-? could be, so of four pairs 1 to 4 are.
    assert (row["numerator"], row["unknown"], row["denominator"]) == (1, 3, 4)
    assert (row["lower"], row["upper"]) == (1 / 4, 4 / 4)
    assert find(figures, "victim-by-suspect-ethnicity", group="victim Black, suspect Asian")["upper"] == 2 / 4


@pytest.fixture
def project(tmp_path: Path, figures_of: Figures) -> Path:
    """Two forces: 40 suspects in X01, of whom 3 never charged, and 30 in X02; each with a victim of their own."""
    records = [record(f"x0{1 + (n >= 40)}:{n}", sex="M", self_defined_ethnicity="W1") for n in range(70)]
    records += [record(f"x01:v{n}", self_defined_ethnicity="A2") for n in range(70)]
    roles = [
        role(r["record_id"], crime_id=f"c{n}", stage="named" if n < 3 else "charged")
        for n, r in enumerate(records[:70])
    ]
    roles += [role(r["record_id"], crime_id=f"c{n}", role="victim") for n, r in enumerate(records[70:])]
    folder = new_project(tmp_path / "project")
    run = folder / "runs" / "20260101T000000Z"
    (run / "tables").mkdir(parents=True)
    (run / "manifest.json").write_text(json.dumps({"inputs": {}}))
    (folder / "runs" / "LATEST").write_text(run.name)
    (run / "sources.json").write_text(json.dumps([
        {"system": "x01", "kind": "custody", "force": "X01", "rows": 1, "folders": []},
        {"system": "x02", "kind": "crime recording", "force": "X02", "rows": 1, "folders": []},
    ]))  # fmt: skip
    made = with_link_error(figures_of(records=records, roles=roles), [])
    pq.write_table(made, run / "tables" / "figures.parquet")
    pq.write_table(
        pa.Table.from_pylist(records, schema=PERSON_RECORDS.schema), run / "tables" / "person_records.parquet"
    )
    found = {"sender": "x01 X01", "column": "nationality", "kind": "never-filled", "message": "none"}
    pq.write_table(pa.Table.from_pylist([found], schema=SOUNDNESS.schema), run / "tables" / "soundness.parquet")
    return folder


def counts_of(table: Any, side: str, what: str, force: bool = False) -> dict[str, int | None]:
    (block,) = [one for one in table.blocks if (one.side, one.characteristic) == (side, what)]
    return {line.category: (line.force if force else line.whole).count for line in block.lines}


def test_small_counts_are_hidden_with_what_they_follow_from(project: Path) -> None:
    table = core_table(project, "X01")
    for force in (False, True):
        stage = counts_of(table, "suspects", "stage", force)
        assert stage["never charged"] is None  # 3 people
        assert list(stage.values()).count(None) >= 2  # or the total would give it back
    assert "a number that is not shown were never charged" in table.said[0]
    assert counts_of(table, "victims", "ethnicity")["Asian"] in (70, None)


def test_a_force_stands_beside_the_whole_with_what_differs(project: Path) -> None:
    table = core_table(project, "X01")
    (block,) = [one for one in table.blocks if (one.side, one.characteristic) == ("suspects", "sex")]
    assert block.total.force is not None and (block.total.whole.count, block.total.force.count) == (70, 40)
    assert any("sent no crime recording" in said for said in table.differs)
    assert "x01 X01 never fills `nationality`." in table.differs
    assert core_table(project).blocks[0].total.force is None


def test_what_is_not_there_is_refused(project: Path) -> None:
    with pytest.raises(StatisticsError, match="no force `X03`"):
        core_table(project, "X03")
    with pytest.raises(ProjectError, match="no run `x`"):
        core_table(project, run="x")
    with pytest.raises(StatisticsError, match="never by force"):
        victims_by_suspects(project, force="X01")
    empty = project / "runs/20260101T000000Z/tables/figures.parquet"
    pq.write_table(FIGURES.empty(), empty)
    with pytest.raises(StatisticsError, match="no core table"):
        core_table(project)
    with pytest.raises(StatisticsError, match="no victims by suspects"):
        victims_by_suspects(project)


def test_pairs_are_shown_with_their_margins(project: Path) -> None:
    pairs = victims_by_suspects(project)
    assert pairs.counts["all", "all"] == 70
    shown = [count for count in pairs.counts.values() if count is not None]
    assert not [count for count in shown if 0 < count < 10]


def test_the_command_prints_both_and_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures_command(project, force="X01")
    printed = capsys.readouterr().out
    assert "Suspects by stage" in printed and "Victims by age" in printed and "[c]" in printed
    assert "no person or community" in " ".join(printed.split()) or "nothing of any person" in printed
    figures_command(project, victims_by_suspects=True)
    assert "never" not in capsys.readouterr().out
    figures_command(project, json=True)
    told = json.loads(capsys.readouterr().out)
    assert {block["side"] for block in told["blocks"]} == {"suspects", "victims"}
    figures_command(project, victims_by_suspects=True, json=True)
    assert json.loads(capsys.readouterr().out)["cells"]
