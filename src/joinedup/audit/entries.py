"""What one entry of the log says, checked before it can be written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from joinedup.errors import JoinedupError
from joinedup.tables import PERSON_RECORDS

PERSONAL_KINDS = frozenset({"record", "person", "crime", "note"})
"""Kinds of subject whose id belongs to a person's record, so the log holds a salted digest in its place."""

PERSONAL_COLUMNS = frozenset(column.name for column in PERSON_RECORDS.columns if column.personal)


class Act(StrEnum):
    """What was done. The first six are the acts that the law names; the others tell a run's life.

    Source: Data Protection Act 2018, s62(1).
    """

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    RUN_STARTED = "run_started"
    RUN_FINISHED = "run_finished"
    RUN_REMOVED = "run_removed"


@dataclass(frozen=True)
class Subject:
    """What an act was done to: a `record`, `person`, `crime` or `note`; or a `run`, `extract`, `pack` and so on.

    id: the key of the thing. For the first four kinds it never reaches the log: see `joinedup.audit.subjects`.
    """

    kind: str
    id: str

    @property
    def personal(self) -> bool:
        """Whether the id belongs to a person's record."""
        return self.kind in PERSONAL_KINDS


@dataclass(frozen=True)
class Entry:
    """One act, by one account, for one reason.

    by: the account that acted. why: the reason in a few words, such as an operation's reference; never a name.
    detail: counts, rules, file names and settings, as JSON; never a person's value. recipients: to whom data went.
    at: when, with a time zone; the time of writing when left out.

    Raises JoinedupError where a person can supply what is missing, ValueError where the calling code is wrong.
    Source: Data Protection Act 2018, s62(2) and (3): justification, date and time, identity, recipients.
    """

    act: Act
    by: str
    why: str
    subjects: tuple[Subject, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    recipients: tuple[str, ...] = ()
    at: datetime | None = None

    def __post_init__(self) -> None:
        _say_who_and_why(self)
        if self.at is not None and self.at.utcoffset() is None:
            raise ValueError("The time of an entry needs a time zone.")
        personal = sorted(PERSONAL_COLUMNS.intersection(_keys(self.detail)))
        if personal:
            raise ValueError(f"An entry's detail must not hold a person's values: {', '.join(personal)}.")


def _say_who_and_why(entry: Entry) -> None:
    if not entry.by.strip():
        raise JoinedupError(
            f"Nobody is named for this {entry.act}.", rule="audit-by", remedy="Say which account does it."
        )
    if not entry.why.strip():
        raise JoinedupError(
            f"No reason is given for this {entry.act}.", rule="audit-why", remedy="Say in a few words what it is for."
        )
    if entry.act is Act.DISCLOSURE and not any(name.strip() for name in entry.recipients):
        raise JoinedupError(
            "This disclosure names no recipient.", rule="audit-recipients", remedy="Say who will receive the data."
        )


def _keys(value: object) -> Iterator[str]:
    """Every key at every depth."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)


def canonical(value: object) -> str:
    """One spelling of a JSON value: sorted keys, no spaces, ASCII. Raises ValueError for NaN and infinities."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
