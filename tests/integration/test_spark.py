"""The same text counts on Spark: what a cluster prints is what a laptop prints."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow.parquet as pq
import pytest

from joinedup.runs import load_project
from joinedup.runs.figures import KeyedPairs, RunTables, make_figures, with_link_error
from joinedup.runs.folder import finished
from joinedup.runs.keyed import keyed_pairs

pytestmark = pytest.mark.java


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark warns of host names and native libraries, which do not matter here
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "4")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.mark.filterwarnings("ignore")
def test_figures_made_on_spark_equal_those_of_the_run(ran_village: Path, spark: Any) -> None:
    run = finished(ran_village / "runs")[-1]
    told = json.loads((run / "sources.json").read_text())

    def table(name: str) -> nw.LazyFrame[Any]:
        return nw.from_native(spark.read.parquet(str(run / "tables" / f"{name}.parquet")))

    def keep(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return nw.from_native(frame.to_native().cache())

    roles = table("roles")
    tables = RunTables(
        person_records=table("person_records"),
        roles=roles,
        crimes=table("crimes"),
        clusters=table("clusters"),
        returns=table("returns"),
        rows_sent={one["system"]: one["rows"] for one in told},
        keyed=tuple(KeyedPairs(one.name, keyed_pairs(roles, one)) for one in load_project(ran_village).keyed_joins),
        folders={folder: one["system"] for one in told for folder in one["folders"]},
    )
    others = [
        replace(tables, clusters=nw.from_native(spark.read.parquet(str(run / f"{how}.parquet"))))
        for how in ("strict", "loose")
    ]
    made = with_link_error(make_figures(tables, keep), [make_figures(one, keep) for one in others])
    assert made.equals(pq.read_table(run / "tables" / "figures.parquet"))
