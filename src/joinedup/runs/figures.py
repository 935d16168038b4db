"""Every published number of a run, made from its tables: counts from `counting`, shares from `statistics`.

Suspect record: a person record with a suspect's or offender's part in a crime, by somebody known. It is counted
once, at its furthest stage, in the year its earliest crime was recorded. Missing self-defined ethnicity is never
filled from the officer's view; a gap is filled only by another system's record of the same person, and only when
those records agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyarrow as pa

from joinedup.codes import GROUPS, CodeList, ethnic_group
from joinedup.runs import counting
from joinedup.runs.counting import ETHNICITY, NATIONALITY, OBSERVED, Frame, KeyedPairs, Row, RunTables
from joinedup.statistics import bound_share, completeness, conflict_matrix, gaps_filled, small
from joinedup.statistics.methods import COUNT, JOINED, KEY, LINK, OWN, PEOPLE
from joinedup.tables import FIGURES

__all__ = ["KeyedPairs", "RunTables", "make_figures", "with_link_error"]

_HYPHENATED = {ETHNICITY: "self-defined-ethnicity", OBSERVED: "observed-ethnicity", NATIONALITY: "nationality"}


@dataclass(frozen=True)
class Measure:
    """What is counted, of whom, how, and what must be true for it."""

    measure: str
    population: str = "suspects"
    unit: str = "record"
    method: str = OWN
    assumption: str | None = None


@dataclass(frozen=True)
class Cell:
    """Which part of the population is counted; `all` where it is not divided."""

    stage: str = "all"
    period: str = "all"
    area: str = "all"
    group: str = "all"


@dataclass(frozen=True)
class Count:
    """`numerator` of `denominator`, of whom `unknown` may or may not belong to it. share: False where it is a ratio."""

    numerator: int
    denominator: int
    unknown: int = 0
    share: bool = True


def make_figures(tables: RunTables, keep: Callable[[Frame], Frame] = lambda frame: frame) -> pa.Table:
    """Make all figures of a run: a `tables.FIGURES` table in key order.

    keep: computes a frame once and gives a frame over the result, such as an engine's `keep`. It is called on the
    person records' counted columns, on the suspect records and on the people with a recorded ethnicity. Without it
    every question computes them again: same figures, more time.
    A share of nobody has null bounds. Raises StatisticsError for counts that contradict each other, such as more
    rows returned than sent.
    """
    people = keep(counting.records(tables))
    suspected = keep(counting.suspects(people, tables))
    per_person = keep(counting.ethnicities_per_person(people))
    rows = [
        *_missing(counting.cube(suspected)),
        *_reasons(suspected),
        *_conflicts(people, per_person),
        *_shares(suspected, per_person, tables.code_list(ETHNICITY)),
        *_people(counting.known_people(people, tables.roles), suspected),
        *_returned(tables),
        *_agreement(people, tables),
    ]
    rows.sort(key=lambda row: tuple(row[name] for name in FIGURES.key))
    return pa.Table.from_pylist(rows, schema=FIGURES.schema)


def with_link_error(figures: pa.Table, others: Sequence[pa.Table]) -> pa.Table:
    """Figures that rest on joining, with the least and the most that they come to over all joinings.

    others: `make_figures` of the same tables with clusters at other thresholds. A part of the population that a joining
    does not have counts nobody there.
    """
    by_key = [{_key(row): row for row in other.to_pylist()} for other in others]
    rows = figures.to_pylist()
    for row in rows:
        if row["assumption"] == LINK:
            ends = [_ends(row), *(_ends(other.get(_key(row), row | _NOBODY)) for other in by_key)]
            lows, highs = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
            row["link_lower"], row["link_upper"] = min(lows, default=None), max(highs, default=None)
    return pa.Table.from_pylist(rows, schema=FIGURES.schema)


_NOBODY = {"numerator": 0, "lower": 0.0, "upper": 0.0}


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in FIGURES.key)


def _ends(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The bounds of a share, None for one of nobody; a count twice over."""
    if row["measure"] in _COUNTS:
        return float(row["numerator"]), float(row["numerator"])
    return row["lower"], row["upper"]


_COUNTS = ("people", "people-suspected")
"""Measures that are no shares: people against the records that they were joined from."""


def figure(measure: Measure, cell: Cell, count: Count) -> dict[str, object]:
    """One row of the figures table. Bounds put the unknown outside, then inside, the numerator."""
    lower, upper = _bounds(count) if count.share and count.denominator else (None, None)
    return {
        **asdict(measure),
        **asdict(cell),
        "numerator": count.numerator,
        "denominator": count.denominator,
        "unknown": count.unknown,
        "lower": lower,
        "upper": upper,
        "link_lower": None,
        "link_upper": None,
        "benchmark": None,
        "suppressed": small(count.numerator) or small(count.denominator),
    }


def _bounds(count: Count) -> tuple[float, float]:
    outside = count.denominator - count.numerator - count.unknown
    bounds = bound_share(
        {"inside": count.numerator, "outside": outside, "unknown": count.unknown}, "inside", missing={"unknown"}
    )
    return bounds.lower, bounds.upper


def _missing(cells: list[Row]) -> Iterator[dict[str, object]]:
    """What suspect records lack, what the officer saw instead, and what other systems hold."""
    for cell, counts in _margins(cells, _breakdowns).items():
        for column, name in _HYPHENATED.items():
            yield figure(Measure(f"missing-{name}"), cell, Count(counts[f"missing_{column}"], counts["records"]))
    for cell, counts in _margins(cells, _gap_breakdowns).items():
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
    yield Cell(area=f"force:{row['force']}", period=row["year"])


def _gap_breakdowns(row: Row) -> Iterator[Cell]:
    yield Cell()
    yield Cell(area=f"force:{row['force']}")
    yield Cell(area=f"system:{row['system']}")
    yield Cell(stage=row["stage"])


def _margins(cells: Iterable[Row], breakdowns: Callable[[Row], Iterable[Cell]]) -> dict[Cell, Counter[str]]:
    """Add the cube's cells up into every part they belong to; the whole is there even when nobody was counted."""
    margins: dict[Cell, Counter[str]] = defaultdict(Counter)
    margins[Cell()].update()
    for row in cells:
        counts = {name: n for name, n in row.items() if name not in ("force", "system", "year", "stage")}
        for cell in breakdowns(row):
            margins[cell].update(counts)
    return margins


def _reasons(suspected: Frame) -> Iterator[dict[str, object]]:
    records = sum(counting.own_ethnicities(suspected).values())
    for column in (ETHNICITY, NATIONALITY):
        reasons = counting.reasons(suspected, column)
        if not reasons:
            continue
        found = completeness(records - sum(reasons.values()), reasons)
        for reason, missing in found.reasons.items():
            yield figure(Measure(f"reason-{_HYPHENATED[column]}"), Cell(group=reason), Count(missing, found.total))


def _conflicts(people: Frame, per_person: Frame) -> Iterator[dict[str, object]]:
    differ, several = counting.conflicts(per_person)
    measure = Measure("conflict-self-defined-ethnicity", "everyone recorded", "person", PEOPLE, LINK)
    yield figure(measure, Cell(), Count(differ, several))
    if differ:
        matrix = conflict_matrix(counting.conflict_pairs(people, per_person))
        pair = replace(measure, measure="conflict-pair-self-defined-ethnicity")
        for one, other, held in matrix.disagreements():
            yield figure(pair, Cell(group=f"{one} / {other}"), Count(held, several))


def _shares(suspected: Frame, per_person: Frame, codes: CodeList) -> Iterator[dict[str, object]]:
    own = Measure("share-self-defined-ethnicity")
    yield from _share_of_each(own, counting.own_ethnicities(suspected), codes)
    joined = replace(own, method=JOINED, assumption=LINK)
    yield from _share_of_each(joined, counting.joined_ethnicities(suspected), codes)
    people = replace(own, unit="person", method=PEOPLE, assumption=LINK)
    yield from _share_of_each(people, counting.suspected_people_ethnicities(suspected, per_person), codes)


def _share_of_each(measure: Measure, held: Mapping[str | None, int], codes: CodeList) -> Iterator[dict[str, object]]:
    unknown, total = held.get(None, 0), sum(held.values())
    groups = Counter(dict.fromkeys(_groups(codes), 0))
    for code, count in held.items():
        if code is not None:
            groups[_group(code, codes)] += count
    for group, count in groups.items():
        yield figure(measure, Cell(group=group), Count(count, total, unknown))


def _is_shipped(codes: CodeList) -> bool:
    return codes.name == "self-defined-ethnicity"


def _groups(codes: CodeList) -> tuple[str, ...]:
    """The five groups, or the labels of a list that the project brings in their place."""
    return GROUPS if _is_shipped(codes) else tuple(codes.label(code) for code in sorted(codes.substantive))


def _group(code: str, codes: CodeList) -> str:
    return ethnic_group(code) if _is_shipped(codes) else codes.label(code)


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
