"""The project's database: `joinedup.sqlite` in its folder, made and brought up to date when it is opened."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from joinedup.audit.log import START
from joinedup.audit.sql import run
from joinedup.errors import BusyError, JoinedupError, Place, ProjectError, StorageError

FILE_NAME = "joinedup.sqlite"
WAIT_SECONDS = 30.0
"""How long a writer waits for another before it gives up."""

# The triggers stop slips and shortcuts. Whoever can write to the file can drop them, and `verify` then finds it out.
# The last one also stops INSERT OR REPLACE, which removes a row without asking the DELETE trigger.
_LOG = (
    """
    CREATE TABLE audit_log (
        sequence INTEGER PRIMARY KEY, done_at TEXT NOT NULL, act TEXT NOT NULL, done_by TEXT NOT NULL,
        why TEXT NOT NULL, subjects TEXT NOT NULL, recipients TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL
    )
    """,
    "CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, hash TEXT NOT NULL)",
    f"INSERT INTO audit_head (one, entries, hash) VALUES (1, 0, '{START}')",
    "CREATE TABLE audit_salts (kind TEXT NOT NULL, id TEXT NOT NULL, salt TEXT NOT NULL, PRIMARY KEY (kind, id))",
    "CREATE TABLE project_salt (one INTEGER PRIMARY KEY CHECK (one = 1), salt TEXT NOT NULL)",
    """
    CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END
    """,
    """
    CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never deleted'); END
    """,
    """
    CREATE TRIGGER audit_log_grows_at_its_end BEFORE INSERT ON audit_log
    WHEN NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit_log)
    BEGIN SELECT RAISE(ABORT, 'entries of the audit log are added at its end only'); END
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_LOG,)
"""One tuple of statements per version of the library's own tables. Add at the end; never change one that shipped."""


def open_store(folder: Path) -> sqlite3.Connection:
    """Open the project's database in `folder`, making it or bringing it up to date when needed.

    Statements outside `transaction` commit at once. WAL, so that readers never wait; `synchronous` FULL, so that
    a committed entry survives a power cut.

    Raises ProjectError when the folder does not exist, when the file is not such a database, or when a newer
    version of Joinedup made it; StorageError when the disk refuses.
    """
    if not folder.is_dir():
        raise ProjectError("There is no such project folder.", place=Place(str(folder)), remedy="Check the path.")
    path = folder / FILE_NAME
    with _in_plain_words(path):
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        with _in_plain_words(path):
            _prepare(connection)
            _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction that holds the write lock from its start: all of it is kept, or nothing is.

    Raises BusyError when another writer holds the lock too long, StorageError when the disk refuses.
    """
    with _in_plain_words():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has rolled back by itself
                connection.execute("ROLLBACK")
            raise


def project_salt(connection: sqlite3.Connection) -> bytes:
    """The project's own 32 random bytes, made the first time they are asked for.

    Ids that are made from record ids are keyed with it, so that nobody can try record ids until one fits.
    """
    made = secrets.token_hex(32)
    run(connection, "INSERT INTO project_salt (one, salt) VALUES (1, ?) ON CONFLICT DO NOTHING", made)
    return bytes.fromhex(run(connection, "SELECT salt FROM project_salt").fetchone()[0])


def _prepare(connection: sqlite3.Connection) -> None:
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switching to WAL fails at once while another process does so, whatever the time-out: it is tried again."""
    until = time.monotonic() + WAIT_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == len(MIGRATIONS):
        return
    with transaction(connection):
        connection.execute("CREATE TABLE IF NOT EXISTS library_version (version INTEGER NOT NULL)")
        done = _version(connection)  # read again under the lock: another process may have been quicker
        if done > len(MIGRATIONS):
            raise ProjectError(
                "This project was last used with a newer version of Joinedup.",
                place=Place(str(path)),
                remedy="Install that version, or a later one.",
            )
        for statements in MIGRATIONS[done:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute("DELETE FROM library_version")
        run(connection, "INSERT INTO library_version (version) VALUES (?)", len(MIGRATIONS))


def _version(connection: sqlite3.Connection) -> int:
    if not run(connection, "SELECT 1 FROM sqlite_master WHERE name = ?", "library_version").fetchone():
        return 0
    row = run(connection, "SELECT version FROM library_version").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _in_plain_words(path: Path | None = None) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        plain = _plain(error, path)
        if plain is None:
            raise
        raise plain from error


def _plain(error: sqlite3.DatabaseError, path: Path | None) -> JoinedupError | None:
    """What a person can put right, or None where the fault is the program's."""
    place = Place(str(path) if path else FILE_NAME)
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith("SQLITE_NOTADB"):
        return ProjectError("This file is not a database.", place=place, remedy="Restore it from a backup.")
    if name.startswith("SQLITE_CORRUPT"):
        return ProjectError("The database is damaged.", place=place, remedy="Restore it from a backup.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return BusyError(
            "Another command is writing to the database.", place=place, remedy="Try again when it is done."
        )
    if name.startswith("SQLITE_FULL"):
        return StorageError("The disk is full.", place=place, remedy="Free some space and try again; nothing was kept.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_AUTH")):
        return StorageError("The database cannot be written.", place=place, remedy="Check the folder's permissions.")
    return None
