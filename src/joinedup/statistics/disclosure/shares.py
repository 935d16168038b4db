"""Whether a share, a bar or a point may be shown: it may give back a count that is hidden."""

from __future__ import annotations

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import whole
from joinedup.statistics.disclosure.suppression import Suppression
from joinedup.statistics.disclosure.tables import Cell
from joinedup.statistics.disclosure.threshold import THRESHOLD, small


def numerators(percent: float, denominator: int, *, decimals: int) -> tuple[int, int]:
    """The least and greatest count that would be printed as `percent` of `denominator`, at so many decimals.

    It is what a reader works out of a percentage beside its denominator. Raises StatisticsError for a percentage that
    no count gives, or a denominator that is not whole.
    """
    step = 10.0**-decimals / 2
    ends = (denominator * (percent - step) / 100, denominator * (percent + step) / 100)
    tried = range(max(0, int(ends[0]) - 1), min(whole("people", denominator), int(ends[1]) + 1) + 1)
    near = [count for count in tried if abs(100 * count / denominator - percent) <= step + 1e-9] if denominator else []
    if not near:
        raise StatisticsError("No count gives this percentage of this denominator.", remedy="Check both.")
    return near[0], near[-1]


def may_show_share(numerator: int, denominator: int, *, threshold: int = THRESHOLD) -> bool:
    """Whether numerator / denominator may be shown on its own: as a percentage, the height of a bar, a point.

    Not when the numerator, the denominator or the rest is a small count, nor when it is nobody or everybody.
    Raises StatisticsError for counts that are not whole, or a numerator larger than its denominator.
    """
    rest = denominator - whole("people of the share", numerator)
    if whole("people in all", denominator) and rest < 0:
        raise StatisticsError("More people have it than there are people.", remedy="Check which is the denominator.")
    return numerator > 0 and rest > 0 and not any(small(n, threshold) for n in (numerator, denominator, rest))


def may_show(done: Suppression, numerator: Cell, denominator: Cell) -> bool:
    """Whether a share of two cells may be shown beside a table that was suppressed: only when both cells are shown.

    With one of them hidden, the share and the other give it back; with both hidden, the share ties them together, and
    the audit did not count on that. Raises StatisticsError for a cell that is not in the table.
    """
    places = done.system.places([numerator, denominator])
    return bool((done.system.printed[places] & ~done.hidden[places]).all())
