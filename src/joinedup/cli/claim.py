"""`joinedup claim`: a verdict on a statement, with its opposite's beside it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.cli.out import Json, as_json, shown

if TYPE_CHECKING:
    from joinedup.runs.claims import Entered
    from joinedup.statistics.claims import Judged

WIDTH, INDENT = 100, 16

More = Annotated[str | None, typer.Option(metavar="THAN", help="A share such as 0.5, another group, or residents.")]
Less = Annotated[str | None, typer.Option(metavar="THAN", help="As --more-than, for a share that is less.")]


def claim(  # noqa: PLR0913, PLR0917 - a statement has this many parts
    place: Annotated[Path, typer.Argument(help="A project folder, or a file of claims.")] = Path("."),
    group: Annotated[str | None, typer.Option(help="The group whose share it is, such as White.")] = None,
    more_than: More = None,
    less_than: Less = None,
    unit: Annotated[str, typer.Option(help="record or person: what is counted.")] = "record",
    field: Annotated[str | None, typer.Option(help="nationality; by ethnicity where it is not given.")] = None,
    area: Annotated[str | None, typer.Option(help="The code of a force.")] = None,
    year: Annotated[str | None, typer.Option(help="The year in which the earliest crime was recorded.")] = None,
    stage: Annotated[str | None, typer.Option(help="The furthest stage reached, such as charged.")] = None,
    says: Annotated[str | None, typer.Option(help="The words in which somebody said it.")] = None,
    why: Annotated[str, typer.Option(help="Why a claim is worded otherwise than before.")] = "",
    pages: Annotated[
        Path | None, typer.Option("--pages", metavar="FOLDER", help="Write a page to cite for each, and an index.")
    ] = None,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="All claims ever entered here, and what became of them.")
    ] = False,
    json: Json = False,
) -> None:
    """Judge a statement about shares by what is known and what is not, with its opposite beside it.

    In a project the statements of claims.toml are judged, or the one that you give; they are entered in the ledger
    before their figures are read. A file of claims brings its own figures.
    """
    from joinedup.runs import claims

    if ledger:
        entered = claims.ledger(place)
        print(as_json({"claims": entered}) if json else _ledger(entered))
        return
    said = _said(group, more_than, less_than)
    if said:
        of = {"unit": unit, "field": field, "area": area, "period": year, "stage": stage}
        found: tuple[Judged, ...] = (claims.claim_one(place, {**said, **of, "says": says}, why=why),)
    else:
        found = claims.claim(place, why=why)
    if pages is not None:
        from joinedup.runs.claim_publishing import publish_claims

        print(
            f"{publish_claims(place, found, pages):,} files in {shown(pages)}; begin with index.html", file=sys.stderr
        )
    print(as_json(_machine(found)) if json else "\n\n".join(map(_words, found)))


def _said(group: str | None, more_than: str | None, less_than: str | None) -> dict[str, Any]:
    """The statement that was asked for; empty where none was. Raises BadParameter for half of one."""
    than = more_than if more_than is not None else less_than
    if (group is None) != (than is None) or None not in (more_than, less_than):
        raise typer.BadParameter("Give --group with --more-than or --less-than.")
    return {} if than is None else {"group": group, "direction": "more" if more_than else "less", "than": _number(than)}


def _number(than: str) -> float | str:
    try:
        return float(than.removesuffix("%")) / (100 if than.endswith("%") else 1)
    except ValueError:
        return than


def _machine(found: Iterable[Judged]) -> dict[str, Any]:
    """One claim's keys stand at the top as well."""
    from joinedup.runs.claims import as_told

    told = [as_told(one) for one in found]
    return {**(told[0] if len(told) == 1 else {}), "claims": told}


def _words(judged: Judged) -> str:
    from joinedup.statistics.claims import lines

    return "\n".join([judged.statement.name, *(_line(about, words) for about, words in lines(judged))])


def _line(about: str, words: str) -> str:
    return textwrap.fill(words, WIDTH, initial_indent=f"  {about:<{INDENT - 2}}", subsequent_indent=" " * INDENT)


def _ledger(entered: Iterable[Entered]) -> str:
    told = []
    for one in entered:
        head = f"{one.number}. {one.name}: entered {one.at} by {one.by}"
        revised = f", in place of {one.revises} ({one.why})" if one.revises else ""
        told += [head + revised, *(f"     {run}: {verdict}" for run, verdict in one.verdicts)]
    return "\n".join(told) or "No claim was entered in this project."
