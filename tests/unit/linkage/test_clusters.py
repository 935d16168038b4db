"""Average linkage agrees with a plain one; the weakest tie is the one whose loss would break the cluster."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.linkage import alone, average
from joinedup.linkage.average import AGAINST_AT_MOST, FOR_AT_MOST, LEAST_MEAN, Ties, clusters
from joinedup.linkage.clusters import clusters_table

Weights = dict[tuple[int, int], float]


def united(count: int, pairs: list[tuple[int, int]]) -> list[set[int]]:
    """Plain: start with everyone alone and unite the clusters of every pair."""
    found = [{n} for n in range(count)]
    for left, right in pairs:
        one, other = (next(c for c in found if n in c) for n in (left, right))
        if one is not other:
            one |= other
            found.remove(other)
    return found


def averaged(
    count: int, told: Weights, hidden: Weights, keyed: set[tuple[int, int]], threshold: float
) -> list[set[int]]:
    """Plain: within each component, merge the two clusters with the highest mean until none reaches the least."""
    holds = [pair for pair, weight in told.items() if weight >= threshold]
    found = []
    for component in united(count, holds + sorted(keyed)):
        parts = [{n} for n in sorted(component)]
        while len(parts) > 1:
            means = {
                (a, b): float(
                    np.mean([counted(told, hidden, keyed, i, j, threshold) for i in parts[a] for j in parts[b]])
                )
                for a, b in itertools.combinations(range(len(parts)), 2)
            }
            (a, b), best = max(means.items(), key=lambda item: (item[1], [-n for n in item[0]]))
            if best < LEAST_MEAN:
                break
            parts[a] |= parts.pop(b)
        found += parts
    return found


def counted(told: Weights, hidden: Weights, keyed: set[tuple[int, int]], i: int, j: int, threshold: float) -> float:
    pair = (min(i, j), max(i, j))
    if pair in keyed:
        return 1e9
    weight = told.get(pair, hidden[pair])
    if weight == -1e15:
        return weight
    return min(max(weight - threshold, -AGAINST_AT_MOST), FOR_AT_MOST)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Weights, Weights, set[tuple[int, int]]]:
    count = draw(st.integers(1, 7))
    possible = list(itertools.combinations(range(count), 2))
    weight = st.integers(-80, 120).map(lambda n: n / 8)  # eighths add up exactly
    hidden = {pair: draw(weight) for pair in possible}
    known = draw(st.lists(st.sampled_from(possible), unique=True)) if possible else []
    keyed = draw(st.sets(st.sampled_from(possible), max_size=2)) if possible else set()
    return count, {pair: hidden[pair] for pair in known}, hidden, keyed


def ties_of(told: Weights, keyed: set[tuple[int, int]]) -> Ties:
    pairs = [*told, *sorted(keyed)]
    return Ties(
        np.array([a for a, _ in pairs], np.int32), np.array([b for _, b in pairs], np.int32),
        np.array([*told.values(), *[0.0] * len(keyed)], float),
        np.array([False] * len(told) + [True] * len(keyed), bool),
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(graph=graphs(), threshold=st.sampled_from([0.0, 2.5, 6.0]))
def test_clusters_agree_with_plain_average_linkage(
    graph: tuple[int, Weights, Weights, set[tuple[int, int]]], threshold: float
) -> None:
    count, told, hidden, keyed = graph

    def weigh(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.array([hidden[min(a, b), max(a, b)] for a, b in zip(left, right, strict=True)], float)

    found = clusters(count, ties_of(told, keyed), weigh, threshold)
    by_label: dict[int, set[int]] = {}
    for row, label in enumerate(found.labels):
        by_label.setdefault(int(label), set()).add(row)
    expected = averaged(count, told, hidden, keyed, threshold)
    assert sorted(map(sorted, by_label.values())) == sorted(map(sorted, expected))
    assert sum(found.merges[:, 1]) == sum(len(c) * (len(c) - 1) // 2 for c in expected)


@settings(max_examples=300, deadline=None)
@given(graph=graphs(), data=st.data(), largest=st.sampled_from([300, 3]))
def test_nothing_joins_two_whom_somebody_judged_to_be_two(
    graph: tuple[int, Weights, Weights, set[tuple[int, int]]], data: st.DataObject, largest: int
) -> None:
    """Neither a chain, nor a key, nor the size of the component; and the others are joined as if that were evidence."""
    count, told, hidden, keyed = graph
    never = data.draw(st.sets(st.sampled_from(sorted(hidden)), min_size=1, max_size=3)) if hidden else set()

    def weigh(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.array([hidden[min(a, b), max(a, b)] for a, b in zip(left, right, strict=True)], float)

    given_ties = ties_of(told, keyed)
    judged = Ties(
        np.array([b for _, b in never], np.int32), np.array([a for a, _ in never], np.int32),
        np.full(len(never), average.NEVER), np.zeros(len(never), bool),
    )  # fmt: skip
    ties = Ties(*(np.concatenate([a, b]) for a, b in zip(_fields(judged), _fields(given_ties), strict=True)))
    before, average.LARGEST = average.LARGEST, largest
    try:
        labels = clusters(count, ties, weigh, 0.0).labels
    finally:
        average.LARGEST = before
    assert not [pair for pair in never if labels[pair[0]] == labels[pair[1]]]
    if largest == 300:
        left = {pair: weight for pair, weight in told.items() if pair not in never}
        expected = averaged(count, left, hidden | dict.fromkeys(never, -1e15), keyed - never, 0.0)
        assert sorted(sorted(np.flatnonzero(labels == one).tolist()) for one in set(labels)) == sorted(
            map(sorted, expected)
        )


def _fields(ties: Ties) -> tuple[np.ndarray, ...]:
    return ties.left, ties.right, ties.weights, ties.always


def test_a_component_of_equal_records_is_one_person_but_for_those_judged_apart() -> None:
    size = average.LARGEST + 1
    chain = {(n, n + 1): 9.0 for n in range(size - 1)}
    ties = ties_of(chain | {(0, size - 1): average.NEVER}, set())

    def weigh(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.full(len(left), 9.0)

    labels = clusters(size, ties, weigh, 0.0).labels
    assert set(labels[:-1]) == {0} and labels[-1] == size - 1


def test_relatives_who_chain_stay_apart() -> None:
    """Two of each person, and one doubtful tie between two people: 15 bits within, 3 across one pair, else -10."""
    told = {(0, 1): 15.0, (2, 3): 15.0, (1, 2): 3.0}

    def weigh(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.full(len(left), -10.0)  # mean across: (3 - 6 - 6 - 6) / 4 = -3.75, below -1

    assert list(clusters(4, ties_of(told, set()), weigh, 0.0).labels) == [0, 0, 2, 2]


def test_a_component_that_is_too_large_is_cut_at_its_weakest_ties() -> None:
    size = average.LARGEST - 50
    chain = {(n, n + 1): 9.0 for n in range(size - 1)} | {(size + n, size + n + 1): 9.0 for n in range(size - 1)}
    told = chain | {(size - 1, size): 1.0}

    def weigh(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.full(len(left), 5.0)

    found = clusters(2 * size, ties_of(told, set()), weigh, 0.0)
    assert found.cut == 1
    assert set(found.labels[:size]) == {0}
    assert set(found.labels[size:]) == {size}


@settings(max_examples=200, deadline=None)
@given(graph=graphs())
def test_the_weakest_tie_is_the_one_whose_loss_breaks_the_cluster(
    graph: tuple[int, Weights, Weights, set[tuple[int, int]]],
) -> None:
    count, told, _, keyed = graph
    whole = united(count, [*told, *keyed])
    labels = np.array([min(next(c for c in whole if n in c)) for n in range(count)])
    ids = pa.array([f"r{n}" for n in range(count)])
    found = clusters_table(ids, labels, ties_of(told, keyed))["cluster_weight"].to_pylist()
    for row in range(count):
        own = next(c for c in whole if row in c)
        still = [h for h in sorted(set(told.values()))
                 if own in united(count, [*[p for p, w in told.items() if w >= h], *keyed])]  # fmt: skip
        by_key_alone = own in united(count, sorted(keyed))
        assert found[row] == (None if by_key_alone or len(own) == 1 else max(still))


def test_a_person_id_does_not_show_the_record_and_depends_on_the_salt() -> None:
    records = pa.array(["custody:123", "crime:9"])
    plain, salted = (alone(records, s)["person_id"].to_pylist() for s in (b"", b"x"))
    assert len({*plain, *salted}) == 4
    assert not any("123" in pid for pid in plain)


def test_no_records_make_no_clusters() -> None:
    assert alone(pa.array([], pa.string())).num_rows == 0
