"""What a file becomes: rows of text with their physical row, and the rows that could not become such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine.limits import LONGEST_CELL

ROW = "source_row"
"""Name of the column that holds the physical row. The header is row 1; files without a header count from 1."""


@dataclass(frozen=True)
class RowFault:
    """A row that could not become a row of the table. text: the row as received, for the returns file only."""

    row: int
    rule: str
    column: str | None
    text: tuple[str, ...]


@dataclass(frozen=True)
class Extract:
    """A file as read, or a part of it. table: text columns and `source_row`. faults: the rows not in it, by row."""

    table: pa.Table
    faults: tuple[RowFault, ...] = field(default=())

    @property
    def sent(self) -> int:
        return self.table.num_rows + len(self.faults)

    @property
    def columns(self) -> list[str]:
        return [name for name in self.table.column_names if name != ROW]


def text_table(columns: Mapping[str, Sequence[str | None]], rows: Sequence[int]) -> pa.Table:
    """A table of text columns and `source_row`."""
    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({**texts, ROW: pa.array(rows, pa.int64())})


def without_blank_rows(table: pa.Table) -> pa.Table:
    """Take out the rows in which every cell is empty."""
    filled = None
    for name in _text_columns(table):
        here = pc.fill_null(pc.not_equal(table[name], ""), False)
        filled = here if filled is None else pc.or_(filled, here)
    return table if filled is None or pc.all(filled).as_py() else table.filter(filled)


def checked(
    table: pa.Table, faults: Iterable[RowFault], *, has_nul: bool, stray_quotes: frozenset[int] = frozenset()
) -> Extract:
    """Take out the rows that hold what no cell may hold, and tell them. stray_quotes: physical rows to take out too."""
    found: dict[int, tuple[str, str | None]] = {}
    for index, rule, name in _broken(table, has_nul, stray_quotes):
        found.setdefault(index, (rule, name))
    if not found:
        return Extract(table, tuple(faults))
    indices = sorted(found)
    told = [
        RowFault(row, *found[index], text)
        for index, (row, text) in zip(indices, _as_received(table, indices), strict=True)
    ]
    kept = np.ones(table.num_rows, np.bool_)
    kept[indices] = False
    return Extract(table.filter(pa.array(kept)), tuple(sorted((*faults, *told), key=lambda f: f.row)))


def _broken(table: pa.Table, has_nul: bool, stray_quotes: frozenset[int]) -> Iterator[tuple[int, str, str | None]]:
    for name in _text_columns(table):
        for rule, mask in _cell_rules(table[name], has_nul):
            for index in _places(mask):
                yield index, rule, name
    if stray_quotes:
        for index in _places(pc.is_in(table[ROW], pa.array(sorted(stray_quotes), pa.int64()))):
            yield index, "quote-unclosed", None


def cell_faults(cell: str) -> list[str]:
    """The rules that a cell breaks, as `checked` finds them in whole columns."""
    signs = {
        "formula-cell": cell.startswith("="),
        "cell-too-long": len(cell) * 4 > LONGEST_CELL and len(cell.encode("utf-8", "replace")) > LONGEST_CELL,
        "nul-character": "\0" in cell,
    }
    return [rule for rule, stands in signs.items() if stands]


def _cell_rules(column: pa.ChunkedArray, has_nul: bool) -> Iterator[tuple[str, pa.ChunkedArray]]:
    yield "formula-cell", pc.starts_with(column, "=")
    yield "cell-too-long", pc.greater(pc.binary_length(column), LONGEST_CELL)
    if has_nul:
        yield "nul-character", pc.match_substring(column, "\0")


def _places(mask: pa.ChunkedArray) -> list[int]:
    return pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()


def _as_received(table: pa.Table, indices: list[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    chosen = table.take(pa.array(indices, pa.int64()))
    columns = [pc.fill_null(chosen[name], "").to_pylist() for name in _text_columns(table)]
    return zip(chosen[ROW].to_pylist(), zip(*columns, strict=True), strict=True)


def _text_columns(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name != ROW]
