"""Ranking unread cases by what people decided of those they read: linear, so that every score is a sum of reasons.

A support vector machine, and the difference between the means of what was found and what was not, in shares that are
stated below. It learns anew with every batch, and batches grow by a fifth.

Source: settings of the machine as in ASReview's ELAS u4 (C .11, squared hinge, found cases weigh 9.8 times as much in
all); G. Cormack and M. Grossman (2015), "Autonomy and reliability of continuous active learning" (growing batches); J.
Rocchio (1971), "Relevance feedback in information retrieval".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack

from joinedup.errors import StatisticsError

VERSION = "1"
"""Of the ranker: part of every logged batch, so that a replay knows what made it."""

PENALTY, RATIO, TOLERANCE = 0.11, 9.8, 0.1
BY_MEANS = 0.3
"""Share of the score that the difference of means has; the machine has the rest."""

MARK_WEIGHT = 0.3
"""What a rule hit or a phrase mark counts beside the words of a case, which together have length 1."""

GROWTH = 0.2
SPREAD_OF = 500
"""About so many cases, evenly taken from all, say how far the two parts of a score spread."""


@dataclass(frozen=True)
class Model:
    """What was learned. weights: one a column. scores of cases are `matrix @ weights`."""

    weights: np.ndarray

    def scores(self, matrix: csr_matrix) -> np.ndarray:
        """One score a case; only their order means anything."""
        return np.asarray(matrix @ self.weights)


@dataclass(frozen=True)
class Contribution:
    """One column's part of a case's score. Positive speaks for reading it soon."""

    column: int
    part: float


def with_marks(words: csr_matrix, marks: np.ndarray) -> csr_matrix:
    """Words and, as further columns, yes-or-no marks: rule hits and phrase families of each case."""
    return hstack([words, csr_matrix(marks.astype(np.float32) * np.float32(MARK_WEIGHT))], format="csr")


def learn(matrix: csr_matrix, read: Sequence[int], relevant: Sequence[bool]) -> Model:
    """Learn from the cases that were read. matrix: all cases. Raises StatisticsError unless both kinds were found."""
    places, y = np.asarray(read, dtype=np.int64), np.asarray(relevant, dtype=bool)
    if y.all() or not y.any():
        raise StatisticsError(
            "Nothing can be learned yet: decide on a case to reopen and on one not to.",
            remedy="Until then cases come in the order of the rules.",
        )
    rows = matrix[places]
    machine = _machine(rows, y)
    means = rows.T @ np.where(y, 1 / y.sum(), -0.5 / (~y).sum()).astype(np.float32)
    some = matrix[:: math.ceil(matrix.shape[0] / SPREAD_OF)]
    mixed = (1 - BY_MEANS) * _to_one_scale(some, machine) + BY_MEANS * _to_one_scale(some, means)
    return Model(np.asarray(mixed, dtype=np.float32))


def _to_one_scale(some: csr_matrix, weights: np.ndarray) -> np.ndarray:
    """Weights by which the scores of these cases would spread by 1."""
    spread = float((some @ weights).std())
    return weights / (spread or 1.0)


def _machine(rows: csr_matrix, y: np.ndarray) -> np.ndarray:
    from sklearn.svm import LinearSVC  # takes seconds to load

    weight = np.where(y, 1.0, y.sum() / (RATIO * (~y).sum()))
    weight *= len(y) / weight.sum()
    made = LinearSVC(C=PENALTY, tol=TOLERANCE, random_state=0, dual=True)
    return np.asarray(made.fit(rows.astype(np.float64), y, weight).coef_[0])


def order(scores: np.ndarray, unread: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Places of the `most` unread cases with the best scores. Ties are broken by a seeded draw, not by place."""
    places = np.flatnonzero(unread)
    draw = np.random.default_rng(seed).random(len(scores))[places]
    best = _top(scores[places], most)
    return places[best[np.lexsort((draw[best], -scores[places][best]))][:most]]


def _top(scores: np.ndarray, most: int) -> np.ndarray:
    """Places of the best scores, all that tie with the last one included."""
    if most >= len(scores):
        return np.arange(len(scores))
    least = np.partition(scores, len(scores) - most)[len(scores) - most]
    return np.flatnonzero(scores >= least)


def next_batch(size: int) -> int:
    """How large the batch after one of `size` is: a fifth larger, rounded up."""
    return size + math.ceil(size * GROWTH)


def reasons(model: Model, row: csr_matrix, most: int = 5) -> tuple[tuple[Contribution, ...], Contribution | None]:
    """What speaks most for a case, and the one thing that speaks most against; None where nothing does.

    row: one case. The parts of all columns add up to its score.
    """
    parts = row.data * model.weights[row.indices]
    ranked = np.lexsort((row.indices, -parts))
    told = [Contribution(int(row.indices[at]), float(parts[at])) for at in ranked]
    pro = tuple(one for one in told[:most] if one.part > 0)
    return pro, told[-1] if told and told[-1].part < 0 else None


def weightiest(model: Model, most: int = 200) -> np.ndarray:
    """Columns with the greatest weights either way, for a person to look through and sign off."""
    return np.lexsort((np.arange(len(model.weights)), -np.abs(model.weights)))[:most]
