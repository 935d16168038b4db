"""Which values are held together by records that are said to be about one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import whole


@dataclass(frozen=True)
class ConflictMatrix:
    """How often two codes are held together. `counts` is kept under the sorted pair, so order never matters."""

    codes: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    def count(self, one: str, other: str) -> int:
        """How often `one` and `other` are held together; the same whichever comes first."""
        return self.counts.get(_sorted(one, other), 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def agreement(self) -> float:
        """Pairs that hold one code twice over all pairs, 0 to 1."""
        return sum(count for (one, other), count in self.counts.items() if one == other) / self.total

    def disagreements(self) -> Iterator[tuple[str, str, int]]:
        """Each pair of different codes held together, in code order: first code, second code, how often."""
        return ((one, other, n) for (one, other), n in sorted(self.counts.items()) if one != other and n)


def conflict_matrix(pairs: Mapping[tuple[str, str], int]) -> ConflictMatrix:
    """Fold counts of pairs of codes into a symmetric matrix.

    pairs: how often the first and the second code were held together, in either order; ``("A2", "A2")`` agrees.
    Raises StatisticsError when there is no pair at all or a count is not whole.

    Source: two ways of recording one thing are published with the matrix of their disagreement
    (Standards for Ethnicity Data, Equality Hub, April 2023).
    """
    counts: Counter[tuple[str, str]] = Counter()
    for (one, other), count in pairs.items():
        counts[_sorted(one, other)] += whole(f"`{one}` with `{other}`", count)
    if not sum(counts.values()):
        raise StatisticsError("No two values were compared, so there is no agreement to state.")
    return ConflictMatrix(tuple(sorted({code for pair in counts for code in pair})), dict(counts))


def _sorted(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)
