"""Small tables, and an attacker slow and plain enough to be believed."""

from __future__ import annotations

from itertools import product

import numpy as np

from joinedup.statistics.disclosure import Dimension, System, Table


def dimension(name: str, size: int, **options) -> Dimension:
    return Dimension(name, tuple(f"{name}{n}" for n in range(1, size + 1)), **options)


def table(counts, of="people", margins=None) -> Table:
    counts = np.array(counts)
    kinds = tuple(dimension("abcde"[axis], size) for axis, size in enumerate(counts.shape))
    return Table(kinds, counts, margins, of)


def regions() -> Table:
    """The worked example: four regions by gender, one cell of 2."""
    kinds = (Dimension("region", ("A", "B", "C", "D")), Dimension("gender", ("female", "male")))
    return Table(kinds, np.array([[2, 18], [19, 14], [10, 12], [14, 11]]))


def by_trying_all(table: Table, system: System, hidden: np.ndarray, most: int) -> dict[int, tuple[int, int]]:
    """The interval of each cell over every table of counts up to `most` that prints the same as `table`."""
    places = system.places(table.cells())
    shown = (system.printed & ~hidden)[places]
    truth = table.summed(table.counts).ravel()
    parts = np.eye(table.counts.size, dtype=int).reshape(-1, *table.counts.shape)
    adds = np.array([table.summed(part).ravel() for part in parts])
    tried = np.array(list(product(range(most + 1), repeat=table.counts.size))) @ adds
    same = tried[(tried[:, shown] == truth[shown]).all(axis=1)]
    return {int(place): (int(same[:, n].min()), int(same[:, n].max())) for n, place in enumerate(places)}
