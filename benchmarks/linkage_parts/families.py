"""Records of invented people who live in families, in seven systems, with the truth of who is who.

Meant to be harder than life in the way that police records are: relatives of one surname, address and phone, twins,
fathers and sons of one name, common names within an origin, moved addresses, and every record with faults of its own.
Drawn as arrays; the same seed gives the same bytes. Postcodes, phones and identifiers are in shapes that no authority
issues.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from linkage_parts import faults
from linkage_parts.names import NONE, Pool, Whole, pool
from linkage_parts.people import TODAY, YEAR, Homes, People, Yes, settle
from linkage_parts.rates import ORDINARY, Rates
from linkage_parts.truth_sets import Columns, TruthSet

from joinedup import tables

_PIECE = 250_000
_AREAS = [f"X{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWYZ"]
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_STREETS = [
    f"{first}{second} {kind}"
    for first in ("TALL", "LANT", "WEAV", "BITT", "OSI", "QUARR", "VETCH", "HOLM", "SEDGE", "PLOV", "MARL", "THORN")
    for second in ("OW", "ERN", "ER", "IL", "EN", "Y")
    for kind in ("ROAD", "STREET", "LANE", "CLOSE", "WAY", "ROW", "DRIVE", "COURT")
]
_TOWNS = ["QUILLHAVEN", "TARROWMERE", "VESKWICK", "HOBRINSTOW", "MIRROWFOLD", "SKERRINCOMBE", "ANDERHOLT", "BRIXENDALE"]
_CLASSES = 3


@dataclass(frozen=True)
class World:
    """Everybody, where they live, what names there are, and how often what goes wrong."""

    people: People
    homes: Homes
    pool: Pool
    rates: Rates


@dataclass(frozen=True)
class Piece:
    """Some records. row: numbers of the records from 0 on. person, system: numbers. rng: what to draw from."""

    row: Whole
    person: Whole
    system: Whole
    rng: np.random.Generator

    def chance(self, share: float | npt.NDArray[np.float64]) -> Yes:
        """Yes for `share` of the records, or for each by its own share."""
        return self.rng.random(len(self.row)) < share


def families(records: int, seed: int, rates: Rates = ORDINARY) -> TruthSet:
    """`records` records of invented people in households.

    records: the schema of `tables.PERSON_RECORDS`, in an order that tells nothing. truth: record_id, true_person,
    household (text). Raises ValueError for less than one record.
    """
    if records < 1:
        raise ValueError("A world of families needs one record at least.")
    rng = np.random.default_rng(seed)
    mentions = _mentions(rng, records, rates)
    world = World(*settle(rng, len(mentions), rates, pool()), pool(), rates)
    person = rng.permutation(np.repeat(np.arange(len(mentions)), mentions))
    system = _systems(rng, world, person)
    source_row = _places_within(system) + 2
    made = [_piece(world, piece) for piece in _pieces(rng, person, system)]
    table = pa.concat_tables(made).set_column(
        tables.PERSON_RECORDS.names.index("source_row"), "source_row", pa.array(source_row)
    )
    home = world.people.home[person]
    truth = {"record_id": table["record_id"], "true_person": _coded("T", person), "household": _coded("H", home)}
    return TruthSet("families", table, pa.table(truth))


def _mentions(rng: np.random.Generator, records: int, rates: Rates) -> Whole:
    """How many records each person has, `records` in all."""
    shares = np.array(rates.records_each) / sum(rates.records_each)
    mean = float(shares @ np.arange(len(shares)))
    drawn = rng.choice(len(shares), int(1.05 * records / mean) + 50, p=shares)
    whole = np.cumsum(drawn)
    last = int(np.searchsorted(whole, records))
    drawn[last] -= whole[last] - records
    return drawn[: last + 1].astype(np.int64)


def _systems(rng: np.random.Generator, world: World, person: Whole) -> Whole:
    """The system of each record: minors, people who were arrested and others are met by different ones."""
    people = world.people
    kind = np.where(people.born > TODAY - 18 * YEAR, 0, np.where(people.arrested, 1, 2))[person]
    system = np.empty(len(person), dtype=np.int64)
    for number in range(_CLASSES):
        weights = np.array([one.weights[number] for one in world.rates.systems])
        here = np.flatnonzero(kind == number)
        system[here] = rng.choice(len(weights), len(here), p=weights / weights.sum())
    return system


def _places_within(system: Whole) -> Whole:
    """Each record's place among the records of its system."""
    order = np.argsort(system, kind="stable")
    starts = np.searchsorted(system[order], system[order])
    places = np.empty_like(system)
    places[order] = np.arange(len(system)) - starts
    return places


def _pieces(rng: np.random.Generator, person: Whole, system: Whole) -> Iterator[Piece]:
    for start in range(0, len(person), _PIECE):
        rows = np.arange(start, min(start + _PIECE, len(person)))
        yield Piece(rows, person[rows], system[rows], rng)


def _piece(world: World, piece: Piece) -> pa.Table:
    systems = pa.array([one.name for one in world.rates.systems]).take(pa.array(piece.system))
    local = _coded("", piece.row + 1)
    told = _names(world, piece) | _births(world, piece) | _where(world, piece) | _reached(world, piece)
    told |= _identifiers(world, piece)
    made = {
        "record_id": _joined(systems, ":", local),
        "system": systems,
        "local_id": local,
        **{name: _held(world, piece, name, column) for name, column in told.items()},
        "source_file": _joined(systems, ".csv"),
    }
    return tables.PERSON_RECORDS.conform(pa.table(made))


def _held(world: World, piece: Piece, name: str, column: pa.Array) -> pa.Array:
    """Null where the system has no such column."""
    parent = "dob" if name == "dob_precision" else name
    holds = np.array([parent in one.holds for one in world.rates.systems])[piece.system]
    return column if holds.all() else pc.if_else(pa.array(holds), column, pa.scalar(None, column.type))


# Names


def _names(world: World, piece: Piece) -> Columns:
    rates, names = world.rates, world.pool
    forename, second = _forename_numbers(world, piece)
    surname, old = _surname_numbers(world, piece)
    bare = piece.chance(rates.accents_lost)
    first = _shortened(piece, _written(names, forename, bare), rates.initial)
    given = _together(faults.typed(piece.rng, first, rates.forename_typo), _written(names, second, bare))
    family = faults.typed(piece.rng, _family(world, piece, surname, bare), rates.surname_typo)
    swapped = pa.array(piece.chance(rates.names_swapped))
    given, family = pc.if_else(swapped, family, given), pc.if_else(swapped, given, family)
    short = np.where(piece.chance(rates.nickname_in_aliases), names.short[forename], NONE)
    aliases = lists(
        _joined(names.text(forename), " ", names.text(old)), _joined(names.text(short), " ", names.text(surname))
    )
    return {
        "forenames": _emptied(given, piece.chance(rates.forename_missing)),
        "surname": _emptied(family, piece.chance(rates.surname_missing)),
        "aliases": aliases,
    }


def _forename_numbers(world: World, piece: Piece) -> tuple[Whole, Whole]:
    """First forename as this record has it, and the second where it is told."""
    rates, names, people = world.rates, world.pool, world.people
    first, second = people.forename[piece.person], people.second[piece.person]
    as_first = (second >= 0) & piece.chance(rates.second_as_first)
    forename = np.where(as_first, second, first)
    forename = _sometimes(piece, forename, names.short, rates.nickname)
    forename = _sometimes(piece, forename, names.other, rates.other_spelling)
    return forename, np.where(as_first | ~piece.chance(rates.second_told), NONE, second)


def _surname_numbers(world: World, piece: Piece) -> tuple[Whole, Whole]:
    """Surname as this record has it, and the other one of a married woman where it is told as an alias."""
    rates, people = world.rates, world.people
    now, before = people.surname[piece.person], people.old_surname[piece.person]
    under_old = (before >= 0) & piece.chance(rates.old_surname)
    told = (before >= 0) & piece.chance(rates.old_in_aliases * np.where(under_old, 1.0, 0.25))
    surname = _sometimes(piece, np.where(under_old, before, now), world.pool.other, rates.other_spelling)
    return surname, np.where(told, np.where(under_old, now, before), NONE)


def _sometimes(piece: Piece, numbers: Whole, others: Whole, share: float) -> Whole:
    """Another form of `share` of the names that have one."""
    other = others[numbers]
    return np.where((other >= 0) & piece.chance(share), other, numbers)


def _family(world: World, piece: Piece, surname: Whole, bare: Yes) -> pa.Array:
    """The surname; of a double one both, with or without its hyphen, or one half."""
    beside = world.people.beside[piece.person]
    cut = piece.chance(world.rates.double_cut)
    way = np.where(beside < 0, 0, np.where(cut, piece.rng.integers(0, 3, len(cut)), 3))  # 0 first, 1 second, 2 spaced
    left, right = (_written(world.pool, numbers, bare) for numbers in (surname, beside))
    both = pc.if_else(pa.array(way == 2), _joined(left, " ", right), _joined(left, "-", right))
    return pc.if_else(pa.array(way == 0), left, pc.if_else(pa.array(way == 1), right, both))


def _written(names: Pool, numbers: Whole, bare: Yes) -> pa.Array:
    return names.text(np.where(bare & (numbers >= 0), names.bare[numbers], numbers))


def _shortened(piece: Piece, first: pa.Array, share: float) -> pa.Array:
    return pc.if_else(pa.array(piece.chance(share)), pc.utf8_slice_codeunits(first, 0, 1), first)


# Birth and sex


def _births(world: World, piece: Piece) -> Columns:
    rates, rng = world.rates, piece.rng
    days = world.people.born[piece.person]
    drawn = rng.random(len(days))
    shares = (rates.dob_digit, rates.dob_swapped, rates.dob_year_off, rates.dob_january, rates.dob_year_only)
    wrong = (
        faults.wrong_digit(rng, days), faults.day_and_month_swapped(days), faults.year_off(rng, days),
        faults.first_of_january(days), faults.first_of_january(days),
    )  # fmt: skip
    ends = np.cumsum(shares)
    year_only = (drawn >= ends[3]) & (drawn < ends[4])
    missing = piece.chance(rates.dob_missing)
    dob = np.select([drawn < end for end in ends], wrong, days)
    precision = pa.array(["day", "year"]).take(pa.array(year_only.astype(np.int8)))
    male = world.people.male[piece.person] ^ piece.chance(rates.sex_wrong)
    sex = pa.array(["F", "M"]).take(pa.array(male.astype(np.int8)))
    return {
        "dob": pa.array(dob.astype(np.int32), mask=missing).cast(pa.date32()),
        "dob_precision": _emptied(precision, missing),
        "sex": _emptied(sex, piece.chance(rates.sex_missing)),
    }


# Addresses


def _where(world: World, piece: Piece) -> Columns:
    rates, people, homes = world.rates, world.people, world.homes
    moved = piece.chance(rates.moved)
    home = np.where(moved, people.former[piece.person], people.home[piece.person])
    hostel = people.hostel[piece.person]
    there = (hostel >= 0) & ~moved
    # A hostel stands where the household of its number stands, next door.
    home = np.where(there, hostel, home)
    number = homes.number[home] + 200 * there
    code = homes.postcode[home]
    address = _joined(_text(number), " ", _of(_STREETS, code % len(_STREETS)), ", ", _of(_TOWNS, code // 4_000))
    postcode = faults.digits(piece.rng, postcodes(code), rates.postcode_digit)
    return {
        "postcode": _emptied(postcode, piece.chance(rates.postcode_missing)),
        "address": _emptied(address, piece.chance(rates.address_missing)),
    }


def postcodes(codes: Whole) -> pa.Array:
    """Postcodes in areas that do not exist. codes: district times 4,000 plus the place within."""
    district, within = codes // 4_000, codes % 4_000
    outward = _joined(_of(_AREAS, district), _text(district // len(_AREAS) % 99 + 1))
    inward = pa.array([f"{digit}{a}{b}" for digit in range(10) for a in _INWARD for b in _INWARD])
    return _joined(outward, " ", inward.take(pa.array(within)))


# Phones and e-mail


def _reached(world: World, piece: Piece) -> Columns:
    rates, people = world.rates, world.people
    has = ~piece.chance(rates.phone_missing)
    several = has & piece.chance(rates.phones_several)
    by_household = has & world.homes.landline[people.home[piece.person]] & piece.chance(rates.household_phone)
    by_hostel = has & (people.hostel[piece.person] >= 0) & piece.chance(rates.hostel_phone)
    owner = _who_answers(people, piece.person)
    whose, homes = len(people.home), len(world.homes.origin)
    serials = (
        np.where(has & (several | ~(by_household | by_hostel)), owner, NONE),
        np.where(several & piece.chance(0.5), whose + owner, NONE),
        np.where(by_household, 2 * whose + people.home[piece.person], NONE),
        np.where(by_hostel, 2 * whose + homes + people.hostel[piece.person], NONE),
    )
    numbers = [faults.digits(piece.rng, _phones(serial), rates.phone_digit) for serial in serials]
    return {
        "phones": lists(*numbers),
        "emails": lists(_emptied(_emails(world, owner), piece.chance(rates.email_missing))),
    }


def _who_answers(people: People, person: Whole) -> Whole:
    """A child under eleven is reached through the head of its household."""
    return np.where(people.born[person] > TODAY - 11 * YEAR, people.head[person], person)


def _phones(serials: Whole) -> pa.Array:
    """Eleven digits; no number of the United Kingdom begins with 06. Numbers that follow each other do not look so."""
    scattered = (serials * 7_368_787 + 1_299_709) % 100_000_000
    return _emptied(_joined("069", _padded(scattered, 8)), serials < 0)


def _emails(world: World, owner: Whole) -> pa.Array:
    names, people = world.pool, world.people
    parts = [names.text(names.bare[numbers[owner]]) for numbers in (people.forename, people.surname)]
    bare = [pc.replace_substring_regex(pc.utf8_lower(part), "[^a-z]", "") for part in parts]
    return _joined(bare[0], ".", bare[1], _text(owner % 977), "@post.example")


# Identifiers


def _identifiers(world: World, piece: Piece) -> Columns:
    people, person = world.people, piece.person
    born = faults.parts(people.born[person])[0]
    young = people.born[person] > TODAY - 25 * YEAR
    year = _text(np.minimum(born + 10 + person % 20, 2025))
    numbers = {
        "id_pnc": (_joined(year, "/", _padded(_mixed(person, 3), 7), "I"), people.arrested[person]),
        "id_cro": (_joined(_padded(_mixed(person, 5), 7), "/", _padded(person % 100, 2), "O"), people.arrested[person]),
        "id_nhs": (_joined("999", _padded(_mixed(person, 7), 7)), np.ones(len(person), dtype=np.bool_)),
        "id_child": (_joined("C", _padded(_mixed(person, 11), 7)), young),
        "id_other": (_joined("T", _padded(_mixed(person, 13), 7)), ~young),
    }
    return {name: _identifier(world, piece, *one) for name, one in numbers.items()}


def _identifier(world: World, piece: Piece, texts: pa.Array, has: Yes) -> pa.Array:
    return faults.digits(piece.rng, _emptied(texts, ~has | piece.chance(world.rates.id_missing)), world.rates.id_digit)


def _mixed(person: Whole, by: int) -> Whole:
    """Another number of at most seven digits for each person, never the same twice below ten million people."""
    return (person * (2_357_947 + 20 * by) + 104_729 * by) % 10_000_000


# Small things


def lists(*columns: pa.Array) -> pa.Array:
    """The values of each row as a list, nulls left out; null where none is left."""
    rows = len(columns[0])
    valid = np.stack([column.is_valid().to_numpy(zero_copy_only=False) for column in columns], axis=1)
    places = np.arange(rows)[:, None] + rows * np.arange(len(columns))[None, :]
    counts = valid.sum(axis=1)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = pa.concat_arrays([pa.array(column) for column in columns]).take(pa.array(places[valid]))
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(counts == 0))


def _together(first: pa.Array, second: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(first, second, " ", null_handling="skip")


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _emptied(column: pa.Array, missing: Yes) -> pa.Array:
    return pc.if_else(pa.array(missing), pa.scalar(None, column.type), column)


def _of(texts: list[str], numbers: Whole) -> pa.Array:
    return pa.array(texts).take(pa.array(numbers % len(texts)))


def _text(numbers: Whole) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _padded(numbers: Whole, width: int) -> pa.Array:
    return pc.utf8_lpad(_text(numbers), width, "0")


def _coded(letter: str, numbers: Whole) -> pa.Array:
    return _joined(letter, _padded(numbers, 8))
