"""Apply every rule to every row of whole frames: what is accepted, and every reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import narwhals as nw
import pyarrow as pa

from joinedup import tables
from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.gate import context
from joinedup.gate.conditions import AS_OF, BLANKED
from joinedup.gate.plain_facts import Terms
from joinedup.gate.rules import Check, Mode, Rulebook, Severity
from joinedup.gate.structural import own_checks, pointing_checks
from joinedup.tables import Table

_PLACE = ("source_file", "source_row")
_KEYS = ("record_id", "crime_id", "note_id")


@dataclass(frozen=True)
class Fired:
    """The rows of one table for which some check fired. frame: `record_id`, place, and `c0`, `c1` ... one a check."""

    table: Table
    checks: tuple[Check, ...]
    severities: tuple[Severity, ...]
    frame: Frame

    @property
    def marks(self) -> list[str]:
        return [f"c{place}" for place in range(len(self.checks))]


@dataclass(frozen=True)
class Gated:
    """accepted: frames by table name, in the table's shape. known: all rows sent, with every fact that could be found.

    fired, faults: every reason, as compact as it was found.
    """

    engine: Engine
    book: Rulebook
    mode: Mode
    accepted: Mapping[str, Frame]
    known: Mapping[str, Frame]
    fired: tuple[Fired, ...]
    faults: Frame

    def returns(self) -> Frame:
        """Every reason as rows of `tables.RETURNS`, in no order; nothing is computed until it is written."""
        rows = [_reason_rows(fired, place) for fired in self.fired for place in range(len(fired.checks))]
        return nw.concat([*_fault_rows(self.faults, self.book), *rows, _none(self.engine)], how="vertical")

    @cached_property
    def returned_places(self) -> Frame:
        """File and row of every row that goes back."""
        return self.engine.keep(_kept_out(self.fired, self.faults))


def gate(
    engine: Engine, frames: Mapping[str, Frame], faults: pa.Table, book: Rulebook, terms: Terms,
    seen: Mapping[str, Frame] | None = None,
) -> Gated:  # fmt: skip
    """Judge every row of every table.

    frames: by table name, with the table's columns, `unread:` marks and the facts of received texts
    (`joinedup.gate.findings`); what a row names in `blanked:` is read by no rule. A person table that comes without any
    roles is judged as suspects, because nothing says otherwise. faults: as `tables.UNREADABLE`; their rows go back.
    seen: keys and files of rows that an earlier run took, by table name.
    """
    known = _with_facts(engine, frames, terms, seen or {})
    fault_frame = engine.keep(engine.frame(faults))
    own = [f for name, frame in known.items() if (f := _fired(engine, frame, _own(name, book, terms), book, terms))]
    by_themselves = kept_out = engine.keep(_kept_out(own, fault_frame))
    later: list[Fired] = []
    # A role of a person who is returned points nowhere, so what points is judged when it is known who is accepted; and
    # once more when a row goes back for that and takes a person or crime with it.
    while True:
        pointing = _pointing(engine, frames, by_themselves, kept_out, terms)
        later = [f for name, frame in pointing.items() if (f := _fired(engine, frame, _names(name, book), book, terms))]
        before, kept_out = kept_out, engine.keep(_kept_out([*own, *later], fault_frame))
        if not later or _count(engine, before) == _count(engine, kept_out):
            break
    accepted = {name: _left(frame.select(*tables.named(name).names), kept_out) for name, frame in frames.items()}
    return Gated(engine, book, terms.mode, accepted, known, (*own, *later), fault_frame)


def _own(name: str, book: Rulebook, terms: Terms) -> list[Check]:
    table = tables.named(name)
    return [*own_checks(table, book.rules), *book.asked(table, terms.mode)]


def _names(name: str, book: Rulebook) -> list[Check]:
    return list(pointing_checks(tables.named(name), book.rules))


def _with_facts(
    engine: Engine, frames: Mapping[str, Frame], terms: Terms, seen: Mapping[str, Frame]
) -> dict[str, Frame]:
    first = _first(engine, frames)
    roles = context.roles_with_facts(engine, frames, first, terms)
    made = {}
    for name in frames:
        table = tables.named(name)
        frame = context.with_facts(engine, table, frames, first, roles)
        if name in seen:
            frame = context.marked_seen(engine, frame, seen[name], table.key[0])
        made[name] = frame.with_columns(nw.lit(terms.as_of, nw.Date()).alias(AS_OF))
    return made


def _first(engine: Engine, frames: Mapping[str, Frame]) -> dict[str, Frame]:
    """The first row of each person and crime, with what other tables ask of them. Nobody asks where roles, charges
    and the like were not sent.
    """
    if not set(frames) & {"roles", "charges"}:
        return {}
    first = {}
    if "person_records" in frames:
        people = frames["person_records"].with_columns(
            (~nw.col("self_defined_ethnicity").is_null()).alias("has_ethnicity")
        )
        columns = ("surname", "dob", "dob_precision", "has_ethnicity")
        first["person_records"] = context.first_rows(engine, people, "record_id", columns)
    if "crimes" in frames:
        asked = ("offence_from", "offence_to", "recorded_on", "offence_found", "victim_age_low", "victim_age_high")
        first["crimes"] = context.first_rows(engine, frames["crimes"], "crime_id", asked)
    return first


def _fired(engine: Engine, frame: Frame, checks: Sequence[Check], book: Rulebook, terms: Terms) -> Fired | None:
    """The checks that fire at all, and for which rows. One pass counts, so that only the few are looked at again."""
    present = set(frame.collect_schema().names())
    possible = [c for c in checks if c.reads <= present and book.severity(c.rule, terms.mode) != "off"]
    if not possible:
        return None
    counts = [check.expr().cast(nw.Int64()).sum().alias(f"n{place}") for place, check in enumerate(possible)]
    total = engine.collect(frame.select(*counts)).to_pylist()[0]
    firing = [check for place, check in enumerate(possible) if total[f"n{place}"]]
    if not firing:
        return None
    table = firing[0].table
    key = nw.col(table.key[0]) if table.key[0] in _KEYS else nw.lit(None, nw.String())
    marks = [check.expr().alias(f"c{place}") for place, check in enumerate(firing)]
    blanked = [BLANKED] if BLANKED in present else []
    made = frame.select(key.alias("record_id"), *_PLACE, *blanked, *marks)
    some = nw.any_horizontal(*[nw.col(f"c{place}") for place in range(len(firing))], ignore_nulls=True)
    severities = tuple(book.severity(check.rule, terms.mode) for check in firing)
    fired = Fired(table, tuple(firing), severities, engine.keep(made.filter(some)))
    return _of_what_was_read(engine, fired) if blanked else fired


def _of_what_was_read(engine: Engine, fired: Fired) -> Fired:
    """Without the reasons that rest on a cell which could not be read: it is told for itself."""
    if not _count(engine, fired.frame.filter(~nw.col(BLANKED).is_null())):
        return Fired(fired.table, fired.checks, fired.severities, fired.frame.drop(BLANKED))
    marks = [
        (nw.col(mark) & ~_any_of(BLANKED, check.reads)).alias(mark)
        for mark, check in zip(fired.marks, fired.checks, strict=True)
    ]
    some = nw.any_horizontal(*[nw.col(mark) for mark in fired.marks], ignore_nulls=True)
    frame = engine.keep(fired.frame.with_columns(*marks).drop(BLANKED).filter(some))
    return Fired(fired.table, fired.checks, fired.severities, frame)


def _any_of(column: str, words: Iterable[str]) -> nw.Expr:
    found = [nw.col(column).list.contains(word) for word in sorted(words)]
    return nw.any_horizontal(*found, ignore_nulls=True).fill_null(False)


def _kept_out(fired: Sequence[Fired], faults: Frame) -> Frame:
    """A row that feeds two tables is kept out of both, so that rows can be counted."""
    places = [faults.select(*_PLACE)]
    for one in fired:
        returned = [m for m, severity in zip(one.marks, one.severities, strict=True) if severity == "returned"]
        if returned:
            some = nw.any_horizontal(*[nw.col(m) for m in returned], ignore_nulls=True)
            places.append(one.frame.filter(some).select(*_PLACE))
    return nw.concat(places, how="vertical").unique()


def _left(frame: Frame, kept_out: Frame) -> Frame:
    return frame.join(kept_out, on=list(_PLACE), how="anti")


def _count(engine: Engine, frame: Frame) -> int:
    return int(engine.collect(frame.select(nw.len().alias("n")))["n"][0].as_py())


def _pointing(
    engine: Engine, frames: Mapping[str, Frame], by_themselves: Frame, kept_out: Frame, terms: Terms
) -> dict[str, Frame]:
    """The tables that point at people or crimes, with nothing left to judge but whether these were accepted.

    Rows that go back by themselves are left out: what their own file says of them is reason enough.
    """
    keys = {
        name: engine.keep(_left(frames[name].select(key, *_PLACE), kept_out).select(key).unique())
        for name, key in (("person_records", "record_id"), ("crimes", "crime_id"))
        if name in frames and len(frames) > 1
    }
    if "person_records" not in frames and terms.all_sent:
        keys["person_records"] = engine.frame(pa.table({"record_id": pa.array([], pa.string())}))
    names = [n for n in ("roles", "charges", "notes", "classifications", "contacts") if n in frames]
    return {
        name: context.dangling(_left(_bare(frames[name]), by_themselves), keys, tables.named(name)) for name in names
    }


def _bare(frame: Frame) -> Frame:
    """Only keys and place: every other check has been made."""
    kept = (*_KEYS, *_PLACE)
    return frame.select(*[name for name in frame.collect_schema().names() if name in kept])


def _reason_rows(fired: Fired, place: int) -> Frame:
    check, severity = fired.checks[place], fired.severities[place]
    words = {
        "table": fired.table.name, "column": check.column, "rule": check.rule.name, "severity": severity,
        "message": check.rule.message, "remedy": check.remedy,
    }  # fmt: skip
    rows = fired.frame.filter(nw.col(f"c{place}")).select("record_id", *_PLACE, *_constants(words))
    return rows.select(*tables.RETURNS.names)


def _constants(words: Mapping[str, str | None]) -> list[nw.Expr]:
    return [nw.lit(value, nw.String()).alias(name) for name, value in words.items()]


def _fault_rows(faults: Frame, book: Rulebook) -> Iterator[Frame]:
    """A row that could not be read cannot be let in, whatever the user would like."""
    for name, rule in book.rules.items():
        if rule.structural:
            words = {"severity": "returned", "message": rule.message, "remedy": rule.remedy}
            rows = faults.filter(nw.col("rule") == name)
            key = nw.lit(None, nw.String()).alias("record_id")
            yield rows.with_columns(key, *_constants(words)).select(*tables.RETURNS.names)


def _none(engine: Engine) -> Frame:
    return engine.frame(tables.RETURNS.empty())
