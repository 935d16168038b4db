"""The commands gathered, and errors told to the person at the prompt."""

from __future__ import annotations

import os
import sys
import traceback

import typer
from rich.console import Console

from joinedup.cli import audit, check, demo, explain, link, lookup, new, run
from joinedup.cli.out import as_json
from joinedup.errors import JoinedupError, from_oserror

app = typer.Typer(
    name="joinedup",
    help="Join police records about the same person, check what must be recorded, and say what is not known.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("new")(new.new)
app.command("check")(check.check)
app.command("run")(run.run)
app.command("link")(link.link)
app.command("lookup")(lookup.lookup)
app.command("explain")(explain.explain)
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line; end with its exit code and never with a traceback for what a user can cause."""
    try:
        app()
    except JoinedupError as error:
        sys.exit(_tell(error))
    except OSError as error:
        sys.exit(_tell(from_oserror(error)))
    except KeyboardInterrupt:
        Console(stderr=True).print("Stopped. A run can be taken up again with the same command.", highlight=False)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - a fault of ours: its message may hold a person's value, so only its place is told
        sys.exit(_tell_fault(error))


def _tell(error: JoinedupError) -> int:
    if "--json" in sys.argv[1:]:
        print(as_json({"error": error.as_json()}))
    else:
        print(f"joinedup: {error}", file=sys.stderr)
    return error.exit_code


def _tell_fault(error: Exception) -> int:
    if os.environ.get("JOINEDUP_DEBUG"):
        traceback.print_exception(error)
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
        print(
            f"joinedup: a fault in Joinedup itself ({type(error).__name__} at {place}). Nothing half-written was kept."
            " Set JOINEDUP_DEBUG=1 to see where, which may show persons' values.",
            file=sys.stderr,
        )
    return 70
