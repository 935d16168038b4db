"""A review played through on cases whose labels are known: how much reading the ranker saves, and when it would stop.

Everything here is labelled simulated: labels stand in for what people decide.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from joinedup.errors import StatisticsError
from joinedup.review.ranker import learn, next_batch, order
from joinedup.review.stopping import Plan, first_stop, state
from joinedup.review.terms import terms

FEW_TEXTS = 20_000
"""Up to so many texts, terms that stand in one text alone are counted too: they change the length of its row."""

LEAST_RUN = 50


@dataclass(frozen=True)
class Simulated:
    """What came of it. wss_at_95: share of reading saved at 95% found, less .05. recall_at_10: share found when a tenth
    is read. read_at_stop, recall_at_stop: shares, when the stopping rule says that the target is reached.
    """

    wss_at_95: float
    recall_at_10: float
    read_at_stop: float
    recall_at_stop: float
    cpu_seconds: float
    simulated: bool = True


def simulate(texts: Sequence[str], labels: Sequence[bool], seed: int = 0, target: float = 0.95) -> Simulated:
    """Play a review through. texts: all words of each case. labels: whether it is relevant.

    Raises StatisticsError unless there are both kinds.
    """
    y = np.asarray(labels, dtype=bool)
    if y.all() or not y.any():
        raise StatisticsError(
            "A simulated review needs cases of both labels.", remedy="The last column is 1 for relevant cases, 0 else."
        )
    begun = time.process_time()
    matrix = terms(texts, rarest=1 if len(texts) <= FEW_TEXTS else 2).matrix
    ranked = ranked_order(matrix, y, seed)
    read, found = stop_at(ranked, y, seed, target)
    spent = time.process_time() - begun
    return Simulated(
        wss(ranked, y, 0.95), float(y[ranked[: len(y) // 10]].sum() / y.sum()),
        read / len(y), found / int(y.sum()), spent,
    )  # fmt: skip


def ranked_order(matrix: csr_matrix, y: np.ndarray, seed: int) -> np.ndarray:
    """The order in which all cases are read, from a random relevant and a random other one, to the end."""
    rng = np.random.default_rng(seed)
    read = [int(rng.choice(np.flatnonzero(y))), int(rng.choice(np.flatnonzero(~y)))]
    unread, size = np.ones(len(y), dtype=bool), 1
    unread[read] = False
    while unread.any():
        scores = learn(matrix, read, y[read].tolist()).scores(matrix)
        batch = order(scores, unread, size, seed)
        read += batch.tolist()
        unread[batch], size = False, next_batch(size)
    return np.array(read)


def wss(ranked: np.ndarray, y: np.ndarray, level: float) -> float:
    """Work saved over sampling. Source: A. Cohen et al. (2006), JAMIA 13(2), 206-219."""
    needed = math.ceil(level * int(y.sum()))
    read = int(np.searchsorted(np.cumsum(y[ranked]), needed)) + 1
    return 1 - read / len(y) - (1 - level)


def stop_at(ranked: np.ndarray, y: np.ndarray, seed: int, target: float = 0.95, alpha: float = 0.05) -> tuple[int, int]:
    """Cases read and relevant cases found when the review stops: ranked reading until nothing is found in a long run,
    then a random sample of the rest, with a look after every case.
    """
    switch = dry_after(y[ranked], len(y))
    rest = np.random.default_rng([seed, 1]).permutation(ranked[switch:])
    plan = Plan(int(y[ranked[:switch]].sum()), len(rest), target, alpha)
    finds = [0, *(np.flatnonzero(y[rest]) + 1).tolist(), len(rest) + 1]
    for hits, (start, end) in enumerate(itertools.pairwise(finds)):  # between two finds the bound only falls
        if state(plan, end - 1, hits).stop:
            return switch + max(first_stop(plan, hits) or 0, start), plan.found + hits
    return len(y), int(y.sum())


def dry_after(found: np.ndarray, cases: int) -> int:
    """How many are read when ranked reading has become dry: a run of a fortieth of all cases, and at least 50, without
    a relevant one.
    """
    run = max(LEAST_RUN, cases // 40)
    last = np.flatnonzero(np.r_[True, found])
    gaps = np.diff(np.r_[last, len(found) + 1])
    dry = np.flatnonzero(gaps > run)
    return min(int(last[dry[0]]) + run, len(found)) if len(dry) else len(found)
