"""The facts of every case at once, as one Arrow table: what rules, figures and the order of the queue are made from.

`facts_plain.plain_facts` says what each fact means. Columns are read by name from the few that are listed here, so that
nothing protected can come in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.review import offences
from joinedup.review.facts_plain import (
    CHARGED,
    DROPPED_CHARGE,
    FIRST_BIRTH,
    NO_FURTHER_ACTION,
    OLDEST,
    OUT_OF_COURT,
    SUSPECTED,
    TOLD,
    as_number,
)
from joinedup.review.later import later_reports

READS: Mapping[str, tuple[str, ...]] = {
    "crimes": ("crime_id", "force", "recorded_on", "offence_from", "offence_to", "ho_class", "cjs_code", "cse_flag",
               "outcome", "outcome_on", "closed_reason"),
    "roles": ("crime_id", "record_id", "role", "stage", "stated_age", "age_low", "age_high", "identified"),
    "person_records": ("record_id", "dob", "dob_precision", "died_on"),
    "clusters": ("record_id", "person_id"),
    "charges": ("crime_id", "cjs_code", "ho_class", "replaces", "ended_reason"),
    "classifications": ("crime_id", "from_class", "to_class"),
    "notes": ("crime_id", "text"),
}  # fmt: skip
"""The columns that review may read, by table: all others are never looked at."""

Array = np.ndarray
UNKNOWN = -1
_FAR = 10**9


@dataclass(frozen=True)
class Parts:
    """One place a role. crime: place of the crime; person: number of the person; low, high: ages, UNKNOWN where so."""

    crime: Array
    person: Array
    suspect: Array
    named: Array
    victim: Array
    stage: Array
    low: Array
    high: Array


def facts(given: Mapping[str, pa.Table]) -> pa.Table:
    """One row a crime, in the order of `crimes`, with every fact of `plain_facts`. given: by name, as `READS` has it.

    Raises KeyError for a table or column that is missing.
    """
    read = {name: given[name].select(list(columns)).combine_chunks() for name, columns in READS.items()}
    crimes = read["crimes"]
    natures = _Natures(crimes["ho_class"], crimes["cjs_code"])
    parts, dead = _parts(read, crimes)
    columns: dict[str, Any] = {name: crimes[name] for name in TOLD}
    columns["sexual"] = natures.of("sexual") | _yes(crimes["cse_flag"])
    columns |= _victims(parts, natures) | _suspects(parts, natures, dead, crimes)
    columns |= _changes(read, crimes, natures) | _elsewhere(parts, crimes)
    return pa.table(columns)


class _Natures:
    """What the law says of many crimes, looked up once for every distinct pair of class and code."""

    def __init__(self, ho_class: pa.ChunkedArray, cjs_code: pa.ChunkedArray) -> None:
        classes, codes = ho_class.to_pylist(), cjs_code.to_pylist()
        keys: dict[tuple[str | None, str | None], int] = {}
        self.place = np.array([keys.setdefault(k, len(keys)) for k in zip(classes, codes, strict=True)], dtype=np.int64)
        self.known = [offences.nature(*key) for key in keys]

    def of(self, name: str) -> Array:
        return np.array([getattr(one, name) for one in self.known], dtype=bool)[self.place]

    def offender(self, who: str) -> Array:
        return np.array([one.offender == who for one in self.known], dtype=bool)[self.place]


def _parts(read: Mapping[str, pa.Table], crimes: pa.Table) -> tuple[Parts, Array]:
    """The roles of known crimes, and by number of the person whether any record says that the person died."""
    roles = read["roles"]
    crime = places(roles["crime_id"], crimes["crime_id"])
    roles, crime = roles.filter(pa.array(crime >= 0)), crime[crime >= 0]
    who = _People(read, roles["record_id"])
    low, high = _ages(crimes, crime, who.born(), roles)
    role = roles["role"]
    suspect = _yes(pc.is_in(role, value_set=pa.array(SUSPECTED)))
    named = suspect & _yes(pc.fill_null(roles["identified"], True))
    stage = places(roles["stage"], pa.array([*_STAGES]))
    return Parts(crime, who.of_roles, suspect, named, _yes(pc.equal(role, "victim")), stage, low, high), who.dead


_STAGES = ("named", "interviewed", "arrested", *CHARGED)


class _People:
    """Numbers in place of persons. A record without a cluster is a person of its own."""

    def __init__(self, read: Mapping[str, pa.Table], in_roles: pa.ChunkedArray) -> None:
        self.records = read["person_records"]
        clusters = read["clusters"]
        everyone = pa.concat_arrays([_one(self.records["record_id"]), _one(in_roles)])
        of = places(everyone, clusters["record_id"])
        ids = _one(clusters["person_id"]).take(pa.array(np.where(of < 0, 0, of))) if len(clusters) else everyone
        who = pc.if_else(pa.array(of >= 0), ids, everyone)
        number = pc.dictionary_encode(who).indices.to_numpy(zero_copy_only=False).astype(np.int64)
        count = len(self.records)
        self.of_records, self.of_roles = number[:count], number[count:]
        self.own = places(in_roles, self.records["record_id"])
        self.count = int(number.max(initial=-1)) + 1
        self.dead = np.zeros(self.count, dtype=bool)
        self.dead[self.of_records[_yes(pc.is_valid(self.records["died_on"]))]] = True

    def born(self) -> tuple[Array, Array]:
        """Earliest and latest birth of each role, as YYYYMMDD: by its record, or by the person's first that has it."""
        dob = _numbers(self.records["dob"])
        dob = np.where(dob < as_number(FIRST_BIRTH), UNKNOWN, dob)
        first = np.full(self.count, UNKNOWN)
        having = np.flatnonzero(dob >= 0)[::-1]
        first[self.of_records[having]] = having  # written from the last to the first, so that the first stays
        own = np.where((self.own >= 0) & (dob[self.own] >= 0 if len(dob) else False), self.own, first[self.of_roles])
        return self._between(dob, own)

    def _between(self, dob: Array, place: Array) -> tuple[Array, Array]:
        if not len(dob):
            return np.full(len(place), UNKNOWN), np.full(len(place), UNKNOWN)
        precision = self.records["dob_precision"]
        year, month = (_yes(pc.equal(precision, name))[place] for name in ("year", "month"))
        exact = dob[place]
        early = np.where(year, exact // 10_000 * 10_000 + 101, np.where(month, exact // 100 * 100 + 1, exact))
        late = np.where(year, exact // 10_000 * 10_000 + 1231, np.where(month, exact // 100 * 100 + 31, exact))
        return np.where(place < 0, UNKNOWN, early), np.where(place < 0, UNKNOWN, late)


def _ages(crimes: pa.Table, crime: Array, born: tuple[Array, Array], roles: pa.Table) -> tuple[Array, Array]:
    first = _numbers(crimes["offence_from"])
    last = _numbers(pc.coalesce(crimes["offence_to"], crimes["offence_from"], crimes["recorded_on"]))
    stated_low = _whole(pc.coalesce(roles["stated_age"], roles["age_low"]))
    stated_high = _whole(pc.coalesce(roles["stated_age"], roles["age_high"]))
    early, late = born
    low = np.where(first[crime] < 0, UNKNOWN, (first[crime] - late) // 10_000)
    high = np.where(last[crime] < 0, UNKNOWN, (last[crime] - early) // 10_000)
    no_birth = (early < 0) | (high > OLDEST)
    return np.where(no_birth, stated_low, low), np.where(no_birth, stated_high, high)


def _victims(parts: Parts, natures: _Natures) -> dict[str, pa.Array]:
    count = len(natures.place)
    low, high = (_extreme(np.minimum, parts.crime, ages, parts.victim, count) for ages in (parts.low, parts.high))
    limits = ((18, "child_victim", "child"), (16, "victim_under_16", "under_16"), (13, "victim_under_13", "under_13"))
    return {
        "victim_age_low": _known(low),
        "victim_age_high": _known(high),
        **{name: under(limit, low, high, natures.of(by)) for limit, name, by in limits},
    }


def under(limit: int, low: Array, high: Array, by_class: Array) -> pa.Array:
    """Whether somebody may have been under an age: yes, no, or null for not known."""
    yes = by_class | ((high < limit) & (high != UNKNOWN)) | ((low != UNKNOWN) & (low < limit))
    return pa.array(yes, mask=~yes & (low == UNKNOWN))


def _suspects(parts: Parts, natures: _Natures, dead: Array, crimes: pa.Table) -> dict[str, pa.Array]:
    count = len(natures.place)
    unnamed = np.bincount(parts.crime[parts.suspect & ~parts.named], minlength=count)
    crime, person, lowest, highest = _named_people(parts)
    people = np.bincount(crime, minlength=count)
    alive = np.bincount(crime[~dead[person]], minlength=count)
    low, high = (_extreme(np.maximum, parts.crime, ages, parts.named, count) for ages in (parts.low, parts.high))
    only_named = (lowest == 0) & (highest == 0)
    charged = parts.suspect & (parts.stage >= 3)
    outcome = _yes(pc.is_in(crimes["outcome"], value_set=pa.array(["1", "1A"])))
    adult = np.where(high == UNKNOWN, natures.offender("adult"), high >= 18)
    return {
        "suspects": pa.array(people + unnamed),
        "suspects_named": pa.array(people),
        "suspects_all_dead": pa.array((people > 0) & (unnamed == 0) & (alive == 0)),
        "suspects_not_interviewed": pa.array(np.bincount(crime[only_named], minlength=count)),
        "suspect_age_low": _known(low),
        "suspect_age_high": _known(high),
        "adult_suspect": pa.array(adult, mask=(high == UNKNOWN) & ~adult),
        "under_18_offence": pa.array(natures.offender("under 18")),
        "charged": pa.array((np.bincount(parts.crime[charged], minlength=count) > 0) | outcome),
    }


def _named_people(parts: Parts) -> tuple[Array, Array, Array, Array]:
    """Each identified suspect of each crime once: crime, person, lowest and highest stage (-1 for none recorded)."""
    here = np.flatnonzero(parts.named)
    order = here[np.lexsort((parts.person[here], parts.crime[here]))]
    crime, person = parts.crime[order], parts.person[order]
    starts = np.flatnonzero(np.r_[True, (crime[1:] != crime[:-1]) | (person[1:] != person[:-1])][: len(order)])
    if not len(starts):
        return crime, person, crime, crime
    stage = parts.stage[order]
    return crime[starts], person[starts], np.minimum.reduceat(stage, starts), np.maximum.reduceat(stage, starts)


def _changes(read: Mapping[str, pa.Table], crimes: pa.Table, natures: _Natures) -> dict[str, pa.Array]:
    moved, charges = read["classifications"], read["charges"]
    count = len(crimes)
    of_change, of_charge = (places(t["crime_id"], crimes["crime_id"]) for t in (moved, charges))
    pairs = list(zip(moved["from_class"].to_pylist(), moved["to_class"].to_pylist(), strict=True))

    def any_change(asks: Callable[[str | None, str | None], bool]) -> Array:
        answers = {pair: asks(*pair) for pair in set(pairs)}
        return _any(of_change, np.array([answers[pair] for pair in pairs], dtype=bool), count)

    charged = _Natures(charges["ho_class"], charges["cjs_code"])
    replaced = _Natures(pa.chunked_array([pa.nulls(len(charges), pa.string())]), charges["replaces"])
    rape, penetrative = charged.of("rape"), charged.of("penetrative")
    ended = pc.utf8_lower(pc.utf8_trim_whitespace(charges["ended_reason"]))
    dropped = _yes(pc.is_in(ended, value_set=pa.array(DROPPED_CHARGE)))
    any_charge = _any(of_charge, np.ones(len(charges), dtype=bool), count)
    without = _yes(pc.is_in(crimes["outcome"], value_set=pa.array(sorted(NO_FURTHER_ACTION | OUT_OF_COURT))))
    was_rape = natures.of("rape") | any_change(lambda before, _: offences.nature(offences.class_of(before)).rape)
    lesser = was_rape & any_charge & ~_any(of_charge, rape, count)
    swapped = _any(of_charge, replaced.of("rape") & ~rape, count)
    found = {
        "penetrative": natures.of("penetrative") | _any(of_charge, penetrative, count),
        "rape_class": natures.of("rape"),
        "class_lowered": any_change(offences.lowered),
        "not_confirmed": any_change(lambda _, after: offences.is_status(after, ("N100",))),
        "no_longer_crime": any_change(lambda _, after: offences.is_status(after, offences.NO_CRIME)),
        "cancelled": any_change(lambda _, after: offences.is_status(after, offences.CANCELLED)),
        "group_flag_removed": any_change(offences.group_removed),
        "rape_lowered": any_change(offences.from_rape) | lesser | swapped,
        "charge_dropped": (any_charge & without) | _any(of_charge, dropped, count),
        "charged_outside_rape": _any(of_charge, penetrative & ~rape, count),
    }
    return {name: pa.array(answers) for name, answers in found.items()}


def _elsewhere(parts: Parts, crimes: pa.Table) -> dict[str, pa.Array]:
    child = under(18, parts.low, parts.high, np.zeros(len(parts.low), dtype=bool))
    reports, forces = later_reports(parts, parts.victim & _yes(child), crimes)
    accused = np.zeros(int(parts.person.max(initial=-1)) + 1, dtype=bool)
    accused[parts.person[parts.named]] = True
    both = _any(parts.crime, parts.victim & accused[parts.person], len(crimes))
    return {
        "later_child_reports": pa.array(reports),
        "later_other_forces": pa.array(forces),
        "victim_as_suspect": pa.array(both),
    }


def _any(place: Array, chosen: Array, count: int) -> Array:
    """Whether any chosen row is of each crime; rows of unknown crimes have place -1."""
    found = np.zeros(count, dtype=bool)
    found[place[chosen & (place >= 0)]] = True
    return found


def _extreme(most: np.ufunc, crime: Array, ages: Array, chosen: Array, count: int) -> Array:
    """The least or greatest known age of the chosen roles of each crime; UNKNOWN where there is none."""
    none = _FAR if most is np.minimum else UNKNOWN
    found = np.full(count, none)
    here = chosen & (ages != UNKNOWN)
    most.at(found, crime[here], ages[here])
    return np.where(found == _FAR, UNKNOWN, found)


def _known(ages: Array) -> pa.Array:
    return pa.array(ages, pa.int64(), mask=ages == UNKNOWN)


def _one(column: pa.ChunkedArray) -> pa.Array:
    made = column.combine_chunks()
    return pa.concat_arrays(made.chunks) if isinstance(made, pa.ChunkedArray) else made


def places(values: pa.ChunkedArray | pa.Array, among: pa.ChunkedArray | pa.Array) -> Array:
    """The place of each value among others; -1 where it is not there."""
    within = _one(among) if isinstance(among, pa.ChunkedArray) else among
    found = pc.fill_null(pc.index_in(values, value_set=within, skip_nulls=True), -1)
    plain = found.to_numpy(zero_copy_only=False) if isinstance(found, pa.Array) else found.to_numpy()
    return np.asarray(plain, dtype=np.int64)  # products of two such numbers are made elsewhere


def _numbers(days: pa.ChunkedArray) -> Array:
    """Days as YYYYMMDD; UNKNOWN where there is none."""
    number = pc.add(pc.add(pc.multiply(pc.year(days), 10_000), pc.multiply(pc.month(days), 100)), pc.day(days))
    return _whole(number)


def _whole(column: pa.ChunkedArray) -> Array:
    return np.asarray(pc.fill_null(column, UNKNOWN).to_numpy(), dtype=np.int64)


def _yes(column: pa.ChunkedArray | pa.Array) -> Array:
    filled = pc.fill_null(column, False)
    plain = filled.to_numpy(zero_copy_only=False) if isinstance(filled, pa.Array) else filled.to_numpy()
    return np.asarray(plain, dtype=bool)
