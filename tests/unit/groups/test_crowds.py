"""Big and crowded things do not blow up: the work grows with what there is, not with pairs of it."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks.groups import crowded
from joinedup.groups import find
from joinedup.groups.communities import TOO_BIG, blocks, bridges, communities, components
from tests.unit.groups.drawn import World


def test_a_child_known_to_forty_systems_is_one_child():
    world = World()
    for n in range(40):
        world.crime("1", "a b" if n == 0 else "", "k", 5, f"x{n:02}-crime")
    found = world.found()
    assert (len(found.incidents), len(found), found.children.counts.tolist()) == (1, 1, [1])


@pytest.mark.filterwarnings("ignore")
def test_one_phone_of_a_hundred_thousand_and_a_suspect_with_five_thousand_contacts():
    facts = crowded(240_000)
    start = time.perf_counter()
    found = find(facts)
    took = time.perf_counter() - start
    (hub,) = found.contacts.hubs
    assert (hub.kind, hub.value, hub.holders) == ("phone", "station", 100_000)
    assert len(found) == 240_000 / 8
    assert found.suspects.counts.min() >= 4
    assert took < 60


def test_a_component_that_is_too_big_is_parted_and_the_same_way_every_time():
    size, rings = 40, 12
    ring = np.arange(size * rings) // size
    pairs = [(a, b) for a in range(size * rings) for b in range(a + 1, min(a + 5, size * rings)) if ring[a] == ring[b]]
    pairs += [(n * size - 1, n * size) for n in range(1, rings)]
    left, right = np.array(pairs).T
    bits = np.full(len(pairs), 9.0)
    assert size * rings > TOO_BIG
    assert components(size * rings, left, right).max() == 0
    found = communities(size * rings, left, right, bits)
    assert np.bincount(found).max() <= TOO_BIG
    assert len(set(found.tolist())) > 1
    assert np.array_equal(found, communities(size * rings, left, right, bits))


def test_blocks_meet_in_one_person_and_a_bridge_is_marked():
    left, right = np.array([0, 0, 1, 2, 2, 3]), np.array([1, 2, 2, 3, 4, 4])
    found = blocks(6, left, right)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [
        (0, 0), (1, 0), (2, 0), (2, 1), (3, 1), (4, 1),
    ]  # fmt: skip
    assert bridges(6, np.array([0, 1, 0, 2]), np.array([1, 2, 2, 3])).tolist() == [False, False, False, True]


def test_somebody_tied_to_one_of_a_block_is_of_it_and_one_between_two_blocks_is_in_both():
    # 0, 1, 2 are a block and 4, 5, 6 another; 3 hangs on 0; 2 and 4 are tied.
    left, right = np.array([0, 0, 1, 0, 4, 4, 5, 2]), np.array([1, 2, 2, 3, 5, 6, 6, 4])
    found = blocks(7, left, right)
    sets = [set(found.left[found.right == n].tolist()) for n in range(found.rights)]
    assert sets == [{0, 1, 2, 3}, {2, 4}, {4, 5, 6}]
