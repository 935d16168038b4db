"""Opening the project's database, and what is said when it cannot be opened."""

import sqlite3

import duckdb
import pytest

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction, verify
from joinedup.audit.sql import in_style, run
from joinedup.audit.store import FILE_NAME, MIGRATIONS, project_salt
from joinedup.audit.subjects import entries_about
from joinedup.errors import BusyError, ProjectError, StorageError

ENTRY = Entry(Act.COLLECTION, by="j.doe", why="march extracts")


def test_opening_twice_finds_what_was_written(tmp_path):
    first = open_store(tmp_path)
    with transaction(first):
        append(first, ENTRY)
    first.close()
    again = open_store(tmp_path)
    assert verify(again).entries == 1
    assert again.execute("SELECT version FROM library_version").fetchall() == [(len(MIGRATIONS),)]
    again.close()


def test_readers_do_not_wait_for_a_writer(tmp_path):
    writer, reader = open_store(tmp_path), open_store(tmp_path)
    with transaction(writer):
        append(writer, ENTRY)
        assert verify(reader).entries == 0
    assert verify(reader).entries == 1
    writer.close()
    reader.close()


def test_a_second_writer_that_waits_too_long_is_told_so(tmp_path):
    first, second = open_store(tmp_path), open_store(tmp_path)
    second.execute("PRAGMA busy_timeout = 1")
    with transaction(first), pytest.raises(BusyError, match="Another command"), transaction(second):
        pass
    first.close()
    second.close()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ProjectError, match="no such project folder"):
        open_store(tmp_path / "absent")


def test_a_file_that_is_not_a_database_is_named(tmp_path):
    (tmp_path / FILE_NAME).write_text("not a database, and long enough to be read as one" * 9)
    with pytest.raises(ProjectError, match="not a database"):
        open_store(tmp_path)


def test_a_damaged_database_is_told_as_such(tmp_path):
    store = open_store(tmp_path)
    with transaction(store):
        for _ in range(1_000):
            append(store, ENTRY)
    store.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996  # the page that says which tables there are
    path.write_bytes(content)
    with pytest.raises(ProjectError, match="damaged"):
        open_store(tmp_path)


def test_a_path_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(StorageError, match=FILE_NAME):
        open_store(tmp_path)


def test_a_project_from_a_newer_version_is_left_alone(tmp_path):
    store = open_store(tmp_path)
    store.execute("UPDATE library_version SET version = version + 1")
    store.close()
    with pytest.raises(ProjectError, match="newer version"):
        open_store(tmp_path)


def test_a_full_disk_keeps_nothing_of_the_transaction_and_says_so(tmp_path):
    store = open_store(tmp_path)
    (pages,) = store.execute("PRAGMA page_count").fetchone()
    store.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="disk is full"), transaction(store):
        for _ in range(1_000):
            append(store, ENTRY)
    assert (verify(store).whole, verify(store).entries) == (True, 0)
    store.close()


def test_a_fault_of_the_program_is_not_dressed_up_as_the_disk_s(tmp_path):
    store = open_store(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="no such table"), transaction(store):
        store.execute("SELECT * FROM absent")
    assert not store.in_transaction
    store.close()


@pytest.mark.parametrize(("style", "statement"), [("qmark", "a = ? AND b = ?"), ("pyformat", "a = %s AND b = %s")])
def test_statements_take_the_driver_s_own_mark_for_a_value(style, statement):
    assert in_style("a = ? AND b = ?", style) == statement


def test_something_that_is_not_a_connection_is_refused():
    with pytest.raises(TypeError, match="not an open database connection"):
        run(object(), "SELECT 1")


def test_the_same_statements_keep_the_log_in_another_database_too():
    """DuckDB reads PostgreSQL's grammar, keeps another driver, and has no triggers."""
    other = duckdb.connect()
    for statement in MIGRATIONS[0]:
        if "CREATE TRIGGER" not in statement:
            other.execute(statement)
    about_one = Entry(Act.COMBINATION, by="j.doe", why="op-417", subjects=(Subject("record", "x01-crime:1"),))
    for entry in (ENTRY, about_one, ENTRY):
        append(other, entry)
    assert entries_about(other, Subject("record", "x01-crime:1")) == [2]
    assert (verify(other).whole, verify(other).entries) == (True, 3)
    other.execute("UPDATE audit_log SET why = 'april extracts' WHERE sequence = 3")
    assert verify(other).first_broken == 3
    other.close()


def test_a_project_s_salt_is_made_once_and_differs_between_projects(tmp_path):
    stores = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        stores.append(open_store(tmp_path / name))
    first, second = (project_salt(store) for store in stores)
    assert len(first) == len(second) == 32
    assert project_salt(stores[0]) == first != second
    for store in stores:
        store.close()
