"""NIBRS Vermont 2024: child cases with several offenders or several children, counted by the room of groups."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from joinedup.groups.incidents import incidents
from joinedup.runs.grouping import facts_in

pytestmark = pytest.mark.shared
FOLDER = Path("data") / "police" / "nibrs_vt_2024"
CHILD_SEX_OFFENCES = ["11A", "11B", "11C", "11D", "36A", "36B", "64A", "370", "40B"]


def test_incidents_with_several_suspects_or_children(run_project: Callable[..., Any], shared: Path) -> None:
    files = {"offender": ["offender", "incident", "offense"], "arrestee": ["arrestee"], "victim": ["victim"]}
    extracts = {system: [shared / FOLDER / f"nibrs_{n}.csv.gz" for n in names] for system, names in files.items()}
    run = run_project("nibrs", extracts, {"FIELD": "race"})
    expected = json.loads((shared / "data" / "statistics" / "nibrs_vt_2024_expected.json").read_text())
    facts = facts_in(run.folder, [("offender", "victim")])
    changes = run.rows("classifications")
    sexual = {row["crime_id"].partition(":")[2] for row in changes if row["to_class"] in CHILD_SEX_OFFENCES}
    names = [f"{system}:{reference}" for system in ("offender", "victim") for reference in sorted(sexual)]
    crimes = facts.crimes.filter(pc.is_in(facts.crimes["crime_id"], value_set=pa.array(names)))
    seen = incidents(replace(facts, crimes=crimes))
    known = np.bincount(seen.suspects.left, minlength=len(seen))
    children = np.bincount(seen.children.left, minlength=len(seen))
    assert int((children > 0).sum()) == expected["child_sex_offence_incidents"]
    assert int(children.sum()) == expected["child_victims"]
    assert int(known[children > 0].sum()) == expected["known_suspects_in_them"]
    assert int(((known > 1) & (children > 0)).sum()) == expected["incidents_2plus_suspects"]
    assert int((children > 1).sum()) == expected["incidents_2plus_child_victims"]
    assert int(((known > 1) & (children > 1)).sum()) == expected["incidents_both"]
