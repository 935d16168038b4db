"""The truth beside an invented project: who is who, who acted together, and which defects were planted where.

It lies in `truth/`, apart from `sources/`, so that no run reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from joinedup.synthetic import numbers
from joinedup.synthetic.case_rows import ROLES
from joinedup.synthetic.cases import GROUP, LAST_DAY, STAGES, Cases
from joinedup.synthetic.choosing import NOBODY
from joinedup.synthetic.columns import either
from joinedup.synthetic.defects import NUMBERS, has_value
from joinedup.synthetic.layouts import layout_of
from joinedup.synthetic.maps import extract_name
from joinedup.synthetic.numbers import Text, Whole
from joinedup.synthetic.offences import HO_CLASSES
from joinedup.synthetic.origins import origins
from joinedup.synthetic.people import ETHNICITIES, FEMALE
from joinedup.synthetic.pools import pool
from joinedup.synthetic.styles import CRIME, CUSTODY
from joinedup.synthetic.system_rows import Written
from joinedup.synthetic.systems import force_code
from joinedup.synthetic.world import World

_KEYS = {"person_records": "local_id", "crimes": "crime_id", "roles": "record_id", "notes": "note_id"}
KINDS = ("background", "other sexual", "exploitation", "group")


def person_ids(person: Whole) -> Text:
    """`T0000001` for the first true person."""
    return "T" + numbers.padded(person + 1, 7)


def group_ids(group: Whole) -> Text:
    """`G00001` for the first group."""
    return "G" + numbers.padded(group + 1, 5)


def records_table(written: Sequence[Written]) -> pa.Table:
    """record_id -> true_person; null for descriptions of nobody known and for businesses. Beside it: the system, the
    force whose case the record first came from, and what was recorded.
    """
    return pa.concat_tables([_records_of(one) for one in written])


def _records_of(one: Written) -> pa.Table:
    held, rows = one.held, one.tables["person_records"]
    known = (held.person != NOBODY) & ~_mark(rows.marks, "business-as-person", len(held.person))
    stage = either(held.stage >= 0, np.array(STAGES, dtype=object)[held.stage.clip(0)], None)
    return pa.table({
        "record_id": _ids(one, rows.text["local_id"]),
        "true_person": pa.array(either(known, person_ids(held.person.clip(0)), None), pa.string()),
        "system": pa.array([one.name] * len(known), pa.string()),
        "force": pa.array(rows.text["force"], pa.string()),
        "suspected": pa.array(held.suspected & known),
        "stage": pa.array(stage, pa.string()),
        "ethnicity_recorded": pa.array(has_value(rows.text["self_defined_ethnicity"])),
        "nationality_recorded": pa.array(has_value(rows.text["nationality"])),
    })  # fmt: skip


def _ids(one: Written, local: Text) -> pa.Array:
    return pa.array(one.name + ":" + local, pa.string())


def _mark(marks: dict[str, np.ndarray], name: str, count: int) -> np.ndarray:
    return marks.get(name, np.zeros(count, dtype=bool))


def people_table(world: World) -> pa.Table:
    """Every true person: names, birth, age in years on the last day of the cases (0 for whoever is born after it),
    ethnicity, nationality, household, group and the parts they had.
    """
    people, names = world.people, pool().names
    count = len(people)
    forces = np.array([force_code(place) for place in range(world.size.forces)], dtype=object)
    from_where = np.array([story.name for story in origins()], dtype=object)
    group = either(world.group_of >= 0, group_ids(world.group_of.clip(0)), None)
    return pa.table({
        "true_person": pa.array(person_ids(np.arange(count)), pa.string()),
        "forename": pa.array(names[people.forename], pa.string()),
        "surname": pa.array(names[people.surname], pa.string()),
        "name_origin": pa.array(from_where[people.origin], pa.string()),
        "sex": pa.array(np.where(people.sex == FEMALE, "F", "M").astype(object), pa.string()),
        "dob": pa.array(people.born.astype("datetime64[D]")),
        "age": pa.array(_ages(people.born)),
        "ethnicity": pa.array(np.array(ETHNICITIES, dtype=object)[people.ethnicity], pa.string()),
        "nationality": pa.array(people.nationality, pa.string()),
        "second_nationality": pa.array(people.second_nationality, pa.string()),
        "family_id": pa.array("F" + numbers.padded(people.household + 1, 7), pa.string()),
        "force": pa.array(forces[people.force], pa.string()),
        "group_id": pa.array(group, pa.string()),
        "roles": _roles_of(world, count),
    })  # fmt: skip


def _ages(born: Whole) -> Whole:
    """Whole years on the last day, which ends its year: every birthday of that year has been."""
    return (numbers.years_of(np.array(LAST_DAY)) - numbers.years_of(born)).clip(0)


def _roles_of(world: World, count: int) -> pa.Array:
    """The parts each person ever had, in a fixed order."""
    parts = world.parts
    had = [
        np.bincount(parts.person[(parts.role == role) & (parts.person >= 0)], minlength=count) > 0 for role in range(3)
    ]
    number = sum(mask.astype(np.int64) << bit for bit, mask in enumerate(had))
    choices = pa.array([[name for bit, name in enumerate(ROLES) if choice >> bit & 1] for choice in range(8)])
    return choices.take(pa.array(number))


def groups_table(world: World) -> pa.Table:
    """Every planted group: its suspects and children, forces, first and last day, and what its members share."""
    groups = world.groups
    first = np.searchsorted(groups.group, np.arange(len(groups)))
    last = np.searchsorted(groups.group, np.arange(len(groups)), side="right")
    spans = [slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    persons = person_ids(np.arange(len(world.people)))
    forces = np.array([force_code(place) for place in range(world.size.forces)], dtype=object)
    return pa.table({
        "group_id": pa.array(group_ids(np.arange(len(groups))), pa.string()),
        "suspects": pa.array([persons[np.unique(groups.suspect[span])] for span in spans], pa.list_(pa.string())),
        "children": pa.array([persons[np.unique(groups.child[span])] for span in spans], pa.list_(pa.string())),
        "forces": pa.array([forces[np.unique(groups.force[span])] for span in spans], pa.list_(pa.string())),
        "crimes": pa.array(last - first),
        "first_on": pa.array(groups.on[first].astype("datetime64[D]")),
        "last_on": pa.array(groups.on[last - 1].astype("datetime64[D]")),
        "phones": _lists(numbers.phones(groups.phones.ravel() + 2 * len(world.people))),
        "vehicles": _lists(numbers.vehicles(groups.vehicles.ravel() + len(world.people))),
        "places": _lists((world.places.line + ", " + world.places.town)[groups.places.ravel()]),
    })  # fmt: skip


def _lists(values: Text) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(values, pa.string()), 3).cast(pa.list_(pa.string()))


def crimes_table(world: World, written: Sequence[Written]) -> pa.Table:
    """crime_id -> true case, its kind and its group. A custody desk's case is a crime here too."""
    parts = []
    for one in written:
        flat = one.held.system.kind == CUSTODY
        case = one.held.case[one.held.parts.case[np.argsort(one.held.record)]] if flat else one.held.case
        crime = one.tables["person_records" if flat else "crimes"].text["crime_id"]
        parts.append(pa.table({"crime_id": _ids(one, crime), **_case_columns(world.cases, case)}))
    return pa.concat_tables(parts)


def parts_table(world: World) -> pa.Table:
    """Every true part: who had which part in which case, and how far it went. Nobody for a description."""
    parts = world.parts
    stage = either(parts.stage >= 0, np.array(STAGES, dtype=object)[parts.stage.clip(0)], None)
    return pa.table({
        "true_person": pa.array(either(parts.person == NOBODY, None, person_ids(parts.person.clip(0))), pa.string()),
        "role": pa.array(np.array(ROLES, dtype=object)[parts.role], pa.string()),
        "stage": pa.array(stage, pa.string()),
        **_case_columns(world.cases, parts.case),
    })  # fmt: skip


def _case_columns(cases: Cases, case: Whole) -> dict[str, pa.Array]:
    group = either(cases.kind[case] == GROUP, group_ids(cases.group[case].clip(0)), None)
    return {
        "true_case": pa.array(case),
        "kind": pa.array(np.array(KINDS, dtype=object)[cases.kind[case]], pa.string()),
        "ho_class": pa.array(HO_CLASSES[cases.offence[case]], pa.string()),
        "group_id": pa.array(group, pa.string()),
    }


def defects_table(written: Sequence[Written]) -> pa.Table:
    """Every planted or arisen defect: its number, name, table, record or crime or note, and the row of the extract."""
    parts = [part for one in written for part in _defects_of(one)]
    return pa.concat_tables([*parts, *_frozen(written)])


def _defects_of(one: Written) -> Iterator[pa.Table]:
    for table, rows in one.tables.items():
        for name, mark in rows.marks.items():
            if mark.any():
                yield _defects(one, table, name, np.flatnonzero(mark))
    if len(one.broken):
        yield _defects(one, "person_records", "row-with-a-field-too-many", one.broken)


def _defects(one: Written, table: str, name: str, here: Whole) -> pa.Table:
    files = {layout.table: extract_name(one.held.system, layout.file) for layout in layout_of(one.held.system)}
    local = one.tables[table].text[_KEYS[table]][here]
    first_row = 1 if files[table].endswith((".jsonl", ".parquet")) else 2
    count = len(here)
    return pa.table({
        "number": pa.array([NUMBERS[name]] * count, pa.int64()),
        "name": pa.array([name] * count, pa.string()),
        "table": pa.array([table] * count, pa.string()),
        "record_id": _ids(one, local),
        "source_file": pa.array([f"{one.name}/{files[table]}"] * count, pa.string()),
        "source_row": pa.array(here + first_row, pa.int64()),
    })  # fmt: skip


def _frozen(written: Sequence[Written]) -> Iterator[pa.Table]:
    """Suspects without ethnicity in crime recording whose ethnicity custody of the same force recorded."""
    custody = {one.held.system.force: one for one in written if one.held.system.kind == CUSTODY}
    for one in written:
        if one.held.system.kind != CRIME or one.held.system.force not in custody:
            continue
        there = custody[one.held.system.force]
        recorded = there.held.person[has_value(there.tables["person_records"].text["self_defined_ethnicity"])]
        missing = one.tables["person_records"].marks["ethnicity-missing"]
        yield _defects(
            one, "person_records", "ethnicity-frozen", np.flatnonzero(missing & np.isin(one.held.person, recorded))
        )
