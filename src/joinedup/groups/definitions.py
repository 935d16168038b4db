"""Which definition of group-based offending a group meets, each by its name.

`organised network`: two or more individuals, identified or not, known to or associated with one another. Source:
Independent Inquiry into Child Sexual Abuse, "Child sexual exploitation by organised networks" (2022). The others say on
what the association rests, since forces and agencies count differently.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from joinedup.groups.arrays import Links, Mask, Whole, followed
from joinedup.groups.finding import TOGETHER, Found
from joinedup.groups.ties import KINDS

NETWORK = "organised network"
ONE_CRIME = "two suspects in one crime"
LINKED = {kind: f"two suspects linked through one {kind}" for kind in ("child", "place", "phone", "vehicle")}
DEFINITIONS = (NETWORK, ONE_CRIME, *LINKED.values())


def definitions(found: Found) -> Mapping[str, Mask]:
    """By definition, which groups meet it."""
    count = len(found)
    met = {NETWORK: np.ones(count, np.bool_), ONE_CRIME: _in_one_crime(found)}
    met[LINKED["child"]] = _through(found, found.incidents.children)
    by_contact = _by_contacts(found)
    for kind in ("place", "phone", "vehicle"):
        met[LINKED[kind]] = by_contact[KINDS.index(kind) - 3]
    met[LINKED["place"]] = met[LINKED["place"]] | _through(found, found.contacts.scenes)
    return met


def _in_one_crime(found: Found) -> Mask:
    most = np.zeros(len(found), np.int64)
    inside = found.of >= 0
    np.maximum.at(most, found.of[inside], found.incidents.named[inside])
    return most >= TOGETHER


def _through(found: Found, things: Links) -> Mask:
    """Which groups have two suspects in incidents with one and the same thing."""
    of = found.of[things.left]
    thing, incident = things.right[of >= 0], things.left[of >= 0]
    keys = of[of >= 0] * max(things.rights, 1) + thing
    values, place = np.unique(keys, return_inverse=True)
    suspects = _suspects_of(found, place, incident, len(values))
    met = np.zeros(len(found), np.bool_)
    met[values[suspects.counts >= TOGETHER] // max(things.rights, 1)] = True
    return met


def _suspects_of(found: Found, place: Whole, incident: Whole, count: int) -> Links:
    """place -> suspects of its incidents."""
    named = found.incidents.suspects
    row, person = followed(named, incident)
    members = found.suspects.holds(found.of[incident[row]], person)
    return Links.of(place[row[members]], person[members], count, named.rights)


def _by_contacts(found: Found) -> list[Mask]:
    """By kind of contact, which groups have two suspects who share one."""
    met = [np.zeros(len(found), np.bool_) for _ in found.contacts.bits]
    pair, group = followed(found.suspects.turned, found.contacts.one)
    both = found.suspects.holds(group, found.contacts.other[pair])
    for mask, bits in zip(met, found.contacts.bits, strict=True):
        mask[group[both & (bits[pair] > 0)]] = True
    return met
