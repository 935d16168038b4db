"""Clusters from pairs: connected components, the weakest tie of each, and ids that say nothing about the person."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from joinedup import tables
from joinedup.errors import LinkageError

_BY_KEY = 1e6  # heavier than any match weight, so that a tie by key is never the weakest


def cluster(records: pa.Array, pairs: pa.Table, *, threshold: float, salt: bytes = b"") -> pa.Table:
    """Join records through pairs at or above `threshold`; give the `clusters` table in key order.

    records: every record_id, once. pairs: record_id_l, record_id_r, match_weight in bits; a null weight is a tie by
    key and always holds. salt: the project's, so that an id cannot be guessed from a record's key. Raises LinkageError
    for a pair whose record is not among `records`.
    """
    ordered = pc.take(records, pc.array_sort_indices(records))
    weights = pc.fill_null(pairs["match_weight"], _BY_KEY).to_numpy(zero_copy_only=False)
    holds = weights >= threshold
    left = _positions(pairs["record_id_l"], ordered)[holds]
    right = _positions(pairs["record_id_r"], ordered)[holds]
    graph = coo_array((weights[holds], (left, right)), shape=(len(ordered), len(ordered))).tocsr()
    _, component = connected_components(graph, directed=False)
    weakest = _weakest_ties(graph, component)
    return pa.table(
        {
            "record_id": ordered,
            "person_id": _person_ids(ordered, component, salt),
            "cluster_weight": pa.array(weakest[component], mask=~np.isfinite(weakest[component])),
        },
        schema=tables.CLUSTERS.schema,
    )


def _positions(ids: pa.ChunkedArray, ordered: pa.Array) -> npt.NDArray[np.int64]:
    found = pc.index_in(ids, value_set=ordered)
    if found.null_count:
        raise LinkageError("A pair names a record that is not among the records.")
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _weakest_ties(graph: coo_array, component: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """By component: the lightest edge of the heaviest spanning tree; infinite when nothing but keys holds it."""
    weakest = np.full(int(component.max(initial=-1)) + 1, np.inf)
    if graph.nnz:
        # scipy finds the lightest tree and reads 0 as no edge: turn weights round and keep them all below 0.
        turned = graph.copy()
        turned.data = -(turned.data + 1.0 - min(0.0, float(graph.data.min())))
        tree = minimum_spanning_tree(turned).tocoo()
        rows, columns = tree.coords if hasattr(tree, "coords") else (tree.row, tree.col)
        weights = np.asarray(graph[rows, columns]).ravel()
        np.minimum.at(weakest, component[rows], np.where(weights >= _BY_KEY, np.inf, weights))
    return weakest


def _person_ids(ordered: pa.Array, component: npt.NDArray[np.int32], salt: bytes) -> pa.Array:
    """`P` and 16 digits from the first record id of the cluster, keyed with the salt."""
    first = np.full(int(component.max(initial=-1)) + 1, len(ordered))
    np.minimum.at(first, component, np.arange(len(ordered)))
    names = [_person_id(ordered[int(place)].as_py(), salt) for place in first]
    return pa.array(names, pa.string()).take(pa.array(component))


def _person_id(record_id: str, salt: bytes) -> str:
    return "P" + hashlib.blake2b(record_id.encode(), key=salt, digest_size=8).hexdigest().upper()
