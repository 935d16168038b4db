"""Which records are one person: blocking, comparison, training, clusters.

In: person records without any protected column. Out: `pairs` with match weights and evidence, `clusters`, and the
model as Splink's JSON. Refuses: records with nothing to compare, and any protected column.
Splink 5 is imported in this room only.
"""

from joinedup.linkage.clusters import cluster
from joinedup.linkage.features import COMPARED, features
from joinedup.linkage.link import Linked, LinkSettings, link
from joinedup.linkage.lookup import Described, against
from joinedup.linkage.model import DEFAULT_THRESHOLD, NOT_COMPARED

__all__ = [
    "COMPARED", "DEFAULT_THRESHOLD", "NOT_COMPARED", "Described", "LinkSettings", "Linked", "against", "cluster",
    "features", "link",
]  # fmt: skip
