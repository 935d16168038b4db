"""The gate in plain Python: for one submission from a form or a call, and as the slow reference of the fast one.

Rows are mappings with every column of their table, `unread:` marks where there are any, and their place. What a rule
asks about besides is found by walking rows (`joinedup.gate.plain_facts`); `joinedup.gate.context` finds it in frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from joinedup import tables
from joinedup.gate.conditions import BLANKED, Row
from joinedup.gate.plain_facts import Rows, Terms, add_facts, place_of, seen_in, with_facts
from joinedup.gate.rules import Check, Rulebook
from joinedup.gate.structural import own_checks, pointing_checks

__all__ = ["Reason", "Terms", "judge"]


@dataclass(frozen=True)
class Reason:
    """One reason why one row is returned or marked: a row of `tables.RETURNS`."""

    record_id: str | None
    table: str
    source_file: str
    source_row: int
    column: str | None
    rule: str
    severity: str
    message: str
    remedy: str


def judge(
    rows: Rows, book: Rulebook, terms: Terms, seen: Rows | None = None, faults: Sequence[Row] = ()
) -> list[Reason]:
    """Every reason for every row, in key order of `tables.RETURNS`.

    rows: by table name; what stands in `blanked:` is read by no rule. seen: keys and files of rows that an earlier run
    took, by table name. faults: as `tables.UNREADABLE`.
    """
    known = {name: with_facts(tables.named(name), rows, terms) for name in rows}
    for name, earlier in (seen or {}).items():
        add_facts(known.get(name, []), seen_in(tables.named(name).key[0], earlier))
    found = [r for name, made in known.items() for r in _reasons(name, made, _own(name, book, terms), book, terms)]
    found += [_fault_reason(fault, book) for fault in faults]
    kept_out = {(r.source_file, r.source_row) for r in found if r.severity == "returned"}
    left = {name: [row for row in made if place_of(row) not in kept_out] for name, made in known.items()}
    while True:
        keys = _accepted_keys(known, kept_out, terms)
        later = [
            reason
            for name, made in left.items()
            for reason in _reasons(
                name, [_pointing(row, keys) for row in made], list(pointing_checks(tables.named(name), book.rules)),
                book, terms,
            )
        ]  # fmt: skip
        before, kept_out = (
            kept_out,
            kept_out | {(r.source_file, r.source_row) for r in later if r.severity == "returned"},
        )
        if before == kept_out:
            break
    found += later
    return sorted(found, key=lambda r: (r.source_file, r.source_row, r.table, r.column or "", r.rule))


def _own(name: str, book: Rulebook, terms: Terms) -> list[Check]:
    table = tables.named(name)
    return [*own_checks(table, book.rules), *book.asked(table, terms.mode)]


def _reasons(name: str, rows: Iterable[Row], checks: Sequence[Check], book: Rulebook, terms: Terms) -> Iterator[Reason]:
    for row in rows:
        for check in checks:
            severity = book.severity(check.rule, terms.mode)
            empty = row.get(BLANKED, frozenset())
            if severity != "off" and check.reads <= row.keys() and not check.reads & empty and check.holds(row):
                yield _reason(name, row, check, severity)


def _reason(name: str, row: Row, check: Check, severity: str) -> Reason:
    rule, key = check.rule, tables.named(name).key[0]
    return Reason(
        row[key] if key in ("record_id", "crime_id", "note_id") else None,
        name, row["source_file"], row["source_row"], check.column, rule.name, severity, rule.message, check.remedy,
    )  # fmt: skip


def _fault_reason(fault: Row, book: Rulebook) -> Reason:
    rule = book.rules[fault["rule"]]
    return Reason(
        None, fault["table"], *place_of(fault), fault["column"], rule.name, "returned", rule.message, rule.remedy
    )


def _accepted_keys(known: Rows, kept_out: set[tuple[str, int]], terms: Terms) -> dict[str, set[object]]:
    return {
        name: {row[key] for row in known.get(name, ()) if place_of(row) not in kept_out}
        for name, key in (("crimes", "crime_id"), ("person_records", "record_id"))
        if name in known or (name == "person_records" and terms.all_sent)
    }


def _pointing(row: Row, keys: Mapping[str, set[object]]) -> Row:
    """Only whether what the row names is among the accepted `keys`: its own checks have been made."""
    made = {k: row[k] for k in ("crime_id", "record_id", "note_id", "source_file", "source_row") if k in row}
    for name, key, fact in (("crimes", "crime_id", "no_crime"), ("person_records", "record_id", "no_person")):
        if name in keys and key in row:
            made[fact] = row[key] is not None and row[key] not in keys[name]
    return made
