"""One release after another, and groups inside groups: what differs by a few people can be subtracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure.system import Mask, System, merged


def already_out(system: System, hidden: Mask) -> System:
    """`system` as an earlier release: what was shown cannot be hidden any more, what was hidden never will be shown."""
    return replace(system, printed=system.printed & ~hidden, out=system.printed & ~hidden)


def beside(*systems: System, contains: Sequence[tuple[str, str]] = ()) -> System:
    """Several releases as one system, with the differences between them as cells of their own.

    contains: pairs of `of`, the larger first: ``[("to 2026", "to 2025")]``, ``[("under 18", "under 16")]``. Everybody
    counted in the smaller is counted in the larger. For each place that both count, a cell that nobody prints counts
    those who are only in the larger: the rules hold for it as for any other.

    Raises StatisticsError when the larger counts fewer somewhere, or when two systems differ over one cell.
    """
    together = merged(systems)
    for larger, smaller in contains:
        together = merged([together, _difference(together, larger, smaller)])
    return together


def _difference(system: System, larger: str, smaller: str) -> System:
    pairs = [
        (place, system.at[other])
        for place, cell in enumerate(system.cells)
        if cell.of == larger and (other := replace(cell, of=smaller)) in system.at
    ]
    if not pairs:
        raise StatisticsError(f"`{larger}` and `{smaller}` have no cell in common.", remedy="Name them as `of` does.")
    more, fewer = np.array(pairs).T
    counts = system.counts[more] - system.counts[fewer]
    if (counts < 0).any():
        where = system.cells[more[int(np.argmin(counts))]]
        raise StatisticsError(f"`{where}` counts fewer than `{smaller}` does.", remedy="Say which contains which.")
    cells = tuple(replace(system.cells[place], of=f"{larger} without {smaller}") for place in more)
    n = len(cells)
    joined = (*(system.cells[place] for place in more), *(system.cells[place] for place in fewer), *cells)
    return System(
        joined,
        np.concatenate([system.counts[more], system.counts[fewer], counts]),
        np.zeros(3 * n, bool),
        np.zeros(3 * n, bool),
        tuple((row, row + n, row + 2 * n) for row in range(n)),
        (False,) * n,
    )
