"""The file a sender gets back: every row with a reason, as sent, with what to do. It is kept as the data are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine.harmless import harmless, harmless_column, unharmed
from joinedup.engine.storing import appearing
from joinedup.gate.returned_rows import LEADING, Block, Rows, remove, returned_rows
from joinedup.gate.returns_workbook import write_workbook

__all__ = ["LEADING", "harmless", "unharmed", "write_returns", "write_workbook"]

_MARK = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as another encoding."""


def write_returns(path: Path, reader: Rows, told: pa.Table, digests: Mapping[int, str] | None = None) -> int:
    """Write the rows of one extract that have a reason as CSV, in row order; give how many.

    told: as `joinedup.gate.told.told` gives it for the file. digests: of rows of the extract in whose place `reader`
    gives others, by row. The columns are `LEADING` and then the extract's, the cells as sent but harmless to a
    spreadsheet (`unharmed` takes that off again); a row that could not be read has its text in the first cells. Where
    no row has a reason nothing is written, and an old file is removed. Raises ExtractError when the extract cannot be
    read again as it was, StorageError.
    """
    if not told.num_rows:
        remove(path)
        return 0
    ready = pa.table({name: _prepared(told[name].combine_chunks()) for name in told.column_names})
    with appearing(path) as temporary, temporary.open("wb") as file:
        file.write(_MARK + _line([*LEADING, *map(harmless, reader.columns)]))
        return sum(_write(file, block) for block in returned_rows(reader, ready, digests or {}))


def _prepared(column: pa.Array) -> pa.Array:
    """Reasons are made ready once for each set of them, not for each row."""
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.DictionaryArray.from_arrays(column.indices, _ready(column.dictionary))


def _ready(cells: pa.Array) -> pa.Array:
    return pc.replace_substring(harmless_column(cells), '"', '""')


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(_quoted(cell) for cell in cells) + "\r\n").encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _write(file: BinaryIO, block: Block) -> int:
    """Every cell is quoted, so that what stands between them is the same everywhere."""
    told = [column.combine_chunks().cast(pa.string()) for column in block.told.columns]
    cells = [*told, block.digests, *map(_ready, block.cells)]
    rows = pc.binary_join_element_wise(*cells, '","', null_handling="replace", null_replacement="")
    ends = _ends(block.surplus, len(rows)) if block.surplus else '"\r\n'
    lines = pc.binary_join_element_wise('"', rows, ends, "")
    file.write(_bytes(lines))
    return len(lines)


def _ends(surplus: Mapping[int, tuple[str, ...]], count: int) -> pa.Array:
    more = {place: "".join("," + _quoted(harmless(cell)) for cell in cells) for place, cells in surplus.items()}
    return pa.array([f'"{more.get(place, "")}\r\n' for place in range(count)], pa.string())


def _bytes(texts: pa.Array) -> memoryview:
    """All texts one after another, which is how an array holds them."""
    _, ends, content = texts.buffers()
    places = np.frombuffer(ends, np.int32)
    return memoryview(content)[places[texts.offset] : places[texts.offset + len(texts)]]
