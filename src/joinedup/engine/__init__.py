"""Read, write and transform frames: DuckDB on one machine, one small interface for a cluster too.

In: extracts as files (CSV, XLSX, Parquet, JSON lines) and Narwhals frames. Out: Arrow tables of text with the
physical row of every row, frames, and Parquet written whole or not at all. Refuses: a file that is not a table.
DuckDB and Spark are imported in this room only.
"""

from joinedup.engine.beside import Beside
from joinedup.engine.contract import DistinctMap, Engine, Resources, Spool
from joinedup.engine.duck import DuckDBEngine, storage_errors
from joinedup.engine.extracts import (
    ROW,
    Extract,
    ExtractReader,
    Reading,
    RowFault,
    is_extract,
    open_extract,
    read_extract,
)
from joinedup.engine.mapping import Mapper
from joinedup.engine.storing import remove_folder, replace_folder, write_bytes

__all__ = [
    "ROW", "Beside", "DistinctMap", "DuckDBEngine", "Engine", "Extract", "ExtractReader", "Mapper", "Reading",
    "Resources", "RowFault", "Spool", "is_extract", "open_extract", "read_extract", "remove_folder", "replace_folder",
    "storage_errors", "write_bytes",
]  # fmt: skip
