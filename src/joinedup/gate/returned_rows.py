"""The rows of an extract that have a reason, as sent and in row order, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import ROW, Extract, RowFault
from joinedup.engine.digests import row_digest
from joinedup.errors import ExtractError, from_oserror

LEADING = (
    "joinedup_row", "joinedup_severity", "joinedup_columns", "joinedup_reasons", "joinedup_remedies", "joinedup_digest",
)  # fmt: skip
"""Columns that stand before the extract's own in every file of returned rows."""

_BLOCK_ROWS, _BLOCK_BYTES = 4_000, 8_000_000
_SENT, _PLACE = "sent", "place"


class Rows(Protocol):
    """An extract that can be read again, part by part, rows in their order."""

    @property
    def columns(self) -> list[str]:
        """Names, as `Extract.columns` of every part."""
        ...

    def parts(self) -> Iterator[Extract]:
        """The rows, from the first."""
        ...


@dataclass(frozen=True)
class Block:
    """Some rows in order. told: as `told.TOLD`. cells: a text array for each column of the extract. digests: one a row.

    surplus: by place in the block, the cells of a row that has more of them than there are columns.
    """

    told: pa.Table
    cells: tuple[pa.Array, ...]
    digests: pa.Array
    surplus: Mapping[int, tuple[str, ...]]


def returned_rows(reader: Rows, told: pa.Table, digests: Mapping[int, str]) -> Iterator[Block]:
    """Find the rows of `told` in the extract. Raises ExtractError when one is not there any more.

    digests: of rows of the extract in whose place the reader gives others, by row.
    """
    rows, width = told["source_row"].to_numpy(), len(reader.columns)
    missing = np.ones(len(rows), np.bool_)
    for part in reader.parts():
        faults = _wanted(part.faults, rows)
        found = _of_table(part.table.select([*reader.columns, ROW]), rows)
        if faults:
            found = pa.concat_tables([found, _of_faults(faults, width)]).sort_by(_PLACE)
        missing[found[_PLACE].to_numpy()] = False
        surplus = {place: fault.text[width:] for place, fault in faults if len(fault.text) > width}
        yield from (_block(piece, told, digests, surplus) for piece in _pieces(found))
    if missing.any():
        raise ExtractError(
            "The extract was changed while its rows were judged.",
            remedy="Run again when nothing writes to the file.",
        )


def _places(rows: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Where each row stands in `among`, which is sorted; -1 for none."""
    if not len(among):
        return np.full(len(rows), -1)
    places = np.minimum(np.searchsorted(among, rows), len(among) - 1)
    return np.where(among[places] == rows, places, -1)


def _of_table(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """The wanted rows: the cells by number of column, all of a row as one text, and the place in `told`."""
    places = _places(table[ROW].to_numpy(), rows)
    kept = table.drop_columns(ROW).filter(pa.array(places >= 0))
    sent = pc.binary_join_element_wise(*kept.columns, "\x1f", null_handling="replace", null_replacement="")
    return _table(kept.columns, sent, places[places >= 0])


def _wanted(faults: Sequence[RowFault], rows: np.ndarray) -> list[tuple[int, RowFault]]:
    """The faults that are told, each with its place."""
    places = _places(np.array([fault.row for fault in faults], np.int64), rows).tolist()
    return [(place, fault) for place, fault in zip(places, faults, strict=True) if place >= 0]


def _of_faults(faults: Sequence[tuple[int, RowFault]], width: int) -> pa.Table:
    """As `_of_table`: what could be read of a row stands in its first cells."""
    texts = [fault.text for _, fault in faults]
    longest = max(map(len, texts))
    cells = [
        pa.array([text[n] if n < len(text) else None for text in texts], pa.string())
        if n < longest
        else pa.nulls(len(texts), pa.string())
        for n in range(width)
    ]
    sent = pa.array(["\x1f".join(text) for text in texts], pa.string())
    return _table(cells, sent, np.array([place for place, _ in faults], np.int64))


def _table(cells: Sequence[pa.Array], sent: pa.Array, places: np.ndarray) -> pa.Table:
    names = [*map(str, range(len(cells))), _SENT, _PLACE]
    return pa.Table.from_arrays([*cells, sent, pa.array(places, pa.int64())], names=names)


def _pieces(found: pa.Table) -> Iterator[pa.Table]:
    size = max(1, min(_BLOCK_ROWS, _BLOCK_BYTES * found.num_rows // max(found.nbytes, 1)))
    for start in range(0, found.num_rows, size):
        yield found.slice(start, size)


def _block(
    found: pa.Table, told: pa.Table, digests: Mapping[int, str], surplus: Mapping[int, tuple[str, ...]]
) -> Block:
    *cells, sent, places = [column.combine_chunks() for column in found.columns]
    here = told.take(places)
    # A digest is over all cells as one text, and one text may be given as a row of one cell.
    made = [
        digests.get(row) or row_digest((text,))
        for row, text in zip(here["source_row"].to_pylist(), sent.to_pylist(), strict=True)
    ]
    more = {at: surplus[place] for at, place in enumerate(places.to_pylist()) if place in surplus} if surplus else {}
    return Block(here, tuple(cells), pa.array(made, pa.string()), more)


def remove(path: Path) -> None:
    """Remove the file of an earlier time, if there is one. Raises StorageError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise from_oserror(error) from None
