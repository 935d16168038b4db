"""Which records are one person: blocking, comparison, training, clusters.

In: person records without any protected column. Out: pairs with match weights and evidence, `clusters`, and the
model as Splink's JSON. Refuses: records with nothing to compare, and any protected column.
Splink 5 is imported in this room only, and there only as the oracle.
"""

from joinedup.linkage import compiled as compiled  # isort: skip
from joinedup.linkage.clusters import alone
from joinedup.linkage.features import COMPARED, ON_REQUEST
from joinedup.linkage.index import Described
from joinedup.linkage.link import Linked, LinkSettings, link
from joinedup.linkage.model import NOT_COMPARED

__all__ = ["COMPARED", "NOT_COMPARED", "ON_REQUEST", "Described", "LinkSettings", "Linked", "alone", "link"]
