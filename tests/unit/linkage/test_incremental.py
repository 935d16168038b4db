"""Updates of a store give what one full run over the records of today gives, with the same kept model."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError
from joinedup.linkage import LinkSettings, census, link
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.features import records_of
from joinedup.linkage.hashes import of_values
from joinedup.linkage.incremental import Basis, Change, Updated, begin, update
from joinedup.linkage.keys import keys_of
from joinedup.linkage.link import Linked
from joinedup.linkage.store.kept import Store, open_store
from tests.unit.linkage.invented_people import people, record, slipped, table

Rows = dict[str, dict[str, Any]]
SALT = b"salt"
FULL = os.environ.get("JOINEDUP_SCALE") == "full"
JUDGED = pa.schema([(name, pa.string()) for name in ("record_id_l", "record_id_r", "verdict")])
KEYS = ("record_id", "system", "local_id", "source_file", "source_row", "truth")


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@dataclass(frozen=True)
class Trained:
    """A model trained on 600 invented people, what it saw, and the run itself."""

    linked: Linked
    seen: census.Census
    rows: list[dict[str, Any]]


@pytest.fixture(scope="module")
def trained(engine: DuckDBEngine) -> Trained:
    rows = people(600)
    frame = engine.frame(table(rows))
    linked = link(engine, frame, LinkSettings(salt=SALT))
    records = records_of(engine, frame, read=census.read_by(linked.model))
    return Trained(linked, census.taken(Compiler(engine, records.features), records, linked.model), rows)


def full(engine: DuckDBEngine, rows: Rows, world: World) -> Linked:
    asked = LinkSettings(world.threshold, SALT, model=world.model, census=world.seen)
    return link(engine, engine.frame(table(list(rows.values()))), asked, world.by_key(rows), judged=world.judged)


@dataclass
class World:
    """What all records of a property's example are put to. keyed: pairs that share a key."""

    model: Any
    seen: census.Census
    threshold: float
    judged: pa.Table
    keyed: set[tuple[str, str]]

    def by_key(self, rows: Rows) -> pa.Table:
        there = sorted(pair for pair in self.keyed if set(pair) <= set(rows))
        return pa.table({name: pa.array([pair[n] for pair in there], pa.string())
                         for n, name in enumerate(("record_id_l", "record_id_r"))})  # fmt: skip


def crowded(engine: DuckDBEngine, trained: Trained, rows: list[dict[str, Any]], draw: random.Random) -> census.Census:
    """A census in which some keys of these rows were too common, and some of their phones were held by many."""
    made = records_of(engine, engine.frame(table(rows)), read=census.read_by(trained.linked.model))
    compiler = Compiler(engine, made.features)
    share, capped = draw.choice([0.1, 0.9]), {}
    for told in trained.linked.model[census.RULES]:
        hashes = np.unique(keys_of(compiler, told).left.hashes)
        capped[str(told["blocking_rule"])] = hashes[[draw.random() < share for _ in hashes]]
    phones = of_values(made.features["phones"].values)
    many = np.sort(phones[[draw.random() < 0.2 for _ in phones]])
    return replace(trained.seen, capped=capped, many={**trained.seen.many, "phones": many})


def judgements(draw: random.Random, ids: list[str], count: int) -> pa.Table:
    rows = []
    for _ in range(count):
        one, other = sorted(draw.sample(ids, 2))
        rows.append({"record_id_l": one, "record_id_r": other, "verdict": draw.choice(["same", "different", "unsure"])})
    return pa.Table.from_pylist(rows, schema=JUDGED)


def crowd(draw: random.Random) -> list[dict[str, Any]]:
    """Some thirty people, many of whom share names, homes or phones, in about ninety records."""
    rows = people(30, seed=draw.randrange(1000))
    for row in rows:
        other = draw.choice(rows)
        for name in ("surname", "postcode", "phones", "dob", "forenames"):
            if draw.random() < 0.15:
                row[name] = other[name]
    return rows


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What a record tells, without its keys."""
    return {name: value for name, value in row.items() if name not in KEYS}


def step(draw: random.Random, today: Rows, waiting: list[dict[str, Any]]) -> tuple[Rows, list[str]]:
    """Changed records and removed ones: some new, some of today corrected or gone."""
    new = [waiting.pop() for _ in range(min(len(waiting), draw.randrange(0, 12)))]
    ids = draw.sample(sorted(today), min(len(today), draw.randrange(0, 8)))
    cut = draw.randrange(len(ids) + 1)
    corrected = [record(one, 0, slipped(told(today[one]), draw)) for one in ids[:cut]]
    return {row["record_id"]: row for row in (*new, *corrected)}, ids[cut:]


def same_as_full(store: Store, whole: Linked) -> None:
    assert whole.scored is not None
    assert store.clusters().equals(whole.clusters)
    scored = whole.scored.table().select(["record_id_l", "record_id_r", "match_weight"])
    assert store.pairs().to_pylist() == scored.to_pylist()


@settings(max_examples=60 if FULL else 6, deadline=None)
@given(seed=st.integers(0, 2**32), threshold=st.sampled_from([0.0, 3.0, 8.5]), updates=st.integers(1, 3))
def test_updates_give_the_pairs_and_clusters_of_a_full_run(
    engine: DuckDBEngine, trained: Trained, seed: int, threshold: float, updates: int
) -> None:
    draw = random.Random(seed)
    rows = crowd(draw)
    draw.shuffle(rows)
    ids = [row["record_id"] for row in rows]
    seen = crowded(engine, trained, rows, draw) if draw.random() < 0.5 else trained.seen
    keyed = {(one["record_id_l"], one["record_id_r"]) for one in judgements(draw, ids, draw.randrange(4)).to_pylist()}
    world = World(trained.linked.model, seen, threshold, judgements(draw, ids, draw.randrange(6)), keyed)
    cut = draw.randrange(5, len(rows))
    today: Rows = {row["record_id"]: row for row in rows[:cut]}
    with tempfile.TemporaryDirectory() as folder:
        store = begun(engine, today, world, Path(folder) / "store")
        same_as_full(store, full(engine, today, world))
        waiting = rows[cut:]
        for _ in range(updates):
            changed, removed = step(draw, today, waiting)
            still = world.judged.slice(draw.randrange(2))
            world.judged = pa.concat_tables([still, judgements(draw, ids, draw.randrange(3))])
            before = store.clusters()
            today = {key: row for key, row in today.items() if key not in removed} | changed
            made = update(engine, store, change(engine, changed, removed, world, today), SALT)
            whole = full(engine, today, world)
            same_as_full(store, whole)
            same_as_full(open_store(store.folder), whole)
            told_as_it_is(made, before, whole)


def begun(engine: DuckDBEngine, today: Rows, world: World, folder: Path) -> Store:
    frame = engine.frame(table(list(today.values())))
    return begin(engine, frame, full(engine, today, world), folder, Basis((), world.judged, world.seen))


def change(engine: DuckDBEngine, changed: Rows, removed: list[str], world: World, today: Rows) -> Change:
    every = world.by_key(today).to_pylist()
    named = [row for row in every if set(row.values()) & set(changed)]
    by_key = pa.Table.from_pylist(named, schema=world.by_key(today).schema)
    return Change(engine.frame(table(list(changed.values()))), removed, by_key, world.judged)


def told_as_it_is(made: Updated, before: pa.Table, whole: Linked) -> None:
    """Records that are told were as they are told to have been, are as a full run has them, and no other changed."""
    then = {row["record_id"]: row["person_id"] for row in before.to_pylist()}
    now = {row["record_id"]: row for row in whole.clusters.to_pylist()}
    regrouped = made.clusters.to_pylist()
    assert all(now[row["record_id"]] == row for row in regrouped)
    assert all(then[row["record_id"]] == row["person_id"] for row in made.before.to_pylist())
    moved = {key for key in then if key not in now or now[key]["person_id"] != then[key]} | (set(now) - set(then))
    assert moved <= {row["record_id"] for row in (*regrouped, *made.before.to_pylist())}


def test_a_census_of_the_training_itself_changes_nothing(engine: DuckDBEngine, trained: Trained) -> None:
    asked = LinkSettings(trained.linked.threshold, SALT, model=trained.linked.model, census=trained.seen)
    again = link(engine, engine.frame(table(trained.rows)), asked)
    assert again.clusters.equals(trained.linked.clusters)
    assert again.pairs.equals(trained.linked.pairs)


def test_a_census_is_read_as_it_was_written(trained: Trained, tmp_path: Path) -> None:
    trained.seen.write(tmp_path)
    read = census.Census.read(tmp_path)
    for one, other in ((trained.seen.capped, read.capped), (trained.seen.many, read.many)):
        assert {k: v.tolist() for k, v in one.items()} == {k: v.tolist() for k, v in other.items()}
    for name, counted in trained.seen.counted.items():
        assert read.counted[name].held == counted.held
        for part in ("hashes", "counts", "bearers"):
            assert getattr(read.counted[name], part).tolist() == getattr(counted, part).tolist()


@pytest.fixture
def store(engine: DuckDBEngine, trained: Trained, tmp_path: Path) -> Store:
    return begin(engine, engine.frame(table(trained.rows)), trained.linked, tmp_path / "store")


def test_what_has_no_part_in_a_change_is_not_read(engine: DuckDBEngine, trained: Trained, store: Store) -> None:
    """One more mention of one person: of 1,800 records those that share a key with it, and its own cluster."""
    first = trained.rows[0]
    new = record("s9:0", 0, told(first))
    made = update(engine, store, Change(engine.frame(table([new]))), SALT)
    own = sum(row["truth"] == 0 for row in trained.rows)
    assert made.touched.changed == 1
    assert made.touched.read < len(trained.rows) / 10
    assert made.touched.regrouped <= own + 1
    assert len(set(made.clusters["person_id"].to_pylist())) == 1


def test_nothing_changed_touches_nothing(engine: DuckDBEngine, trained: Trained, store: Store) -> None:
    made = update(engine, store, Change(engine.frame(table([]))), SALT)
    assert (made.touched.changed, made.touched.regrouped, made.clusters.num_rows) == (0, 0, 0)
    assert store.clusters().equals(trained.linked.clusters)


def test_a_change_that_does_not_fit_is_refused(engine: DuckDBEngine, trained: Trained, store: Store) -> None:
    one = trained.rows[0]
    twice, none = engine.frame(table([one, one])), engine.frame(table([]))
    few = engine.frame(table([one]).select(["record_id", "surname"]))
    for refused, told in (
        (Change(twice), "told twice"), (Change(none, ["z:9"]), "not there"),
        (Change(engine.frame(table([one])), [one["record_id"]]), "corrected as well"), (Change(few), "no such column"),
    ):  # fmt: skip
        with pytest.raises(LinkageError, match=told):
            update(engine, store, refused)
    assert len(store.segments) == 1


def test_where_no_run_left_a_store_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(LinkageError, match="full run first"):
        open_store(tmp_path)


@pytest.mark.parametrize("read", [frozenset(), frozenset({"each_id_pnc", "forename_consonants", "forename_vowels"})])
def test_features_that_a_kept_model_reads_depend_on_no_other_record(engine: DuckDBEngine, read: frozenset[str]) -> None:
    rows = [
        record("a:1", 1, {"forenames": "محمد", "surname": "NOWAK", "id_pnc": "1/90; 2/90"}),
        record("a:2", 2, {"forenames": "EVA", "surname": "NOWAK", "id_pnc": "UNKNOWN"}),
    ]
    together = records_of(engine, engine.frame(table(rows)), read=read).table().to_pylist()
    alone = [records_of(engine, engine.frame(table([row])), read=read).table().to_pylist()[0] for row in rows]
    assert together == alone
    assert (together[1]["forename_consonants"], together[1]["id_pnc"]) == (("V", None) if read else (None, "UNKNOWN"))


def test_a_census_without_its_model_is_refused(trained: Trained) -> None:
    with pytest.raises(LinkageError, match="without the model"):
        LinkSettings(census=trained.seen)
