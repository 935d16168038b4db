"""What decided of two records besides their own weight: others between them, averages, judgements, keys."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.linkage.grounds import Decided, apart, between, joined, judged_apart, shortest, too_light

Edges = list[tuple[str, str]]


def plainly(edges: Edges, one: str, other: str) -> int | None:
    """How many records the shortest way has: every way of every length is tried."""
    names = sorted({name for edge in edges for name in edge} - {one, other})
    ways = ((one, *middle, other) for n in range(len(names) + 1) for middle in itertools.permutations(names, n))
    either = {*edges, *((b, a) for a, b in edges)}
    return next((len(way) for way in ways if all(step in either for step in itertools.pairwise(way))), None)


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF")).filter(lambda e: e[0] < e[1])))
def test_the_chain_is_as_short_as_any_and_every_step_is_a_tie(edges: Edges) -> None:
    way = shortest(edges, "A", "B")
    assert (len(way) or None) == plainly(edges, "A", "B")
    assert all(tuple(sorted(step)) in edges for step in itertools.pairwise(way))
    assert way in ((), ("A", *way[1:-1], "B"))
    assert way == shortest(edges[::-1], "A", "B")


@pytest.mark.parametrize(
    ("pair", "chain", "kind"),
    [
        (Decided(9.0, 5.0), (), "weight"),
        (Decided(9.0, 5.0, judged="same"), (), "judgement"),
        (Decided(None, 5.0, by_key=True), (), "key"),
        (Decided(4.0, 5.0), ("a", "c", "b"), "others"),
        (Decided(4.0, 5.0), (), "mean"),
    ],
)
def test_what_joins_two_records_is_told(pair: Decided, chain: tuple[str, ...], kind: str) -> None:
    found = joined(pair, chain)
    assert (found.kind, found.chain) == (kind, chain)


def test_the_records_between_are_counted_without_the_two() -> None:
    assert "1 other record joins them" in joined(Decided(4.0, 5.0), ("a", "c", "b")).says
    assert "2 other records join them" in joined(Decided(4.0, 5.0), ("a", "c", "d", "b")).says


def test_an_average_that_is_too_low_keeps_apart_each_pair_within_bounds() -> None:
    """Threshold 5: 50 counts 8 above, -90 counts 6 below, 1 counts 4 below: (8 - 6 - 6 - 4) / 4 = -2, so 3 bits."""
    found = apart(np.array([50.0, -90.0, -90.0, 1.0]), (1, 4), 5.0, met=True)
    assert found.kind == "mean"
    assert "1 record, the other 4 records" in found.says
    assert "the average is 3.00 bits, and 4 would merge them" in found.says


def test_what_was_never_compared_and_what_was_cut_are_told_apart() -> None:
    enough = np.array([9.0, 9.0])
    assert apart(enough, (1, 2), 5.0, met=False).kind == "never met"
    assert apart(enough, (1, 2), 5.0, met=True).kind == "cut"


def test_a_judgement_of_the_pair_itself_is_told_from_one_of_other_records() -> None:
    assert judged_apart(Decided(9.0, 5.0, judged="different")).says == "Somebody judged them to be two people."
    assert "other records" in judged_apart(Decided(9.0, 5.0)).says
    assert between([("a", "x")], {"a"}, {"x"})
    assert between([("x", "a")], {"a"}, {"x"})
    assert not between([("a", "b")], {"a", "b"}, {"x"})


def test_a_pair_that_is_too_light_is_told_from_one_without_a_weight() -> None:
    assert "own weight does not join them" in too_light(Decided(1.0, 5.0)).says
    assert "nothing to compare" in too_light(Decided(None, 5.0)).says
