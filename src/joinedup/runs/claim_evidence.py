"""The figures of a run as evidence: shares of suspects by ethnicity or nationality, and of their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.runs.core_table import hidden_groups
from joinedup.runs.counting import NOT_RECORDED
from joinedup.runs.measures import force_area
from joinedup.statistics import THRESHOLD
from joinedup.statistics.claims import About, Counted, Evidence, Ranged, Variant, withheld
from joinedup.statistics.methods import JOINED, LINK, OWN, PEOPLE

Row = Mapping[str, Any]
Part = tuple[str, str, str]
"""Area, stage and period of a figure."""


@dataclass(frozen=True)
class Field:
    """What is told of a suspect. measure: its shares in the figures. column: in the findings of soundness."""

    name: str
    measure: str
    column: str


FIELDS = (
    Field("self-defined ethnicity", "share-self-defined-ethnicity", "self_defined_ethnicity"),
    Field("nationality", "share-nationality", "nationality"),
)

OF_A_RUN: Mapping[str, str] = {
    "population": "suspects",
    "unit": "record",
    "stage": "all",
    "area": "all",
    "period": "all",
    "field": FIELDS[0].name,
}
"""What a statement in a project is of where it does not say so."""

CORE = frozenset({FIELDS[0].name})
"""Fields whose shares of people stand in the core table too, in the same groups."""

_ONLY_MISSING = ("mostly-missing", "never-filled")
"""Findings that bounds deal with. The others say that what is there may not be what was answered."""


def evidence_of(run: Path) -> tuple[Evidence, ...]:
    """The figures of a finished run: of suspects by record and by person, of every part that they are divided into."""
    figures = pq.read_table(run / "tables" / "figures.parquet")
    soundness = pq.read_table(run / "tables" / "soundness.parquet")
    return evidence_in(figures, soundness, f"Run {run.name} of this project.")


def evidence_in(figures: pa.Table, soundness: pa.Table, source: str) -> tuple[Evidence, ...]:
    """The same of a run's tables. source: what is said of where they come from."""
    found = soundness.to_pylist()
    return tuple(one for field in FIELDS for one in _FieldEvidence(field, figures, found, source).all())


class _FieldEvidence:
    """The shares of one field, by part. Every part has every group, so that nobody in a group is a figure as well."""

    def __init__(self, field: Field, figures: pa.Table, findings: Sequence[Row], source: str) -> None:
        self.field, self.source = field, source
        rows = figures.filter(pc.equal(figures["measure"], field.measure)).to_pylist()
        self.groups = sorted({str(row["group"]) for row in rows})
        self.parts: dict[Part, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            self.parts[row["area"].removeprefix("force:"), row["stage"], row["period"]][row["method"]].append(row)
        doubts = [row for row in findings if row["column"] == field.column and row["kind"] not in _ONLY_MISSING]
        self.hidden = hidden_groups(figures, "ethnicity") if field.name in CORE else {}
        self.doubted = sorted({row["sender"] for row in doubts})

    def all(self) -> Iterator[Evidence]:
        """Parts of which it is not known what they are of are left out."""
        for part, ways in self.parts.items():
            if NOT_RECORDED not in part and ways[OWN]:
                yield self._by_record(part, ways)
            if NOT_RECORDED not in part and ways[PEOPLE]:
                yield self._by_person(part, ways[PEOPLE])

    def _by_record(self, part: Part, ways: Mapping[str, list[Row]]) -> Evidence:
        own, joined = ways[OWN], ways[JOINED]
        under = (Variant(LINK, self._ranged(joined)),) if joined and not self.doubted else ()
        held = self._held(own)
        few = {**withheld(self._held(joined)), **withheld(held)}
        counted = Counted(held, {NOT_RECORDED: int(own[0]["unknown"])})
        refused = self._not_relied_on(part[0]) or _few_in_all(own)
        return Evidence(
            self._name(part, "record"), self._about(part, "record"), counted, self.source,
            under=under, refused=refused, withheld=few,
        )  # fmt: skip

    def _by_person(self, part: Part, people: list[Row]) -> Evidence:
        refused = self._not_relied_on("all") or _few_in_all(people)
        return Evidence(
            self._name(part, "person"), self._about(part, "person"), self._ranged(people), self.source,
            rests_on=LINK, refused=refused, withheld=self._withheld(part, people),
        )  # fmt: skip

    def _withheld(self, part: Part, people: list[Row]) -> dict[str, str]:
        """Of people, what the core table hides as well: two rules for one table would give away what each hides."""
        area, stage, period = part
        named = area if area == "all" else force_area(area)
        hidden = self.hidden.get(named, set()) if (stage, period) == ("all", "all") else set()
        beside = f"would tell how many are of a group of fewer than {THRESHOLD}."
        return {**{group: f"How many are {group} {beside}" for group in hidden}, **withheld(self._held(people))}

    def _about(self, part: Part, unit: str) -> About:
        area, stage, period = part
        return About(OF_A_RUN["population"], unit, stage, area, period, self.field.name)

    def _name(self, part: Part, unit: str) -> str:
        told = [one for one in part if one != "all"]
        return ", ".join([self.field.measure, f"by {unit}", *told])

    def _held(self, rows: list[Row]) -> dict[str, int]:
        return {**dict.fromkeys(self.groups, 0), **{str(row["group"]): int(row["numerator"]) for row in rows}}

    def _ranged(self, rows: list[Row]) -> Ranged:
        """The ends over strict, own and loose joining. What is missing is told of the joining that was chosen."""
        missing = rows[0]["unknown"] / rows[0]["denominator"] if rows[0]["denominator"] else 1.0
        ends = {str(row["group"]): _ends(row) for row in rows}
        return Ranged({group: ends.get(group, (0.0, missing)) for group in self.groups}, (missing, missing))

    def _not_relied_on(self, area: str) -> str | None:
        """Why no verdict may rest on the field, where a sender's is not to be relied on; of a force, its own."""
        senders = [one for one in self.doubted if area == "all" or " " not in one or one.endswith(f" {area}")]
        if not senders:
            return None
        told = ", ".join(senders)
        return f"The {self.field.name} of {told} is not to be relied on until they have answered: see `joinedup check`."


def _ends(row: Row) -> tuple[float, float]:
    """From nothing to everything where a figure has no ends, as that of nobody."""
    return (0.0, 1.0) if row["link_upper"] is None else (float(row["link_lower"]), float(row["link_upper"]))


def _few_in_all(rows: list[Row]) -> str | None:
    few = 0 < rows[0]["denominator"] < THRESHOLD
    return f"Fewer than {THRESHOLD} are counted there, and a verdict would tell how few." if few else None
