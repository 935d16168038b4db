"""Identifiers of people that no table has a column for, read as the file names them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import ROW, DistinctMap, Mapper
from joinedup.sources.settings import Reader
from joinedup.sources.standard import identifier


def read_identifiers(reader: Reader, columns: Sequence[str], file: str) -> tuple[pa.Table, pa.Table]:
    """source_file, source_row and `columns` of every row of a file, and the cells that no identifier can be.

    reader: of the file, which is read once more. Identifiers are in standard form; several of one cell, with `;`
    between them, stand in order with `;` between them. file: its name as provenance holds it. A cell of several lines
    is a fault, as `tables.UNREADABLE`: stray quotes may have swallowed a row.
    """
    places = {column: f"raw:{place}" for place, column in enumerate(columns)}
    mapper = Mapper([DistinctMap((raw,), _read, {column: pa.string()}) for column, raw in places.items()])
    made, faults = [], [tables.UNREADABLE.empty()]
    for part in reader.parts():
        rows = part.table.select([ROW, *columns]).rename_columns(["source_row", *places.values()])
        faults += [_broken(rows.select(["source_row", raw]), column, file) for column, raw in places.items()]
        made.append(mapper(rows).select(["source_row", *columns]))
    whole = pa.concat_tables(made)
    return whole.append_column("source_file", pa.repeat(file, whole.num_rows)), pa.concat_tables(faults)


def _read(cell: str | None) -> list[str | None]:
    parts = {part for one in (cell or "").split(";") if (part := identifier(one))}
    return [";".join(sorted(parts)) or None]


def _broken(rows: pa.Table, column: str, file: str) -> pa.Table:
    """The rows, and their cells in `column`, that run over a line."""
    here = rows.filter(pc.match_substring_regex(rows[1], "[\r\n]"))["source_row"].to_pylist()
    told = {"table": tables.PERSON_RECORDS.name, "source_file": file, "rule": "line-break", "column": column}
    return pa.Table.from_pylist([told | {"source_row": row} for row in here], schema=tables.UNREADABLE.schema)


__all__ = ["read_identifiers"]
