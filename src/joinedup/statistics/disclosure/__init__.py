"""Statistical disclosure control: which counts are unsafe, what else must be hidden, what could be worked out."""

from joinedup.statistics.disclosure.attack import Interval, intervals
from joinedup.statistics.disclosure.auditing import Audit, Exposure, audit
from joinedup.statistics.disclosure.contributions import Contributions, Largest, largest
from joinedup.statistics.disclosure.microdata import Anonymity, anonymity
from joinedup.statistics.disclosure.nested import nested, safe_places
from joinedup.statistics.disclosure.releases import already_out, beside
from joinedup.statistics.disclosure.rounding import Rounded, exposed_by_rounding, round_to, rounded_intervals
from joinedup.statistics.disclosure.rules import Needs, Rules, dominant, named, needs, one_group
from joinedup.statistics.disclosure.shares import may_show, may_show_share, numerators
from joinedup.statistics.disclosure.suppression import Suppression, shown, suppress
from joinedup.statistics.disclosure.system import System, link
from joinedup.statistics.disclosure.tables import Cell, Dimension, Table
from joinedup.statistics.disclosure.threshold import THRESHOLD, small

__all__ = [
    "THRESHOLD", "Anonymity", "Audit", "Cell", "Contributions", "Dimension", "Exposure", "Interval", "Largest", "Needs",
    "Rounded", "Rules", "Suppression", "System", "Table", "already_out", "anonymity", "audit", "beside", "dominant",
    "exposed_by_rounding", "intervals", "largest", "link", "may_show", "may_show_share", "named", "needs",
    "nested", "numerators", "one_group", "round_to", "rounded_intervals", "safe_places", "shown", "small", "suppress",
]  # fmt: skip
