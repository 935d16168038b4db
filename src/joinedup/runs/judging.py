"""Judging whether two records are one person: what a project's people decide, and what follows from it.

A judgement is written and logged in one transaction, and is obeyed from the next run on. Nothing here changes the
linkage model or the threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, project_salt, transaction
from joinedup.errors import ProjectError
from joinedup.linkage import judgements
from joinedup.linkage.judgements import Contradiction, Judgement, Pair, Retiring
from joinedup.linkage.readings import reading_of
from joinedup.runs.accounts import account
from joinedup.runs.folder import latest
from joinedup.runs.project import load_project


@dataclass(frozen=True)
class Judged:
    """What became of a judgement. holds: the verdict in force of the two records after it, which is another where an
    `unsure` came after a firm one.

    contradictions: those that it brought about. resting: of the two records, those that the newest run does not hold;
    the judgement waits for them.
    """

    number: int
    verdict: str
    holds: str | None
    contradictions: tuple[Contradiction, ...]
    resting: tuple[str, ...]


@dataclass(frozen=True)
class Retired:
    """A judgement that was taken back. holds: the verdict in force of its two records now; None where there is none."""

    number: int
    holds: str | None


@dataclass(frozen=True)
class Contradicted:
    """Where judgements contradict one another: pairs by a chain, and pairs that two people judged differently."""

    contradictions: tuple[Contradiction, ...]
    disputed: tuple[Pair, ...]


def judge(folder: Path, one: str, other: str, verdict: str, *, why: str, by: str | None = None) -> Judged:
    """Judge whether two records are one person: `same`, `different` or `unsure`. One that contradicts others is taken
    all the same, and told; so is one of records that no run holds yet.

    Raises LinkageError for a verdict that there is not, one record twice, or no reason; ProjectError without a project.
    """
    project = load_project(folder)
    judgement = Judgement(one, other, verdict, by or account(), why)
    with closing(open_store(project.folder)) as store:
        with transaction(store):
            of_the_pair = judgements.all_judgements(store, judgement.pair)
            reading = reading_of(of_the_pair, judgement.pair, judgement.by, project_salt(store))
            number = judgements.record(store, replace(judgement, reading=reading))
        now = judgements.all_judgements(store)  # read when others no longer wait
    before, holds = (judgements.in_force(some) for some in (now.filter(pc.not_equal(now["number"], number)), now))
    known = set(judgements.contradictions(before))
    made = tuple(found for found in judgements.contradictions(holds) if found not in known)
    return Judged(number, verdict, _holding(holds, judgement.pair), made, resting(project.runs, judgement.pair))


def retire_judgement(folder: Path, number: int, *, why: str, by: str | None = None, again: bool = False) -> Retired:
    """Take a judgement back. It stays in the database, and holds no longer.

    again: its pair may be proposed again, which one that was once judged `different` else never is.

    Raises LinkageError for a number that no judgement has, one that is retired already, or no reason.
    """
    project = load_project(folder)
    with closing(open_store(project.folder)) as store, transaction(store):
        pair = judgements.retire(store, number, Retiring(by or account(), why, again))
        left = judgements.in_force(judgements.all_judgements(store, pair))
    return Retired(number, _holding(left, pair))


def list_judgements(folder: Path, *, why: str, by: str | None = None) -> pa.Table:
    """Every judgement there ever was, as `tables.JUDGEMENTS`, in order of number. The look is logged."""
    return looked_at(folder, "judge list", by, why)


def find_contradictions(folder: Path, *, why: str, by: str | None = None) -> Contradicted:
    """Where judgements in force contradict one another, with the shortest chains that do. The look is logged."""
    judged = looked_at(folder, "judge contradictions", by, why)
    found = judgements.contradictions(judgements.in_force(judged))
    return Contradicted(found, judgements.disputed(judged))


def looked_at(folder: Path, command: str, by: str | None, why: str) -> pa.Table:
    """Every judgement; that somebody looks at their records is logged before they are given."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store, transaction(store):
        judged = judgements.all_judgements(store)
        detail = {"command": command, "judgements": judged.num_rows}
        append(store, Entry(Act.CONSULTATION, by or account(), why, _subjects(judged), detail))
    return judged


def resting(runs: Path, records: Iterable[str]) -> tuple[str, ...]:
    """Of these records, those that the newest run does not hold; all where there is no run."""
    wanted = sorted(set(records))
    try:
        clusters = latest(runs) / "tables" / "clusters.parquet"
    except ProjectError:
        return tuple(wanted)
    there = pq.read_table(clusters, columns=["record_id"])["record_id"]
    found = pc.is_in(pa.array(wanted, pa.string()), value_set=there.combine_chunks()).to_pylist()
    return tuple(one for one, held in zip(wanted, found, strict=True) if not held)


def _holding(holds: pa.Table, pair: Pair) -> str | None:
    verdicts = {(row["record_id_l"], row["record_id_r"]): row["verdict"] for row in holds.to_pylist()}
    return verdicts.get(pair)


def _subjects(judged: pa.Table) -> tuple[Subject, ...]:
    ids = pa.concat_arrays([judged[name].combine_chunks() for name in ("record_id_l", "record_id_r")])
    return tuple(Subject("record", one) for one in sorted(ids.unique().to_pylist()))
