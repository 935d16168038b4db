"""One run, from extracts on disk to the report, on an invented town and an invented region.

Claims: a town in under 20 s; a region of 300,000 records in under 90 s and 4 GB, on 2 cores; growth no worse than
n log n. There is no peer: nothing else goes from extracts to bounded figures in one command. Prints wall and CPU
seconds, peak memory of the whole process, seconds of each stage, and how right the joining was against the truth.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from joinedup.runs.inputs import TRUTH
from joinedup.runs.truth import compare_with_truth
from joinedup.synthetic import invent

COMMAND = Path(sys.executable).parent / "joinedup"


@dataclass(frozen=True)
class Measured:
    """One run of one size."""

    records: int
    wall: float
    cpu: float
    peak_gb: float


def measure(size: str, folder: Path) -> Measured:
    started = time.monotonic()
    invent(folder, size=size, seed=1)
    print(f"{size}: invented in {time.monotonic() - started:.1f} s")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run([COMMAND, "run", folder, "--json"], capture_output=True, text=True, check=True)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    run = folder / json.loads(done.stdout)["folder"]
    tell_stages(run)
    truth = compare_with_truth(run / "tables" / "clusters.parquet", folder / TRUTH)
    print(f"  joining: precision {truth.precision:.4f}, recall {truth.recall:.4f}, F1 {truth.f1:.4f}")
    records = pq.read_metadata(run / "tables" / "person_records.parquet").num_rows
    return Measured(records, wall, cpu, after.ru_maxrss / 1024**2)


def tell_stages(run: Path) -> None:
    stages = json.loads((run / "manifest.json").read_text())["stages"]
    print("  " + ", ".join(f"{s['name']} {s['seconds']:.1f} s" for s in stages))


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; engine: 2 threads, 4 GB")
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size, seconds in (("town", 20), ("region", 90)):
            one = found[size] = measure(size, Path(folder) / size)
            took = f"{one.wall:.1f} s wall (bar {seconds}), {one.cpu:.1f} s CPU, {one.peak_gb:.2f} GB (bar 4)"
            print(f"  {one.records:,} records: {took}")
    town, region = found["town"], found["region"]
    times = region.cpu / town.cpu
    bound = region.records * math.log(region.records) / (town.records * math.log(town.records))
    more = region.records / town.records
    print(f"growth: {more:.1f} times the records, {times:.1f} times the CPU (n log n: {bound:.1f})")


if __name__ == "__main__":
    main()
