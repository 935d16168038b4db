"""What every engine can do, so that a room is written once for DuckDB and for Spark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import pyarrow as pa

from joinedup.tables import Table

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Resources:
    """How much of the machine an engine may use. memory: as DuckDB spells it, `4GB`."""

    memory: str = "4GB"
    threads: int = 2
    spill: Path | None = None


@dataclass(frozen=True)
class DistinctMap:
    """A plain Python function to apply to the distinct values of some columns.

    function: takes one value per name in `columns`, in order, and gives one value per name in `gives`.
    gives: new columns and their Arrow types.
    """

    columns: tuple[str, ...]
    function: Callable[..., Sequence[object]]
    gives: Mapping[str, pa.DataType]


class Spool(Protocol):
    """A table that is written piece by piece, and never held whole."""

    def write(self, table: pa.Table) -> None:
        """Add rows, in the spool's schema."""
        ...

    def frame(self) -> Frame:
        """A frame over all that was written. Nothing can be added after it."""
        ...


class Engine(Protocol):
    """Frames in, frames out; nothing is computed until `keep`, `collect` or `write`."""

    name: str
    resources: Resources

    def frame(self, table: pa.Table) -> Frame:
        """A frame over an Arrow table."""
        ...

    def read(self, path: Path) -> Frame:
        """A frame over a Parquet file."""
        ...

    def spool(self, schema: pa.Schema) -> Spool:
        """A table to be written piece by piece. It is gone when the engine closes."""
        ...

    def keep(self, frame: Frame) -> Frame:
        """Compute `frame` once and give a frame over the result."""
        ...

    def collect(self, frame: Frame) -> pa.Table:
        """Compute `frame` into memory."""
        ...

    def map_distinct(self, frame: Frame, maps: Sequence[DistinctMap]) -> Frame:
        """Add columns made by plain functions, each called once for every distinct input.

        Nulls are values like any other. This one function is also how a single record is treated,
        so a batch, a form and a cluster cannot disagree.
        """
        ...

    def write(self, frame: Frame, path: Path, table: Table) -> int:
        """Write `frame` to `path` as Parquet in `table`'s shape and key order; give the number of rows.

        The file appears whole or not at all. Equal rows give equal bytes.
        """
        ...

    def close(self) -> None:
        """Let go of memory, threads and spilled files."""
        ...
