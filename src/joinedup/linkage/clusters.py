"""The `clusters` table from labels: the weakest tie of each cluster, and ids that say nothing about the person."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from joinedup import tables
from joinedup.linkage.average import Labels, Ties

_BY_KEY = 1e6  # heavier than any match weight, so that a tie by key is never the weakest


def clusters_table(ids: pa.Array, labels: Labels, ties: Ties, salt: bytes = b"") -> pa.Table:
    """The `clusters` table in key order.

    ids: every record_id, in order. labels: by record, any row of its cluster. ties: scored pairs; those within a
    cluster hold it. salt: the project's, so that an id cannot be guessed from a record's key.
    """
    _, cluster = np.unique(labels, return_inverse=True)
    weakest = _weakest(ties, cluster)[cluster]
    return pa.table(
        {
            "record_id": ids,
            "person_id": _person_ids(ids, cluster, salt),
            "cluster_weight": pa.array(weakest, mask=~np.isfinite(weakest)),
        },
        schema=tables.CLUSTERS.schema,
    )


def alone(ids: pa.Array, salt: bytes = b"") -> pa.Table:
    """The `clusters` table in which every record is a person of its own. ids: in any order."""
    ordered = ids.take(pc.array_sort_indices(ids))
    none = np.empty(0, np.int32)
    ties = Ties(none, none, np.empty(0), np.empty(0, np.bool_))
    return clusters_table(ordered, np.arange(len(ids)), ties, salt)


def _weakest(ties: Ties, cluster: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """By cluster: the lightest edge of its heaviest spanning tree; infinite when nothing but keys holds it."""
    count = int(cluster.max(initial=-1)) + 1
    weakest = np.full(count, np.inf)
    inside = cluster[ties.left] == cluster[ties.right]
    left, right = ties.left[inside], ties.right[inside]
    weights = np.where(ties.always, _BY_KEY, ties.weights)[inside]
    if not len(left):
        return weakest
    # scipy finds the lightest tree and reads 0 as no edge: turn weights round and keep them all below 0.
    lift = 1.0 - min(0.0, float(weights.min()))
    graph = coo_array((-(weights + lift), (left, right)), shape=(len(cluster), len(cluster))).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    rows = tree.coords[0] if hasattr(tree, "coords") else tree.row
    found = -tree.data - lift
    np.minimum.at(weakest, cluster[rows], np.where(found >= _BY_KEY / 2, np.inf, found))
    return np.asarray(np.round(weakest, 6))


def _person_ids(ids: pa.Array, cluster: npt.NDArray[np.int64], salt: bytes) -> pa.Array:
    """`P` and 16 digits from the first record id of the cluster, keyed with the salt."""
    first = np.full(int(cluster.max(initial=-1)) + 1, len(ids))
    np.minimum.at(first, cluster, np.arange(len(ids)))
    digest = hashlib.blake2b
    names = [
        digest(name.encode(), key=salt, digest_size=8).hexdigest() for name in ids.take(pa.array(first)).to_pylist()
    ]
    marked = pc.binary_join_element_wise("P", pc.utf8_upper(pa.array(names, pa.string())), "")
    return marked.take(pa.array(cluster))
