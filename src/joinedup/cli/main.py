"""The commands gathered, and errors told to the person at the prompt."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from importlib import metadata
from typing import Annotated, Any

import typer
from rich.console import Console

from joinedup.cli import (
    audit,
    check,
    claim,
    demo,
    erase,
    explain,
    figures,
    groups,
    inquiry,
    judge,
    link,
    lookup,
    mend,
    new,
    receipts,
    release,
    review,
    run,
    take,
    template,
)
from joinedup.cli.out import as_json
from joinedup.errors import JoinedupError, from_oserror

FAULT = 70
"""Exit code of a fault of ours: EX_SOFTWARE of sysexits.h."""

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""What a mistyped command raises, of whichever click Typer carries."""

app = typer.Typer(
    name="joinedup",
    help="Join police records about the same person, check what must be recorded, and say what is not known.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        print(f"joinedup {metadata.version('joinedup')}")
        raise typer.Exit


@app.callback()
def joinedup(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Join police records about the same person, check what must be recorded, and say what is not known."""


app.command("demo")(demo.demo)
app.command("new")(new.new)
app.command("template")(template.template)
app.command("check")(check.check)
app.command("take")(take.take)
app.command("receipts")(receipts.receipts)
app.command("run")(run.run)
app.command("link")(link.link)
app.command("lookup")(lookup.lookup)
app.command("explain")(explain.explain)
app.command("claim")(claim.claim)
app.command("figures")(figures.figures)
app.command("groups")(groups.groups)
app.command("release")(release.release)
app.command("release-approve")(release.approve)
app.command("mend")(mend.mend)
app.command("erase")(erase.erase)
app.add_typer(judge.app, name="judge")
app.add_typer(review.app, name="review")
app.add_typer(inquiry.app, name="inquiry")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line; end with its exit code and never with a traceback for what a user can cause."""
    os.umask(os.umask(0) | 0o007)  # what is written holds persons' values: never for everybody on the machine
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was spooled is removed
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may be in no encoding that a terminal has
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except JoinedupError as error:
        sys.exit(_tell(error))
    except UsageError as error:
        sys.exit(_tell_usage(error))
    except BrokenPipeError:  # whoever read what we print has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
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


def _tell_usage(error: Any) -> int:
    if "--json" in sys.argv[1:]:
        told = JoinedupError(error.format_message(), remedy="See `joinedup --help`.").as_json()
        print(as_json({"error": told | {"code": "UsageError"}}))
    else:
        error.show()
    return int(error.exit_code)


def _tell_fault(error: Exception) -> int:
    if os.environ.get("JOINEDUP_DEBUG"):
        traceback.print_exception(error)
        return FAULT
    frame = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno}"
    fault = JoinedupError(
        f"A fault in Joinedup itself ({kind}). Nothing half-written was kept.",
        remedy="Set JOINEDUP_DEBUG=1 to see where, which may show persons' values.",
    )
    if "--json" in sys.argv[1:]:
        print(as_json({"error": fault.as_json() | {"code": "Fault"}}))
    else:
        print(f"joinedup: {fault}", file=sys.stderr)
    return FAULT
