"""The best values of every person, each with the record it came from, and what records disagree on.

`person_rules.RULES` says of every column how its value is taken, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.codes import CodeList, code_list
from joinedup.engine import Engine
from joinedup.engine.contract import Frame
from joinedup.runs.person_rules import COLUMNS, RULES, Differs, Preference, Rule
from joinedup.tables import PERSON_RECORDS
from joinedup.tables.derived import PEOPLE, VALUES

Numbers = np.ndarray

RECORDS_PER_PIECE = 100_000
"""People are made piece by piece, so that memory does not grow with the number of records."""


READ = ("record_id", "system", "recorded_on", "dob_precision", *COLUMNS)
"""Columns of `person_records` that best values are made of."""

_CUT = {"year": 4, "month": 7}
"""Characters of an ISO date that are known, where it is not known to the day."""

_INITIALS = r"^[A-Za-z]\.?(?:[ -][A-Za-z]\.?)*$"


def people_of(
    engine: Engine,
    person_records: Frame,
    clusters: Frame,
    lists: Mapping[str, CodeList] | None = None,
    per_piece: int = RECORDS_PER_PIECE,
) -> Frame:
    """The table `people` of some records, as a frame in the order of person ids.

    person_records, clusters: those tables. A record in no cluster is a person of its own. lists: code lists by column,
    for a project that brings its own. per_piece: about how many records are held at a time. Records of people whom
    nobody could name are to be left out beforehand. Raises StorageError when the spill folder has no room.
    """
    persons = clusters.select("record_id", "person_id")
    joined = person_records.select(*READ).join(persons, on="record_id", how="left")
    kept = engine.keep(joined.with_columns(person_id=nw.coalesce("person_id", "record_id")))
    spool = engine.spool(PEOPLE.schema)
    for piece in _pieces(engine, kept, per_piece):
        spool.write(best_values(piece, lists))
    return spool.frame()


def _pieces(engine: Engine, records: Frame, per_piece: int) -> Iterator[pa.Table]:
    """All records of some people at a time, in the order of person ids."""
    ids = engine.collect(records.select("person_id"))["person_id"].combine_chunks()
    starts = ids.take(pc.sort_indices(ids)[::per_piece]) if len(ids) else ids
    bounds = [*starts.unique().to_pylist(), None]
    for first, after in zip(bounds, bounds[1:], strict=False):
        here = records.filter(nw.col("person_id") >= first)
        yield engine.collect(here if after is None else here.filter(nw.col("person_id") < after))


def best_values(records: pa.Table, lists: Mapping[str, CodeList] | None = None) -> pa.Table:
    """The best values of some people, one row a person in the order of person ids, as the table `people`.

    records: all records of these people, in any order: `READ` and person_id, types as in `person_records`. lists: code
    lists by column, in place of the shipped ones; a code that only says why there is no value is none.

    `values` are taken as `RULES` says; a person has none of a column that no record holds. `conflicts` hold every value
    that is part of a disagreement, with its record. A birth date is written as far as it is known: `1990-05`.
    """
    piece = _Piece(records, lists or {})
    taken: list[_Rows] = []
    disputed: list[_Rows] = []
    for rule in RULES:
        held = piece.held(rule)
        differ = _CONFLICTS[rule.differs](held) if rule.differs else np.empty(0, np.int64)
        disputed += piece.rows(rule, held.of_people(differ).in_order())
        taken += piece.rows(rule, _taken(rule, held, differ))
    lists_ = [_nested(piece, rows) for rows in (taken, disputed)]
    return pa.Table.from_arrays([piece.persons, *lists_], schema=PEOPLE.schema)


@dataclass(frozen=True)
class _Held:
    """Values of one rule's columns: row by row the person, the record, and a number that sorts as the value does.

    newest: place of the record among all, the latest recorded first. prefers: by preference, lower is better.
    """

    person: Numbers
    record: Numbers
    value: Numbers
    newest: Numbers
    system: Numbers
    precision: Numbers
    day: Numbers
    fullness: Numbers
    letters: Numbers

    def where(self, which: Numbers) -> _Held:
        """Some of the rows: a mask, or their places in order."""
        return _Held(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def of_people(self, people: Numbers) -> _Held:
        return self.where(np.isin(self.person, people))

    def in_order(self) -> _Held:
        """By person and value, the latest record first."""
        return self.where(np.lexsort((self.newest, self.value, self.person)))

    def preferred(self, preference: Preference) -> Numbers:
        """For each row how far down it stands by one preference."""
        if preference == "systems":
            return -self._systems()
        ranks = {"full": -self.fullness, "precise": -self.precision, "long": -self.letters, "latest": self.newest}
        return ranks[preference]

    def _systems(self) -> Numbers:
        """How many systems hold the row's value for its person."""
        pair = _numbered(self.person, self.value)
        with_system = _numbered(pair, self.system)
        _, firsts = np.unique(with_system, return_index=True)
        return np.bincount(pair[firsts], minlength=len(pair) and int(pair.max()) + 1)[pair]


@dataclass(frozen=True)
class _Rows:
    """Rows of `values` or `conflicts`: person, number of the column, value as text, record."""

    person: Numbers
    column: int
    text: pa.Array
    record: Numbers


def _taken(rule: Rule, held: _Held, differ: Numbers) -> _Held:
    if rule.takes == "one":
        ranks = [held.preferred(one) for one in (*rule.prefers, "latest")]
        ordered = held.where(np.lexsort((*reversed(ranks), held.person)))
        return ordered.where(_firsts(ordered.person))
    ordered = held.in_order()
    each = ordered.where(_firsts(ordered.person) | _firsts(ordered.value))
    return each if rule.takes == "every" else each.where(~np.isin(each.person, differ))


def _firsts(numbers: Numbers) -> Numbers:
    """Which numbers differ from the one before."""
    return np.append(np.ones(min(len(numbers), 1), np.bool_), numbers[1:] != numbers[:-1])


def _numbered(one: Numbers, other: Numbers) -> Numbers:
    """A number for each combination side by side, from 0."""
    return np.unique(one * (int(other.max(initial=0)) + 1) + other, return_inverse=True)[1]


def _several(person: Numbers, value: Numbers) -> Numbers:
    """The people who have two or more different values."""
    if not len(value):
        return np.empty(0, np.int64)
    from_0 = value - value.min()  # days before 1970 are below 0
    width = int(from_0.max()) + 1
    people, counts = np.unique(np.unique(person * width + from_0) // width, return_counts=True)
    return people[counts > 1]


def _differing_values(held: _Held) -> Numbers:
    return _several(held.person, held.value)


def _differing_dates(held: _Held) -> Numbers:
    """Two dates cannot both be right when they differ in what both of them say: year, month or day."""
    units = ((1, "Y"), (2, "M"), (3, "D"))
    found = [_differing_in(held.where(held.precision >= least), unit) for least, unit in units]
    return np.unique(np.concatenate(found))


def _differing_in(held: _Held, unit: str) -> Numbers:
    return _several(held.person, held.day.astype("datetime64[D]").astype(f"datetime64[{unit}]").astype(np.int64))


def _differing_sets(held: _Held) -> Numbers:
    """People with two records that share no value: fewer pairs of their different sets share one than there are."""
    held = held.of_people(_several(held.person, held.value))
    member = pa.table({"person": held.person, "value": held.value, "set": _sets(held)})
    member = member.group_by(["person", "value", "set"]).aggregate([])
    sets = member.group_by(["person", "set"]).aggregate([]).group_by("person").aggregate([("set", "count")])
    both = member.join(member.rename_columns(["person", "value", "other"]), ["person", "value"], join_type="inner")
    both = both.filter(pc.less(both["set"], both["other"])).group_by(["person", "set", "other"]).aggregate([])
    sharing = np.bincount(both["person"].to_numpy(), minlength=int(held.person.max(initial=-1)) + 1)
    people, many = sets["person"].to_numpy(), sets["set_count"].to_numpy()
    return people[sharing[people] < many * (many - 1) // 2]


def _sets(held: _Held) -> Numbers:
    """For each row the number of the set of values that its record holds; equal sets have one number."""
    order = np.lexsort((held.value, held.record))
    record, value = held.record[order], held.value[order]
    apart = _firsts(record)
    once = apart | _firsts(value)
    starts = np.append(np.flatnonzero(apart[once]), once.sum())
    texts = pc.cast(pa.array(value[once]), pa.string())
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(starts, pa.int32()), texts), ";")
    of_record = joined.dictionary_encode().indices.to_numpy()
    found = np.empty(len(order), np.int64)
    found[order] = of_record[np.cumsum(apart) - 1]
    return found


_CONFLICTS: Mapping[Differs, Callable[[_Held], Numbers]] = {
    "values": _differing_values, "dates": _differing_dates, "sets": _differing_sets,
}  # fmt: skip


class _Piece:
    """The records of some people, as numbers."""

    def __init__(self, records: pa.Table, lists: Mapping[str, CodeList]) -> None:
        self._records = records.combine_chunks()
        self._lists = lists
        self.record_ids = _whole(records["record_id"])
        self.persons, self._person = _ranked(_whole(records["person_id"]))
        self._system = _ranked(_whole(records["system"]))[1]
        self._newest = _newest_first(records)
        self._precision = _precisions(records)
        self._day = pc.fill_null(_whole(records["dob"]).cast(pa.int32()), 0).to_numpy().astype(np.int64)
        self._texts: dict[str, pa.Array] = {}

    def held(self, rule: Rule) -> _Held:
        """The rows that hold a value of the rule's columns. Columns taken together are one value."""
        columns = [self._column(name) for name in rule.columns]
        record = columns[0][0] if len(columns) == 1 else _either(columns)
        numbers = [_ranked(texts)[1] for _, texts in columns]
        value = numbers[0] if len(columns) == 1 else _side_by_side(columns, numbers, record)
        full, letters = self._fullness(record) if "full" in rule.prefers else (record, record)
        return _Held(
            self._person[record], record, value, self._newest[record], self._system[record],
            self._precision[record], self._day[record], full, letters,
        )  # fmt: skip

    def rows(self, rule: Rule, held: _Held) -> list[_Rows]:
        """What stands in the table of these values, column by column."""
        if len(rule.columns) == 1:
            values = _ranked(self._column(rule.columns[0])[1])[0]
            return [_Rows(held.person, COLUMNS.index(rule.columns[0]), values.take(pa.array(held.value)), held.record)]
        return [self._of_records(name, held) for name in rule.columns]

    def _of_records(self, name: str, held: _Held) -> _Rows:
        texts = self._text(name).take(pa.array(held.record))
        given = texts.is_valid().to_numpy(zero_copy_only=False)
        return _Rows(held.person[given], COLUMNS.index(name), texts.drop_null(), held.record[given])

    def _column(self, name: str) -> tuple[Numbers, pa.Array]:
        """The records that hold a value of a column, and their values as text; a list has a row for each value."""
        texts = self._text(name)
        if pa.types.is_list(texts.type):
            record, texts = pc.list_parent_indices(texts), pc.list_flatten(texts)
        else:
            record = pa.array(np.arange(len(texts)))
        given = texts.is_valid()
        return record.filter(given).to_numpy().astype(np.int64), texts.filter(given)

    def _text(self, name: str) -> pa.Array:
        if name not in self._texts:
            self._texts[name] = self._as_text(name)
        return self._texts[name]

    def _as_text(self, name: str) -> pa.Array:
        values = _whole(self._records[name])
        column = PERSON_RECORDS.column(name)
        if pa.types.is_date(values.type):
            return self._date_text(values) if name == "dob" else values.cast(pa.string())
        if column.codes is None or column.is_list:
            return values
        codes = self._lists.get(name) or code_list(column.codes)
        known = pc.is_in(values, pa.array(sorted(codes.substantive), pa.string()))
        return pc.if_else(known, values, pa.scalar(None, pa.string()))

    def _date_text(self, days: pa.Array) -> pa.Array:
        """As far as the date is known."""
        text, precision = days.cast(pa.string()), _whole(self._records["dob_precision"])
        for kind, characters in _CUT.items():
            cut = pc.utf8_slice_codeunits(text, 0, characters)
            text = pc.if_else(pc.fill_null(pc.equal(precision, kind), False), cut, text)
        return text

    def _fullness(self, record: Numbers) -> tuple[Numbers, Numbers]:
        """How many names a record gives in full, each counted 2, or as initials, counted 1; and how many letters."""
        names = [self._text(name).take(pa.array(record)) for name in ("forenames", "surname")]
        initials = [pc.fill_null(pc.match_substring_regex(name, _INITIALS), False) for name in names]
        given = [name.is_valid() for name in names]
        full = sum(2 * _ints(there) - _ints(short) for there, short in zip(given, initials, strict=True))
        letters = sum(pc.fill_null(pc.utf8_length(name), 0).to_numpy().astype(np.int64) for name in names)
        return np.asarray(full), np.asarray(letters)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _ints(flags: pa.Array) -> Numbers:
    return flags.to_numpy(zero_copy_only=False).astype(np.int64)


def _ranked(texts: pa.Array) -> tuple[pa.Array, Numbers]:
    """The different texts in order, and the place of each text among them."""
    encoded = texts.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    place = np.empty(len(order), np.int64)
    place[order.to_numpy()] = np.arange(len(order))
    return encoded.dictionary.take(order), place[encoded.indices.to_numpy()]


def _newest_first(records: pa.Table) -> Numbers:
    """The place of each record when the latest stands first, those without a day last, and then by id."""
    keys = [("recorded_on", "descending"), ("record_id", "ascending")]
    order = pc.sort_indices(records.select(["recorded_on", "record_id"]), sort_keys=keys)
    place = np.empty(len(order), np.int64)
    place[order.to_numpy()] = np.arange(len(order))
    return place


def _precisions(records: pa.Table) -> Numbers:
    """1 for a birth date known to the year, 2 to the month, 3 to the day; a date without the mark is whole."""
    place = pc.index_in(_whole(records["dob_precision"]), pa.array(["year", "month"]))
    return pc.fill_null(place, 2).to_numpy().astype(np.int64) + 1


def _either(columns: Sequence[tuple[Numbers, pa.Array]]) -> Numbers:
    return np.unique(np.concatenate([record for record, _ in columns]))


def _side_by_side(columns: Sequence[tuple[Numbers, pa.Array]], numbers: Sequence[Numbers], record: Numbers) -> Numbers:
    """One number for the values that a record has in several columns, 0 standing for none."""
    made = np.zeros(len(record), np.int64)
    for (holding, _), number in zip(columns, numbers, strict=True):
        part = np.zeros(len(record), np.int64)
        part[np.searchsorted(record, holding)] = number + 1
        made = _numbered(made, part)
    return made


def _nested(piece: _Piece, rows: Sequence[_Rows]) -> pa.ListArray:
    """A list for each person: its rows in the order of `RULES`."""
    person = np.concatenate([one.person for one in rows])
    column = np.concatenate([np.full(len(one.person), one.column) for one in rows])
    record = np.concatenate([one.record for one in rows])
    order = np.argsort(person * len(COLUMNS) + column, kind="stable")
    text = pa.concat_arrays([one.text for one in rows]).take(pa.array(order))
    names = pa.array(COLUMNS, pa.string()).take(pa.array(column[order]))
    ids = piece.record_ids.take(pa.array(record[order]))
    ends = np.append(0, np.cumsum(np.bincount(person, minlength=len(piece.persons))))
    made = pa.StructArray.from_arrays([names, text, ids], fields=list(VALUES.value_type))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), made, type=VALUES)
