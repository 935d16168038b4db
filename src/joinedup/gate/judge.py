"""Apply every rule to every row: what is accepted, and every reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.gate import rules
from joinedup.gate.rules import Check, Mode, Severity
from joinedup.tables import Table

SUSPECT_ROLES = ("suspect", "offender")


class Fault(Protocol):
    """A row that could not be read: see `sources.FileFault`."""

    @property
    def file(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def rule(self) -> str: ...
    @property
    def column(self) -> str | None: ...


@dataclass(frozen=True)
class Gated:
    """accepted: frames by table name, in the table's shape. returns: every reason, in key order."""

    accepted: Mapping[str, Frame]
    returns: pa.Table
    mode: Mode = field(default="new")


def gate(
    engine: Engine,
    frames: Mapping[str, Frame],
    faults: Sequence[Fault],
    *,
    mode: Mode,
    severities: Mapping[str, Severity] | None = None,
    all_sent: bool = False,
) -> Gated:
    """Judge every row of every table.

    frames: by table name, with the table's columns and `unread:` marks. A person table that comes without any
    roles is judged as suspects, because nothing says otherwise. severities: the user's, by rule name. all_sent: the
    frames are all there is, so roles without any table of people point nowhere.
    """
    overrides = severities or {}
    prepared = _with_context(engine, frames)
    reasons = [_reasons(engine, tables.named(name), frame, mode, overrides) for name, frame in prepared.items()]
    found = pa.concat_tables([_fault_rows(faults), *reasons])
    # A role of a person who is returned points nowhere, so what points is judged when it is known who is accepted.
    pointing = _pointing(engine, prepared, _places(found), all_sent)
    reasons = [_reasons(engine, tables.named(name), frame, mode, overrides) for name, frame in pointing.items()]
    found = pa.concat_tables([found, *reasons])
    kept_out = _places(found)
    accepted = {
        name: _accepted(engine, frame.select(*tables.named(name).names), kept_out) for name, frame in prepared.items()
    }
    return Gated(accepted, found.sort_by([(k, "ascending") for k in tables.RETURNS.key]), mode)


def _with_context(engine: Engine, frames: Mapping[str, Frame]) -> dict[str, Frame]:
    """Add what a rule needs from other rows and tables."""
    kept = {name: engine.keep(_duplicates(tables.named(name), frame)) for name, frame in frames.items()}
    people, roles = kept.get("person_records"), kept.get("roles")
    if people is not None:
        kept["person_records"] = engine.keep(_suspected(people, roles))
    return kept


def _pointing(engine: Engine, prepared: Mapping[str, Frame], kept_out: pa.Table, all_sent: bool) -> dict[str, Frame]:
    """The tables that point at people or crimes, with nothing left to judge but whether these were accepted.

    Rows that go back already are left out: what their own file says of them is reason enough.
    """
    people, crimes = (
        _accepted(engine, prepared[name], kept_out) if name in prepared else None
        for name in ("person_records", "crimes")
    )
    people = engine.frame(tables.PERSON_RECORDS.empty()) if people is None and all_sent else people
    names = [n for n in ("roles", "charges", "notes", "classifications", "contacts") if n in prepared]
    return {
        name: engine.keep(
            _dangling(tables.named(name), _accepted(engine, _bare(prepared[name]), kept_out), people, crimes)
        )
        for name in names
    }


def _bare(frame: Frame) -> Frame:
    """Only keys and place: every other check has been made."""
    kept = ("crime_id", "record_id", "note_id", "source_file", "source_row")
    return frame.select(*[name for name in frame.collect_schema().names() if name in kept])


def _duplicates(table: Table, frame: Frame) -> Frame:
    """Mark every row but the first with a key that is whole."""
    place = nw.concat_str(nw.col("source_file"), nw.col("source_row").cast(nw.String()).str.zfill(12), separator="\t")
    whole = ~nw.any_horizontal(*[nw.col(k).is_null() for k in table.key], ignore_nulls=False)
    placed = frame.with_columns(place.alias("gate:place"))
    first = nw.col("gate:place").min().over(*table.key)
    marked = placed.with_columns(((nw.col("gate:place") != first) & whole).alias(rules.DUPLICATE))
    return marked.drop("gate:place")


def _suspected(people: Frame, roles: Frame | None) -> Frame:
    if roles is None:
        return people.with_columns(nw.lit(True).alias(rules.SUSPECTED))
    known = nw.col("identified").is_null() | nw.col("identified")
    suspects = roles.filter(nw.col("role").is_in(SUSPECT_ROLES) & known).select("record_id").unique()
    return _marked(people, suspects, "record_id", rules.SUSPECTED, found=True)


def _dangling(table: Table, frame: Frame, people: Frame | None, crimes: Frame | None) -> Frame:
    if crimes is not None and "crime_id" in table:
        frame = _marked(frame, crimes.select("crime_id").unique(), "crime_id", rules.DANGLING_CRIME, found=False)
    if people is not None and "record_id" in table:
        frame = _marked(frame, people.select("record_id").unique(), "record_id", rules.DANGLING_PERSON, found=False)
    return frame


def _marked(frame: Frame, keys: Frame, on: str, mark: str, *, found: bool) -> Frame:
    """Add a mark: whether the row's key is (or, for `found=False`, is filled but is not) among `keys`."""
    joined = frame.join(keys.with_columns(nw.lit(True).alias("gate:hit")), on=on, how="left")
    hit = ~nw.col("gate:hit").is_null()
    return joined.with_columns((hit if found else ~hit & ~nw.col(on).is_null()).alias(mark)).drop("gate:hit")


def _reasons(engine: Engine, table: Table, frame: Frame, mode: Mode, overrides: Mapping[str, Severity]) -> pa.Table:
    possible = list(rules.checks(table, set(frame.collect_schema().names())))
    firing = _firing(engine, frame, possible)
    rows = [engine.collect(_reason_rows(table, frame, check, mode, overrides)) for check in firing]
    return pa.concat_tables([tables.RETURNS.empty(), *[tables.RETURNS.conform(r) for r in rows]])


def _firing(engine: Engine, frame: Frame, possible: Sequence[Check]) -> list[Check]:
    """One pass that counts every check, so that only the few that fire are looked at again."""
    counts = [check.fails.cast(nw.Int64()).sum().alias(f"n{place}") for place, check in enumerate(possible)]
    total = engine.collect(frame.select(*counts)).to_pylist()[0]
    return [check for place, check in enumerate(possible) if total[f"n{place}"]]


def _reason_rows(table: Table, frame: Frame, check: Check, mode: Mode, overrides: Mapping[str, Severity]) -> Frame:
    key = nw.col(table.key[0]) if table.key[0] in ("record_id", "crime_id", "note_id") else nw.lit(None, nw.String())
    words = {
        "table": table.name,
        "column": check.column,
        "rule": check.rule.name,
        "severity": check.rule.severity(mode, overrides),
        "message": check.rule.message,
        "remedy": check.rule.remedy,
    }
    constants = [nw.lit(value, nw.String()).alias(name) for name, value in words.items()]
    return frame.filter(check.fails).select(key.alias("record_id"), "source_file", "source_row", *constants)


def _places(reasons: pa.Table) -> pa.Table:
    """The rows that are kept out. A row that feeds two tables is kept out of both, so that rows can be counted."""
    returned = reasons.filter(pc.equal(reasons["severity"], "returned"))
    return returned.select(["source_file", "source_row"]).group_by(["source_file", "source_row"]).aggregate([])


def _accepted(engine: Engine, frame: Frame, kept_out: pa.Table) -> Frame:
    if kept_out.num_rows == 0:
        return frame
    return frame.join(engine.frame(kept_out), on=["source_file", "source_row"], how="anti")


def _fault_rows(faults: Sequence[Fault]) -> pa.Table:
    rows = []
    for fault in faults:
        rule = rules.FILE_RULES[fault.rule]
        # A row that could not be read cannot be let in, whatever the user would like.
        rows.append({
            "table": fault.table, "source_file": fault.file, "source_row": fault.row, "column": fault.column,
            "rule": rule.name, "severity": "returned", "message": rule.message, "remedy": rule.remedy,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=tables.RETURNS.schema)
