"""Splink on linkage features that are already made, in four timed stages: load, train, predict, cluster.

A process of its own, so that its seconds and its memory are Splink's alone; it knows nothing of this house. It prints
one line of JSON: `stages` (wall and CPU seconds of each), `whole` (of the process, imports included), `peak_mb`,
`records`, `pairs`, `clusters`, `threads`, `splink`, `untrained` (blocks in which training found too few pairs).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

BEGAN = time.perf_counter()

LEANEST = {"retain_matching_columns": False, "retain_intermediate_calculation_columns": False}


class Stages:
    """Wall and CPU seconds (user and system, of this process) of each named stage."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, float]] = {}

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), cpu_seconds()
        yield
        self.told[name] = {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu}


def cpu_seconds() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run the stages and print the line."""
    asked = _arguments()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as spill, contextlib.redirect_stdout(io.StringIO()):
        told = run(asked, spill)
    sys.stdout.write(json.dumps(told) + "\n")


def run(asked: argparse.Namespace, spill: str) -> dict[str, Any]:
    """Load, train, predict, cluster; give what is printed. spill: a folder for what does not fit in memory."""
    import duckdb

    stages = Stages()
    connection = duckdb.connect(
        config={"threads": asked.threads, "memory_limit": asked.memory, "temp_directory": spill}
    )  # fmt: skip
    settings = json.loads(asked.settings.read_text()) | LEANEST
    with stages.timed("load"):
        linker = _load(connection, asked.features, settings)
    untrained = 0
    with stages.timed("train"):
        if asked.training:
            untrained = _train(linker, json.loads(asked.training.read_text()), asked)
    with stages.timed("predict"):
        predicted = linker.inference.predict(threshold_match_weight=asked.predict)
        pairs = _count(connection, predicted.physical_name)
    with stages.timed("cluster"):
        clusters = _cluster(connection, linker, predicted, asked)
    if asked.model:
        linker.misc.save_model_to_json(str(asked.model), overwrite=True)
    return {
        "stages": stages.told,
        "whole": {"wall": time.perf_counter() - BEGAN, "cpu": cpu_seconds()},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "records": _count(connection, "features"),
        "pairs": pairs,
        "clusters": clusters,
        "threads": asked.threads,
        "splink": version("splink"),
        "untrained": untrained,
    }


def _load(connection: Any, features: Path, settings: dict[str, Any]) -> Any:
    from splink import DuckDBAPI, Linker

    connection.read_parquet(str(features)).create("features")
    return Linker(DuckDBAPI(connection=connection).register("features"), settings, log_level=logging.ERROR)


def _train(linker: Any, training: dict[str, Any], asked: argparse.Namespace) -> int:
    """Prior by sure rules, u from random pairs, m by EM within each block; give how many blocks could not be used."""
    from splink.internals.exceptions import EMTrainingException

    with contextlib.suppress(ValueError):  # no pair meets a sure rule: the prior of the settings stands
        linker.training.estimate_probability_two_random_records_match(training["sure"], recall=training["recall"])
    linker.training.estimate_u_using_random_sampling(max_pairs=asked.u_pairs, seed=asked.seed)
    untrained = 0
    for rule in training["within"]:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=asked.em_pairs)
        except EMTrainingException:
            untrained += 1
    return untrained


def _cluster(connection: Any, linker: Any, predicted: Any, asked: argparse.Namespace) -> int:
    """Write record_id, person_id (the smallest record_id of the cluster); give how many clusters there are."""
    made = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_weight=asked.cluster)
    clusters = connection.table(made.physical_name).project("record_id, cluster_id AS person_id")
    clusters.write_parquet(str(asked.clusters))
    return int(clusters.aggregate("count(DISTINCT person_id)").fetchall()[0][0])


def _count(connection: Any, table: str) -> int:
    return int(connection.table(table).aggregate("count(*)").fetchall()[0][0])


def _arguments() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("features", type=Path, help="Parquet file of linkage features, one row per record_id")
    told.add_argument("settings", type=Path, help="Splink settings as JSON")
    told.add_argument("clusters", type=Path, help="Parquet file to write: record_id, person_id")
    told.add_argument("--training", type=Path, help="JSON: sure, recall, within; without it the settings stand")
    told.add_argument("--model", type=Path, help="where to write the settings as trained")
    told.add_argument("--predict", type=float, default=0.0, help="bits below which a pair is not kept")
    told.add_argument("--cluster", type=float, default=9.0, help="bits from which two records are joined")
    told.add_argument("--u-pairs", type=float, default=1e6)
    told.add_argument("--em-pairs", type=float, default=1e6)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--threads", type=int, default=2)
    told.add_argument("--memory", default="8GB")
    return told.parse_args()


if __name__ == "__main__":
    main()
