"""Which cases and whose parts each system holds, and who is one record in it.

A record is a person as a system first met them: later cases hang on the same record, or on a second one made by
somebody who did not find the first. Custody makes a record for every arrest. Persons whom nobody knows are a record
each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.cases import (
    ARRESTED,
    BACKGROUND,
    EXPLOITATION,
    GROUP,
    SEXUAL,
    SUSPECT,
    VICTIM,
    WITNESS,
    Cases,
    Parts,
)
from joinedup.synthetic.choosing import NOBODY, age_on
from joinedup.synthetic.numbers import Whole
from joinedup.synthetic.people import People
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE
from joinedup.synthetic.systems import System

_HELD = {
    CRIME: {BACKGROUND: 0.98, SEXUAL: 0.97, EXPLOITATION: 0.97, GROUP: 1.0},
    CUSTODY: {BACKGROUND: 0.95, SEXUAL: 0.95, EXPLOITATION: 0.95, GROUP: 0.95},
    INTELLIGENCE: {BACKGROUND: 0.05, SEXUAL: 0.08, EXPLOITATION: 0.22, GROUP: 0.4},
    INQUIRY: {BACKGROUND: 0.0, SEXUAL: 0.005, EXPLOITATION: 0.02, GROUP: 0.8},
    CARE: {BACKGROUND: 0.1, SEXUAL: 0.3, EXPLOITATION: 0.42, GROUP: 0.6},
}
_PARTS = {
    CRIME: {SUSPECT: 1.0, VICTIM: 1.0, WITNESS: 1.0},
    CUSTODY: {SUSPECT: 1.0, VICTIM: 0.0, WITNESS: 0.0},
    INTELLIGENCE: {SUSPECT: 1.0, VICTIM: 0.3, WITNESS: 0.05},
    INQUIRY: {SUSPECT: 1.0, VICTIM: 1.0, WITNESS: 0.7},
    CARE: {SUSPECT: 0.3, VICTIM: 1.0, WITNESS: 0.5},
}
_SECOND_RECORD = {CRIME: 0.1, CUSTODY: 1.0, INTELLIGENCE: 0.16, INQUIRY: 0.05, CARE: 0.06}
_INQUIRED = 0.35


@dataclass(frozen=True)
class Holding:
    """What one system holds.

    case: its cases. parts: its parts, `case` being places in `case`. record: the record of each part. person, since,
    stage: of each record: the true person, the day it was made, the furthest stage as a suspect or -1. suspected:
    whether it has a part as a suspect. again: whether the person had a record in the system before.
    """

    system: System
    case: Whole
    held_on: Whole
    parts: Parts
    record: Whole
    person: Whole
    since: Whole
    stage: Whole
    suspected: np.ndarray
    again: np.ndarray


def hold(rng: np.random.Generator, system: System, cases: Cases, parts: Parts, people: People) -> Holding:
    """Draw what `system` holds of the true cases."""
    held = _held(rng, system, cases, parts, people)
    kept = held[parts.case] & _kept_parts(rng, system, parts)
    if system.kind == CUSTODY:
        held = np.bincount(parts.case[kept], minlength=len(cases)) > 0
    case = np.flatnonzero(held)
    place = np.cumsum(held) - 1
    held_on = cases.recorded_on[case] + _delay(rng, system, len(case))
    mine = parts.of(kept)
    mine = Parts(place[mine.case], mine.person, mine.role, _stage_as_known(rng, system, mine))
    return _with_records(rng, system, case, held_on, mine)


def _held(rng: np.random.Generator, system: System, cases: Cases, parts: Parts, people: People) -> np.ndarray:
    rate = np.array([_HELD[system.kind][kind] for kind in range(4)])[cases.kind]
    held = np.isin(cases.force, system.covers) & (rng.random(len(cases)) < rate)
    if system.kind == INQUIRY:
        inquired = rng.random(int(cases.group.max()) + 1) < _INQUIRED
        held &= (cases.group < 0) | inquired[cases.group]
    if system.kind == CARE:
        held &= _with_child(cases, parts, people)
    return held


def _with_child(cases: Cases, parts: Parts, people: People) -> np.ndarray:
    victims = parts.of((parts.role == VICTIM) & (parts.person != NOBODY))
    child = age_on(people.born[victims.person], cases.offence_from[victims.case]) < 18
    return np.bincount(victims.case[child], minlength=len(cases)) > 0


def _kept_parts(rng: np.random.Generator, system: System, parts: Parts) -> np.ndarray:
    rate = np.array([_PARTS[system.kind][role] for role in range(3)])[parts.role]
    kept = rng.random(len(rate)) < rate
    if system.kind == CUSTODY:
        kept &= (parts.stage >= ARRESTED) & (parts.person != NOBODY)
    return kept if system.kind in (CRIME, INQUIRY) else kept & (parts.person != NOBODY)


def _delay(rng: np.random.Generator, system: System, count: int) -> Whole:
    """Days between a case's record and this system's: none in crime recording, up to months elsewhere."""
    longest = {CRIME: 1, CUSTODY: 60, INTELLIGENCE: 120, INQUIRY: 500, CARE: 45}[system.kind]
    return rng.integers(longest, size=count)


def _stage_as_known(rng: np.random.Generator, system: System, parts: Parts) -> Whole:
    """Custody knows arrests and charges, intelligence and care only names; the others lag in one case of eight."""
    if system.kind in (INTELLIGENCE, CARE):
        return np.minimum(parts.stage, 0)
    if system.kind == CUSTODY:
        return parts.stage
    behind = rng.random(len(parts.stage)) < 0.12
    return np.where(behind, np.minimum(parts.stage, 0), parts.stage)


def _with_records(rng: np.random.Generator, system: System, case: Whole, held_on: Whole, parts: Parts) -> Holding:
    on = held_on[parts.case]
    person = np.where(parts.person == NOBODY, -1 - np.arange(len(on)), parts.person)
    order = np.lexsort((parts.role, on, person))
    first = np.r_[True, person[order][1:] != person[order][:-1]]
    starts = first | (rng.random(len(order)) < _SECOND_RECORD[system.kind])
    record_by_order = np.cumsum(starts) - 1
    head = order[starts]
    by_day = np.argsort(on[head], kind="stable")
    rank = np.empty(len(head), dtype=np.int64)
    rank[by_day] = np.arange(len(head))
    record = np.empty(len(on), dtype=np.int64)
    record[order] = rank[record_by_order]
    stage = np.full(len(head), -1)
    np.maximum.at(stage, record, parts.stage)
    suspected = np.bincount(record[parts.role == SUSPECT], minlength=len(head)) > 0
    return Holding(
        system, case, held_on, parts, record, parts.person[head][by_day], on[head][by_day], stage, suspected,
        ~first[starts][by_day],
    )  # fmt: skip
