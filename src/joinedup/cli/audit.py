"""`joinedup audit`: is the log whole?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.out import Json, as_json

app = typer.Typer(help="The log of who did what to which record.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def audit() -> None:
    """The log of who did what to which record."""


@app.command("verify")
def verify(folder: Annotated[Path, typer.Argument(help="The project folder.")] = Path("."), json: Json = False) -> None:
    """Check that no entry of the log was changed, removed, added or cut off. Exit 1 if one was."""
    from joinedup.runs import verify_audit

    found = verify_audit(folder)
    if json:
        print(as_json({"whole": found.whole, "entries": found.entries, "head": found.head, "reason": found.reason}))
    elif found.whole:
        print(f"The log is whole: {found.entries:,} entries, head {found.head[:16]}…")
    else:
        print(f"The log is NOT whole. It stands up to entry {found.entries:,}. {found.reason}")
    if not found.whole:
        raise typer.Exit(1)
