"""How judging stands: what was decided, how far two readers agree, and what the labels say of the threshold.

Labels measure the joining and never change it: neither the model nor the threshold is touched. They may say that
another threshold would have fewer judged pairs on its wrong side; whoever agrees sets it in `joinedup.toml`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import open_store
from joinedup.errors import ProjectError
from joinedup.linkage import judgements
from joinedup.linkage.judgements import FIRM, VERDICTS, Pair
from joinedup.linkage.readings import read_twice
from joinedup.runs.fairness import wilson
from joinedup.runs.folder import latest
from joinedup.runs.judging import resting
from joinedup.runs.project import load_project
from joinedup.runs.stages import LINKED
from joinedup.statistics.agreement import Agreement, agreement

FEWEST_TO_ADVISE = 50
"""Judged pairs of each verdict from which another threshold is named."""


@dataclass(frozen=True)
class Observed:
    """`same` of `judged` pairs were judged to be one person. lower, upper: 95 % limits of the share, by Wilson."""

    same: int
    judged: int
    lower: float
    upper: float

    @property
    def share(self) -> float | None:
        """Same over judged, 0 to 1; None where nothing was judged."""
        return self.same / self.judged if self.judged else None


@dataclass(frozen=True)
class Labels:
    """What judged pairs say of a threshold. above: pairs at or above it, whose share is the precision observed there.
    below: pairs below it, whose share was missed. wrong_side: pairs that the threshold alone would have got wrong.

    best: the bits, in halves, with the fewest such pairs, and fewest their number; None where too little was judged.
    """

    threshold: float
    above: Observed
    below: Observed
    wrong_side: int
    best: float | None
    fewest: int | None


@dataclass(frozen=True)
class Status:
    """verdicts: pairs in force by verdict. resting: of them, pairs with a record that the newest run does not hold.

    unweighed: pairs judged firmly that the run did not weigh at even odds or better. labels: None without a run.
    """

    judgements: int
    retired: int
    verdicts: dict[str, int]
    resting: int
    contradictions: int
    disputed: int
    agreement: Agreement
    labels: Labels | None
    unweighed: int


def judge_status(folder: Path) -> Status:
    """How judging stands in a project: counts alone, so no look is logged. Raises ProjectError without a project."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        judged = judgements.all_judgements(store)
    holds = judgements.in_force(judged)
    rows = holds.to_pylist()
    away = set(resting(project.runs, (one for r in rows for one in (r["record_id_l"], r["record_id_r"]))))
    weights, same = _weighed(project.runs, holds)
    return Status(
        judgements=judged.num_rows,
        retired=judged.num_rows - judged["retired_at"].null_count,
        verdicts={verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS},
        resting=sum(not away.isdisjoint((row["record_id_l"], row["record_id_r"])) for row in rows),
        contradictions=len(judgements.contradictions(holds)),
        disputed=len(judgements.disputed(judged)),
        agreement=agreement(read_twice(judged)),
        labels=_labels(project.runs, weights, same),
        unweighed=sum(row["verdict"] in FIRM for row in rows) - len(weights),
    )


def labels(weights: Sequence[float], same: Sequence[bool], threshold: float) -> Labels:
    """What judged pairs say of a threshold. weights: in bits. same: by pair, whether it was judged to be one person.

    It is of the pairs that were judged. A queue chooses the doubtful ones, so joined pairs as a whole are righter than
    these, and pairs that were not joined hold fewer that should have been. The limits take pairs for independent.
    """
    bits, right = np.asarray(weights, np.float64), np.asarray(same, np.bool_)
    over = bits >= threshold
    wrong = int((right != over).sum())
    best = _best(bits, right, threshold)
    return Labels(threshold, _observed(right[over]), _observed(right[~over]), wrong, *best)


def _observed(right: np.ndarray) -> Observed:
    part, total = int(right.sum()), len(right)
    return Observed(part, total, *wilson(part, total))


def _best(bits: np.ndarray, right: np.ndarray, threshold: float) -> tuple[float | None, int | None]:
    """Of thresholds with as few pairs on the wrong side, the nearest to the one in use, then the lower."""
    if min(int(right.sum()), int((~right).sum())) < FEWEST_TO_ADVISE:
        return None, None
    steps = {threshold, *np.arange(0.0, 20.5, 0.5).tolist()}
    wrong = {step: int((right != (bits >= step)).sum()) for step in steps}
    best = min(steps, key=lambda step: (wrong[step], abs(step - threshold), step))
    return best, wrong[best]


def _labels(runs: Path, weights: Sequence[float], same: Sequence[bool]) -> Labels | None:
    try:
        told = json.loads((latest(runs) / LINKED).read_text())
    except ProjectError:
        return None
    return labels(weights, same, float(told["threshold"]))


def _weighed(runs: Path, holds: pa.Table) -> tuple[list[float], list[bool]]:
    """Weights of the pairs that are judged firmly and that the newest run weighed, and whether they are one person."""
    firm: dict[Pair, bool] = {
        (row["record_id_l"], row["record_id_r"]): row["verdict"] == "same"
        for row in holds.to_pylist()
        if row["verdict"] in FIRM
    }
    try:
        pairs = latest(runs) / "tables" / "pairs.parquet"
    except ProjectError:
        return [], []
    names, some = ["record_id_l", "record_id_r", "match_weight"], sorted({pair[0] for pair in firm})
    scored = pq.read_table(pairs, columns=names, filters=pc.field("record_id_l").isin(some))
    found = [
        (row["match_weight"], firm[row["record_id_l"], row["record_id_r"]])
        for row in scored.to_pylist()
        if row["match_weight"] is not None and (row["record_id_l"], row["record_id_r"]) in firm
    ]
    return [weight for weight, _ in found], [same for _, same in found]
