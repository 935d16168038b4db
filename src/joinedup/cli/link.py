"""`joinedup link`: which records of a file are one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json, comparing_progress

if TYPE_CHECKING:
    from joinedup.runs.adding import Added
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
    keep: Annotated[
        Path | None, typer.Option(help="Keep here what later records can be added to, in place of before.")
    ] = None,
    add_to: Annotated[
        Path | None, typer.Option(help="Add the records, new or corrected, to what --keep left here.")
    ] = None,
    removed: Annotated[Path | None, typer.Option(help="With --add-to: a file of record_id that are no more.")] = None,
    json: Json = False,
) -> None:
    """Find which records are one person. No ethnicity, nationality or birth place is compared unasked."""
    from joinedup.runs import link_file
    from joinedup.runs.adding import Added
    from joinedup.runs.linking import Asked

    if add_to is not None:
        _refuse_settled({"threshold": threshold, "compare": compare, "model": model, "save-model": save_model,
                         "keep": keep, "through": through.replace("arrays", "")})  # fmt: skip
        _add(Added(records, add_to, removed, pairs), clusters, json=json)
        return
    if removed is not None:
        raise typer.BadParameter("--removed goes with --add-to.")
    columns = tuple(name.strip() for name in compare.split(",") if name.strip())
    asked = Asked(pairs, threshold, columns, model, save_model, through, keep)
    with comparing_progress() as progress:
        linked = link_file(records, clusters, asked, progress)
    if json:
        print(as_json(asdict(linked)))
        return
    print("\n".join(_lines(linked, through)))
    print(f"Clusters: {clusters}" + (f"; {linked.pairs:,} pairs with reasons: {pairs}" if pairs else ""))


def _refuse_settled(options: dict[str, object]) -> None:
    named = [name for name, value in options.items() if value not in (None, "")]
    if named:
        raise typer.BadParameter(f"--{named[0]} is settled by what was kept: leave it out, or join anew with --keep.")


def _add(added: Added, clusters: Path, *, json: bool) -> None:
    from joinedup.runs.adding import add_file

    made = add_file(added, clusters)
    if json:
        print(as_json(asdict(made)))
        return
    print(
        f"{made.changed:,} records are new or corrected, and {made.gone:,} of before are removed or replaced.\n"
        f"{made.read:,} records were looked at for them, and {made.compared:,} pairs compared.\n"
        f"{made.regrouped:,} records were settled anew; {made.moved:,} of before have another person now.\n"
        f"Clusters of those: {clusters}"
    )
    print(*made.notes, sep="\n", end="\n" if made.notes else "")


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
