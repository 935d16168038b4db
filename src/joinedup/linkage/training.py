"""Training without labels: u from random pairs, m by expectation-maximisation, the prior from all candidate pairs.

Pairs are of three kinds: one person, relatives (two people of one household or family) and strangers. Where there are
families, a model of matches and strangers alone takes a twin or a father of the same name for the same person.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from joinedup.linkage import comparing
from joinedup.linkage.arrays import Features
from joinedup.linkage.blocking import Rule, candidate_pairs
from joinedup.linkage.comparing import Levels, Model
from joinedup.linkage.loops import Rows

ROUNDS = 30
SMALLEST = 1e-9
"""Probability below which no level may fall."""

Probabilities = list[npt.NDArray[np.float64]]
"""By comparison, one probability a level; NaN for levels that say nothing."""


@dataclass(frozen=True)
class Patterns:
    """Every combination of levels that some pairs show, one column each, and how many pairs show it."""

    levels: Levels
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Session:
    """What pairs within one training block show. held: comparisons that the block's own columns decide."""

    patterns: Patterns
    held: frozenset[int]


@dataclass(frozen=True)
class Kinds:
    """Probabilities of levels among matches, relatives and strangers."""

    same: Probabilities
    relatives: Probabilities
    strangers: Probabilities


def random_pairs(records: int, most: int, seed: int) -> tuple[Rows, Rows]:
    """Up to `most` pairs of records (left < right): all of them where there are no more."""
    if records * (records - 1) // 2 <= most:
        left, right = np.triu_indices(records, 1)
        return left.astype(np.int32), right.astype(np.int32)
    draw = np.random.default_rng(seed)
    one, other = draw.integers(0, records, most), draw.integers(0, records - 1, most)
    other += other >= one
    return np.minimum(one, other).astype(np.int32), np.maximum(one, other).astype(np.int32)


def patterns(model: Model, left: Rows, right: Rows) -> Patterns:
    """The patterns of some pairs over all comparisons of a model."""
    return Patterns(*_patterns(model.levels(left, right)))


STARTING_PAIRS = 0.1
"""Share of the random pairs that the starting u counts for: a level that none of them shows is rare, not impossible."""


def strangers(model: Model, random: Patterns, kinds: Kinds, guess: float) -> Probabilities:
    """u of every comparison: shares of levels among random pairs, each as far as it is likely to be of strangers.

    guess: share of random pairs that are matches, and of those that are relatives, to start from. Splink takes random
    pairs as if none were a match; in few records with many mentions of each person every agreement then looks common.
    Identifiers keep their u: they are issued to one person, so that pairs which share one tell nothing of the others.
    """
    u = [probabilities.copy() for probabilities in kinds.strangers]
    everything = range(len(model.comparisons))
    mixing = np.array([guess, guess, 1 - 2 * guess])
    for _ in range(ROUNDS):
        chances = np.stack([_product(one, everything, random.levels) for one in (kinds.same, kinds.relatives, u)])
        weighed = mixing[:, None] * chances
        posterior = weighed / np.maximum(weighed.sum(axis=0), 1e-300)
        mixing = np.maximum((posterior * random.counts).sum(axis=1) / random.counts.sum(), 1e-12)
        u = [_stranger(n, random, posterior[2], kinds, model) for n in everything]
    return u


def _stranger(
    n: int, random: Patterns, posterior: npt.NDArray[np.float64], kinds: Kinds, model: Model
) -> npt.NDArray[np.float64]:
    comparison, start = model.comparisons[n], kinds.strangers[n]
    if comparison.name.startswith("id_"):
        return start
    counts = _expected(random.levels[n], posterior * random.counts, comparison)
    return _normal(counts + max(STARTING_PAIRS * counts.sum(), 1.0) * np.nan_to_num(start), comparison)


def _silent(comparison: comparing.Comparison) -> npt.NDArray[np.bool_]:
    return np.array([level.m is None for level in comparison.levels])


def _normal(counts: npt.NDArray[np.float64], comparison: comparing.Comparison) -> npt.NDArray[np.float64]:
    total = counts.sum()
    made = np.maximum(counts / total, SMALLEST) if total else np.full(len(counts), np.nan)
    made[_silent(comparison)] = np.nan
    return made


def fit(model: Model, sessions: Sequence[Session], kinds: Kinds, start: Probabilities) -> Probabilities:
    """m of every comparison: expected counts of matches at each level, summed over the sessions that may tell.

    start: the m that stands where no session tells, and keeps a part everywhere.

    Source: A. P. Dempster, N. M. Laird and D. B. Rubin (1977), "Maximum Likelihood from Incomplete Data via the EM
    Algorithm", J. R. Statist. Soc. B 39(1).
    """
    totals = [np.zeros(len(c.levels)) for c in model.comparisons]
    for session in sessions:
        for n, counts in _maximised(model, session, kinds, start).items():
            totals[n] += counts
    return [
        _told(counts, first, comparison)
        for counts, first, comparison in zip(totals, start, model.comparisons, strict=True)
    ]


PRIOR_MATCHES = 20.0
"""Matches that the starting m counts for: as many as that must say otherwise before it moves half way."""

KEPT_OF_START = 0.01
"""Share of the starting m that stays whatever training says: training blocks never show some slips, which happen."""


def _told(
    counts: npt.NDArray[np.float64], first: npt.NDArray[np.float64], comparison: comparing.Comparison
) -> npt.NDArray[np.float64]:
    pseudo = max(PRIOR_MATCHES, KEPT_OF_START * counts.sum())
    return _normal(counts + pseudo * np.nan_to_num(first), comparison)


def _maximised(
    model: Model, session: Session, kinds: Kinds, start: Probabilities
) -> dict[int, npt.NDArray[np.float64]]:
    free = [n for n in range(len(model.comparisons)) if n not in session.held]
    patterns, counts = session.patterns.levels[free], session.patterns.counts
    if not free or not len(counts):
        return {}
    same = {n: kinds.same[n].copy() for n in free}
    mixing = np.array([0.4, 0.3, 0.3])
    matches = np.zeros(len(counts))
    for _ in range(ROUNDS):
        chances = np.stack([_product(probabilities, free, patterns)
                            for probabilities in (same, kinds.relatives, kinds.strangers)])  # fmt: skip
        weighed = mixing[:, None] * chances
        posterior = weighed / np.maximum(weighed.sum(axis=0), 1e-300)
        mixing = np.maximum((posterior * counts).sum(axis=1) / counts.sum(), 1e-6)
        matches = posterior[0] * counts
        same = {n: _told(_expected(patterns[k], matches, model.comparisons[n]), start[n], model.comparisons[n])
                for k, n in enumerate(free)}  # fmt: skip
    return {n: _expected(patterns[k], matches, model.comparisons[n]) for k, n in enumerate(free)}


def _patterns(levels: Levels) -> tuple[Levels, npt.NDArray[np.int64]]:
    width = int(levels.max(initial=0)) + 1
    keys = np.zeros(levels.shape[1], dtype=np.int64)
    for own in levels:
        keys = keys * width + own
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return levels[:, first], counts


def _product(
    probabilities: Mapping[int, npt.NDArray[np.float64]] | Probabilities, free: Sequence[int], patterns: Levels
) -> npt.NDArray[np.float64]:
    chances = np.ones(patterns.shape[1])
    for k, n in enumerate(free):
        chances *= np.nan_to_num(probabilities[n], nan=1.0)[patterns[k]]
    return chances


def _expected(
    levels: Levels, matches: npt.NDArray[np.float64], comparison: comparing.Comparison
) -> npt.NDArray[np.float64]:
    counts = np.bincount(levels, weights=matches, minlength=len(comparison.levels))
    counts[_silent(comparison)] = 0.0
    return np.asarray(counts, dtype=np.float64)


def session_of(model: Model, rule: Rule, held: frozenset[int], most: int) -> Session:
    """What up to about `most` pairs that a rule joins show. Which pairs, depends on the records' order alone."""
    step = max(1, -(-rule.pairs // most))
    parts = list(candidate_pairs([rule], most, every=step))
    if not parts:
        none = np.empty(0, np.int32)
        parts = [(none, none, 0)]
    return Session(patterns(model, np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])), held)


def written(settings: Mapping[str, Any], m: Probabilities, u: Probabilities, prior: float) -> dict[str, Any]:
    """Splink's JSON with these parameters."""
    made = copy.deepcopy(dict(settings))
    made["probability_two_random_records_match"] = prior
    for comparison, own_m, own_u in zip(made["comparisons"], m, u, strict=True):
        for level, m_value, u_value in zip(comparison["comparison_levels"], own_m, own_u, strict=True):
            if not level.get("is_null_level"):
                level["m_probability"], level["u_probability"] = float(m_value), float(u_value)
    return made


def read(settings: Mapping[str, Any], name: str) -> Probabilities:
    """`m_probability` or `u_probability` of every level, NaN where a level says nothing."""
    return [
        np.array([level.get(name, np.nan) for level in comparison["comparison_levels"]], dtype=float)
        for comparison in settings["comparisons"]
    ]


def features_present(features: Features) -> set[str]:
    """Names of the features that two records or more have."""
    return {name for name, feature in features.items() if feature.held > 1}
