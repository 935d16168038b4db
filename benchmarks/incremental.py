"""New records joined to those of a store, beside a full run and Splink, and as the store grows.

Claims, on 2 cores: 100, 1,000 and 10,000 new records are joined to 1,000,000 in a tenth of a full run's CPU or less;
the CPU for a new record grows by less than half for every tenfold of the store, besides the pairs it is compared in.
That pairs and clusters are those of a full run with the kept model is for the tests to show.

The records are an invented world of families (`linkage_parts/families.py`), cut into a base and updates. The clock runs
from opening the store to the new records being kept in it. One update of a single record goes before, so that compiled
loops are loaded. Splink's `predict_between` and `predict_within` have the same features, model and rules; the table is
in its memory and counted already, and it makes no clusters and no features, which ours must.

Usage: incremental.py [BASE ...], by default 100000 and 1000000; 20000 under JOINEDUP_SCALE=ci.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from linkage_parts.families import families

from joinedup.engine import DuckDBEngine
from joinedup.linkage import link
from joinedup.linkage.features import records_of
from joinedup.linkage.fitting import OURS
from joinedup.linkage.incremental import Change, Touched, begin, update
from joinedup.linkage.store.kept import open_store

UPDATES = (1, 100, 1_000, 10_000)
BASES = (20_000,) if os.environ.get("JOINEDUP_SCALE") == "ci" else (100_000, 1_000_000)
RUNNER = "linkage_parts.splink_between_runner"


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, its seconds and its seconds of CPU."""
    wall, cpu = time.monotonic(), time.process_time()
    made = work()
    return made, time.monotonic() - wall, time.process_time() - cpu


def measure(base: int) -> None:
    """One full run, and updates of its store one after the other; then Splink on the same."""
    records = families(base + sum(UPDATES), 5).records
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        full(records.slice(0, base), folder)
        start = base
        for new in UPDATES:
            part = records.slice(start, new)
            told(base, new, *timed(partial(added, part, folder / "store")))
            features(part, folder, str(new))
            start += new
        beside_splink(folder)


def full(records: pa.Table, folder: Path) -> None:
    engine = DuckDBEngine()
    people, store = engine.frame(records), folder / "store"
    linked, wall, cpu = timed(lambda: link(engine, people))
    print(f"{records.num_rows:>9,} records in full: {wall:8.2f} s, {cpu:8.2f} s of CPU", flush=True)
    _, wall, cpu = timed(lambda: begin(engine, people, linked, store))
    held = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    print(f"{'':9}   kept in a store: {wall:8.2f} s, {cpu:8.2f} s of CPU, {held / 1e6:,.0f} MB", flush=True)
    engine.close()
    (folder / "model.json").write_text(json.dumps({k: v for k, v in linked.model.items() if k != OURS}))
    features(records, folder, "base")


def features(records: pa.Table, folder: Path, name: str) -> None:
    """For the peer, and not timed."""
    engine = DuckDBEngine()
    pq.write_table(records_of(engine, engine.frame(records)).table(), folder / f"{name}.parquet")
    engine.close()


def added(records: pa.Table, folder: Path) -> Touched:
    engine = DuckDBEngine()
    try:
        return update(engine, open_store(folder), Change(engine.frame(records))).touched
    finally:
        engine.close()


def told(base: int, new: int, touched: Touched, wall: float, cpu: float) -> None:
    print(
        f"{new:>9,} new to {base:,}: {wall:.2f} s, {cpu:.2f} s of CPU, {1000 * cpu / new:.2f} ms each; "
        f"{touched.read:,} records read, {touched.compared:,} pairs compared, {touched.kept:,} kept, "
        f"{touched.regrouped:,} records regrouped",
        flush=True,
    )


def beside_splink(folder: Path) -> None:
    files = [folder / f"{new}.parquet" for new in UPDATES]
    command: list[str | Path] = [sys.executable, "-m", RUNNER, folder / "model.json", folder / "base.parquet", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    for name, one in json.loads(done.stdout).items():
        new = int(name.removesuffix(".parquet"))
        print(f"{new:>9,} new through Splink: {one['wall']:.2f} s, {one['cpu']:.2f} s of CPU, {one['pairs']:,} pairs")


if __name__ == "__main__":
    for size in [int(one.replace("_", "")) for one in sys.argv[1:]] or BASES:
        measure(size)
