"""`joinedup check`: what the gate would return, and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json, rows

if TYPE_CHECKING:
    from joinedup.runs import Checked


def check(
    extracts: Annotated[list[Path], typer.Argument(help="Files to check together.")],
    map_path: Annotated[Path | None, typer.Option("--map", help="Source map; else the one beside the file.")] = None,
    historic: Annotated[
        bool, typer.Option("--historic", help="Mark what is compulsory and missing; let it in.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the returned rows; else beside each file.")] = None,
    json: Json = False,
) -> None:
    """Say what the gate would return and why. Writes EXTRACT.returns.csv; takes nothing in. Exit 1 if rows return."""
    from joinedup.runs import check as run_check

    checked = run_check(extracts, map_path=map_path, mode="historic" if historic else "new", out=out)
    print(as_json(_json(checked)) if json else _words(checked))
    if checked.total("returned"):
        raise typer.Exit(1)


def _json(checked: Checked) -> dict[str, object]:
    totals: dict[str, object] = {n: checked.total(n) for n in ("sent", "accepted", "returned", "marked", "left_out")}
    reasons = Counter(zip(checked.returns["rule"].to_pylist(), checked.returns["severity"].to_pylist(), strict=True))
    return totals | {
        "all_suspects": checked.all_suspects,
        "files": [
            {"file": f.file, "sent": f.sent, "accepted": f.accepted, "returned": f.returned, "marked": f.marked,
             "left_out": f.left_out, "returns_file": str(f.returns_file) if f.returns_file else None}
            for f in checked.files
        ],
        "reasons": [{"rule": r, "severity": s, "count": n} for (r, s), n in sorted(reasons.items())],
    }  # fmt: skip


def _words(checked: Checked) -> str:
    lines = []
    for one in checked.files:
        lines.append(f"{one.file}: {rows(one.sent, 'sent')}, {one.accepted:,} accepted, {one.returned:,} returned.")
        if one.marked:
            lines.append(f"  {rows(one.marked, 'accepted with a mark')}.")
        if one.left_out:
            lines.append(f"  {rows(one.left_out, 'left out by the source map')}.")
        lines += _reasons(checked, one.file)
        if one.returns_file:
            lines.append(f"  Rows and remedies: {one.returns_file} (keep it as you keep the data)")
    if checked.all_suspects:
        lines.append(
            "No roles were sent, so every person was judged as a suspect. Check files of roles together with them."
        )
    return "\n".join(lines)


def _reasons(checked: Checked, file: str) -> list[str]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for reason in checked.returns.to_pylist():
        if reason["source_file"] == file:
            counted[(reason["severity"], reason["rule"], reason["column"] or "whole row")] += 1
    ordered = sorted(counted.items(), key=lambda item: (item[0][0] != "returned", -item[1], item[0]))
    return [f"  {count:>9,} {severity}  {rule} ({column})" for (severity, rule, column), count in ordered]
