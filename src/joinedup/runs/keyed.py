"""Records that two systems hold on one crime reference: a join set by key, not by likeness."""

from __future__ import annotations

import narwhals as nw

from joinedup.engine.contract import Frame
from joinedup.runs.project import KeyedJoin

SUSPECT_ROLES = ("suspect", "offender")


def keyed_pairs(roles: Frame, join: KeyedJoin) -> Frame:
    """Pairs of crimes with exactly one identified suspect in each of the two systems.

    record_id_l is of the first system that the join names, record_id_r of the second. The two systems share the crime
    reference that stands after `{system}:` in `crime_id`.
    """
    left, right = (_only_suspect(roles, system, side) for system, side in zip(join.systems, "lr", strict=True))
    return left.join(right, on="reference", how="inner").select("record_id_l", "record_id_r")


def in_order(pairs: Frame) -> Frame:
    """The same pairs as the `pairs` table holds them: the id that sorts first stands left, and each pair once."""
    ordered = nw.col("record_id_l") < nw.col("record_id_r")
    return pairs.select(
        nw.when(ordered).then(nw.col("record_id_l")).otherwise(nw.col("record_id_r")).alias("record_id_l"),
        nw.when(ordered).then(nw.col("record_id_r")).otherwise(nw.col("record_id_l")).alias("record_id_r"),
    ).unique()


def _only_suspect(roles: Frame, system: str, side: str) -> Frame:
    prefix = f"{system}:"
    known = nw.col("identified").is_null() | nw.col("identified")
    named = nw.col("record_id").str.starts_with(prefix) & nw.col("crime_id").str.starts_with(prefix)
    suspects = roles.filter(named & known & nw.col("role").is_in(SUSPECT_ROLES))
    own = suspects.select(nw.col("crime_id").str.slice(len(prefix)).alias("reference"), "record_id").unique()
    alone = own.group_by("reference").agg(nw.len().alias("suspects"), nw.col("record_id").min())
    return alone.filter(nw.col("suspects") == 1).select("reference", nw.col("record_id").alias(f"record_id_{side}"))
