"""The engine on one machine: DuckDB, with memory, threads and spill folder from configuration."""

from __future__ import annotations

import atexit
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from joinedup.engine.contract import DistinctMap, Frame, Resources
from joinedup.engine.storing import appearing
from joinedup.errors import ExtractError, Place, ProjectError, StorageError, from_oserror
from joinedup.tables import Table

ROWS_PER_GROUP = 100 * 1024  # a multiple of DuckDB's vector, so that batches and row groups fall alike every time


class DuckDBEngine:
    """See `joinedup.engine.contract.Engine`. Never reaches for a network: extensions are neither fetched nor loaded."""

    name = "duckdb"

    def __init__(self, resources: Resources | None = None) -> None:
        self.resources = resources or Resources()
        self._numbers = itertools.count()
        self._folder = _own_folder(self.resources.spill)
        try:
            self.connection = duckdb.connect(config=_configuration(self.resources, self._folder.name))
        except duckdb.Error:
            self._folder.cleanup()
            raise ProjectError(
                "The engine cannot be set up as `[engine]` says.", remedy='Write memory as "4GB" and threads as 2.'
            ) from None

    def frame(self, table: pa.Table) -> Frame:
        """A frame over an Arrow table, held by the engine until it closes."""
        return nw.from_native(self.connection.from_arrow(table))

    def read(self, path: Path) -> Frame:
        """A frame over a Parquet file. Raises ExtractError when it cannot be read."""
        try:
            return nw.from_native(self.connection.read_parquet(str(path)))
        except duckdb.Error:
            raise ExtractError("This is not a Parquet file that can be read.", place=Place(file=str(path))) from None

    def spool(self, schema: pa.Schema) -> ParquetSpool:
        """A table to be written piece by piece; see the contract. Raises StorageError when there is no room."""
        return ParquetSpool(self, Path(self._folder.name) / f"{self._new_name('spool')}.parquet", schema)

    def keep(self, frame: Frame) -> Frame:
        """Compute once into the spill folder. Raises StorageError when it has no room.

        A temporary table would do as well, but after every CREATE DuckDB binds all steps of every frame anew.
        """
        path = Path(self._folder.name) / f"{self._new_name('kept')}.parquet"
        with storage_errors():
            reader = frame.to_native().to_arrow_reader(ROWS_PER_GROUP)
            with pq.ParquetWriter(path, reader.schema, compression="lz4") as writer:
                for batch in reader:
                    writer.write_batch(batch)
        return self.read(path)

    def collect(self, frame: Frame) -> pa.Table:
        """Compute into memory as an Arrow table."""
        with storage_errors():
            return frame.to_native().to_arrow_table()

    def map_distinct(self, frame: Frame, maps: Sequence[DistinctMap]) -> Frame:
        """Add columns made by plain functions of distinct values; see the contract."""
        source = self._new_name("mapped")
        with storage_errors():
            frame.to_native().create(source)
            lookups = [self._lookup(source, one) for one in maps]
            return self._joined(source, list(zip(lookups, maps, strict=True)))

    def write(self, frame: Frame, path: Path, table: Table) -> int:
        """Write as Parquet in the table's shape and key order; see the contract."""
        ordered = _in_key_order(frame, table)
        with storage_errors(), appearing(path) as temporary:
            reader = ordered.to_native().to_arrow_reader(ROWS_PER_GROUP)
            with pq.ParquetWriter(temporary, table.schema, compression="zstd") as writer:
                return sum(_write_group(writer, batch, table) for batch in reader)

    def close(self) -> None:
        self.connection.close()
        self._folder.cleanup()

    def _new_name(self, stem: str) -> str:
        return f"{stem}_{next(self._numbers)}"

    def _over(self, name: str) -> Frame:
        return nw.from_native(self.connection.table(name))

    def _lookup(self, source: str, one: DistinctMap) -> str:
        keys = ", ".join(f'"{c}"' for c in one.columns)
        distinct = self.connection.sql(f"SELECT DISTINCT {keys} FROM {source}").to_arrow_table()
        inputs = [column.to_pylist() for column in distinct.columns]
        outputs = [tuple(one.function(*values)) for values in zip(*inputs, strict=True)]
        made = zip(*outputs, strict=True) if outputs else ((),) * len(one.gives)
        arrays = [pa.array(list(values), type_) for values, type_ in zip(made, one.gives.values(), strict=True)]
        keyed = [c.combine_chunks() for c in distinct.columns]
        names = [f"key_{i}" for i in range(len(keyed))] + list(one.gives)
        name = self._new_name("lookup")
        self.connection.register(name, pa.Table.from_arrays(keyed + arrays, names=names))
        return name

    def _joined(self, source: str, lookups: list[tuple[str, DistinctMap]]) -> Frame:
        added = [f'{name}."{given}"' for name, one in lookups for given in one.gives]
        joins = [
            f"LEFT JOIN {name} ON "
            + " AND ".join(f's."{c}" IS NOT DISTINCT FROM {name}.key_{i}' for i, c in enumerate(one.columns))
            for name, one in lookups
        ]
        result = self._new_name("kept")
        self.connection.execute(
            f"CREATE TEMP TABLE {result} AS SELECT {', '.join(['s.*', *added])} FROM {source} s {' '.join(joins)}"
        )
        self.connection.execute(f"DROP TABLE {source}")
        for name, _ in lookups:
            self.connection.unregister(name)
        return self._over(result)


class ParquetSpool:
    """See `joinedup.engine.contract.Spool`: a Parquet file in the spill folder, read where it lies."""

    def __init__(self, engine: DuckDBEngine, path: Path, schema: pa.Schema) -> None:
        self._engine, self._path, self._schema = engine, path, schema
        with storage_errors():
            self._writer = pq.ParquetWriter(path, schema, compression="lz4")

    def write(self, table: pa.Table) -> None:
        with storage_errors():
            self._writer.write_table(table.select(self._schema.names).cast(self._schema))

    def frame(self) -> Frame:
        with storage_errors():
            self._writer.close()
        return self._engine.read(self._path)


def _own_folder(spill: Path | None) -> TemporaryDirectory[str]:
    """A folder that only this account can open, for what does not fit in memory. Raises StorageError."""
    try:
        if spill is not None:
            spill.mkdir(parents=True, exist_ok=True)
        return TemporaryDirectory(prefix="joinedup-", dir=spill, ignore_cleanup_errors=True)
    except OSError as error:
        raise from_oserror(error) from None


def _configuration(resources: Resources, folder: str) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": resources.memory,
        "threads": resources.threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": folder,
    }


def _in_key_order(frame: Frame, table: Table) -> Frame:
    tie_breakers = [c for c in ("source_file", "source_row") if c in table and c not in table.key]
    present = frame.collect_schema().names()
    return frame.sort([c for c in (*table.key, *tie_breakers) if c in present], nulls_last=True)


def _write_group(writer: pq.ParquetWriter, batch: pa.RecordBatch, table: Table) -> int:
    writer.write_table(table.conform(pa.Table.from_batches([batch])), row_group_size=ROWS_PER_GROUP)
    return batch.num_rows


@contextmanager
def storage_errors() -> Iterator[None]:
    """Say what to do when DuckDB runs out of memory or disk, even where a library has wrapped its error.

    DuckDB says what went wrong in its own words, which may hold values: they are not passed on. Raises StorageError.
    """
    try:
        yield
    except Exception as error:
        if any("interrupted" in str(e).lower() for e in _causes(error)):  # how DuckDB says that somebody pressed Ctrl-C
            raise KeyboardInterrupt from None
        cause = next(
            (e for e in _causes(error) if isinstance(e, duckdb.OutOfMemoryException | duckdb.IOException)), None
        )
        if cause is None and isinstance(error, OSError):
            raise from_oserror(error) from None
        if cause is None:
            raise
        raise _OUT_OF_MEMORY if isinstance(cause, duckdb.OutOfMemoryException) else _OUT_OF_DISK from None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_OUT_OF_MEMORY = StorageError(
    "There is not enough memory or spill space for this step.",
    remedy="Raise `[engine] memory` in joinedup.toml, or free space in the spill folder.",
)
_OUT_OF_DISK = StorageError(
    "The engine could not read or write its files.",
    remedy="Check that the disk has room and that the project and spill folders can be written to.",
)


def _let_go_of_type_objects() -> None:
    """Narwhals caches DuckDB type objects for ever; DuckDB's binding then prints a leak notice at exit."""
    from narwhals._duckdb import utils

    for thing in vars(utils).values():
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()


atexit.register(_let_go_of_type_objects)
