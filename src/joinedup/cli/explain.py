"""`joinedup explain`: why two records are, or are not, one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, Why, as_json

if TYPE_CHECKING:
    from joinedup.runs import Explained, Reason


def explain(
    arguments: Annotated[
        list[str], typer.Argument(metavar="[FOLDER] RECORD RECORD", help="Records are written system:reference.")
    ],
    why: Why = "joinedup explain",
    json: Json = False,
) -> None:
    """Say why two records are, or are not, one person. No value of theirs is shown. The look is logged."""
    from joinedup.runs import explain as explain_pair

    if len(arguments) not in (2, 3) or arguments[-1] == arguments[-2] or Path(arguments[-2]).is_dir():
        raise typer.BadParameter(
            "Name two different records, and before them the project folder if it is not this one."
        )
    folder, one, other = (".", *arguments)[-3:]
    explained = explain_pair(Path(folder), one, other, why=why)
    print(as_json(asdict(explained)) if json else _words(explained))


def _words(explained: Explained) -> str:
    verdict = "joined as one person" if explained.same_person else "not joined"
    if explained.by_key:
        return f"These two records are {verdict}: two systems hold them on one reference."
    if explained.match_weight is None:
        met = "They were never compared, or their weight is below even odds"
        return f"These two records are {verdict}. {met}" + (
            "; other records join them." if explained.same_person else "."
        )
    weight = f"{explained.match_weight:.1f} bits, and {explained.threshold:g} are needed to join"
    return "\n".join([f"These two records are {verdict}: {weight}.", *reason_lines(explained.reasons)])


def reason_lines(reasons: tuple[Reason, ...]) -> list[str]:
    """One line a reason: bits for or against, and what was found."""
    return [f"  {reason.bits:+6.1f}  {reason.found}" for reason in reasons]
