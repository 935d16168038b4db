"""The claims ledger: statements, the figures they are held against, and verdicts that treat every group alike.

In: a statement whose every part is named, and figures with what is missing. Out: a verdict, the opposite's, and the
same for every other group. Refuses, in the verdict: figures of another unit, stage, area or year; a field that is not
to be relied on; residents of another area.
"""

from joinedup.statistics.claims.evidence import Counted, Evidence, Printed, Ranged, Residents, Variant, withheld
from joinedup.statistics.claims.judging import Held, Judged, Settles, Verdict, find, judge
from joinedup.statistics.claims.statement import NOT_RECORDED, About, Statement, Than
from joinedup.statistics.claims.wording import CAUTION, WORDS, lines

__all__ = [
    "CAUTION", "NOT_RECORDED", "WORDS", "About", "Counted", "Evidence", "Held", "Judged", "Printed", "Ranged",
    "Residents", "Settles", "Statement", "Than", "Variant", "Verdict", "find", "judge", "lines", "withheld",
]  # fmt: skip
