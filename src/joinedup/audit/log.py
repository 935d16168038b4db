"""Appending to the chain.

The hash of an entry is SHA-256 over the canonical JSON of [hash of the entry before, every stored field]. So a
changed, removed, inserted or moved entry breaks the chain at its place. What a chain cannot show by itself is that
entries are missing from its end: the count and last hash are therefore kept a second time in `audit_head`, and in
the manifest of every run, where `verify` can be given them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from joinedup.audit.entries import Entry, canonical
from joinedup.audit.sql import Connection, run
from joinedup.audit.subjects import written

START = "0" * 64
"""What stands before the first entry."""

FIELDS = ("sequence", "done_at", "act", "done_by", "why", "subjects", "recipients", "detail")
"""The stored fields that an entry's hash covers, in order."""

_INSERT = f"INSERT INTO audit_log ({', '.join(FIELDS)}, hash) VALUES ({', '.join('?' * (len(FIELDS) + 1))})"


class Head(NamedTuple):
    """How far the log goes: its number of entries and the hash of the last."""

    entries: int
    hash: str


@dataclass(frozen=True)
class Appended:
    """Where an entry came to stand."""

    sequence: int
    at: datetime
    hash: str

    @property
    def head(self) -> Head:
        """The head of the log once this entry is committed, for a run's manifest."""
        return Head(self.sequence, self.hash)


def append(connection: Connection, entry: Entry) -> Appended:
    """Append one entry inside the caller's open transaction. Never commits.

    connection: any DB-API connection to the project's database; the one that made the change which is logged.
    Writers wait for one another here, because the first statement takes the write lock. On SQLite begin with
    `transaction`, which takes it at once: a transaction that has read before it writes is refused when someone
    else has written meanwhile.

    Raises RuntimeError when no transaction is open, for then two writers could take the same place.
    """
    run(connection, "UPDATE audit_head SET entries = entries")
    if not getattr(connection, "in_transaction", True):
        raise RuntimeError("Open a transaction before appending to the audit log.")
    before = head(connection)
    at = (entry.at or datetime.now(UTC)).astimezone(UTC)
    fields = _fields(connection, entry, before.entries + 1, at)
    after = Head(before.entries + 1, chained(before.hash, fields))
    run(connection, _INSERT, *fields, after.hash)
    run(connection, "UPDATE audit_head SET entries = ?, hash = ?", *after)
    return Appended(after.entries, at, after.hash)


def head(connection: Connection) -> Head:
    """The head as `audit_head` has it."""
    entries, last = run(connection, "SELECT entries, hash FROM audit_head").fetchone()
    return Head(entries, last)


def details(connection: Connection) -> list[dict[str, Any]]:
    """What each entry says besides, in order: counts, file names, digests; never a person's value."""
    return [json.loads(row[0]) for row in run(connection, "SELECT detail FROM audit_log ORDER BY sequence").fetchall()]


def chained(before: str, fields: Sequence[Any]) -> str:
    """The hash of an entry, as 64 hexadecimal digits: `before` is the previous entry's hash."""
    return hashlib.sha256(canonical([before, *fields]).encode("ascii")).hexdigest()


def _fields(connection: Connection, entry: Entry, sequence: int, at: datetime) -> tuple[object, ...]:
    return (
        sequence,
        at.isoformat(timespec="microseconds"),
        str(entry.act),
        entry.by,
        entry.why,
        written(connection, entry.subjects),
        canonical(list(entry.recipients)),
        canonical(dict(entry.detail)),
    )
