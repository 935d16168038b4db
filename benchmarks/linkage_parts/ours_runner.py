"""Our engine in a process of its own: person records -> clusters, both in Parquet, timed and told as a JSON line.

Usage: ours_runner.py RECORDS CLUSTERS [--model FILE] [--features FILE] [--compare COLUMNS] [--memory 8GB] [--threads 2]
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import pyarrow.parquet as pq

from joinedup.engine import DuckDBEngine, Resources
from joinedup.linkage import LinkSettings, link
from joinedup.linkage.features import records_of
from joinedup.linkage.model_files import written


def main() -> None:
    asked = _asked()
    engine = DuckDBEngine(Resources(memory=asked.memory, threads=asked.threads))
    people = engine.read(asked.records)
    compare = tuple(name for name in asked.compare.split(",") if name)
    if asked.features:  # for the peer, and not timed
        pq.write_table(records_of(engine, people, compare).table(), asked.features)
        return
    cpu, wall = time.process_time(), time.monotonic()
    linked = link(engine, people, LinkSettings(compare=compare))
    pq.write_table(linked.clusters, asked.clusters)
    told = {
        "wall": time.monotonic() - wall,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "pairs": len(linked.scored) if linked.scored is not None else 0,
        "threshold": linked.threshold,
        "notes": linked.notes,
    }
    if asked.model:
        asked.model.write_bytes(written(linked.model))
    print(json.dumps(told))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("records", type=Path)
    parser.add_argument("clusters", type=Path)
    for name in ("--model", "--features"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--compare", default="")
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
