"""What another process makes of rows is what is made of them here."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pyarrow as pa
import pytest

from joinedup.engine import ROW, Beside
from joinedup.gate import value_maps
from joinedup.sources import Lists, Settings
from joinedup.sources.making import Making
from joinedup.sources.plain import map_without_toml

CELLS = {
    "local_id": "A{}", "forenames": "Mr Bram", "surname": "Oakley aka Ash", "dob": "1990-02-30", "sex": "Male",
    "phones": "07700 900{:03d}", "self_defined_ethnicity": "NS", "nationalities": "GBR;", "force": "X01",
}  # fmt: skip


def test_rows_made_beside_are_those_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    columns = {name: [cell.format(row % 1_000) for row in range(40_000)] for name, cell in CELLS.items()}
    rows = pa.table({**columns, ROW: pa.array(range(2, 40_002), pa.int64())})
    source = map_without_toml(Path("person_records.csv"), tuple(CELLS), "invented")
    settings = Settings(Lists(invented=True), Path(), functools.partial(value_maps, invented=True))
    making = Making(source, source.tables[0], settings, tuple(CELLS), "person_records.csv")
    shared = Beside(making.rows, 2)
    alone = making.rows()(rows)
    assert shared(rows).equals(alone)  # here, while the other starts
    assert shared(rows).equals(alone)
    assert shared._others is not None and shared._others[0]._stop.alive
    shared.close()
    assert alone.schema.equals(making.rows().schema)
    assert alone.num_rows == 40_000 and alone["surname"][0].as_py() == "OAKLEY"
