"""`joinedup run`: extracts to figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json, show_progress

if TYPE_CHECKING:
    from joinedup.runs import Ran


def run(
    folder: Annotated[Path, typer.Argument(help="The project folder.")] = Path("."),
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when rows were returned or marked.")] = False,
    json: Json = False,
) -> None:
    """Run the whole job: extracts to a new run folder with tables, figures and a report. Resumes a stopped run."""
    from joinedup.runs import run as run_project

    ran = run_project(folder, progress=show_progress)
    tell(ran, json)
    if strict and (ran.counts["returned"] or ran.counts["marked"]):
        raise typer.Exit(1)


def tell(ran: Ran, json: bool) -> None:
    """The one-screen summary, or the same as JSON."""
    folder = ran.folder.relative_to(ran.project.folder).as_posix()
    report = ran.report.relative_to(ran.project.folder).as_posix()
    if json:
        print(as_json({"run": ran.folder.name, "folder": folder, "report": report, "counts": ran.counts}))
        return
    from joinedup.releases import summary

    print("\n".join(summary(ran.summary_input())))
    print(f"Report: {ran.report}")
