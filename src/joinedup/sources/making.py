"""Rows of an extract made into rows of one table. Nothing here knows which rows went before."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from joinedup.engine import DistinctMap, Mapper
from joinedup.errors import Place
from joinedup.sources.broken import fed_by
from joinedup.sources.settings import Settings
from joinedup.sources.source_map import SourceMap, TableMap
from joinedup.sources.targets import UNREAD, Builder


@dataclass(frozen=True)
class Making:
    """What a file's rows are made by; it can be sent to another process. columns: the extract's own."""

    source: SourceMap
    table_map: TableMap
    settings: Settings
    columns: tuple[str, ...]
    file: str

    def rows(self) -> Rows:
        return Rows(self)


class Rows:
    """A function of the extract's rows: the table's columns, the `unread:` marks, and what `Settings.adds` gives.

    constants: by column, what is the same in every row. Raises SourceMapError when it is made, for a map that names no
    column of the extract.
    """

    def __init__(self, making: Making) -> None:
        table_map = making.table_map
        # Names that no target can have.
        self._raw: Mapping[str, str] = {name: f"raw:{place}" for place, name in enumerate(making.columns)}
        builder = Builder(making.source, table_map, making.settings, self._raw, Place(file=making.file))
        self._maps = builder.maps()
        self._adds = making.settings.adds(table_map.table)
        self._targets, self._added = Mapper(self._maps), Mapper(self._adds)
        self._table = table_map.table
        self._marks = sorted(name for one in self._maps for name in one.gives if name.startswith(UNREAD))
        own = {"source_file": making.file, "system": making.source.system}
        self._constants: dict[str, str | None] = {**builder.constants(), **own}

    def __call__(self, rows: pa.Table) -> pa.Table:
        mapped = self._targets(rows.rename_columns([self._raw.get(name, name) for name in rows.column_names]))
        columns = {column.name: self._column(mapped, column.name, column.type) for column in self._table.columns}
        return self._added(pa.table({**columns, **{name: mapped[name] for name in self._marks}}))

    @property
    def schema(self) -> pa.Schema:
        marks = [pa.field(name, pa.bool_()) for name in self._marks]
        return pa.schema([*self._table.schema, *marks, *_given(self._adds)])

    @functools.cached_property
    def fed(self) -> dict[str, frozenset[str]]:
        """By column of the extract, all that is made from it."""
        found = fed_by(self._maps, self._adds)
        return {name: found.get(made, frozenset()) for name, made in self._raw.items()}

    def _column(self, mapped: pa.Table, name: str, type_: pa.DataType) -> pa.Array:
        if name in mapped.column_names:
            return mapped[name]
        value = self._constants.get(name)
        return pa.nulls(mapped.num_rows, type_) if value is None else _repeated(value, mapped.num_rows, type_)


def _given(maps: Sequence[DistinctMap]) -> list[pa.Field]:
    return [pa.field(name, type_) for one in maps for name, type_ in one.gives.items()]


def _repeated(value: str, count: int, type_: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()).cast(type_), count)
