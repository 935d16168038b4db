"""A system's records of persons as columns: what it wrote, before its own spelling of dates and codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.codes import code_list
from joinedup.synthetic import known_facts, numbers
from joinedup.synthetic.cases import ARRESTED
from joinedup.synthetic.choosing import NOBODY
from joinedup.synthetic.columns import by_value, either, nothing, of_some, picked
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.numbers import NEVER, Text, Whole
from joinedup.synthetic.people import FEMALE
from joinedup.synthetic.places import TOWNS_A_FORCE, towns
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE
from joinedup.synthetic.systems import force_code
from joinedup.synthetic.world import World
from joinedup.synthetic.written_names import write_names

DAY, MONTH, YEAR = range(3)

_NO_DOB = {CRIME: 0.06, CUSTODY: 0.004, INTELLIGENCE: 0.22, INQUIRY: 0.07, CARE: 0.02}
_NO_ADDRESS = {CRIME: 0.1, CUSTODY: 0.05, INTELLIGENCE: 0.4, INQUIRY: 0.15, CARE: 0.03}
_PHONE = {CRIME: 0.5, CUSTODY: 0.45, INTELLIGENCE: 0.4, INQUIRY: 0.5, CARE: 0.3}
_PNC = {CRIME: 0.55, CUSTODY: 0.9, INTELLIGENCE: 0.4, INQUIRY: 0.6, CARE: 0.0}
_OCCUPATIONS = (
    "Retail assistant", "Driver", "Warehouse operative", "Student", "Unemployed", "Plumber", "Chef", "Carer",
    "Labourer", "Teaching assistant", "Office worker", "Electrician", "Cleaner", "Hairdresser", "Mechanic", "Nurse",
    "Self-employed",
)  # fmt: skip
_ID_FORMS = {
    CRIME: ("N", 7, 104_000),
    CUSTODY: ("CU", 6, 20_000),
    INTELLIGENCE: ("I", 6, 3_000),
    INQUIRY: ("N", 5, 0),
    CARE: ("P", 7, 2_100_000),
}


@dataclass
class Rows:
    """Rows that a system will write, column by column, and the defects seeded in them.

    text: cells, None where missing. days: days since 1970, NEVER where missing. marks: defect name -> whether each row
    has it.
    """

    text: dict[str, Text]
    days: dict[str, Whole]
    marks: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(next(iter(self.text.values())))


def person_rows(rng: np.random.Generator, world: World, held: Holding) -> Rows:
    """What the system of `held` wrote of each record, in the order of its record numbers."""
    known = held.person != NOBODY
    names, written = write_names(rng, held, world.people)
    text = {"local_id": _local_ids(held), **names, "sex": _sexes(rng, world, held)}
    text |= _facts(rng, world, held, known) | _homes(rng, world, held) | _identifiers(rng, world, held)
    text |= {"birth_place": _birth_places(rng, world, held), "occupation": picked(rng, _OCCUPATIONS, len(known))}
    text["occupation"] = of_some(rng, text["occupation"], 0.5)
    described = {"local_id", "sex", "observed_ethnicity", "self_defined_ethnicity"}
    text = {target: column if target in described else either(known, column, None) for target, column in text.items()}
    text["force"] = _forces(held, world)
    days, precision = _births(rng, world, held, known)
    died = world.people.died_on[held.person.clip(0)]
    died = np.where(known & (died > held.since) & (rng.random(len(known)) < 0.6), died, NEVER)
    marks = {
        name: mark & known for name, mark in (("nickname", written["short"]), ("swapped-name", written["swapped"]))
    }
    return Rows(text, {"dob": days, "precision": precision, "died_on": died, "recorded_on": held.since}, marks)


def _local_ids(held: Holding) -> Text:
    letters, width, start = _ID_FORMS[held.system.kind]
    serial = numbers.padded(np.arange(len(held.person)) + start + 1, width)
    if held.system.kind == CUSTODY:
        return letters + serial + "/" + numbers.padded(numbers.years_of(held.since) % 100, 2)
    return letters + serial


def _forces(held: Holding, world: World) -> Text:
    """The force whose case a record first came from."""
    of = np.full(len(held.person), held.system.force)
    of[held.record[::-1]] = world.cases.force[held.case[held.parts.case[::-1]]]
    return np.array([force_code(place) for place in range(world.size.forces)], dtype=object)[of]


def _sexes(rng: np.random.Generator, world: World, held: Holding) -> Text:
    truth = np.where(world.people.sex[held.person.clip(0)] == FEMALE, "F", "M").astype(object)
    described = np.where(rng.random(len(truth)) < 0.85, "M", "F").astype(object)
    written = np.where(held.person == NOBODY, described, truth)
    slipped = rng.random(len(truth)) < 0.002 * held.system.style.slips
    written = np.where(slipped, np.where(written == "M", "F", "M"), written)
    return np.where(rng.random(len(truth)) < 0.025, picked(rng, [None, "not_known", "9"], len(truth)), written)


def _facts(rng: np.random.Generator, world: World, held: Holding, known: np.ndarray) -> dict[str, Text]:
    style, people = held.system.style, world.people
    first, second = known_facts.nationalities(rng, held, people, known)
    none = nothing(len(known))
    return {
        "self_defined_ethnicity": known_facts.self_defined(rng, held, people, known) if style.self_defined else none,
        "observed_ethnicity": known_facts.observed(rng, held, people) if style.observed else none,
        "nationality": first if style.nationality else none,
        "second_nationality": second if style.nationality else none,
    }


def _births(rng: np.random.Generator, world: World, held: Holding, known: np.ndarray) -> tuple[Whole, Whole]:
    """Day of birth as written, with its slips, and how exactly; intelligence often knows a year or a month alone."""
    born = world.people.born[held.person.clip(0)]
    slips = held.system.style.slips
    turned = np.where(rng.random(len(born)) < 0.006 * slips, day_and_month_swapped(born), born)
    off = rng.choice([-3650, -366, -365, -30, -10, -1, 1, 10, 31, 365, 366, 3652], size=len(born))
    written = np.where(rng.random(len(born)) < 0.008 * slips, turned + off, turned)
    missing = ~known | (rng.random(len(born)) < _NO_DOB[held.system.kind])
    precision = rng.choice([DAY, MONTH, YEAR], size=len(born), p=[0.82, 0.04, 0.14])
    return np.where(missing, NEVER, written), precision if held.system.kind == INTELLIGENCE else np.full(len(born), DAY)


def day_and_month_swapped(days: Whole) -> Whole:
    """3 April as 4 March; days after the twelfth stay."""
    as_days = days.astype("datetime64[D]")
    year, month = as_days.astype("datetime64[Y]"), as_days.astype("datetime64[M]")
    of_month, of_year = (as_days - month).astype(np.int64), (month - year.astype("datetime64[M]")).astype(np.int64)
    turned = (year.astype("datetime64[M]") + of_month).astype("datetime64[D]").astype(np.int64) + of_year
    return np.where(of_month < 12, turned, days)


def _homes(rng: np.random.Generator, world: World, held: Holding) -> dict[str, Text]:
    """Address, phones and e-mail on the day of the record, some of them out of date."""
    people, person = world.people, held.person.clip(0)
    on = held.since - rng.integers(300, size=len(person))
    which = (on[:, None] >= people.moved_on[person]).sum(axis=1)
    address = people.address[person, which]
    there = rng.random(len(person)) >= _NO_ADDRESS[held.system.kind]
    line, town, postcode = (
        either(there, column[address], None) for column in (world.places.line, world.places.town, world.places.postcode)
    )
    serial = people.phone[person, (on >= people.new_phone_on[person]).astype(np.int64)]
    phone = of_some(rng, numbers.phones(serial), _PHONE[held.system.kind])
    other = of_some(
        rng, numbers.phones(group_phones(rng, world, person)), np.where(world.group_of[person] >= 0, 0.2, 0.0)
    )
    email = "person" + serial.astype(str).astype(object) + "@post.example"
    return {
        "line": line, "town": town, "postcode": of_some(rng, postcode, 0.9), "phone": phone, "second_phone": other,
        "email": of_some(rng, email, 0.12),
    }  # fmt: skip


def group_phones(rng: np.random.Generator, world: World, person: Whole) -> Whole:
    """Serial of one of the three phones of each person's group."""
    shared = world.groups.phones[world.group_of[person].clip(0), rng.integers(3, size=len(person))]
    return shared + 2 * len(world.people)


def _identifiers(rng: np.random.Generator, world: World, held: Holding) -> dict[str, Text]:
    """PNC and CRO numbers of those arrested; NHS number and child identifier in social care."""
    kind, person = held.system.kind, held.person.clip(0)
    year = (numbers.years_of(world.people.born[person]) + 10 + person % 3).clip(1996)
    arrested = (held.stage >= ARRESTED) | ((kind == INTELLIGENCE) & held.suspected)
    pnc = of_some(rng, numbers.pnc_ids(year, person), np.where(arrested, _PNC[kind], 0.0))
    none = nothing(len(person))
    care = kind == CARE
    return {
        "id_pnc": pnc,
        "id_cro": of_some(rng, numbers.cro_ids(year, person), np.where(arrested, 0.5, 0.0))
        if kind == CUSTODY
        else none,
        "id_nhs": of_some(rng, numbers.nhs_numbers(person), 0.7) if care else none,
        "id_child": of_some(rng, numbers.child_ids(person), np.where(held.suspected, 0.0, 0.85)) if care else none,
    }


def _birth_places(rng: np.random.Generator, world: World, held: Holding) -> Text:
    """A town of the region for those of British nationality, a country for the others."""
    person = held.person.clip(0)
    towns_here = np.array([town for force in range(world.size.forces) for town in towns(force)], dtype=object)
    home = towns_here[world.people.force[person] * TOWNS_A_FORCE + person % TOWNS_A_FORCE]
    abroad = by_value(world.people.nationality[person], code_list("nationality").label)
    place = np.where(world.people.nationality[person] == "GBR", home, abroad)
    return of_some(rng, place, 0.5 if held.system.kind in (CUSTODY, CARE) else 0.0)
