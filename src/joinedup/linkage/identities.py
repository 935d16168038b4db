"""Person ids that outlive runs: which earlier person each cluster carries on, and what became of the others.

A cluster keeps the id of the earlier person with whom it shares most records. Where two claims are equal, the person
who once was exactly these records comes first. A cluster that nobody carries on gets back the id of a person who once
was exactly these records, so that what is taken back stands as it stood; or else an id of its own. Ids are made from a
digest keyed with the project's salt and say nothing about the person. An id is never given to two people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from joinedup import tables
from joinedup.linkage.arrays import single

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Before:
    """What the run before left. clusters: record_id, person_id. identities, events: as `tables.IDENTITIES` and
    `tables.PERSON_EVENTS`; all of them empty for a first run.
    """

    clusters: pa.Table
    identities: pa.Table
    events: pa.Table

    @classmethod
    def nothing(cls) -> Before:
        return cls(tables.CLUSTERS.empty(), tables.IDENTITIES.empty(), tables.PERSON_EVENTS.empty())


@dataclass(frozen=True)
class Causes:
    """What may have changed people since the run before. judged: records of judgements made or retired since.

    settings: whether threshold, keyed joins or model are set otherwise.
    """

    judged: frozenset[str] = frozenset()
    settings: bool = False


@dataclass(frozen=True)
class Lasting:
    """The three tables of `Before`, brought up to date."""

    clusters: pa.Table
    identities: pa.Table
    events: pa.Table


def lasting(clusters: pa.Table, before: Before, salt: bytes, causes: Causes = Causes()) -> Lasting:
    """Give clusters the ids of the people whom they carry on, and note what became of the others.

    clusters: as `tables.CLUSTERS`, in key order, with any name for each person. The same clusters and the same `before`
    give the same tables, byte for byte; when nothing changed, `identities` and `events` stay as they were.
    """
    ids = clusters["record_id"].combine_chunks()
    told = single(clusters["person_id"])
    cluster = told.codes.astype(np.int64)
    earlier = _Earlier.read(ids, before)
    held = _sets(ids, cluster, len(told.values), salt)
    person = _carried_on(cluster, held, earlier)
    taken = set(earlier.names.tolist())
    _name_the_rest(person, _firsts(cluster, len(told.values)), ids, salt, taken)
    people = np.array(person, dtype=object)
    number = int(earlier.numbers.max(initial=0)) + 1
    return Lasting(
        clusters.set_column(1, "person_id", pa.array(people, pa.string()).take(pa.array(cluster))),
        _noted(before.identities, people, held, number, earlier),
        _told(before, people[cluster], ids, number, causes),
    )


def resolved(person_id: str, clusters: pa.Table, events: pa.Table) -> tuple[str, ...]:
    """Who a person id of whatever run is today, in order of id: themselves, those who hold their records, or nobody.

    clusters: record_id, person_id of today. events: as `tables.PERSON_EVENTS`.
    """
    if pc.any(pc.equal(clusters["person_id"], person_id)).as_py():
        return (person_id,)
    ended = [
        [one["record_id"] for one in event["ended"] if one["person_id"] == person_id]
        for event in events.sort_by("number").to_pylist()
    ]
    records: list[str] = next((found for found in reversed(ended) if found), [])
    today = clusters.filter(pc.is_in(clusters["record_id"], pa.array(records, pa.string())))
    return tuple(sorted(set(today["person_id"].to_pylist())))


@dataclass(frozen=True)
class _Earlier:
    """People of earlier runs. names: every id there ever was, in order. of: by record of today, its person then, as a
    place among `names`, or -1. held, holder, numbers: each set of records that somebody was, who, and since which run.
    """

    names: npt.NDArray[np.object_]
    of: Numbers
    held: npt.NDArray[np.uint64]
    holder: Numbers
    numbers: Numbers

    @classmethod
    def read(cls, ids: pa.Array, before: Before) -> _Earlier:
        known = before.identities
        person_of = single(known["person_id"])
        values = person_of.values
        names = values.to_numpy(zero_copy_only=False)
        then = before.clusters["record_id"].combine_chunks()
        person = pc.index_in(before.clusters["person_id"].combine_chunks(), value_set=values)
        places = pc.index_in(ids, value_set=then)
        of = pc.fill_null(person.take(places), -1).to_numpy(zero_copy_only=False).astype(np.int64)
        held = np.array([int(one, 16) for one in known["held"].to_pylist()], np.uint64)
        return cls(names, of, held, person_of.codes.astype(np.int64), np.asarray(known["number"], np.int64))

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(self.names), np.bool_)
        found[self.of[self.of >= 0]] = True
        return found


def _sets(ids: pa.Array, cluster: Numbers, count: int, salt: bytes) -> npt.NDArray[np.uint64]:
    """A digest of each cluster's records, whatever their order: the sum of the digests of their ids."""
    digest = hashlib.blake2b
    each = [digest(one.encode(), key=salt, digest_size=8).digest() for one in ids.to_pylist()]
    values = np.frombuffer(b"".join(each), np.uint64) if each else np.empty(0, np.uint64)
    sums = np.zeros(count, np.uint64)
    np.add.at(sums, cluster, values)
    return sums


def _firsts(cluster: Numbers, count: int) -> Numbers:
    first = np.full(count, len(cluster))
    np.minimum.at(first, cluster, np.arange(len(cluster)))
    return first


def _carried_on(cluster: Numbers, held: npt.NDArray[np.uint64], earlier: _Earlier) -> list[str | None]:
    """By cluster, the id of the person whom it carries on, or None."""
    person: list[str | None] = [None] * len(held)
    exact = _exact(held, earlier)
    given = np.zeros(len(earlier.names), np.bool_)
    for place, one in _claims(cluster, exact, earlier):
        if person[place] is None and not given[one]:
            person[place], given[one] = str(earlier.names[one]), True
    for place in np.flatnonzero(exact[:, 0] >= 0).tolist():
        one = int(exact[place, 0])
        if person[place] is None and not given[one]:
            person[place], given[one] = str(earlier.names[one]), True
    return person


def _exact(held: npt.NDArray[np.uint64], earlier: _Earlier) -> Numbers:
    """By cluster, who was exactly these records last, and since which run; -1 for nobody."""
    found = np.full((len(held), 2), -1, np.int64)
    if not len(earlier.held):
        return found
    order = np.lexsort((earlier.holder, -earlier.numbers, earlier.held))
    sets, first = np.unique(earlier.held[order], return_index=True)
    last = order[first]
    place = np.minimum(np.searchsorted(sets, held), len(sets) - 1)
    hit = sets[place] == held
    found[hit, 0], found[hit, 1] = earlier.holder[last[place[hit]]], earlier.numbers[last[place[hit]]]
    return found


def _claims(cluster: Numbers, exact: Numbers, earlier: _Earlier) -> Iterator[tuple[int, int]]:
    """Clusters and earlier people that share records: the most first, then those who were exactly these, then the
    longest known, then by id.
    """
    known = np.flatnonzero(earlier.of >= 0)
    if not len(known):
        return
    width = len(earlier.names)
    pairs, shared = np.unique(cluster[known] * width + earlier.of[known], return_counts=True)
    place, one = pairs // width, pairs % width
    since = np.where(exact[place, 0] == one, exact[place, 1], -1)
    order = np.lexsort((place, one, -since, -shared))
    yield from zip(place[order].tolist(), one[order].tolist(), strict=True)


def _name_the_rest(person: list[str | None], first: Numbers, ids: pa.Array, salt: bytes, taken: set[str]) -> None:
    """`P` and 16 digits from the first record of the cluster and a number that makes it one that nobody ever had."""
    fresh = [place for place, one in enumerate(person) if one is None]
    records = ids.take(pa.array(first[fresh], pa.int64())).to_pylist()
    for place, record in zip(fresh, records, strict=True):
        turn = 0
        while (made := _made(record, turn, salt)) in taken:
            turn += 1
        person[place] = made
        taken.add(made)


def _made(record: str, turn: int, salt: bytes) -> str:
    said = record if not turn else f"{record}\x00{turn}"
    return f"P{hashlib.blake2b(said.encode(), key=salt, digest_size=8).hexdigest().upper()}"


def _noted(
    known: pa.Table, people: npt.NDArray[np.object_], held: npt.NDArray[np.uint64], number: int, earlier: _Earlier
) -> pa.Table:
    """`identities` with what each person is now, where that is not what they were last."""
    places = pc.index_in(pa.array(people, pa.string()), value_set=pa.array(earlier.names, pa.string()))
    person = pc.fill_null(places, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    last = _last_held(earlier)
    changed = np.array([last.get(int(one)) != int(now) for one, now in zip(person, held, strict=True)], np.bool_)
    rows = pa.table(
        {
            "person_id": pa.array(people[changed], pa.string()),
            "held": pa.array([f"{one:016X}" for one in held[changed].tolist()], pa.string()),
            "number": pa.array(np.full(int(changed.sum()), number), pa.int64()),
        },
        schema=tables.IDENTITIES.schema,
    )
    together = pa.concat_tables([tables.IDENTITIES.conform(known), rows])
    return together.sort_by([("person_id", "ascending"), ("number", "ascending")])


def _last_held(earlier: _Earlier) -> Mapping[int, int]:
    order = np.argsort(earlier.numbers, kind="stable")
    return dict(zip(earlier.holder[order].tolist(), earlier.held[order].tolist(), strict=True))


def _told(before: Before, now: npt.NDArray[np.object_], ids: pa.Array, number: int, causes: Causes) -> pa.Table:
    """`person_events` with what became of the people before, where it is not one person who is one still."""
    if not before.clusters.num_rows:
        return tables.PERSON_EVENTS.conform(before.events)
    then = {row["record_id"]: row["person_id"] for row in _moved(before.clusters, ids, now)}
    places = pc.index_in(pa.array(list(then), pa.string()), value_set=ids).to_pylist()
    today = {record: str(now[place]) for record, place in zip(then, places, strict=True) if place is not None}
    found = [_event(records, then, today, number, causes) for records in _parts(then, today)]
    rows = pa.Table.from_pylist([one for one in found if one is not None], schema=tables.PERSON_EVENTS.schema)
    order = [("number", "ascending"), ("first", "ascending")]
    keyed = rows.append_column("first", pc.binary_join(rows["before"], " ")).sort_by(order).drop(["first"])
    return pa.concat_tables([tables.PERSON_EVENTS.conform(before.events), keyed])


def _moved(then: pa.Table, ids: pa.Array, now: npt.NDArray[np.object_]) -> list[dict[str, Any]]:
    """Rows of the clusters before, of every person some of whose records are with somebody else today, or gone, and of
    whoever joined them. All others are as they were, or have only grown.
    """
    today = pc.index_in(then["record_id"].combine_chunks(), value_set=ids)
    person = pa.array(now, pa.string()).take(today)
    other = pc.fill_null(pc.not_equal(person, then["person_id"].combine_chunks()), True)
    touched = pa.concat_arrays(
        [then["person_id"].combine_chunks().filter(other), pc.drop_null(person.filter(other))]
    ).unique()
    kept = pc.or_(
        pc.is_in(then["person_id"].combine_chunks(), value_set=touched),
        pc.fill_null(pc.is_in(person, value_set=touched), False),
    )
    return list(then.select(["record_id", "person_id"]).filter(kept).to_pylist())


def _parts(then: Mapping[str, str], today: Mapping[str, str]) -> list[list[str]]:
    """Records by people before and today who share any of them."""
    records = sorted(then)
    names = {("then", one): n for n, one in enumerate(sorted(set(then.values())))}
    for one in sorted({today[r] for r in records if r in today}):
        names["today", one] = len(names)
    left = [names["then", then[r]] for r in records]
    right = [names["today", today[r]] if r in today else names["then", then[r]] for r in records]
    graph = coo_array((np.ones(len(records), np.bool_), (left, right)), shape=(len(names), len(names)))
    labels = connected_components(graph, directed=False)[1]
    parts: dict[int, list[str]] = {}
    for record, place in zip(records, left, strict=True):
        parts.setdefault(int(labels[place]), []).append(record)
    return list(parts.values())


def _event(
    records: list[str], then: Mapping[str, str], today: Mapping[str, str], number: int, causes: Causes
) -> dict[str, Any] | None:
    before = sorted({then[r] for r in records})
    after = sorted({today[r] for r in records if r in today})
    if before == after and len(before) == 1:  # a record is gone, and the person is who they were
        return None
    gone = any(record not in today for record in records)
    return {
        "number": number, "kind": _kind(before, after), "before": before, "after": after,
        "ended": [{"person_id": then[r], "record_id": r} for r in records if then[r] not in after],
        "cause": _cause(records, gone, causes),
    }  # fmt: skip


def _kind(before: list[str], after: list[str]) -> str:
    if not after:
        return "gone"
    if len(after) < len(before):
        return "joined"
    return "split" if len(after) > len(before) else "regrouped"


def _cause(records: list[str], gone: bool, causes: Causes) -> str:
    if causes.judged.intersection(records):
        return "judgement"
    if gone:
        return "records gone"
    return "settings" if causes.settings else "records"


__all__ = ["Before", "Causes", "Lasting", "lasting", "resolved"]
