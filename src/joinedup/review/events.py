"""What happens in a review, as events that are added and never changed: the one source of every state.

In: an open connection and an event. Out: all events in order. Nothing here commits; the event and its entry in the
audit log stand or fall together. The audit entry holds a digest of the event, so that the chain covers what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from joinedup.audit import Act, Entry, Subject, append, details, erasing
from joinedup.audit.entries import canonical
from joinedup.audit.sql import Connection, run
from joinedup.errors import JoinedupError

KINDS = (
    "plan", "reader", "withdrawal", "batch", "sample", "decision", "adjudication", "alert", "alert_seen", "wish",
    "referral", "answer", "action_done", "contact", "outcome",
)  # fmt: skip

_INSERT = "INSERT INTO review_events (number, kind, crime_id, done_by, done_at, body) VALUES (?, ?, ?, ?, ?, ?)"
_READ = "SELECT number, kind, crime_id, done_by, done_at, body FROM review_events ORDER BY number"


@dataclass(frozen=True)
class Event:
    """Something that happened. by: the account. crime_id: the case it is about, if it is about one. number, at: given
    when it is recorded.
    """

    kind: str
    by: str
    body: Mapping[str, Any] = field(default_factory=dict)
    crime_id: str | None = None
    number: int = 0
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no such event in a review: {self.kind}.")


def record(connection: Connection, event: Event) -> Event:
    """Append an event and its audit entry inside the caller's open transaction. Never commits. Gives it as recorded."""
    body = canonical(dict(event.body))
    subjects = (Subject("crime", event.crime_id),) if event.crime_id else ()
    detail = {"review": event.kind, "digest": _digest(event.kind, event.crime_id, body)}
    entry = Entry(Act.ALTERATION, event.by, f"case review: {event.kind}", subjects, detail, at=event.at)
    appended = append(connection, entry)
    moment = appended.at.isoformat(timespec="microseconds")
    run(connection, _INSERT, appended.sequence, event.kind, event.crime_id, event.by, moment, body)
    return Event(event.kind, event.by, json.loads(body), event.crime_id, appended.sequence, appended.at)


def all_events(connection: Connection) -> tuple[Event, ...]:
    """Every event, the oldest first."""
    return tuple(
        Event(kind, by, json.loads(body), crime, number, datetime.fromisoformat(at).astimezone(UTC))
        for number, kind, crime, by, at, body in run(connection, _READ).fetchall()
    )


def altered(connection: Connection) -> tuple[int, ...]:
    """Numbers of events that are not what the audit log says of them: changed, or put in without an entry."""
    said = details(connection)
    return tuple(
        number
        for number, kind, crime, _, _, body in run(connection, _READ).fetchall()
        if number > len(said) or said[number - 1].get("digest") != _digest(kind, crime, body)
    )


def forget_cases(connection: Connection, crimes: Iterable[str]) -> int:
    """Take out every event about some cases, for a lawful erasure alone; give how many there were.

    The caller appends the erasure's
    entry and forgets the subjects' salts in the same transaction.
    """
    gone = 0
    with erasing(connection):
        for crime in crimes:
            rows = run(connection, "SELECT number FROM review_events WHERE crime_id = ?", crime).fetchall()
            for (number,) in rows:
                run(connection, "DELETE FROM review_events WHERE number = ?", number)
            gone += len(rows)
    return gone


def refuse_empty(what: str, text: str) -> None:
    """Raise JoinedupError where a person left out what a decision needs."""
    if not text.strip():
        raise JoinedupError(f"Nothing is given for: {what}.", rule="review-empty", remedy=f"Give the {what}.")


def _digest(kind: str, crime: str | None, body: str) -> str:
    return hashlib.sha256(canonical([kind, crime, body]).encode()).hexdigest()
