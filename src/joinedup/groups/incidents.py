"""Crimes of several systems that are one incident, what each is about, and who had which part in it.

Two crimes are one incident when they share a person and either the first day of the offence or force and local
reference, or when their systems are known to share references. Where one system has two such crimes they are two, and
it is left open which of them another system means.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from joinedup.codes import code_list
from joinedup.groups.arrays import MISSING, NO_DAY, Links, Mask, Whole, coded, days, places
from joinedup.groups.facts import Facts

SUSPECTED = ("suspect", "offender")
"""Roles of whoever is thought to have done it."""


@dataclass(frozen=True)
class Incidents:
    """What happened, as far as any system tells, each incident once; only those about the exploitation of children.

    of: by crime of the facts its incident, -1 where out of scope. day: first day that any system gives, of the offence
    if known. suspects, children: incident -> person. blamed: incident -> child who was recorded as a suspect of it, and
    was harmed in this or another incident: no suspect for that. unknown: suspects whom nobody identified, the most that
    any one crime names; named: suspects, identified or not, likewise. scenes: incident -> place where it happened.
    """

    of: Whole
    day: Whole
    suspects: Links
    children: Links
    blamed: Links
    unknown: Whole
    named: Whole
    scenes: Links
    people: pa.Array
    scene_names: pa.Array

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def parts(self) -> Links:
        """incident -> person, suspected or harmed."""
        return self.suspects | self.children


def incidents(facts: Facts) -> Incidents:
    """The incidents of some facts."""
    person, people = coded(facts.clusters["person_id"])
    roles = Roles.read(facts, person)
    born = _births(facts, person, len(people))
    of, count = _one_and_the_same(facts, roles)
    first = _first_days(facts, of, count)
    classes = _Classes.read(facts, of, count)
    when = first[of[roles.crime]]
    harmed = roles.harmed & _under_18(born, roles, when, classes.against_child[of[roles.crime]])
    about = _in_scope(facts, roles, of, classes, harmed)
    number = np.where(about, np.cumsum(about) - 1, MISSING)
    of = number[of]
    size = int(about.sum())

    def linked(parts: Mask) -> Links:
        return Links.of(of[roles.crime], np.where(parts, roles.person, MISSING), size, len(people))

    children = linked(harmed)
    blamed = roles.suspected & np.append(children.turned.counts > 0, False)[roles.person]
    blamed &= _under_18(born, roles, when, np.zeros(len(blamed), np.bool_))
    roles = replace(roles, suspected=roles.suspected & ~blamed)
    scene, scene_names = coded(facts.crimes["postcode"])
    unknown, named = (_most(each, of, size) for each in (roles.unknown_of(facts), roles.named_of(facts)))
    scenes = Links.of(of, scene, size, len(scene_names))
    return Incidents(
        of, first[about], linked(roles.suspected), children, linked(blamed), unknown, named, scenes, people, scene_names
    )


_MANY = 1 << 31
"""More people than there are."""


@dataclass(frozen=True)
class Roles:
    """By part: its crime, its record and person (-1 for a description or what is in no cluster), and what it is."""

    crime: Whole
    record: Whole
    person: Whole
    suspected: Mask
    unknown: Mask
    harmed: Mask
    stated_age: Whole

    @classmethod
    def read(cls, facts: Facts, person_of: Whole | None = None) -> Roles:
        """The parts that a table of roles tells of, in crimes that are there. person_of: by cluster row its person."""
        roles = facts.roles
        person_of = coded(facts.clusters["person_id"])[0] if person_of is None else person_of
        crime = places(roles["crime_id"], facts.crimes["crime_id"])
        record = places(roles["record_id"], facts.clusters["record_id"])
        described = np.asarray(pc.fill_null(pc.invert(roles["identified"]), False))
        person = np.where(described | (record < 0), MISSING, np.append(person_of, MISSING)[record])
        there = crime >= 0
        suspect = np.asarray(pc.is_in(roles["role"], value_set=pa.array(SUSPECTED)))
        victim = np.asarray(pc.equal(roles["role"], "victim"))
        age = np.asarray(pc.fill_null(roles["stated_age"], MISSING), np.int64)
        whole = cls(crime, record, person, suspect & ~described, suspect & described, victim, age)
        return cls(**{one.name: getattr(whole, one.name)[there] for one in fields(cls)})

    def unknown_of(self, facts: Facts) -> Whole:
        """By crime, how many suspects it names whom nobody identified."""
        return np.bincount(self.crime[self.unknown], minlength=facts.crimes.num_rows)

    def named_of(self, facts: Facts) -> Whole:
        """By crime, how many suspects it names, identified or not; one person once."""
        known = Links.of(self.crime, np.where(self.suspected, self.person, MISSING), facts.crimes.num_rows, _MANY)
        return known.counts + self.unknown_of(facts)


def _one_and_the_same(facts: Facts, roles: Roles) -> tuple[Whole, int]:
    """By crime the number of its incident, and how many incidents there are."""
    crimes = facts.crimes
    system, _ = coded(crimes["system"])
    day, _ = coded(crimes["offence_from"].cast(pa.int32()))
    local = pc.replace_substring_regex(crimes["crime_id"], "^[^:]*:", "")
    reference, _ = coded(pc.binary_join_element_wise(crimes["force"], local, "\x00"))
    pairs = [_same(roles, key, system) for key in (day, reference)]
    pairs += [_by_reference(crimes, local, systems) for systems in facts.keyed]
    left, right = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    graph = coo_array((np.ones(len(left), np.bool_), (left, right)), shape=(crimes.num_rows, crimes.num_rows))
    count, of = connected_components(graph, directed=False)
    return of.astype(np.int64), int(count)


def _by_reference(crimes: pa.Table, local: pa.ChunkedArray, systems: tuple[str, ...]) -> tuple[Whole, Whole]:
    """Crimes next to one another among those of systems that share references, with one reference."""
    held = np.flatnonzero(np.asarray(pc.is_in(crimes["system"], value_set=pa.array(systems, pa.string()))))
    key = coded(local)[0][held]
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    return held[order][:-1][same], held[order][1:][same]


def _same(roles: Roles, key_of: Whole, system: Whole) -> tuple[Whole, Whole]:
    """Crimes next to one another among those with one person and one key, where no system has two."""
    known = (roles.person >= 0) & (key_of[roles.crime] >= 0)
    person, crime = roles.person[known], roles.crime[known]
    bucket = person * (int(key_of.max(initial=0)) + 1) + key_of[crime]
    order = np.lexsort((crime, system[crime], bucket))
    bucket, crime = bucket[order], crime[order]
    fresh = np.concatenate([[True], (bucket[1:] != bucket[:-1]) | (crime[1:] != crime[:-1])])[: len(crime)]
    bucket, crime = bucket[fresh], crime[fresh]
    next_to = bucket[1:] == bucket[:-1]
    twice = bucket[1:][next_to & (system[crime[1:]] == system[crime[:-1]])]
    next_to &= ~np.isin(bucket[1:], twice)
    return crime[:-1][next_to], crime[1:][next_to]


def _first_days(facts: Facts, of: Whole, count: int) -> Whole:
    """By incident, the first day of the offence; where no system knows it, the first on which it was recorded."""
    offence, recorded = (_earliest(days(facts.crimes[name]), of, count) for name in ("offence_from", "recorded_on"))
    return np.where(offence == NO_DAY, recorded, offence)


def _earliest(day: Whole, of: Whole, count: int) -> Whole:
    found = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(found, of[day != NO_DAY], day[day != NO_DAY])
    return np.where(found == np.iinfo(np.int64).max, NO_DAY, found)


def _under_18(births: Whole, roles: Roles, on: Whole, otherwise: Mask) -> Mask:
    """By part, whether the person was under 18 on that day: by birth date, else by the age that the crime states; and
    what is taken to be so where neither is known.
    """
    born = births[roles.person]
    born[roles.person < 0] = NO_DAY
    known = (born != NO_DAY) & (on != NO_DAY)
    by_birth = _whole_years(np.where(known, born, 0), np.where(known, on, 0)) < 18
    by_age = np.where(roles.stated_age >= 0, roles.stated_age < 18, otherwise)
    return np.where(known, by_birth, by_age)


def _whole_years(born: Whole, on: Whole) -> Whole:
    """Whole years between two days, as a birthday counts them."""
    birth, day = (days_.astype("datetime64[D]") for days_ in (born, on))
    years = day.astype("datetime64[Y]").astype(np.int64) - birth.astype("datetime64[Y]").astype(np.int64)
    return years - (_in_year(day) < _in_year(birth))


def _in_year(day: np.ndarray) -> Whole:
    month = day.astype("datetime64[M]")
    return month.astype(np.int64) % 12 * 100 + (day - month).astype(np.int64)


def _births(facts: Facts, person_of: Whole, people: int) -> Whole:
    """By person, the birth date that most of their records give to the day; the earliest of several. One more place
    stands for nobody.
    """
    records = facts.records
    exact = pc.fill_null(pc.equal(records["dob_precision"], "day"), True)
    day = np.where(np.asarray(exact), days(records["dob"]), NO_DAY)
    record = places(records["record_id"], facts.clusters["record_id"])
    known = (day != NO_DAY) & (record >= 0)
    born = np.full(people + 1, NO_DAY)
    if known.any():
        person, best = _most_told(person_of[record[known]], day[known])
        born[person] = best
    return born


def _most_told(person: Whole, day: Whole) -> tuple[Whole, Whole]:
    order = np.lexsort((day, person))
    person, day = person[order], day[order]
    starts = np.flatnonzero(np.concatenate([[True], (person[1:] != person[:-1]) | (day[1:] != day[:-1])]))
    times = np.diff(np.append(starts, len(day)))
    last_wins = np.lexsort((-day[starts], times, person[starts]))
    return person[starts[last_wins]], day[starts[last_wins]]


@dataclass(frozen=True)
class _Classes:
    """By incident, what its classes and charges say. known: there is any."""

    known: Mask
    sexual: Mask
    against_child: Mask

    @classmethod
    def read(cls, facts: Facts, of: Whole, count: int) -> _Classes:
        sexual, against_child = _sexual_classes()
        found = cls(*(np.zeros(count, np.bool_) for _ in range(3)))
        charged = places(facts.charges["crime_id"], facts.crimes["crime_id"])
        for column, where in ((facts.crimes["ho_class"], of), (facts.charges["ho_class"], np.append(of, -1)[charged])):
            for mark, said in (
                (found.known, pc.is_valid(column)),
                (found.sexual, pc.is_in(column, value_set=sexual)),
                (found.against_child, pc.is_in(column, value_set=against_child)),
            ):
                mark[where[np.asarray(said) & (where >= 0)]] = True
        return found


def _in_scope(facts: Facts, roles: Roles, of: Whole, classes: _Classes, harmed: Mask) -> Mask:
    """By incident, whether it is about the sexual exploitation of a child.

    It is when a system flags it so; when its class is a sexual offence against a child, or a sexual offence by which a
    child was harmed; or when a child was harmed and no system gives a class, as social care and intelligence do not.
    """
    child, flagged = (np.zeros(len(classes.known), np.bool_) for _ in range(2))
    child[of[roles.crime[harmed]]] = True
    flagged[of[_flags(facts)]] = True
    return flagged | classes.against_child | (child & (classes.sexual | ~classes.known))


@cache
def _sexual_classes() -> tuple[pa.Array, pa.Array]:
    classes = code_list("ho-class")
    sexual = [one for one in classes.codes if classes[one].facts["group"] == "Sexual offences"]
    return pa.array(sexual), pa.array([one for one in sexual if classes[one].facts["child"] == "yes"])


def _flags(facts: Facts) -> Mask:
    return np.asarray(pc.fill_null(facts.crimes["cse_flag"], False))


def _most(each: Whole, of: Whole, size: int) -> Whole:
    """By incident the most of any of its crimes."""
    found = np.zeros(size, np.int64)
    np.maximum.at(found, of[of >= 0], each[of >= 0])
    return found
