"""What a rule asks about besides a row's own columns (`joinedup.gate.facts`), found by walking rows.

`joinedup.gate.context` finds the same in whole frames.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joinedup import tables
from joinedup.gate.conditions import AS_OF, BLANKED, UNREAD, Row, written
from joinedup.gate.facts import beside_marks
from joinedup.gate.findings import value_maps
from joinedup.gate.rules import Mode
from joinedup.tables import Table
from joinedup.tables.records import STAGES

SUSPECT_ROLES = ("suspect", "offender")
IN_HAND = STAGES[STAGES.index("arrested") :]  # the person was there to be asked; being named asks nobody anything

Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Terms:
    """On what terms rows are judged. as_of: the day. invented: X forces and places are right. all_sent: the rows are
    all there is, so roles without any table of people point nowhere.
    """

    mode: Mode
    as_of: dt.date
    invented: bool = False
    all_sent: bool = False


def place_of(row: Row) -> tuple[str, int]:
    """File and row."""
    return row["source_file"], row["source_row"]


def with_facts(table: Table, rows: Rows, terms: Terms) -> list[dict[str, Any]]:
    """The rows of `table` with every fact that the tables sent allow."""
    marks = dict.fromkeys([*(UNREAD + name for name in table.names), *beside_marks(table)], False)
    made = [{**marks, **row, AS_OF: terms.as_of} for row in rows[table.name]]
    add_facts(made, _value_facts(table, terms))
    add_facts(made, _blanked(table, terms))
    add_facts(made, _repeats("duplicate", made, lambda row: tuple(row[k] for k in table.key)))
    for facts in _FACTS.get(table.name, ()):
        add_facts(made, facts(rows, made, terms))
    return made


Facts = Callable[[Row], Mapping[str, Any]]


def seen_in(key: str, earlier: Sequence[Row]) -> Facts:
    """Whether an earlier run took a row of the same key from another file."""
    files = _by(earlier, key)
    return lambda row: {
        "seen_before": any(
            r["source_file"] != row["source_file"] for r in files.get(row[key], []) if r[key] is not None
        )
    }


def add_facts(rows: list[dict[str, Any]], facts: Facts | None) -> None:
    """Write to each row what `facts` finds of it."""
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


def _blanked(table: Table, terms: Terms) -> Facts:
    """What was left empty in a row, and the facts of it."""
    maps = value_maps(table, invented=terms.invented)

    def facts(row: Row) -> Mapping[str, Any]:
        empty = row.get(BLANKED)
        if not empty:
            return {}
        return {BLANKED: empty.union(*(one.gives for one in maps if empty & set(one.columns)))}

    return facts


def _repeats(name: str, rows: Sequence[Row], key: Callable[[Row], tuple[object, ...]]) -> Facts:
    """Whether an earlier row (by file and row) has the same key. A key with a gap repeats nothing."""
    first: dict[tuple[object, ...], tuple[str, int]] = {}
    for row in rows:
        if None not in key(row):
            first[key(row)] = min(first.get(key(row), place_of(row)), place_of(row))
    return lambda row: {name: first.get(key(row), place_of(row)) != place_of(row)}


def _first(rows: Iterable[Row], key: str) -> dict[object, Row]:
    """The first row of each key."""
    found: dict[object, Row] = {}
    for row in sorted(rows, key=place_of):
        if row[key] is not None:
            found.setdefault(row[key], row)
    return found


def _by(rows: Iterable[Row], key: str) -> dict[object, list[Row]]:
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


# Roles


def _role_facts(rows: Rows, _: Sequence[Row], terms: Terms) -> Facts:
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
        made["known"] = _is_known(row, person, terms)
        if people is not None:
            made["named"] = person is not None and not (person["surname"] is None and person["dob"] is None)
        if crimes is not None:
            made |= _of_crime(crime)
        if people is not None and crimes is not None:
            made |= _ages(person, crime)
        return made

    return facts


def _is_known(role: Row, person: Row | None, terms: Terms) -> bool:
    """Whether it is known whom the role is about, whatever it says: a cell of its stage that nobody can read may say
    of a new record that the person is in custody.
    """
    if role["identified"] is not False or role["stage"] in IN_HAND:
        return True
    if terms.mode == "new" and role.get(UNREAD + "stage"):
        return True
    return person is not None and None not in (person["surname"], person["dob"])


def _may_be_suspect(role: Row, terms: Terms) -> bool:
    """A role of a new record that is empty or cannot be read may be a suspect's, and is taken for one."""
    return role["role"] in SUSPECT_ROLES or (role["role"] is None and terms.mode == "new")


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


def _person_facts(rows: Rows, made: Sequence[Row], terms: Terms) -> Facts:
    if "roles" not in rows and "charges" not in rows:
        return lambda row: {"suspected": True}
    first = _first(made, "record_id")
    roles = _by(_roles(rows, terms), "record_id")
    charges = _by(rows.get("charges", ()), "record_id")
    named = {r["record_id"] for table in ("roles", "charges", "contacts") for r in rows.get(table, ())} - {None}
    systems = {str(one).partition(":")[0] if ":" in str(one) else "" for one in named}

    def facts(row: Row) -> Mapping[str, Any]:
        key = row["record_id"]
        own = roles.get(key, []) if key is not None else []
        charged = charges.get(key, []) if key is not None else []
        suspect = [r for r in own if _may_be_suspect(r, terms)]
        days = [c["charged_on"] for c in charged]
        in_hand = [*days, *(r["stage_on"] for r in suspect if r["stage"] in IN_HAND)]
        events = [*days, *(r["stage_on"] for r in own), *(r.get("crime_recorded_on") for r in own)]
        found = {
            "suspected": "roles" not in rows or bool(charged) or any(r["known"] for r in suspect),
            "stage": _furthest([*(r["stage"] for r in suspect), *(["charged"] if charged else [])]),
            "stage_on": max((day for day in in_hand if day), default=None),
            "born_on_event": (dob := first.get(row["record_id"], row)["dob"]) is not None and dob in events,
        }
        if "roles" not in rows:
            return found
        return {
            **found,
            "harmed": any(r["role"] == "victim" for r in own),
            "role_unread": any(r["role"] is None for r in own),
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


def _roles(rows: Rows, terms: Terms) -> list[Row]:
    """Roles with their own facts, which those of people and crimes are made from."""
    if "roles" not in rows:
        return []
    facts = _role_facts(rows, (), terms)
    return [{**row, **facts(row)} for row in rows["roles"]]


def _repeated(_: Rows, made: Sequence[Row], __: Terms) -> Facts:
    def key(row: Row) -> tuple[object, ...]:
        return row["system"], row["forenames"], row["surname"], row["dob"], row["sex"] or ""

    return _repeats("repeated", made, key)


def _swapped(_: Rows, made: Sequence[Row], __: Terms) -> Facts:
    """Whether an earlier row has the forenames for a surname, and the surname for forenames."""
    first: dict[tuple[object, ...], tuple[str, int]] = {}

    def names(row: Row, one: str, other: str) -> tuple[object, ...]:
        return row["system"], row[one], row[other], row["dob"], row["sex"] or ""

    for row in made:
        key = names(row, "forenames", "surname")
        if None not in key and row["forenames"] != row["surname"]:
            first[key] = min(first.get(key, place_of(row)), place_of(row))

    def facts(row: Row) -> Mapping[str, Any]:
        other = first.get(names(row, "surname", "forenames"))
        return {"swapped": other is not None and other < place_of(row)}

    return facts


# Crimes


def _crime_facts(rows: Rows, crimes: Sequence[Row], terms: Terms) -> Facts | None:
    if "roles" not in rows:
        return None
    first = _first(crimes, "crime_id")
    roles = _by(_roles(rows, terms), "crime_id")
    people = _first(rows["person_records"], "record_id") if "person_records" in rows else None
    shared = _sharing(roles)

    def facts(row: Row) -> Mapping[str, Any]:
        own = roles.get(row["crime_id"], []) if row["crime_id"] is not None else []
        suspect = [r for r in own if r["role"] in SUSPECT_ROLES]
        known = {r["record_id"] for r in suspect if r["known"] and r["record_id"] is not None}
        victims = [r for r in own if r["role"] == "victim"]
        made: dict[str, Any] = {
            "suspects": len({r["record_id"] for r in suspect if r["record_id"] is not None}),
            "known_suspects": len(known),
            "victims": len({r["record_id"] for r in victims if r["record_id"] is not None}),
            "youngest_victim": min((a for r in victims if (a := _lowest(r)) is not None), default=None),
            "shares_victim": row["crime_id"] in shared,
            "roles_unread": any(r["role"] is None for r in own),
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


def _note_facts(rows: Rows, _: Sequence[Row], terms: Terms) -> Facts | None:
    if "notes" not in rows:
        return None
    says = _value_facts(tables.NOTES, terms)
    notes = _by([{**note, **says(note)} for note in rows["notes"]], "crime_id")

    def facts(row: Row) -> Mapping[str, Any]:
        own = notes.get(row["crime_id"], []) if row["crime_id"] is not None else []
        return {
            "notes_several": any(note["says_several"] for note in own),
            "notes_open": any(note["says_open"] for note in own),
        }

    return facts


def _charge_facts(rows: Rows, _: Sequence[Row], __: Terms) -> Facts | None:
    if "crimes" not in rows:
        return None
    crimes = _first(rows["crimes"], "crime_id")
    return lambda row: {"offence_from": crimes[row["crime_id"]]["offence_from"] if row["crime_id"] in crimes else None}


_FACTS: Mapping[str, tuple[Callable[[Rows, Sequence[Row], Terms], Facts | None], ...]] = {
    "person_records": (_person_facts, _repeated, _swapped),
    "crimes": (_crime_facts, _note_facts),
    "roles": (_role_facts,),
    "charges": (_charge_facts,),
}
