"""Files whose columns already bear a table's names need no source map.

Capitals, spaces and hyphens make no difference: `Local ID` is `local_id`.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from pathlib import Path

from joinedup import tables
from joinedup.errors import ExtractError, Place, nearest
from joinedup.sources.source_map import KEYS, MADE_BY_THE_READER, SourceMap, TableMap, ValueSpec, needed_targets
from joinedup.tables import Table

ALSO = {"nationality": "nationalities", "nationalities_reason": "nationality_reason"}


def map_without_toml(path: Path, columns: Sequence[str], system: str, table: Table | None = None) -> SourceMap:
    """A source map for a file named after a table, or else for the table that most of its columns belong to.

    table: which it is, where that is known. Raises ExtractError when the columns are those of no table.
    """
    table = table or _table_of(path, columns)
    specs = {target: _spec(table, column, target) for column, target in _targets(table, columns)}
    own_key = next((column for column in columns if spelled(column) == "record_id"), None)
    if table is tables.PERSON_RECORDS and own_key is not None:
        specs["local_id"] = ValueSpec(columns=(own_key,), whole=True)
    for needed in needed_targets(table):
        if needed not in specs:
            raise ExtractError(
                f"There is no column `{needed}`, which every row of `{table.name}` needs."
                f"{nearest(needed, [c for c in columns if c.lower().endswith('id')])}",
                place=Place(file=path.name, row=1),
                remedy="Name the column so, or say in a source map which column it is.",
            )
    return SourceMap(system=system, tables=(TableMap(table=table, files=glob.escape(path.name), columns=specs),))


def _spec(table: Table, column: str, target: str) -> ValueSpec:
    separator = ";" if table.column(target).is_list else None
    return ValueSpec(columns=(column,), separator=separator, whole=target in KEYS)


def _table_of(path: Path, columns: Sequence[str]) -> Table:
    stem = path.name.split(".")[0]
    for table in tables.RECORD_TABLES:
        if stem == table.name:
            return table
    best = max(tables.RECORD_TABLES, key=lambda table: _resemblance(table, columns))
    if _resemblance(best, columns)[0] < 2:
        raise ExtractError(
            "The columns are not those of any table.",
            place=Place(file=path.name, row=1),
            remedy="Name the columns as in docs/reference/tables.md, or give `check` a source map with --map.",
        )
    return best


def _resemblance(table: Table, columns: Sequence[str]) -> tuple[int, int]:
    names = set(map(spelled, columns))
    own_key = table is tables.PERSON_RECORDS and "record_id" in names and "local_id" not in names
    return len(_targets(table, columns)) + own_key, -len(table.columns)


def _targets(table: Table, columns: Sequence[str]) -> list[tuple[str, str]]:
    """Columns and what they fill. Of several that fill one, it is the one spelled as the table does, or the first."""
    found: dict[str, str] = {}
    for column in sorted(columns, key=lambda name: spelled(name) != name):
        target = ALSO.get(spelled(column), spelled(column))
        if target in table and not _made(table, target):
            found.setdefault(target, column)
    chosen = {column: target for target, column in found.items()}
    return [(column, chosen[column]) for column in columns if column in chosen]


def spelled(column: str) -> str:
    """A column's name as a table spells names: small letters, and `_` for spaces and hyphens."""
    return "_".join(re.split(r"[\s_-]+", column.strip().lower()))


def _made(table: Table, target: str) -> bool:
    return (
        target in MADE_BY_THE_READER
        or target.endswith("_received")
        or target == "dob_precision"  # made with the birth date, from how it was written
        or (target == "record_id" and table is tables.PERSON_RECORDS)
    )
