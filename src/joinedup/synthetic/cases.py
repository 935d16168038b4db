"""True cases: what happened to be recorded, who had which part in it, how far it went.

Parts are given out by `choosing`, which sees no ethnicity; offence, stage and outcome are drawn after that from age
and sex.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from joinedup.synthetic import choosing, offences
from joinedup.synthetic.choosing import NOBODY, Choosers, by_sex
from joinedup.synthetic.groups import Groups
from joinedup.synthetic.numbers import NEVER, Whole, day
from joinedup.synthetic.people import FEMALE, MALE, People
from joinedup.synthetic.places import PREMISES, Places, addresses_in

BACKGROUND, SEXUAL, EXPLOITATION, GROUP = range(4)
SUSPECT, VICTIM, WITNESS = range(3)
STAGES = ("named", "interviewed", "arrested", "charged", "convicted", "acquitted")
NAMED, INTERVIEWED, ARRESTED, CHARGED, CONVICTED, ACQUITTED = range(6)
_STAGE_SHARES = [0.36, 0.22, 0.2, 0.12, 0.07, 0.03]
LAST_DAY = day(2025, 12, 31)
_ABSENT = -2


@dataclass(frozen=True)
class Cases:
    """One place a case in every array; days since 1970. group: -1 outside groups. suspect_known: somebody is named."""

    kind: Whole
    group: Whole
    force: Whole
    offence_from: Whole
    offence_to: Whole
    recorded_on: Whole
    address: Whole
    premises: Whole
    offence: Whole
    outcome: Whole
    outcome_on: Whole

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Parts:
    """One place a part of a person in a case. person: NOBODY for a description. stage: -1 for other than suspects."""

    case: Whole
    person: Whole
    role: Whole
    stage: Whole

    def of(self, chosen: np.ndarray) -> Parts:
        """The chosen parts alone."""
        return Parts(*(getattr(self, f.name)[chosen] for f in fields(self)))


@dataclass(frozen=True)
class _Cast:
    """Who takes part in each case before it has an offence: people's numbers, NOBODY, or _ABSENT for no such part."""

    kind: Whole
    group: Whole
    force: Whole
    on: Whole
    suspect: Whole
    second: Whole
    victim: Whole
    witness: Whole


def draw_cases(
    rng: np.random.Generator, count: int, people: People, chosen: Choosers, places: Places, groups: Groups
) -> tuple[Cases, Parts]:
    """About `count` cases beside those of the groups, in order of day recorded, and everyone's part in them."""
    forces = int(places.force.max()) + 1
    cast = _together(
        _cast_of_groups(rng, groups, chosen),
        _cast_of_criminalised(rng, groups),
        _cast_of_others(rng, count, chosen, forces),
    )
    offence = _offences(rng, cast, people)
    lag = rng.exponential(18, size=len(offence)) + np.where(
        rng.random(len(offence)) < 0.12, rng.uniform(0, 1500, size=len(offence)), 0
    )
    long = (cast.kind != BACKGROUND) & (rng.random(len(offence)) < 0.3)
    until = np.minimum(cast.on + np.where(long, rng.integers(1, 200, size=len(offence)), 0), LAST_DAY)
    recorded = np.minimum(until + lag.astype(np.int64), LAST_DAY)
    order = np.argsort(recorded, kind="stable")
    stage = rng.choice(len(STAGES), size=len(offence), p=_STAGE_SHARES)
    stage = np.where(cast.suspect >= 0, stage, NAMED)
    outcome, outcome_on = _outcomes(rng, cast, stage, recorded)
    address = _addresses(rng, cast, groups, places)
    premises = rng.integers(len(PREMISES), size=len(offence))
    cases = (
        cast.kind,
        cast.group,
        cast.force,
        cast.on,
        until,
        recorded,
        address,
        premises,
        offence,
        outcome,
        outcome_on,
    )
    return Cases(*(array[order] for array in cases)), _parts(cast, stage, order)


def _together(*casts: _Cast) -> _Cast:
    return _Cast(*(np.concatenate([getattr(cast, f.name) for cast in casts]) for f in fields(_Cast)))


def _cast_of_groups(rng: np.random.Generator, groups: Groups, chosen: Choosers) -> _Cast:
    """One suspect and one child a crime; one crime in sixteen has a second suspect whom nobody knows."""
    count = len(groups.group)
    second = np.where(rng.random(count) < 1 / 16, NOBODY, _ABSENT)
    witness = np.where(rng.random(count) < 0.2, chosen.relative(rng, groups.child), NOBODY)
    return _Cast(
        np.full(count, GROUP),
        groups.group,
        groups.force,
        groups.on,
        groups.suspect,
        second,
        groups.child,
        _or_absent(witness),
    )


def _cast_of_criminalised(rng: np.random.Generator, groups: Groups) -> _Cast:
    """One child in eight of a group's crimes is suspected of theft from a shop in the same months."""
    who = np.flatnonzero(rng.random(len(groups.group)) < 1 / 12)
    nobody = np.full(len(who), _ABSENT)
    on = groups.on[who] + rng.integers(5, 90, size=len(who))
    return _Cast(
        np.full(len(who), BACKGROUND), nobody * 0 - 1, groups.force[who], on, groups.child[who], nobody, nobody, nobody
    )


def _cast_of_others(rng: np.random.Generator, count: int, chosen: Choosers, forces: int) -> _Cast:
    kind = rng.choice([BACKGROUND, SEXUAL, EXPLOITATION], size=count, p=[0.6, 0.14, 0.26])
    on = rng.integers(day(2005), day(2025, 11), size=count)
    crime = kind == BACKGROUND
    suspect_sex = np.where(rng.random(count) < np.where(crime, 0.72, 0.93), MALE, FEMALE)
    victim_sex = np.where(rng.random(count) < np.where(crime, 0.5, 0.2), MALE, FEMALE)
    suspect = by_sex(rng, chosen.suspects, suspect_sex, on - choosing.adult_ages(rng, count))
    ages = np.where(kind == EXPLOITATION, choosing.child_ages(rng, count), choosing.any_ages(rng, count))
    victim = by_sex(rng, chosen.victims, victim_sex, on - ages)
    known = rng.random(count) < np.where(crime, 0.66, 0.88)
    without = np.where(crime & (rng.random(count) < 0.55), _ABSENT, NOBODY)
    witness = np.where(rng.random(count) < 0.18, chosen.relative(rng, victim), NOBODY)
    second = np.where(
        known & (rng.random(count) < 0.05),
        by_sex(rng, chosen.suspects, suspect_sex, on - choosing.adult_ages(rng, count)),
        _ABSENT,
    )
    return _Cast(
        kind, np.full(count, -1), rng.integers(forces, size=count), on,
        np.where(known & (suspect != victim), suspect, without), np.where(second == suspect, _ABSENT, second),
        np.where(crime & (rng.random(count) < 0.2), _ABSENT, victim), _or_absent(witness),
    )  # fmt: skip


def _or_absent(person: Whole) -> Whole:
    return np.where(person == NOBODY, _ABSENT, person)


def _offences(rng: np.random.Generator, cast: _Cast, people: People) -> Whole:
    """An offence for each case, from the victim's age and sex on its first day and the suspect's age."""
    drawn = offences.draw_background(rng, len(cast.kind))
    drawn[(cast.kind == BACKGROUND) & (cast.victim == _ABSENT) & (rng.random(len(drawn)) < 0.5)] = (
        offences.THEFT_FROM_SHOP
    )
    sexual = np.flatnonzero(cast.kind != BACKGROUND)
    victim, suspect = cast.victim[sexual], cast.suspect[sexual]
    victim_age = choosing.age_on(people.born[victim], cast.on[sexual])
    suspect_age = np.where(suspect >= 0, choosing.age_on(people.born[suspect], cast.on[sexual]), 0)
    drawn[sexual] = offences.draw_sexual(rng, victim_age, people.sex[victim], suspect_age)
    return drawn


def _outcomes(rng: np.random.Generator, cast: _Cast, stage: Whole, recorded: Whole) -> tuple[Whole, Whole]:
    """Outcome and its day. What would come after the last day has not come: outcome 0."""
    outcome = offences.draw_outcomes(rng, stage >= CHARGED, cast.suspect >= 0)
    on = recorded + rng.integers(14, 600, size=len(outcome))
    open_still = (on > LAST_DAY) | (outcome == 0)
    return np.where(open_still, 0, outcome), np.where(open_still, NEVER, on)


def _addresses(rng: np.random.Generator, cast: _Cast, groups: Groups, places: Places) -> Whole:
    """Where: one of the group's three places for its crimes, anywhere in the force for the others."""
    shared = groups.places[cast.group.clip(0), rng.integers(3, size=len(cast.group))]
    return np.where(cast.group >= 0, shared, addresses_in(rng, places, cast.force))


def _parts(cast: _Cast, stage: Whole, order: Whole) -> Parts:
    """The parts of all cases, case by case in their new order."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    roles = ((cast.suspect, SUSPECT), (cast.second, SUSPECT), (cast.victim, VICTIM), (cast.witness, WITNESS))
    person = np.concatenate([who for who, _ in roles])
    role = np.repeat([role for _, role in roles], len(order))
    stages = np.concatenate([stage, np.minimum(stage, INTERVIEWED), *(np.full(len(order), -1) for _ in range(2))])
    case = np.tile(place, len(roles))
    present = np.flatnonzero(person != _ABSENT)
    present = present[np.lexsort((role[present], case[present]))]
    stages = np.where(person == NOBODY, NAMED, stages)
    return Parts(case[present], person[present], role[present], stages[present])
