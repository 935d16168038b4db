"""What commands print: JSON for machines, plain lines for people, progress on stderr."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Why = Annotated[str, typer.Option(help="Why you look, in a few words; it is kept in the log. Never a name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def as_json(value: object) -> str:
    """What `--json` prints; dates and paths as text."""
    return json.dumps(value, indent=1, default=str)


def show_progress(number: int, of: int, says: str) -> None:
    """A line for each step on stderr; silent when piped."""
    if sys.stderr.isatty():
        Console(stderr=True).print(f"[dim]{number}/{of}[/dim] {says} …", highlight=False)


@contextlib.contextmanager
def comparing_progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar with the time left on stderr, for work that says what it does, how much is done and how much there is.

    Silent when piped.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Reading", total=None)
        yield lambda says, done, total: bar.update(task, description=says, completed=done, total=total)


def shown(path: Path) -> str:
    """A path as it is shortest from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def rows(count: int, what: str) -> str:
    """`1 row returned`, `1,204 rows returned`."""
    return f"{count:,} row{'' if count == 1 else 's'} {what}"
