"""Judgements: what people decided of two records. Events in the project's database, added to and never overwritten.

In: an open connection, and what somebody decided. Out: every judgement there ever was, those in force, and where they
contradict one another. A judgement is taken back by a second event, its retiring. Nothing here commits: the caller's
transaction holds the event and its entry in the audit log, so that both stand or neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from joinedup import tables
from joinedup.audit import Act, Entry, Subject, append, erasing
from joinedup.audit.sql import Connection, run
from joinedup.errors import LinkageError, Place, nearest
from joinedup.linkage.grounds import shortest

VERDICTS = tables.JUDGEMENTS.column("verdict").values
FIRM = ("same", "different")
"""Verdicts that decide something; `unsure` decides nothing and undoes nothing."""

Pair = tuple[str, str]

_INSERT = """
    INSERT INTO judgement_events (number, record_id_l, record_id_r, verdict, done_by, done_at, why, reading)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_RETIRE = """
    INSERT INTO judgement_retirings (number, done_by, done_at, why, propose_again) VALUES (?, ?, ?, ?, ?)
"""

_EVENTS = """
    SELECT e.number, e.record_id_l, e.record_id_r, e.verdict, e.done_by, e.done_at, e.why, e.reading,
        r.done_at, r.done_by, r.why, r.propose_again
    FROM judgement_events e LEFT JOIN judgement_retirings r ON r.number = e.number
"""


@dataclass(frozen=True)
class Judgement:
    """What somebody decided of two records; in either order. The records need not be there: they may come later.

    by: the account that decided. why: in their words; kept with the judgement, and not in the audit log, because it may
    be about a person. at: when, with a time zone; the time of writing when left out. reading: as in the table.

    Raises LinkageError, which names the column, for what cannot be kept.
    """

    one: str
    other: str
    verdict: str
    by: str
    why: str
    at: datetime | None = None
    reading: int | None = None

    def __post_init__(self) -> None:
        for column, text in (("record_id_l", self.one), ("record_id_r", self.other), ("by", self.by)):
            _refuse_empty(column, text)
        _refuse_empty("why", self.why)
        if self.one == self.other:
            raise _refused("record_id_r", "judgement-two-records", "The two records are one.", "Name two records.")
        if self.verdict not in VERDICTS:
            remedy = f"Write {', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}.{nearest(self.verdict, VERDICTS)}"
            raise _refused("verdict", "judgement-verdict", "There is no such verdict.", remedy)
        if self.at is not None and self.at.utcoffset() is None:
            raise _refused("at", "judgement-moment", "The moment has no time zone.", "Such as 2026-03-02T12:00:00Z.")

    @property
    def pair(self) -> Pair:
        """The two records, the id that sorts first first."""
        return pair_of(self.one, self.other)


@dataclass(frozen=True)
class Contradiction:
    """Two records judged to be two people that a chain of `same` makes one. chain: the shortest, both included."""

    record_id_l: str
    record_id_r: str
    chain: tuple[str, ...]


def pair_of(one: str, other: str) -> Pair:
    """Two records, the id that sorts first first."""
    return (one, other) if one < other else (other, one)


def record(connection: Connection, judgement: Judgement, *, brought_by: str | None = None) -> int:
    """Append a judgement and its entry in the audit log, inside the caller's open transaction; give its number.

    brought_by: the account that writes it here, where that is not the one who decided, as with an import.
    """
    left, right = judgement.pair
    detail = {"judged": judgement.verdict} | ({"decided_by": judgement.by} if brought_by else {})
    subjects = (Subject("record", left), Subject("record", right))
    entry = Entry(Act.ALTERATION, brought_by or judgement.by, "two records judged", subjects, detail)
    appended = append(connection, entry)
    run(
        connection, _INSERT, appended.sequence, left, right,
        judgement.verdict, judgement.by, _written(judgement.at or appended.at), judgement.why, judgement.reading,
    )  # fmt: skip
    return appended.sequence


@dataclass(frozen=True)
class Retiring:
    """Taking a judgement back. again: whether its pair may be proposed again, which else a `different` never is.

    Raises LinkageError without a name or a reason. at: as of a judgement.
    """

    by: str
    why: str
    again: bool = False
    at: datetime | None = None

    def __post_init__(self) -> None:
        _refuse_empty("retired_by", self.by)
        _refuse_empty("retired_why", self.why)


def retire(connection: Connection, number: int, retiring: Retiring, *, brought_by: str | None = None) -> Pair:
    """Append that a judgement is taken back, and its entry in the audit log, inside the caller's open transaction; give
    its pair.

    Raises LinkageError for a number that no judgement has, and for one that is retired already.
    """
    said = "SELECT record_id_l, record_id_r FROM judgement_events WHERE number = ?"
    pair = run(connection, said, number).fetchone()
    if pair is None:
        raise LinkageError("There is no judgement of this number.", remedy="`joinedup judge list` shows all.")
    if run(connection, "SELECT 1 FROM judgement_retirings WHERE number = ?", number).fetchone():
        raise LinkageError("This judgement is retired already.", remedy="Judge the two records again if need be.")
    subjects = tuple(Subject("record", one) for one in pair)
    entry = Entry(
        Act.ALTERATION, brought_by or retiring.by, "judgement retired", subjects, {"retired_judgement": number}
    )
    appended = append(connection, entry)
    run(
        connection, _RETIRE, number, retiring.by,
        _written(retiring.at or appended.at), retiring.why, int(retiring.again),
    )  # fmt: skip
    return pair[0], pair[1]


def forget_judgements(connection: Connection, records: Iterable[str]) -> int:
    """Take out every judgement that names one of the records, with its retiring; give how many there were.

    For a lawful erasure alone, and the only way in which a judgement ever goes. The caller appends the erasure's entry
    and forgets the records' salts in the same transaction.
    """
    gone = 0
    with erasing(connection):
        for one in records:
            about = run(
                connection, "SELECT number FROM judgement_events WHERE record_id_l = ? OR record_id_r = ?", one, one
            ).fetchall()
            for (number,) in about:
                run(connection, "DELETE FROM judgement_retirings WHERE number = ?", number)
                run(connection, "DELETE FROM judgement_events WHERE number = ?", number)
            gone += len(about)
    return gone


def all_judgements(connection: Connection, pair: Pair | None = None) -> pa.Table:
    """Every judgement there ever was, retired ones too, as `tables.JUDGEMENTS` in order of number.

    pair: those of one pair alone.
    """
    which = " WHERE e.record_id_l = ? AND e.record_id_r = ?" if pair else ""
    rows = run(connection, f"{_EVENTS}{which} ORDER BY e.number", *(pair or ())).fetchall()
    columns = zip(*rows, strict=True) if rows else ([] for _ in tables.JUDGEMENTS.names)
    texts = {name: pa.array(list(column)) for name, column in zip(tables.JUDGEMENTS.names, columns, strict=True)}
    return tables.JUDGEMENTS.conform(pa.table(texts))


def in_force(judged: pa.Table) -> pa.Table:
    """What holds of every pair that was judged: record_id_l, record_id_r, verdict, in order of the pair.

    judged: as `tables.JUDGEMENTS`. Of the judgements of a pair that nobody took back, the latest `same` or `different`
    holds, whoever decided it. `unsure` holds only where there is neither: who doubts a firm judgement retires it.
    """
    holds: dict[Pair, str] = {}
    for row in _in_time(judged):
        pair = (row["record_id_l"], row["record_id_r"])
        if row["verdict"] in FIRM or holds.get(pair) not in FIRM:
            holds[pair] = row["verdict"]
    rows = [{"record_id_l": left, "record_id_r": right, "verdict": holds[left, right]} for left, right in sorted(holds)]
    return pa.Table.from_pylist(rows, schema=_IN_FORCE)


_IN_FORCE = pa.schema([tables.JUDGEMENTS.schema.field(name) for name in ("record_id_l", "record_id_r", "verdict")])


def standing(judged: pa.Table) -> dict[Pair, dict[str, str]]:
    """By pair and account, the latest verdict that the account did not take back; pairs and accounts in order."""
    said: dict[Pair, dict[str, str]] = {}
    for row in _in_time(judged):
        said.setdefault((row["record_id_l"], row["record_id_r"]), {})[row["by"]] = row["verdict"]
    return {pair: dict(sorted(said[pair].items())) for pair in sorted(said)}


def disputed(judged: pa.Table) -> tuple[Pair, ...]:
    """Pairs of which one account says `same` and another `different`, both unretired, in order."""
    return tuple(pair for pair, said in standing(judged).items() if set(FIRM) <= set(said.values()))


def never_again(judged: pa.Table) -> frozenset[Pair]:
    """Pairs that are never proposed: judged `different` once, unless whoever retired that said otherwise."""
    rows = judged.select(["record_id_l", "record_id_r", "verdict", "propose_again"]).to_pylist()
    return frozenset(
        (row["record_id_l"], row["record_id_r"])
        for row in rows
        if row["verdict"] == "different" and not row["propose_again"]
    )


def contradictions(holding: pa.Table) -> tuple[Contradiction, ...]:
    """Every `different` pair whose records a chain of `same` joins, in order, each with its shortest chain.

    holding: as `in_force` gives it. Of chains of one length it is the one whose ids sort first.
    """
    same, apart = (_pairs(holding, verdict) for verdict in FIRM)
    chained = _chained(same)
    edges: dict[str, list[Pair]] = {}
    for pair in same:
        edges.setdefault(chained[pair[0]], []).append(pair)
    return tuple(
        Contradiction(one, other, shortest(edges[chained[one]], one, other))
        for one, other in apart
        if one in chained and chained[one] == chained.get(other)
    )


def _pairs(holding: pa.Table, verdict: str) -> list[Pair]:
    return sorted((r["record_id_l"], r["record_id_r"]) for r in holding.to_pylist() if r["verdict"] == verdict)


def _chained(pairs: Iterable[Pair]) -> dict[str, str]:
    """By record, one record that stands for all that are chained to it."""
    leads: dict[str, str] = {}
    for one, other in pairs:
        first, second = (_lead(leads, record) for record in (one, other))
        leads[second] = first
    return {record: _lead(leads, record) for record in leads}


def _lead(leads: dict[str, str], record: str) -> str:
    leads.setdefault(record, record)
    while leads[record] != record:
        leads[record] = leads[leads[record]]
        record = leads[record]
    return record


def _in_time(judged: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Unretired judgements, the earliest first; of one moment, the lower number first."""
    names = ["number", "record_id_l", "record_id_r", "verdict", "by", "at", "retired_at"]
    rows = judged.select(names).to_pylist()
    rows.sort(key=lambda row: (row["at"], row["number"] or 0))
    return (row for row in rows if row["retired_at"] is None)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _refuse_empty(column: str, text: str) -> None:
    if not text.strip():
        raise _refused(column, "judgement-empty", "There is nothing here.", "Say which two records, who, and why.")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _refused(column, "judgement-text", "It holds a character that cannot be kept.", "Type it anew.")


def _refused(column: str, rule: str, message: str, remedy: str) -> LinkageError:
    return LinkageError(message, place=Place(column=column), rule=rule, remedy=remedy)


__all__ = [
    "FIRM", "VERDICTS", "Contradiction", "Judgement", "Pair", "Retiring", "all_judgements", "contradictions",
    "disputed", "forget_judgements", "in_force", "never_again", "pair_of", "record", "retire", "standing",
]  # fmt: skip
