"""Bounds of every cell of ten million rows: one count, then arithmetic on arrays.

Claim: ten million rows of a force, a month and an answer give bounds of every group in every cell in under 2 s on one
core, nearly all of it counting. There is no peer: no kept package for bounds was found. Beside it stands the same count
by pyarrow's `group_by`, which needs no codes made beforehand, and bounds cell by cell by `bound_share`.

Usage: bounds.py [ROWS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa

from joinedup.statistics.bounds import bound_share, bound_shares
from joinedup.statistics.joint import bound_contrast, coarse
from joinedup.statistics.sampling import with_chance

CELLS, ANSWERS = 43 * 12 * 100, ("Asian", "Black", "Mixed", "Other", "White", "?")


@contextmanager
def timed(name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"  {name}: {time.perf_counter() - started:.3f} s")


def main(rows: int) -> None:
    random = np.random.default_rng(7)
    cell = random.integers(0, CELLS, rows)
    answer = random.choice(len(ANSWERS), rows, p=[0.08, 0.05, 0.03, 0.02, 0.5, 0.32])
    print(f"{rows:,} rows, {CELLS:,} cells, {len(ANSWERS)} answers")
    with timed("count, numpy"):
        counts = np.bincount(cell * len(ANSWERS) + answer, minlength=CELLS * len(ANSWERS)).reshape(CELLS, -1)
    table = pa.table({"cell": cell, "answer": answer})
    with timed("count, pyarrow"):
        table.group_by(["cell", "answer"]).aggregate([([], "count_all")])
    total = counts.sum(axis=1)
    with timed("bounds of five groups in every cell, arrays"):
        for group in range(5):
            bound_shares(counts[:, group], counts[:, 5], total)
    by_name = dict(zip(ANSWERS, counts.T, strict=True))
    with timed("White less Asian in every cell, jointly, arrays"):
        bound_contrast(coarse(by_name, missing={"?"}), {"White": 1, "Asian": -1})
    with timed("bounds of one group, cell by cell"):
        alone = [bound_share(dict(zip(ANSWERS, row, strict=True)), "Asian", missing={"?"}) for row in counts.tolist()]
    with timed("with chance, cell by cell"):
        for one in alone:
            with_chance(one)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
