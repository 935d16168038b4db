"""What the rules and the ranker find of the cases that an invented project seeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from joinedup.review.facts_plain import NO_FURTHER_ACTION
from joinedup.review.pool import Pool
from joinedup.review.ranker import learn, next_batch, order
from joinedup.review.rules import WINDOW
from joinedup.review.simulate import dry_after, stop_at
from joinedup.runs.folder import latest
from joinedup.runs.reviewing import pool

CHILD_RAPE = ("019/07", "019/09", "019/16", "019/17")


def seeds(project: Path, run: Path) -> set[str]:
    """Closed crimes of groups without a charge in the window, and rapes of children moved to a lesser class."""
    truth = {row["crime_id"]: row for row in pq.read_table(project / "truth" / "crimes.parquet").to_pylist()}
    columns = ["crime_id", "ho_class", "outcome", "outcome_on"]
    found = set()
    for row in pq.read_table(run / "tables" / "crimes.parquet", columns=columns).to_pylist():
        true = truth[row["crime_id"]]
        inside = row["outcome_on"] is not None and WINDOW[0] <= row["outcome_on"] <= WINDOW[1]
        dropped = true["kind"] == "group" and row["outcome"] in NO_FURTHER_ACTION and inside
        lowered = true["ho_class"] in CHILD_RAPE and row["ho_class"] not in (None, true["ho_class"])
        if dropped or lowered:
            found.add(row["crime_id"])
    return found


def judge_rules(project: Path) -> Iterator[str]:
    """How many seeds rules catch and reading finds before the stop; and of each rule how many hits are seeds."""
    run = latest(project / "runs")
    wanted = seeds(project, run)
    cases = pq.read_table(run / "tables" / "review_cases.parquet", columns=["crime_id", "hits", "rank"]).to_pylist()
    caught = {row["crime_id"] for row in cases if row["rank"] > 0}
    yield f"{len(wanted):,} seeded; caught by a rule {len(wanted & caught):,}, left {len(wanted - caught):,}"
    of_rule: dict[str, list[bool]] = {}
    for row in cases:
        for hit in row["hits"]:
            of_rule.setdefault(hit["rule"], []).append(row["crime_id"] in wanted)
    for name, hits in of_rule.items():
        yield f"  {name}: {len(hits):,} hits, {100 * float(np.mean(hits)):.0f}% seeded"
    yield from _played(pool(run), wanted, caught)


def _played(cases: Pool, wanted: set[str], caught: set[str]) -> Iterator[str]:
    y = np.array([one in wanted for one in cases.ids])
    ranked = _reading(cases, y)
    read, found = stop_at(ranked, y, seed=1)
    left = {cases.ids[at] for at in np.flatnonzero(y)} - {cases.ids[at] for at in ranked[:read]}
    yield (
        f"Played through (simulated): {len(y):,} cases, stops at {read:,} read, {found:,} of {int(y.sum()):,} found; "
        f"not in the pool {len(wanted - set(cases.ids)):,}; neither caught by a rule nor found {len(left - caught):,}"
    )


def _reading(cases: Pool, y: np.ndarray) -> np.ndarray:
    """By the rules until both answers were given, then by the ranker."""
    read: list[int] = []
    unread, size = np.ones(len(y), dtype=bool), 10
    while unread.any():
        some = y[read]
        known = bool(read) and bool(some.any()) and not bool(some.all())
        scores = learn(cases.matrix, read, some.tolist()).scores(cases.matrix) if known else cases.rank
        batch = order(scores, unread, size, 1)
        read += batch.tolist()
        unread[batch], size = False, next_batch(size)
        if dry_after(y[read], len(y)) < len(read):
            return np.r_[read, np.flatnonzero(unread)]  # from here on the draw decides
    return np.array(read)
