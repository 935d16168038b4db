"""What joining showed of groups: the joined view against each system and force alone, fit to be published."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from joinedup.releases.lookup import Material
from joinedup.releases.numbers import count
from joinedup.releases.parts import Exhibit, Section, grid

HIDDEN = "not shown"
MEASURES = (
    ("groups", "Groups"),
    ("groups with all suspects", "Groups with all suspects"),
    ("suspects", "Suspects in them"),
    ("children", "Children harmed"),
    ("crimes", "Crimes"),
)
HELD = (
    ("crimes in groups recorded with one suspect", "recorded with one suspect"),
    ("crimes in groups without the flag", "without the flag for child sexual exploitation"),
)
Row = dict[str, Any]


def groups_of_run(material: Material) -> Section | None:
    """What joining showed of groups, from a run's own counts; None without groups."""
    return groups_section(material.run.group_counts)


def groups_section(counts: pa.Table) -> Section | None:
    """The headline table. counts: `group_counts`, which is under disclosure control already; None without groups."""
    rows = {(row["measure"], row["area"]): row for row in counts.to_pylist()}
    if not rows:
        return None
    areas = list(dict.fromkeys(area for measure, area in rows if measure == "groups"))
    ordered = sorted(areas, key=lambda area: (area != "all", not area.startswith("any"), area))
    table = grid(
        "What joining showed",
        ("Who sees by its own records", *(words for _, words in MEASURES)),
        [(_area(area), *(_cell(rows.get((measure, area))) for measure, _ in MEASURES)) for area in ordered],
    )
    return Section(
        "groups",
        "People acting together",
        f"Joined, the records suggest **{_cell(rows.get(('groups', 'all')))}** groups of two or more suspects; any one "
        f"system alone would show {_cell(rows.get(('groups', 'any system')))} of them.",
        tuple(_held(rows, measure, words) for measure, words in HELD),
        notes=(_WHAT, _RANGE.format(*(_range(rows["groups", "all"], how) for how in ("strict", "loose")))),
        exhibits=(Exhibit(table),),
    )


_WHAT = (
    "A group is two or more suspects, identified or not, whom records tie to one another. None is confirmed. A system "
    "or force sees a group when it finds any two of its suspects together by its own records alone."
)
_RANGE = "Where records are joined strictly there are {} groups; loosely, {}."


def _area(area: str) -> str:
    kind, _, name = area.partition(":")
    return {"all": "All, joined"}.get(area, f"{kind.capitalize()} {name}" if name else area.capitalize())


def _cell(row: Row | None) -> str:
    return HIDDEN if row is None or row["count"] is None else count(row["count"])


def _range(row: Row, how: str) -> str:
    return HIDDEN if row[how] is None else count(row[how])


def _held(rows: dict[tuple[str, str], Row], measure: str, words: str) -> str:
    whole, some = (_cell(rows.get((name, "all"))) for name in ("crimes", measure))
    return f"Of the {whole} crimes in groups, {some} were {words}."
