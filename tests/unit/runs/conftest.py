"""Figures made of rows written out in a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest

from joinedup.runs.figures import KeyedPairs, RunTables, make_figures
from joinedup.tables import CLUSTERS, CRIMES, PERSON_RECORDS, RETURNS, ROLES

Rows = list[dict[str, Any]]
PAIRS = pa.schema([("record_id_l", pa.string()), ("record_id_r", pa.string())])


class Duck:
    """A DuckDB in memory that makes frames of rows and keeps frames as temporary tables."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.kept = 0

    def frame(self, rows: Rows, schema: pa.Schema) -> nw.LazyFrame[Any]:
        return nw.from_native(self.connection.from_arrow(pa.Table.from_pylist(rows, schema=schema)))

    def keep(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        self.kept += 1
        frame.to_native().create(f"kept_{self.kept}")
        return nw.from_native(self.connection.table(f"kept_{self.kept}"))


@pytest.fixture(scope="session")
def figures_of() -> Callable[..., pa.Table]:
    """The figures of tables given as rows: `figures_of(records=[...], roles=[...], clusters={record: person})`."""
    return make


def make(kept: bool = True, keyed: Rows | None = None, lists: Any = None, **tables: Any) -> pa.Table:
    duck = Duck()
    clusters = [{"record_id": record, "person_id": person} for record, person in tables.get("clusters", {}).items()]
    run = RunTables(
        person_records=duck.frame(tables.get("records", []), PERSON_RECORDS.schema),
        roles=duck.frame(tables.get("roles", []), ROLES.schema),
        crimes=duck.frame(tables.get("crimes", []), CRIMES.schema),
        clusters=duck.frame(clusters, CLUSTERS.schema),
        returns=duck.frame(tables.get("returns", []), RETURNS.schema),
        rows_sent=tables.get("rows_sent", {}),
        keyed=() if keyed is None else (KeyedPairs("by crime", duck.frame(keyed, PAIRS)),),
        lists=lists or {},
        folders=tables.get("folders", {}),
    )
    return make_figures(run, duck.keep) if kept else make_figures(run)
