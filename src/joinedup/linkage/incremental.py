"""New, corrected and removed records joined to those of a store, as a full run over all records of today would.

A full run with the same model, census and threshold gives the same pairs, weights and clusters. What is read grows with
the new records and the records connected to them, not with the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError
from joinedup.linkage import census, fitting, model
from joinedup.linkage.average import Ties, clusters
from joinedup.linkage.candidates import candidates
from joinedup.linkage.clusters import clusters_table
from joinedup.linkage.comparing import Bits, Levels
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.features import Records, records_of
from joinedup.linkage.fitting import Ready
from joinedup.linkage.keys import Keyed, Keys, keys_of
from joinedup.linkage.link import AT_ONCE, Linked, both, decided, use_threads, weighed
from joinedup.linkage.loops import Rows
from joinedup.linkage.pairs import Scored
from joinedup.linkage.store.kept import Kept, Store, create, records, within_rows
from joinedup.linkage.store.segment import Numbers, People, Segment, Tied, segment


@dataclass(frozen=True)
class Change:
    """What is different from the run or update before. people: new and corrected `person_records`, with all columns of
    those before. removed: ids. by_key: pairs (record_id_l, record_id_r) of these people that share a key with each
    other or with a record of before; those that a corrected record had before are no more. judged: all judgements in
    force, as `link` takes them; None for those of before.
    """

    people: Frame
    removed: Sequence[str] = ()
    by_key: pa.Table | None = None
    judged: pa.Table | None = None


@dataclass(frozen=True)
class Touched:
    """Records: changed, that were new or corrected; gone, removed or corrected; read for candidates; regrouped, whose
    cluster was looked at anew. Pairs: compared, and kept.
    """

    changed: int
    gone: int
    read: int
    regrouped: int
    compared: int
    kept: int


@dataclass(frozen=True)
class Updated:
    """before: record_id, person_id of every record that was touched, as it was. clusters: the same as it is, as
    `tables.CLUSTERS`. All other records stand as they stood. pairs: scored pairs of changed records.
    """

    before: pa.Table
    clusters: pa.Table
    pairs: Scored
    touched: Touched


def begin(engine: DuckDBEngine, people: Frame, linked: Linked, folder: Path, basis: Basis | None = None) -> Store:
    """A store of a full run. people: as `link` had them. linked: what it made of them. folder: made anew.

    Raises LinkageError for a run that compared nothing, StorageError.
    """
    basis = basis or Basis()
    if linked.scored is None or linked.scored.ready.steps is None:
        raise LinkageError(
            "A joining that compares nothing, through Splink, or by a model of Splink's own leaves nothing to add "
            "records to."
        )
    used = dict(linked.model)
    whole = records_of(engine, people, basis.compare, census.read_by(used))
    compiler = Compiler(engine, whole.features)
    seen = basis.census or census.taken(compiler, whole, used)
    store = create(folder, Kept(used, seen, linked.threshold, basis.compare))
    scored = linked.scored
    rows = np.arange(len(whole), dtype=np.int64)
    near = Tied(scored.left.astype(np.int64), scored.right.astype(np.int64), scored.weights)
    keyed = _keyed(linked.keyed, lambda ids: _places(ids, whole.ids))
    made = segment(0, whole, _keys(compiler, store.kept), near.both(keyed), People(rows, linked.clusters))
    store.append(made, np.empty(0, np.int64), _in_force(basis.judged))
    return store


@dataclass(frozen=True)
class Basis:
    """How a full run was made: the columns compared on request, the judgements in force, and the census that it took
    over; None for one that trained.
    """

    compare: tuple[str, ...] = ()
    judged: pa.Table | None = None
    census: census.Census | None = None


def update(engine: DuckDBEngine, store: Store, change: Change, salt: bytes = b"") -> Updated:
    """Join changed records to those of a store, and keep what is found there. salt: the project's, for person ids.

    Raises LinkageError for a column that the store's records have and these do not, for a record that is told twice, or
    removed and not there; StorageError.
    """
    use_threads(engine)
    work = _started(engine, store, change)
    found = _scored(engine, work)
    ties = _ties(work, found.near)
    touched = _connected(work, ties)
    rows, grouped = _regrouped(engine, work, ties, touched, salt)
    before = store.people_of(touched[touched < store.rows])
    people = People(rows[np.argsort(rows)], grouped.take(pa.array(np.argsort(rows))))
    now = segment(work.start, work.records, work.keys, found.near.both(work.keyed), people)
    store.append(now, work.gone, work.judged)
    counts = Touched(len(work.records), len(work.gone), found.read, len(rows), found.compared, len(found.pairs))
    return Updated(before.select(["record_id", "person_id"]).sort_by("record_id"), grouped, found.pairs, counts)


@dataclass(frozen=True)
class _Work:
    """A change made ready. records: new and corrected. start: of their rows. gone: rows of records that are no more.
    own: their segment, without pairs. keyed: their pairs by key. judged: judgements in force now.
    """

    store: Store
    records: Records
    start: int
    gone: Numbers
    own: Segment
    keys: list[Keys]
    keyed: Tied
    judged: pa.Table

    @property
    def segments(self) -> list[Segment]:
        return [*self.store.segments, self.own]

    @property
    def all_gone(self) -> Numbers:
        return np.union1d(self.store.gone, self.gone).astype(np.int64)

    def rows_of(self, ids: pa.Array) -> Numbers:
        """The row of each record as it is now, changed ones included; -1 for none."""
        before, now = self.store.rows_of(ids), _places(ids, self.records.ids)
        before = np.where(np.isin(before, self.gone), -1, before)
        return np.where(now >= 0, now + self.start, before)


def _started(engine: DuckDBEngine, store: Store, change: Change) -> _Work:
    kept = store.kept
    made = _with_all_features(records_of(engine, change.people, kept.compare, kept.read), store)
    _refuse_repeats(made.ids)
    gone = _gone(store, made.ids, pa.array(change.removed, pa.string()))
    keys = _keys(Compiler(engine, made.features), kept)
    nobody = People(np.empty(0, np.int64), tables.CLUSTERS.empty())
    own = segment(store.rows, made, keys, Tied.none(), nobody)
    judged = store.judged if change.judged is None else _in_force(change.judged)
    work = _Work(store, made, store.rows, gone, own, keys, Tied.none(), judged)
    keyed = _keyed(change.by_key, work.rows_of)
    return _Work(store, made, store.rows, gone, own, keys, keyed, judged)


def _with_all_features(made: Records, store: Store) -> Records:
    """The features that the store has, in its order. Raises LinkageError where one is missing."""
    names = store.segments[0].codes.column_names
    missing = [name for name in names if name not in made.features]
    if missing:
        raise LinkageError(
            f"Records before these had what `{missing[0]}` is made of, and these have no such column.",
            remedy="Give the same columns, empty where nothing is known.",
        )
    return Records(made.ids, {name: made.features[name] for name in names})


def _refuse_repeats(ids: pa.Array) -> None:
    if pc.count_distinct(ids).as_py() < len(ids):
        raise LinkageError("A changed record is told twice.", remedy="Give each changed record once, as it is now.")


def _gone(store: Store, changed: pa.Array, removed: pa.Array) -> Numbers:
    rows = store.rows_of(removed)
    if (rows < 0).any() or pc.any(pc.is_in(removed, value_set=changed)).as_py():
        raise LinkageError("A record to be removed is not there, or is told as corrected as well.")
    corrected = store.rows_of(changed)
    return np.unique(np.concatenate([rows, corrected[corrected >= 0]]))


def _keys(compiler: Compiler, kept: Kept) -> list[Keys]:
    """Keys by rule, without those that are too common."""
    return [_uncommon(keys_of(compiler, told), kept.census.capped[str(told["blocking_rule"])]) for told in kept.rules]


def _uncommon(keys: Keys, common: Any) -> Keys:
    right: Keyed | None = keys.right and keys.right.without(common)
    return Keys(keys.left.without(common), right)


def _keyed(by_key: pa.Table | None, rows_of: Any) -> Tied:
    """Pairs that a key joins. Raises LinkageError for a record that is not there."""
    if by_key is None or not by_key.num_rows:
        return Tied.none()
    left, right = (rows_of(by_key[name].combine_chunks()) for name in ("record_id_l", "record_id_r"))
    if (left < 0).any() or (right < 0).any():
        raise LinkageError("A pair names a record that is not among the records.")
    return Tied(left, right, np.full(len(left), np.nan))


def _places(ids: pa.Array, among: pa.Array) -> Numbers:
    places = pc.fill_null(pc.index_in(ids, value_set=among), -1)
    return np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int64)


def _in_force(judged: pa.Table | None) -> pa.Table:
    names = ["record_id_l", "record_id_r", "verdict"]
    return (tables.JUDGEMENTS.empty() if judged is None else judged).select(names).combine_chunks()


@dataclass(frozen=True)
class _Found:
    """near: kept pairs of changed records, by rows over all segments. pairs: the same, told. read, compared: counts."""

    near: Tied
    pairs: Scored
    read: int
    compared: int


def _scored(engine: DuckDBEngine, work: _Work) -> _Found:
    """Candidate pairs of changed records, weighed; those at even odds or better."""
    kept = work.store.kept
    met = candidates(work.segments, work.start, work.all_gone, len(kept.rules))
    few, rows = records(work.segments, np.union1d(met.rows, np.arange(work.start, work.own.start + len(work.own))))
    told = kept.census.told(few)
    compiler = Compiler(engine, told.features)
    left, right = met.among(rows, compiler, kept.rules)
    ready = _ready(compiler, told, kept)
    starts = range(0, max(len(left), 1), AT_ONCE)
    pieces = [_weighed(ready, left[n : n + AT_ONCE], right[n : n + AT_ONCE]) for n in starts]
    one, other, weights = (np.concatenate([piece[n] for piece in pieces]) for n in range(3))
    levels = np.concatenate([piece[3] for piece in pieces], axis=1)
    scored = Scored(told.ids, ready, one, other, weights, levels)
    return _Found(Tied(rows[one], rows[other], weights), scored, len(few), len(left))


def _ready(compiler: Compiler, told: Records, kept: Kept) -> Ready:
    return fitting.ready(compiler, told.features, kept.model | {census.RULES: []})


def _weighed(ready: Ready, left: Rows, right: Rows) -> tuple[Rows, Rows, Bits, Levels]:
    weights, levels = weighed(ready, left, right)
    holds = np.flatnonzero(weights >= model.FLOOR)
    return left[holds], right[holds], weights[holds], levels[:, holds]


@dataclass(frozen=True)
class _Ties:
    """New pairs, from either side, and judgements that say `same`, of before and of now, likewise. seeds: rows whose
    own ties are not what they were.
    """

    near: Tied
    judged: Tied
    seeds: Numbers


def _ties(work: _Work, near: Tied) -> _Ties:
    new = near.both(work.keyed)
    judged = [_same(table, rows_of) for table in (work.store.judged, work.judged) for rows_of in _ways(work)]
    changed = np.arange(work.start, work.own.start + len(work.own), dtype=np.int64)
    told = [work.gone, changed, work.keyed.left, work.keyed.right, _differently_judged(work)]
    return _Ties(new.turned(), judged[0].both(judged[1]).both(judged[2]).both(judged[3]).turned(), _rising(told))


def _ways(work: _Work) -> tuple[Any, Any]:
    return work.store.rows_of, work.rows_of


def _rising(parts: Sequence[Numbers]) -> Numbers:
    rows = np.unique(np.concatenate(parts))
    return rows[rows >= 0]


def _same(judged: pa.Table, rows_of: Any) -> Tied:
    """Pairs judged to be one person, of records that are there."""
    firm = judged.filter(pc.equal(judged["verdict"], "same"))
    left, right = (rows_of(firm[name].combine_chunks()) for name in ("record_id_l", "record_id_r"))
    there = (left >= 0) & (right >= 0)
    return Tied(left[there], right[there], np.full(int(there.sum()), np.nan))


def _differently_judged(work: _Work) -> Numbers:
    """Rows of records that somebody judged, or of whom a judgement was retired, since before."""
    before, now = ({tuple(row.values()) for row in table.to_pylist()} for table in (work.store.judged, work.judged))
    ids = pa.array(sorted({record for pair in before ^ now for record in pair[:2]}), pa.string())
    return np.concatenate([rows_of(ids) for rows_of in _ways(work)])


def _connected(work: _Work, ties: _Ties) -> Numbers:
    """Everyone whom a chain of ties joins to a changed record, before or now. Rising."""
    found = frontier = ties.seeds
    while len(frontier):
        near = work.store.near(frontier[frontier < work.start])
        reached = [_joined(near, work.store.kept.threshold)]
        for told in (ties.near, ties.judged):
            at = np.flatnonzero(np.isin(told.left, frontier))
            reached.append(_joined(Tied(told.left[at], told.right[at], told.weights[at]), work.store.kept.threshold))
        frontier = np.setdiff1d(np.concatenate(reached), found)
        found = np.union1d(found, frontier).astype(np.int64)
    return found


def _joined(near: Tied, threshold: float) -> Numbers:
    return near.right[np.isnan(near.weights) | (near.weights >= threshold)]


def _regrouped(
    engine: DuckDBEngine, work: _Work, ties: _Ties, touched: Numbers, salt: bytes
) -> tuple[Numbers, pa.Table]:
    """The rows that are touched and there, in order of their ids, and their clusters."""
    kept = work.store.kept
    few, rows = records(work.segments, touched[~within_rows(touched, work.all_gone)])
    told = kept.census.told(few)
    ready = _ready(Compiler(engine, told.features), told, kept)

    def weigh(left: Rows, right: Rows) -> Bits:
        return weighed(ready, left, right)[0]

    known = both(_known(work, ties, rows), decided(work.judged, few))
    found = clusters(len(few), known, weigh, kept.threshold)
    return rows, clusters_table(few.ids, found.labels, known, salt)


def _known(work: _Work, ties: _Ties, rows: Numbers) -> Ties:
    """Pairs within these records, in order of both, pairs by key last. rows: in order of the records' ids."""
    order = np.argsort(rows)
    rising = rows[order]
    near = work.store.near(rising[rising < work.start]).both(ties.near)
    there = within_rows(near.left, rising) & within_rows(near.right, rising)
    left, right = (order[np.searchsorted(rising, side[there])] for side in (near.left, near.right))
    weights = near.weights[there]
    once = left < right
    keyed = np.isnan(weights[once])
    by = np.lexsort((right[once], left[once], keyed))
    return Ties(
        left[once][by].astype(np.int32), right[once][by].astype(np.int32),
        np.where(keyed, 0.0, weights[once])[by], keyed[by],
    )  # fmt: skip


__all__ = ["Basis", "Change", "Touched", "Updated", "begin", "update"]
