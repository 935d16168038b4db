"""`joinedup link`: which records of a file are one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.out import Json, as_json


def link(
    records: Annotated[Path, typer.Argument(help="Any file with columns of `person_records`.")],
    clusters: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write record_id, person_id (CSV or Parquet).")
    ],
    pairs: Annotated[Path | None, typer.Option(help="Where to write scored pairs with their evidence.")] = None,
    threshold: Annotated[float | None, typer.Option(help="Bits at or above which two records are joined.")] = None,
    json: Json = False,
) -> None:
    """Find which records are one person. No ethnicity, nationality or birth place is ever compared."""
    from joinedup.runs import link_file

    linked = link_file(records, clusters, pairs=pairs, threshold=threshold)
    if json:
        print(as_json(asdict(linked)))
        return
    print(f"{linked.records:,} records are {linked.people:,} people at {linked.threshold:g} bits or more.")
    print(f"Clusters: {clusters}" + (f"; {linked.pairs:,} pairs with reasons: {pairs}" if pairs else ""))
