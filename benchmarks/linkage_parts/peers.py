"""Other linkage tools on the features that ours compares, each in a process of its own, timed stage by stage."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

RUNNER = Path(__file__).with_name("splink_runner.py")


@dataclass(frozen=True)
class Training:
    """sure: SQL rules that hardly ever join two people, and `recall`, the share of matches they find: the prior.
    within: a rule for each block in which EM trains what the rule does not name."""

    sure: tuple[str, ...] = (
        'l."id_pnc" = r."id_pnc"',
        'l."id_cro" = r."id_cro"',
        'l."id_nhs" = r."id_nhs"',
        'l."full_name" = r."full_name" AND l."dob" = r."dob" AND l."postcode" = r."postcode"',
    )
    within: tuple[str, ...] = (
        'l."surname" = r."surname" AND l."dob" = r."dob"',
        'l."postcode" = r."postcode" AND l."dob" = r."dob"',
        'l."full_name" = r."full_name" AND l."postcode" = r."postcode"',
    )
    recall: float = 0.6


@dataclass(frozen=True)
class Asked:
    """training: None takes the settings as trained. predict, cluster: bits. u_pairs, em_pairs: caps of training.
    model: where to write the settings as trained. memory: DuckDB's limit."""

    training: Training | None = field(default_factory=Training)
    predict: float = 0.0
    cluster: float = 9.0
    u_pairs: float = 1e6
    em_pairs: float = 1e6
    model: Path | None = None
    seed: int = 1
    threads: int = 2
    memory: str = "8GB"


@dataclass(frozen=True)
class Seconds:
    """wall, and cpu: user and system."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Told:
    """What a peer's process measured of itself. stages: load, train, predict, cluster. pairs: kept by predict.
    clusters: record_id, person_id. untrained: blocks in which training found too few pairs."""

    tool: str
    stages: Mapping[str, Seconds]
    whole: Seconds
    peak_mb: float
    pairs: int
    threads: int
    untrained: int
    clusters: pa.Table


def run_splink(feature_file: Path, settings: Mapping[str, Any], folder: Path, asked: Asked | None = None) -> Told:
    """Splink on a Parquet file of features, one row per record_id; its files go to `folder`.

    settings: as Splink reads them; matching and intermediate columns are not retained, whatever they say. Raises
    RuntimeError when the process fails: its own words are then in `splink.log` of the folder.
    """
    asked = asked or Asked()
    (folder / "settings.json").write_text(json.dumps(dict(settings)))
    clusters = folder / "clusters.parquet"
    command = [sys.executable, RUNNER, feature_file, folder / "settings.json", clusters, *_options(asked, folder)]
    with (folder / "splink.log").open("w") as log:
        done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Splink's process ended with {done.returncode}; see splink.log in its folder.")
    return _told(json.loads(done.stdout), clusters)


def _options(asked: Asked, folder: Path) -> list[object]:
    plain = {"predict", "cluster", "u_pairs", "em_pairs", "seed", "threads", "memory"}
    options = [f"--{name.replace('_', '-')}={getattr(asked, name)}" for name in sorted(plain)]
    if asked.training:
        (folder / "training.json").write_text(json.dumps(asdict(asked.training)))
        options.append(f"--training={folder / 'training.json'}")
    if asked.model:
        options.append(f"--model={asked.model}")
    return list(options)


def _told(line: Mapping[str, Any], clusters: Path) -> Told:
    return Told(
        tool=f"Splink {line['splink']}",
        stages={name: Seconds(**one) for name, one in line["stages"].items()},
        whole=Seconds(**line["whole"]),
        peak_mb=line["peak_mb"],
        pairs=line["pairs"],
        threads=line["threads"],
        untrained=line["untrained"],
        clusters=pq.read_table(clusters),
    )
