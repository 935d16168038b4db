"""The facts of one case in plain Python: what they mean. `facts.facts` finds the same for all cases at once.

Slow and obvious on purpose: it is what the quick way is tested against, and what explains one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from joinedup.review.offences import (
    CANCELLED,
    NO_CRIME,
    Nature,
    class_of,
    from_rape,
    group_removed,
    is_status,
    lowered,
    nature,
)

Row = Mapping[str, Any]
Rows = Mapping[str, list[Row]]

TOLD = ("crime_id", "force", "offence_from", "outcome", "outcome_on", "closed_reason", "ho_class", "cjs_code")
"""Facts that are the record's own."""

CHARGED = ("charged", "convicted", "acquitted")
SUSPECTED = ("suspect", "offender")
NO_FURTHER_ACTION = frozenset({"9", "10", "11", "12", "13", "15", "16", "17", "20", "21", "22"})
OUT_OF_COURT = frozenset({"2", "2A", "3", "3A", "8"})
DROPPED_CHARGE = ("discontinued", "no evidence offered", "withdrawn")


FIRST_BIRTH = date(1900, 1, 1)
OLDEST = 110
"""An age beyond this is taken for a slip in the birth date."""


def whole_years(born: int, on: int) -> int:
    """Age on a day, both days as YYYYMMDD."""
    return (on - born) // 10_000


def as_number(day: date) -> int:
    """YYYYMMDD."""
    return day.year * 10_000 + day.month * 100 + day.day


def born_between(dob: date, precision: str | None) -> tuple[int, int]:
    """The earliest and latest day of birth that a record allows, as YYYYMMDD (the 31st stands for a month's end)."""
    exact = as_number(dob)
    if precision == "year":
        return dob.year * 10_000 + 101, dob.year * 10_000 + 1231
    if precision == "month":
        return exact // 100 * 100 + 1, exact // 100 * 100 + 31
    return exact, exact


def plain_facts(tables: Rows, crime_id: str) -> dict[str, Any]:
    """Every fact of one crime. tables: all rows of each record table and of `clusters`, by table."""
    crime = next(row for row in tables["crimes"] if row["crime_id"] == crime_id)
    world = _World(tables)
    told = {name: crime[name] for name in TOLD}
    own = nature(crime["ho_class"], crime["cjs_code"])
    roles = world.roles_of(crime_id)
    return {
        **told,
        "sexual": own.sexual or crime["cse_flag"] is True,
        **_victims(world, crime, roles, own),
        **_suspects(world, crime, roles, own),
        **_changes(world, crime, own),
        **_elsewhere(world, crime, roles),
    }


class _World:
    """The tables, and what is asked of them again and again."""

    def __init__(self, tables: Rows) -> None:
        self.tables = tables
        self.person = {row["record_id"]: row["person_id"] for row in tables["clusters"]}
        self.records: dict[str, list[Row]] = {}
        for row in tables["person_records"]:
            self.records.setdefault(self.who(row["record_id"]), []).append(row)

    def who(self, record: str) -> str:
        return self.person.get(record, record)

    def roles_of(self, crime_id: str) -> list[Row]:
        return [row for row in self.tables["roles"] if row["crime_id"] == crime_id]

    def born(self, record: str) -> tuple[int, int] | None:
        """By the record itself, or else by the first record of the person that has a birth date not before 1900."""
        records = self.records.get(self.who(record), [])
        own = [row for row in records if row["record_id"] == record]
        for row in own + records:
            if row["dob"] is not None and row["dob"] >= FIRST_BIRTH:
                return born_between(row["dob"], row["dob_precision"])
        return None

    def dead(self, person: str) -> bool:
        return any(row["died_on"] is not None for row in self.records.get(person, []))


def _days(crime: Row) -> tuple[int | None, int | None]:
    """First and last day of the offence. The first is not known where the record does not give it; the last is at
    latest the day of recording.
    """
    first, last = crime["offence_from"], crime["offence_to"] or crime["offence_from"] or crime["recorded_on"]
    return (as_number(first) if first else None), (as_number(last) if last else None)


def _ages(world: _World, crime: Row, role: Row) -> tuple[int | None, int | None]:
    """Youngest and oldest at the offence; as stated where no birth date is known, or one that nobody can have."""
    born, (first, last) = world.born(role["record_id"]), _days(crime)
    if born is not None:
        low = whole_years(born[1], first) if first is not None else None
        high = whole_years(born[0], last) if last is not None else None
        if high is None or high <= OLDEST:
            return low, high
    stated = role["stated_age"]
    if stated is not None:
        return stated, stated
    return role["age_low"], role["age_high"]


def _least(ages: Iterable[int | None]) -> int | None:
    return min((age for age in ages if age is not None), default=None)


def _most(ages: Iterable[int | None]) -> int | None:
    return max((age for age in ages if age is not None), default=None)


def _under(limit: int, low: int | None, high: int | None, by_class: bool) -> bool | None:
    """Whether somebody may have been under an age: by the oldest age, by the youngest, or because the class of the
    offence says so, whatever birth date was written down.
    """
    if by_class or (high is not None and high < limit):
        return True
    return low < limit if low is not None else None


def _victims(world: _World, crime: Row, roles: list[Row], own: Nature) -> dict[str, Any]:
    victims = [row for row in roles if row["role"] == "victim"]
    ages = [_ages(world, crime, row) for row in victims]
    low, high = _least(low for low, _ in ages), _least(high for _, high in ages)
    return {
        "victim_age_low": low,
        "victim_age_high": high,
        "child_victim": _under(18, low, high, own.child),
        "victim_under_16": _under(16, low, high, own.under_16),
        "victim_under_13": _under(13, low, high, own.under_13),
    }


def _suspects(world: _World, crime: Row, roles: list[Row], own: Nature) -> dict[str, Any]:
    suspected = [row for row in roles if row["role"] in SUSPECTED]
    named = [row for row in suspected if row["identified"] is not False]
    unnamed = len(suspected) - len(named)
    people = {world.who(row["record_id"]) for row in named}
    ages = [_ages(world, crime, row) for row in named]
    stages: dict[str, set[str | None]] = {}
    for row in named:
        stages.setdefault(world.who(row["record_id"]), set()).add(row["stage"])
    high = _most(high for _, high in ages)
    return {
        "suspects": len(people) + unnamed,
        "suspects_named": len(people),
        "suspects_all_dead": bool(people) and not unnamed and all(world.dead(one) for one in people),
        "suspects_not_interviewed": sum(one == {"named"} for one in stages.values()),
        "suspect_age_low": _most(low for low, _ in ages),
        "suspect_age_high": high,
        "adult_suspect": _adult(high, own),
        "under_18_offence": own.offender == "under 18",
        "charged": any(row["stage"] in CHARGED for row in suspected) or crime["outcome"] in ("1", "1A"),
    }


def _adult(high: int | None, own: Nature) -> bool | None:
    if high is not None:
        return high >= 18
    return True if own.offender == "adult" else None


def _changes(world: _World, crime: Row, own: Nature) -> dict[str, Any]:
    moved = [row for row in world.tables["classifications"] if row["crime_id"] == crime["crime_id"]]
    charges = [row for row in world.tables["charges"] if row["crime_id"] == crime["crime_id"]]
    froms = [(row["from_class"], row["to_class"]) for row in moved]
    natures = [nature(row["ho_class"], row["cjs_code"]) for row in charges]
    was_rape = own.rape or any(nature(class_of(before)).rape for before, _ in froms)
    lesser_charge = was_rape and bool(natures) and not any(one.rape for one in natures)
    swapped = any(
        nature(None, row["replaces"]).rape and not one.rape for row, one in zip(charges, natures, strict=True)
    )
    ended = any((row["ended_reason"] or "").strip().lower() in DROPPED_CHARGE for row in charges)
    closed_without = crime["outcome"] in NO_FURTHER_ACTION | OUT_OF_COURT
    return {
        "penetrative": own.penetrative or any(one.penetrative for one in natures),
        "rape_class": own.rape,
        "class_lowered": any(lowered(before, after) for before, after in froms),
        "not_confirmed": any(is_status(after, ("N100",)) for _, after in froms),
        "no_longer_crime": any(is_status(after, NO_CRIME) for _, after in froms),
        "cancelled": any(is_status(after, CANCELLED) for _, after in froms),
        "group_flag_removed": any(group_removed(before, after) for before, after in froms),
        "rape_lowered": any(from_rape(before, after) for before, after in froms) or lesser_charge or swapped,
        "charge_dropped": (bool(charges) and closed_without) or ended,
        "charged_outside_rape": any(one.penetrative and not one.rape for one in natures),
    }


def _elsewhere(world: _World, crime: Row, roles: list[Row]) -> dict[str, Any]:
    suspects = {
        world.who(r["record_id"]) for r in roles if r["role"] in SUSPECTED and r["identified"] is not False
    }  # fmt: skip
    victims = {world.who(row["record_id"]) for row in roles if row["role"] == "victim"}
    later = _later_reports(world, crime, suspects, victims)
    accused = {
        world.who(row["record_id"])
        for one in world.tables["crimes"]
        for row in world.roles_of(one["crime_id"])
        if row["role"] in SUSPECTED and row["identified"] is not False
    }
    return {
        "later_child_reports": len(later),
        "later_other_forces": len({one["force"] for one in later} - {crime["force"], None}),
        "victim_as_suspect": bool(victims & accused),
    }


def _later_reports(world: _World, crime: Row, suspects: set[str], victims: set[str]) -> list[Row]:
    """Crimes recorded after this one was closed, with one of its suspects and a child who is no victim of it."""
    if crime["outcome_on"] is None:
        return []
    found = []
    for other in world.tables["crimes"]:
        if other["recorded_on"] is None or other["recorded_on"] <= crime["outcome_on"]:
            continue
        parts = world.roles_of(other["crime_id"])
        there = {world.who(r["record_id"]) for r in parts if r["role"] in SUSPECTED and r["identified"] is not False}
        if suspects & there and any(_other_child(world, other, row, victims) for row in parts):
            found.append(other)
    return found


def _other_child(world: _World, crime: Row, role: Row, victims: set[str]) -> bool:
    if role["role"] != "victim" or world.who(role["record_id"]) in victims:
        return False
    low, high = _ages(world, crime, role)
    return _under(18, low, high, False) is True
