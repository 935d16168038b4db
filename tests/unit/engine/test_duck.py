"""The engine agrees with a plain loop, writes whole files or none, and says what to do when it cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.engine import DistinctMap, DuckDBEngine, Resources
from joinedup.engine.storing import appearing, write_bytes
from joinedup.errors import ExtractError, StorageError


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(Resources(memory="1GB", threads=2))
    yield made
    made.close()


def length_and_reverse(text: str | None, number: int | None) -> list[object]:
    return [None if text is None else len(text) + (number or 0), None if text is None else [text, text[::-1]]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.none() | st.text(max_size=4), st.none() | st.integers(0, 5)), max_size=30))
def test_map_distinct_gives_what_a_loop_gives(engine: DuckDBEngine, rows: list[tuple[str | None, int | None]]) -> None:
    texts, numbers = ([row[i] for row in rows] for i in (0, 1))
    table = pa.table({"place": range(len(rows)), "t": pa.array(texts, pa.string()), "n": pa.array(numbers, pa.int64())})
    one = DistinctMap(("t", "n"), length_and_reverse, {"size": pa.int64(), "both": pa.list_(pa.string())})
    found = engine.collect(engine.map_distinct(engine.frame(table), [one]).sort("place"))
    assert list(zip(found["size"].to_pylist(), found["both"].to_pylist(), strict=True)) == [
        tuple(length_and_reverse(*row)) for row in rows
    ]


def test_map_distinct_calls_the_function_once_for_each_distinct_value(engine: DuckDBEngine) -> None:
    calls: list[str | None] = []

    def note(text: str | None) -> list[object]:
        calls.append(text)
        return [text]

    table = pa.table({"t": ["a", "b", None] * 1000})
    engine.map_distinct(engine.frame(table), [DistinctMap(("t",), note, {"again": pa.string()})])
    assert sorted(map(str, calls)) == ["None", "a", "b"]


def contacts(count: int) -> pa.Table:
    return tables.CONTACTS.conform(pa.table({
        "record_id": [f"s:{i * 7919 % count}" for i in range(count)], "kind": ["phone"] * count,
        "value": [str(i) for i in range(count)], "source_file": ["f"] * count, "source_row": range(count),
    }))  # fmt: skip


def test_write_puts_rows_in_key_order_and_gives_equal_bytes_for_equal_rows(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    table = contacts(250_000)
    shuffled = table.take(pa.array([i * 7 % 250_000 for i in range(250_000)]))
    first, second = tmp_path / "1.parquet", tmp_path / "2.parquet"
    assert engine.write(engine.frame(table), first, tables.CONTACTS) == 250_000
    engine.write(engine.frame(shuffled), second, tables.CONTACTS)
    assert first.read_bytes() == second.read_bytes()
    keys = pq.read_table(first)["record_id"].to_pylist()
    assert keys == sorted(keys)
    assert pq.read_schema(first).equals(tables.CONTACTS.schema)


def test_an_empty_frame_is_written_as_an_empty_table(engine: DuckDBEngine, tmp_path: Path) -> None:
    engine.write(engine.frame(tables.CRIMES.empty()), tmp_path / "crimes.parquet", tables.CRIMES)
    assert pq.read_table(tmp_path / "crimes.parquet").schema.equals(tables.CRIMES.schema)


def test_types_survive_the_engine(engine: DuckDBEngine, tmp_path: Path) -> None:
    row = {"record_id": "a:1", "system": "a", "local_id": "1", "dob": dt.date(1990, 5, 6), "phones": ["1", "2"],
           "source_file": "f", "source_row": 2}  # fmt: skip
    table = tables.PERSON_RECORDS.conform(pa.Table.from_pylist([row]))
    engine.write(engine.frame(table), tmp_path / "p.parquet", tables.PERSON_RECORDS)
    back = engine.collect(engine.read(tmp_path / "p.parquet"))
    assert tables.PERSON_RECORDS.conform(back).equals(table)


def test_a_failed_write_leaves_neither_file_nor_remains(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), appearing(tmp_path / "f") as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_one_sentence() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full on this system")
    with pytest.raises(StorageError, match="disk is full"), appearing(Path("/dev/shm/joinedup-full-test")) as temporary:
        temporary.symlink_to(full)
        with temporary.open("wb", buffering=0) as stream:
            stream.write(b"x")


def test_a_missing_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file or folder"):
        write_bytes(tmp_path / "gone" / "f", b"x")


def test_too_little_memory_without_room_to_spill_says_what_to_raise() -> None:
    small = DuckDBEngine(Resources(memory="20MB", threads=1))
    small.connection.execute("SET temp_directory = '/dev/null/spill'")
    try:
        with pytest.raises(StorageError, match=r"memory|spill"):
            big = small.frame(pa.table({"n": range(3_000_000)}))
            small.keep(big.with_columns(nw.col("n").cast(nw.String()).alias("t")).sort("t"))
    finally:
        small.close()


def test_reading_what_is_not_parquet_is_an_extract_error(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1nonsense")
    with pytest.raises(ExtractError, match="not a Parquet file"):
        engine.collect(engine.read(tmp_path / "x.parquet"))
