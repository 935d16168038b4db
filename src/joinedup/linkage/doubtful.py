"""Which pairs somebody should look at first: those of which the answer is expected to change most.

The *change* of a pair is how likely the answer is to be other than what the run did, times the record pairs that it
would then join or part. The likelihood is read from the bits above or below the threshold, with even odds at the
threshold itself: where a threshold gives the best F1, pairs at it are right half as often as F1 is high, whatever their
weight claims. Source: Z. C. Lipton, C. Elkan and B. Naryanaswamy (2014), "Optimal Thresholding of Classifiers to
Maximize F1 Measure", ECML PKDD 2014, LNCS 8725. Nobody's role is asked for, nor anything protected.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from joinedup.linkage.judgements import FIRM, Pair

Numbers = npt.NDArray[np.int64]
Bits = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]

_BY_KEY = 1e6  # heavier than any match weight, so that a tie by key is never the weakest


@dataclass(frozen=True, order=True)
class Doubt:
    """A pair to look at. less: minus the record pairs that its answer is expected to change, so that doubts sort.

    flips: record pairs that are joined or parted if the answer is other than what the run did. people: places of the
    two clusters, or of one twice.
    """

    less: float
    record_id_l: str
    record_id_r: str
    flips: int
    people: tuple[int, int]

    @property
    def pair(self) -> Pair:
        """The two records."""
        return self.record_id_l, self.record_id_r


class Doubts:
    """The scored pairs of a run as questions.

    scored: record_id_l, record_id_r and match_weight of `pairs`. clusters: record_id and person_id. threshold: bits at
    or above which the run joined two records. A pair with a record in no cluster is left out.
    """

    def __init__(self, scored: pa.Table, clusters: pa.Table, threshold: float) -> None:
        self._ids = clusters["record_id"].combine_chunks()
        self._person = _codes(clusters["person_id"].combine_chunks())
        self._sizes = np.bincount(self._person, minlength=1)
        left, right = (self._places(scored[name].combine_chunks()) for name in ("record_id_l", "record_id_r"))
        known = (left >= 0) & (right >= 0)
        weights = scored["match_weight"].combine_chunks().to_numpy(zero_copy_only=False)[known]
        self._left, self._right, self._keyed = left[known], right[known], np.isnan(weights)
        self._weights = np.where(self._keyed, _BY_KEY, weights)
        self._together = self._person[self._left] == self._person[self._right]
        self._chance = _otherwise(self._weights - threshold, self._together)
        self._trees: dict[int, _Tree] = {}

    def in_order(self, judged: Collection[Pair], holding: pa.Table, hidden: Collection[str] = ()) -> Iterator[Doubt]:
        """Pairs to ask of, the greatest change first, then by record ids; of two clusters, or of one, the first alone.

        judged: pairs not to be asked of. holding: judgements in force: two clusters between which one is firm are
        settled until the next run, and so is a cluster that a `different` parts. hidden: records not to be shown.
        """
        passed = self._keyed | self._are(judged) | self._settled(holding) | self._hold(hidden)
        asked = np.flatnonzero(~passed)
        most = (self._chance * self._most)[asked]
        order = np.argsort(-most, kind="stable")
        met = set[tuple[int, int]]()
        for doubt in self._exactly(asked[order], -most[order]):
            if doubt.people not in met:
                met.add(doubt.people)
                yield doubt

    def flips(self, pair: Pair) -> int | None:
        """Record pairs that are joined or parted if the answer is other than what the run did; None for a pair that the
        run did not weigh.
        """
        places = np.flatnonzero(self._are([pair]) & ~self._keyed)
        return self._flips(int(places[0])) if len(places) else None

    def _places(self, records: pa.Array) -> Numbers:
        found = pc.fill_null(pc.index_in(records, value_set=self._ids), -1)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)

    def _numbered(self, left: Numbers, right: Numbers) -> Numbers:
        return np.minimum(left, right) * len(self._ids) + np.maximum(left, right)

    def _are(self, pairs: Collection[Pair]) -> Marks:
        """Which pairs are among these."""
        left, right = (self._places(pa.array(side, pa.string())) for side in _sides(pairs))
        known = (left >= 0) & (right >= 0)
        return np.isin(self._numbered(self._left, self._right), self._numbered(left[known], right[known]))

    def _hold(self, records: Collection[str]) -> Marks:
        """Which pairs hold one of these records."""
        places = self._places(pa.array(sorted(records), pa.string()))
        return np.isin(self._left, places) | np.isin(self._right, places)

    def _settled(self, holding: pa.Table) -> Marks:
        """Which pairs are of two clusters, or of one, that a judgement settles."""
        firm = holding.filter(pc.is_in(holding["verdict"], pa.array(FIRM)))
        left, right = (self._places(firm[name].combine_chunks()) for name in ("record_id_l", "record_id_r"))
        apart = np.asarray(pc.equal(firm["verdict"], "different").to_numpy(), dtype=np.bool_)
        known = (left >= 0) & (right >= 0)
        ones, others, apart = self._person[left[known]], self._person[right[known]], apart[known]
        settles = (ones != others) | apart
        mine = self._numbered(self._person[self._left], self._person[self._right])
        return np.isin(mine, self._numbered(ones[settles], others[settles]))

    @cached_property
    def _most(self) -> Bits:
        """By pair, the most record pairs that can flip: within a cluster, where it falls into halves."""
        ones, others = self._sizes[self._person[self._left]], self._sizes[self._person[self._right]]
        return np.where(self._together, (ones // 2) * (ones - ones // 2), ones * others).astype(np.float64)

    def _exactly(self, places: Numbers, bounds: Bits) -> Iterator[Doubt]:
        """Doubts in order of what they really change. bounds: minus the most that each can change, ascending. A tree is
        made only of clusters that come so far.
        """
        waiting: list[Doubt] = []
        for place, bound in zip(places.tolist(), bounds.tolist(), strict=True):
            while waiting and waiting[0].less < bound:
                yield heapq.heappop(waiting)
            heapq.heappush(waiting, self._doubt(place))
        while waiting:
            yield heapq.heappop(waiting)

    def _doubt(self, place: int) -> Doubt:
        left, right = int(self._left[place]), int(self._right[place])
        one, other = sorted((int(self._person[left]), int(self._person[right])))
        flips = self._flips(place)
        less = -float(self._chance[place] * flips)
        return Doubt(less, self._ids[left].as_py(), self._ids[right].as_py(), flips, (one, other))

    def _flips(self, place: int) -> int:
        left, right = int(self._left[place]), int(self._right[place])
        one, other = int(self._person[left]), int(self._person[right])
        if one != other:
            return int(self._sizes[one] * self._sizes[other])
        if one not in self._trees:
            self._trees[one] = self._tree(one)
        return self._trees[one].parted(left, right)

    @cached_property
    def _inside(self) -> tuple[Numbers, Numbers]:
        """Pairs within a cluster in order of the cluster, and those clusters."""
        places = np.flatnonzero(self._together)
        owners = self._person[self._left[places]]
        order = np.argsort(owners, kind="stable")
        return places[order], owners[order]

    def _tree(self, person: int) -> _Tree:
        places, owners = self._inside
        first, last = np.searchsorted(owners, [person, person + 1])
        mine = places[first:last]
        mine = mine[np.argsort(-self._weights[mine], kind="stable")]
        return _Tree(int(self._sizes[person]), self._left[mine], self._right[mine])


class _Tree:
    """The strongest ties that hold a cluster together: its heaviest spanning tree.

    Were two of its records kept apart, ties would be taken from the strongest down, and one that joins the two would
    not. That is the weakest on the way between them in the tree, and it alone parts the cluster.
    """

    def __init__(self, records: int, left: Numbers, right: Numbers) -> None:
        """records: of the cluster. left, right: its ties, the strongest first."""
        self._records = records
        nodes, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
        self._place = {int(node): place for place, node in enumerate(nodes)}
        top, ties = len(nodes), len(left)
        # A node above all, tied to each more weakly than any tie, so that records in no tie to others are parts too.
        ones = np.concatenate([ends[:ties], np.full(top, top)])
        others = np.concatenate([ends[ties:], np.arange(top)])
        ranks = np.concatenate([np.arange(1, ties + 1), np.full(top, ties + 1)])
        tree = minimum_spanning_tree(coo_array((ranks, (ones, others)), shape=(top + 1, top + 1)).tocsr())
        order, self._above = breadth_first_order(tree, top, directed=False)
        nodes = order[1:]
        self._weakness = np.zeros(top + 1, np.int64)
        self._weakness[nodes] = (tree + tree.T).tocsr()[nodes, self._above[nodes]]
        self._depth, self._below = np.zeros(top + 1, np.int64), np.ones(top + 1, np.int64)
        self._head = np.arange(top + 1)
        for node in nodes:
            above = self._above[node]
            self._depth[node] = self._depth[above] + 1
            self._head[node] = node if above == top else self._head[above]
        for node in nodes[::-1]:
            self._below[self._above[node]] += self._below[node]

    def parted(self, left: int, right: int) -> int:
        """How many pairs of records are parted when these two are kept apart; what no tie holds stays with the larger
        part.
        """
        one, other = self._place[left], self._place[right]
        heads = int(self._head[one]), int(self._head[other])
        if heads[0] != heads[1]:
            smaller = min(int(self._below[head]) for head in heads)
        else:
            below = int(self._below[max(self._way(one, other), key=lambda node: self._weakness[node])])
            smaller = min(below, int(self._below[heads[0]]) - below)
        return smaller * (self._records - smaller)

    def _way(self, one: int, other: int) -> Iterator[int]:
        """The nodes between two, each of which stands for the tie to the one above it."""
        while one != other:
            if self._depth[one] < self._depth[other]:
                one, other = other, one
            yield one
            one = int(self._above[one])


def _codes(people: pa.Array) -> Numbers:
    return np.asarray(people.dictionary_encode().indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _otherwise(above: Bits, together: Marks) -> Bits:
    """How likely the answer is to be other than what the run did. above: bits above the threshold."""
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp2(np.where(together, above, -above)))


def _sides(pairs: Collection[Pair]) -> tuple[list[str], list[str]]:
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


__all__ = ["Doubt", "Doubts"]
