"""`joinedup figures`: the core table, a force's own beside it, victims by suspects, and what changed since a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.cli.out import Json, as_json

if TYPE_CHECKING:
    from joinedup.runs.comparing_runs import Comparison
    from joinedup.runs.core_table import Block, CoreTable, Line, Number, Pairs

HIDDEN = "[c]"
CAUTION = "These shares describe records. They say nothing of any person or community, nor why it is so."
KEY = f"{HIDDEN}: not shown, so that nobody can work out a count of fewer than 10."
CATEGORY, NUMBER, SHARE = 28, 9, 16


def figures(
    folder: Annotated[Path, typer.Argument(help="The project folder.")] = Path("."),
    force: Annotated[str | None, typer.Option(help="A force's code: its own numbers beside the whole.")] = None,
    victims_by_suspects: Annotated[
        bool, typer.Option("--victims-by-suspects", help="The ethnicity of both, in all forces together only.")
    ] = False,
    against: Annotated[str | None, typer.Option(metavar="RUN", help="An earlier run: what changed, and why.")] = None,
    json: Json = False,
) -> None:
    """Print the core table of the newest run: people suspected and people harmed, with what is not known of them.

    Small counts are hidden, with all from which they would follow.
    """
    if against is not None:
        from joinedup.runs.comparing_runs import compare_runs

        compared = compare_runs(folder, against)
        print(as_json(asdict(compared)) if json else "\n".join(_comparison(compared)))
    elif victims_by_suspects:
        from joinedup.runs.core_table import victims_by_suspects as pairs_of

        pairs = pairs_of(folder, force=force)
        print(as_json(_pairs_told(pairs)) if json else "\n".join(_pairs(pairs)))
    else:
        from joinedup.runs.core_table import core_table

        table = core_table(folder, force)
        print(as_json(asdict(table)) if json else "\n".join(_core(table)))


def _core(table: CoreTable) -> Iterator[str]:
    beside = f" Beside all forces stands {table.force}." if table.force else ""
    yield f"Run {table.run}. People, each counted once, if: {table.assumption}{beside}"
    for block in table.blocks:
        yield ""
        yield from _block(block, table.force)
    yield ""
    yield from table.said
    if table.force and table.differs:
        yield f"What differs in {table.force}:"
        yield from (f"  {sentence}" for sentence in table.differs)
    yield from (KEY, CAUTION)


def _block(block: Block, force: str | None) -> Iterator[str]:
    columns = ["all forces", *([force] if force else [])]
    heads = "".join(f"{name:>{NUMBER}}{'share lies in':>{SHARE}}" for name in columns)
    yield f"{f'{block.side.capitalize()} by {block.characteristic}':<{CATEGORY}}{heads}"
    for line in (*block.lines, block.total):
        yield f"  {line.category:<{CATEGORY - 2}}{''.join(_cell(one) for one in _numbers(line))}"


def _numbers(line: Line) -> list[Number]:
    return [line.whole, *([line.force] if line.force else [])]


def _cell(number: Number) -> str:
    return f"{_count(number.count):>{NUMBER}}{_share(number.lower, number.upper):>{SHARE}}"


def _count(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


def _share(lower: float | None, upper: float | None) -> str:
    if lower is None or upper is None:
        return ""
    low, high = f"{100 * lower:.1f}", f"{100 * upper:.1f}"
    return f"{low}%" if low == high else f"{low} to {high}%"


def _pairs(pairs: Pairs) -> Iterator[str]:
    yield f"Run {pairs.run}. Pairs of a victim (down) and a suspect (across) of one crime, in all forces together."
    names = (*pairs.groups, "all")
    yield f"{'':<14}{''.join(f'{name:>14}' for name in names)}"
    for victim in names:
        yield f"{victim:<14}{''.join(f'{_count(pairs.counts[victim, suspect]):>14}' for suspect in names)}"
    yield "Share of all pairs, the unknown outside and inside:"
    for victim in pairs.groups[:-1]:
        shares = [_share(*(pairs.bounds[victim, suspect] or (None, None))) for suspect in pairs.groups[:-1]]
        yield f"{victim:<14}{''.join(f'{share or HIDDEN:>{SHARE}}' for share in shares)}"
    yield from (KEY, CAUTION)


def _pairs_told(pairs: Pairs) -> dict[str, Any]:
    """Cells as a list: a pair of groups is no key of JSON."""
    cells = [
        {"victim": victim, "suspect": suspect, "count": count, "bounds": pairs.bounds.get((victim, suspect))}
        for (victim, suspect), count in pairs.counts.items()
    ]
    return {"run": pairs.run, "cells": cells}


def _comparison(compared: Comparison) -> Iterator[str]:
    yield f"Run {compared.run}, against {compared.against}. What changed in all forces together, and why:"
    for change in compared.changes:
        yield f"  {change.what}: {_end(change.before)}, now {_end(change.now)}"
        yield f"    {'; '.join(map(_reason, change.reasons.items()))}"
    if not compared.changes:
        yield "  Nothing that may be shown."
    if compared.untold:
        yield f"{compared.untold:,} more changed by fewer than 10, or rest on so few that they are not shown."


def _end(numbers: tuple[int, int] | None) -> str:
    return HIDDEN if numbers is None else f"{numbers[0]:,} of {numbers[1]:,}"


def _reason(told: tuple[str, int | None]) -> str:
    reason, count = told
    if reason == "suppressed":
        return "suppressed in one of the two"
    return reason if count is None else f"{reason}: {count:+,}"
