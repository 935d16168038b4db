"""Clusters agree with a plain union of pairs; the weakest tie is the one whose loss would break the cluster."""

from __future__ import annotations

import itertools

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.linkage import cluster

Pair = tuple[int, int, float | None]


def joined(count: int, pairs: list[Pair], threshold: float) -> list[set[int]]:
    """Plain: start with everyone alone and unite the clusters of every pair that holds."""
    clusters = [{n} for n in range(count)]
    for left, right, weight in pairs:
        if weight is None or weight >= threshold:
            one, other = (next(c for c in clusters if n in c) for n in (left, right))
            if one is not other:
                one |= other
                clusters.remove(other)
    return clusters


def weakest(count: int, pairs: list[Pair], member: int, threshold: float) -> float | None:
    """Plain: the highest threshold at which the member's cluster still stands whole."""
    own = next(c for c in joined(count, pairs, threshold) if member in c)
    heights = sorted({w for _, _, w in pairs if w is not None and w >= threshold})
    whole = [h for h in heights if own in joined(count, pairs, h)]
    by_key_alone = own in joined(count, [p for p in pairs if p[2] is None], threshold)
    return None if len(own) == 1 or by_key_alone else max(whole)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Pair]]:
    count = draw(st.integers(1, 8))
    possible = list(itertools.combinations(range(count), 2))
    chosen = draw(st.lists(st.sampled_from(possible), unique=True)) if possible else []
    weights = st.none() | st.sampled_from([-3.5, 0.0, 1.0, 4.25, 9.0, 12.0])
    return count, [(left, right, draw(weights)) for left, right in chosen]


@settings(max_examples=200, deadline=None)
@given(graph=graphs(), threshold=st.sampled_from([-5.0, 0.0, 4.25, 10.0]))
def test_clusters_agree_with_a_plain_union(graph: tuple[int, list[Pair]], threshold: float) -> None:
    count, pairs = graph
    names = [f"r{n}" for n in range(count)]
    table = tables.PAIRS.conform(pa.table({
        "record_id_l": pa.array([names[a] for a, _, _ in pairs], pa.string()),
        "record_id_r": pa.array([names[b] for _, b, _ in pairs], pa.string()),
        "match_weight": pa.array([w for _, _, w in pairs], pa.float64()),
    }))  # fmt: skip
    found = cluster(pa.array(list(reversed(names))), table, threshold=threshold).to_pylist()
    assert [row["record_id"] for row in found] == sorted(names)
    by_person: dict[str, set[int]] = {}
    for row in found:
        by_person.setdefault(row["person_id"], set()).add(int(row["record_id"][1:]))
    assert sorted(map(sorted, by_person.values())) == sorted(map(sorted, joined(count, pairs, threshold)))
    for row in found:
        assert row["cluster_weight"] == weakest(count, pairs, int(row["record_id"][1:]), threshold)


def test_a_person_id_does_not_show_the_record_and_depends_on_the_salt() -> None:
    records = pa.array(["custody:123", "crime:9"])
    plain, salted = (
        cluster(records, tables.PAIRS.empty(), threshold=1, salt=s)["person_id"].to_pylist() for s in (b"", b"x")
    )
    assert len({*plain, *salted}) == 4
    assert not any(part == "123" for pid in plain for part in pid.split(":"))


def test_no_records_make_no_clusters() -> None:
    assert cluster(pa.array([], pa.string()), tables.PAIRS.empty(), threshold=1).num_rows == 0
