"""What `joinedup new` writes is right, also where its lines are still marked off."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from joinedup.runs import load_project, new_project
from joinedup.runs.project import SOURCE_TEMPLATE, TEMPLATE
from joinedup.sources import load_map

SETTING = re.compile(r"^# (\s*(?:\[|[\w-]+ = ).*)$", re.MULTILINE)


def unmarked(text: str) -> str:
    """The template with every setting's mark taken off."""
    return SETTING.sub(r"\1", text)


def test_the_source_map_is_one_once_its_marks_are_off(tmp_path: Path) -> None:
    path = tmp_path / "alpha" / "source.toml"
    path.parent.mkdir()
    path.write_text(unmarked(SOURCE_TEMPLATE))
    source = load_map(path)
    assert [t.table.name for t in source.tables] == ["person_records", "roles"]
    assert (source.force, source.reading.encoding) == ("E23000005", "cp1252")
    assert len(source.tables[0].columns) == 10


def test_the_configuration_loads_as_written_and_with_its_marks_off(tmp_path: Path) -> None:
    new_project(tmp_path)
    plain = load_project(tmp_path)
    assert (plain.mode, plain.invented, plain.keyed_joins) == ("historic", False, ())
    (tmp_path / "joinedup.toml").write_text(unmarked(TEMPLATE).format(name='"p"', threshold=9.0))
    full = load_project(tmp_path)
    assert full.book.overrides == {"nationality-compulsory": "returned"}
    assert full.book.rules["custody-number-missing"].columns == ("id_pnc",)
    assert full.judged_on == dt.date(2026, 3, 31)
    assert full.code_lists == {"observed_ethnicity": "my-list"}
    assert full.keyed_joins[0].systems == ("crime", "custody")
    assert full.resources.spill == Path("/fast/disk/spill")
