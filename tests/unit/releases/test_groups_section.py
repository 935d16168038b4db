"""The headline table of groups."""

from __future__ import annotations

import pyarrow as pa

from joinedup import tables
from joinedup.releases.sections.groups import HIDDEN, groups_section

SCHEMA = tables.named("group_counts").schema


def counts(*rows: tuple[str, str, int | None]) -> pa.Table:
    made = [{"measure": m, "area": a, "count": n, "suppressed": n is None} for m, a, n in rows]
    return pa.Table.from_pylist(made, schema=SCHEMA)


def test_the_joined_view_stands_first_and_what_may_not_leave_is_not_shown():
    section = groups_section(
        counts(
            ("groups", "system:x01-crime", None),
            ("groups", "any system", 20),
            ("groups", "all", 41),
            ("crimes", "all", 219),
            ("crimes in groups recorded with one suspect", "all", 153),
        )  # fmt: skip
    )
    assert section is not None
    assert section.lead.startswith("Joined, the records suggest **41** groups")
    rows = section.exhibits[0].grid.rows
    assert [row[:2] for row in rows] == [("All, joined", "41"), ("Any system", "20"), ("System x01-crime", HIDDEN)]
    assert section.sentences[0] == "Of the 219 crimes in groups, 153 were recorded with one suspect."


def test_without_groups_there_is_no_section():
    assert groups_section(counts()) is None
