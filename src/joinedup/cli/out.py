"""What commands print: JSON for machines, plain lines for people, progress on stderr."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

Why = Annotated[str, typer.Option(help="Why you look, in a few words; it is kept in the log. Never a name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def as_json(value: object) -> str:
    """What `--json` prints; dates and paths as text."""
    return json.dumps(value, indent=1, default=str)


def show_progress(number: int, of: int, says: str) -> None:
    """A line for each step on stderr; silent when piped."""
    if sys.stderr.isatty():
        Console(stderr=True).print(f"[dim]{number}/{of}[/dim] {says} …", highlight=False)


def rows(count: int, what: str) -> str:
    """`1 row returned`, `1,204 rows returned`."""
    return f"{count:,} row{'' if count == 1 else 's'} {what}"
