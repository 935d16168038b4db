"""The tables of judgements: rows are added, never changed or deleted, but by a lawful erasure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from joinedup.audit import Act, Entry, append, erasing, open_store, transaction, verify
from joinedup.audit.store import FILE_NAME, MIGRATIONS

EVENT = (7, "a:1", "b:1", "same", "j.doe", "2026-03-02T12:00:00.000000+00:00", "one scar", None)
RETIRING = (7, "j.doe", "2026-03-03T12:00:00.000000+00:00", "a slip", 0)
TABLES = {"judgement_events": EVENT, "judgement_retirings": RETIRING}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_store(tmp_path)
    for table, row in TABLES.items():
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    yield connection
    connection.close()


def rows(store: sqlite3.Connection) -> list[int]:
    return [store.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES]


@pytest.mark.parametrize("table", TABLES)
def test_a_row_is_never_changed(store: sqlite3.Connection, table: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        store.execute(f"UPDATE {table} SET why = 'another reason'")


@pytest.mark.parametrize("table", TABLES)
def test_a_row_is_never_deleted_as_such(store: sqlite3.Connection, table: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        store.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(("table", "row"), TABLES.items())
def test_a_row_is_never_replaced(store: sqlite3.Connection, table: str, row: tuple[object, ...]) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
        store.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)


@pytest.mark.parametrize(
    "wrong",
    [{1: "b:1", 2: "a:1"}, {1: "a:1", 2: "a:1"}, {3: "perhaps"}, {6: None}, {7: 0}],
    ids=["ids in the wrong order", "one record twice", "no such verdict", "no reason", "no such reading"],
)
def test_an_event_that_cannot_be_is_refused_by_the_database(
    store: sqlite3.Connection, wrong: dict[int, object]
) -> None:
    row = [wrong.get(place, value) for place, value in enumerate(EVENT)]
    row[0] = 8
    with pytest.raises(sqlite3.IntegrityError):
        store.execute("INSERT INTO judgement_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def test_a_lawful_erasure_deletes_and_the_rows_are_safe_again_after_it(store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO judgement_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (8, "c:1", "d:1", *EVENT[3:]))
    with transaction(store), erasing(store):
        store.execute("DELETE FROM judgement_events WHERE number = 7")
    assert rows(store) == [1, 1]
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        store.execute("DELETE FROM judgement_events")


def test_nobody_else_can_delete_while_an_erasure_is_under_way_or_was_stopped(
    store: sqlite3.Connection, tmp_path: Path
) -> None:
    other = open_store(tmp_path)
    with pytest.raises(RuntimeError, match="stopped"), transaction(store), erasing(store):
        assert other.execute("SELECT COUNT(*) FROM erasure_now").fetchone() == (0,)
        store.execute("DELETE FROM judgement_events")
        raise RuntimeError("stopped")
    assert rows(store) == [1, 1]
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        other.execute("DELETE FROM judgement_events")
    other.close()


def test_a_project_of_an_earlier_version_gets_the_tables_and_keeps_its_log(tmp_path: Path) -> None:
    earlier = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    for statement in (*MIGRATIONS[0], "CREATE TABLE library_version (version INTEGER NOT NULL)"):
        earlier.execute(statement)
    earlier.execute("INSERT INTO library_version VALUES (1)")
    with transaction(earlier):
        append(earlier, Entry(Act.COLLECTION, by="j.doe", why="march extracts"))
    earlier.close()
    store = open_store(tmp_path)
    assert store.execute("SELECT version FROM library_version").fetchone() == (len(MIGRATIONS),)
    assert rows(store) == [0, 0]
    assert (verify(store).whole, verify(store).entries) == (True, 1)
    store.close()
