"""From a run's tables to its tables of groups. Names, ethnicity and nationality are not read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup import tables
from joinedup.groups import Facts, find
from joinedup.groups import facts as read
from joinedup.groups.arrays import Whole
from joinedup.groups.doubt import doubt
from joinedup.groups.finding import Found
from joinedup.groups.lasting import Before, lasting
from joinedup.groups.sights import sights
from joinedup.groups.telling import Told, all_tables
from joinedup.runs.grouping_counts import group_counts

if TYPE_CHECKING:
    from joinedup.runs.stages import Counts, Work  # which does this stage

TAKEN_OVER = ("group_crimes", "group_members", "group_events")
"""Tables of the run before on which group ids depend."""

_PERSON = "person "
"""Stands before a person's id where a group without crimes is known by its people."""


def group(work: Work) -> Counts:
    """All tables and clusters -> groups. Nothing protected is read."""
    facts = facts_of(work)
    found = find(facts)
    items = items_of(facts, found)
    kept = lasting(*items, len(found), before(work.inputs.taken_over.run), work.inputs.salt)
    strict, loose = (_joined(work, facts, how) for how in ("strict", "loose"))
    doubted = doubt(facts, found, strict.facts, strict.found) if strict else None
    told = Told(facts, found, kept.ids, tuple(sights(facts, found)), doubted)
    written = all_tables(told) | {"group_events": kept.events, "group_counts": group_counts(told, strict, loose)}
    rows = {name: work.write(name, work.engine.frame(table)) for name, table in written.items()}
    return {"groups": len(found), **rows}


def _joined(work: Work, facts: Facts, how: str) -> Told | None:
    """The groups when records are joined strictly or loosely; None where the run was not asked for that."""
    path = work.joined(how)
    if not path.exists():
        return None
    others = facts.with_clusters(pq.read_table(path, columns=list(read.CLUSTERS)))
    found = find(others)
    return Told(others, found, pa.array([""] * len(found), pa.string()))


def facts_of(work: Work) -> Facts:
    """What the room of groups may read of a run under way, in key order."""
    keyed = tuple(one.systems for one in work.project.keyed_joins)
    return _facts(lambda name, columns: work.engine.collect(work.table(name).select(*columns)), keyed)


def facts_in(run: Path, keyed: Sequence[Sequence[str]] = ()) -> Facts:
    """The same of a finished run. keyed: sets of systems that share crime references."""
    return _facts(lambda name, columns: pq.read_table(run / "tables" / f"{name}.parquet", columns=list(columns)), keyed)


def _facts(reads: Callable[[str, tuple[str, ...]], pa.Table], keyed: Sequence[Sequence[str]]) -> Facts:
    def table(name: str, columns: tuple[str, ...]) -> pa.Table:
        order = [(column, "ascending") for column in tables.named(name).key if column in columns]
        return reads(name, columns).sort_by(order)

    people = table("person_records", (*read.RECORDS, "phones"))
    roles = table("roles", read.ROLES)
    return Facts(
        clusters=table("clusters", read.CLUSTERS),
        records=people.drop_columns("phones"),
        crimes=_with_those_of_roles(table("crimes", read.CRIMES), roles),
        roles=roles,
        charges=table("charges", read.CHARGES),
        contacts=pa.concat_tables([table("contacts", read.CONTACTS), _phones(people)]),
        keyed=tuple(tuple(systems) for systems in keyed),
    )


def _with_those_of_roles(crimes: pa.Table, roles: pa.Table) -> pa.Table:
    """The crimes, and those of which nothing but parts was sent: of a system that keeps people and no crimes."""
    named = pc.unique(roles["crime_id"])
    missing = named.filter(pc.invert(pc.is_in(named, value_set=crimes["crime_id"].combine_chunks())))
    system = pc.replace_substring_regex(missing, ":.*$", "")
    bare = pa.table({"crime_id": missing, "system": system})
    rows = tables.named("crimes").conform(bare).select(list(read.CRIMES))
    return pa.concat_tables([crimes, rows.cast(crimes.schema)]).sort_by("crime_id")


def _phones(people: pa.Table) -> pa.Table:
    """The phones that records of persons give, as contacts."""
    phones = people["phones"].combine_chunks()
    owners = people["record_id"].combine_chunks().take(pc.list_parent_indices(phones))
    values = pc.list_flatten(phones)
    kinds = pa.array(["phone"] * len(values), pa.string())
    return pa.table({"record_id": owners, "kind": kinds, "value": values})


def items_of(facts: Facts, found: Found) -> tuple[Whole, list[str]]:
    """What groups are known by from run to run: their crimes; their people where a group has none."""
    inside = np.flatnonzero(found.of_crime >= 0)
    group = found.of_crime[inside]
    without = np.setdiff1d(np.arange(len(found)), group)
    people = found.everybody.kept(np.isin(found.everybody.left, without))
    names = found.incidents.people.take(pa.array(people.right)).to_pylist()
    crimes = facts.crimes["crime_id"].combine_chunks().take(pa.array(inside)).to_pylist()
    return np.concatenate([group, people.left]), [*crimes, *(_PERSON + name for name in names)]


def before(run: Path | None) -> Before:
    """What the run before left; nothing for a first run, or one made before there were groups."""
    paths = [run / "tables" / f"{name}.parquet" for name in TAKEN_OVER] if run else []
    if not paths or not all(path.exists() for path in paths):
        return Before.nothing()
    crimes, members, events = (pq.read_table(path) for path in paths)
    known = crimes.select(["group_id", "crime_id"]).rename_columns(["group_id", "item"])
    rest = members.filter(pc.invert(pc.is_in(members["group_id"], crimes["group_id"].combine_chunks())))
    people = pa.table(
        {"group_id": rest["group_id"], "item": pc.binary_join_element_wise(_PERSON, rest["person_id"], "")}
    )
    return Before(pa.concat_tables([known, people]), tables.named("group_events").conform(events))
