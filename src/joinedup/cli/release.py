"""`joinedup release`: a pack to publish, and `joinedup release-approve`: two people look at it first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.out import Json, as_json, shown


def release(
    folder: Annotated[Path, typer.Argument(help="The project folder.")] = Path("."),
    out: Annotated[Path, typer.Option("--out", "-o", help="A new or empty folder for the pack.")] = Path("pack"),
    final: Annotated[bool, typer.Option("--final", help="Without the mark of a draft; needs two approvals.")] = False,
    json: Json = False,
) -> None:
    """Write the newest run as a pack: pages, ODS, XLSX and CSV of nothing but what passed the disclosure check."""
    from joinedup.runs import releasing

    done = releasing.release(folder, out, final=final)
    if json:
        print(as_json(done.__dict__))
        return
    print(f"{done.files:,} public files of run {done.run} in {shown(done.folder / 'public')}; begin with index.html")
    if not final:
        print(f"A draft, approved by {len(done.approved_by)} of {releasing.APPROVALS}. Digest {done.digest[:16]}…")


def approve(
    pack: Annotated[Path, typer.Argument(help="The pack's folder.")],
    why: Annotated[str, typer.Option(help="What you looked at, in a few words; it is kept in the log.")],
    folder: Annotated[Path, typer.Option("--folder", "-C", help="The project folder.")] = Path("."),
) -> None:
    """Approve a pack that you did not make, by the digest of what would be published."""
    from joinedup.runs import releasing

    print(f"Approved by {', '.join(releasing.approve(folder, pack, why=why))}.")
