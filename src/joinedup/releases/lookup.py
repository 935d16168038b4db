"""Finding a figure by what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from joinedup.codes import code_list
from joinedup.errors import CodeListError, StatisticsError, nearest
from joinedup.releases.inputs import ReportInput
from joinedup.tables import FIGURES


@dataclass(frozen=True)
class Figure:
    """One row of the figures table."""

    measure: str
    population: str
    unit: str
    stage: str
    period: str
    area: str
    group: str
    numerator: int
    denominator: int
    unknown: int
    lower: float | None
    upper: float | None
    link_lower: float | None
    link_upper: float | None
    method: str
    assumption: str | None
    benchmark: str | None
    suppressed: bool

    @property
    def widest(self) -> tuple[float | None, float | None]:
        """The bounds of a share over all joinings, where it rests on joining; or else its own."""
        return (self.lower, self.upper) if self.link_lower is None else (self.link_lower, self.link_upper)


class Figures:
    """The figures of one run, by measure and by the part of the population they are about."""

    def __init__(self, table: pa.Table) -> None:
        self._by_measure: dict[str, list[Figure]] = defaultdict(list)
        for row in FIGURES.conform(table).to_pylist():
            self._by_measure[row["measure"]].append(Figure(**row))

    def all(self, measure: str, **where: str) -> list[Figure]:
        """Figures of `measure` whose columns hold what `where` says; a cell that is not named may hold anything."""
        return [f for f in self._by_measure.get(measure, []) if all(getattr(f, k) == v for k, v in where.items())]

    def one(self, measure: str, **where: str) -> Figure:
        """The figure of `measure` for the whole population, or for the part that `where` names.

        Raises StatisticsError, with the nearest measure, when the run has no such figure.
        """
        found = self.all(measure, **{"stage": "all", "period": "all", "area": "all", "group": "all", **where})
        if found:
            return found[0]
        raise StatisticsError(
            f"This run has no figure `{measure}` for what is asked.{nearest(measure, self._by_measure)}",
            remedy="Make the run again with this version.",
        )

    def areas(self, measure: str, kind: str, **where: str) -> list[Figure]:
        """Figures of `measure` for each `force` or each `system`, in the order of their codes or names."""
        cell = {"stage": "all", "period": "all", "group": "all", **where}
        return sorted(
            (f for f in self.all(measure, **cell) if f.area.startswith(f"{kind}:")), key=lambda figure: figure.area
        )


@dataclass(frozen=True)
class Material:
    """What a section is written from."""

    run: ReportInput
    figures: Figures

    def area(self, area: str) -> str:
        """A force's name or a system's name for `force:X01` or `system:x01-crime`."""
        kind, _, name = area.partition(":")
        return self.force(name) if kind == "force" else name

    def force(self, code: str) -> str:
        return label_of("force-invented" if self.run.invented else "force", code)


def label_of(list_name: str, code: str) -> str:
    """The label of `code`, or the code itself where the list does not have it, as with a project's own list."""
    try:
        return code_list(list_name).label(code)
    except CodeListError:
        return code


def material(run: ReportInput) -> Material:
    """The run with its figures ready to be looked up."""
    return Material(run, Figures(run.figures))


def stages_in_order(figures: list[Figure]) -> Iterator[Figure]:
    """Figures by stage, from the least to the furthest; a stage that nobody recorded comes last."""
    order = {stage: place for place, stage in enumerate(_STAGES)}
    yield from sorted(figures, key=lambda figure: order.get(figure.stage, len(order)))


_STAGES = ("named", "interviewed", "arrested", "charged", "acquitted", "convicted")
