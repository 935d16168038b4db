"""How the log names people's records without holding their ids.

The log holds SHA-256(salt, kind, id). The salt is random, one for each record, and lies in a table of its own.
While it is there, an authorised person can find every entry about a record. When a person is lawfully erased the
salt goes, and nobody can tell any longer whom those entries were about, though every entry still stands and the
chain is whole. A salt shared by all records would not do: record ids are few enough to try them all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from joinedup.audit.entries import Subject, canonical
from joinedup.audit.sql import Connection, run

SALT_BYTES = 16


def written(connection: Connection, subjects: Iterable[Subject]) -> str:
    """The subjects as the log holds them: JSON, with a digest in place of each personal id."""
    return canonical([_named(connection, subject) for subject in subjects])


def entries_about(connection: Connection, subject: Subject) -> list[int]:
    """Sequence numbers of the entries about `subject`, oldest first; none once it has been forgotten.

    Looking here is itself a consultation: the caller appends an entry for it.
    """
    name = {"kind": subject.kind, "id": subject.id}
    if subject.personal:
        salt = _salt(connection, subject)
        if salt is None:
            return []
        name = {"kind": subject.kind, "digest": _digest(salt, subject)}
    pattern = "%" + _escaped(canonical(name)) + "%"
    rows = run(
        connection, "SELECT sequence FROM audit_log WHERE subjects LIKE ? ESCAPE '!' ORDER BY sequence", pattern
    ).fetchall()
    return [row[0] for row in rows]


def forget(connection: Connection, subject: Subject) -> None:
    """Remove the salt of a personal subject, so that no entry can be traced to it again.

    Part of a lawful erasure; the caller appends the erasure's entry, without this subject, in the same transaction.
    """
    run(connection, "DELETE FROM audit_salts WHERE kind = ? AND id = ?", subject.kind, subject.id)


def _named(connection: Connection, subject: Subject) -> dict[str, str]:
    if not subject.personal:
        return {"kind": subject.kind, "id": subject.id}
    salt = _salt(connection, subject) or _new_salt(connection, subject)
    return {"kind": subject.kind, "digest": _digest(salt, subject)}


def _digest(salt: str, subject: Subject) -> str:
    return hashlib.sha256(canonical([salt, subject.kind, subject.id]).encode()).hexdigest()


def _salt(connection: Connection, subject: Subject) -> str | None:
    row = run(connection, "SELECT salt FROM audit_salts WHERE kind = ? AND id = ?", subject.kind, subject.id).fetchone()
    return row[0] if row else None


def _new_salt(connection: Connection, subject: Subject) -> str:
    salt = secrets.token_hex(SALT_BYTES)
    run(connection, "INSERT INTO audit_salts (kind, id, salt) VALUES (?, ?, ?)", subject.kind, subject.id, salt)
    return salt


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
