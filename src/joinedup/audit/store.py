"""The project's database: `joinedup.sqlite` in its folder, made and brought up to date when it is opened."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from joinedup.audit.log import START
from joinedup.audit.sql import Connection, run
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

_ERASED = ("CREATE TABLE erased_records (digest TEXT PRIMARY KEY, erased_at TEXT NOT NULL)",)


def _kept_as_written(table: str, what: str) -> tuple[str, ...]:
    """Triggers by which rows of `table` are only ever added, but for a lawful erasure: see `erasing`."""
    return (
        f"""
        CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE ON {table}
        BEGIN SELECT RAISE(ABORT, '{what} are never changed'); END
        """,
        f"""
        CREATE TRIGGER {table}_are_not_deleted BEFORE DELETE ON {table} WHEN NOT EXISTS (SELECT 1 FROM erasure_now)
        BEGIN SELECT RAISE(ABORT, '{what} are never deleted'); END
        """,
        f"""
        CREATE TRIGGER {table}_are_not_replaced BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number)
        BEGIN SELECT RAISE(ABORT, '{what} are never replaced'); END
        """,
    )


# A judgement's number is the sequence of the audit entry that records it, so that no number is given twice, also where
# a row was erased. There are no foreign keys: what was decided stands, whatever becomes of the records. Ids are ordered
# by byte, as in Python and Arrow; a database that orders by language needs COLLATE "C" on them.
_JUDGEMENTS = (
    "CREATE TABLE erasure_now (one INTEGER PRIMARY KEY CHECK (one = 1))",
    """
    CREATE TABLE judgement_events (
        number INTEGER PRIMARY KEY, record_id_l TEXT NOT NULL, record_id_r TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different', 'unsure')),
        done_by TEXT NOT NULL, done_at TEXT NOT NULL, why TEXT NOT NULL, reading INTEGER CHECK (reading >= 1),
        CHECK (record_id_l < record_id_r)
    )
    """,
    "CREATE INDEX judgements_of_a_pair ON judgement_events (record_id_l, record_id_r)",
    """
    CREATE TABLE judgement_retirings (
        number INTEGER PRIMARY KEY, done_by TEXT NOT NULL, done_at TEXT NOT NULL, why TEXT NOT NULL,
        propose_again INTEGER NOT NULL CHECK (propose_again IN (0, 1))
    )
    """,
    *_kept_as_written("judgement_events", "judgements"),
    *_kept_as_written("judgement_retirings", "retirings of judgements"),
)

# A claim is entered before anybody sees its figure; what became of it, and every later wording, are rows of their own.
_CLAIMS = (
    """
    CREATE TABLE claim_events (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL, statement TEXT NOT NULL,
        done_by TEXT NOT NULL, done_at TEXT NOT NULL, why TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE claim_verdicts (
        number INTEGER PRIMARY KEY, claim INTEGER NOT NULL, run TEXT NOT NULL, verdict TEXT NOT NULL,
        done_at TEXT NOT NULL
    )
    """,
    *_kept_as_written("claim_events", "claims"),
    *_kept_as_written("claim_verdicts", "verdicts on claims"),
)

# One fact of the inquiry's register. on_day: the day of the fact, which is not the day on which it was entered.
_INQUIRY = (
    """
    CREATE TABLE inquiry_events (
        number INTEGER PRIMARY KEY, kind TEXT NOT NULL, thing TEXT NOT NULL, on_day TEXT NOT NULL, fields TEXT NOT NULL,
        done_by TEXT NOT NULL, done_at TEXT NOT NULL, why TEXT NOT NULL
    )
    """,
    "CREATE INDEX inquiry_events_of_a_thing ON inquiry_events (thing)",
    *_kept_as_written("inquiry_events", "entries of the register"),
)

# What happens in a case review is one kind of row, so that a replay reads them in one order; `body` is JSON. The audit
# entry of the same number holds the digest of the body, and never the body: it may be about a person.
_REVIEW = (
    """
    CREATE TABLE review_events (
        number INTEGER PRIMARY KEY, kind TEXT NOT NULL, crime_id TEXT, done_by TEXT NOT NULL, done_at TEXT NOT NULL,
        body TEXT NOT NULL
    )
    """,
    "CREATE INDEX review_events_of_a_crime ON review_events (crime_id)",
    *_kept_as_written("review_events", "events of a case review"),
)

# What was released: a pack is known by the digest of its public files as they are published. counts: what the next
# release must be held against, so that nothing follows from the difference.
_RELEASES = (
    """
    CREATE TABLE release_drafts (
        number INTEGER PRIMARY KEY, digest TEXT NOT NULL, run TEXT NOT NULL,
        done_by TEXT NOT NULL, done_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE release_approvals (
        number INTEGER PRIMARY KEY, digest TEXT NOT NULL, run TEXT NOT NULL,
        done_by TEXT NOT NULL, done_at TEXT NOT NULL, why TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE releases (
        number INTEGER PRIMARY KEY, digest TEXT NOT NULL, run TEXT NOT NULL, counts TEXT NOT NULL,
        done_by TEXT NOT NULL, done_at TEXT NOT NULL
    )
    """,
    *_kept_as_written("release_drafts", "drafts of releases"),
    *_kept_as_written("release_approvals", "approvals of releases"),
    *_kept_as_written("releases", "releases"),
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_LOG, _ERASED, _JUDGEMENTS, _CLAIMS, _INQUIRY, _REVIEW, _RELEASES)
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


@contextmanager
def erasing(connection: Connection) -> Iterator[None]:
    """Let rows of `judgement_events` and `judgement_retirings` be deleted, for a lawful erasure alone.

    Their triggers refuse to delete unless `erasure_now` holds a row. It is put there and taken away inside the caller's
    open transaction, so that no other connection ever sees it and nothing is left of it, however the block ends. One
    function opens it, which knows what rows are about a record: `joinedup.linkage.judgements.forget_judgements`. The
    audit log is never opened: there the record's salt goes instead, by `joinedup.audit.subjects.forget`.
    """
    run(connection, "INSERT INTO erasure_now (one) VALUES (1)")
    try:
        yield
    finally:
        run(connection, "DELETE FROM erasure_now")


def project_salt(connection: Connection) -> bytes:
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
