"""`joinedup explain`: why two records are, or are not, one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, Why, as_json, shown

if TYPE_CHECKING:
    from joinedup.linkage.reasons import Account
    from joinedup.runs import Explained, Reason
    from joinedup.runs.explaining import Shown


def explain(
    arguments: Annotated[
        list[str], typer.Argument(metavar="[FOLDER] RECORD RECORD", help="Records are written system:reference.")
    ],
    picture: Annotated[
        Path | None, typer.Option(help="Write the arithmetic as a picture to this .svg; no value is in it.")
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Show what the two records hold, side by side. The log says that you did.")
    ] = False,
    why: Why = "joinedup explain",
    json: Json = False,
) -> None:
    """Say why two records are, or are not, one person. No value is shown unless you ask. The look is logged."""
    from joinedup.runs import explain as explain_pair
    from joinedup.runs.explaining import draw

    folder, one, other = _named(arguments)
    explained = explain_pair(folder, one, other, why=why, values="unrestricted" if values else "none")
    if picture is not None:
        draw(explained, picture)
    if json:
        print(as_json(asdict(explained) | {"picture": picture}))
        return
    print("\n".join([*_words(explained), *_side_by_side(explained.shown, one, other)]))
    if picture is not None:
        print(f"Picture: {shown(picture)}")


def _named(arguments: list[str]) -> tuple[Path, str, str]:
    if len(arguments) not in (2, 3) or arguments[-1] == arguments[-2] or Path(arguments[-2]).is_dir():
        raise typer.BadParameter(
            "Name two different records, and before them the project folder if it is not this one."
        )
    folder, one, other = (".", *arguments)[-3:]
    return Path(folder), one, other


def _words(explained: Explained) -> Iterator[str]:
    verdict = "joined as one person" if explained.same_person else "not joined"
    yield f"These two records are {verdict}{_weight(explained)}."
    if not (explained.same_person and explained.grounds.kind == "weight"):
        yield explained.grounds.says
    if explained.grounds.chain:
        yield f"  {' > '.join(explained.grounds.chain)}"
    if explained.account is not None:
        yield from _arithmetic(explained.account)


def _weight(explained: Explained) -> str:
    if explained.match_weight is None:
        return ""
    return f": {explained.match_weight:.1f} bits, and {explained.threshold:g} are needed to join"


def _arithmetic(account: Account) -> Iterator[str]:
    rounded = account.rounded()
    yield account.sentence
    yield f"  {rounded.prior:+6.1f}  prior: before anything is compared"
    yield from reason_lines((*rounded.speaks_for, *rounded.speaks_against, *rounded.steps))
    yield f"  {rounded.match_weight:6.1f}  in all"
    if account.not_compared:
        yield f"Not compared, because a value is missing: {', '.join(account.not_compared)}."


def _side_by_side(values: Shown | None, one: str, other: str) -> Iterator[str]:
    if values is None:
        return
    rows = [("", one, other), *((row.column, row.one or "-", row.other or "-") for row in values.columns)]
    widths = [max(len(row[n]) for row in rows) for n in range(2)]
    for row in rows:
        yield f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip()
    for record in values.restricted:
        yield f"{record} is restricted by its sender: its values are not shown."


def reason_lines(reasons: tuple[Reason, ...]) -> list[str]:
    """One line a reason: bits for or against, and what was found."""
    return [f"  {reason.bits:+6.1f}  {reason.found}" for reason in reasons]
