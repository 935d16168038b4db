"""How much of the groups rests on doubtful joins of records: which of them a stricter joining still finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.groups.arrays import Links, Mask, Whole, at, coded, followed, places
from joinedup.groups.facts import Facts
from joinedup.groups.finding import TOGETHER, Found
from joinedup.groups.incidents import Roles


@dataclass(frozen=True)
class Doubt:
    """stands: by group, whether it is found strictly. parted: group -> person whose records a strict joining parts."""

    stands: Mask
    parted: Links


def doubt(facts: Facts, found: Found, strict: Facts, found_strictly: Found) -> Doubt:
    """Compare the groups with those of a stricter joining of the same records and crimes."""
    person, _ = coded(facts.clusters["person_id"])
    stricter, names = coded(strict.clusters["person_id"])
    stricter = at(stricter, places(facts.clusters["record_id"], strict.clusters["record_id"]))
    into = Links.of(person, stricter, len(found.incidents.people), len(names))
    stands = _share_suspects(found, found_strictly, into) | _share_crimes(found, found_strictly)
    return Doubt(stands, _parted(facts, found, stricter, len(names)))


def _share_suspects(found: Found, strict: Found, into: Links) -> Mask:
    """Whether two suspects are two still, and in one group together."""
    row, other = followed(into, found.suspects.right)
    second, ring = followed(strict.suspects.turned, other)
    row, other = row[second], other[second]
    keys = found.suspects.left[row] * max(len(strict), 1) + ring
    values, place = np.unique(keys, return_inverse=True)
    before = Links.of(place, found.suspects.right[row], len(values), found.suspects.rights).counts
    after = Links.of(place, other, len(values), strict.suspects.rights).counts
    met = np.zeros(len(found), np.bool_)
    met[values[np.minimum(before, after) >= TOGETHER] // max(len(strict), 1)] = True
    return met


def _share_crimes(found: Found, strict: Found) -> Mask:
    """Of groups with fewer than two identified suspects, whether any crime is in a group still."""
    few = found.suspects.counts < TOGETHER
    group, other = found.of_crime, strict.of_crime
    met = np.zeros(len(found), np.bool_)
    met[group[(group >= 0) & (other >= 0)]] = True
    return met & few


def _parted(facts: Facts, found: Found, stricter: Whole, people: int) -> Links:
    """People whose records in the group's crimes are two people by the stricter joining."""
    roles = Roles.read(facts)
    group = found.of_crime[roles.crime]
    known = (group >= 0) & (roles.person >= 0)
    group, person, other = group[known], roles.person[known], stricter[roles.record[known]]
    width = len(found.incidents.people)
    keys, place = np.unique(group * width + person, return_inverse=True)
    split = Links.of(place, other, len(keys), people).counts >= TOGETHER
    return Links.of(keys[split] // width, keys[split] % width, len(found), width)
