"""`joinedup new`: an empty project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.out import Json, as_json


def new(folder: Annotated[Path, typer.Argument(help="The folder to make.")], json: Json = False) -> None:
    """Make an empty project: a commented joinedup.toml and a source map to fill in."""
    from joinedup.runs import new_project

    made = new_project(folder)
    if json:
        print(as_json({"folder": str(made)}))
        return
    print(f"Made {made}/joinedup.toml and {made}/sources/first-system/source.toml.")
    print("Next: rename the folder `first-system`, put its extracts there, fill in the source map, and")
    print(f"  joinedup check {made}/sources/<system>/<extract>     to see what would be returned")
    print(f"  joinedup run {made}                    to run the whole job")
