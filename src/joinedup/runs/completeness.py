"""How complete the compulsory fields are, by sender and month, and which of them cannot be believed."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import codes, tables
from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.gate import Gated
from joinedup.statistics import Finding, copied, soundness

FIELDS: Mapping[str, str] = {
    "self_defined_ethnicity": "self_defined_ethnicity_reason",
    "observed_ethnicity": "observed_ethnicity_reason",
    "nationality": "nationality_reason",
    "sex": "sex_reason",
    "dob": "dob_reason",
}
"""Fields that are counted, and where the reason for a missing one stands."""


@dataclass(frozen=True)
class FieldShare:
    """Records of suspects: how many, with a value, with a coded reason, with neither."""

    column: str
    records: int
    given: int
    reasoned: int

    @property
    def nothing(self) -> int:
        return self.records - self.given - self.reasoned


@dataclass(frozen=True)
class Completeness:
    """counts: `tables.COMPLETENESS`, of suspects' records as sent, by month recorded. findings: fields not to be
    believed.
    """

    counts: pa.Table
    findings: tuple[Finding, ...]

    def shares(self, sender: str | None = None) -> list[FieldShare]:
        """One for each field, of one sender or all, in the order of `FIELDS`."""
        own = self.counts if sender is None else self.counts.filter(pc.equal(self.counts["sender"], sender))
        return [_share(column, own.filter(pc.equal(own["column"], column))) for column in FIELDS]

    def found(self) -> pa.Table:
        """The findings as rows of `tables.SOUNDNESS`."""
        names = tables.SOUNDNESS.names
        rows = [{name: getattr(one, name) for name in names} for one in self.findings]
        return pa.Table.from_pylist(rows, schema=tables.SOUNDNESS.schema)

    @property
    def senders(self) -> list[str]:
        return sorted(set(self.counts["sender"].to_pylist()))


NO_REASON = ("not_recorded", "unmapped")
"""Reasons that the reader gives when nobody gave one."""


def _share(column: str, rows: pa.Table) -> FieldShare:
    given = pc.is_valid(rows["value"])
    reasoned = pc.and_(
        pc.invert(given), pc.invert(pc.is_in(pc.fill_null(rows["reason"], NO_REASON[0]), pa.array(NO_REASON)))
    )
    return FieldShare(column, _total(rows), _total(rows.filter(given)), _total(rows.filter(reasoned)))


def _total(rows: pa.Table) -> int:
    return int(pc.sum(rows["count"]).as_py() or 0)


def completeness_of(engine: Engine, gated: Gated) -> Completeness:
    """Count what was sent of suspects, returned rows included: completeness is about what a sender sends."""
    people = gated.known.get("person_records")
    if people is None:
        return Completeness(tables.COMPLETENESS.empty(), ())
    counts = engine.collect(nw.concat(list(_counted(people.filter(nw.col("suspected")))), how="vertical"))
    order = [(name, "ascending") for name in tables.COMPLETENESS.key]
    counts = tables.COMPLETENESS.conform(counts).sort_by(order)
    found = [*soundness(counts, expected=residents()), *copied(_pairs(engine, people), column=SAID, source=SEEN)]
    return Completeness(counts, tuple(found))


SAID, SEEN = "self_defined_ethnicity", "observed_ethnicity"


def _pairs(engine: Engine, people: Frame) -> pa.Table:
    """How often what was said and what was seen go together, by sender."""
    both = people.filter(nw.col("suspected")).select(_sender().alias("sender"), SAID, SEEN)
    return engine.collect(both.group_by("sender", SAID, SEEN).agg(nw.len().cast(nw.Int64()).alias("count")))


def _counted(people: Frame) -> Iterator[Frame]:
    sender = _sender()
    month = nw.col("recorded_on").cast(nw.String()).str.slice(0, 7).fill_null("")
    for column, reason in FIELDS.items():
        made = people.select(
            sender.alias("sender"), nw.lit(column).alias("column"), month.alias("period"),
            _value(column).alias("value"),
            nw.when(_value(column).is_null()).then(nw.col(reason).fill_null("not_recorded")).alias("reason"),
        )  # fmt: skip
        names = made.collect_schema().names()
        yield made.group_by(*names).agg(nw.len().cast(nw.Int64()).alias("count"))


def _sender() -> nw.Expr:
    force = nw.when(~nw.col("force").is_null()).then(nw.concat_str(nw.lit(" "), nw.col("force"))).otherwise(nw.lit(""))
    return nw.concat_str(nw.col("system"), force)


def _value(column: str) -> nw.Expr:
    """A code of a closed list; of a birth date only that there is one."""
    if column == "nationality":
        return nw.col("nationalities").list.get(0)
    if column == "dob":
        return nw.when(~nw.col("dob").is_null()).then(nw.lit("filled"))
    return nw.col(column)


@functools.cache
def residents() -> Mapping[str, Mapping[str, float]]:
    """Shares of the 19 ethnic groups among residents of England and Wales, Census 2021: which categories occur at all.

    A lone sender's categories are held against it. It says nothing of who ought to be suspected.
    """
    areas = [one for one in codes.code_list("force").codes if one.startswith(("E", "W")) and one != "E23000034"]
    wanted = sorted(codes.code_list("self-defined-ethnicity").substantive)
    people = {group: sum(codes.population(area, group=group, groups=19).count for area in areas) for group in wanted}
    everybody = sum(people.values())
    return {"self_defined_ethnicity": {group: count / everybody for group, count in people.items()}}
