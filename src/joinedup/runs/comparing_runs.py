"""Two runs of a project compared: every figure that changed, and how much of the change has which reason.

The reasons are counted, not guessed. From the earlier run's tables to the later's, one thing is changed at a time, and
the figures are counted anew after each: what the program counts otherwise; rows of files that did not change, which a
rule, a map or a code list reads otherwise; rows that were mended; records that came or went; people joined or parted by
a judgement; and by the records themselves.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup import tables
from joinedup.codes import CodeList
from joinedup.engine import DuckDBEngine
from joinedup.runs.core_table import TOTAL, run_folder, safe_figures
from joinedup.runs.figures import RunTables, make_figures
from joinedup.runs.project import load_project
from joinedup.runs.stages import lists_of
from joinedup.statistics import THRESHOLD, small
from joinedup.statistics.claims import withheld

RULE, MENDED, RECORDS, JUDGED, JOINED = "rule changed", "mended", "new or gone records", "judged", "joined"
SUPPRESSED = "suppressed"
REASONS = (RULE, MENDED, RECORDS, JUDGED, JOINED)

Key = tuple[str, ...]
Counts = dict[Key, tuple[int, int]]
"""Numerator and denominator by the key of the figures table."""

_LEFT_OUT = ("returned", "marked", "agreement", "keyed-gap-filled", "keyed-conflict", "victim-by-suspect-ethnicity")
"""Of rows and pairs, not of people or their records; and pairs, of which too few are shown to compare."""


@dataclass(frozen=True)
class Change:
    """One figure that changed. before, now: numerator and denominator; None where one of them must not leave.

    reasons: how much of the numerator's change has which reason, by `REASONS`; of the denominator's, where the
    numerator is as it was. All are None where one of them is 1 to 9, for it would follow from the others. `suppressed`
    stands alone where the figure may be shown of one run only.
    """

    what: str
    before: tuple[int, int] | None
    now: tuple[int, int] | None
    reasons: Mapping[str, int | None]


@dataclass(frozen=True)
class Comparison:
    """changes: of figures of the whole. untold: how many more changed, of which neither may be shown, or by too few."""

    run: str
    against: str
    changes: tuple[Change, ...]
    untold: int


def compare_runs(folder: Path, against: str, run: str | None = None) -> Comparison:
    """Compare a run, the newest where none is named, with an earlier one, figure by figure.

    Raises ProjectError where there is no such run.
    """
    project = load_project(folder)
    before, now = _Run(run_folder(project, against)), _Run(run_folder(project, run))
    lists = lists_of(project)
    engine = DuckDBEngine(project.resources)
    try:
        counted = list(_count_each(engine, _steps(before, now), lists))
    finally:
        engine.close()
    return _compared(before, now, [before.figures, *counted, now.figures])


_COLUMNS = {
    "person_records": [
        "record_id", "system", "force", "recorded_on", "dob", "sex", "self_defined_ethnicity", "observed_ethnicity",
        "nationalities", "self_defined_ethnicity_reason", "nationality_reason", "source_file", "source_row",
    ],
    "roles": ["crime_id", "record_id", "role", "stage", "stated_age", "identified", "source_file", "source_row"],
    "crimes": ["crime_id", "recorded_on", "offence_from", "premises", "source_file", "source_row"],
}  # fmt: skip
"""What figures are counted from, of tables that hold much more."""


class _Run:
    """A finished run's tables, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Mapping[str, Any] = json.loads((folder / "manifest.json").read_text())

    def table(self, name: str) -> pa.Table:
        """Empty where the run was made before there was such a table."""
        path = self.folder / "tables" / f"{name}.parquet"
        return pq.read_table(path, columns=_COLUMNS.get(name)) if path.exists() else tables.named(name).empty()

    @cached_property
    def rows(self) -> list[Mapping[str, Any]]:
        wanted = (row for row in self.table("figures").to_pylist() if row["measure"] not in _LEFT_OUT)
        return [row for row in wanted if (row["area"], row["stage"], row["period"]) == (TOTAL,) * 3]

    @cached_property
    def figures(self) -> Counts:
        return _by_key(self.rows)

    @cached_property
    def totals(self) -> Mapping[Key, int]:
        """Denominators by the key without the group."""
        return {_family(key): total for key, (_, total) in self.figures.items()}

    def figure(self, key: Key) -> tuple[int, int]:
        """Nobody, where a group is not among those counted."""
        return self.figures.get(key, (0, self.totals.get(_family(key), 0)))

    @cached_property
    def files(self) -> Mapping[str, str]:
        return dict(self.manifest["inputs"])


def _key(row: Mapping[str, Any]) -> Key:
    return tuple(row[name] for name in tables.FIGURES.key)


def _family(key: Key) -> Key:
    place = tables.FIGURES.key.index("group")
    return (*key[:place], TOTAL, *key[place + 1 :])


def _by_key(rows: Sequence[Mapping[str, Any]]) -> Counts:
    return {_key(row): (row["numerator"], row["denominator"]) for row in rows}


# From one run's tables to the other's, a step for each reason

Step = Mapping[str, pa.Table]
_MIXED = ("person_records", "roles", "crimes")


def _steps(before: _Run, now: _Run) -> Iterator[Step]:
    """The tables before; after each of `REASONS`. The first is the earlier run's, counted by today's program."""
    changed = _changed_files(before, now)
    old, new = ({name: run.table(name) for name in (*_MIXED, "clusters")} for run in (before, now))
    returned = _returned(before)
    clusters = _kept_people(old["clusters"], new["clusters"], pa.array([], pa.string()))
    yield old
    by_rule = {name: _mixed(old[name], new[name], _Choice(tables.named(name).key, changed, None)) for name in _MIXED}
    yield {**by_rule, "clusters": clusters}
    mended = {name: _mixed(old[name], new[name], _Choice(tables.named(name).key, changed, returned)) for name in _MIXED}
    yield {**mended, "clusters": clusters}
    yield {**new, "clusters": clusters}
    yield {**new, "clusters": _kept_people(old["clusters"], new["clusters"], _judged(before, now))}
    yield new


def _changed_files(before: _Run, now: _Run) -> pa.Array:
    """Extracts that are not byte for byte as they were, or whose mended rows are not, by path inside `sources/`."""
    names = before.files.keys() | now.files.keys()
    changed = {name.removeprefix("sources/") for name in names if before.files.get(name) != now.files.get(name)}
    held = {name.removeprefix("sources/") for name in names}
    mended = {name for name in changed if ".mended." in name}
    stems = {name.rpartition("/")[0] + "/" + name.rpartition("/")[2].split(".")[0] for name in mended}
    beside = {name for name in held if any(name.startswith(f"{stem}.") for stem in stems)}
    return pa.array(sorted(changed | beside), pa.string())


def _returned(run: _Run) -> pa.Array:
    rows = run.table("returns")
    return _place(rows.filter(pc.equal(rows["severity"], "returned")))


def _place(rows: pa.Table) -> pa.Array:
    """File and row of each row, as one text."""
    joined = pc.binary_join_element_wise(rows["source_file"], rows["source_row"].cast(pa.string()), "\n")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


@dataclass(frozen=True)
class _Choice:
    """Which rows are taken of the later run: those of files that did not change; and, where `returned` is given, those
    of the others that were there before, mended or sent anew, or were returned then.
    """

    key: Sequence[str]
    changed: pa.Array
    returned: pa.Array | None


def _mixed(old: pa.Table, new: pa.Table, choice: _Choice) -> pa.Table:
    in_changed = [pc.is_in(one["source_file"], choice.changed) for one in (old, new)]
    if choice.returned is None:
        return pa.concat_tables([old.filter(in_changed[0]), new.filter(pc.invert(in_changed[1]))])
    keys = [_keys(one, choice.key) for one in (old, new)]
    was_there = pc.or_(pc.is_in(keys[1], keys[0]), pc.is_in(_place(new), choice.returned))
    gone = pc.and_(in_changed[0], pc.invert(pc.is_in(keys[0], keys[1])))
    return pa.concat_tables([old.filter(gone), new.filter(pc.or_(pc.invert(in_changed[1]), was_there))])


def _keys(rows: pa.Table, key: Sequence[str]) -> pa.Array:
    joined = pc.binary_join_element_wise(*(pc.fill_null(rows[name], "") for name in key), "\n")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _kept_people(old: pa.Table, new: pa.Table, anew: pa.Array) -> pa.Table:
    """Who records were, and are now for those that are new and those of `anew`, records by their ids."""
    kept = old.filter(pc.invert(pc.is_in(old["record_id"], anew)))
    others = new.filter(pc.invert(pc.is_in(new["record_id"], kept["record_id"].combine_chunks())))
    return pa.concat_tables([kept, others])


def _judged(before: _Run, now: _Run) -> pa.Array:
    """Records of people whom a judgement joined or parted since."""
    since = pc.max(before.table("identities")["number"]).as_py() or 0
    events = [row for row in now.table("person_events").to_pylist() if row["number"] > since]
    persons = {one for row in events if row["cause"] == "judgement" for one in (*row["before"], *(row["after"] or ()))}
    held = pa.array(sorted(persons), pa.string())
    records = [one.filter(pc.is_in(one["person_id"], held))["record_id"] for one in
               (before.table("clusters"), now.table("clusters"))]  # fmt: skip
    return pa.concat_arrays([part.combine_chunks() for part in records]).unique()


def _count_each(engine: DuckDBEngine, steps: Iterator[Step], lists: Mapping[str, CodeList]) -> Iterator[Counts]:
    """The figures after each step; a step that changes no row is not counted again."""
    last: Step | None = None
    counts: Counts = {}
    for step in steps:
        if last is None or not _alike(last, step):
            counts = _counted(engine, step, lists)
        last = step
        yield counts


def _alike(one: Step, other: Step) -> bool:
    for name, rows in one.items():
        order = [(column, "ascending") for column in tables.named(name).key]
        if not rows.sort_by(order).equals(other[name].sort_by(order)):
            return False
    return True


def _counted(engine: DuckDBEngine, step: Step, lists: Mapping[str, CodeList]) -> Counts:
    records, roles, crimes, clusters = (engine.frame(step[name]) for name in (*_MIXED, "clusters"))
    returns = engine.frame(tables.RETURNS.empty())
    made = make_figures(RunTables(records, roles, crimes, clusters, returns, {}, lists=lists), engine.keep)
    return _by_key(made.to_pylist())


# What is told of it


def _compared(before: _Run, now: _Run, counts: Sequence[Counts]) -> Comparison:
    shown = [_may_be_shown(run) for run in (before, now)]
    changes, untold = [], 0
    for key in sorted(before.figures.keys() | now.figures.keys()):
        was, is_ = before.figure(key), now.figure(key)
        if was == is_ or not {_family(key)} <= before.totals.keys() & now.totals.keys():
            continue  # the same, or a measure that one of the two does not have
        may = [key in told or key not in run.figures for told, run in zip(shown, (before, now), strict=True)]
        if not any(may) or (all(may) and _too_close(was, is_)):
            untold += 1
            continue
        changes.append(_change(key, (was if may[0] else None, is_ if may[1] else None), counts))
    return Comparison(now.folder.name, before.folder.name, tuple(changes), untold)


def _change(key: Key, ends: tuple[tuple[int, int] | None, tuple[int, int] | None], counts: Sequence[Counts]) -> Change:
    named = dict(zip(tables.FIGURES.key, key, strict=True))
    told = [named[name] for name in ("measure", "unit", "group", "method") if named[name] != TOTAL]
    reasons = {SUPPRESSED: None} if None in ends else _reasons(key, counts)
    return Change(", ".join(told), *ends, reasons)


def _reasons(key: Key, counts: Sequence[Counts]) -> dict[str, int | None]:
    """The change by each step. What no step explains, the program counts otherwise."""
    ends = [one.get(key, (0, 0)) for one in counts]
    place = 0 if ends[0][0] != ends[-1][0] else 1
    parts = [later[place] - earlier[place] for earlier, later in pairwise(ends)]
    by_program, *by_step, by_program_since = parts
    by_step[0] += by_program + by_program_since
    told = {reason: part for reason, part in zip(REASONS, by_step, strict=True) if part}
    too_few = any(small(abs(part)) for part in told.values())
    return {reason: None if too_few else part for reason, part in told.items()}


def _too_close(was: tuple[int, int], is_: tuple[int, int]) -> bool:
    """Whether one taken from the other would tell a small count."""
    return any(small(abs(later - earlier), THRESHOLD) for earlier, later in zip(was, is_, strict=True))


def _may_be_shown(run: _Run) -> set[Key]:
    """Keys of figures that may: neither number small, nor to be worked out from those beside it.

    Shares of people are told in the core table, and so are not told again by another rule.
    """
    rows = [row for row in run.rows if not _is_in_the_core(row)]
    shown = {_key(row) for row in rows if not row["suppressed"]}
    families: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["measure"].startswith("share-"):
            families[_family(_key(row))].append(row)
    for family in families.values():
        hidden = withheld({row["group"]: row["numerator"] for row in family})
        shown -= {_key(row) for row in family if row["group"] in hidden}
    return shown | {_key(row) for row in safe_figures(run.folder)}


def _is_in_the_core(row: Mapping[str, Any]) -> bool:
    return row["measure"].startswith("core-") or (row["measure"].startswith("share-") and row["unit"] == "person")
