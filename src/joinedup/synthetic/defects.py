"""Defects seeded in what systems write, each at a known rate. A kind of defect has a number, a defect of it a name.

     1  a suspect's ethnicity missing or unreadable         11  a birth date that cannot be, or stands for none
     2  nationality missing, or another fact in its place   12  made-up phone or postcode, or one for no fixed abode
     3  a value never updated after the first entry         13  a record that nothing refers to
     4  what an officer saw written as what was said        14  marks or several names in one name
     5  ethnicity covered over or amended                   19  a case closed with an action open
     6  the flag for child sexual exploitation missing      20  a child harmed who is also recorded as a suspect
     7  a group's acts recorded as single crimes            21  wording that lays blame on a child
     8  rape left out of the count of exploitation          22  what spoils a denominator: no outcome yet, no force
    10  one person, many records; other names in a name     23  a case closed without any suspect's ethnicity

A seeder changes rows and marks which; a finder only marks rows in which a defect came about by itself. Kinds that no
file can show (9, 15 to 18) are not here.
"""

from __future__ import annotations

import numpy as np

from joinedup.synthetic import offences
from joinedup.synthetic.cases import BACKGROUND, EXPLOITATION, GROUP, SUSPECT, VICTIM
from joinedup.synthetic.choosing import NOBODY, age_on
from joinedup.synthetic.columns import picked, present
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.known_facts import VERBATIM, in_plain_words, seen_as_said
from joinedup.synthetic.numbers import NEVER, Text, day
from joinedup.synthetic.person_rows import Rows
from joinedup.synthetic.places import towns
from joinedup.synthetic.styles import CARE, CUSTODY, INTELLIGENCE
from joinedup.synthetic.world import World

NUMBERS: dict[str, int | None] = {
    "ethnicity-missing": 1, "ethnicity-unmapped": 1, "nationality-missing": 2, "nationality-confused": 2,
    "ethnicity-frozen": 3, "observed-as-self-defined": 4, "ethnicity-covered": 5, "ethnicity-amended": 5,
    "cse-flag-missing": 6, "group-split": 7, "rape-outside-cse": 8, "second-record": 10, "swapped-name": 10,
    "nickname": 10, "title-in-name": 10, "reference-in-name": 10, "business-as-person": 10, "dob-future": 11,
    "dob-today": 11, "dob-arrest-date": 11, "dob-after-death": 11, "dob-over-120": 11, "dob-placeholder": 11,
    "phone-made-up": 12, "postcode-made-up": 12, "no-fixed-abode": 12, "orphan": 13, "special-characters": 14,
    "several-names": 14, "closed-with-open-action": 19, "child-also-suspect": 20, "wording": 21,
    "outcome-none-yet": 22, "force-not-territorial": 22, "closed-without-ethnicity": 23,
    "row-with-a-field-too-many": None,
}  # fmt: skip
"""Each defect's name and the number of its kind; None for the one that is a fault of the file alone."""

RATES = {
    "nationality-confused": 0.01, "observed-as-self-defined": 0.03, "ethnicity-covered": 0.03, "title-in-name": 0.006,
    "reference-in-name": 0.004, "business-as-person": 0.008, "dob-future": 0.0015, "dob-today": 0.0015,
    "dob-arrest-date": 0.006, "dob-after-death": 0.0015, "dob-over-120": 0.0015, "dob-placeholder": 0.008,
    "phone-made-up": 0.006, "postcode-made-up": 0.005, "no-fixed-abode": 0.012, "orphan": 0.008,
    "special-characters": 0.004, "several-names": 0.06, "force-not-territorial": 0.004,
}  # fmt: skip
"""Share of the rows that could show it, in a system whose staff err as often as is ordinary."""

_BUSINESSES = ("Stores Ltd", "Convenience Store", "Filling Station", "Hotel", "Taxis Ltd", "Takeaway")
_NOT_A_VALUE = {"refused", "not_asked", "not_understood", "not_known"}


def has_value(column: Text) -> np.ndarray:
    """Where a cell of a coded column holds a code, not a reason or a spelling that means nothing."""
    coded = present(column) & ~np.isin(column.astype(str), list(_NOT_A_VALUE))
    return coded & ~np.char.startswith(column.astype(str), VERBATIM)


def _choose(rng: np.random.Generator, rows: Rows, held: Holding, name: str, eligible: np.ndarray) -> np.ndarray:
    """Mark a random few of the eligible rows with the defect `name` and give their places."""
    rate = RATES[name] * min(2.0, held.system.style.slips)
    chosen = eligible & (rng.random(len(eligible)) < rate)
    rows.marks[name] = chosen
    return np.flatnonzero(chosen)


def seed_in_persons(rng: np.random.Generator, world: World, held: Holding, rows: Rows) -> None:
    """Seed defects in a system's person records, and mark those that are there already."""
    known = held.person != NOBODY
    alone = known & (world.group_of[held.person.clip(0)] < 0)
    _in_facts(rng, world, held, rows, known)
    _in_names(rng, held, rows, known, alone)
    _in_births(rng, held, rows, known & (rows.days["dob"] < NEVER))
    _in_contacts(rng, held, rows)
    orphans = alone & ~held.suspected & ~rows.marks["business-as-person"]
    _choose(rng, rows, held, "orphan", orphans)
    rows.marks["second-record"] = held.again & known & (held.system.kind != CUSTODY)


def _in_facts(rng: np.random.Generator, world: World, held: Holding, rows: Rows, known: np.ndarray) -> None:
    text, suspected = rows.text, held.suspected & known
    if held.system.style.self_defined:
        observed = text["observed_ethnicity"]
        eligible = suspected & has_value(observed) & ~has_value(text["self_defined_ethnicity"])
        here = _choose(rng, rows, held, "observed-as-self-defined", eligible)
        text["self_defined_ethnicity"][here] = seen_as_said(observed[here])
    if held.system.kind == CARE:
        here = _choose(rng, rows, held, "ethnicity-covered", has_value(text["self_defined_ethnicity"]))
        text["self_defined_ethnicity"][here] = VERBATIM + "XXXX"
    if held.system.style.nationality:
        here = _choose(rng, rows, held, "nationality-confused", known)
        words = np.where(
            rng.random(len(here)) < 0.6, in_plain_words(world.people, held.person[here]), towns(held.system.force)[0]
        )
        text["nationality"][here], text["second_nationality"][here] = VERBATIM + words, None
        rows.marks["nationality-missing"] = (
            suspected & ~has_value(text["nationality"]) & ~rows.marks["nationality-confused"]
        )
    said = text["self_defined_ethnicity"]
    rows.marks["ethnicity-missing"] = suspected & ~has_value(said)
    rows.marks["ethnicity-unmapped"] = suspected & np.char.startswith(said.astype(str), VERBATIM)


def _in_names(rng: np.random.Generator, held: Holding, rows: Rows, known: np.ndarray, alone: np.ndarray) -> None:
    forenames, surname = rows.text["forenames"], rows.text["surname"]
    whole = known & present(forenames) & present(surname)
    here = _choose(rng, rows, held, "title-in-name", whole)
    forenames[here] = picked(rng, ("Mr ", "Mrs ", "Miss ", "Dr ", "Ms "), len(here)) + forenames[here]
    here = _choose(rng, rows, held, "reference-in-name", whole)
    surname[here] = surname[here] + " 14/" + (here + 1000).astype(str).astype(object)
    here = _choose(rng, rows, held, "special-characters", whole)
    surname[here] = surname[here] + picked(rng, ("*", " ##", "?", " @", "~"), len(here))
    here = _choose(rng, rows, held, "several-names", whole & present(rows.text["aliases"]))
    forenames[here] = forenames[here] + picked(rng, (" aka ", " / ", " alias "), len(here)) + rows.text["aliases"][here]
    here = _choose(
        rng, rows, held, "business-as-person", alone & ~held.suspected & (held.system.kind not in (CARE, CUSTODY))
    )
    surname[here] = picked(rng, towns(held.system.force), len(here)) + " " + picked(rng, _BUSINESSES, len(here))
    for target in ("forenames", "aliases", "sex", "email", "self_defined_ethnicity", "observed_ethnicity"):
        rows.text[target][here] = None
    rows.days["dob"][here] = NEVER


def _in_births(rng: np.random.Generator, held: Holding, rows: Rows, eligible: np.ndarray) -> None:
    """Wrong birth dates, one kind a row."""
    dob, since = rows.days["dob"], held.since
    left = eligible & (rows.days["precision"] == 0) & ~rows.marks["business-as-person"]
    today = "dob-arrest-date" if held.system.kind == CUSTODY else "dob-today"
    for name in ("dob-placeholder", "dob-future", today, "dob-after-death", "dob-over-120"):
        if name == "dob-after-death" and held.system.kind in (CUSTODY, INTELLIGENCE):
            continue
        here = _choose(rng, rows, held, name, left)
        left = left & ~rows.marks[name]
        if name == "dob-after-death":
            rows.days["died_on"][here] = dob[here] - 400
        else:
            dob[here] = _wrong_birth(rng, name, dob[here], since[here])


def _wrong_birth(rng: np.random.Generator, name: str, dob: np.ndarray, since: np.ndarray) -> np.ndarray:
    if name == "dob-placeholder":
        return np.where(rng.random(len(dob)) < 0.7, day(1900), day(1970))
    if name == "dob-future":
        return day(2031) + dob % 3000
    if name == "dob-over-120":
        return day(1870) + dob % 5000
    return since


def _in_contacts(rng: np.random.Generator, held: Holding, rows: Rows) -> None:
    text = rows.text
    here = _choose(rng, rows, held, "phone-made-up", present(text["phone"]))
    text["phone"][here] = picked(rng, ("00000000000", "99999999999", "0000"), len(here))
    here = _choose(rng, rows, held, "postcode-made-up", present(text["postcode"]))
    text["postcode"][here] = "XX0 0XX"
    homeless = present(text["postcode"]) & ~rows.marks["postcode-made-up"]
    here = _choose(rng, rows, held, "no-fixed-abode", homeless)
    text["postcode"][here] = picked(rng, ("NF1 1NF", "NF1 1FA", "ZZ99 3VZ"), len(here))
    text["line"][here], text["town"][here] = "No fixed abode", None


def seed_in_crimes(rng: np.random.Generator, world: World, held: Holding, rows: Rows, persons: Rows) -> None:
    """Seed and mark defects in a system's crimes."""
    kind, flag = world.cases.kind[held.case], rows.text["cse_flag"]
    about = (kind == EXPLOITATION) | (kind == GROUP)
    rape = np.isin(world.cases.offence[held.case], list(offences.RAPE))
    rows.marks["cse-flag-missing"] = about & ~present(flag)
    rows.marks["rape-outside-cse"] = about & rape & (flag == "no")
    rows.marks["group-split"] = kind == GROUP
    rows.marks["outcome-none-yet"] = rows.text["outcome"] == "0"
    rows.marks["closed-without-ethnicity"] = _closed_without(held, rows, persons)
    if held.system.writes_force:
        here = _choose(rng, rows, held, "force-not-territorial", np.ones(len(rows), dtype=bool))
        rows.text["force"][here] = picked(rng, ("00", "British Transport Police", "National Fraud Bureau"), len(here))


def _closed_without(held: Holding, crimes: Rows, persons: Rows) -> np.ndarray:
    """Crimes with an outcome, of whose known suspects nobody's ethnicity is in the record."""
    recorded = has_value(persons.text["self_defined_ethnicity"])[held.record]
    suspects = (held.parts.role == SUSPECT) & (held.parts.person != NOBODY)
    some = np.bincount(held.parts.case[suspects], minlength=len(crimes)) > 0
    with_value = np.bincount(held.parts.case[suspects & recorded], minlength=len(crimes)) > 0
    outcome = crimes.text["outcome"]
    return some & ~with_value & present(outcome) & (outcome != "0")


def mark_roles(world: World, held: Holding, rows: Rows) -> None:
    """Mark children who are victims of a group and also recorded as suspects."""
    parts, cases = world.parts, world.cases
    harmed = parts.person[(parts.role == VICTIM) & (cases.kind[parts.case] == GROUP)]
    case = held.case[held.parts.case]
    age = age_on(world.people.born[held.parts.person.clip(0)], cases.offence_from[case])
    suspect = (held.parts.role == SUSPECT) & (cases.kind[case] == BACKGROUND) & (age < 18)
    rows.marks["child-also-suspect"] = suspect & np.isin(held.parts.person, harmed)
