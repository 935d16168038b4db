"""Groups as tables: a row a group, a member, a crime, a tie, a shared contact, a hub, and a sight. See `tables`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.groups.arrays import MISSING, NO_DAY, Links, Mask, Whole, among, at, coded, dates, days, followed, places
from joinedup.groups.contacts import CROWDED, MOST_PEOPLE, Shared, persons
from joinedup.groups.definitions import DEFINITIONS, definitions
from joinedup.groups.doubt import Doubt
from joinedup.groups.facts import Facts
from joinedup.groups.finding import Found
from joinedup.groups.incidents import Roles
from joinedup.groups.sights import Sight
from joinedup.groups.ties import KINDS
from joinedup.groups.weights import FAR, gap


@dataclass(frozen=True)
class Told:
    """Groups and what they are called. ids: by group. seen: by every system and force. doubt: None if not asked."""

    facts: Facts
    found: Found
    ids: pa.Array
    seen: Sequence[Sight] = ()
    doubt: Doubt | None = None

    @cached_property
    def roles(self) -> Roles:
        """The parts that people had in crimes."""
        return Roles.read(self.facts)

    @cached_property
    def suspected(self) -> Mask:
        """By part, whether it is that of a suspect of the crime's group."""
        return self.roles.suspected & self._in(self.found.suspects)

    @cached_property
    def harmed(self) -> Mask:
        """By part, whether it is that of a child harmed by the crime's group."""
        return self.roles.harmed & self._in(self.found.children)

    def _in(self, links: Links) -> Mask:
        group = self.found.of_crime[self.roles.crime]
        return (group >= 0) & (self.roles.person >= 0) & links.holds(group, self.roles.person)

    @cached_property
    def first_day(self) -> Whole:
        """By crime, the first day of its incident; NO_DAY outside groups."""
        return np.append(self.found.incidents.day, NO_DAY)[self.found.incidents.of]

    @cached_property
    def leading(self) -> Whole:
        """By incident, the crime of it that stands for it: the first in the order of the facts."""
        first = np.full(len(self.found.incidents), self.facts.crimes.num_rows)
        of = self.found.incidents.of
        np.minimum.at(first, of[of >= 0], np.flatnonzero(of >= 0))
        return first

    @cached_property
    def contact_rows(self) -> pa.Table:
        """See `contacts`."""
        return contacts(self)

    def crime_ids(self, crime: Whole) -> pa.Array:
        """Names of crimes."""
        return self.facts.crimes["crime_id"].combine_chunks().take(pa.array(crime))

    def people(self, person: Whole) -> pa.Array:
        """Names of people."""
        return self.found.incidents.people.take(pa.array(person))

    def groups(self, group: Whole) -> pa.Array:
        """Names of groups."""
        return self.ids.take(pa.array(group))


def texts(links: Links, names: pa.Array) -> pa.Array:
    """By left thing, the names of what it is linked to, in order."""
    flat = names.take(pa.array(links.right))
    return pa.ListArray.from_arrays(pa.array(links.offsets.astype(np.int32)), flat)


def _counted(group: Whole, count: int) -> Whole:
    return np.bincount(group[group >= 0], minlength=count)


def _span(group: Whole, day: Whole, count: int) -> dict[str, pa.Array]:
    """First and last day by group."""
    known = (group >= 0) & (day != NO_DAY)
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, NO_DAY)
    np.minimum.at(first, group[known], day[known])
    np.maximum.at(last, group[known], day[known])
    return {"first_on": dates(np.where(last == NO_DAY, NO_DAY, first)), "last_on": dates(last)}


def held_by(told: Told, row: Whole, crime: Whole, count: int, column: str) -> pa.Array:
    """By row, the systems or forces whose crimes are among those of it."""
    holder, names = coded(told.facts.crimes[column])
    return texts(Links.of(row, holder[crime], count, len(names)), names)


def summaries(told: Told) -> pa.Table:
    """`group_summaries`."""
    found, crimes, count = told.found, told.facts.crimes, len(told.found)
    group = found.of_crime
    inside = np.flatnonzero(group >= 0)
    named = told.roles.named_of(told.facts)
    flagged = np.asarray(pc.fill_null(crimes["cse_flag"], False))
    outcome = crimes["outcome"].combine_chunks()
    still_open = np.asarray(pc.fill_null(pc.equal(outcome, "0"), False))
    closed = np.asarray(pc.is_valid(outcome)) & ~still_open
    tie_group = found.of[found.inner.left]
    columns = {
        "group_id": told.ids,
        "suspects": found.suspects.counts,
        "unidentified": found.unknown,
        "children": found.children.counts,
        "incidents": _counted(found.of, count),
        "crimes": _counted(group, count),
        "single_suspect_crimes": _counted(np.where(named == 1, group, MISSING), count),
        "unflagged_crimes": _counted(np.where(flagged, MISSING, group), count),
        "open_crimes": _counted(np.where(still_open, group, MISSING), count),
        "closed_crimes": _counted(np.where(closed, group, MISSING), count),
        "forces": held_by(told, group[inside], inside, count, "force"),
        "systems": held_by(told, group[inside], inside, count, "system"),
        **_span(group, told.first_day, count),
        **_definitions(found),
        "seen_by_one_system": _seen_by_any(told, "system"),
        "ties_alone": _counted(np.where(found.alone, tie_group, MISSING), count),
        **_doubts(told),
    }
    return tables.named("group_summaries").conform(pa.table(columns))


def _definitions(found: Found) -> dict[str, pa.Array]:
    met = np.stack([definitions(found)[name] for name in DEFINITIONS], axis=1)
    names = pa.array(DEFINITIONS)
    return {
        column: texts(_marked(mask), names)
        for column, mask in (("definitions_met", met), ("definitions_not_met", ~met))
    }


def _marked(mask: Mask) -> Links:
    """Rows -> columns that a mask marks."""
    row, column = np.nonzero(mask)
    return Links(row, column, *mask.shape)


def _seen_by_any(told: Told, kind: str) -> pa.Array:
    seen = np.zeros(len(told.found), np.bool_)
    for one in told.seen:
        seen |= one.sees & (one.kind == kind)
    return pa.array(seen)


def _doubts(told: Told) -> Mapping[str, object]:
    if told.doubt is None:
        return {}
    return {"stands_strictly": told.doubt.stands, "doubtful_people": told.doubt.parted.counts}


def members(told: Told) -> pa.Table:
    """`group_members`: suspects first by what they are suspected of, and children harmed."""
    parts = [_members(told, told.found.suspects, told.suspected, "suspect"),
             _members(told, told.found.children, told.harmed, "child harmed")]  # fmt: skip
    return tables.named("group_members").conform(pa.concat_tables(parts))


def _members(told: Told, links: Links, parts: Mask, role: str) -> pa.Table:
    found, roles = told.found, told.roles
    crime = roles.crime[parts]
    row = np.searchsorted(links.keys, found.of_crime[crime] * links.rights + roles.person[parts])
    row, crime = _once(row, crime, told.facts.crimes.num_rows)
    count = len(links)
    times = _counted(row, count)
    blamed = pa.array(found.incidents.blamed.turned.counts[links.right] > 0)
    also = pa.nulls(count, pa.bool_()) if role == "suspect" else blamed
    return pa.table({
        "group_id": told.groups(links.left),
        "person_id": told.people(links.right),
        "role": pa.array([role] * count, pa.string()),
        "also_suspected": also,
        "by": pa.array(np.where(times > 0, "crimes", "contacts").astype(object), pa.string()),
        "crimes": times,
        "systems": held_by(told, row, crime, count, "system"),
        **_span(row, told.first_day[crime], count),
        "doubtful": _doubtful(told, links),
        "why": _why(told, links, times, role),
    })  # fmt: skip


def _once(row: Whole, crime: Whole, crimes: int) -> tuple[Whole, Whole]:
    keys = np.unique(row * max(crimes, 1) + crime)
    return keys // max(crimes, 1), keys % max(crimes, 1)


def _doubtful(told: Told, links: Links) -> pa.Array:
    if told.doubt is None:
        return pa.nulls(len(links), pa.bool_())
    return pa.array(told.doubt.parted.holds(links.left, links.right))


def _why(told: Told, links: Links, times: Whole, role: str) -> pa.Array:
    """What ties each to the group, in words: crimes, and kinds of contact shared with others of it."""
    what = {"suspect": "named as a suspect in", "child harmed": "harmed in"}[role]
    kinds = _kinds_shared(told, links)
    words = []
    for count, shared in zip(times.tolist(), kinds, strict=True):
        crimes = [f"{what} {count} crime{'s' * (count != 1)} of the group"] if count else []
        words.append(
            "; ".join([*crimes, *([f"shares a {' and a '.join(shared)} with others of it"] if shared else [])])
        )
    return pa.array(words, pa.string())


def _kinds_shared(told: Told, links: Links) -> list[list[str]]:
    rows = told.contact_rows.group_by(["group_id", "person_id", "kind"]).aggregate([])
    held: dict[tuple[str, str], list[str]] = {}
    for group, person, kind in sorted(zip(*(column.to_pylist() for column in rows.columns), strict=True)):
        held.setdefault((group, person), []).append(kind)
    ends = zip(told.groups(links.left).to_pylist(), told.people(links.right).to_pylist(), strict=True)
    return [held.get(end, []) for end in ends]


def crimes(told: Told) -> pa.Table:
    """`group_crimes`."""
    found = told.found
    inside = np.flatnonzero(found.of_crime >= 0)
    roles = told.roles
    child = np.where(told.harmed, roles.person, MISSING)
    harmed = Links.of(roles.crime, child, told.facts.crimes.num_rows, len(found.incidents.people))
    rows = told.facts.crimes.take(pa.array(inside))
    columns = {
        "group_id": told.groups(found.of_crime[inside]),
        "crime_id": rows["crime_id"],
        "incident": told.crime_ids(told.leading[found.incidents.of[inside]]),
        "on": dates(told.first_day[inside]),
        "suspects": roles.named_of(told.facts)[inside],
        "children": harmed.counts[inside],
        "flagged": rows["cse_flag"],
        "outcome": rows["outcome"],
    }
    return tables.named("group_crimes").conform(pa.table(columns))


def group_ties(told: Told) -> pa.Table:
    """`group_ties`."""
    found = told.found
    held, day = found.inner, found.incidents.day
    ends = [told.crime_ids(told.leading[side]) for side in (held.left, held.right)]
    apart = gap(day[held.left], day[held.right])
    tie, kind = np.nonzero(held.by.T > 0)
    columns = {
        "group_id": told.groups(found.of[held.left]),
        "crime_id_l": ends[0],
        "crime_id_r": ends[1],
        "shares": texts(Links(tie, kind, len(held), len(KINDS)), pa.array(KINDS)),
        "on": dates(np.maximum(day[held.left], day[held.right])),
        "days_apart": pa.array(apart.astype(np.int64), mask=apart == FAR),
        "systems": _systems_of_ties(told),
        "bits": held.bits,
        "alone": found.alone,
    }
    return tables.named("group_ties").conform(pa.table(columns))


def _systems_of_ties(told: Told) -> pa.Array:
    found, held = told.found, told.found.inner
    system, names = coded(told.facts.crimes["system"])
    of_incident = Links.of(found.incidents.of, system, len(found.incidents), len(names))
    rows = [np.repeat(np.arange(len(held)), of_incident.counts[side]) for side in (held.left, held.right)]
    parts = [followed(of_incident, side)[1] for side in (held.left, held.right)]
    return texts(Links.of(np.concatenate(rows), np.concatenate(parts), len(held), len(names)), names)


def contacts(told: Told) -> pa.Table:
    """`group_contacts`: values that two people of one group hold."""
    return tables.named("group_contacts").conform(
        pa.concat_tables([_contacts(told, shared) for shared in told.found.contacts.through])
    )


def _contacts(told: Told, shared: Shared) -> pa.Table:
    found = told.found
    everybody = found.everybody
    pair, group = followed(everybody.turned, shared.one)
    both = everybody.holds(group, shared.other[pair])
    pair, group = pair[both], group[both]
    holdings = Links.of(
        np.concatenate([group, group]) * len(shared.values) + np.tile(shared.value[pair], 2),
        np.concatenate([shared.one[pair], shared.other[pair]]),
        len(found) * len(shared.values), len(found.incidents.people),
    )  # fmt: skip
    group, value, person = (
        holdings.left // max(len(shared.values), 1),
        holdings.left % max(len(shared.values), 1),
        holdings.right,
    )
    on, systems = _records_of(told, shared, person, value)
    return pa.table({
        "group_id": told.groups(group),
        "kind": pa.array([shared.kind] * len(group), pa.string()),
        "value": shared.values.take(pa.array(value)),
        "person_id": told.people(person),
        "on": on,
        "systems": systems,
        "bits": np.round(shared.bits[value], 6),
    })  # fmt: skip


def _records_of(told: Told, shared: Shared, person: Whole, value: Whole) -> tuple[pa.Array, pa.Array]:
    """By holding, the last day on which a record that tells of it was made, and the systems of those records."""
    rows = told.facts.contacts.filter(pc.equal(told.facts.contacts["kind"], shared.kind))
    record = places(rows["record_id"], told.facts.records["record_id"])
    holder = persons(told.facts, told.found.incidents, rows["record_id"])
    keys, asked = (
        who * max(len(shared.values), 1) + what
        for who, what in ((holder, places(rows["value"], shared.values)), (person, value))
    )
    wanted, place = np.unique(asked, return_inverse=True)
    told_of = among(keys, wanted) & (holder >= 0)
    at_key = np.searchsorted(wanted, keys[told_of])
    last = np.full(len(wanted), NO_DAY)
    np.maximum.at(last, at_key, np.append(days(told.facts.records["recorded_on"]), NO_DAY)[record[told_of]])
    system, names = coded(told.facts.records["system"])
    by = texts(Links.of(at_key, at(system, record[told_of]), len(wanted), len(names)), names)
    return dates(last[place]), by.take(pa.array(place))


def hubs(told: Told) -> pa.Table:
    """`group_hubs`: what ties nobody because too many share it, incidents of too many people among them."""
    rows = [asdict(one) for one in told.found.contacts.hubs]
    counts = told.found.incidents.parts.counts
    crowded = np.flatnonzero(counts > MOST_PEOPLE)
    named = zip(told.crime_ids(told.leading[crowded]).to_pylist(), counts[crowded].tolist(), strict=True)
    rows += [{"kind": "crime", "value": name, "holders": count, "why": CROWDED} for name, count in named]
    return tables.named("group_hubs").conform(pa.Table.from_pylist(rows, schema=tables.named("group_hubs").schema))


def group_sights(told: Told) -> pa.Table:
    """`group_sights`: a row for every system and force that holds a crime of the group, or sees it."""
    parts = [_sight(told, one) for one in told.seen]
    return tables.named("group_sights").conform(
        pa.concat_tables(parts) if parts else tables.named("group_sights").empty()
    )


def _sight(told: Told, one: Sight) -> pa.Table:
    count = len(told.found)
    group = np.where(one.crimes, told.found.of_crime, MISSING)
    recorded = _span(group, days(told.facts.crimes["recorded_on"]), count)["first_on"]
    columns = {
        "group_id": told.ids,
        "kind": pa.array([one.kind] * count, pa.string()),
        "holder": pa.array([one.holder] * count, pa.string()),
        "suspects": known_to(told, one, told.suspected).counts,
        "children": known_to(told, one, told.harmed).counts,
        "crimes": _counted(group, count),
        "first_on": recorded,
        "sees": one.sees,
    }
    table = pa.table(columns)
    return table.filter(pc.or_(table["sees"], pc.greater(table["crimes"], 0)))


def known_to(told: Told, one: Sight, parts: Mask) -> Links:
    """group -> person with such a part in a crime of the group that this system or force holds."""
    crime = told.roles.crime
    own = parts & one.crimes[crime]
    return Links.of(
        told.found.of_crime[crime[own]], told.roles.person[own], len(told.found), len(told.found.incidents.people)
    )


def all_tables(told: Told) -> dict[str, pa.Table]:
    """Every table of groups that needs no run before, by name."""
    return {
        "group_summaries": summaries(told), "group_members": members(told), "group_crimes": crimes(told),
        "group_ties": group_ties(told), "group_contacts": told.contact_rows, "group_hubs": hubs(told),
        "group_sights": group_sights(told),
    }  # fmt: skip
