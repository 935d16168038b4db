"""`joinedup template`: the format that a sender fills in, as a workbook or as schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json

if TYPE_CHECKING:
    from joinedup.tables import Table


def template(
    place: Annotated[Path, typer.Argument(help="The workbook to write, FILE.xlsx; with --schemas, a folder.")],
    table: Annotated[list[str] | None, typer.Option(help="Only this table; may be said again.")] = None,
    schemas: Annotated[bool, typer.Option("--schemas", help="Write schemas for programs instead.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files of the same name.")] = False,
    json: Json = False,
) -> None:
    """Write a workbook to fill in, or Frictionless and JSON Schemas of every table."""
    from joinedup.gate.publishing import write_schemas, write_template

    if schemas == (place.suffix == ".xlsx"):
        raise typer.BadParameter(
            "--schemas writes many files: name a folder." if schemas else "Name a workbook that ends in `.xlsx`."
        )
    write = write_schemas if schemas else write_template
    written = write(place, _chosen(table or []), overwrite=force)
    if json:
        print(as_json({"files": [str(path) for path in written]}))
        return
    print("\n".join(_words(written) if schemas else _next(*written)))


def _chosen(names: list[str]) -> tuple[Table, ...]:
    """The tables named, in our order, or all. Raises TableError for one that no extract holds."""
    from joinedup import tables
    from joinedup.errors import TableError, nearest

    known = {table.name: table for table in tables.RECORD_TABLES}
    for name in names:
        if name not in known:
            raise TableError(
                f"No extract holds a table `{name}`.{nearest(name, known)}",
                remedy=f"Name one of {', '.join(known)}.",
            )
    return tuple(table for name, table in known.items() if name in names or not names)


def _words(written: tuple[Path, ...]) -> list[str]:
    return [f"Wrote {len(written)} files into {written[0].parent}:", *(f"  {path.name}" for path in written)]


def _next(workbook: Path) -> list[str]:
    return [f"Wrote {workbook}. Fill it in, and see what would come back:", f"  joinedup check {workbook}"]
