"""The plain reference: every way to fill the gaps of a small table, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement, product


def completions(counts: Mapping[frozenset[str], int]) -> Iterator[Counter[str]]:
    """Counts by category in each way to say what every record is, of what it can be."""
    ways = [
        [Counter(picked) for picked in combinations_with_replacement(sorted(can_be), n)] for can_be, n in counts.items()
    ]
    for parts in product(*ways):
        yield sum(parts, Counter())
