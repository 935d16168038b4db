"""`joinedup mend`: what other systems hold for one system's gaps, for a person to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, Why, as_json, rows, shown

if TYPE_CHECKING:
    from joinedup.runs.mend_list import GapCounts, MendList


def mend(
    arguments: Annotated[
        list[str], typer.Argument(metavar="[FOLDER] SYSTEM", help="The system whose gaps they are, as in sources/.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the list, a .csv.")],
    why: Why = "joinedup mend",
    json: Json = False,
) -> None:
    """Write what other systems hold for a system's gaps in ethnicity and nationality, for a person to confirm.

    Nothing is filled. The list gives values to that system's force, and is logged as a disclosure.
    """
    from joinedup.runs import mend as mend_list

    folder, system = _named(arguments)
    made = mend_list(folder, system, output, why=why)
    print(as_json(asdict(made)) if json else "\n".join(_lines(made)))


def _named(arguments: list[str]) -> tuple[Path, str]:
    if len(arguments) > 2 or Path(arguments[-1]).is_dir():
        raise typer.BadParameter("Name one system, and before it the project folder if it is not this one.")
    folder, system = (".", *arguments)[-2:]
    return Path(folder), system


HEADS = ("gaps", "one answer elsewhere", "records disagree", "ask the person")


def _lines(made: MendList) -> Iterator[str]:
    if made.invented:
        yield "Invented records: no person, force or place here is real."
    if made.file is None:
        yield f"{made.system}: no record lacks self-defined ethnicity or nationality, so nothing was written."
        return
    yield f"{made.system}: {made.records:,} records with a gap."
    yield from _table(made)
    if made.described_only:
        yield f"Left out: {rows(made.described_only, 'that only describe somebody whom nobody could name')}."
    yield from _notes(made)
    yield f"The list (keep it as you keep the data): {shown(made.file)}"
    yield f"Logged as a disclosure to {', '.join((made.system, *made.forces))}."


def _table(made: MendList) -> Iterator[str]:
    told: list[tuple[str, tuple[str, ...]]] = [("", HEADS)]
    for name, counts in made.gaps.items():
        told += [(name.capitalize(), _cells(counts)), ("  of suspects", _cells(made.of_suspects[name]))]
    for name, cells in told:
        yield f"{name:24}" + "  ".join(f"{cell:>{len(head)}}" for head, cell in zip(HEADS, cells, strict=True))


def _cells(counts: GapCounts) -> tuple[str, ...]:
    return tuple(f"{n:,}" for n in (counts.gaps, counts.elsewhere, counts.conflicting, counts.nowhere))


def _notes(made: MendList) -> Iterator[str]:
    own, withheld = (sum(getattr(c, name) for c in made.gaps.values()) for name in ("own", "withheld"))
    if own:
        yield f"{own:,} of these answers stand only in other records of {made.system} itself."
    if withheld:
        yield f"{withheld:,} of those to ask are answered or denied by restricted records, which are not shown."
