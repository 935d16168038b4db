"""Arrays and Arrow tables as files that are read where they lie: only the pages that are asked for are loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup.engine.storing import appearing
from joinedup.errors import from_oserror

Arrays = dict[str, npt.NDArray[Any]]

_ALIGNED = 64


def write_arrays(folder: Path, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Arrays of one dimension, one after the other, and an index of them. Raises StorageError."""
    index: dict[str, tuple[str, int, int]] = {}
    with appearing(folder / f"{name}.bin") as path, path.open("wb") as file:
        for key, array in arrays.items():
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            index[key] = (array.dtype.str, file.tell(), len(array))
            file.write(np.ascontiguousarray(array).data if len(array) else b"")
        file.flush()
    with appearing(folder / f"{name}.json") as path:
        path.write_text(json.dumps(index))


def read_arrays(folder: Path, name: str) -> Arrays:
    """What `write_arrays` wrote, mapped into memory. Raises StorageError."""
    try:
        index = json.loads((folder / f"{name}.json").read_text())
        path = folder / f"{name}.bin"
        whole = np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)
    except OSError as error:
        raise from_oserror(error) from None
    return {key: _part(whole, *told) for key, told in index.items()}


def _part(whole: npt.NDArray[np.uint8], kind: str, start: int, length: int) -> npt.NDArray[Any]:
    return np.frombuffer(whole, np.dtype(kind), length, start) if length else np.empty(0, np.dtype(kind))


def write_table(path: Path, table: pa.Table) -> None:
    """One batch, uncompressed, so that it can be mapped. Raises StorageError."""
    with appearing(path) as part, pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks(), max_chunksize=max(table.num_rows, 1))


def read_table(path: Path) -> pa.Table:
    """What `write_table` wrote, mapped into memory. Raises StorageError."""
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except OSError as error:
        raise from_oserror(error) from None


def column(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece, without a copy of it."""
    found = table[name]
    return found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
