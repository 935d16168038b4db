"""What ties two incidents to one another: people and places that both have, and contacts that their people share.

Each thing that two incidents share is worth the bits of its rarity, and closeness in time counts once. From the sum
goes the prior: any two incidents are unlikely to belong together, and the more there are, the unlikelier. So one
coincidence does not tie, and two do. Phones, vehicles and places tie two people; of those that the people of two
incidents share, the rarest counts, because each says the same: that the two know one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.groups.arrays import MISSING, Bits, Links, Mask, Whole, crossed, distinct
from joinedup.groups.contacts import MOST_PEOPLE, TYING, Contacts
from joinedup.groups.incidents import Incidents
from joinedup.groups.weights import FAR, MARGIN, closeness, gap, prior, rarity

KINDS = ("suspect", "child", "scene", *TYING)
"""What two incidents can have in common."""

NEAREST = 4
"""Each incident is compared with so many before it that share a thing: the work grows with incidents, not pairs."""

AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Ties:
    """One place a tie between two incidents, in order of left and right. bits: above even odds. by: kind of `KINDS` by
    tie, the bits that each gave.
    """

    left: Whole
    right: Whole
    bits: Bits
    by: Bits

    def __len__(self) -> int:
        return len(self.left)

    def kept(self, mask: Mask) -> Ties:
        """The ties that a mask keeps."""
        return Ties(self.left[mask], self.right[mask], self.bits[mask], self.by[:, mask])


def ties(found: Incidents, contacts: Contacts, margin: float = MARGIN) -> Ties:
    """Every tie between two incidents that reaches the margin."""
    left, right = _candidates(found, contacts)
    starts = range(0, max(len(left), 1), AT_ONCE)
    pieces = [_weighed(found, contacts, left[at : at + AT_ONCE], right[at : at + AT_ONCE], margin) for at in starts]
    names = ("left", "right", "bits", "by")
    return Ties(*(np.concatenate([getattr(piece, name) for piece in pieces], axis=-1) for name in names))


def _candidates(found: Incidents, contacts: Contacts) -> tuple[Whole, Whole]:
    """Pairs of incidents near one another in time that share a person or scene, or whose people share a contact."""
    links = (found.suspects, found.children, contacts.scenes)
    keys = distinct(np.concatenate([*(_chained(one, found.day) for one in links), _through_people(found, contacts)]))
    count = max(len(found), 1)
    left, right = keys // count, keys % count
    few = found.parts.counts <= MOST_PEOPLE
    both = few[left] & few[right]
    return left[both], right[both]


def _chained(links: Links, day: Whole) -> Whole:
    """Each incident with the nearest before it that hold the same thing, as left * incidents + right."""
    order = np.lexsort((links.left, day[links.left], links.right))
    thing, incident = links.right[order], links.left[order]
    return np.concatenate([_ahead(thing, incident, lag, links.lefts) for lag in range(1, NEAREST + 1)])


def _ahead(thing: Whole, incident: Whole, lag: int, count: int) -> Whole:
    same = thing[lag:] == thing[:-lag]
    return _keys(incident[:-lag][same], incident[lag:][same], count)


def _keys(one: Whole, other: Whole, count: int) -> Whole:
    return np.asarray(np.minimum(one, other) * count + np.maximum(one, other))


def _through_people(found: Incidents, contacts: Contacts) -> Whole:
    """Of two people who share a contact: every incident of whoever has fewer, with the nearest of the other's."""
    of_person = found.parts.turned
    if not len(of_person) or not len(contacts):
        return np.empty(0, np.int64)
    counts = of_person.counts
    fewer = np.where(counts[contacts.one] <= counts[contacts.other], contacts.one, contacts.other)
    more = contacts.one + contacts.other - fewer
    size = counts[fewer]
    pair = np.repeat(np.arange(len(fewer)), size)
    turn = np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    mine = of_person.right[of_person.offsets[fewer[pair]] + turn]
    theirs = _closest(of_person, found.day, more[pair], mine)
    apart = (theirs >= 0) & (theirs != mine)
    return distinct(_keys(mine[apart], theirs[apart], len(found)))


def _closest(of_person: Links, day: Whole, person: Whole, to: Whole) -> Whole:
    """By place the incident of a person that is nearest in time to the incident `to`; the earlier of two; -1 for a
    person with none.
    """
    order = np.lexsort((of_person.right, day[of_person.right], of_person.left))
    rank = np.unique(day, return_inverse=True)[1]
    width = int(rank.max(initial=0)) + 1
    keys = of_person.left[order] * width + rank[of_person.right[order]]
    at = np.searchsorted(keys, person * width + rank[to])
    options = [order[np.clip(place, 0, len(keys) - 1)] for place in (at - 1, at)]
    theirs = [of_person.left[one] == person for one in options]
    theirs[0] &= at > 0
    theirs[1] &= at < len(keys)
    days = [gap(day[of_person.right[one]], day[to]) for one in options]
    before = theirs[0] & (~theirs[1] | (days[0] <= days[1]))
    chosen = of_person.right[np.where(before, options[0], options[1])]
    return np.where(theirs[0] | theirs[1], chosen, MISSING)


def _weighed(found: Incidents, contacts: Contacts, left: Whole, right: Whole, margin: float) -> Ties:
    by = np.zeros((len(KINDS), len(left)))
    for kind, links in enumerate((found.suspects, found.children, contacts.scenes)):
        by[kind] = _shared(links, left, right, len(found))
    by[3:] = _through_contacts(found, contacts, left, right)
    rarest = by[3:].max(axis=0)
    only_child = (by[1] > 0) & (by[0] + by[2] + rarest == 0)
    time = closeness(gap(found.day[left], found.day[right]), only_child)
    bits = np.round(by[:3].sum(axis=0) + rarest + time - prior(len(found)), 6)
    return Ties(left, right, bits, np.round(by, 6)).kept(bits >= margin)


def _shared(links: Links, left: Whole, right: Whole, count: int) -> Bits:
    """By pair, the bits of all things that both incidents are linked to."""
    place, one, other = crossed(links, left, links, right)
    worth = rarity(count, links.turned.counts)
    same = one == other
    return np.bincount(place[same], worth[one[same]], minlength=len(left)).astype(np.float64)


def _through_contacts(found: Incidents, contacts: Contacts, left: Whole, right: Whole) -> Bits:
    """Kind by pair, the bits of the rarest phone, vehicle and place that a person of one incident alone and a person of
    the other alone hold.
    """
    place, one, other = crossed(found.parts, left, found.parts, right)
    at = contacts.find(np.minimum(one, other), np.maximum(one, other))
    sharing = np.flatnonzero(at >= 0)
    place, one, other, at = place[sharing], one[sharing], other[sharing], at[sharing]
    alone = ~(found.parts.holds(right[place], one) | found.parts.holds(left[place], other))
    rarest = np.zeros((len(TYING), len(left)))
    for kind, bits in enumerate(contacts.bits):
        np.maximum.at(rarest[kind], place[alone], bits[at[alone]])
    return rarest


__all__ = ["FAR", "KINDS", "NEAREST", "Ties", "ties"]
