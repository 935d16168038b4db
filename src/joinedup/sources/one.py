"""A few rows as a form or a call gives them, read exactly as the rows of an extract are."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from joinedup.engine import DistinctMap
from joinedup.errors import ExtractError, Place, nearest
from joinedup.sources.broken import BLANKED, KEYS, broken, fed_by
from joinedup.sources.plain import ALSO, map_without_toml
from joinedup.sources.settings import Lists, Settings
from joinedup.sources.stream import FREE_TEXT
from joinedup.sources.targets import HEADER_LIKENESS, Builder
from joinedup.tables import Table

Given = Mapping[str, Any]
"""A row by column name: texts as a file would hold them; a number, yes or no, a day, and a list of texts will do."""


def read_rows(table: Table, rows: Sequence[Given], lists: Lists, *, system: str) -> list[dict[str, Any]]:
    """Rows with every column of `table` and its `unread:` marks. rows: by column name, texts as a file would hold.

    `source_file` is the table's name, `source_row` counts from 1. Raises ExtractError when a row lacks a key column or
    holds a value that is no text, CodeListError for a list that does not exist.
    """
    return read_with_faults(table, rows, lists, system=system)[0]


def read_with_faults(
    table: Table, rows: Sequence[Given], lists: Lists, *, system: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """As `read_rows`; and the cells that no cell may be, as `tables.UNREADABLE`.

    A row with such a cell has `blanked:`, all that was made from it; without its key it is left out.
    """
    if not rows:
        return [], []
    rows = [_as_texts(table, place, row) for place, row in enumerate(rows, start=1)]
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    reader = _reader(table, columns, lists, system)
    made, faults = [], []
    for place, row in enumerate(rows, start=1):
        found = broken(row, reader.on_one_line)
        faults += [_fault(table, place, rule, column) for rule, column in found]
        empty = frozenset().union(*(reader.fed.get(column, frozenset()) for _, column in found))
        if not empty & KEYS:
            left = {name: None for _, name in found}
            made.append(_one(table, reader, {**row, **left}, place) | ({BLANKED: empty} if found else {}))
    return made, faults


def _fault(table: Table, place: int, rule: str, column: str) -> dict[str, Any]:
    return {"table": table.name, "source_file": table.name, "source_row": place, "rule": rule, "column": column}


def _as_texts(table: Table, place: int, row: object) -> dict[str, str | None]:
    """A row as a file would hold it: numbers, yes and no, days and lists of texts are written out.

    Raises ExtractError for what is no row, for any other value, and for a misspelt column, without telling a value.
    """
    if not isinstance(row, Mapping):
        raise ExtractError("A row should give values by column.", place=Place(file=table.name, row=place))
    for column in row:
        if not isinstance(column, str):
            raise ExtractError("A column's name should be text.", place=Place(file=table.name, row=place))
        likely = "" if column in table or column in ALSO else nearest(column, [*table.names, *ALSO], HEADER_LIKENESS)
        if likely:
            raise ExtractError(f"There is no column `{column}`.{likely}", place=Place(file=table.name, row=place))
    return {column: _as_text(value, Place(table.name, place, column)) for column, value in row.items()}


def _as_text(value: object, place: Place) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | dt.date) and not isinstance(value, dt.datetime):
        return str(value)
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    raise ExtractError(
        "A value should be text.", place=place,
        remedy="Write dates as 2024-12-31, and several values with `;` between them.",
    )  # fmt: skip


class _Reader:
    """How rows with some columns are read: the maps that a file with these columns would be read by."""

    def __init__(self, table: Table, columns: tuple[str, ...], lists: Lists, system: str) -> None:
        path = Path(f"{table.name}.csv")
        source = map_without_toml(path, columns, system)
        raw = {name: name for name in columns}
        settings = Settings(lists, Path())
        builder = Builder(source, source.tables[0], settings, raw, Place(file=path.name))
        self.maps: list[DistinctMap] = builder.maps()
        self.fed = fed_by(self.maps, ())
        self.on_one_line = [
            c for name, spec in source.tables[0].columns.items() if name not in FREE_TEXT for c in spec.columns
        ]
        self.constants = {**builder.constants(), "system": system}


def _reader(table: Table, columns: tuple[str, ...], lists: Lists, system: str) -> _Reader:
    """Made once for each shape of row. A project's own lists may be edited, so only shipped ones are remembered."""
    if lists.folder is not None or lists.inside:
        return _Reader(table, columns, lists, system)
    return _remembered(table.name, columns, lists.invented, system)


@functools.lru_cache(maxsize=256)
def _remembered(table: str, columns: tuple[str, ...], invented: bool, system: str) -> _Reader:
    from joinedup import tables

    return _Reader(tables.named(table), columns, Lists(invented=invented), system)


def _one(table: Table, reader: _Reader, given: Given, place: int) -> dict[str, Any]:
    made: dict[str, Any] = {name: reader.constants.get(name) for name in table.names}
    for one in reader.maps:
        # A reader of files knows an empty cell only as an empty text.
        cells = [None if given.get(column) in (None, "") else given.get(column) for column in one.columns]
        made.update(zip(one.gives, one.function(*cells), strict=True))
    return {**made, "source_file": table.name, "source_row": place}
