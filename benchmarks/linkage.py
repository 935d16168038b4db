"""Linkage beside Splink 5 on DuckDB, on public sets with known truth, and as the records grow.

Claims, on 2 cores: 1,000,000 records end to end for at most 1/5 of Splink's CPU and wall and 1/2 of its memory, at the
same model, rules and caps, F1 no lower; default settings reach F1 .87 on historical figures (birth place and
occupation compared on request) and .997 on febrl3; doubling the records takes at most 2.3 times the time.

The million is an invented world of families (`linkage_parts/families.py`): twins, fathers and sons of one name, seven
systems, aliases. Each tool runs in a process of its own, one after the other. Splink is given our features ready made,
which ours must make first, and the settings that our model has in Splink's own JSON; both train on them. It clusters at
9 bits, the best of five thresholds that were tried on such a world with the truth in view; ours chooses for itself.

Usage: linkage.py [RECORDS ...], by default 1000000 beside Splink and 125000 to 4000000 for growth.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from linkage_parts import truth_sets
from linkage_parts.families import families
from linkage_parts.peers import Asked, Training, run_splink
from linkage_parts.rates import HARD
from linkage_parts.scores import pair_scores
from linkage_parts.truth_sets import TruthSet

from joinedup.linkage import model
from joinedup.linkage.fitting import MAX_PAIRS, MAX_PAIRS_WITHIN, OURS

RUNNER = Path(__file__).parent / "linkage_parts" / "ours_runner.py"
BESIDE, GROWTH = 1_000_000, (125_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000)
SPLINK_CLUSTERS_AT = 9.0


@dataclass(frozen=True)
class Ours:
    """What our process told of itself, and how right its clusters are."""

    told: Mapping[str, Any]
    precision: float
    recall: float
    f1: float


def measure(given: TruthSet, folder: Path, *options: str) -> Ours:
    records, clusters = folder / "records.parquet", folder / "clusters.parquet"
    pq.write_table(given.records, records)
    command = [sys.executable, RUNNER, records, clusters, "--model", folder / "model.json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    scores = pair_scores(pq.read_table(clusters), given.truth)
    return Ours(json.loads(done.stdout), scores.precision, scores.recall, scores.f1)


def tell(name: str, one: Ours) -> None:
    told = one.told
    print(
        f"{name}: P {one.precision:.4f} R {one.recall:.4f} F1 {one.f1:.4f} at {told['threshold']:g} bits; "
        f"{told['cpu']:.1f} CPU s, {told['wall']:.1f} s, {told['peak_mb']:,.0f} MB"
    )


def public_sets(folder: Path) -> None:
    print("Public sets, default settings:")
    tell("  historical figures, --compare birth_place,occupation (bar .87)",
         measure(truth_sets.historical(), folder, "--compare", "birth_place,occupation"))  # fmt: skip
    tell("  historical figures, plain", measure(truth_sets.historical(), folder))
    tell("  febrl3 (bar .997)", measure(truth_sets.febrl3(), folder))
    tell("  Senzing's truth set, persons and firms", measure(truth_sets.senzing(), folder))
    tell("  fake_1000", measure(truth_sets.fake_1000(), folder))


def beside_splink(records: int, folder: Path) -> None:
    world = families(records, seed=7)
    ours = measure(world, folder)
    tell(f"Families, {records:,} records: ours", ours)
    subprocess.run(
        [
            sys.executable,
            RUNNER,
            folder / "records.parquet",
            folder / "none",
            "--features",
            folder / "features.parquet",
        ],
        check=True,
    )
    settings = json.loads((folder / "model.json").read_text())
    settings.pop(OURS)
    splink = run_splink(folder / "features.parquet", settings, folder, _asked(settings))
    found = pair_scores(splink.clusters, world.truth)
    stages = ", ".join(f"{name} {one.cpu:.1f}" for name, one in splink.stages.items())
    print(
        f"  Splink 5: P {found.precision:.4f} R {found.recall:.4f} F1 {found.f1:.4f} at {SPLINK_CLUSTERS_AT:g} bits; "
        f"{splink.whole.cpu:.1f} CPU s ({stages}), {splink.whole.wall:.1f} s, {splink.peak_mb:,.0f} MB"
    )
    print(
        f"  Splink / ours: CPU {splink.whole.cpu / ours.told['cpu']:.1f}, wall "
        f"{splink.whole.wall / ours.told['wall']:.1f}, memory {splink.peak_mb / ours.told['peak_mb']:.1f}"
    )
    rules = len(settings["blocking_rules_to_generate_predictions"])
    print(
        f"  Both: 2 threads, {rules} rules, {len(settings['comparisons'])} comparisons, {MAX_PAIRS:,} random pairs, "
        f"{MAX_PAIRS_WITHIN:,} pairs in each of {len(_asked(settings).training.within)} training blocks. "  # type: ignore[union-attr]
        "Ours besides: making the features, namesakes, relatives, average linkage."
    )


def _asked(settings: Mapping[str, Any]) -> Asked:
    present = {name for comparison in model.COMPARISONS for name in comparison.needs} | {"full_name", "birth_year"}
    named = {comparison["output_column_name"] for comparison in settings["comparisons"]}
    within = [
        block.sql
        for block, held in model.training_blocks(present)
        if all(name in ("full_name", "postcode") or name in named for name in block.needs)
    ]
    training = Training(within=tuple(within))
    return Asked(training, 0.0, SPLINK_CLUSTERS_AT, MAX_PAIRS, MAX_PAIRS_WITHIN)


def growth(sizes: tuple[int, ...], folder: Path) -> None:
    print("Growth (bar: 2.3 times the wall time at twice the records):")
    before = None
    for size in sizes:
        one = measure(families(size, seed=7), folder)
        wall = one.told["wall"]
        times = f", {wall / before:.2f} times the size before" if before else ""
        tell(f"  {size:,}{times}", one)
        before = wall


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, pyarrow {pa.__version__}")
    asked = tuple(int(one) for one in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        public_sets(folder)
        tell("Families, 100,000 records, a harder world", measure(families(100_000, seed=7, rates=HARD), folder))
        beside_splink(asked[0] if asked else BESIDE, folder)
        growth(asked[1:] or GROWTH, folder)


if __name__ == "__main__":
    main()
