"""How right the joining was, where the truth is known because the people are invented."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.releases import Truth


def compare_with_truth(clusters: Path, truth: Path) -> Truth:
    """Precision, recall and F1 over pairs of records, and how many people the records truly belong to.

    clusters: the run's table. truth: record_id, true_person, null where a record describes nobody who is known: such
    a record belongs with no other. Pairs: n(n-1)/2 of every cluster, of every person, and of every cluster and
    person at once.
    """
    found = pq.read_table(clusters, columns=["record_id", "person_id"])
    known = pq.read_table(truth, columns=["record_id", "true_person"])
    people = len(known["true_person"].drop_null().unique())
    alone = pc.coalesce(known["true_person"], known["record_id"])
    both = found.join(known.set_column(1, "true_person", alone), "record_id", join_type="inner")
    joined, true, right = (
        _pairs(both, keys) for keys in (["person_id"], ["true_person"], ["person_id", "true_person"])
    )
    precision, recall = right / joined if joined else 1.0, right / true if true else 1.0
    f1 = 2 * right / (joined + true) if joined + true else 1.0
    return Truth(precision, recall, f1, people)


def _pairs(table: pa.Table, keys: list[str]) -> int:
    sizes = table.group_by(keys).aggregate([("record_id", "count")])["record_id_count"]
    return int(pc.sum(pc.divide(pc.multiply(sizes, pc.subtract(sizes, 1)), 2)).as_py() or 0)
