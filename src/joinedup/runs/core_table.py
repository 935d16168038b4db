"""The one core table of a run, a force's own beside it, and victims by suspects: after disclosure control.

Whatever is asked for, what is hidden is settled for all forces at once, so that two of these tables never give away
together what each hides alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.codes import GROUPS
from joinedup.errors import ProjectError, StatisticsError, nearest
from joinedup.runs.core_counting import CATEGORIES, NEVER_CHARGED, PAIRS, SIDES, UNKNOWN
from joinedup.runs.counting import NOT_RECORDED
from joinedup.runs.folder import finished, latest
from joinedup.runs.measures import force_area
from joinedup.runs.project import Project, load_project
from joinedup.statistics.disclosure import Dimension, Rules, Table, link, needs, safe_places, shown, suppress

if TYPE_CHECKING:
    from joinedup.sources import SourceMap

TOTAL = "all"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Number:
    """A count and the share that it makes. count: None where it must not leave. lower, upper: of the share, 0 to 1, the
    unknown outside and inside and over all joinings; None where a count that is hidden would follow from them.
    """

    count: int | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Line:
    """One category. force: of the force that was asked for; None where none was."""

    category: str
    whole: Number
    force: Number | None = None


@dataclass(frozen=True)
class Block:
    """People of one side by one characteristic. total: everybody, the unknown among them."""

    side: str
    characteristic: str
    total: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class CoreTable:
    """run: its name. force: whose numbers stand beside the whole. unit, assumption: what is counted, what must be true.
    said: how many were never charged, and how many acquitted. differs: how what the force sends is not what others do.
    """

    run: str
    force: str | None
    unit: str
    assumption: str
    blocks: tuple[Block, ...]
    said: tuple[str, ...]
    differs: tuple[str, ...]


def core_table(folder: Path, force: str | None = None, run: str | None = None) -> CoreTable:
    """The core table of a run, the newest where none is named. force: a code, to stand beside the whole.

    Raises ProjectError where there is no such run, StatisticsError for a force that the run does not have, and for a
    run that was made before there was such a table.
    """
    project = load_project(folder)
    place = run_folder(project, run)
    rows = _core_rows(place)
    forces = sorted({row["area"].removeprefix("force:") for row in rows} - {TOTAL, NOT_RECORDED})
    if force is not None and force not in forces:
        raise StatisticsError(f"The run has no force `{force}`.{nearest(force, forces)}", remedy="Give a force's code.")
    blocks = tuple(block for side in SIDES for block in _blocks(rows, side, force))
    differs = tuple(differences(project, place, force)) if force is not None else ()
    assumption = str(rows[0]["assumption"])
    return CoreTable(place.name, force, "person", assumption, blocks, tuple(_said(blocks, force)), differs)


def run_folder(project: Project, name: str | None) -> Path:
    """A finished run. Raises ProjectError where there is none of that name."""
    if name is None:
        return latest(project.runs)
    names = [place.name for place in finished(project.runs)]
    if name not in names:
        raise ProjectError(f"There is no run `{name}`.{nearest(name, names)}", remedy=f"Runs: {', '.join(names)}.")
    return project.runs / name


def figures_of(run: Path, *where: pc.Expression) -> list[Row]:
    """Figures of a run as rows."""
    return list(pq.read_table(run / "tables" / "figures.parquet", filters=where[0] if where else None).to_pylist())


def _core_rows(run: Path) -> list[Row]:
    rows = figures_of(run, pc.starts_with(pc.field("measure"), "core-"))
    if not rows:
        raise StatisticsError("This run has no core table.", remedy="Make the run again with this version.")
    return rows


Counts = dict[str, dict[str, Row]]
"""A characteristic's figures by area and category."""


def _blocks(rows: Sequence[Row], side: str, force: str | None) -> Iterator[Block]:
    tables, safe = _of_side(rows, side)
    area = None if force is None else force_area(force)
    for what in (name for name in CATEGORIES if name in tables):
        yield _block(side, what, tables[what], (safe[what], area))


def _of_side(rows: Sequence[Row], side: str) -> tuple[Mapping[str, Counts], dict[str, set[tuple[str, str]]]]:
    """Each characteristic's figures, and which of them may be shown, by area and category."""
    tables: dict[str, Counts] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if row["population"] == side:
            tables[row["measure"].removeprefix("core-")][row["area"]][row["group"]] = row
    counts = {
        what: (_numerators(areas[TOTAL]), {area: _numerators(held) for area, held in areas.items() if area != TOTAL})
        for what, areas in tables.items()
    }
    return tables, safe_places(counts)


def hidden_groups(figures: pa.Table, what: str) -> dict[str, set[str]]:
    """By area, the suspects' categories of a characteristic that the core table hides, so that others hide them too."""
    rows = figures.filter(pc.equal(figures["measure"], f"core-{what}")).to_pylist()
    tables, safe = _of_side(rows, SIDES[0])
    return {
        area: {group for group in held if (area, group) not in safe[what]}
        for area, held in tables.get(what, {}).items()
    }


def safe_figures(run: Path) -> list[Row]:
    """Figures of all forces together in the core table that may be shown."""
    rows = figures_of(run, pc.starts_with(pc.field("measure"), "core-"))
    found = []
    for side in SIDES:
        tables, safe = _of_side(rows, side)
        for what, areas in tables.items():
            found += [row for group, row in areas[TOTAL].items() if {(TOTAL, group), (TOTAL, TOTAL)} <= safe[what]]
    return found


def _numerators(held: Mapping[str, Row]) -> dict[str, int]:
    return {group: row["numerator"] for group, row in held.items()}


def _block(side: str, what: str, areas: Counts, asked: tuple[set[tuple[str, str]], str | None]) -> Block:
    safe, area = asked
    whole = _numbers(areas[TOTAL], {category for name, category in safe if name == TOTAL})
    beside = None if area is None else _numbers(areas.get(area, {}), {c for name, c in safe if name == area})
    lines = (Line(name, number, beside.get(name) if beside else None) for name, number in whole.items())
    total, *rest = lines
    return Block(side, what, total, tuple(rest))


def _numbers(held: Mapping[str, Row], safe: set[str]) -> dict[str, Number]:
    """By category, the total first. Bounds are shown where all that they follow from is."""
    total = next((row["denominator"] for row in held.values()), 0)
    numbers = {TOTAL: Number(total if TOTAL in safe else None)}
    unknown_is_shown = TOTAL in safe and all(group in safe for group in held if group in UNKNOWN)
    for group in _in_order(held):
        row = held[group]
        bounds = (row["link_lower"], row["link_upper"]) if group in safe and unknown_is_shown else (None, None)
        numbers[group] = Number(row["numerator"] if group in safe else None, *bounds)
    return numbers


def _in_order(held: Mapping[str, Row]) -> list[str]:
    """Categories as they are named, a project's own after them, the unknown last."""
    named = [name for names in CATEGORIES.values() for name in names]
    order = {name: place for place, name in enumerate(named)}
    return sorted(held, key=lambda name: (name in UNKNOWN, order.get(name, len(order)), name))


def _said(blocks: Sequence[Block], force: str | None) -> Iterator[str]:
    """What became of those suspected, in words: most are never charged, and an acquitted person is not an offender."""
    (stages,) = [block for block in blocks if block.characteristic == "stage"]
    yield _outcome(stages, "all forces", [line.whole for line in (stages.total, *stages.lines)])
    if force is not None:
        yield _outcome(stages, force, [line.force or Number(0) for line in (stages.total, *stages.lines)])


def _outcome(stages: Block, where: str, numbers: Sequence[Number]) -> str:
    by_name = dict(zip([TOTAL, *(line.category for line in stages.lines)], numbers, strict=True))

    def many(name: str) -> str:
        count = by_name[name].count
        return "a number that is not shown" if count is None else f"{count:,}"

    return (
        f"Of {many(TOTAL)} people suspected in {where}, {many(NEVER_CHARGED)} were never charged and "
        f"{many('acquitted')} were acquitted; {many('convicted')} were convicted, and of "
        f"{many('charged, not decided')} who were charged it is not known how it ended. "
        f"Of {many(NOT_RECORDED)} no stage is recorded."
    )


# How a force's records are not like the others'


def differences(project: Project, run: Path, force: str) -> Iterator[str]:
    """In words: kinds of system that it did not send, fields that it never fills, code lists that others do not use."""
    own, others = _systems(run, force)
    sources = json.loads((run / "sources.json").read_text())
    told = {one["system"]: one["kind"] for one in sources}
    for kind in sorted({told.get(one, "") for one in others} - {told.get(one, "") for one in own} - {""}):
        yield f"{force} sent no {kind}, and others did: who is known only to such a system is not in its column."
    for row in pq.read_table(run / "tables" / "soundness.parquet").to_pylist():
        if row["kind"] == "never-filled" and row["sender"].endswith(f" {force}"):
            yield f"{row['sender']} never fills `{row['column']}`."
    yield from _lists([project.sources / name for one in sources for name in one["folders"]], own, others)


def _systems(run: Path, force: str) -> tuple[set[str], set[str]]:
    """Systems that hold records of the force, and those that hold records of others."""
    held = pq.read_table(run / "tables" / "person_records.parquet", columns=["system", "force"])
    pairs = held.group_by(["system", "force"]).aggregate([]).to_pylist()
    own = {one["system"] for one in pairs if one["force"] == force}
    return own, {one["system"] for one in pairs if one["force"] != force}


def _lists(folders: Sequence[Path], own: set[str], others: set[str]) -> Iterator[str]:
    """Code lists of the source maps, as they stand."""
    from joinedup.sources import MAP_NAME, load_map

    maps = [load_map(folder / MAP_NAME) for folder in folders if (folder / MAP_NAME).exists()]
    used = [(source.system, column, codes) for source in maps for column, codes in _coded(source)]
    for column in sorted({column for _, column, _ in used}):
        ours = {codes for system, of, codes in used if of == column and system in own}
        theirs = {codes for system, of, codes in used if of == column and system in others}
        if theirs and (only := ours - theirs):
            yield f"`{column}` is sent in the list {', '.join(sorted(only))}; others send {', '.join(sorted(theirs))}."


def _coded(source: SourceMap) -> Iterator[tuple[str, str]]:
    for table in source.tables:
        if table.table.name == "person_records":
            yield from ((name, spec.codes) for name, spec in table.columns.items() if spec.codes)


# Victims by suspects


@dataclass(frozen=True)
class Pairs:
    """Pairs of a victim and a suspect of one crime. rows: a victim's group; columns: a suspect's; `all` among both.

    counts: by row and column; None where it must not leave. bounds: of the share of all pairs, the unknown outside and
    inside, over all joinings; None as well where a hidden count would follow.
    """

    run: str
    groups: tuple[str, ...]
    counts: Mapping[tuple[str, str], int | None]
    bounds: Mapping[tuple[str, str], tuple[float, float] | None]


def victims_by_suspects(folder: Path, *, force: str | None = None, run: str | None = None) -> Pairs:
    """Victims by suspects, by the ethnicity of both, in all forces together.

    Raises StatisticsError where a force is named: such a table describes too few people to be of any, and ProjectError
    as `core_table`.
    """
    if force is not None:
        raise StatisticsError(
            "Victims by suspects are counted in all forces together only, never by force or smaller.",
            remedy="Leave the force out.",
        )
    place = run_folder(load_project(folder), run)
    rows = {row["group"]: row for row in figures_of(place, pc.field("measure") == PAIRS)}
    if not rows:
        raise StatisticsError("This run has no victims by suspects.", remedy="Make the run again with this version.")
    return _pairs(place.name, rows)


def _pairs(run: str, rows: Mapping[str, Row]) -> Pairs:
    groups = _pair_groups(rows)
    dimensions = (Dimension("victim", groups), Dimension("suspect", groups))
    counts = np.array([[rows[f"victim {v}, suspect {s}"]["numerator"] for s in groups] for v in groups], dtype=np.int64)
    table = Table(dimensions, counts, of="pairs")
    system = link(table)
    done = suppress(system, needs(system, Rules()), seconds=0.0)
    found: dict[tuple[str, str], int | None] = {}
    for cell, count in zip(table.cells(), shown(done, table), strict=True):
        where = dict(cell.where)
        found[where.get("victim", TOTAL), where.get("suspect", TOTAL)] = count
    unknown_is_shown = all(found[pair] is not None for pair in found if NOT_RECORDED in pair or pair == (TOTAL, TOTAL))
    bounds = {
        (v, s): _bounds(rows[f"victim {v}, suspect {s}"]) if unknown_is_shown and found[v, s] is not None else None
        for v in groups for s in groups
    }  # fmt: skip
    return Pairs(run, groups, found, bounds)


def _bounds(row: Row) -> tuple[float, float] | None:
    return None if row["link_lower"] is None else (row["link_lower"], row["link_upper"])


def _pair_groups(rows: Mapping[str, Row]) -> tuple[str, ...]:
    named = [group.removeprefix("victim ").split(", suspect ")[0] for group in rows]
    order = (*GROUPS, *sorted(set(named) - {*GROUPS, NOT_RECORDED}), NOT_RECORDED)
    return tuple(name for name in order if name in named)
