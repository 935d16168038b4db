"""Shares of suspects by ethnicity and by nationality: of all, of each force, of each year, of each stage.

Both are counted alike: by record from the record itself, by record after joining, and by person. A nationality is a
group where it is somebody's only one; who names several is counted in a group of their own, so that everybody is in
one group and the shares come to all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from joinedup.codes import GROUPS, CodeList, ethnic_group
from joinedup.errors import CodeListError
from joinedup.runs import counting
from joinedup.runs.counting import ETHNICITY, NATIONALITY, Frame, Row, RunTables
from joinedup.runs.measures import Cell, Count, Measure, figure, force_area
from joinedup.statistics import conflict_matrix
from joinedup.statistics.methods import JOINED, LINK, PEOPLE

NAMES: Mapping[str, str] = {ETHNICITY: "self-defined-ethnicity", NATIONALITY: "nationality"}
SEVERAL = "more than one nationality"

Answers = Mapping[str | None, int]
Figures = Iterator[dict[str, object]]


class Grouping:
    """The group of an answer. always: groups that are counted even where nobody is in them."""

    def __init__(self, column: str, codes: CodeList) -> None:
        self.column, self.codes = column, codes
        self.five = codes.name == "self-defined-ethnicity"
        self.always: tuple[str, ...] = (SEVERAL,)
        if column == ETHNICITY:
            self.always = GROUPS if self.five else tuple(codes.label(code) for code in sorted(codes.substantive))

    def group(self, answer: str) -> str:
        """One of the five groups, the label of a code, or that of somebody's only nationality."""
        if self.five:
            return ethnic_group(answer)
        named = nationalities(answer) if self.column == NATIONALITY else [answer]
        return self._label(named[0]) if len(named) == 1 else SEVERAL

    def _label(self, code: str) -> str:
        try:
            return self.codes.label(code)
        except CodeListError:
            return code

    def grouped(self, answers: Answers) -> tuple[dict[str, int], int, int]:
        """Counts by group, how many there are in all, and how many of them are in none that is known."""
        groups = Counter(dict.fromkeys(self.always, 0))
        for answer, count in answers.items():
            if answer is not None:
                groups[self.group(answer)] += count
        return groups, sum(answers.values()), answers.get(None, 0)


def nationalities(answer: str) -> list[str]:
    """The codes of an answer that names one or more, as `counting` writes them."""
    return answer.strip("[]").split(", ")


@dataclass(frozen=True)
class Suspects:
    """Frames to be counted: suspect records, people suspected, and every person's answers."""

    records: Frame
    people: Frame
    per_person: Frame


def share_figures(suspects: Suspects, tables: RunTables, *, joined_only: bool = False) -> Figures:
    """Shares by ethnicity and by nationality, by record and by person. joined_only: those that rest on joining."""
    for column in NAMES:
        grouping = Grouping(column, tables.code_list(column))
        own = Measure(f"share-{NAMES[column]}")
        joined = replace(own, method=JOINED, assumption=LINK)
        by_record = counting.answers(suspects.records, column)
        if not joined_only:
            yield from _of_parts(own, _by_part(by_record, "own"), grouping)
        yield from _of_parts(joined, _by_part(by_record, "joined"), grouping)
        people = replace(own, unit="person", method=PEOPLE, assumption=LINK)
        yield from _of_parts(people, _people_by_part(suspects, column), grouping)


def _people_by_part(suspects: Suspects, column: str) -> dict[Cell, Answers]:
    """People by part. Of forces they are counted anew, for somebody may be known to two."""
    found = _by_part(counting.person_answers(suspects.people, column), "own", ("year", "stage"))
    in_forces = counting.person_answers_by_force(suspects.people, suspects.records, column)
    return found | _of_margin(in_forces, "force", "own")


def _by_part(
    rows: Sequence[Row], answer: str, margins: Sequence[str] = ("year", "stage", "force")
) -> dict[Cell, Answers]:
    """Counts by answer of all, and of each year, each stage and each force."""
    whole: Counter[str | None] = Counter()
    for row in rows:
        whole[row[answer]] += row["n"]
    parts: dict[Cell, Answers] = {Cell(): whole}
    for margin in margins:
        parts |= _of_margin(rows, margin, answer)
    return parts


def _of_margin(rows: Sequence[Row], margin: str, answer: str) -> dict[Cell, Answers]:
    found: dict[str, Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        found[row[margin]][row[answer]] += row["n"]
    return {_CELLS[margin](value): answers for value, answers in found.items()}


_CELLS: Mapping[str, Callable[[str], Cell]] = {
    "year": lambda year: Cell(period=year),
    "stage": lambda stage: Cell(stage=stage),
    "force": lambda force: Cell(area=force_area(force)),
}


def _of_parts(measure: Measure, parts: Mapping[Cell, Answers], grouping: Grouping) -> Figures:
    for cell, answers in parts.items():
        groups, total, unknown = grouping.grouped(answers)
        for group, count in groups.items():
            yield figure(measure, replace(cell, group=group), Count(count, total, unknown))


def conflict_figures(people: Frame, per_person: Frame) -> Figures:
    """People whose records disagree on ethnicity, or on nationality, and on which two."""
    for column, name in NAMES.items():
        differ, several = counting.conflicts(per_person, column)
        measure = Measure(f"conflict-{name}", "everyone recorded", "person", PEOPLE, LINK)
        yield figure(measure, Cell(), Count(differ, several))
        if differ:
            pair = replace(measure, measure=f"conflict-pair-{name}")
            matrix = conflict_matrix(counting.conflict_pairs(people, per_person, column))
            for one, other, held in matrix.disagreements():
                group = " / ".join(sorted(", ".join(nationalities(value)) for value in (one, other)))
                yield figure(pair, Cell(group=group), Count(held, several))
