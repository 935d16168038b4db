"""`joinedup erase`: lawful erasure, everywhere in a project."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json

if TYPE_CHECKING:
    from joinedup.runs.erasing import Erased

Basis = Annotated[str, typer.Option(help="The legal ground, in words and without a name. It stays in the log.")]
Second = Annotated[str, typer.Option(help="The account of the second person, who agreed.")]
Again = Annotated[bool, typer.Option("--again", help="Take out again what was erased before and came back.")]
TryOnly = Annotated[bool, typer.Option("--try", help="Say what would go, and change nothing.")]


def erase(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FOLDER] PERSON...", help="Person ids, or records as system:reference."),
    ] = None,
    basis: Basis = "",
    second: Second = "",
    again: Again = False,
    try_only: TryOnly = False,
    json: Json = False,
) -> None:
    """Take people out of extracts, mended rows and every run. It cannot be undone. Refused while a hold stands."""
    from joinedup.runs.erasing import Asked, erase_again
    from joinedup.runs.erasing import erase as erase_people

    first, *rest = arguments or ["."]
    folder, who = (Path(first), rest) if Path(first).is_dir() else (Path("."), [first, *rest])
    if again == bool(who) or (again and try_only):
        raise typer.BadParameter("Name whom to erase, or give --again by itself.")
    erased = erase_again(folder) if again else erase_people(folder, Asked(tuple(who), basis, second), try_only=try_only)
    print(as_json({**asdict(erased), "erased": not try_only}) if json else _words(erased, try_only))


def _words(erased: Erased, try_only: bool) -> str:
    done = "would go" if try_only else "are gone"
    lines = [f"{_many(erased.records, 'record')} {done} from {_many(len(erased.runs), 'run')} and these extracts:"]
    lines += [f"  {_many(rows, 'row')} of {file}" for file, rows in erased.rows.items()]
    if erased.kept_until:
        lines.append(f"{_many(erased.kept_until, 'record')} were to be kept longer; the basis given stands in the log.")
    if erased.look:
        shown = ", ".join(erased.look[:10]) + (" …" if len(erased.look) > 10 else "")
        lines.append(f"Notes of these crimes are text and may still name the person. Look at them: {shown}.")
    lines.append(
        "Nothing was changed." if try_only
        else "Copies elsewhere are not: backups, packs, files sent out. A restored record is refused by the next run."
    )  # fmt: skip
    return "\n".join(lines)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
