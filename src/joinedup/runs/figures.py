"""Every published number of a run, made from its tables: counts from `counting`, shares from `statistics`.

Suspect record: a person record with a suspect's or offender's part in a crime, by somebody known. It is counted
once, at its furthest stage, in the year its earliest crime was recorded. Missing self-defined ethnicity is never
filled from the officer's view; a gap is filled only by another system's record of the same person, and only when
those records agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from joinedup.runs import counting
from joinedup.runs.core_counting import core_figures, core_people, in_each_force, pair_figures, parts, parts_of_records
from joinedup.runs.counting import ETHNICITY, NATIONALITY, OBSERVED, Frame, KeyedPairs, Row, RunTables
from joinedup.runs.measures import Cell, Count, Measure, figure, force_area, margins
from joinedup.runs.shares import Suspects, conflict_figures, share_figures
from joinedup.statistics import completeness, gaps_filled
from joinedup.statistics.methods import COUNT, JOINED, KEY, LINK, PEOPLE
from joinedup.tables import FIGURES

__all__ = ["KeyedPairs", "RunTables", "make_figures", "prepared", "with_link_error"]

_HYPHENATED = {ETHNICITY: "self-defined-ethnicity", OBSERVED: "observed-ethnicity", NATIONALITY: "nationality"}


def make_figures(
    tables: RunTables, keep: Callable[[Frame], Frame] = lambda frame: frame, *, joined_only: bool = False
) -> pa.Table:
    """Make all figures of a run: a `tables.FIGURES` table in key order.

    keep: computes a frame once and gives a frame over the result, such as an engine's `keep`. It is called on the
    person records' counted columns, on the suspect records and on the people. Without it every question computes them
    again: same figures, more time. joined_only: leave out what does not rest on joining, as `with_link_error` needs it.
    A share of nobody has null bounds. Raises StatisticsError for counts that contradict each other, such as more
    rows returned than sent.
    """
    tables = tables if tables.parts is not None else prepared(tables, keep)
    people = keep(counting.records(tables))
    suspected = keep(counting.suspects(people, tables))
    per_person = keep(counting.values_per_person(people))
    held = keep(parts(people, tables))
    core = keep(in_each_force(keep(core_people(held, per_person)), held))
    suspects = Suspects(suspected, keep(counting.suspected_people(suspected, per_person)), per_person)
    rows = [
        *_missing(counting.cube(suspected)),
        *conflict_figures(people, per_person),
        *share_figures(suspects, tables, joined_only=joined_only),
        *core_figures(core, tables),
        *pair_figures(held, per_person, tables),
        *_people(keep(counting.known_people(people, tables.roles).select("person_id", "system", "force")), suspected),
    ]
    if not joined_only:
        rows += [*_reasons(suspected), *_returned(tables), *_agreement(people, tables)]
    rows.sort(key=lambda row: tuple(row[name] for name in FIGURES.key))
    return pa.Table.from_pylist(rows, schema=FIGURES.schema)


def prepared(tables: RunTables, keep: Callable[[Frame], Frame]) -> RunTables:
    """`tables` with what does not depend on `clusters`, computed once, so that others can take their place."""
    return replace(tables, suspected=keep(counting.suspected_records(tables)), parts=keep(parts_of_records(tables)))


def with_link_error(figures: pa.Table, others: Sequence[pa.Table]) -> pa.Table:
    """Figures that rest on joining, with the least and the most that they come to over all joinings.

    others: `make_figures` of the same tables with clusters at other thresholds. A part of the population that a joining
    does not have counts nobody there.
    """
    looked_up = [_Joining(other) for other in others]
    rows = figures.to_pylist()
    for row in rows:
        if row["assumption"] == LINK:
            ends = [_ends(row), *(other.ends(row) for other in looked_up)]
            lows, highs = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
            row["link_lower"], row["link_upper"] = min(lows, default=None), max(highs, default=None)
    return pa.Table.from_pylist(rows, schema=FIGURES.schema)


class _Joining:
    """The figures of one joining, by what they are of."""

    def __init__(self, figures: pa.Table) -> None:
        self.rows = {_key(row): row for row in figures.to_pylist() if row["assumption"] == LINK}
        self.parts = {_part(row): row for row in self.rows.values()}

    def ends(self, row: Mapping[str, Any]) -> tuple[float | None, float | None]:
        """What a figure comes to here. In a group that nobody here is known to be in, all unknown still may be."""
        if (found := self.rows.get(_key(row))) is not None:
            return _ends(found)
        beside = self.parts.get(_part(row))
        unknown = beside["unknown"] / beside["denominator"] if beside and beside["denominator"] else 0.0
        return 0.0, unknown


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in FIGURES.key)


def _part(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in FIGURES.key if name != "group")


def _ends(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The bounds of a share, None for one of nobody; a count twice over."""
    if row["measure"] in _COUNTS:
        return float(row["numerator"]), float(row["numerator"])
    return row["lower"], row["upper"]


_COUNTS = ("people", "people-suspected")
"""Measures that are no shares: people against the records that they were joined from."""


def _missing(cells: list[Row]) -> Iterator[dict[str, object]]:
    """What suspect records lack, what the officer saw instead, and what other systems hold."""
    for cell, counts in margins(cells, _breakdowns).items():
        for column, name in _HYPHENATED.items():
            yield figure(Measure(f"missing-{name}"), cell, Count(counts[f"missing_{column}"], counts["records"]))
    for cell, counts in margins(cells, _gap_breakdowns).items():
        if cell == Cell() or counts[f"missing_{ETHNICITY}"]:
            officer = Count(counts["observed_only"], counts[f"missing_{ETHNICITY}"])
            yield figure(Measure("recovered-from-observed"), cell, officer)
        for column in (ETHNICITY, NATIONALITY):
            yield from _gaps(cell, counts, column)


def _gaps(cell: Cell, counts: Mapping[str, int], column: str) -> Iterator[dict[str, object]]:
    missing, filled, disputed = (counts[f"{part}_{column}"] for part in ("missing", "filled", "conflict"))
    if missing:
        found = gaps_filled(missing, filled=filled, conflicting=disputed)
        filled, disputed = found.filled, found.conflicting
    if missing or cell == Cell():
        joined = Measure(f"gap-filled-{_HYPHENATED[column]}", method=JOINED, assumption=LINK)
        yield figure(joined, cell, Count(filled, missing))
        yield figure(replace(joined, measure=f"gap-conflict-{_HYPHENATED[column]}"), cell, Count(disputed, missing))


def _breakdowns(row: Row) -> Iterator[Cell]:
    """Every published part that a cell of the cube belongs to."""
    yield from _gap_breakdowns(row)
    yield Cell(period=row["year"])
    yield Cell(area=force_area(row["force"]), period=row["year"])


def _gap_breakdowns(row: Row) -> Iterator[Cell]:
    yield Cell()
    yield Cell(area=force_area(row["force"]))
    yield Cell(area=f"system:{row['system']}")
    yield Cell(stage=row["stage"])


def _reasons(suspected: Frame) -> Iterator[dict[str, object]]:
    for column in (ETHNICITY, NATIONALITY):
        reasons = counting.reasons(suspected, column)
        if not reasons:
            continue
        found = completeness(counting.recorded(suspected, column), reasons)
        for reason, missing in found.reasons.items():
            yield figure(Measure(f"reason-{_HYPHENATED[column]}"), Cell(group=reason), Count(missing, found.total))


def _people(people: Frame, suspected: Frame) -> Iterator[dict[str, object]]:
    everyone = Measure("people", "everyone identified", "person", PEOPLE, LINK)
    found = counting.people_by_force(people)
    for area, (persons, records) in found.items():
        yield figure(everyone, Cell(area=area), Count(persons, records, share=False))
    of_suspects = replace(everyone, measure="people-suspected", population="suspects")
    for area, (persons, records) in counting.people_by_force(suspected).items():
        yield figure(of_suspects, Cell(area=area), Count(persons, records, share=False))
    total, _ = found["all"]
    for column in ("system", "force"):
        several = replace(everyone, measure=f"people-in-several-{column}s")
        yield figure(several, Cell(), Count(counting.people_in_several(people, column), total))


def _returned(tables: RunTables) -> Iterator[dict[str, object]]:
    """Rows kept out and rows marked, by rule and over all rules, in all systems and in each."""
    rows: Counter[tuple[str, str, str]] = Counter()
    for severity in ("returned", "marked"):
        rows.update({(severity, area, "all"): 0 for area in ("all", *map(_system_area, tables.rows_sent))})
    for row in counting.returned_rows(tables):
        rule, folder = row["rule"] or "all", row["source_file"].split("/")[0]
        rows[row["severity"], "all", rule] += row["rows"]
        rows[row["severity"], _system_area(tables.folders.get(folder, folder)), rule] += row["rows"]
    sent = {_system_area(system): count for system, count in tables.rows_sent.items()}
    sent["all"] = sum(sent.values())
    for (severity, area, rule), count in rows.items():
        measure = Measure(severity, "rows sent", "row", COUNT)
        yield figure(measure, Cell(area=area, group=rule), Count(count, sent.get(area, 0)))


def _system_area(system: str) -> str:
    return f"system:{system}"


def _agreement(people: Frame, tables: RunTables) -> Iterator[dict[str, object]]:
    for join in tables.keyed:
        counts = counting.agreement(people, tables.roles, join.frame)
        for column in counting.COMPARED:
            yield from _column_agreement(join.name, column, counts)


def _column_agreement(name: str, column: str, counts: Row) -> Iterator[dict[str, object]]:
    equal, differ, gaps, filled = (counts[f"{column}_{part}"] for part in ("equal", "different", "gaps", "filled"))
    pairs, both = counts["pairs"], equal + differ
    measure, cell = Measure("agreement", name, "pair", COUNT, KEY), Cell(group=column)
    yield figure(measure, cell, Count(equal, pairs, pairs - both))
    yield figure(replace(measure, measure="keyed-gap-filled"), cell, Count(filled, gaps))
    yield figure(replace(measure, measure="keyed-conflict"), cell, Count(differ, both))
