"""`joinedup receipts`: what each sender sent over time, and how complete it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.cli.out import Json, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def receipts(
    folder: Annotated[Path, typer.Argument(help="The project.")] = Path("."),
    json: Json = False,
) -> None:
    """List the project's receipts in order of time. Exit 1 when one is missing or was changed after it was given."""
    from joinedup.runs.receipts import project_receipts

    found = project_receipts(folder)
    print(as_json(found) if json else "\n".join(_lines(found)))
    if any(one["fault"] for one in found):
        raise typer.Exit(1)


def _lines(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return ["No receipts yet. `joinedup check` on an extract of this project gives the first."]
    head = (
        f"{'Checked':<21}{'System':<18}{'Sent':>9}{'Returned':>10}  {'Ethnicity':>10}{'Nationality':>13}  of suspects"
    )
    lines = [head, *(_line(one) for one in found if "files" in one)]
    return [*lines, *(f"{one['receipt']}: {one['fault']}" for one in found if one["fault"])]


def _line(one: Mapping[str, Any]) -> str:
    sent, returned = (sum(f[name] for f in one["files"]) for name in ("sent", "returned"))
    ethnicity, nationality = (_share(one, c) for c in ("self_defined_ethnicity", "nationality"))
    doubt = "  not to be relied on" if one["not_to_be_relied_on"] else ""
    return (
        f"{one['checked_at'][:16].replace('T', ' '):<21}{', '.join(one['systems'])[:17]:<18}{sent:>9,}{returned:>10,}  "
        f"{ethnicity:>10}{nationality:>13}  {_suspects(one):,}{doubt}"
    )


def _suspects(one: Mapping[str, Any]) -> int:
    return sum(c["suspects"] for c in one["completeness"] if c["column"] == "nationality")


def _share(one: Mapping[str, Any], column: str) -> str:
    rows = [c for c in one["completeness"] if c["column"] == column]
    suspects = sum(c["suspects"] for c in rows)
    return f"{100 * sum(c['given'] for c in rows) / suspects:.1f}%" if suspects else "none"
