"""Who hangs together: connected components, parted where one is too big to be people who act together.

A component that is too big is parted by Leiden's method: modularity over the ties' bits, with a fixed seed. Source:
V. A. Traag, L. Waltman and N. J. van Eck (2019), "From Louvain to Leiden: guaranteeing well-connected communities",
Scientific Reports 9:5233.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from joinedup.groups.arrays import Bits, Links, Mask, Whole

Thing = TypeVar("Thing", bound=Hashable)

TOO_BIG = 200
"""Incidents, or people, of one component from which it is parted."""

SEED = 1


def components(count: int, left: Whole, right: Whole) -> Whole:
    """By thing of `count`, the number of its component, numbered by their first things."""
    graph = coo_array((np.ones(len(left), np.bool_), (left, right)), shape=(count, count))
    return _renumbered(connected_components(graph, directed=False)[1].astype(np.int64))


def communities(count: int, left: Whole, right: Whole, bits: Bits, most: int = TOO_BIG) -> Whole:
    """By thing, the number of its community: its component, or its part of one of more than `most` things."""
    found = components(count, left, right)
    sizes = np.bincount(found, minlength=1)
    if sizes.max(initial=0) <= most:
        return found
    inside = sizes[found[left]] > most
    parts = _leiden(count, left[inside], right[inside], bits[inside])
    big = sizes[found] > most
    return _renumbered(np.where(big, parts + count, found))


def _graph(count: int, left: Whole, right: Whole) -> Any:
    """An igraph graph, whose chances are the same every time."""
    import igraph  # type: ignore[import-untyped]

    igraph.set_random_number_generator(random.Random(SEED))
    return igraph.Graph(n=count, edges=np.stack([left, right], axis=1))


def _among(left: Whole, right: Whole) -> tuple[Whole, Any]:
    """The things that have a tie, and a graph of them by their places."""
    members = np.unique(np.concatenate([left, right]))
    return members, _graph(len(members), np.searchsorted(members, left), np.searchsorted(members, right))


def _leiden(count: int, left: Whole, right: Whole, bits: Bits) -> Whole:
    members, graph = _among(left, right)
    parted = graph.community_leiden(objective_function="modularity", weights=bits.tolist(), n_iterations=10)
    parts = np.zeros(count, np.int64)
    parts[members] = parted.membership
    return parts


def blocks(count: int, left: Whole, right: Whole) -> Links:
    """thing -> block: sets of things that stay together whichever one of them is taken out.

    Two sets that hang on one thing alone, such as one person, are two blocks, and it is in both; but a thing that is
    tied to one thing of one larger block, and to nothing else, is of that block. Blocks are numbered in the order of
    their things. Source: J. Hopcroft and R. Tarjan (1973), "Algorithm 447: efficient algorithms for graph
    manipulation", Communications of the ACM 16(6).
    """
    members, graph = _among(left, right)
    sets = sorted(sorted(one) for one in with_leaves([set(one) for one in graph.biconnected_components()]))
    block = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    thing = np.array([one for inside in sets for one in inside], np.int64)
    return Links.of(members[thing] if len(thing) else thing, block, count, len(sets))


def with_leaves(blocks: Sequence[set[Thing]]) -> list[set[Thing]]:
    """Blocks of two of which one is in no other, and the other in just one larger block, put into that block."""
    of: dict[Thing, list[int]] = defaultdict(list)
    for number, block in enumerate(blocks):
        for thing in block:
            of[thing].append(number)
    whole = [set(block) for block in blocks]
    gone = set()
    for number, block in enumerate(blocks):
        leaves = [thing for thing in block if of[thing] == [number]]
        larger = [other for thing in block for other in of[thing] if len(blocks[other]) > len(block)]
        if len(block) == 2 and len(leaves) == len(larger) == 1:
            whole[larger[0]] |= block
            gone.add(number)
    return [block for number, block in enumerate(whole) if number not in gone]


def bridges(count: int, left: Whole, right: Whole) -> Mask:
    """By tie, whether what it joins falls apart without it. No pair of things is tied twice."""
    alone = np.zeros(len(left), np.bool_)
    if len(left):
        alone[_graph(count, left, right).bridges()] = True
    return alone


def _renumbered(labels: Whole) -> Whole:
    """The same parts, numbered from 0 by their first members."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
