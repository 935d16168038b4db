"""`joinedup take`: mended rows come in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.check import files_told
from joinedup.cli.out import Json, as_json, rows, shown

if TYPE_CHECKING:
    from joinedup.runs.mending import Taken


def take(
    returned: Annotated[Path, typer.Argument(help="EXTRACT.returns.csv or .xlsx, mended.")],
    extract: Annotated[Path | None, typer.Option(help="The extract, when it is not beside the file.")] = None,
    try_only: Annotated[bool, typer.Option("--try", help="Say what would be taken; write nothing.")] = False,
    json: Json = False,
) -> None:
    """Take the rows that were mended and now pass; the extract stays as it is. Exit 1 if mended rows still go back."""
    from joinedup.runs import take as run_take

    taken = run_take(returned, extract=extract, try_only=try_only)
    print(as_json(_json(taken)) if json else _words(taken, try_only))
    if taken.still_returned:
        raise typer.Exit(1)


def _json(taken: Taken) -> dict[str, object]:
    return {
        "extract": taken.extract.name, "rows": taken.rows, "taken": taken.taken,
        "still_returned": taken.still_returned, "unchanged": taken.unchanged,
        "mended_file": str(taken.mended_file) if taken.mended_file else None,
        "returns_files": [str(path) for path in taken.written.files],
        "mended_before": taken.again,
        "before": str(taken.before) if taken.before else None,
        "kept": [str(path) for path in taken.written.kept],
        "mend_first": [
            {"file": one.file, "rows": one.rows, "returns_files": [str(path) for path in one.written.files],
             "kept": [str(path) for path in one.written.kept]}
            for one in taken.drawn
        ],
        "receipt": str(taken.receipt) if taken.receipt else None,
    }  # fmt: skip


def _words(taken: Taken, try_only: bool) -> str:
    would = " would be" if try_only else ""
    lines = [
        f"{taken.extract.name}: {rows(taken.rows, 'came back')}: {taken.taken:,}{would} taken, "
        f"{taken.still_returned:,} still returned, {taken.unchanged:,} not mended."
    ]
    if taken.mended_file:
        lines.append(f"  Read in place of the rows they mend, from now on: {taken.mended_file}")
    if taken.before:
        lines.append(f"  {rows(taken.again, 'had been mended otherwise before')}; as it was: {shown(taken.before)}")
    lines += files_told(taken.written)
    for one in taken.drawn:
        lines.append(f"{one.file}: {rows(one.rows, 'to mend and take first')}: mended rows name what goes back there.")
        lines += files_told(one.written)
    if taken.receipt:
        lines.append(f"Receipt: {shown(taken.receipt)}")
    return "\n".join(lines)
