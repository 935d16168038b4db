"""Groups: people suspected of acting together, found from incidents that are tied and contacts that people share.

Incidents that ties hold together are a *series*. People whom several contacts tie are a *circle*: two sets of people
who hang on one person alone are two circles, so that one wrong join of records does not make them one. A series belongs
to the circle of which it has at least two people, and they half of its own. A group is a circle with its series, or a
series by itself, with two or more suspects, identified or not. Of one incident alone a single crime must name both: two
systems that name one suspect each may mean one man. Somebody may be in several groups; an incident is in one. Whoever
was harmed as a child is no member for what they are said to have done as a child, nor by contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from joinedup.groups.arrays import MISSING, Links, Mask, Whole, at, crossed, followed
from joinedup.groups.communities import blocks, bridges, communities
from joinedup.groups.contacts import Contacts, contacts
from joinedup.groups.facts import Facts
from joinedup.groups.incidents import Incidents, incidents
from joinedup.groups.ties import Ties, ties
from joinedup.groups.weights import MARGIN, prior

TOGETHER = 2
"""People of a series that its circle must hold, and suspects that make a group."""


@dataclass(frozen=True)
class Found:
    """The groups of some facts, numbered from 0 by their first incident.

    of: by incident its group, or -1. suspects: group -> identified suspect; children: group -> child harmed. unknown:
    by group, suspects whom nobody identified, the most that one incident names. by_contact: group -> suspect whom
    contacts alone tie to it. circle: by contact pair that is held, the group in which it counts, or -1.
    """

    incidents: Incidents
    contacts: Contacts
    ties: Ties
    of: Whole
    suspects: Links
    children: Links
    unknown: Whole
    by_contact: Links
    circle: Whole

    def __len__(self) -> int:
        return self.suspects.lefts

    @cached_property
    def everybody(self) -> Links:
        """group -> person, suspected or harmed."""
        return self.suspects | self.children

    @cached_property
    def of_crime(self) -> Whole:
        """By crime its group, or -1."""
        return at(self.of, self.incidents.of)

    @cached_property
    def inner(self) -> Ties:
        """The ties inside groups."""
        ends = self.of[self.ties.left], self.of[self.ties.right]
        return self.ties.kept((ends[0] == ends[1]) & (ends[0] >= 0))

    @cached_property
    def alone(self) -> Mask:
        """By inner tie, whether it alone holds its group together. What a circle holds does not hang on a tie."""
        circles = np.flatnonzero(self.circle >= 0)
        groups = np.unique(self.circle[circles])
        inside = np.flatnonzero(np.isin(self.of, groups) & (self.of >= 0))
        count = len(self.incidents)
        left = np.concatenate([self.inner.left, inside])
        right = np.concatenate([self.inner.right, count + self.of[inside]])
        return bridges(count + len(self), left, right)[: len(self.inner)]


def find(facts: Facts) -> Found:
    """The groups of some facts. Names, ethnicity and nationality are not among them."""
    seen = incidents(facts)
    shared = contacts(facts, seen)
    held = ties(seen, shared)
    series = communities(len(seen), held.left, held.right, held.bits)
    firm = _firm(seen, shared)
    circles = _circles(len(seen.people), shared, firm)
    group = _group_of_incidents(seen, series, circles)
    return _assembled(seen, shared, held, _Parts(group, circles, firm))


@dataclass(frozen=True)
class _Parts:
    """Groups before it is known which of them have two suspects: by incident; person -> circle; firm pairs."""

    group: Whole
    circles: Links
    firm: Mask


def _firm(seen: Incidents, shared: Contacts) -> Mask:
    """By pair of people, whether what they share ties them by itself: several kinds of contact, as a rule."""
    people = int(np.count_nonzero(seen.parts.turned.counts))
    return np.asarray(np.round(shared.bits.sum(axis=0) - prior(people), 6) >= MARGIN)


def _circles(people: int, shared: Contacts, firm: Mask) -> Links:
    """person -> circle."""
    one, other = shared.one[firm], shared.other[firm]
    part = communities(people, one, other, shared.bits.sum(axis=0)[firm])
    inside = part[one] == part[other]
    return blocks(people, one[inside], other[inside])


def _group_of_incidents(seen: Incidents, series: Whole, circles: Links) -> Whole:
    """By incident: the number of its circle, or of its series beyond those of all circles."""
    count = int(series.max(initial=-1)) + 1
    people = Links.of(series[seen.parts.left], seen.parts.right, count, len(seen.people))
    row, ring = followed(circles, people.right)
    keys, shared = np.unique(people.left[row] * max(circles.rights, 1) + ring, return_counts=True)
    of, ring = keys // max(circles.rights, 1), keys % max(circles.rights, 1)
    order = np.lexsort((ring, -shared, of))
    of, ring, shared = of[order], ring[order], shared[order]
    best = np.concatenate([[True], of[1:] != of[:-1]])[: len(of)]
    taken = best & (shared >= TOGETHER) & (2 * shared >= people.counts[of])
    number = np.arange(count) + circles.rights
    number[of[taken]] = ring[taken]
    return number[series]


def _assembled(seen: Incidents, shared: Contacts, held: Ties, parts: _Parts) -> Found:
    """The groups with two suspects or more, numbered by their first incident."""
    group, circles = parts.group, parts.circles
    count = max(int(group.max(initial=-1)) + 1, circles.rights)
    people = len(seen.people)
    children = Links.of(group[seen.children.left], seen.children.right, count, people)
    by_crime = Links.of(group[seen.suspects.left], seen.suspects.right, count, people)
    eligible = (seen.suspects.turned.counts > 0) & (seen.children.turned.counts == 0)
    members = circles.kept(eligible[circles.left])
    suspects = by_crime | Links.of(members.right, members.left, count, people)
    suspects = suspects.kept(~children.holds(suspects.left, suspects.right))
    several = np.bincount(group, minlength=count) > 1
    several[members.right] = True
    enough = (suspects.counts >= TOGETHER) & several | (_most(group, seen.named, count) >= TOGETHER)
    number, size = _numbers(enough, group)
    only = suspects.kept(~by_crime.holds(suspects.left, suspects.right))
    suspects, children, only = (_numbered(one, number, size) for one in (suspects, children, only))
    return Found(
        seen, shared, held, number[group], suspects, children, _unknown(seen, number[group], size), only,
        number[_circle_of_pairs(shared, parts)],
    )  # fmt: skip


def _numbers(enough: Mask, group: Whole) -> tuple[Whole, int]:
    """By group before, its number by first incident, or -1; one place more stands for none. And how many there are."""
    kept = np.flatnonzero(enough)
    first = np.full(len(enough), len(group))
    np.minimum.at(first, group, np.arange(len(group)))
    number = np.full(len(enough) + 1, MISSING)
    number[kept[np.lexsort((kept, first[kept]))]] = np.arange(len(kept))
    return number, len(kept)


def _circle_of_pairs(shared: Contacts, parts: _Parts) -> Whole:
    """By pair of people the circle that both are in, if the pair is firm; no pair is in two."""
    place, one, other = crossed(parts.circles, shared.one, parts.circles, shared.other)
    found = np.full(len(shared), MISSING)
    found[place[one == other]] = one[one == other]
    return np.where(parts.firm, found, MISSING)


def _numbered(links: Links, number: Whole, groups: int) -> Links:
    return Links.of(number[links.left], links.right, groups, links.rights)


def _unknown(seen: Incidents, group: Whole, count: int) -> Whole:
    return _most(group[group >= 0], seen.unknown[group >= 0], count)


def _most(group: Whole, values: Whole, count: int) -> Whole:
    found = np.zeros(count, np.int64)
    np.maximum.at(found, group, values)
    return found
