"""A system's crimes, parts in them, changes of class, charges and contacts as columns, before its own spelling."""

from __future__ import annotations

import numpy as np

from joinedup.synthetic import numbers, offences, wording
from joinedup.synthetic.cases import BACKGROUND, CHARGED, CONVICTED, EXPLOITATION, GROUP, STAGES, SUSPECT, VICTIM, Cases
from joinedup.synthetic.choosing import NOBODY, age_on
from joinedup.synthetic.columns import either, nothing, of_some, picked, present
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.numbers import NEVER, Text, Whole
from joinedup.synthetic.person_rows import Rows, group_phones
from joinedup.synthetic.places import PREMISES
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE
from joinedup.synthetic.systems import force_code
from joinedup.synthetic.world import World

ROLES = ("suspect", "victim", "witness")
_PREFIX = {INTELLIGENCE: "IR", INQUIRY: "E", CARE: "REF", CUSTODY: "C"}
_SHARED_BY_CUSTODY = 0.75


def crime_references(world: World, crime_systems: list[Holding]) -> Text:
    """The reference that crime recording gave each case, `01/000123/14`; None for cases that it does not hold."""
    reference = nothing(len(world.cases))
    for held in crime_systems:
        year = numbers.padded(numbers.years_of(held.held_on) % 100, 2)
        serial = numbers.padded(np.arange(len(held.case)) + 1, 6)
        reference[held.case] = f"{held.system.force + 1:02}/" + serial + "/" + year
    return reference


def case_references(rng: np.random.Generator, held: Holding, of_crime: Text) -> Text:
    """How `held`'s system names its cases: its own serials, but custody mostly uses crime recording's reference."""
    if held.system.kind == CRIME:
        return of_crime[held.case]
    own = _PREFIX[held.system.kind] + numbers.padded(np.arange(len(held.case)) + 1, 6)
    if held.system.kind != CUSTODY:
        return own
    shared = of_some(rng, of_crime[held.case], _SHARED_BY_CUSTODY)
    return np.where(present(shared), shared, own)


def crime_rows(rng: np.random.Generator, world: World, held: Holding, reference: Text) -> Rows:
    """One row a case: days, class, flag, place and outcome. Intelligence and care keep no class and no outcome."""
    cases, case = world.cases, held.case
    classed = held.system.kind in (CRIME, INQUIRY)
    offence = cases.offence[case]
    outcome = np.array(offences.OUTCOMES, dtype=object)[cases.outcome[case]]
    none = nothing(len(case))
    text = {
        "crime_id": reference,
        "force": np.array([force_code(place) for place in range(world.size.forces)], dtype=object)[cases.force[case]],
        "ho_class": offences.HO_CLASSES[offence] if classed else none,
        "cjs_code": of_some(rng, offences.CJS_CODES[offence], 0.8) if classed else none,
        "cse_flag": _flags(rng, cases, case),
        "premises": of_some(rng, np.array(PREMISES, dtype=object)[cases.premises[case]], 0.7),
        "postcode": of_some(rng, world.places.postcode[cases.address[case]], 0.75),
        "outcome": outcome if classed else none,
        "closed_reason": _closed_reasons(rng, cases.outcome[case]) if classed else none,
    }
    unknown_day = rng.random(len(case)) < 0.03
    days = {
        "recorded_on": held.held_on,
        "offence_from": np.where(unknown_day, NEVER, cases.offence_from[case]),
        "offence_to": np.where(rng.random(len(case)) < 0.3, NEVER, cases.offence_to[case]),
        "outcome_on": cases.outcome_on[case] if classed else np.full(len(case), NEVER),
    }
    return Rows(text, days, {})


def _flags(rng: np.random.Generator, cases: Cases, case: Whole) -> Text:
    """The flag for child sexual exploitation: often empty, rarely set on rape, now and then set where it does not
    belong.
    """
    kind, rape = cases.kind[case], np.isin(cases.offence[case], list(offences.RAPE))
    about = (kind == EXPLOITATION) | (kind == GROUP)
    share = np.where(about, np.where(rape, 0.15, 0.42), 0.01)
    flagged = rng.random(len(case)) < share
    empty = rng.random(len(case)) < np.where(about, 0.55, 0.75)
    return np.where(flagged, "yes", either(empty, None, "no"))


def _closed_reasons(rng: np.random.Generator, outcome: Whole) -> Text:
    reasons = nothing(len(outcome))
    for number, texts in wording.CLOSED_REASONS.items():
        here = np.flatnonzero(outcome == int(number))
        reasons[here] = picked(rng, texts, len(here))
    return of_some(rng, reasons, 0.8)


def role_rows(rng: np.random.Generator, world: World, held: Holding, reference: Text, local_id: Text) -> Rows:
    """One row a part, with the stage reached by suspects and ages as stated."""
    parts = held.parts
    known = parts.person != NOBODY
    age = age_on(world.people.born[parts.person.clip(0)], world.cases.offence_from[held.case[parts.case]])
    stated = of_some(rng, age.astype(str).astype(object), np.where(parts.role == VICTIM, 0.4, 0.1))
    low = rng.integers(3, 10, size=len(age)) * 5
    described = ~known & (rng.random(len(age)) < 0.7)
    text = {
        "crime_id": reference[parts.case],
        "record_id": local_id[held.record],
        "role": np.array(ROLES, dtype=object)[parts.role],
        "stage": either(parts.stage >= 0, np.array(STAGES, dtype=object)[parts.stage.clip(0)], None),
        "stated_age": either(known, stated, None),
        "age_low": either(described, low.astype(str), None),
        "age_high": either(described, (low + 5 * rng.integers(1, 4, size=len(age))).astype(str), None),
        "identified": either(parts.role != SUSPECT, None, np.where(known, "yes", "no")),
    }
    return Rows(text, {}, {})


def charge_columns(rng: np.random.Generator, world: World, held: Holding) -> tuple[dict[str, Text], dict[str, Whole]]:
    """For each part of `held`: whether charged, with what, in place of what, and how it ended. None where not."""
    case = held.case[held.parts.case]
    stage, offence = held.parts.stage, world.cases.offence[case]
    charged = (stage >= CHARGED) & (held.parts.role == SUSPECT)
    lesser = _lesser()[offence]
    replaced = charged & (lesser >= 0) & (rng.random(len(case)) < 0.25)
    as_charged = np.where(replaced, lesser, offence)
    text = {
        "charged": np.where(charged, "yes", "no"),
        "ho_class": either(charged, offences.HO_CLASSES[as_charged], None),
        "cjs_code": either(charged, offences.CJS_CODES[as_charged], None),
        "replaces": either(replaced, offences.CJS_CODES[offence], None),
        "ended_reason": either(stage == CONVICTED + 1, picked(rng, wording.ENDED, len(case)), None),
        "disposal": either(stage == CONVICTED, picked(rng, wording.DISPOSALS, len(case)), None),
    }
    on = held.held_on[held.parts.case] + rng.integers(1, 200, size=len(case))
    return text, {"charged_on": np.where(charged, on, NEVER)}


def _lesser() -> Whole:
    """The number of the lesser class of each rape's class; -1 for other offences."""
    found = np.full(len(offences.HO_CLASSES), -1)
    classes = list(offences.HO_CLASSES)
    for number, ho_class in enumerate(classes):
        if ho_class in offences.LESSER:
            found[number] = classes.index(offences.LESSER[ho_class])
    return found


def classification_rows(rng: np.random.Generator, world: World, held: Holding, crimes: Rows) -> Rows:
    """Rapes moved to a lesser class, whose crime row then holds it, and sexual crimes that ceased to be crimes."""
    offence, kind = world.cases.offence[held.case], world.cases.kind[held.case]
    lesser, chance = _lesser()[offence], rng.random(len(held.case))
    moved, ceased = (
        np.flatnonzero((lesser >= 0) & (chance < 0.14)),
        np.flatnonzero((kind != BACKGROUND) & (chance > 0.95)),
    )
    changed = np.concatenate([moved, ceased])
    statuses, whys = (
        np.array(list(texts), dtype=object) for texts in zip(*wording.NO_LONGER_A_CRIME.items(), strict=True)
    )
    status = rng.integers(len(statuses), size=len(ceased))
    text = {
        "crime_id": crimes.text["crime_id"][changed],
        "from_class": offences.HO_CLASSES[offence[changed]],
        "to_class": np.concatenate([offences.HO_CLASSES[lesser[moved]], statuses[status]]),
        "reason": np.concatenate([picked(rng, wording.RECLASSIFIED, len(moved)), whys[status]]),
    }
    crimes.text["ho_class"][moved] = offences.HO_CLASSES[lesser[moved]]
    crimes.text["cjs_code"][moved] = offences.CJS_CODES[lesser[moved]]
    on = held.held_on[changed] + rng.integers(3, 300, size=len(changed))
    return Rows(text, {"changed_on": on}, {})


def contact_rows(rng: np.random.Generator, world: World, held: Holding, persons: Rows) -> Rows:
    """Phones, vehicles and places tied to records: those of a group are shared by its members, others are a person's
    own.
    """
    local_id = persons.text["local_id"]
    known = np.flatnonzero((held.person != NOBODY) & ~persons.marks["orphan"])
    person = held.person[known]
    group, grouped = world.group_of[person].clip(0), world.group_of[person] >= 0
    which = rng.integers(3, size=len(person))
    own_vehicle = numbers.vehicles(person)
    vehicle = np.where(grouped, numbers.vehicles(world.groups.vehicles[group, which] + len(world.people)), own_vehicle)
    address = world.groups.places[group, which]
    kinds = (
        ("phone", numbers.phones(group_phones(rng, world, person)), np.where(grouped, 0.35, 0.0)),
        ("vehicle", vehicle, np.where(grouped, 0.32, 0.07)),
        ("place", world.places.line[address] + ", " + world.places.town[address], np.where(grouped, 0.4, 0.0)),
    )
    kept = [rng.random(len(person)) < share for _, _, share in kinds]
    text = {
        "record_id": np.concatenate([local_id[known[chosen]] for chosen in kept]),
        "kind": np.concatenate(
            [np.full(chosen.sum(), kind, dtype=object) for (kind, _, _), chosen in zip(kinds, kept, strict=True)]
        ),
        "value": np.concatenate([values[chosen] for (_, values, _), chosen in zip(kinds, kept, strict=True)]),
    }
    return Rows(text, {}, {})
