"""How far two readings of the same cases agree, beyond what chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.counts import whole

Counts = Sequence[Sequence[int]]
"""How often each first verdict met each second one: a square, rows are first readings, in one order of categories."""


@dataclass(frozen=True)
class Agreement:
    """Of `cases` read twice: the share on which both readings agree, Cohen's kappa and Gwet's AC1.

    Each is None where it is not estimable: without cases, and kappa also where both readings only ever gave one and the
    same verdict, so that chance alone would have agreed as well. Kappa sinks where one verdict is rare; AC1 does not.
    Look at both.
    """

    cases: int
    raw: float | None
    kappa: float | None
    ac1: float | None


def agreement(counts: Counts) -> Agreement:
    """Agreement of two readings. Raises StatisticsError for counts that are no square of two categories or more."""
    _square(counts)
    cases = sum(map(sum, counts))
    agreed = sum(row[place] for place, row in enumerate(counts))
    return Agreement(cases, agreed / cases if cases else None, kappa(counts), ac1(counts))


def kappa(counts: Counts) -> float | None:
    """Cohen's kappa, -1 to 1; None where it is not estimable.

    Chance is that each reading gives its own shares of verdicts whatever the case. Raises StatisticsError as
    `agreement`. Source: J. Cohen (1960), "A Coefficient of Agreement for Nominal Scales", Educational and Psychological
    Measurement 20(1), 37-46.
    """
    firsts, seconds = _square(counts)
    cases = sum(firsts)
    chance = sum(first * second for first, second in zip(firsts, seconds, strict=True))
    if chance == cases * cases:  # also where there are no cases
        return None
    return _beyond(counts, chance / (cases * cases))


def ac1(counts: Counts) -> float | None:
    """Gwet's AC1, -1 to 1; None without cases.

    Chance is that a case nobody could tell was given any of the verdicts at random, the likelier the more evenly
    verdicts are spread. Every category counts, also one that was never given. Raises StatisticsError as `agreement`.
    Source: K. L. Gwet (2008), "Computing inter-rater reliability and its variance in the presence of high agreement",
    British Journal of Mathematical and Statistical Psychology 61(1), 29-48.
    """
    firsts, seconds = _square(counts)
    cases = sum(firsts)
    if not cases:
        return None
    shares = [(first + second) / (2 * cases) for first, second in zip(firsts, seconds, strict=True)]
    return _beyond(counts, sum(share * (1 - share) for share in shares) / (len(counts) - 1))


def _beyond(counts: Counts, chance: float) -> float:
    agreed = sum(row[place] for place, row in enumerate(counts)) / sum(map(sum, counts))
    return (agreed - chance) / (1 - chance)


def _square(counts: Counts) -> tuple[list[int], list[int]]:
    """Totals of first and of second readings by category."""
    if len(counts) < 2 or any(len(row) != len(counts) for row in counts):
        raise StatisticsError("Agreement is of two readings that had the same two categories or more to choose from.")
    rows = [[whole("cases read twice", cell) for cell in row] for row in counts]
    return [sum(row) for row in rows], [sum(column) for column in zip(*rows, strict=True)]
