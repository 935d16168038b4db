"""What a panel does in a review: fix a plan, join, read, decide. Every act is an event, written and logged in one
transaction; nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.audit.sql import Connection
from joinedup.codes import force as force_of
from joinedup.errors import JoinedupError, Place, ProjectError
from joinedup.review import ledger as ledgers
from joinedup.review import pool as pools
from joinedup.review.events import Event, all_events, record, refuse_empty
from joinedup.review.ledger import Ledger, ledger
from joinedup.review.pool import Pool
from joinedup.review.stopping import Plan
from joinedup.review.wording import Mark, marks
from joinedup.runs.accounts import account
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project
from joinedup.runs.reviewing import pool as pool_of

VERSIONS = {"ranker": "1", "phrases": "1"}
INDEPENDENT = "none"


@dataclass(frozen=True)
class Desk:
    """A review under way, inside an open transaction."""

    project: Project
    connection: Connection
    made: Ledger
    by: str

    @property
    def run(self) -> Path:
        """The run that the plan names."""
        if self.made.plan is None:
            raise JoinedupError(
                "No plan is fixed yet.", rule="review-plan",
                remedy="Fix the recall to reach and the risk first: joinedup review plan.",
            )  # fmt: skip
        run = self.project.runs / str(self.made.plan.body["run"])
        if not run.is_dir():
            raise ProjectError(
                "The run that this review is of is gone.", place=Place(file=str(run)),
                remedy="Fix a new plan; decisions that were made stay.",
            )  # fmt: skip
        return run

    def add(self, kind: str, body: Mapping[str, Any], crime_id: str | None = None) -> Event:
        return record(self.connection, Event(kind, self.by, body, crime_id))


@contextmanager
def desk(folder: Path, by: str | None = None) -> Iterator[Desk]:
    """Open the project's store, with every event read under the write lock."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store, transaction(store):
        yield Desk(project, store, ledger(all_events(store)), by or account())


@dataclass(frozen=True)
class Fixed:
    """A plan that is fixed. replaces: whether one was fixed before, whose statement holds no longer."""

    run: str
    cases: int
    target: float
    alpha: float
    replaces: bool


def fix_plan(
    folder: Path, *, target: float = 0.95, alpha: float = 0.05, seed: int = 1, simulated: bool = False,
    by: str | None = None,
) -> Fixed:  # fmt: skip
    """Fix and log the recall to reach, the risk and the seed, before anything is read. A plan changed after cases of
    the same run were read voids its statement, and the program says so; the next run may have a plan of its own.

    Raises StatisticsError for numbers that make no plan, ProjectError without a run.
    """
    Plan(0, 0, target, alpha)
    with desk(folder, by) as at:
        run = latest(at.project.runs)
        cases = pq.ParquetFile(run / "tables" / "review_cases.parquet").metadata.num_rows
        old = at.made.plan
        before = old is not None and old.body["run"] == run.name and bool(at.made.order)
        at.add(
            "plan",
            {"run": run.name, "cases": cases, "target": target, "alpha": alpha, "seed": seed, "simulated": simulated,
             "voids": before, **VERSIONS},
        )  # fmt: skip
    return Fixed(run.name, cases, target, alpha, before)


def join_review(
    folder: Path, force: str, *, closed: Sequence[str] = (), reader: str | None = None, by: str | None = None
) -> str:
    """Enter a reader. force: theirs, or `none` for somebody of no force; they never read its cases. closed: crimes that
    they closed themselves elsewhere. Raises CodeListError for a force that does not exist.
    """
    with desk(folder, by) as at:
        code = None if force == INDEPENDENT else force_of(force, at.project.invented).code
        name = reader or at.by
        at.add("reader", {"reader": name, "force": code, "closed": sorted(closed)})
    return name


def withdraw(folder: Path, reader: str, *, why: str, by: str | None = None) -> int:
    """Take a reader out. What they read and is not settled goes to others; give how many cases that are."""
    refuse_empty("reason", why)
    with desk(folder, by) as at:
        _known(at.made, reader)
        open_ = sum(reader in one.readings and one.settled is None for one in at.made.cases.values())
        at.add("withdrawal", {"reader": reader, "why": why})
    return open_


@dataclass(frozen=True)
class Shown:
    """A case as a reader sees it: never who read it before, nor what they said. part: `read` or `decide between`.

    hits: rules with the values that fired. pro, against: what the ranker gives as reasons. marks: wording about a child
    that should be bettered; the notes stand as they were written.
    """

    crime_id: str
    part: str
    force: str | None
    why: str | None
    why_not: str | None
    hits: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Queue:
    """What a reader is to read now. simulated: whether the review's decisions are simulated."""

    cases: tuple[Shown, ...]
    simulated: bool


def queue(folder: Path, *, most: int = 10, why: str, by: str | None = None) -> Queue:
    """The reader's next cases: first those that two read and a third must settle, then second readings, then new ones.

    Makes a new batch, or draws the random sample, where it is time; both are logged with scores and reasons before
    anything is shown. The look is logged. Raises JoinedupError for somebody who has not joined.
    """
    with desk(folder, by) as at:
        _known(at.made, at.by)
        run = at.run
    cases = pool_of(run)  # counted before the lock is taken again: it may take a while
    with desk(folder, by) as at:
        wanted = _wanted(at, cases, most)
        shown = _shown(at, wanted)
        subjects = tuple(Subject("crime", one) for one, _ in wanted)
        append(at.connection, Entry(Act.CONSULTATION, at.by, why, subjects, {"command": "review queue"}))
    return Queue(shown, at.made.simulated)


def _wanted(at: Desk, cases: Pool, most: int) -> list[tuple[str, str]]:
    made = at.made
    may = [one for one in cases.ids if made.may_read(at.by, one, cases.force_of(one))]
    third = [(one, "decide between") for one in may if made.wants_third(one)]
    second = [(one, "read") for one in may if made.wants_second(one)]
    again = [(one, "read") for one in may if made.case(one).readings.get(at.by) == "needs-records"]
    while len(third) + len(second) + len(_issued(made, cases, at.by)) < most and (new := _new_batch(at, cases)):
        made.batches.append(new)
    return list(dict.fromkeys([*third, *second, *_issued(made, cases, at.by), *again]))[:most]


def _issued(made: Ledger, cases: Pool, by: str) -> list[tuple[str, str]]:
    """Cases of batches that nobody has read, in the order of the batches."""
    given = [one for batch in made.batches for one in batch.body["cases"] if one in cases.place]
    return [
        (one, "read")
        for one in dict.fromkeys(given)
        if not made.case(one).read and made.may_read(by, one, cases.force_of(one))
    ]


def _new_batch(at: Desk, cases: Pool) -> Event | None:
    """The next batch, logged; None when every case was given out."""
    if pools.is_dry(at.made, cases):
        at.made.sample = draw_sample(at, cases)
    batch = pools.draft(at.made, cases)
    if not batch.places:
        return None
    return at.add("batch", body_of(batch, cases))


def draw_sample(at: Desk, cases: Pool) -> Event:
    """Freeze what is unread and fix the order of its sample by a hash, before any of it is read."""
    rest, found = pools.frozen(at.made, cases), pools.found_so_far(at.made, cases)
    assert at.made.plan is not None  # noqa: S101 - a batch needs a plan
    plan = Plan(found, len(rest), at.made.plan.body["target"], at.made.plan.body["alpha"])
    ordered = pools.drawn_order(at.made.seed, rest)
    body = {
        "found": found, "unread": len(rest), "read": len(at.made.order), "a": plan.a, "b": plan.b,
        "commitment": pools.commitment(cases, ordered),
    }  # fmt: skip
    return at.add("sample", body)


def body_of(batch: pools.Batch, cases: Pool) -> dict[str, Any]:
    """A batch as it is logged: cases, scores, and the reasons that are shown."""
    told = [pools.why(cases, batch.model, at) for at in batch.places] if batch.model else []
    return {
        "source": batch.source,
        "cases": [cases.ids[at] for at in batch.places],
        "scores": list(batch.scores),
        "pro": [[[one.what, one.part] for one in pro] for pro, _ in told],
        "against": [[one.what, one.part] if one else None for _, one in told],
        **VERSIONS,
    }


def _shown(at: Desk, wanted: Sequence[tuple[str, str]]) -> tuple[Shown, ...]:
    ids = pa.array([one for one, _ in wanted], pa.string())
    tables = at.run / "tables"
    rows = {row["crime_id"]: row for row in _of(tables / "review_cases.parquet", ids)}
    notes: dict[str, list[str]] = {}
    for row in sorted(_of(tables / "notes.parquet", ids), key=lambda row: str(row["note_id"])):
        notes.setdefault(row["crime_id"], []).append(row["text"] or "")
    return tuple(_case(one, part, rows[one], notes.get(one, [])) for one, part in wanted)


def _of(path: Path, ids: pa.Array) -> list[dict[str, Any]]:
    return pq.read_table(path, filters=pc.field("crime_id").isin(ids)).to_pylist()


def _case(crime_id: str, part: str, row: Mapping[str, Any], notes: Sequence[str]) -> Shown:
    found = tuple(mark for text in notes for mark in marks(text)) if child_concerned(row) else ()
    return Shown(
        crime_id, part, row["force"], row["why"], row["why_not"], tuple(row["hits"] or ()), tuple(notes), found
    )  # fmt: skip


def child_concerned(row: Mapping[str, Any]) -> bool:
    """Whether a rule that asks for a child fired on the case. Wording is looked at only where a child is concerned."""
    fields = [field for hit in row["hits"] or () for field in hit["fields"]]
    return any(one["name"] in ("child_victim", "victim_under_16") and one["value"] == "yes" for one in fields)


@dataclass(frozen=True)
class Decided:
    """What became of a decision. settled: the decision that stands, None while another reader is due. alert: number of
    the alert that a child may be at risk now; None where the reader said no.
    """

    crime_id: str
    settled: str | None
    alert: int | None
    simulated: bool


def decide(folder: Path, crime_id: str, decision: str, *, at_risk: bool, why: str, by: str | None = None) -> Decided:
    """Decide on a case: `reopen`, `no-further-review`, `unsure` or `needs-records`; as the third reader, the first two
    alone. at_risk: whether a child may be at risk now, which alerts the lead and the force's safeguarding contact.

    Raises JoinedupError for an answer that there is not, a case that is none of this review's, somebody who has not
    joined, and a reader with a conflict or who has read the case.
    """
    refuse_empty("reason", why)
    with desk(folder, by) as at:
        kind = _may_decide(at, crime_id, decision)
        body = {"decision": decision, "at_risk": at_risk, "why": why, "simulated": at.made.simulated}
        at.add(kind, body, crime_id)
        alert = at.add("alert", {"to": _alerted(at, crime_id)}, crime_id).number if at_risk else None
        now = ledger(all_events(at.connection))
        return Decided(crime_id, now.case(crime_id).settled, alert, now.simulated)


def _alerted(at: Desk, crime_id: str) -> list[str]:
    return ["lead of the review", f"safeguarding contact of {_force(at, crime_id) or 'the force, not recorded'}"]


def _force(at: Desk, crime_id: str) -> str | None:
    rows = _of(at.run / "tables" / "review_cases.parquet", pa.array([crime_id], pa.string()))
    if not rows:
        raise JoinedupError(
            "That case is none of this review's.", rule="review-case", remedy="`joinedup review queue` shows cases."
        )
    return rows[0]["force"]


def _may_decide(at: Desk, crime_id: str, decision: str) -> str:
    """The kind of event that the decision is. Refuses what may not be."""
    reader, force, case = _known(at.made, at.by), _force(at, crime_id), at.made.case(crime_id)
    if at.made.conflict(reader, crime_id, force):
        raise _refused("review-conflict", "You or your own force closed this case.", "Leave it to another reader.")
    if case.readings.get(at.by) not in (None, "needs-records"):
        raise _refused("review-read", "You have read this case.", "Another reader comes next.")
    if case.settled is not None:
        raise _refused("review-settled", "This case is settled.", "See `joinedup review status`.")
    if at.made.wants_third(crime_id):
        ledgers.refuse_unknown(decision, ledgers.SETTLING)
        return "adjudication"
    ledgers.refuse_unknown(decision)
    return "decision"


def _known(made: Ledger, reader: str) -> ledgers.Reader:
    if reader not in made.readers or reader in made.withdrawn:
        raise _refused(
            "review-reader", "This account has not joined the review.",
            "Say of which force it is first: joinedup review join FORCE, or `none`.",
        )  # fmt: skip
    return made.readers[reader]


def _refused(rule: str, message: str, remedy: str) -> JoinedupError:
    return JoinedupError(message, rule=rule, remedy=remedy)
