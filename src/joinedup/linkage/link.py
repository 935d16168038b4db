"""Join records: features as arrays, a trained model, pairs with evidence, clusters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError
from joinedup.linkage import fitting, model
from joinedup.linkage.average import NEVER, Grouped, Ties, clusters
from joinedup.linkage.blocking import candidate_pairs
from joinedup.linkage.census import Census, read_by
from joinedup.linkage.clusters import clusters_table
from joinedup.linkage.comparing import Bits, Levels
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.features import Records, records_of
from joinedup.linkage.fitting import Ready
from joinedup.linkage.loops import Rows
from joinedup.linkage.pairs import Scored

AT_ONCE = 1_000_000
"""Pairs compared at once."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much is done, and how much there is."""


@dataclass(frozen=True)
class LinkSettings:
    """threshold: bits at or above which two records are joined; None lets the scores choose. salt: the project's, for
    person ids. seed: of the random pairs. compare: `features.ON_REQUEST` columns to compare as well. model: Splink's
    JSON to use as it is, untrained. through: what compares; `splink` leaves our own steps out. ranges: whether to join
    strictly and loosely as well. census: what the model's training saw, which then counts for what these records hold.

    Raises LinkageError for a threshold that no pair could be held against.
    """

    threshold: float | None = None
    salt: bytes = b""
    seed: int = 1
    compare: tuple[str, ...] = ()
    model: Mapping[str, Any] | None = None
    through: Literal["arrays", "splink"] = "arrays"
    ranges: bool = False
    census: Census | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and not (math.isfinite(self.threshold) and self.threshold >= model.FLOOR):
            raise LinkageError(
                "The threshold should be a number of bits of 0 or more.",
                remedy="Pairs below even odds are not kept, so no lower threshold could join them.",
            )
        if self.census is not None and self.model is None:
            raise LinkageError("A census is of no use without the model whose training it saw.")


@dataclass(frozen=True)
class Expected:
    """Pairs of records, by the model's own weights: joined, of those wrong, and of one person but not joined."""

    joined: float
    wrong: float
    missed: float


@dataclass(frozen=True)
class Linked:
    """clusters: see `tables`. scored: pairs from even odds up. model: Splink's JSON as used, ours under `joinedup`.

    keyed: pairs joined by a key, as `tables.PAIRS`. notes: what was left out, and what is not to be believed. strict,
    loose: the clusters at a higher and a lower threshold, where they were asked for. records: what was compared, None
    where there was nothing to compare.
    """

    clusters: pa.Table
    scored: Scored | None
    keyed: pa.Table
    threshold: float
    model: Mapping[str, Any] = field(default_factory=dict)
    trained: bool = False
    expected: Expected | None = None
    notes: tuple[str, ...] = ()
    strict: pa.Table | None = None
    loose: pa.Table | None = None
    records: Records | None = None

    @property
    def pairs(self) -> pa.Table:
        """The `pairs` table whole, in key order. `pieces` takes less memory."""
        return pa.concat_tables(list(self.pieces())).sort_by(
            [("record_id_l", "ascending"), ("record_id_r", "ascending")]
        )

    def pieces(self) -> Iterator[pa.Table]:
        """The `pairs` table piece by piece, pairs joined by a key first; a key outranks a score."""
        yield self.keyed
        for piece in self.scored.pieces() if self.scored is not None else ():
            yield _without(piece, self.keyed)


def link(
    engine: DuckDBEngine,
    people: Frame,
    settings: LinkSettings | None = None,
    by_key: pa.Table | None = None,
    progress: Progress | None = None,
    judged: pa.Table | None = None,
) -> Linked:
    """Find which records are one person.

    people: `person_records`, or any of its columns with record_id; only `COMPARED` and what `settings.compare` names
    are read. by_key: pairs (record_id_l, record_id_r) that share a key, taken as joined. judged: pairs with what a
    person decided of them (verdict); `same` joins and `different` keeps apart, whatever keys and weights say, and
    `different` outranks a chain of `same`. A judgement of a record that is not there rests. Raises LinkageError when
    there is nothing to compare and no key, or for a key that names a record which is not there.

    Source: I. P. Fellegi and A. B. Sunter (1969), "A Theory for Record Linkage", J. Am. Stat. Assoc. 64(328).
    """
    settings = settings or LinkSettings()
    use_threads(engine)
    records = _records(engine, people, settings)
    keyed, tied = _keyed(by_key), both(_tied(by_key, records), decided(judged, records))
    compiler = Compiler(engine, records.features)
    fitted = _fitted(compiler, records, settings)
    if settings.census is not None:
        settings.census.prepare(compiler, fitted.settings)
    if not fitted.settings["blocking_rules_to_generate_predictions"]:
        return _by_key_alone(records, keyed, tied, settings)
    ready = _ready(compiler, records, fitted.settings, brought=settings.model is not None)
    if settings.through == "splink":
        ready = replace(ready, steps=None)
        scored = _by_splink(engine, records, ready, fitted.settings)
    else:
        scored = score(records, ready, progress or _silent)
    grouped, threshold, (strict, loose) = _grouped(scored, tied, fitted.matches, settings)
    notes = fitted.notes
    if grouped.cut:
        notes = (*notes, f"{grouped.cut:,} sets of records that chain together were cut at their weakest ties.")

    def table(found: Grouped | None) -> pa.Table | None:
        return found and clusters_table(records.ids, found.labels, _all_ties(scored, tied), settings.salt)

    expected = _expected(grouped, fitted.matches)
    return Linked(
        table(grouped), scored, keyed, threshold, fitted.settings, fitted.trained, expected, notes,
        table(strict), table(loose), records,
    )  # fmt: skip


def _records(engine: DuckDBEngine, people: Frame, settings: LinkSettings) -> Records:
    """Their features; as common as the census has them, where there is one."""
    if settings.census is None or settings.model is None:
        return records_of(engine, people, settings.compare)
    return settings.census.told(records_of(engine, people, settings.compare, read_by(settings.model)))


def _ready(compiler: Compiler, records: Records, settings: Mapping[str, Any], *, brought: bool) -> Ready:
    """The model made ready. Raises LinkageError for one that somebody brought and that is none."""
    try:
        return fitting.ready(compiler, records.features, settings)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        if not brought:
            raise
        raise LinkageError(
            f"The linkage model cannot be used: {type(error).__name__} in one of its comparisons, rules or steps.",
            remedy="Bring a file that `--save-model` or Splink's `save_model_to_json` wrote.",
        ) from None


def use_threads(engine: DuckDBEngine) -> None:
    """Have the compiled loops use as many threads as the engine."""
    cores = int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    numba.set_num_threads(min(engine.resources.threads, cores))


def _by_key_alone(records: Records, keyed: pa.Table, tied: Ties, settings: LinkSettings) -> Linked:
    """Clusters of records that hold nothing to compare. Raises LinkageError when no key joins them either."""
    if keyed.num_rows == 0 and not model.blocks({name for name, one in records.features.items() if one.held}):
        raise LinkageError(
            "The records have nothing to compare.",
            remedy="Map at least a name with a birth date or postcode, a phone, or an identifier.",
        )
    threshold = settings.threshold or model.FLOOR
    grouped = clusters(len(records), tied, _none, threshold)
    return Linked(clusters_table(records.ids, grouped.labels, tied, settings.salt), None, keyed, threshold)


def _all_ties(scored: Scored, tied: Ties) -> Ties:
    return both(Ties(scored.left, scored.right, scored.weights, np.zeros(len(scored), np.bool_)), tied)


def both(one: Ties, other: Ties) -> Ties:
    """Two sets of ties in one, in their order."""
    return Ties(
        np.concatenate([one.left, other.left]), np.concatenate([one.right, other.right]),
        np.concatenate([one.weights, other.weights]), np.concatenate([one.always, other.always]),
    )  # fmt: skip


Range = tuple[Grouped | None, Grouped | None]


def _grouped(scored: Scored, tied: Ties, matches: float, settings: LinkSettings) -> tuple[Grouped, float, Range]:
    """Clusters at the threshold asked for, or at the one with the best F1 to be expected; that threshold; and on
    request the clusters that would be right if wrong links counted four times as much as missed ones, and the reverse.
    """
    ties, records = _all_ties(scored, tied), len(scored.ids)

    def weigh(left: Rows, right: Rows) -> Bits:
        return weighed(scored.ready, left, right)[0]

    def at(threshold: float) -> Grouped:
        return clusters(records, ties, weigh, threshold)

    if settings.threshold is not None and not settings.ranges:
        return at(settings.threshold), settings.threshold, (None, None)
    lowest = at(model.FLOOR)
    best = settings.threshold if settings.threshold is not None else best_threshold(lowest, matches)
    found = lowest if best == model.FLOOR else at(best)
    if not settings.ranges:
        return found, best, (None, None)
    strict, loose = (best_threshold(lowest, matches, beta) for beta in (STRICT, LOOSE))
    return found, best, (at(max(strict, best + 1)), at(max(min(loose, best - 1), model.FLOOR)))


STRICT, LOOSE = 0.5, 2.0
"""Betas of F: how many times as much a missed link counts as a wrong one is their square."""


def best_threshold(grouped: Grouped, matches: float, beta: float = 1.0) -> float:
    """Bits, in halves, at which clusters would have the highest F-beta by the weights' own account.

    Each merge joins so many pairs, of which so many are expected to be right. Merges are undone from the weakest up.
    Source: C. J. van Rijsbergen (1979), "Information Retrieval", chapter 7.
    """
    if not len(grouped.merges):
        return model.FLOOR
    order = np.argsort(-grouped.merges[:, 0], kind="stable")
    means, pairs, right = grouped.merges[order].T
    f = (1 + beta**2) * np.cumsum(right) / (np.cumsum(pairs) + beta**2 * matches)
    steps = np.arange(0.0, 20.5, 0.5)
    kept = np.searchsorted(-means, -(steps - 1.0), side="right")
    scores = np.where(kept > 0, f[np.maximum(kept, 1) - 1], 0.0)
    return float(steps[int(np.argmax(np.round(scores, 9)))])


def _expected(grouped: Grouped, matches: float) -> Expected:
    pairs, right = float(grouped.merges[:, 1].sum()), float(grouped.merges[:, 2].sum())
    return Expected(round(pairs, 1), round(pairs - right, 1), round(max(matches - right, 0.0), 1))


def _fitted(compiler: Compiler, records: Records, settings: LinkSettings) -> fitting.Fitted:
    if settings.model is None:
        return fitting.fit(compiler, records.features, len(records), settings.seed)
    share = settings.model["probability_two_random_records_match"]
    return fitting.Fitted(dict(settings.model), share * len(records) * (len(records) - 1) / 2, True)


def weighed(ready: Ready, left: Rows, right: Rows) -> tuple[Bits, Levels]:
    """Weights of pairs with 6 decimals, our own steps included, and their levels."""
    levels = ready.model.levels(left, right)
    weights = ready.model.weights(levels, left, right)
    if ready.steps is None:
        return np.round(weights, 6), levels
    if ready.steps.namesakes is not None:
        weights += ready.steps.namesakes.penalty(left, right)
    return np.round(weights + ready.steps.relatives.penalty(weights, levels, ready.model.prior), 6), levels


def _by_splink(engine: DuckDBEngine, records: Records, ready: Ready, settings: Mapping[str, Any]) -> Scored:
    from joinedup.linkage.through_splink import scored_by_splink

    left, right, weights = scored_by_splink(engine, records, settings)
    return Scored(records.ids, ready, left, right, weights, ready.model.levels(left, right))


def score(records: Records, ready: Ready, progress: Progress) -> Scored:
    """Every candidate pair weighed; those at even odds or better are kept, in order of both rows."""
    total = sum(rule.pairs for rule in ready.rules)
    done, kept = 0, list[tuple[Rows, Rows, Bits, Levels]]()
    for left, right, _ in candidate_pairs(ready.rules, AT_ONCE):
        weights, levels = weighed(ready, left, right)
        holds = np.flatnonzero(weights >= model.FLOOR)
        kept.append((left[holds], right[holds], weights[holds], levels[:, holds]))
        done += len(left)
        progress("Comparing pairs", done, total)
    return _ordered(records, ready, kept)


def _ordered(records: Records, ready: Ready, kept: list[tuple[Rows, Rows, Bits, Levels]]) -> Scored:
    none = np.empty(0, np.int32)
    parts = [(none, none, np.empty(0), np.empty((len(ready.model.comparisons), 0), np.int8)), *kept]
    left, right, weights = (np.concatenate([part[n] for part in parts]) for n in range(3))
    levels = np.concatenate([part[3] for part in parts], axis=1)
    order = np.argsort(left.astype(np.int64) * max(len(records), 1) + right, kind="stable")
    return Scored(records.ids, ready, left[order], right[order], weights[order], levels[:, order])


def _keyed(by_key: pa.Table | None) -> pa.Table:
    if by_key is None or by_key.num_rows == 0:
        return tables.PAIRS.empty()
    evidence = pa.array(
        [[{"comparison": "key", "level": "joined by a shared key", "weight": None}]] * by_key.num_rows, tables.EVIDENCE
    )
    return tables.PAIRS.conform(by_key.select(["record_id_l", "record_id_r"]).append_column("evidence", evidence))


def _tied(by_key: pa.Table | None, records: Records) -> Ties:
    pairs = by_key if by_key is not None else tables.PAIRS.empty()
    sides = [pc.index_in(pairs[name], value_set=records.ids) for name in ("record_id_l", "record_id_r")]
    if any(side.null_count for side in sides):
        raise LinkageError("A pair names a record that is not among the records.")
    left, right = (np.asarray(side.to_numpy(), dtype=np.int32) for side in sides)
    return Ties(left, right, np.zeros(len(left)), np.ones(len(left), np.bool_))


def decided(judged: pa.Table | None, records: Records) -> Ties:
    """What people decided, as ties; of records that are there."""
    if judged is None or judged.num_rows == 0:
        return _tied(None, records)
    firm = judged.filter(pc.is_in(judged["verdict"], pa.array(["same", "different"])))
    sides = [pc.index_in(firm[name], value_set=records.ids) for name in ("record_id_l", "record_id_r")]
    there = pc.and_(*(pc.is_valid(side) for side in sides))
    left, right = (np.asarray(side.filter(there).to_numpy(), dtype=np.int32) for side in sides)
    same = np.asarray(pc.equal(firm["verdict"].filter(there), "same").to_numpy(), dtype=np.bool_)
    return Ties(left, right, np.where(same, 0.0, NEVER), same)


def _without(scored: pa.Table, keyed: pa.Table) -> pa.Table:
    """Scored pairs that no key joins."""
    if not keyed.num_rows:
        return scored
    named = pa.table({"record_id_l": keyed["record_id_l"], "record_id_r": keyed["record_id_r"]})
    rest = scored.select(["record_id_l", "record_id_r"]).append_column("at", pa.array(range(scored.num_rows)))
    kept = rest.join(named, ["record_id_l", "record_id_r"], join_type="left anti")["at"].combine_chunks()
    return scored.take(kept.take(pc.array_sort_indices(kept)))


def _none(left: Rows, _right: Rows) -> Bits:
    """Weights where there is no model: nothing speaks for a pair."""
    return np.full(len(left), -np.inf)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


__all__ = ["Expected", "LinkSettings", "Linked", "both", "decided", "link", "score", "use_threads", "weighed"]
