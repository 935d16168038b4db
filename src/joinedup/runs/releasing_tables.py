"""The tables of a pack, from the figures of a run: everything in them is settled by one disclosure check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from joinedup.releases.pack.tables import PublicColumn, PublicTable, Value
from joinedup.runs.core_table import TOTAL, Block, CoreTable, Number
from joinedup.statistics.disclosure import (
    Audit,
    Cell,
    Dimension,
    Rules,
    Suppression,
    System,
    Table,
    already_out,
    audit,
    beside,
    link,
    needs,
    suppress,
)
from joinedup.statistics.methods import JOINED, OWN

Row = Mapping[str, Any]

FIELDS = {"self-defined-ethnicity": "self-defined ethnicity", "nationality": "nationality"}
OF = "suspect records"
RECORDED, FILLED, DISAGREE, NOBODY = "recorded", "one answer elsewhere", "records disagree", "nobody holds it"
MISSING = "missing"
UNDIVIDED = "not recorded"
"""Records that are in no force, year or stage of a table."""

_BY = {"force": "area", "year": "period", "stage": "stage"}


@dataclass(frozen=True)
class Earlier:
    """What a release counted. hidden: for each of the system's cells, whether it was not shown."""

    run: str
    system: System
    hidden: tuple[bool, ...]


@dataclass(frozen=True)
class Checked:
    """Tables of records with what the disclosure check found of them. audit: what an attacker learns of each cell.

    now: what the next release must be held against.
    """

    tables: tuple[PublicTable, ...]
    now: Earlier
    done: Suppression
    audit: Audit


def record_tables(figures: Sequence[Row], run: str, earlier: Sequence[Earlier] = ()) -> Checked:
    """Suspect records with and without an answer, by force, year and stage, and what other records hold for the gaps.

    earlier: what was published before, so that nothing follows from the difference. Raises StatisticsError where a cell
    cannot be protected.
    """
    told = [_Told(field, by, run) for field in FIELDS for by in _BY]
    made = [(_table(figures, one), one) for one in told]
    now = link(*(table for table, _ in made))
    system = _beside(now, f"{OF} of {run}", [one for one in earlier if one.run != run])
    asked = needs(system, Rules())
    done = suppress(system, asked, seconds=0.0)
    found = audit(system, done.hidden, asked)
    found.refuse_unless_safe()
    safe = {cell for place, cell in enumerate(system.cells) if system.printed[place] and not done.hidden[place]}
    hidden = tuple(bool(done.hidden[system.at[cell]]) for cell in now.cells)
    return Checked(tuple(_published(table, one, safe) for table, one in made), Earlier(run, now, hidden), done, found)


def _beside(now: System, of: str, earlier: Sequence[Earlier]) -> System:
    """The tables with those that are out. Where no count fell since, those who are counted now and were not are cells
    too: few of them must not be worked out. Where one fell, records were taken out: no difference is formed.
    """
    before = [already_out(one.system, np.array(one.hidden)) for one in earlier]
    grew = [(of, f"{OF} of {one.run}") for one in earlier if _only_grew(now, of, one)]
    return beside(*before, now, contains=grew) if earlier else now


def _only_grew(now: System, of: str, one: Earlier) -> bool:
    pairs = ((place, now.at.get(Cell(of, cell.where))) for place, cell in enumerate(one.system.cells))
    return all(other is None or one.system.counts[place] <= now.counts[other] for place, other in pairs)


@dataclass(frozen=True)
class _Told:
    """Which table it is: of which field, by force, year or stage, of which run."""

    field: str
    by: str
    run: str

    @property
    def dimension(self) -> str:
        """The field's own dimension, whose categories are answers."""
        return FIELDS[self.field]


def _table(figures: Sequence[Row], told: _Told) -> Table:
    field, by = told.field, told.by
    missing = _numbers(figures, f"missing-{field}", OWN, by)
    whole = _numbers(figures, f"missing-{field}", OWN, by, of="denominator")
    parts = tuple(_in_order(by, [name for name in whole if name != TOTAL]))
    if sum(whole[part] for part in parts) < whole[TOTAL]:
        parts = (*parts, UNDIVIDED)
    counts, answers = _counts(figures, field, by, (missing, whole, parts))
    groups = {MISSING: answers[1:]} if len(answers) > 2 else {}
    dimensions = (Dimension(by, parts), Dimension(FIELDS[field], answers, groups))
    return Table(dimensions, counts, of=f"{OF} of {told.run}")


_Given = tuple[Mapping[str, int], Mapping[str, int], tuple[str, ...]]


def _counts(figures: Sequence[Row], field: str, by: str, given: _Given) -> tuple[np.ndarray, tuple[str, ...]]:
    """Records by part and answer: what is held elsewhere is not counted by year."""
    missing, whole, parts = given
    recorded = _with_rest({name: whole[name] - missing.get(name, 0) for name in whole}, parts)
    gaps = _with_rest(missing, parts)
    if by == "year":
        return np.array([[recorded[part], gaps[part]] for part in parts], dtype=np.int64), (RECORDED, MISSING)
    filled = _with_rest(_numbers(figures, f"gap-filled-{field}", JOINED, by), parts)
    differ = _with_rest(_numbers(figures, f"gap-conflict-{field}", JOINED, by), parts)
    rows = [[recorded[p], filled[p], differ[p], gaps[p] - filled[p] - differ[p]] for p in parts]
    return np.array(rows, dtype=np.int64), (RECORDED, FILLED, DISAGREE, NOBODY)


def _with_rest(counts: Mapping[str, int], parts: Iterable[str]) -> dict[str, int]:
    """Counts of every part, those that are in none of the named under `UNDIVIDED`."""
    found = {part: counts.get(part, 0) for part in parts if part != UNDIVIDED}
    return found | {UNDIVIDED: counts.get(TOTAL, 0) - sum(found.values())}


def _numbers(figures: Sequence[Row], measure: str, method: str, by: str, of: str = "numerator") -> dict[str, int]:
    """Counts of a measure by force, year or stage, and of all."""
    divided = _BY[by]
    others = [name for name in ("area", "period", "stage", "group") if name != divided]
    return {
        str(row[divided]).removeprefix("force:"): int(row[of])
        for row in figures
        if row["measure"] == measure and row["method"] == method and row["unit"] == "record"
        and all(row[name] == TOTAL for name in others) and not str(row[divided]).startswith("system:")
    }  # fmt: skip


_STAGES = ("named", "interviewed", "arrested", "charged", "acquitted", "convicted")


def _in_order(by: str, names: Iterable[str]) -> list[str]:
    order = {name: place for place, name in enumerate(_STAGES)} if by == "stage" else {}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def _published(table: Table, told: _Told, safe: set[Cell]) -> PublicTable:
    parts, answers = table.dimensions
    counts = table.summed(table.counts)
    columns = [RECORDED, *(answers.groups or [MISSING]), *(answers.categories[1:] if answers.groups else []), TOTAL]
    rows = [
        (str(part), *(_shown(table, told, (part, answer), counts, safe) for answer in columns))
        for part in [*parts.categories, TOTAL]
    ]
    what = told.dimension
    title = f"Suspect records with {what} recorded, and without, by {told.by}"
    notes = ["Counted by record. One person may be in several records, and in several forces."]
    if answers.groups:
        notes.append("What other records hold is of the same person if the joining is right; nothing is filled in.")
    return PublicTable(
        f"{told.field}-by-{told.by}", title, f"What is known of the {what} of suspects, and what is not.",
        (PublicColumn(told.by, told.by.capitalize(), f"The {told.by}; `all` for all of them.", "text"),
         *(_column(name, what) for name in columns)),
        tuple(rows), tuple(notes), f"Run {told.run}.",
    )  # fmt: skip


_SAYS = {
    RECORDED: "Records that hold an answer of their own.",
    MISSING: "Records that hold none.",
    FILLED: "Of these, records for which other records of the same person hold one answer.",
    DISAGREE: "Of these, records for which other records of the same person disagree.",
    NOBODY: "Of these, records for which no record of the same person holds one.",
    TOTAL: "All records of suspects.",
}


def _column(name: str, what: str) -> PublicColumn:
    return PublicColumn(name.replace(" ", "_"), name[:1].upper() + name[1:], _SAYS[name], "count")


def _shown(table: Table, told: _Told, at: tuple[str, str], counts: np.ndarray, safe: set[Cell]) -> Value:
    part, answer = at
    places = [(told.by, part), (told.dimension, answer)]
    cell = Cell(table.of, tuple(sorted(place for place in places if place[1] != TOTAL)))
    rows, columns = (dimension.nodes for dimension in table.dimensions)
    return int(counts[rows.index(part), columns.index(answer)]) if cell in safe else None


def core_tables(core: CoreTable) -> Iterator[PublicTable]:
    """The one core table, a table for each characteristic of people suspected and people harmed."""
    for block in core.blocks:
        yield _core(block, core)


def _core(block: Block, core: CoreTable) -> PublicTable:
    columns = (
        PublicColumn("category", block.characteristic.capitalize(), f"{block.characteristic.capitalize()}, and what is "
                     "not known of it; `all` for everybody.", "text"),
        PublicColumn("people", "People", "People counted once, the joining taken as right."),
        PublicColumn("lower", "Share, at the least", "Nobody whose answer is unknown belongs to it.", "share"),
        PublicColumn("upper", "Share, at the most", "Everybody whose answer is unknown belongs to it.", "share"),
    )  # fmt: skip
    total = block.total.whole.count
    rows = (
        *((line.category, *_cells(line.whole)) for line in block.lines),
        (TOTAL, total, *((1.0, 1.0) if total else (None, None))),
    )
    return PublicTable(
        f"{block.side}-by-{block.characteristic}",
        f"{block.side.capitalize()} by {block.characteristic}, with those of whom it is not known",
        f"People, each counted once, if: {core.assumption}", columns, rows,
        ("Ends of shares are over a strict, the usual and a loose joining.",), f"Run {core.run}.",
    )  # fmt: skip


def _cells(number: Number) -> tuple[Value, Value, Value]:
    return number.count, number.lower, number.upper
