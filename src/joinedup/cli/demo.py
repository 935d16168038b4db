"""`joinedup demo`: an invented region, one run, and what joining changed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.out import Json, show_progress
from joinedup.cli.run import tell


class Size(StrEnum):
    """How many person records: about 1,500, 10,000, 300,000 or 1,500,000."""

    village = "village"
    town = "town"
    region = "region"
    nation = "nation"


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to invent it.")] = Path("joinedup-demo"),
    size: Annotated[Size, typer.Option(help="About 1,500, 10,000, 300,000 or 1,500,000 person records.")] = Size.town,
    seed: Annotated[int, typer.Option(help="Another number, other people.")] = 1,
    json: Json = False,
) -> None:
    """Invent systems that do not talk, join them, and say what that changed. No person or force in it is real."""
    from joinedup.runs import demo as run_demo

    tell(run_demo(folder, size=size.value, seed=seed, progress=show_progress), json)
