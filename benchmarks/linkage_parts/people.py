"""Invented people in households: who lives together, who is whose child, twin or namesake, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from linkage_parts.names import NONE, Pool, Whole
from linkage_parts.rates import Rates

Yes = npt.NDArray[np.bool_]

YEAR = 365.25
TODAY = 20_454
"""1 January 2026 in days since 1970: nobody is born later."""

HEAD, PARTNER, CHILD, ELDER, LODGER = range(5)

_PEOPLE_A_DISTRICT = 8_000
_HOUSEHOLDS_A_POSTCODE = 14
_INWARDS = 4_000
_GAP_SHARES = np.array([0.16, 0.26, 0.2, 0.12, 0.08, 0.05, 0.04, 0.03, 0.02, 0.02, 0.01, 0.01])
"""Years between brothers and sisters, from 1 to 12."""


@dataclass(frozen=True)
class Homes:
    """One item a household. postcode: district times 4,000 plus the place within. landline: a phone is there."""

    origin: Whole
    surname: Whole
    postcode: Whole
    number: Whole
    landline: Yes


@dataclass(frozen=True)
class People:
    """One item a person. home, former, hostel: households and a hostel's number or -1. head: the person who answers
    for the household. old_surname: borne before marriage, or -1. born: days since 1970."""

    home: Whole
    former: Whole
    head: Whole
    hostel: Whole
    male: Yes
    born: Whole
    forename: Whole
    second: Whole
    surname: Whole
    beside: Whole
    old_surname: Whole
    arrested: Yes


@dataclass(frozen=True)
class Places:
    """Who stands where. home: household of each person. start: first person of the person's household. role: HEAD to
    LODGER. before: the child born before in the same family, or -1."""

    home: Whole
    start: Whole
    position: Whole
    role: Whole


def settle(rng: np.random.Generator, count: int, rates: Rates, pool: Pool) -> tuple[People, Homes]:
    """`count` people in households."""
    places = _places(rng, count, rates)
    homes = _homes(rng, int(places.home[-1]) + 1, count, rates, pool)
    born, twin_of = _births(rng, places, rates)
    male = _sexes(rng, places, twin_of)
    forename = _forenames(rng, places, homes, male, twin_of, (rates, pool))
    surname, old = _surnames(rng, places, homes, male, twin_of, (rates, pool))
    origin = homes.origin[places.home]
    second = pool.forename(rng, origin, male, rates.forename_zipf)
    beside = pool.draw(rng, origin, "surname", rates.zipf)
    people = People(
        home=places.home,
        former=rng.integers(0, len(homes.origin), count),
        head=places.start,
        hostel=np.where(rng.random(count) < rates.in_hostel, rng.integers(0, max(3, count // 20_000), count), NONE),
        male=male,
        born=born,
        forename=forename,
        second=np.where(rng.random(count) < rates.second_forename, second, NONE),
        surname=surname,
        beside=np.where(rng.random(count) < rates.double_surname, beside, NONE),
        old_surname=old,
        arrested=(rng.random(count) < rates.arrested) & (born < TODAY - 10 * YEAR),
    )
    return people, homes


def _places(rng: np.random.Generator, count: int, rates: Rates) -> Places:
    shares = np.array(rates.household_sizes) / sum(rates.household_sizes)
    sizes = rng.choice(np.arange(1, len(shares) + 1), count, p=shares)  # more than enough: each holds one or more
    home = np.repeat(np.arange(count), sizes)[:count]
    start = np.searchsorted(home, home)
    position = np.arange(count) - start
    drawn = rng.random(count)
    second = np.select([drawn < 0.7, drawn < 0.9], [PARTNER, CHILD], LODGER)
    later = np.select([drawn < 0.88, drawn < 0.92], [CHILD, ELDER], LODGER)
    return Places(home, start, position, np.select([position == 0, position == 1], [HEAD, second], later))


def _homes(rng: np.random.Generator, homes: int, people: int, rates: Rates, pool: Pool) -> Homes:
    """Households in districts; in each district one origin is commoner than elsewhere."""
    shares = np.array([lists.share for lists in pool.lists])
    shares /= shares.sum()
    districts = max(20, people // _PEOPLE_A_DISTRICT)
    district = rng.integers(0, districts, homes)
    leading = rng.choice(len(shares), districts, p=shares)
    anywhere = rng.choice(len(shares), homes, p=shares)
    origin = np.where(rng.random(homes) < rates.own_area, leading[district], anywhere)
    within = rng.integers(0, max(1, homes // districts // _HOUSEHOLDS_A_POSTCODE), homes) * 1_237 % _INWARDS
    return Homes(
        origin=origin,
        surname=pool.draw(rng, origin, "surname", rates.zipf),
        postcode=district * _INWARDS + within,
        number=rng.integers(1, 160, homes),
        landline=rng.random(homes) < rates.landline,
    )


def _sexes(rng: np.random.Generator, places: Places, twin_of: Whole) -> Yes:
    """Couples are mostly of two sexes, twins in two of three births of one."""
    male: Yes = rng.random(len(places.home)) < 0.5
    couple = (places.role == PARTNER) & (rng.random(len(places.home)) < 0.97)
    male = np.where(couple, ~male[places.start], male)
    alike = (twin_of >= 0) & (rng.random(len(male)) < 1 / 3)
    return np.where(alike, male[twin_of], male)


def _births(rng: np.random.Generator, places: Places, rates: Rates) -> tuple[Whole, Whole]:
    """Birth days, and for each twin the one born before, else -1. Children come after their parents, one by one."""
    count = len(places.home)
    born = (TODAY - YEAR * rng.triangular(18, 34, 88, count)).astype(np.int64)
    partner = np.flatnonzero(places.role == PARTNER)
    born[partner] = born[places.start[partner]] + rng.normal(0, 4 * YEAR, len(partner)).astype(np.int64)
    elder = np.flatnonzero(places.role == ELDER)
    born[elder] = born[places.start[elder]] - (YEAR * rng.uniform(19, 40, len(elder))).astype(np.int64)
    twin_of = _children(rng, places, born, rates)
    latest = np.maximum.reduceat(born, np.unique(places.start))
    # Whole households are moved back, so that the years between their members stay.
    late = np.maximum(latest - TODAY + rng.integers(1, 3_000, len(latest)), 0) * (latest >= TODAY)
    born = born - late[places.home]
    oldest = TODAY - (YEAR * rng.uniform(85, 104, count)).astype(np.int64)
    return np.where(born < TODAY - 104 * YEAR, oldest, born), twin_of


def _children(rng: np.random.Generator, places: Places, born: Whole, rates: Rates) -> Whole:
    """Fill in the children's birth days; give whose twin each is."""
    twin_of, chance = np.full(len(born), NONE), _chance_of_twin(places, rates)
    parent, last = born.copy(), np.full(len(born), NONE)  # both kept at the household's first person
    couple = places.role == PARTNER
    np.maximum.at(parent, places.start[couple], born[couple])
    for position in range(1, int(places.position.max(initial=0)) + 1):
        here = np.flatnonzero((places.position == position) & (places.role == CHILD))
        home, older = places.start[here], last[places.start[here]]
        first = older < 0
        twin = ~first & (rng.random(len(here)) < chance)
        years = rng.choice(np.arange(1, 13), len(here), p=_GAP_SHARES) + rng.random(len(here)) - 0.2
        gap = np.where(first, rng.triangular(18, 26, 40, len(here)), years) * YEAR
        born[here] = np.where(first, parent[home], born[older]) + np.where(twin, 0, gap).astype(np.int64)
        twin_of[here], last[home] = np.where(twin, older, NONE), here
    return twin_of


def _chance_of_twin(places: Places, rates: Rates) -> float:
    """Of a child that is not its family's first, so that `rates.twins` of all births are of twins."""
    children = places.role == CHILD
    families = len(np.unique(places.home[children]))
    births = int(children.sum())
    return rates.twins * births / max(1, births - families) / (1 + rates.twins)


def _forenames(
    rng: np.random.Generator, places: Places, homes: Homes, male: Yes, twin_of: Whole, by: tuple[Rates, Pool]
) -> Whole:
    rates, pool = by
    origin = homes.origin[places.home]
    names = _unlike_siblings(rng, places, origin, male, by)
    child = places.role == CHILD
    beside = np.minimum(places.start + 1, len(names) - 1)
    by_partner = (places.role[beside] == PARTNER) & (male[beside] == male) & (male[places.start] != male)
    parent = np.where(by_partner, beside, places.start)
    named = child & (male[parent] == male) & (rng.random(len(names)) < rates.namesake)
    names = np.where(named, names[parent], names)
    twins = np.flatnonzero((twin_of >= 0) & (male == male[twin_of]) & (rng.random(len(names)) < rates.alike))
    near = pool.alike[names[twin_of[twins]]]
    names[twins] = np.where(near >= 0, near, names[twins])
    return names


def _unlike_siblings(
    rng: np.random.Generator, places: Places, origin: Whole, male: Yes, by: tuple[Rates, Pool]
) -> Whole:
    """Forenames, drawn again where one has the name of somebody of the household just before."""
    rates, pool = by
    names = pool.forename(rng, origin, male, rates.forename_zipf)
    for back in (1, 2, 3):
        same = np.flatnonzero((names == np.roll(names, back)) & (places.position >= back))
        names[same] = pool.forename(rng, origin[same], male[same], rates.forename_zipf)
    return names


def _surnames(
    rng: np.random.Generator, places: Places, homes: Homes, male: Yes, twin_of: Whole, by: tuple[Rates, Pool]
) -> tuple[Whole, Whole]:
    """Surnames, and the surname before marriage of women who took the household's, else -1."""
    rates, pool = by
    own = pool.draw(rng, homes.origin[places.home], "surname", rates.zipf)
    shares = (rng.random(len(own)) < rates.shares_surname) & (places.role != LODGER)
    surname = np.where(shares, homes.surname[places.home], own)
    twins = np.flatnonzero(twin_of >= 0)
    surname[twins] = surname[twin_of[twins]]
    grown = np.isin(places.role, (HEAD, PARTNER, ELDER))
    return surname, np.where(~male & grown & shares, own, NONE)
