"""Everything one system writes, table by table, with the defects in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic import case_rows, defects
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.layouts import layout_of
from joinedup.synthetic.note_rows import note_rows
from joinedup.synthetic.numbers import Text, Whole
from joinedup.synthetic.person_rows import Rows, person_rows
from joinedup.synthetic.styles import CRIME, CUSTODY
from joinedup.synthetic.world import World

_BROKEN_SHARE = 0.0008


@dataclass(frozen=True)
class Written:
    """One system's tables. broken: rows of its person records that get a field too many."""

    held: Holding
    tables: dict[str, Rows]
    broken: Whole

    @property
    def name(self) -> str:
        return self.held.system.name


def write_down(rng: np.random.Generator, world: World, held: Holding, crime_references: Text) -> Written:
    """What `held`'s system writes of what it holds."""
    reference = case_rows.case_references(rng, held, crime_references)
    persons = person_rows(rng, world, held)
    defects.seed_in_persons(rng, world, held, persons)
    roles = case_rows.role_rows(rng, world, held, reference, persons.text["local_id"])
    defects.mark_roles(world, held, roles)
    if held.system.kind == CUSTODY:
        return Written(held, {"person_records": _flat(rng, world, held, persons, roles)}, np.array([], dtype=np.int64))
    crimes = case_rows.crime_rows(rng, world, held, reference)
    tables = {
        "person_records": persons,
        "crimes": crimes,
        "roles": _of_rows(roles, ~persons.marks["orphan"][held.record]),
    }
    if held.system.kind == CRIME:
        tables["classifications"] = case_rows.classification_rows(rng, world, held, crimes)
    defects.seed_in_crimes(rng, world, held, crimes, persons)
    tables["notes"] = note_rows(rng, world, held, reference)
    tables["contacts"] = case_rows.contact_rows(rng, world, held, persons)
    kept = {layout.table for layout in layout_of(held.system)}
    return Written(held, {table: rows for table, rows in tables.items() if table in kept}, _broken(rng, held, persons))


def _flat(rng: np.random.Generator, world: World, held: Holding, persons: Rows, roles: Rows) -> Rows:
    """One row an arrest: the person, the part and the charge side by side."""
    charge, charged_on = case_rows.charge_columns(rng, world, held)
    by_record = np.argsort(held.record, kind="stable")
    beside = {target: column[by_record] for target, column in {**roles.text, **charge}.items()}
    marks = {name: mark[by_record] for name, mark in roles.marks.items()}
    days = {target: column[by_record] for target, column in charged_on.items()}
    return Rows({**beside, **persons.text}, {**days, **persons.days}, {**persons.marks, **marks})


def _of_rows(rows: Rows, chosen: np.ndarray) -> Rows:
    """The chosen rows alone."""
    return Rows(
        *({name: column[chosen] for name, column in part.items()} for part in (rows.text, rows.days, rows.marks))
    )


def _broken(rng: np.random.Generator, held: Holding, persons: Rows) -> Whole:
    """A very few rows that no other row depends on, of a system that lets delimiters into its fields."""
    orphans = np.flatnonzero(persons.marks["orphan"])
    if not held.system.style.broken_rows:
        return orphans[:0]
    return np.sort(rng.permutation(orphans)[: max(1, int(len(persons) * _BROKEN_SHARE))])
