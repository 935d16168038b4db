"""`joinedup check`: what the gate would return, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json, rows, shown

if TYPE_CHECKING:
    from joinedup.runs import Checked
    from joinedup.runs.completeness import Completeness, FieldShare
    from joinedup.runs.returned import Written


def check(
    extracts: Annotated[list[Path], typer.Argument(help="Files to check together.")],
    map_path: Annotated[Path | None, typer.Option("--map", help="Source map; else the one beside the file.")] = None,
    historic: Annotated[
        bool, typer.Option("--historic", help="Mark what is compulsory and missing; let it in.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the returned rows; else beside each file.")] = None,
    json: Json = False,
) -> None:
    """Say what the gate would return and why. Writes EXTRACT.returns.csv and .xlsx and a receipt; takes nothing in.

    Exit 1 if rows are returned.
    """
    from joinedup.runs import check as run_check

    checked = run_check(extracts, map_path=map_path, mode="historic" if historic else "new", out=out, returns=False)
    print(as_json(_json(checked)) if json else _words(checked))
    if checked.total("returned"):
        raise typer.Exit(1)


_COUNTS = ("sent", "accepted", "returned", "marked", "left_out")


def _json(checked: Checked) -> dict[str, object]:
    totals: dict[str, object] = {name: checked.total(name) for name in _COUNTS}
    return totals | {
        "all_suspects": checked.all_suspects,
        "unread": list(checked.unread),
        "files": [
            {"file": f.file, **{name: getattr(f, name) for name in _COUNTS},
             "returns_file": str(f.written.files[0]) if f.written.files else None,
             "workbook": str(f.written.files[1]) if f.written.files else None,
             "kept": [str(path) for path in f.written.kept]}
            for f in checked.files
        ],
        "reasons": checked.reasons.to_pylist(),
        "completeness": [
            {"column": s.column, "suspects": s.records, "given": s.given, "reason": s.reasoned, "neither": s.nothing}
            for s in checked.completeness.shares()
        ],
        "findings": [
            {"sender": f.sender, "column": f.column, "period": f.period, "kind": f.kind, "message": f.message,
             "remedy": f.remedy}
            for f in checked.completeness.findings
        ],
        "receipt": str(checked.receipt),
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
        lines += files_told(one.written)
    if checked.runs_mode not in (None, checked.mode):
        lines.append(f"Judged as {checked.mode}; this project's runs are {checked.runs_mode} ([gate] mode).")
    if checked.all_suspects:
        lines.append(
            "No roles were sent, so every person was judged as a suspect. Check files of roles together with them."
        )
    lines += [f"Not read: {what}" for what in checked.unread]
    return "\n".join([*lines, *complete(checked.completeness), f"Receipt: {shown(checked.receipt)}"])


def files_told(written: Written) -> list[str]:
    """Where returned rows stand, and what lay there before."""
    lines = ["  Rows and remedies (keep them as you keep the data):"] if written.files else []
    lines += [f"    {path}" for path in written.files]
    lines += [f"  Set aside, because it may hold rows that were mended and not taken: {path}" for path in written.kept]
    return lines


def _reasons(checked: Checked, file: str) -> list[str]:
    from joinedup.runs.checking import reasons_of

    return [
        f"  {r['count']:>9,} {r['severity']}  {r['rule']} ({r['column'] or 'whole row'})"
        for r in reasons_of(checked, file)
    ]


_FIELDS = {
    "self_defined_ethnicity": "Self-defined ethnicity", "observed_ethnicity": "Ethnicity as seen by an officer",
    "nationality": "Nationality",
}  # fmt: skip


def complete(completeness: Completeness) -> list[str]:
    """How complete the compulsory fields of suspects are, and which cannot be believed."""
    told = [share for share in completeness.shares() if share.column in _FIELDS and share.records]
    lines = [f"Of {rows(told[0].records, 'about suspects')}:"] if told else []
    lines += [_share(share) for share in told]
    for finding in completeness.findings:
        lines.append(f"Not to be relied on: {finding.message} {finding.remedy}")
    return lines


def _share(share: FieldShare) -> str:
    return (
        f"  {_FIELDS[share.column]:<33}{share.given:>9,} given, {share.reasoned:,} with a reason why not, "
        f"{share.nothing:,} neither"
    )
