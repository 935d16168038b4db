"""Agreement of any number of readers, each of whom read some of the cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def alpha(readings: Iterable[Sequence[str]]) -> float | None:
    """Krippendorff's alpha for names; None where it is not estimable: nothing was read twice, or all said one thing.

    readings: for each case, what its readers said, in any order; cases read once count for nothing. Source: K.
    Krippendorff (2011), "Computing Krippendorff's alpha-reliability", University of Pennsylvania.
    """
    twice = [Counter(said) for said in readings if len(said) > 1]
    totals: Counter[str] = sum(twice, Counter())
    pairable = sum(totals.values())
    expected = pairable**2 - sum(count**2 for count in totals.values())
    if len(totals) < 2:
        return None
    observed = sum(
        (sum(one.values()) ** 2 - sum(c**2 for c in one.values())) / (sum(one.values()) - 1) for one in twice
    )
    return 1 - (pairable - 1) * observed / expected
