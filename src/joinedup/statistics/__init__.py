"""Shares that say what is not known: bounds, completeness and its soundness, gaps filled, conflicts, small counts.

In: small counts, made elsewhere. Out: frozen results whose shares are 0 to 1 of everyone counted.
Refuses, with StatisticsError: counts that are not whole people, a share of nobody, a share of a missing code,
and parts that are larger than their whole.
"""

from joinedup.statistics.bounds import ShareBounds, bound_share
from joinedup.statistics.completeness import Completeness, GapsFilled, completeness, gaps_filled
from joinedup.statistics.conflicts import ConflictMatrix, conflict_matrix
from joinedup.statistics.disclosure import THRESHOLD, small
from joinedup.statistics.fields import Finding, Levels
from joinedup.statistics.soundness import copied, soundness

__all__ = [
    "THRESHOLD", "Completeness", "ConflictMatrix", "Finding", "GapsFilled", "Levels", "ShareBounds",
    "bound_share", "completeness", "conflict_matrix", "copied", "gaps_filled", "small", "soundness",
]  # fmt: skip
