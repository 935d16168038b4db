"""How the number moves with wrong links: people counted twice because a link was missed, or two counted as one.

Shares are given by who linked (for Joinedup, from a truth set); they cannot be read from the overlaps. Counts are put
as they would have been, and the same models fitted again. First order: of a person on several lists, at most one list's
record comes loose, each as likely as the others; so shares up to about a tenth. For two lists this is the correction of
Y. Ding and S. E. Fienberg (1994), "Dual system estimation of Census undercount in the presence of matching error",
Survey Methodology 20, 149-158; that it is put on the counts before a log-linear model is fitted is the way of D. Zult,
P.-P. de Wolf, B. F. M. Bakker and P. G. M. van der Heijden (2021), "A general framework for multiple-recapture
estimation that incorporates linkage error correction", Journal of Official Statistics 37, 699-718. Spreading one loose
record evenly over more than two lists is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from joinedup.errors import StatisticsError
from joinedup.statistics.systems.existence import settled
from joinedup.statistics.systems.fit import fit
from joinedup.statistics.systems.lists import Lists
from joinedup.statistics.systems.models import Fitted, row_of
from joinedup.statistics.systems.terms import Floats

MOST_WRONG = 0.25
"""Beyond this share of wrong links, first order is no longer near."""


@dataclass(frozen=True)
class WrongLinks:
    """missed: share of the people truly on several lists from whom one list's record was left loose, so that they were
    counted as two. false: share of the people found on several lists one of whose records is another person's."""

    missed: float = 0.0
    false: float = 0.0


@dataclass(frozen=True)
class Relinked:
    """What the lists say if so many links were wrong.

    on_lists: people on one list or more, then; not whole, being an average. best: people in all by the first of the
    models given. lowest, highest: by any of them.
    """

    wrong: WrongLinks
    on_lists: float
    best: float
    lowest: float
    highest: float


def relinked(lists: Lists, models: Sequence[Fitted], wrong: WrongLinks) -> Relinked | None:
    """Fit the models again to the counts as they would be without the wrong links.

    None where so many cannot have been missed, because too few people are on one list alone.
    Raises StatisticsError for a share below 0 or above a quarter.
    """
    counts = mended_counts(lists, wrong)
    rows = np.array([row_of(lists, model.pairs) for model in models])
    if not settled(counts, rows).all():
        return None
    people = counts.sum() + np.exp(fit(counts, rows).log_unseen)
    return Relinked(wrong, float(counts.sum()), float(people[0]), float(people.min()), float(people.max()))


def mended_counts(lists: Lists, wrong: WrongLinks) -> Floats:
    """People by cell as they would be without the wrong links. Each list holds as many as before.

    Raises StatisticsError as `relinked`.
    """
    if not (0 <= wrong.missed <= MOST_WRONG and 0 <= wrong.false <= MOST_WRONG):
        raise StatisticsError(
            f"Shares of wrong links are from 0 to {MOST_WRONG:.0%} here, where one wrong link a person is near enough.",
            remedy="Link better before counting those on no list.",
        )
    found = np.array(lists.cells, dtype=np.float64)
    return _rejoined(_loosened(found, wrong.false), wrong.missed)


def _loosened(cells: Floats, share: float) -> Floats:
    """Of `share` of the people on several lists, one list's record comes loose."""
    loose = cells * (1 - share)
    for place in range(1, len(cells)):
        on = _lists_in(place)
        if len(on) == 1:
            loose[place] += cells[place] * share
            continue
        for single in on:
            loose[place ^ single] += cells[place] * share / len(on)
            loose[single] += cells[place] * share / len(on)
    return loose


def _rejoined(cells: Floats, share: float) -> Floats:
    """The counts of which `_loosened` makes these, from those on most lists down; none below zero."""
    joined = np.zeros_like(cells)
    came = np.zeros_like(cells)
    for place in sorted(range(1, len(cells)), key=int.bit_count, reverse=True):
        on = _lists_in(place)
        if len(on) > 1:
            joined[place] = max(0.0, (cells[place] - came[place]) / (1 - share))
            for single in on:
                came[place ^ single] += joined[place] * share / len(on)
    return _with_those_alone(joined, cells)


def _with_those_alone(joined: Floats, cells: Floats) -> Floats:
    """Relinking moves nobody from one list to another, so each list's total says who is left on it alone."""
    places = np.arange(len(cells))
    for single in _lists_in(len(cells) - 1):
        on = places & single > 0
        joined[single] = max(0.0, cells[on].sum() - joined[on].sum())
    return joined


def _lists_in(place: int) -> list[int]:
    return [1 << i for i in range(place.bit_length()) if place >> i & 1]
