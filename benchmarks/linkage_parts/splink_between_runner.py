"""Splink on new records against a table that it has already: pairs between the two, and within the new ones.

A process of its own. Loading the table and counting its values are not timed, as if a server held them. It makes no
clusters. It prints one line of JSON: by file of new records, `wall` and `cpu` seconds and `pairs`.

Usage: splink_between_runner.py SETTINGS FEATURES NEW...
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from linkage_parts.splink_runner import LEANEST, cpu_seconds

THREADS, MEMORY = 2, "8GB"


def main() -> None:
    settings, features, *new = (Path(one) for one in sys.argv[1:])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(io.StringIO()):
        told = run(json.loads(settings.read_text()) | LEANEST, features, new)
    sys.stdout.write(json.dumps(told) + "\n")


def run(settings: dict[str, Any], features: Path, new: list[Path]) -> dict[str, dict[str, float]]:
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    connection.read_parquet(str(features)).create("features")
    api = DuckDBAPI(connection=connection)
    held = api.register("features")
    linker = Linker(held, settings, log_level=logging.ERROR)
    for name in _weighed_by_frequency(settings):
        linker.table_management.compute_tf_table(name)
    made = {}
    for number, path in enumerate(new):
        connection.read_parquet(str(path)).create(f"new_{number}")
        wall, cpu = time.perf_counter(), cpu_seconds()
        pairs = _pairs(linker, held, api.register(f"new_{number}"), connection)
        made[path.name] = {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu, "pairs": pairs}
    return made


def _pairs(linker: Any, held: Any, new: Any, connection: Any) -> int:
    between = linker.inference.predict_between(held, new, threshold_match_weight=0.0)
    within = linker.inference.predict_within(new, threshold_match_weight=0.0)
    return sum(len(connection.table(one.physical_name)) for one in (between, within))


def _weighed_by_frequency(settings: dict[str, Any]) -> list[str]:
    levels = [level for one in settings["comparisons"] for level in one["comparison_levels"]]
    return sorted({level["tf_adjustment_column"] for level in levels if level.get("tf_adjustment_column")})


if __name__ == "__main__":
    main()
