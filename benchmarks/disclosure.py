"""Suppression of a large table: 45 forces by 6 groups by 4 years by 3 stages, all 6,440 cells printed.

Claims: hidden safely in about a minute on 2 cores, within a tenth of the bound. There is no peer to run: ACRO has no
secondary suppression, and sdcTable and tau-Argus need R or Java. Counts are drawn at random; `--mean` is people a cell.

Usage: disclosure.py [MEAN ...], by default 100.
"""

from __future__ import annotations

import os
import sys

import numpy as np

from joinedup.statistics.disclosure import Dimension, Table, audit, link, needs, suppress

SIZES = {"force": 45, "group": 6, "year": 4, "stage": 3}
SHARES = ([0.65, 0.08, 0.06, 0.03, 0.03, 0.15], [0.2, 0.23, 0.27, 0.3], [0.7, 0.2, 0.1])
SECONDS = 60


def invented(mean: float) -> Table:
    """Forces of very different size, uneven groups, years and stages."""
    draw = np.random.default_rng(1)
    forces = draw.lognormal(0, 0.8, SIZES["force"])
    sizes = [forces / forces.mean(), *(np.array(share) * len(share) for share in SHARES)]
    expected = np.einsum("i,j,k,l->ijkl", *sizes) * mean
    kinds = tuple(Dimension(name, tuple(f"{name} {n}" for n in range(size))) for name, size in SIZES.items())
    return Table(kinds, draw.poisson(expected))


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for mean in map(float, sys.argv[1:] or ["100"]):
        system = link(invented(mean))
        asked = needs(system)
        done = suppress(system, asked, seconds=SECONDS)
        over = done.weight / done.bound - 1
        print(f"mean {mean:g}, {len(system.cells):,} cells: {done}")
        print(f"  {done.seconds:.0f} s; at most {over:.1%} above the least")
        print(f"  audit: {'safe' if audit(system, done.hidden, asked, every=False).safe else 'NOT SAFE'}")


if __name__ == "__main__":
    main()
