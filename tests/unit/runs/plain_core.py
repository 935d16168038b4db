"""The core table counted one person at a time: the same definitions, slowly."""

from __future__ import annotations

from datetime import date
from typing import Any

from joinedup.codes import GROUPS, ethnic_group
from joinedup.runs.core_counting import CATEGORIES
from joinedup.statistics.methods import PEOPLE

Rows = list[dict[str, Any]]
Found = dict[tuple[str, ...], tuple[int, int, int]]
ORDER = ["named", "interviewed", "arrested", "charged", "acquitted", "convicted"]
NOT, DIFFER = "not recorded", "records disagree"
PLACES = {"Hotel": "hotel or guest house", "flat over shop": "home", "barn": "another setting"}
CODED = ("sex", "ethnicity", "nationality")


def plain_core(people: Rows, roles: Rows, crimes: Rows) -> Found:
    """Every figure of the core table, and of victims by suspects."""
    by_record = {p["record_id"]: p for p in people}
    parts = [p for p in (_part(r, by_record, crimes) for r in roles) if p]
    found: Found = {}
    for side in ("suspects", "victims"):
        own = [p for p in parts if p["side"] == side]
        for area in {f"force:{p['force'] or NOT}" for p in own}:
            here = {p["person"] for p in own if f"force:{p['force'] or NOT}" == area}
            _count(found, (side, area), [_person(one, own, people) for one in here])
        if own:
            _count(found, (side, "all"), [_person(one, own, people) for one in {p["person"] for p in own}])
    _pairs(found, parts, people)
    return found


def _part(role: dict[str, Any], by_record: dict[str, Any], crimes: Rows) -> dict[str, Any] | None:
    person = by_record.get(role["record_id"])
    if person is None or role["identified"] is False or role["role"] not in ("suspect", "offender", "victim"):
        return None
    crime = next((c for c in crimes if c["crime_id"] == role["crime_id"]), {})
    age = _age(person["dob"], crime.get("offence_from"))
    return {
        "side": "victims" if role["role"] == "victim" else "suspects",
        "person": person["person"],
        "force": person["force"],
        "crime": role["crime_id"],
        "stage": role["stage"],
        "age": role["stated_age"] if age is None else age,
        "setting": PLACES.get(crime.get("premises") or ""),
    }


def _age(born: date | None, day: date | None) -> int | None:
    if born is None or day is None or day < born:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _person(person: str, parts: Rows, people: Rows) -> dict[str, str]:
    own = [p for p in parts if p["person"] == person]
    ages = [p["age"] for p in own if p["age"] is not None]
    stages = [p["stage"] for p in own if p["stage"]]
    settings = {p["setting"] for p in own if p["setting"]}
    return {
        "age": _band(min(ages)) if ages else NOT,
        "stage": _case(max(stages, key=ORDER.index)) if stages else NOT,
        "setting": NOT if not settings else settings.pop() if len(settings) == 1 else "more than one",
        "sex": _agreed(people, person, "sex", {"M": "Male", "F": "Female", "9": "Not specified"}.get),
        "ethnicity": _agreed(people, person, "sde", ethnic_group),
        "nationality": _agreed(people, person, "nationality", _country),
    }


def _agreed(people: Rows, person: str, column: str, named: Any) -> str:
    values = {p[column] for p in people if p["person"] == person and p[column] is not None}
    return NOT if not values else str(named(values.pop())) if len(values) == 1 else DIFFER


def _country(codes: tuple[str, ...]) -> str:
    if len(codes) > 1:
        return "more than one nationality"
    return "United Kingdom" if codes[0] == "GBR" else "another country"


def _band(age: int) -> str:
    bands = {"under 10": 9, "10 to 12": 12, "13 to 15": 15, "16 and 17": 17, "18 to 24": 24, "25 to 34": 34}
    return next((name for name, last in bands.items() if age <= last), "35 to 49" if age < 50 else "50 and over")


def _case(stage: str) -> str:
    if stage in ("named", "interviewed", "arrested"):
        return "never charged"
    return "charged, not decided" if stage == "charged" else stage


def _count(found: Found, where: tuple[str, str], persons: Rows) -> None:
    side, area = where
    for what, categories in CATEGORIES.items():
        if (side, what) == ("victims", "stage"):
            continue
        held = [person[what] for person in persons]
        unknowns = [NOT, DIFFER] if what in CODED else [NOT]
        unknown = sum(value in unknowns for value in held)
        for group in (*categories, *unknowns):
            key = (f"core-{what}", side, "person", "all", "all", area, group, PEOPLE)
            found[key] = (held.count(group), len(held), 0 if group in unknowns else unknown)


def _pairs(found: Found, parts: Rows, people: Rows) -> None:
    met = {
        (v["person"], s["person"])
        for v in parts for s in parts
        if (v["side"], s["side"]) == ("victims", "suspects") and v["crime"] == s["crime"] and v["person"] != s["person"]
    }  # fmt: skip
    told = [tuple(_known(people, one) for one in pair) for pair in met]
    for victim in (*GROUPS, NOT):
        for suspect in (*GROUPS, NOT):
            unknown = sum(_may_be(pair, (victim, suspect)) for pair in told) if NOT not in (victim, suspect) else 0
            group = f"victim {victim}, suspect {suspect}"
            key = ("victim-by-suspect-ethnicity", "victims and suspects of one crime", "pair")
            found[*key, "all", "all", "all", group, PEOPLE] = (told.count((victim, suspect)), len(told), unknown)


def _known(people: Rows, person: str) -> str:
    told = _agreed(people, person, "sde", ethnic_group)
    return NOT if told == DIFFER else told


def _may_be(pair: tuple[str, ...], cell: tuple[str, str]) -> bool:
    """Whether a pair of whom something is unknown could be of the cell."""
    return NOT in pair and all(told in (NOT, asked) for told, asked in zip(pair, cell, strict=True))
