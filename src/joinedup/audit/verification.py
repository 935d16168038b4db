"""Is the log whole?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from joinedup.audit.log import FIELDS, START, Head, chained
from joinedup.audit.sql import Connection, run, undecodable_text_kept

# One statement reads the head and the entries, so that an entry appended meanwhile is in both or in neither.
_EVERYTHING = (
    "SELECT audit_head.entries, audit_head.hash, "
    + ", ".join(f"audit_log.{name}" for name in (*FIELDS, "hash"))
    + " FROM audit_head LEFT JOIN audit_log ON 1 = 1 ORDER BY audit_log.sequence"
)


@dataclass(frozen=True)
class Verification:
    """Whether the log stands as it was written.

    entries, head: how far it is whole. first_broken: the first entry that is not as it was written or is missing;
    null when the log is whole. reason: what was found there, in words.
    """

    whole: bool
    entries: int
    head: str
    first_broken: int | None = None
    reason: str | None = None


def verify(connection: Connection, expected: Iterable[Head] = ()) -> Verification:
    """Walk the whole chain, and compare it with `audit_head` and with the heads in `expected`.

    expected: heads noted elsewhere, such as in the manifests of runs. They are what shows that someone who can
    write to the database cut entries off its end or wrote the whole chain anew.
    """
    noted: dict[int, set[str]] = {}
    for known in expected:
        noted.setdefault(known.entries, set()).add(known.hash)
    with undecodable_text_kept(connection):
        return _walk(iter(run(connection, _EVERYTHING).fetchone, None), noted)


def _walk(rows: Iterable[tuple[Any, ...]], noted: Mapping[int, set[str]]) -> Verification:
    whole, kept = Head(0, START), None
    for stored_entries, stored_hash, *fields, own in rows:
        kept = Head(stored_entries, stored_hash)
        if fields[0] is None and own is None:
            break  # the join's single empty row: a log without entries
        if not _follows(whole, fields, own):
            return _broken(whole, "An entry was changed, removed, inserted or moved here.")
        if not noted.get(whole.entries + 1, {own}) <= {own}:
            return _broken(whole, "The log was written anew, at or before this entry, since its head was noted.")
        whole = Head(whole.entries + 1, own)
    return _with_heads(whole, kept, noted)


def _follows(before: Head, fields: list[Any], own: object) -> bool:
    try:
        return bool(fields[0] == before.entries + 1 and own == chained(before.hash, fields))
    except TypeError:  # a cell that holds bytes was not written by `append`
        return False


def _with_heads(whole: Head, kept: Head | None, noted: Mapping[int, set[str]]) -> Verification:
    if kept is None:
        return _broken(whole, "The record of the log's length is missing.")
    if kept != whole:
        return _broken(whole, "The log and the record of its length do not agree: its end was cut off or added to.")
    longest = max(noted, default=0)
    if longest > whole.entries:
        return _broken(whole, f"The log once had {longest:,} entries; its end was cut off.")
    return Verification(True, *whole)


def _broken(whole: Head, reason: str) -> Verification:
    return Verification(False, *whole, first_broken=whole.entries + 1, reason=reason)
