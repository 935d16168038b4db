"""The gate in plain Python: for one submission from a form or a call, and as the slow reference of the fast one.

Rows are mappings with every column of their table, `unread:` marks where there are any, and their place. What a rule
asks about besides (`joinedup.gate.facts`) is found here by walking rows; `joinedup.gate.context` finds it in frames.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joinedup import tables
from joinedup.gate.conditions import AS_OF, UNREAD, Row, written
from joinedup.gate.findings import value_maps
from joinedup.gate.rules import Check, Mode, Rulebook
from joinedup.gate.structural import own_checks, pointing_checks
from joinedup.tables import Table
from joinedup.tables.records import STAGES

SUSPECT_ROLES = ("suspect", "offender")
IN_HAND = STAGES[STAGES.index("arrested") :]  # the person was there to be asked; being named asks nobody anything

Rows = Mapping[str, Sequence[Row]]


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


@dataclass(frozen=True)
class Terms:
    """On what terms rows are judged. as_of: the day. invented: X forces and places are right. all_sent: the rows are
    all there is, so roles without any table of people point nowhere.
    """

    mode: Mode
    as_of: dt.date
    invented: bool = False
    all_sent: bool = False


def judge(rows: Rows, book: Rulebook, terms: Terms, seen: Rows | None = None) -> list[Reason]:
    """Every reason for every row, in key order of `tables.RETURNS`.

    rows: by table name. seen: keys and files of rows that an earlier run took, by table name.
    """
    known = {name: with_facts(tables.named(name), rows, terms) for name in rows}
    for name, earlier in (seen or {}).items():
        _add(known.get(name, []), _seen(tables.named(name).key[0], earlier))
    found = [r for name, made in known.items() for r in _reasons(name, made, _own(name, book, terms), book, terms)]
    kept_out = {(r.source_file, r.source_row) for r in found if r.severity == "returned"}
    left = {name: [row for row in made if _place(row) not in kept_out] for name, made in known.items()}
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
            if severity != "off" and check.reads <= row.keys() and check.holds(row):
                yield _reason(name, row, check, severity)


def _reason(name: str, row: Row, check: Check, severity: str) -> Reason:
    rule, key = check.rule, tables.named(name).key[0]
    return Reason(
        row[key] if key in ("record_id", "crime_id", "note_id") else None,
        name, row["source_file"], row["source_row"], check.column, rule.name, severity, rule.message, rule.remedy,
    )  # fmt: skip


def _place(row: Row) -> tuple[str, int]:
    return row["source_file"], row["source_row"]


def _accepted_keys(known: Rows, kept_out: set[tuple[str, int]], terms: Terms) -> dict[str, set[object]]:
    return {
        name: {row[key] for row in known.get(name, ()) if _place(row) not in kept_out}
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


def with_facts(table: Table, rows: Rows, terms: Terms) -> list[dict[str, Any]]:
    """The rows of `table` with every fact that the tables sent allow."""
    marks = {UNREAD + column.name: False for column in table.columns}
    made = [{**marks, **row, AS_OF: terms.as_of} for row in rows[table.name]]
    _add(made, _value_facts(table, terms))
    _add(made, _repeats("duplicate", made, lambda row: tuple(row[k] for k in table.key)))
    for facts in _FACTS.get(table.name, ()):
        _add(made, facts(rows, made))
    return made


Facts = Callable[[Row], Mapping[str, Any]]


def _seen(key: str, earlier: Sequence[Row]) -> Facts:
    files = _by(earlier, key)
    return lambda row: {
        "seen_before": any(
            r["source_file"] != row["source_file"] for r in files.get(row[key], []) if r[key] is not None
        )
    }


def _add(rows: list[dict[str, Any]], facts: Facts | None) -> None:
    for row in rows if facts else ():
        row.update(facts(row))  # type: ignore[misc]


def _value_facts(table: Table, terms: Terms) -> Facts:
    maps = value_maps(table, invented=terms.invented)

    def facts(row: Row) -> Mapping[str, Any]:
        return {
            name: value
            for one in maps
            for name, value in zip(one.gives, one.function(*[row[c] for c in one.columns]), strict=True)
        }

    return facts


def _repeats(name: str, rows: Sequence[Row], key: Callable[[Row], tuple[object, ...]]) -> Facts:
    """Whether an earlier row (by file and row) has the same key. A key with a gap repeats nothing."""
    first: dict[tuple[object, ...], tuple[str, int]] = {}
    for row in rows:
        if None not in key(row):
            first[key(row)] = min(first.get(key(row), _place(row)), _place(row))
    return lambda row: {name: first.get(key(row), _place(row)) != _place(row)}


def _first(rows: Iterable[Row], key: str) -> dict[object, Row]:
    """The first row of each key."""
    found: dict[object, Row] = {}
    for row in sorted(rows, key=_place):
        if row[key] is not None:
            found.setdefault(row[key], row)
    return found


def _by(rows: Iterable[Row], key: str) -> dict[object, list[Row]]:
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


# Roles


def _role_facts(rows: Rows, _: Sequence[Row]) -> Facts:
    people = _first(rows["person_records"], "record_id") if "person_records" in rows else None
    crimes = _first(rows["crimes"], "crime_id") if "crimes" in rows else None
    victims = {
        (r["crime_id"], r["record_id"])
        for r in rows["roles"]
        if r["role"] == "victim" and None not in (r["crime_id"], r["record_id"])
    }

    def facts(row: Row) -> Mapping[str, Any]:
        person = (people or {}).get(row["record_id"])
        crime = (crimes or {}).get(row["crime_id"])
        made: dict[str, Any] = {"also_victim": (row["crime_id"], row["record_id"]) in victims}
        if people is not None:
            made["named"] = person is not None and not (person["surname"] is None and person["dob"] is None)
        if crimes is not None:
            made |= _of_crime(crime)
        if people is not None and crimes is not None:
            made |= _ages(person, crime)
        return made

    return facts


def _of_crime(crime: Row | None) -> dict[str, Any]:
    if crime is None:
        return {"offence_from": None, "crime_recorded_on": None, "offence_found": None}
    found = value_maps(tables.CRIMES, invented=False)[0]
    made = dict(zip(found.gives, found.function(*[crime[c] for c in found.columns]), strict=True))
    return {
        "offence_from": crime["offence_from"], "crime_recorded_on": crime["recorded_on"],
        "offence_found": made["offence_found"],
    }  # fmt: skip


def _ages(person: Row | None, crime: Row | None) -> dict[str, Any]:
    if person is None or crime is None:
        return {"offence_age_low": None, "offence_age_high": None, "recorded_age_high": None}
    first, last = crime["offence_from"], crime["offence_to"] or crime["offence_from"]
    low, high = _age(person, first), _age(person, last)
    exact = person["dob_precision"] in (None, "day")
    recorded = _age(person, crime["recorded_on"])
    return {
        "offence_age_low": low if low is None or exact else low - 1,
        "offence_age_high": high,
        "recorded_age_high": high if recorded is None else recorded,
    }


def _age(person: Row, day: dt.date | None) -> int | None:
    """Whole years by the calendar; None before birth."""
    dob = person["dob"]
    if dob is None or day is None or day < dob:
        return None
    return (written(day) - written(dob)) // 10_000


# People


def _person_facts(rows: Rows, made: Sequence[Row]) -> Facts:
    if "roles" not in rows:
        return lambda row: {"suspected": True}
    first = _first(made, "record_id")
    roles = _by(_roles(rows), "record_id")
    charges = _by(rows.get("charges", ()), "record_id")
    named = {r["record_id"] for table in ("roles", "charges", "contacts") for r in rows.get(table, ())} - {None}
    systems = {str(one).partition(":")[0] if ":" in str(one) else "" for one in named}

    def facts(row: Row) -> Mapping[str, Any]:
        key = row["record_id"]
        own = roles.get(key, []) if key is not None else []
        charged = [c["charged_on"] for c in charges.get(key, [])] if key is not None else []
        suspect = [r for r in own if r["role"] in SUSPECT_ROLES]
        in_hand = [*charged, *(r["stage_on"] for r in suspect if r["stage"] in IN_HAND)]
        events = [*charged, *(r["stage_on"] for r in own), *(r.get("crime_recorded_on") for r in own)]
        return {
            "suspected": any(r["identified"] is not False for r in suspect),
            "harmed": any(r["role"] == "victim" for r in own),
            "stage": _furthest([r["stage"] for r in suspect]),
            "stage_on": max((day for day in in_hand if day), default=None),
            "born_on_event": (dob := first.get(row["record_id"], row)["dob"]) is not None and dob in events,
            # Only in a system that sent anything which names a person record is one that nothing names an orphan.
            "referred_to": row["record_id"] in named if row["system"] in systems else None,
            **(_youngest(own) if "crimes" in rows else {}),
        }

    return facts


def _youngest(roles: Sequence[Row]) -> dict[str, Any]:
    ages = [role["offence_age_low"] for role in roles if role["offence_age_low"] is not None]
    return {"youngest_age": min(ages, default=None)}


def _furthest(stages: Sequence[str | None]) -> str | None:
    return max((s for s in stages if s in STAGES), key=STAGES.index, default=None)


def _roles(rows: Rows) -> list[Row]:
    """Roles with their own facts, which those of people and crimes are made from."""
    facts = _role_facts(rows, ())
    return [{**row, **facts(row)} for row in rows["roles"]]


def _repeated(_: Rows, made: Sequence[Row]) -> Facts:
    def key(row: Row) -> tuple[object, ...]:
        return row["system"], row["forenames"], row["surname"], row["dob"], row["sex"] or ""

    return _repeats("repeated", made, key)


# Crimes


def _crime_facts(rows: Rows, crimes: Sequence[Row]) -> Facts | None:
    if "roles" not in rows:
        return None
    first = _first(crimes, "crime_id")
    roles = _by(_roles(rows), "crime_id")
    people = _first(rows["person_records"], "record_id") if "person_records" in rows else None
    shared = _sharing(roles)

    def facts(row: Row) -> Mapping[str, Any]:
        own = roles.get(row["crime_id"], []) if row["crime_id"] is not None else []
        suspect = [r for r in own if r["role"] in SUSPECT_ROLES]
        known = {r["record_id"] for r in suspect if r["identified"] is not False and r["record_id"] is not None}
        victims = [r for r in own if r["role"] == "victim"]
        made: dict[str, Any] = {
            "suspects": len({r["record_id"] for r in suspect if r["record_id"] is not None}),
            "known_suspects": len(known),
            "victims": len({r["record_id"] for r in victims if r["record_id"] is not None}),
            "youngest_victim": min((a for r in victims if (a := _lowest(r)) is not None), default=None),
            "shares_victim": row["crime_id"] in shared,
        }
        if people is not None:
            made["victim_fits"] = _fits(first.get(row["crime_id"], row), victims)
            made["suspects_with_ethnicity"] = sum(_has_ethnicity(people.get(one)) for one in known)
        return made

    return facts


def _has_ethnicity(person: Row | None) -> bool:
    return person is not None and person["self_defined_ethnicity"] is not None


def _lowest(role: Row) -> int | None:
    ages = (role.get("offence_age_low"), role["stated_age"], role["age_low"])
    return next((age for age in ages if age is not None), None)


def _fits(crime: Row, victims: Sequence[Row]) -> bool | None:
    low, high = crime["victim_age_low"], crime["victim_age_high"]
    if (low is None and high is None) or not victims:
        return None
    return any(_may_be(role, 0 if low is None else low, 999 if high is None else high) for role in victims)


def _may_be(role: Row, low: int, high: int) -> bool:
    youngest, oldest = role["offence_age_low"], role["offence_age_high"]
    return not ((youngest is not None and youngest > high) or (oldest is not None and oldest < low))


def _sharing(roles: Mapping[object, Sequence[Row]]) -> set[object]:
    """Crimes with one suspect whose victim is also the victim of another one suspect's crime."""
    of_victim: dict[object, set[tuple[object, object]]] = {}
    for crime, own in roles.items():
        suspects = {r["record_id"] for r in own if r["role"] in SUSPECT_ROLES and r["record_id"] is not None}
        if len(suspects) == 1 and crime is not None:
            for victim in {r["record_id"] for r in own if r["role"] == "victim" and r["record_id"] is not None}:
                of_victim.setdefault(victim, set()).add((crime, next(iter(suspects))))
    return {crime for found in of_victim.values() if len({suspect for _, suspect in found}) > 1 for crime, _ in found}


def _note_facts(rows: Rows, _: Sequence[Row]) -> Facts | None:
    if "notes" not in rows:
        return None
    says = _value_facts(tables.NOTES, Terms("new", dt.date.min))
    notes = _by([{**note, **says(note)} for note in rows["notes"]], "crime_id")

    def facts(row: Row) -> Mapping[str, Any]:
        own = notes.get(row["crime_id"], []) if row["crime_id"] is not None else []
        return {
            "notes_several": any(note["says_several"] for note in own),
            "notes_open": any(note["says_open"] for note in own),
        }

    return facts


def _charge_facts(rows: Rows, _: Sequence[Row]) -> Facts | None:
    if "crimes" not in rows:
        return None
    crimes = _first(rows["crimes"], "crime_id")
    return lambda row: {"offence_from": crimes[row["crime_id"]]["offence_from"] if row["crime_id"] in crimes else None}


_FACTS: Mapping[str, tuple[Callable[[Rows, Sequence[Row]], Facts | None], ...]] = {
    "person_records": (_person_facts, _repeated),
    "crimes": (_crime_facts, _note_facts),
    "roles": (_role_facts,),
    "charges": (_charge_facts,),
}
