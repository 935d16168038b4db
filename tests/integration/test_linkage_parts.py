"""What the parts promise: scores as if counted pair by pair, worlds that come again, faults of one edit."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkage_parts import faults
from linkage_parts.families import families
from linkage_parts.rates import HARD
from linkage_parts.scores import Scores, pair_scores, true_pairs
from linkage_parts.truth_sets import TruthSet, fake_1000, febrl3, historical, senzing
from rapidfuzz.distance import OSA

from joinedup import tables

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=12)


def clusters_and_truth(drawn: list[tuple[int, int, bool]]) -> tuple[pa.Table, pa.Table]:
    texts = pa.string()
    kept = [(f"r{at}", str(cluster)) for at, (_, cluster, there) in enumerate(drawn) if there]
    clusters = {
        "record_id": pa.array([one for one, _ in kept], texts),
        "person_id": pa.array([c for _, c in kept], texts),
    }
    truth = {
        "record_id": pa.array([f"r{at}" for at in range(len(drawn))], texts),
        "true_person": pa.array([str(person) for person, _, _ in drawn], texts),
    }
    return pa.table(clusters), pa.table(truth)


@given(rows, st.randoms())
def test_scores_are_those_of_counting_pair_by_pair(drawn, random):
    clusters, truth = clusters_and_truth(drawn)
    order = list(range(clusters.num_rows))
    random.shuffle(order)
    found = pair_scores(clusters.take(pa.array(order, pa.int64())), truth)
    pairs = list(combinations(drawn, 2))
    joined = {at for at, (a, b) in enumerate(pairs) if a[1] == b[1] and a[2] and b[2]}
    true = {at for at, (a, b) in enumerate(pairs) if a[0] == b[0]}
    assert (found.wrong, found.missed) == (len(joined - true), len(true - joined))
    assert found.precision == (len(joined & true) / len(joined) if joined else 1)
    assert found.recall == (len(joined & true) / len(true) if true else 1)


def test_one_cluster_of_three_records_of_two_people_has_one_pair_right_and_two_wrong():
    clusters = pa.table({"record_id": ["a", "b", "c"], "person_id": ["P", "P", "P"]})
    truth = pa.table({"record_id": ["a", "b", "c"], "true_person": ["1", "1", "2"]})
    assert pair_scores(clusters, truth) == Scores(precision=1 / 3, recall=1.0, f1=2 * 1 / (3 + 1), wrong=2, missed=0)


def test_a_record_that_stands_twice_is_refused():
    doubled = pa.table({"record_id": ["a", "a"], "person_id": ["P", "Q"]})
    with pytest.raises(ValueError, match="stands twice"):
        pair_scores(doubled, pa.table({"record_id": ["a", "b"], "true_person": ["1", "1"]}))


@pytest.mark.shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("load", "records", "people", "pairs"),
    [
        (historical, 50_578, 5_156, 303_961),
        (febrl3, 5_000, 2_000, 6_538),
        (fake_1000, 1_000, 251, 2_031),
        (senzing, 159, 85, 108),
    ],
)
def test_a_public_set_has_the_records_and_true_pairs_that_are_known_of_it(load, records, people, pairs):
    loaded: TruthSet = load()
    assert loaded.records.schema == tables.PERSON_RECORDS.schema
    assert loaded.records["record_id"].equals(loaded.truth["record_id"])
    assert pc.count_distinct(loaded.records["record_id"]).as_py() == loaded.records.num_rows == records
    assert pc.count_distinct(loaded.truth["true_person"]).as_py() == people
    assert true_pairs(loaded.truth) == pairs


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    first, again, other = families(2_000, 1), families(2_000, 1), families(2_000, 2)
    assert first.records.equals(again.records) and first.truth.equals(again.truth)
    assert not first.records.equals(other.records)


@pytest.mark.parametrize("count", [1, 2, 777])
def test_a_world_has_as_many_records_as_asked_in_the_columns_of_person_records(count):
    world = families(count, 3, HARD)
    assert world.records.schema == tables.PERSON_RECORDS.schema
    assert world.records.num_rows == world.truth.num_rows == count
    assert pc.count_distinct(world.records["record_id"]).as_py() == count


def test_a_person_lives_in_one_household():
    truth = families(5_000, 4).truth
    both = truth.group_by(["true_person", "household"]).aggregate([]).num_rows
    assert both == pc.count_distinct(truth["true_person"]).as_py()


names = st.lists(st.one_of(st.none(), st.text("ABCÉXYZ '-", max_size=9)), max_size=20)


@given(names, st.integers(0, 1000))
def test_a_slip_of_the_hand_is_at_most_one_edit(texts, seed):
    slipped = faults.typed(np.random.default_rng(seed), pa.array(texts, pa.string()), 1.0).to_pylist()
    for text, made in zip(texts, slipped, strict=True):
        assert made == text if text is None or len(text) < 3 else OSA.distance(text, made) <= 1


@given(st.lists(st.text("AB/0123456789", max_size=9), max_size=20), st.integers(0, 1000))
def test_a_wrong_digit_changes_one_digit_into_another(texts, seed):
    wrong = faults.digits(np.random.default_rng(seed), pa.array(texts, pa.string()), 1.0).to_pylist()
    for text, made in zip(texts, wrong, strict=True):
        differ = [(a, b) for a, b in zip(text, made, strict=True) if a != b]
        assert len(differ) <= 1 and all((a + b).isdigit() for a, b in differ)


def test_day_and_month_are_swapped_only_where_that_is_a_date():
    days = np.array(["1990-03-04", "1990-03-31"], dtype="datetime64[D]").astype(np.int64)
    swapped = faults.day_and_month_swapped(days).astype("datetime64[D]").astype(str)
    assert swapped.tolist() == ["1990-04-03", "1990-03-31"]


def test_a_list_column_leaves_nulls_out_and_is_null_when_all_are():
    from linkage_parts.families import lists

    found = lists(pa.array(["a", None, None]), pa.array(["b", "c", None]))
    assert found.to_pylist() == [["a", "b"], ["c"], None]
