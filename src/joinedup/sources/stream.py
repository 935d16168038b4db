"""One file's rows on their way into one table: piece by piece, so that a file is never held whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import ROW, Beside, Engine, RowFault, Spool
from joinedup.engine.contract import Frame
from joinedup.engine.extract_rows import text_table
from joinedup.errors import Place, SourceMapError, nearest
from joinedup.sources.broken import BLANKED, KEYS, broken_of, told_of
from joinedup.sources.making import Making
from joinedup.sources.mended import with_mended
from joinedup.sources.settings import Reader, Settings
from joinedup.sources.source_map import SourceMap, TableMap
from joinedup.sources.targets import HEADER_LIKENESS
from joinedup.tables.columns import TEXTS

FREE_TEXT = frozenset(
    {"text", "address", "closed_reason", "reason", "ended_reason", "premises", "restriction", "handling",
     "not_asked_why"}
)  # fmt: skip
"""Columns whose text may run over several lines. Elsewhere a line break is the mark of rows read as one cell."""


@dataclass
class TableStream:
    """The rows that one `[[table]]` of a source map takes of one file."""

    engine: Engine
    source: SourceMap
    table_map: TableMap
    settings: Settings
    reader: Reader
    file: str
    _spool: Spool | None = None
    _faults: list[pa.Table] = field(default_factory=list)
    _blanked: dict[int, frozenset[str]] = field(default_factory=dict)  # of rows not yet written

    def __post_init__(self) -> None:
        plain = replace(self.settings, overlay=with_mended)  # how rows are found is nothing to how they are made
        making = Making(self.source, self.table_map, plain, tuple(self.reader.columns), self.file)
        made = making.rows()
        self._fed, self._schema = made.fed, pa.schema([*made.schema, (BLANKED, TEXTS)])
        self._make = Beside(making.rows, self.engine.resources.threads)
        self._read_for = {
            c for target, spec in self.table_map.columns.items() if target not in FREE_TEXT for c in spec.columns
        }

    def take(self, rows: pa.Table) -> np.ndarray:
        """Take the rows that the map's `where` wants; give which they were. Raises SourceMapError for a `where` that
        names no column.
        """
        wanted = self._where(rows)
        chosen = rows if wanted.all() else rows.filter(pa.array(wanted))
        self._write(self._without_line_breaks(chosen))
        return wanted

    def take_rest(self, faults: Sequence[RowFault]) -> None:
        """Take what can be read of rows in which some cells could not, so that every other reason is told as well."""
        found = {fault.row: [c for _, c in broken_of(fault, self.reader.columns)] for fault in faults}
        kept = [fault for fault in faults if found[fault.row] and self._blank(fault.row, found[fault.row])]
        if kept:
            texts = {
                name: [None if name in found[fault.row] else fault.text[place] for fault in kept]
                for place, name in enumerate(self.reader.columns)
            }
            self.take(text_table(texts, [fault.row for fault in kept]))

    def _blank(self, row: int, columns: Sequence[str]) -> bool:
        """Note what is left empty in a row; False where its key is, so that nothing more can be asked of it."""
        empty = frozenset().union(*(self._fed[column] for column in columns))
        self._blanked[row] = self._blanked.get(row, frozenset()) | empty
        return not empty & KEYS

    def refuse(self, faults: Sequence[RowFault], safe: set[str]) -> None:
        """Note rows that could not be read. safe: columns that the map names, which may be told by name."""
        told = [(fault.row, *one) for fault in faults for one in told_of(fault, self.reader.columns)]
        self._note([row for row, _, _ in told], [rule for _, rule, _ in told], [self._told(c, safe) for *_, c in told])

    def frame(self) -> Frame:
        """All rows that were taken."""
        if self._spool is None:
            self._write(self._no_rows())
        assert self._spool is not None  # noqa: S101 - made by the line above
        self._make.close()
        return self._spool.frame()

    @property
    def faults(self) -> pa.Table:
        """As `tables.UNREADABLE`."""
        return pa.concat_tables([tables.UNREADABLE.empty(), *self._faults])

    def _where(self, rows: pa.Table) -> np.ndarray:
        wanted = np.ones(rows.num_rows, dtype=bool)
        for column, allowed in self.table_map.where.items():
            if column not in rows.column_names:
                raise SourceMapError(
                    f"`where` names no column of the extract: `{column}`."
                    f"{nearest(column, self.reader.columns, HEADER_LIKENESS)}",
                    place=Place(file=self.file),
                )
            folded = pc.utf8_upper(pc.utf8_trim_whitespace(rows[column]))
            known = pc.utf8_upper(pa.array([value.strip() for value in allowed], pa.string()))
            wanted &= pc.is_in(folded, known).to_numpy()
        return wanted

    def _told(self, column: str | None, safe: set[str]) -> str | None:
        """A column by its name only where the map names it: the first row of a file without a header holds values."""
        if column is None or column in safe:
            return column
        return f"column {self.reader.columns.index(column) + 1}"

    def _note(self, rows: Sequence[int], rules: Sequence[str], columns: Sequence[str | None]) -> None:
        if rows:
            told = {
                "source_file": [self.file] * len(rows), "table": [self.table_map.table.name] * len(rows),
                "source_row": rows, "rule": rules, "column": columns,
            }  # fmt: skip
            self._faults.append(pa.Table.from_pydict(told, schema=tables.UNREADABLE.schema))

    def _without_line_breaks(self, rows: pa.Table) -> pa.Table:
        """Empty the cells in which a name, date or code runs over a line: stray quotes may have swallowed a row. A row
        whose key does so is put aside.
        """
        unkeyed: set[int] = set()
        for column in [name for name in rows.column_names if name in self._read_for]:
            broken = pc.fill_null(pc.match_substring_regex(rows[column], "[\r\n]"), False)
            if pc.any(broken).as_py():
                here = rows.filter(broken)[ROW].to_pylist()
                self._note(here, ["line-break"] * len(here), [column] * len(here))
                unkeyed.update(row for row in here if not self._blank(row, [column]))
                emptied = pc.if_else(broken, pa.scalar(None, pa.string()), rows[column])
                rows = rows.set_column(rows.column_names.index(column), column, emptied)
        return rows.filter(pc.invert(pc.is_in(rows[ROW], pa.array(sorted(unkeyed), pa.int64())))) if unkeyed else rows

    def _write(self, rows: pa.Table) -> None:
        made = self._make(rows).append_column(BLANKED, self._taken_blanked(rows))
        if self._spool is None:
            self._spool = self.engine.spool(self._schema)
        self._spool.write(made)

    def _taken_blanked(self, rows: pa.Table) -> pa.Array:
        if not self._blanked:
            return pa.nulls(rows.num_rows, TEXTS)
        names = [sorted(self._blanked[row]) if row in self._blanked else None for row in rows[ROW].to_pylist()]
        self._blanked = {}
        return pa.array(names, TEXTS)

    def _no_rows(self) -> pa.Table:
        fields = [*(pa.field(name, pa.string()) for name in self.reader.columns), pa.field(ROW, pa.int64())]
        return pa.schema(fields).empty_table()
