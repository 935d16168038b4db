"""What a figure between two ends says of a claim that it is more, or less, than something."""

from __future__ import annotations

import math
from typing import Literal

from joinedup.errors import StatisticsError

Verdict = Literal["holds", "insufficient", "contradicted"]


def verdict_of(lower: float, upper: float, benchmark: float) -> Verdict:
    """Whether a figure from `lower` to `upper` is more than `benchmark`, all in one unit.

    holds: even the lower end is more. contradicted: not even the upper end is. insufficient: the data cannot say.
    For "less than", swap signs: ``verdict_of(-upper, -lower, -benchmark)``. A field that is not to be relied on, or a
    source that was not seen, is for the caller to refuse before.

    Raises StatisticsError for ends that are not numbers or not in order.
    Source: C. F. Manski (2003), Partial Identification of Probability Distributions, Springer, chapter 1.
    """
    if any(map(math.isnan, (lower, upper, benchmark))) or lower > upper:
        raise StatisticsError("A verdict is of two ends in order and a number to compare with.")
    if lower > benchmark:
        return "holds"
    return "contradicted" if upper <= benchmark else "insufficient"
