"""Tombstones: which records were erased, as digests that only this project can make.

They stop a record from coming back with a backup or the next extract, and say nothing about anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from joinedup.audit.sql import Connection, run
from joinedup.audit.store import project_salt

_DIGEST = hashlib.blake2b


def bury(connection: Connection, records: Iterable[str]) -> None:
    """Note that these records were erased, once each. Never commits."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for digest in _digests(connection, records):
        run(
            connection,
            "INSERT INTO erased_records (digest, erased_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            digest,
            at,
        )


def any_buried(connection: Connection) -> bool:
    """Whether anything was ever erased here."""
    return run(connection, "SELECT 1 FROM erased_records LIMIT 1").fetchone() is not None


def buried(connection: Connection, records: Iterable[str]) -> list[str]:
    """Those of the records that were erased before, in the order given."""
    known = {row[0] for row in run(connection, "SELECT digest FROM erased_records").fetchall()}
    if not known:
        return []
    given = list(records)
    return [one for one, digest in zip(given, _digests(connection, given), strict=True) if digest in known]


def _digests(connection: Connection, records: Iterable[str]) -> list[str]:
    salt = project_salt(connection)
    return [_DIGEST(one.encode(), key=salt, person=b"erased", digest_size=16).hexdigest() for one in records]
