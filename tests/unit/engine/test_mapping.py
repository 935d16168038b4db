"""Maps applied piece by piece give what they give one row at a time, whatever repeats and whatever was remembered."""

from __future__ import annotations

import gc
import os
import stat

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.engine import DistinctMap, DuckDBEngine, Mapper
from joinedup.engine import mapping as mapping_module

CELL = st.none() | st.sampled_from(["a", "b", "", "ä", "a\x1fb"])
MAPS = (
    DistinctMap(("x",), lambda x: [x and x.upper(), x is None], {"upper": pa.string(), "none": pa.bool_()}),
    DistinctMap(("x", "y"), lambda x, y: [[v for v in (x, y) if v] or None], {"both": pa.list_(pa.string())}),
    DistinctMap(("upper",), lambda u: [len(u or "")], {"length": pa.int64()}),
)


@pytest.mark.parametrize("few", [0, 3, 20_000])
@given(pieces=st.lists(st.lists(st.tuples(CELL, CELL), max_size=8), max_size=4))
def test_pieces_are_mapped_as_rows_are(few: int, pieces: list[list[tuple[str | None, str | None]]]) -> None:
    mapper = Mapper(MAPS)
    before, mapping_module._FEW = mapping_module._FEW, few
    try:
        for piece in pieces:
            columns = {name: pa.array([row[i] for row in piece], pa.string()) for i, name in enumerate("xy")}
            made = mapper(pa.table(columns)).to_pylist()
            assert made == [
                {"x": x, "y": y, "upper": x and x.upper(), "none": x is None,
                 "both": [v for v in (x, y) if v] or None, "length": len(x or "")}
                for x, y in piece
            ]  # fmt: skip
    finally:
        mapping_module._FEW = before
    assert gc.isenabled()


def test_a_map_that_fails_leaves_the_collector_as_it_was() -> None:
    def fails(x: str | None) -> list[object]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Mapper([DistinctMap(("x",), fails, {"z": pa.string()})])(pa.table({"x": ["a"]}))
    assert gc.isenabled()


def test_what_was_spooled_is_read_back_and_gone_when_the_engine_closes() -> None:
    engine = DuckDBEngine()
    spool = engine.spool(pa.schema([("n", pa.int64()), ("t", pa.list_(pa.string()))]))
    folder = engine._folder.name
    spool.write(pa.table({"t": [["a"], None], "n": [1, 2]}))
    spool.write(pa.table({"t": pa.array([], pa.list_(pa.string())), "n": pa.array([], pa.int64())}))
    assert engine.collect(spool.frame()).to_pylist() == [{"n": 1, "t": ["a"]}, {"n": 2, "t": None}]
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700  # this account's alone
    engine.close()
    assert not os.path.exists(folder)
