"""A clean, invented batch as a careful force sends it: what `test_seeded_defects.py` spoils.

It is written from what such a force would record, never from the rules, so that a row that goes back is a fault of one
or the other. The day on which it is sent is 31 March 2026.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
import random
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import faker.providers.person as faker_people

from joinedup.codes import code_list, offence

AS_OF = dt.date(2026, 3, 31)
DAY = dt.timedelta(days=1)
WORDS = tomllib.loads(Path(__file__).with_name("seeded_defects.toml").read_text("utf-8"))["clean"]
TABLES = ("person_records", "crimes", "roles", "charges", "notes")
STAGES = ("named", "interviewed", "arrested", "charged", "convicted", "acquitted")
OLDER_LAW = {"020/01": (0, 15, "F"), "017/11": (0, 15, "M"), "021/01": (0, 12, "F"), "022/01": (13, 15, "F")}
OTHER_CRIME = ("003/01", "005/01", "008/01", "105/01")
EXPLOITATION = ("14", "15", "15A", "47", "48", "49", "50")

Row = defaultdict[str, Any]
"""A row as sent, and under names that begin with `_` what its sender knows of it."""
Draw = random.Random


def years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def age_on(day: dt.date, born: dt.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@cache
def offences() -> list[Any]:
    """Offences with a class that is right, those of exploitation more often than they are many."""
    every = [offence(code) for code in code_list("cjs-offence").codes if len(code) == 7]
    right = [o for o in every if o.ho_class and not o.published_fault]
    return right + 6 * [o for o in right if o.section in EXPLOITATION]


def is_slip(name: str) -> bool:
    """Slips in the lists of a few locales: a comma left behind a surname, brackets, and births without a name."""
    return not set(",;()").isdisjoint(name) or name == "Unknown"


def names() -> list[tuple[list[str], list[str]]]:
    """Given and family names of every locale that has lists of both, in its own script; and our own."""
    found = []
    for module in pkgutil.iter_modules(faker_people.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        pair = [getattr(provider, which, ()) for which in ("first_names", "last_names")]
        if not any(isinstance(one, property) or not one for one in pair):
            found.append(([n for n in pair[0] if not is_slip(n)], [n for n in pair[1] if not is_slip(n)]))
    return found + 5 * [(WORDS["forenames"], WORDS["surnames"])]


class Batch:
    """What a careful force sends."""

    def __init__(self, draw: Draw, people: int) -> None:
        self.draw, self.names = draw, names()
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        groups = code_list("self-defined-ethnicity")
        self.groups = [code for code in groups.codes if not code.startswith("N")]
        self.labels = [groups.label(code) for code in self.groups]
        self.countries = sorted(code_list("nationality").substantive)
        while len(self.tables["person_records"]) < people:
            self.crime()

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def within(self, start: dt.date, end: dt.date) -> dt.date:
        return start + self.draw.randint(0, max(0, (end - start).days)) * DAY

    def several(self, *weights: int) -> range:
        return range(self.draw.choices(range(len(weights)), weights)[0])

    def add(self, table: str, _crime: Row | None = None, **values: Any) -> Row:
        row: Row = defaultdict(str, {c: v if c.startswith("_") else str(v) for c, v in values.items()})
        row["_crimes"] = set() if _crime is None else _crime["_crimes"]
        row["_crime"] = _crime
        self.tables[table].append(row)
        return row

    def crime(self) -> None:
        start, code, class_, (low, high, sex), adult = self.offence()
        until = self.within(start, min(AS_OF, start + 300 * DAY)) if self.chance(0.15) else start
        recorded = self.within(until, min(AS_OF, until + 60 * DAY) if start.year > 2003 else AS_OF)
        number = f"CR/{len(self.tables['crimes']) + 1:06}"
        crime = self.add(
            "crimes", crime_id=number, force=f"X0{self.draw.randint(1, 6)}", recorded_on=recorded, offence_from=start,
            offence_to=until if self.chance(0.9) else "", ho_class=class_, cjs_code=code,
            cse_flag="no" if high > 17 else self.draw.choice(("yes", "Y", "true")),
            premises=self.draw.choice(("", "Flat", "Hotel")), _from=start, _recorded=recorded, _roles=[],
        )  # fmt: skip
        crime["_crimes"] = {number}
        for _ in self.several(4, 92, 4):
            self.victim(crime, self.person(crime, self.born(crime, low, min(high, low + 30)), sex))
        ages = {"adult": (18, 70), "under 18": (10, 17)}.get(adult or "", (17, 70))
        for _ in self.several(12, 58, 20, 10):
            person = self.person(crime, self.born(crime, *ages))
            (self.known_suspect if self.chance(0.8) else self.unknown_suspect)(crime, person)
        for _ in self.several(50, 35, 15):
            self.witness(crime)
        self.close(crime)
        for _ in self.several(40, 40, 20):
            self.add(
                "notes", crime, note_id=f"N{len(self.tables['notes']) + 1}", crime_id=number,
                written_on=self.within(recorded, AS_OF), author_role="investigator",
                text=self.draw.choice(WORDS["notes"]),
            )  # fmt: skip

    def offence(self) -> tuple[dt.date, str, str, tuple[int, int, str | None], str | None]:
        """First day, code, class, youngest and oldest victim and their sex, and who can have done it."""
        if self.chance(0.08):
            class_ = self.draw.choice(list(OLDER_LAW))
            return self.within(dt.date(1975, 1, 1), dt.date(2003, 12, 31)), "", class_, OLDER_LAW[class_], None
        start = self.within(dt.date(2004, 6, 1) if self.chance(0.25) else dt.date(2023, 1, 1), AS_OF)
        if self.chance(0.15):
            return start, "", self.draw.choice(OTHER_CRIME), (3, 80, None), None
        found = next(o for o in self.draw.sample(offences(), 40) if start.isoformat() < (o.ended or "9"))
        ages = (found.victim_age_low or 0, 80 if found.victim_age_high is None else found.victim_age_high)
        form = "A" if self.chance(0.05) else ""
        class_ = offence(found.code + form).ho_class or found.ho_class
        both = (found.code + form, class_)
        code, class_ = self.draw.choice((both, both, both, (both[0], ""), ("", found.ho_class)))
        return start, code, class_, (*ages, found.victim_sex), found.offender

    def born(self, crime: Row, low: int, high: int) -> dt.date:
        """Somebody of `low` to `high` at the offence, and not yet 90 when it was recorded."""
        high = max(low, min(high, 89 - crime["_recorded"].year + crime["_from"].year))
        return years_before(crime["_from"], self.draw.randint(low, high)) - self.draw.randint(0, 360) * DAY

    def person(self, crime: Row, born: dt.date, sex: str | None = None) -> Row:
        firsts, lasts = self.draw.choice(self.names)
        number, recorded = len(self.tables["person_records"]) + 1, crime["_recorded"]
        phone = f"{number % 1000:03}"
        dob = self.birth_date(born)
        return self.add(
            "person_records", local_id=f"P{number:06}", surname=self.draw.choice(lasts), dob=dob,
            forenames=" ".join(self.draw.choice(firsts) for _ in self.several(1, 80, 19)),
            aliases="Bee; Little Q" if self.chance(0.02) else "", dob_reason="" if dob else "not_known", died_on="",
            sex=sex or self.draw.choice("MMFF9"), sex_reason="", self_defined_ethnicity="",
            self_defined_ethnicity_reason="", observed_ethnicity="", nationalities="", nationality_reason="",
            not_asked_why="", postcode=self.draw.choice(("XA1 1AA", "xb99nz", "XW14 3QD", "")),
            address=f"{number % 190 + 1} Quill Lane, Tarrowmere", emails=self.draw.choice(("", "q@example.org")),
            phones=self.draw.choice((f"07700 900{phone}", f"+44 1632 960{phone}; 07700900123", "0048 22 555 0123", "")),
            id_pnc="", id_nhs=f"943{number:07}" if self.chance(0.2) else "", id_child="", force=crime["force"],
            recorded_on=max(born, self.within(recorded, min(AS_OF, recorded + 9 * DAY))),
            retain_until=self.draw.choice(("", "2090-01-01")), _born=born, _roles=[],
        )  # fmt: skip

    def birth_date(self, born: dt.date) -> str:
        """Somebody born on a day that systems fill in is sent with the year alone, as the rule book asks."""
        if (born.year, born.month, born.day) in ((1900, 1, 1), (1970, 1, 1)):
            return str(born.year)
        day = born.isoformat()
        partial = born.year < 2000 and self.chance(0.15)
        return self.draw.choice((f"{born:%d/%m/%Y}", day[:7], day[:4], "")) if partial else day

    def role(self, crime: Row, person: Row, role: str, **values: Any) -> Row:
        told = self.draw.choice((crime["_from"], crime["_recorded"]))
        age = age_on(told, person["_born"]) if person["dob"] or person["dob_reason"] else 0
        known = {"crime_id": crime["crime_id"], "record_id": person["local_id"], "role": role}
        texts = {"stage": "", "stage_on": "", "stated_age": age if age and self.chance(0.4) else "", "age_low": ""}
        row = self.add("roles", crime, **known, **{**texts, "age_high": "", "identified": "", **values}, _person=person)
        person["_crimes"] |= crime["_crimes"]
        person["_roles"].append(row)
        crime["_roles"].append(row)
        return row

    def victim(self, crime: Row, person: Row) -> None:
        if age_on(AS_OF, person["_born"]) < 18:
            person["id_child"] = f"C1{person['local_id'][1:]}"
        self.answer(person, may_wait=True)
        self.role(crime, person, "victim")["_harmed"] = True

    def witness(self, crime: Row) -> None:
        """Somebody new, or somebody of another case who was old enough."""
        earlier = self.draw.sample(self.tables["person_records"], min(5, len(self.tables["person_records"])))
        old = [p for p in earlier if p["surname"] and len(p["_crimes"]) == 1 and not p["_crimes"] & crime["_crimes"]]
        old = [p for p in old if age_on(crime["_from"], p["_born"]) > 15] if self.chance(0.5) else []
        old = [p for p in old if age_on(crime["_recorded"], p["_born"]) < 90]
        person = old[0] if old else self.person(crime, self.born(crime, 8, 80))
        if not old and self.chance(0.05):
            person["died_on"] = str(self.within(crime["_recorded"], AS_OF))
        self.role(crime, person, self.draw.choice(("witness", "witness", "other")))

    def unknown_suspect(self, crime: Row, person: Row) -> None:
        """A description, and nobody known."""
        person.update(dict.fromkeys(("forenames", "surname", "dob", "dob_reason", "aliases", "id_nhs"), ""))
        person["observed_ethnicity"] = self.draw.choice(("", "1", "3", "4"))
        low = self.draw.randint(18, 50)
        told = {"age_low": low, "age_high": low + self.draw.randint(0, 15), "identified": self.draw.choice(("no", "N"))}
        self.role(crime, person, "suspect", **told)["_suspect"] = True

    def known_suspect(self, crime: Row, person: Row) -> None:
        stage = self.draw.choices(STAGES, (15, 20, 35, 20, 6, 4))[0]
        on = self.within(crime["_recorded"], min(AS_OF, crime["_recorded"] + 250 * DAY))
        met = STAGES.index(stage) > 1
        self.answer(person, may_wait=not met or (AS_OF - on).days <= 28)
        person["id_pnc"] = f"{on.year}/{person['local_id'][1:]}X" if met else ""
        values = {
            "stage": stage,
            "stage_on": "" if stage == "named" else on,
            "identified": self.draw.choice(("", "yes")),
        }
        role = self.role(crime, person, self.draw.choice(("suspect", "suspect", "offender")), **values)
        role.update(_suspect=True, _known=True, _on=on if met else None)
        person["_known"] = True
        if STAGES.index(stage) > 2:
            self.charge(crime, person, on if stage == "charged" else self.within(crime["_recorded"], on))

    def charge(self, crime: Row, person: Row, day: dt.date) -> None:
        for code, class_ in {"SX03025": "022/06", crime["cjs_code"]: crime["ho_class"]}.items():
            known = {"crime_id": crime["crime_id"], "record_id": person["local_id"], "cjs_code": code}
            self.add("charges", crime, **known, ho_class=class_, charged_on=day, disposal="", _person=person)

    def answer(self, row: Row, *, may_wait: bool) -> None:
        """What the person said of ethnicity and nationality, or why not; and what an officer saw."""
        refused = ("NS", ""), ("Prefer not to say", ""), ("N4", ""), ("", "refused"), ("N3", ""), ("", "not_understood")
        waiting = ("N1", ""), ("N2", ""), ("", "not_known"), ("", "not_asked")
        said = self.draw.choice((*self.groups, *self.groups, self.draw.choice(self.labels))), ""
        kinds = said, self.draw.choice(refused), self.draw.choice(waiting) if may_wait else said
        row["self_defined_ethnicity"], row["self_defined_ethnicity_reason"] = self.draw.choices(kinds, (86, 9, 5))[0]
        unseen = ("", "0") if row["self_defined_ethnicity"] in self.groups else ("0",)
        row["observed_ethnicity"] = self.draw.choice((*"1234567", *unseen))
        if row["self_defined_ethnicity_reason"] == "not_asked":
            row["not_asked_why"] = self.draw.choice(WORDS["why"])
        one, two, word = self.draw.choice(self.countries), self.draw.choice(self.countries), WORDS["adjectives"]
        given = self.draw.choice(("GBR", "GBR", "GBR", one, f"{two}; GBR", self.draw.choice(word))), ""
        waits = ("UNKNOWN", "") if may_wait else given
        answers = given, ("Refused", ""), ("", "refused"), waits
        row["nationalities"], row["nationality_reason"] = self.draw.choices(answers, (92, 3, 2, 3))[0]

    def close(self, crime: Row) -> None:
        """An outcome that fits what is known of suspects, or none yet."""
        stages = [role["stage"] for role in crime["_roles"] if role["_known"]]
        with_suspect, without = "15 16 0 17 20 21 9 10 13 22 8", "18 14 0 20 17 21"
        charged = set(stages) & set(STAGES[3:])
        outcome = self.draw.choice(("1 1 1 1A" if charged else with_suspect if stages else without).split())
        crime.update(outcome=outcome, outcome_on="", closed_reason="", _known=len(stages))
        if outcome != "0":
            crime["outcome_on"] = str(self.within(crime["_recorded"], AS_OF))
            crime["closed_reason"] = self.draw.choice(("", "Reviewed and closed, see log"))
        if crime["ho_class"] in OTHER_CRIME and self.chance(0.5):
            crime["cse_flag"] = ""  # nothing asks for it there


# What can be asked of rows


def suspects(crime: Row) -> list[Row]:
    return [role for role in crime["_roles"] if role["_suspect"]]


def victims(crime: Row) -> list[Row]:
    return [role["_person"] for role in crime["_roles"] if role["_harmed"]]


def exact(person: Row) -> bool:
    return len(person["dob"]) == 10


def aged(person: Row) -> bool:
    """Whose birth date nothing else in the batch is told by."""
    return exact(person) and not any(role["stated_age"] or role["_harmed"] for role in person["_roles"])


def met_on(person: Row) -> dt.date | None:
    return max((role["_on"] for role in person["_roles"] if role["_on"]), default=None)


def exploits(crime: Row) -> bool:
    return bool(crime["cjs_code"]) and offence(crime["cjs_code"]).section in EXPLOITATION


def of_a_group(crime: Row) -> bool:
    sexual = crime["ho_class"] not in OTHER_CRIME and not exploits(crime) and crime["cjs_code"]
    young = [p for p in victims(crime) if exact(p) and age_on(crime["_from"], p["_born"]) < 18]
    return bool(sexual and young and len(suspects(crime)) > 1)


def spare(role: Row) -> bool:
    """Nothing hangs on it: neither a crime's suspect or victim, nor a person's only role."""
    return role["role"] in ("witness", "other") and len(role["_person"]["_roles"]) > 1


def undated(crime: Row) -> bool:
    """No age, stage or charge that another day of the crime would contradict as well."""
    return not any(role["stated_age"] or role["stage_on"] for role in crime["_roles"])
