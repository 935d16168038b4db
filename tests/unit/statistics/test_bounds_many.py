"""Many rows are one count, and bounds of all cells come from it at once. `JOINEDUP_SCALE=full` counts ten million."""

from __future__ import annotations

import os

import numpy as np
import pyarrow as pa
import pytest

from joinedup.statistics.bounds import bound_share, bound_shares
from joinedup.statistics.joint import bound_contrast, coarse

pytestmark = pytest.mark.proof

ROWS = 10_000_000 if os.environ.get("JOINEDUP_SCALE") == "full" else 100_000
CELLS, ANSWERS = 43 * 12, ("Asian", "Black", "Mixed", "Other", "White", "?")


@pytest.fixture(scope="module")
def rows():
    """A cell (force and month) and an answer per row."""
    random = np.random.default_rng(7)
    return random.integers(0, CELLS, ROWS), random.choice(6, ROWS, p=[0.08, 0.05, 0.03, 0.02, 0.5, 0.32])


def test_bounds_of_every_cell_from_one_count_are_those_of_each_cell_alone(rows):
    cell, answer = rows
    counts = np.bincount(cell * 6 + answer, minlength=CELLS * 6).reshape(CELLS, 6)
    table = pa.table({"cell": cell, "answer": answer}).group_by(["cell", "answer"]).aggregate([([], "count_all")])
    grouped = np.zeros((CELLS, 6), np.int64)
    grouped[table["cell"], table["answer"]] = table["count_all"]
    assert (grouped == counts).all()
    found = bound_shares(counts[:, 0], counts[:, 5], counts.sum(axis=1))
    by_name = dict(zip(ANSWERS, counts.T, strict=True))
    jointly = bound_contrast(coarse(by_name, missing={"?"}), {"White": 1, "Asian": -1})
    for place, row in enumerate(counts.tolist()):
        alone = bound_share(dict(zip(ANSWERS, row, strict=True)), "Asian", missing={"?"})
        assert (found.lower[place], found.upper[place]) == (alone.lower, alone.upper)
        assert jointly.lower[place] == pytest.approx((row[4] - row[0] - row[5]) / sum(row))
