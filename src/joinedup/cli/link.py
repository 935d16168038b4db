"""`joinedup link`: which records of a file are one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json, comparing_progress

if TYPE_CHECKING:
    from joinedup.runs.linking import LinkedFile


def link(  # noqa: PLR0913, PLR0917 - one argument an option
    records: Annotated[Path, typer.Argument(help="Any file with columns of `person_records`, and any `id_` columns.")],
    clusters: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write record_id, person_id (CSV or Parquet).")
    ],
    pairs: Annotated[Path | None, typer.Option(help="Where to write scored pairs with their evidence.")] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Bits at or above which two records are joined. The scores choose, if left out."),
    ] = None,
    compare: Annotated[str, typer.Option(help="Compare as well: birth_place, occupation, or both with a comma.")] = "",
    model: Annotated[Path | None, typer.Option(help="A model in Splink's JSON, used as it is and not trained.")] = None,
    save_model: Annotated[Path | None, typer.Option(help="Where to write the model as used, in Splink's JSON.")] = None,
    through: Annotated[str, typer.Option(help="What compares: arrays, or splink to check them.")] = "arrays",
    json: Json = False,
) -> None:
    """Find which records are one person. No ethnicity, nationality or birth place is compared unasked."""
    from joinedup.runs import link_file
    from joinedup.runs.linking import Asked

    columns = tuple(name.strip() for name in compare.split(",") if name.strip())
    asked = Asked(pairs, threshold, columns, model, save_model, through)
    with comparing_progress() as progress:
        linked = link_file(records, clusters, asked, progress)
    if json:
        print(as_json(asdict(linked)))
        return
    print("\n".join(_lines(linked, through)))
    print(f"Clusters: {clusters}" + (f"; {linked.pairs:,} pairs with reasons: {pairs}" if pairs else ""))


def _lines(linked: LinkedFile, through: str) -> list[str]:
    from joinedup.linkage.fitting import DROPPED

    if not linked.records:
        return ["The file holds 0 records, so nobody is joined.", *linked.notes]
    lines = [f"{linked.records:,} records are {linked.people:,} people at {linked.threshold:g} bits or more."]
    if linked.expected is not None:
        expected = linked.expected
        lines.append(
            f"By the weights' own account, about {expected.wrong:,.0f} of {expected.joined:,.0f} joined pairs of "
            f"records are wrong. About {expected.missed:,.0f} pairs of one person were compared and not joined."
        )
    if through == "splink":
        from joinedup.linkage.through_splink import LEFT_OUT

        lines.append("Compared by Splink. Left out: " + "; ".join(LEFT_OUT) + ".")
    return lines + [note for note in linked.notes if not note.startswith(DROPPED)]
