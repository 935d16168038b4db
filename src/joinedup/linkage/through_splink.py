"""The same model through Splink 5 on the engine's DuckDB: the oracle that our arrays must agree with.

What Splink's model cannot say is left out, and named in `LEFT_OUT`. Nothing else in the house knows Splink.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from splink import DuckDBAPI, Linker

from joinedup.engine import DuckDBEngine, storage_errors
from joinedup.errors import LinkageError
from joinedup.linkage import model
from joinedup.linkage.comparing import Bits
from joinedup.linkage.features import Records
from joinedup.linkage.fitting import OURS
from joinedup.linkage.loops import Rows

LEFT_OUT = (
    "namesakes (a full name is as rare as its forename and surname make it)",
    "relatives (a weight is the odds against strangers alone)",
    "the cap on values that too many records share",
)
"""Our own steps, which Splink's model has no words for."""

_names = itertools.count()


def scored_by_splink(engine: DuckDBEngine, records: Records, settings: Mapping[str, Any]) -> tuple[Rows, Rows, Bits]:
    """Pairs of rows at even odds or better, in order, and their weights in bits with 6 decimals, by Splink.

    Raises LinkageError for a model that Splink cannot use.
    """
    plain = {key: value for key, value in settings.items() if key != OURS}
    with _quiet():
        linker = _linker(engine, records.table(), plain)
        predicted = linker.inference.predict(threshold_match_weight=model.FLOOR).as_duckdbpyrelation()
        ends = "least(record_id_l, record_id_r) AS first_id, greatest(record_id_l, record_id_r) AS second_id"
        table = predicted.project(f"{ends}, match_weight").order("first_id, second_id").to_arrow_table()
    left, right = (_rows(table[name], records) for name in ("first_id", "second_id"))
    return left, right, np.round(table["match_weight"].to_numpy(), 6)


def _rows(ids: pa.ChunkedArray, records: Records) -> Rows:
    return np.asarray(pc.index_in(ids, value_set=records.ids).to_numpy(), dtype=np.int32)


def _linker(engine: DuckDBEngine, table: pa.Table, settings: Mapping[str, Any]) -> Linker:
    name = f"linkage_input_{next(_names)}"
    engine.connection.register(name, table)
    api = DuckDBAPI(connection=engine.connection)
    try:
        return Linker(api.register(name), dict(settings), log_level=logging.ERROR)
    except (ValueError, KeyError) as error:
        raise LinkageError(f"Splink cannot use the linkage model: {type(error).__name__}.") from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Splink talks to stdout, logs and warnings of values and columns; the run says what matters in its own words."""
    loggers = [logging.getLogger("splink"), logging.getLogger("splink.internals")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with storage_errors(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
