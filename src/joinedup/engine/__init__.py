"""Read, write and transform frames: DuckDB on one machine, one small interface for a cluster too.

In: extracts as files (CSV, XLSX, Parquet, JSON lines) and Narwhals frames. Out: Arrow tables of text with the
physical row of every row, frames, and Parquet written whole or not at all. Refuses: a file that is not a table.
DuckDB and Spark are imported in this room only.
"""

from joinedup.engine.contract import DistinctMap, Engine, Resources
from joinedup.engine.duck import DuckDBEngine, storage_errors
from joinedup.engine.extracts import ROW, Extract, Reading, RowFault, is_extract, read_extract
from joinedup.engine.storing import remove_folder, replace_folder, write_bytes

__all__ = [
    "ROW", "DistinctMap", "DuckDBEngine", "Engine", "Extract", "Reading", "Resources", "RowFault", "is_extract",
    "read_extract",
    "remove_folder", "replace_folder", "storage_errors", "write_bytes",
]  # fmt: skip
