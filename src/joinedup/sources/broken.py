"""Cells that no cell may be. The rest of their row is judged all the same, so that every reason is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from joinedup.engine import DistinctMap, RowFault
from joinedup.engine.extract_rows import cell_faults

BLANKED = "blanked:"
"""In a row: the columns that were left empty, or made from what was."""

KEYS = frozenset({"local_id", "record_id", "crime_id", "note_id"})
"""Without one of these a row is nobody's, and nothing more is asked of it."""

LINE_BREAK = re.compile("[\r\n]")

Broken = list[tuple[str, str]]
"""Rule and column of each broken cell."""


def broken_of(fault: RowFault, columns: Sequence[str]) -> Broken:
    """The broken cells of a row that a reader put aside; none when its cells cannot be told apart."""
    if fault.column is None or len(fault.text) != len(columns):
        return []
    return broken(dict(zip(columns, fault.text, strict=True)))


def told_of(fault: RowFault, columns: Sequence[str]) -> list[tuple[str, str | None]]:
    """What a sender is told of it: every broken cell, or what is wrong with the row."""
    return [*broken_of(fault, columns)] or [(fault.rule, fault.column)]


def broken(cells: Mapping[str, str | None], on_one_line: Iterable[str] = ()) -> Broken:
    """The broken cells of a row. on_one_line: columns in which a line break is broken too."""
    found = [(rule, column) for column, cell in cells.items() if cell for rule in cell_faults(cell)]
    return found + [("line-break", column) for column in on_one_line if LINE_BREAK.search(cells.get(column) or "")]


def fed_by(maps: Sequence[DistinctMap], added: Sequence[DistinctMap]) -> dict[str, frozenset[str]]:
    """By column as received, all that is made from it. added: maps over what `maps` give."""
    found: dict[str, set[str]] = {}
    for one in maps:
        for column in one.columns:
            found.setdefault(column, set()).update(one.gives)
    for names in found.values():
        names.update(name for one in added if names & set(one.columns) for name in one.gives)
    return {column: frozenset(names) for column, names in found.items()}
