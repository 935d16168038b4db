"""What a run holds for the gaps of one system: every record that lacks an answer, and every other of its person.

Only what was said answers for what was said: what an officer saw is beside it and is never an answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import narwhals as nw
import pyarrow.parquet as pq

from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.errors import Place, ProjectError, nearest
from joinedup.linkage.judgements import in_force
from joinedup.runs import counting
from joinedup.runs.counting import ETHNICITY, NATIONALITY, OBSERVED, RunTables

FIELDS = (ETHNICITY, NATIONALITY)
PARTS = ("suspect", "victim", "witness", "other")
"""What a record's person is in the crimes that name it, the first that applies."""

Kind = Literal["elsewhere", "conflicting", "nowhere"]


class Gap(NamedTuple):
    """A record that lacks an answer to at least one of `FIELDS`; what it does hold stands beside.

    part: place in `PARTS`. <field>_overdue: its reason is past its shelf life. dead: some record says so.
    cluster_weight: as in `clusters`.
    """

    record_id: str
    system: str
    local_id: str
    force: str | None
    person_id: str
    part: int
    self_defined_ethnicity: str | None
    self_defined_ethnicity_reason: str
    self_defined_ethnicity_overdue: bool
    nationality: str | None
    nationality_reason: str
    nationality_overdue: bool
    observed_ethnicity: str | None
    dead: bool
    restriction: str | None
    handling: str | None
    cluster_weight: float | None

    def lacks(self) -> tuple[str, ...]:
        """Which of `FIELDS` the record has no answer to."""
        return tuple(field for field in FIELDS if getattr(self, field) is None)


class Other(NamedTuple):
    """Any record of a person with a gap that holds an answer, or what an officer saw.

    nationality: all that the record holds, as one text of a list in order.
    """

    record_id: str
    system: str
    person_id: str
    recorded_on: dt.date | None
    self_defined_ethnicity: str | None
    nationality: str | None
    observed_ethnicity: str | None
    restriction: str | None
    handling: str | None
    cluster_weight: float | None


class Tie(NamedTuple):
    """What was found of a gap's record and another of its person. weight: bits, None where nothing was compared."""

    weight: float | None
    by_key: bool


@dataclass(frozen=True)
class Finding:
    """What the other records of a person hold for one gap.

    kind: `elsewhere`, they hold one answer; `conflicting`, they hold several; `nowhere`, none that may be shown.
    shown: the records that hold an answer, the latest first, without those that their senders restricted.
    withheld: restricted records hold the only answer, or make it one of several. own: only the gap's own system holds
    an answer.
    """

    kind: Kind
    shown: tuple[Other, ...] = ()
    withheld: bool = False
    own: bool = False


@dataclass(frozen=True)
class Material:
    """All of one system's gaps. others: by person, the latest first. ties: by the gap's record and the other's.

    same: pairs of records that somebody judged to be one person, in order. described_only: the system's records of
    people whom nobody could name, who cannot be asked.
    """

    system: str
    gaps: list[Gap]
    others: Mapping[str, Sequence[Other]]
    ties: Mapping[tuple[str, str], Tie]
    same: frozenset[tuple[str, str]]
    described_only: int

    def beside(self, gap: Gap) -> Sequence[Other]:
        """The other records of a gap's person."""
        return [other for other in self.others.get(gap.person_id, ()) if other.record_id != gap.record_id]


def finding(gap: Gap, field: str, others: Iterable[Other]) -> Finding:
    """What other records of the person, the latest first, hold for a gap in `field`.

    A value that a restricted record denies is not shown, as if nobody held one: what is known to be in doubt is never
    proposed, and that the restricted record is there is not given away.
    """
    holding = [other for other in others if getattr(other, field) is not None]
    shown = tuple(other for other in holding if not other.restriction)
    values, visible = ({getattr(other, field) for other in some} for some in (holding, shown))
    if not visible or (len(values) > 1 and len(visible) == 1):
        return Finding("nowhere", withheld=bool(holding))
    own = all(other.system == gap.system for other in holding)
    return Finding("elsewhere" if len(values) == 1 else "conflicting", shown, own=own)


def gather(
    engine: Engine, tables: RunTables, pairs: Frame, system: str, same: frozenset[tuple[str, str]] = frozenset()
) -> Material:
    """The gaps of one system and what stands beside them. pairs: the run's. same: as in `Material`.

    Raises ProjectError for a system of which the run holds nothing.
    """
    people = engine.keep(counting.records(tables))
    _refuse_unknown(engine, people, system)
    own = people.filter(nw.col("system") == system)
    known = counting.known_people(own, tables.roles)
    lacking = engine.keep(known.filter(_any(nw.col(field).is_null() for field in FIELDS)))
    others = engine.keep(_others(people, lacking, tables))
    held: dict[str, list[Other]] = {}
    for one in sorted((Other(*row) for row in _rows(engine, others, Other._fields)), key=_latest_first):
        held.setdefault(one.person_id, []).append(one)
    told = _rows(engine, _ties(lacking, others, pairs), ("record_id", "other", "match_weight", "keys"))
    ties = {(record, other): Tie(weight, bool(keys)) for record, other, weight, keys in told}
    gaps = [Gap(*row) for row in _rows(engine, _gaps(lacking, tables), Gap._fields)]
    return Material(system, gaps, held, ties, same, _count(engine, own) - _count(engine, known))


def judged_same(path: Path) -> frozenset[tuple[str, str]]:
    """The pairs, in order, that the run's judgements say are one person; none for a run of before there were any."""
    rows = in_force(pq.read_table(path)).to_pylist() if path.exists() else []
    return frozenset((r["record_id_l"], r["record_id_r"]) for r in rows if r["verdict"] == "same")


def _refuse_unknown(engine: Engine, people: Frame, system: str) -> None:
    systems = engine.collect(people.select("system").unique())["system"].to_pylist()
    if system not in systems:
        raise ProjectError(
            f"The newest run holds no record of a system `{system}`.{nearest(system, systems)}",
            place=Place(column="system"),
            remedy=f"Name one of: {', '.join(sorted(systems))}.",
        )


def _gaps(lacking: Frame, tables: RunTables) -> Frame:
    dead = tables.person_records.filter(~nw.col("died_on").is_null(), nw.col("restriction").is_null())
    died = _with_person(dead, tables).select("person_id").unique().with_columns(dead=nw.lit(True))
    found = lacking.join(_also(tables, "local_id"), on="record_id", how="left")
    for more in (_parts(tables.roles), _overdue(tables.returns)):
        found = found.join(more, on="record_id", how="left")
    found = found.join(died, on="person_id", how="left")
    marks = ("dead", *(f"{field}_overdue" for field in FIELDS))
    filled = found.with_columns(
        nw.col("part").fill_null(len(PARTS) - 1), *(nw.col(mark).fill_null(False) for mark in marks)
    )
    return filled.select(*Gap._fields).sort("record_id")


def _others(people: Frame, lacking: Frame, tables: RunTables) -> Frame:
    here = people.join(lacking.select("person_id").unique(), on="person_id", how="semi")
    holding = here.filter(_any(~nw.col(column).is_null() for column in (*FIELDS, OBSERVED)))
    return holding.join(_also(tables), on="record_id", how="left").select(*Other._fields)


def _also(tables: RunTables, *more: str) -> Frame:
    """What counting leaves out and the list tells."""
    weights = tables.clusters.select("record_id", "cluster_weight")
    told = tables.person_records.select("record_id", "restriction", "handling", *more)
    return told.join(weights, on="record_id", how="left")


def _with_person(records: Frame, tables: RunTables) -> Frame:
    people = tables.clusters.select("record_id", "person_id")
    joined = records.select("record_id").join(people, on="record_id", how="left")
    return joined.with_columns(person_id=nw.coalesce("person_id", "record_id"))


def _parts(roles: Frame) -> Frame:
    """For each record its part: a suspect's only where somebody is known."""
    known = nw.col("role").is_in(["suspect", "offender"]) & nw.col("identified").fill_null(True)
    part = nw.when(known).then(nw.lit(0)).otherwise(nw.lit(len(PARTS) - 1))
    for place, role in enumerate(PARTS[1:-1], start=1):
        part = nw.when(nw.col("role") == role).then(nw.lit(place)).otherwise(part)
    return roles.with_columns(part=part).group_by("record_id").agg(nw.col("part").min())


def _overdue(returns: Frame) -> Frame:
    """For each record which of its reasons the gate found to be out of date."""
    late = returns.filter(nw.col("rule") == "reason-out-of-date", nw.col("table") == "person_records")
    marks = [
        (nw.col("column") == f"{field}_reason").cast(nw.Int8()).max().cast(nw.Boolean()).alias(f"{field}_overdue")
        for field in FIELDS
    ]
    return late.group_by("record_id").agg(*marks)


def _ties(lacking: Frame, others: Frame, pairs: Frame) -> Frame:
    """What the run found of each gap's record and another of its person, whichever stands left."""
    ends = pairs.select("record_id_l", "record_id_r", "match_weight")
    ways = (("record_id_l", "record_id_r"), ("record_id_r", "record_id_l"))
    both = nw.concat(
        [ends.select(nw.col(a).alias("record_id"), nw.col(b).alias("other"), "match_weight") for a, b in ways],
        how="vertical",
    )
    held = others.select(nw.col("record_id").alias("other"), nw.col("person_id").alias("theirs"))
    met = both.join(lacking.select("record_id", "person_id"), on="record_id").join(held, on="other")
    inside = met.filter(nw.col("person_id") == nw.col("theirs"))
    return inside.group_by("record_id", "other").agg(
        nw.col("match_weight").max(), nw.col("match_weight").is_null().cast(nw.Int8()).max().alias("keys")
    )


def _any(conditions: Iterable[nw.Expr]) -> nw.Expr:
    return nw.any_horizontal(*conditions, ignore_nulls=True)


def _latest_first(other: Other) -> tuple[int, str]:
    return -(other.recorded_on or dt.date.min).toordinal(), other.record_id


def _count(engine: Engine, frame: Frame) -> int:
    return int(engine.collect(frame.select(nw.len().alias("n")))["n"][0].as_py())


def _rows(engine: Engine, frame: Frame, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in engine.collect(frame).select(names).columns), strict=True)
