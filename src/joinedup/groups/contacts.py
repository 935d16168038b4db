"""Phones, vehicles and places that two people hold, and those that too many hold to tie anybody.

A hub is a value that so many people hold that it tells nothing of any two: a police station's number, a children's
home. Hubs are found and listed with their count. What two people of one home share is the home's and ties nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.groups.arrays import MISSING, Bits, Links, Whole, at, coded, crossed, distinct, places
from joinedup.groups.facts import Facts
from joinedup.groups.incidents import Incidents
from joinedup.groups.weights import rarity

TYING = ("phone", "vehicle", "place")
MOST = {"phone": 20, "vehicle": 20, "place": 40, "scene": 60}
"""People who may hold one value, or incidents that may have happened at one scene, before it is a hub."""

MOST_PEOPLE = 50
"""People of one incident before it tells nothing of any two of them, as when a register was entered as one crime."""

CROWDED = "it names too many people to tie any two"

CHILDREN_OF_A_HOME = 6
"""A place that is the recorded home of so many children is a children's home."""


@dataclass(frozen=True)
class Hub:
    """A value that ties nobody. holders: people, or incidents for a scene."""

    kind: str
    value: str
    holders: int
    why: str


@dataclass(frozen=True)
class Shared:
    """Two people who hold one value of a kind, one place each; one < other. bits: by value."""

    kind: str
    one: Whole
    other: Whole
    value: Whole
    values: pa.Array
    bits: Bits


@dataclass(frozen=True)
class Contacts:
    """Pairs of people who share a contact, in order: one < other. bits: by kind of `TYING` and pair, that of the rarest
    they share. through: what each pair shares. scenes: incident -> scene, without the homes of the children harmed and
    without hubs.
    """

    one: Whole
    other: Whole
    people: int
    bits: Bits
    scenes: Links
    hubs: tuple[Hub, ...]
    through: tuple[Shared, ...]

    def __len__(self) -> int:
        return len(self.one)

    def find(self, one: Whole, other: Whole) -> Whole:
        """By place, the pair of two people among those who share a contact, or -1."""
        if not len(self.one):
            return np.full(len(one), MISSING)
        keys, asked = self.one * self.people + self.other, one * self.people + other
        place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        return np.where(keys[place] == asked, place, MISSING)


def contacts(facts: Facts, found: Incidents) -> Contacts:
    """The contacts of people who have a part in any incident."""
    homes = _homes(facts, found)
    holders = persons(facts, found, facts.contacts["record_id"])
    holders[~np.append(found.parts.turned.counts > 0, False)[holders]] = MISSING
    each = [_shared(_held(facts, holders, kind, len(found.people)), homes, kind) for kind in TYING]
    through = tuple(shared for shared, _ in each)
    scenes, crowded = _scenes(found, homes)
    people = max(len(found.people), 1)
    keys = distinct(np.concatenate([shared.one * people + shared.other for shared in through]))
    bits = np.zeros((len(TYING), len(keys)))
    for rarest, shared in zip(bits, through, strict=True):
        np.maximum.at(
            rarest, np.searchsorted(keys, shared.one * people + shared.other), np.round(shared.bits[shared.value], 6)
        )
    hubs = [hub for _, listed in each for hub in listed]
    return Contacts(keys // people, keys % people, people, bits, scenes, (*hubs, *crowded), through)


def _shared(holdings: tuple[Links, pa.Array], homes: _Homes, kind: str) -> tuple[Shared, list[Hub]]:
    held, values = holdings
    common, listed = _hubs(kind, held, values, homes)
    one, other, value = _pairs(held.kept(~common[held.right]))
    apart = ~homes.together(one, other)
    bits = rarity(int(np.count_nonzero(held.counts)), held.turned.counts)
    return Shared(kind, one[apart], other[apart], value[apart], values, bits), listed


@dataclass(frozen=True)
class _Homes:
    """Where people live, as far as records say. by_person: person -> postcode with address, or the one that is known.

    postcodes, addresses: person -> those, and the names of both. children: people harmed as children.
    """

    by_person: Links
    postcodes: Links
    postcode_names: pa.Array
    addresses: Links
    address_names: pa.Array
    children: Whole

    def together(self, one: Whole, other: Whole) -> np.ndarray:
        """By pair of people, whether they ever had a home in common."""
        place, left, right = crossed(self.by_person, one, self.by_person, other)
        return np.bincount(place[left == right], minlength=len(one)) > 0

    def of_children(self, values: pa.Array) -> Whole:
        """By value, how many children have it as an address."""
        lived = self.addresses.kept(np.isin(self.addresses.left, self.children)).turned.counts
        return np.append(lived, 0)[places(values, self.address_names)]


def _homes(facts: Facts, found: Incidents) -> _Homes:
    records = facts.records
    person = persons(facts, found, records["record_id"])
    postcode, postcodes = coded(records["postcode"])
    address, addresses = coded(records["address"])
    both, _ = coded(pc.coalesce(pc.binary_join_element_wise(records["address"], records["postcode"], "\x00"),
                                records["address"]))  # fmt: skip
    people = len(found.people)
    return _Homes(
        Links.of(person, both, people, records.num_rows), Links.of(person, postcode, people, len(postcodes)), postcodes,
        Links.of(person, address, people, len(addresses)), addresses, np.unique(found.children.right),
    )  # fmt: skip


def persons(facts: Facts, found: Incidents, record_ids: pa.ChunkedArray) -> Whole:
    """By record the place of its person among the people; -1 where it is in no cluster."""
    person = places(facts.clusters["person_id"], found.people)
    return at(person, places(record_ids, facts.clusters["record_id"]))


def _held(facts: Facts, holders: Whole, kind: str, people: int) -> tuple[Links, pa.Array]:
    """person -> value of one kind; and the values. holders: by contact its person, -1 for one without a part."""
    rows = np.flatnonzero(np.asarray(pc.equal(facts.contacts["kind"], kind)))
    value, values = coded(facts.contacts["value"].combine_chunks().take(pa.array(rows)))
    return Links.of(holders[rows], value, people, len(values)), values


def _hubs(kind: str, held: Links, values: pa.Array, homes: _Homes) -> tuple[np.ndarray, list[Hub]]:
    holders = held.turned.counts
    crowded = holders > MOST[kind]
    living = homes.of_children(values) if kind == "place" else np.zeros(len(values), np.int64)
    home = living >= CHILDREN_OF_A_HOME
    listed = _listed(kind, values, holders, crowded, "held by too many people to tie any two")
    listed += _listed(kind, values, holders, home & ~crowded & (holders > 1), "the home of many children")
    return crowded | home, listed


def _listed(kind: str, values: pa.Array, holders: Whole, mask: np.ndarray, why: str) -> list[Hub]:
    return [Hub(kind, values[one].as_py(), int(holders[one]), why) for one in np.flatnonzero(mask).tolist()]


def _pairs(held: Links) -> tuple[Whole, Whole, Whole]:
    """Every two people who hold one value, and the value; one < other."""
    by_value = held.turned
    parts = list(_ahead(by_value, max(MOST.values())))
    none = np.empty(0, np.int64)
    one, other, value = (np.concatenate([none, *(part[n] for part in parts)]) for n in range(3))
    return one, other, value


def _ahead(by_value: Links, most: int) -> Iterator[tuple[Whole, Whole, Whole]]:
    value, person = by_value.left, by_value.right
    for lag in range(1, min(most, len(value))):
        same = value[lag:] == value[:-lag]
        if not same.any():
            return
        yield person[:-lag][same], person[lag:][same], value[lag:][same]


def _scenes(found: Incidents, homes: _Homes) -> tuple[Links, list[Hub]]:
    """Scenes that may tie incidents: no child's own home, and no hub."""
    scenes = found.scenes
    place, child, _ = crossed(found.children, scenes.left, _self(scenes), np.arange(len(scenes)))
    named = places(found.scene_names, homes.postcode_names)[scenes.right[place]]
    own = homes.postcodes.holds(child, named) & (named >= 0)
    home = np.bincount(place[own], minlength=len(scenes)) > 0
    left = scenes.kept(~home)
    holders = left.turned.counts
    crowded = holders > MOST["scene"]
    listed = _listed("scene", found.scene_names, holders, crowded, "the scene of too many incidents to tie any two")
    return left.kept(~crowded[left.right]), listed


def _self(links: Links) -> Links:
    """Each link to itself, so that it is crossed with one thing."""
    each = np.arange(len(links))
    return Links(each, each, len(links), len(links))
