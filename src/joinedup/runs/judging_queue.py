"""Clerical review: the doubtful pairs of the newest run that matter most, for a person to decide, blind.

Whoever judges sees what the two records hold in the columns that linkage compares, and nothing else: no ethnicity,
nationality, place of birth or occupation, no match weight, not whether the run joined the two, nor what another judged.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, project_salt, transaction
from joinedup.errors import LinkageError
from joinedup.linkage import judgements
from joinedup.linkage.doubtful import Doubts
from joinedup.linkage.judgements import FIRM, Pair
from joinedup.linkage.readings import SHARE, draw, due
from joinedup.runs.accounts import account
from joinedup.runs.explaining import SHOWN, SideBySide
from joinedup.runs.folder import latest
from joinedup.runs.project import load_project
from joinedup.runs.stages import LINKED


@dataclass(frozen=True)
class Question:
    """Two records to judge, side by side. flips: pairs of records that the answer may join or part."""

    record_id_l: str
    record_id_r: str
    flips: int
    columns: tuple[SideBySide, ...]


@dataclass(frozen=True)
class Batch:
    """questions: in the order in which to take them. restricted: records whose pairs are left out, because their sender
    restricted them.
    """

    questions: tuple[Question, ...]
    restricted: int


def judge_queue(folder: Path, *, batch: int, why: str, by: str | None = None) -> Batch:
    """The pairs to judge next, of which the answer is expected to change most; see `joinedup.linkage.doubtful`.

    batch: how many at most. Left out are pairs that somebody judged firmly or this account judged at all, and those
    once judged `different`, unless whoever retired that said otherwise. A tenth of the batch or less are second
    readings, at places that do not show them. The records are logged as looked at before they are given.

    Raises LinkageError for an empty batch, ProjectError when there is no run.
    """
    if batch < 1:
        raise LinkageError("A batch holds one pair or more.", remedy="Such as --batch 20.")
    project, who = load_project(folder), by or account()
    run = latest(project.runs)
    with closing(open_store(project.folder)) as store:
        with transaction(store):
            judged, salt = judgements.all_judgements(store), project_salt(store)
        asking = _Asking(run, judged, who, salt)
        questions = tuple(asking.questions(batch))
        records = sorted({one for q in questions for one in (q.record_id_l, q.record_id_r)})
        detail = {"command": "judge queue", "pairs": len(questions)}
        with transaction(store):
            append(store, Entry(Act.CONSULTATION, who, why, tuple(Subject("record", one) for one in records), detail))
    return Batch(questions, len(asking.restricted))


class _Asking:
    """What one account may be asked about one run."""

    def __init__(self, run: Path, judged: pa.Table, by: str, salt: bytes) -> None:
        self._run, self._judged, self._by, self._salt = run, judged, by, salt
        scored = pq.read_table(self._path("pairs"), columns=["record_id_l", "record_id_r", "match_weight"])
        clusters = pq.read_table(self._path("clusters"), columns=["record_id", "person_id"])
        threshold = float(json.loads((run / LINKED).read_text())["threshold"])
        self._doubts = Doubts(scored, clusters, threshold)
        self.restricted = self._restricted()

    def questions(self, batch: int) -> Iterator[Question]:
        """The batch."""
        asked = self._batch(batch)
        values = self._values([one for pair, _ in asked for one in pair])
        for (one, other), flips in asked:
            sides = (values[one], values[other])
            columns = tuple(SideBySide(name, *(_text(side[name]) for side in sides)) for name in SHOWN)
            yield Question(one, other, flips, columns)

    def _path(self, table: str) -> Path:
        return self._run / "tables" / f"{table}.parquet"

    def _restricted(self) -> frozenset[str]:
        people = pq.read_table(self._path("person_records"), columns=["record_id", "restriction"])
        said = pc.fill_null(pc.not_equal(people["restriction"], ""), False)
        return frozenset(people.filter(said)["record_id"].to_pylist())

    def _batch(self, batch: int) -> list[tuple[Pair, int]]:
        """Pairs and how many they may change: first readings in their order, second ones anywhere among them."""
        waiting = self._second()
        second = list(islice(waiting, math.ceil(batch * SHARE)))
        asked = list(islice(self._first(), batch - len(second)))
        second += islice(waiting, batch - len(second) - len(asked))
        for pair, flips in second:
            asked.insert(int(draw(pair, self._salt + b"place") * (len(asked) + 1)), (pair, flips))
        return asked

    def _first(self) -> Iterator[tuple[Pair, int]]:
        holds = judgements.in_force(self._judged)
        firm = {(r["record_id_l"], r["record_id_r"]) for r in holds.to_pylist() if r["verdict"] in FIRM}
        own = {pair for pair, said in judgements.standing(self._judged).items() if self._by in said}
        passed = firm | own | judgements.never_again(self._judged)
        for doubt in self._doubts.in_order(passed, holds, self.restricted):
            yield doubt.pair, doubt.flips

    def _second(self) -> Iterator[tuple[Pair, int]]:
        for pair in due(self._judged, self._by, self._salt):
            flips = self._doubts.flips(pair)
            if flips is not None and self.restricted.isdisjoint(pair):
                yield pair, flips

    def _values(self, records: list[str]) -> dict[str, dict[str, Any]]:
        held = pq.read_table(
            self._path("person_records"), columns=["record_id", *SHOWN], filters=[("record_id", "in", records)]
        )
        return {row["record_id"]: row for row in held.to_pylist()}


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return None if value is None else str(value)
