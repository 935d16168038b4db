"""The counts that figures are made of, asked of frames that may lie in DuckDB or Spark.

Every question is a Narwhals expression over lazy frames, and only small counts are collected. The shares are made
elsewhere. A value counts as recorded when it is a code of its column's list that is not a reason for having none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import narwhals as nw

from joinedup.codes import CodeList, code_list

ETHNICITY, OBSERVED, NATIONALITY = "self_defined_ethnicity", "observed_ethnicity", "nationality"
COMPARED = ("sex", "stated_age", ETHNICITY, OBSERVED)
"""Columns of two records joined by key whose agreement is counted."""

STAGES = ("named", "interviewed", "arrested", "charged", "acquitted", "convicted")
"""From the least to the furthest; a record acquitted of one crime and convicted of another counts as convicted."""

NOT_RECORDED = "not recorded"
_LISTS = {ETHNICITY: "self-defined-ethnicity", OBSERVED: "observed-ethnicity", "sex": "sex", NATIONALITY: "nationality"}
_CODED = (ETHNICITY, OBSERVED, "sex")

Frame = nw.LazyFrame[Any]
Row = dict[str, Any]
Keep = Callable[[Frame], Frame]


@dataclass(frozen=True)
class KeyedPairs:
    """A join by key: its name, and a frame of `record_id_l`, `record_id_r`, one row a pair."""

    name: str
    frame: Frame


@dataclass(frozen=True)
class RunTables:
    """What one run counts: its tables as lazy frames, and the rows each system sent.

    rows_sent: rows of extracts, by system.
    keyed: joins by key. lists: code lists by column, for a project that brings its own.
    folders: system by folder of `sources/`, where the two differ.
    suspected, parts: what is the same whoever is joined, computed once for several joinings; see `figures.prepared`.
    """

    person_records: Frame
    roles: Frame
    crimes: Frame
    clusters: Frame
    returns: Frame
    rows_sent: Mapping[str, int]
    keyed: tuple[KeyedPairs, ...] = ()
    lists: Mapping[str, CodeList] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    suspected: Frame | None = None
    parts: Frame | None = None

    def code_list(self, column: str) -> CodeList:
        """The list whose codes `column` holds: the project's own, else the shipped one."""
        held_in = "nationalities" if column == NATIONALITY else column
        return self.lists.get(held_in) or code_list(_LISTS[column])


def records(tables: RunTables) -> Frame:
    """One row per person record: who it is about, and each counted value or the reason why there is none."""
    codes = {column: tables.code_list(column) for column in _CODED}
    narrow = tables.person_records.select(
        "record_id",
        "system",
        "force",
        "recorded_on",
        *(_recorded(column, found).alias(column) for column, found in codes.items()),
        _nationality().alias(NATIONALITY),
        _reason(ETHNICITY, codes[ETHNICITY]).alias(f"{ETHNICITY}_reason"),
        nw.coalesce(f"{NATIONALITY}_reason", nw.lit("not_recorded")).alias(f"{NATIONALITY}_reason"),
    )
    people = tables.clusters.select("record_id", "person_id")
    return narrow.join(people, on="record_id", how="left").with_columns(
        person_id=nw.coalesce("person_id", "record_id")  # a record that was joined to nothing is a person of its own
    )


def suspects(people: Frame, tables: RunTables) -> Frame:
    """One row per suspect record, with its furthest stage, its year, and what other systems hold for its gaps.

    `<column>_least` and `<column>_most` are the first and last value, in code order, that other systems' records of
    the same person hold: null when they hold none, equal when they agree.
    """
    stages = tables.suspected if tables.suspected is not None else suspected_records(tables)
    suspected = people.join(stages, on="record_id").with_columns(year=nw.coalesce("crime_on", "recorded_on").dt.year())
    for column in (ETHNICITY, NATIONALITY):
        others = _others(suspected, people, column)
        suspected = suspected.join(others, on=["person_id", "system"], how="left")
    return suspected


def cube(suspected: Frame) -> list[Row]:
    """Suspect records and each gap in them, by force, system, year and stage: every margin is a sum of these rows."""
    flags: dict[str, nw.Expr] = {f"missing_{c}": nw.col(c).is_null() for c in (ETHNICITY, OBSERVED, NATIONALITY)}
    flags["observed_only"] = flags[f"missing_{ETHNICITY}"] & ~nw.col(OBSERVED).is_null()
    for column in (ETHNICITY, NATIONALITY):
        flags[f"filled_{column}"] = _gap_agreed(column)
        flags[f"conflict_{column}"] = _gap_disputed(column)
    counted = suspected.group_by("force", "system", "year", "stage").agg(
        nw.len().alias("records"), *(_how_many(flag).alias(name) for name, flag in flags.items())
    )
    return [_named_cell(row) for row in collected(counted)]


def reasons(suspected: Frame, column: str) -> dict[str, int]:
    """Suspect records without `column`, by the reason why."""
    rows = collected(suspected.filter(nw.col(column).is_null()).group_by(f"{column}_reason").agg(nw.len().alias("n")))
    return {row[f"{column}_reason"]: row["n"] for row in rows}


def recorded(suspected: Frame, column: str) -> int:
    """Suspect records with `column`."""
    return int(_one(suspected.select(nw.col(column).count().alias("n")))["n"])


def answers(suspected: Frame, column: str) -> list[Row]:
    """Suspect records by force, year, stage and answer: `own` in the record itself, `joined` after gaps are filled.

    A gap is filled with what other systems agree on; None is no answer, or one that they disagree on.
    """
    filled = nw.when(_gap_agreed(column)).then(nw.col(f"{column}_least")).otherwise(nw.col(column))
    told = suspected.select("force", "year", "stage", nw.col(column).alias("own"), filled.alias("joined"))
    counted = told.group_by("force", "year", "stage", "own", "joined").agg(nw.len().alias("n"))
    return [_named_cell(row) for row in collected(counted)]


def values_per_person(people: Frame) -> Frame:
    """One row per person: of ethnicity, nationality and sex, how many records give one, and the first and last."""
    return people.group_by("person_id").agg(
        *(
            made
            for column in (ETHNICITY, NATIONALITY, "sex")
            for made in (
                nw.col(column).count().alias(f"{column}_recorded"),
                nw.col(column).min().alias(f"{column}_first"),
                nw.col(column).max().alias(f"{column}_last"),
            )
        )
    )


def suspected_people(suspected: Frame, per_person: Frame) -> Frame:
    """One row per person suspected: furthest stage, earliest year, and the one answer of all their records.

    An answer is null where no record gives one, and where two differ.
    """
    persons = suspected.group_by("person_id").agg(nw.col("stage").max(), nw.col("year").min())
    agreed = (
        nw.when(nw.col(f"{column}_first") == nw.col(f"{column}_last")).then(nw.col(f"{column}_first")).alias(column)
        for column in (ETHNICITY, NATIONALITY)
    )
    return persons.join(per_person, on="person_id", how="left").select("person_id", "stage", "year", *agreed)


def person_answers(persons: Frame, column: str) -> list[Row]:
    """People suspected by year, stage and answer."""
    counted = persons.group_by("year", "stage", column).agg(nw.len().alias("n"))
    return [_named_cell({**row, "force": None, "own": row[column]}) for row in collected(counted)]


def person_answers_by_force(persons: Frame, suspected: Frame, column: str) -> list[Row]:
    """People suspected by force and answer: somebody with a suspect record in two forces is counted in both."""
    held = suspected.select("person_id", "force").unique().join(persons.select("person_id", column), on="person_id")
    counted = held.group_by("force", column).agg(nw.len().alias("n"))
    return [{"force": _or_not(row["force"]), "own": row[column], "n": row["n"]} for row in collected(counted)]


def conflicts(per_person: Frame, column: str) -> tuple[int, int]:
    """People whose records differ in `column`, and people with two or more records that give it."""
    several = per_person.filter(nw.col(f"{column}_recorded") > 1)
    differ = _how_many(nw.col(f"{column}_first") != nw.col(f"{column}_last"))
    row = _one(several.select(differ.alias("differ"), nw.len().alias("people")))
    return row["differ"], row["people"]


def conflict_pairs(people: Frame, per_person: Frame, column: str) -> dict[tuple[str, str], int]:
    """People who hold both of two values of `column`, for each two that anybody holds."""
    differing = per_person.filter(nw.col(f"{column}_first") != nw.col(f"{column}_last")).select("person_id")
    held = people.filter(~nw.col(column).is_null()).select("person_id", column).unique()
    held = held.join(differing, on="person_id")
    both = held.join(held.rename({column: "other"}), on="person_id").filter(nw.col(column) < nw.col("other"))
    counted = both.group_by(column, "other").agg(nw.len().alias("people"))
    return {(row[column], row["other"]): row["people"] for row in collected(counted)}


def known_people(people: Frame, roles: Frame) -> Frame:
    """The records that are about somebody: not those whose every part in a crime is by nobody known."""
    parts = roles.group_by("record_id").agg(
        nw.col("identified").fill_null(True).cast(nw.Int8()).max().alias("somebody")
    )
    nobody = parts.filter(nw.col("somebody") == 0).select("record_id")
    return people.join(nobody, on="record_id", how="anti")


def people_by_force(people: Frame) -> dict[str, tuple[int, int]]:
    """People and records by area: in each force, and under ``"all"`` in all of them."""
    counted = people.group_by("force").agg(nw.col("person_id").n_unique().alias("people"), nw.len().alias("records"))
    found = {f"force:{_or_not(row['force'])}": (row["people"], row["records"]) for row in collected(counted)}
    persons = _one(people.select("person_id").unique().select(nw.len().alias("people")))["people"]
    return {"all": (persons, sum(records for _, records in found.values())), **found}


def people_in_several(people: Frame, column: str) -> int:
    """How many people have records in two or more different values of `column`."""
    seen = (
        people.filter(~nw.col(column).is_null())
        .group_by("person_id")
        .agg(nw.col(column).min().alias("least"), nw.col(column).max().alias("most"))
    )
    return int(_one(seen.filter(nw.col("least") != nw.col("most")).select(nw.len().alias("people")))["people"])


def returned_rows(tables: RunTables) -> list[Row]:
    """Rows by extract, rule and severity, and by extract and severity under rule None.

    A row is one row of an extract, whatever tables it feeds. Marked rows are among the accepted: a row that was also
    returned is counted as returned only.
    """
    row_key = ("source_file", "source_row")
    returns = tables.returns.select(*row_key, "rule", "severity")
    out = returns.filter(nw.col("severity") == "returned").select(*row_key).unique()
    kept = returns.filter(nw.col("severity") == "marked").join(out, on=list(row_key), how="anti")
    found = []
    for severity, rows in (("returned", returns.filter(nw.col("severity") == "returned")), ("marked", kept)):
        by_rule = rows.select(*row_key, "rule").unique().group_by("source_file", "rule").agg(nw.len().alias("rows"))
        by_file = rows.select(*row_key).unique().group_by("source_file").agg(nw.len().alias("rows"))
        found += [{**row, "severity": severity} for row in collected(by_rule)]
        found += [{**row, "severity": severity, "rule": None} for row in collected(by_file)]
    return found


def agreement(people: Frame, roles: Frame, pairs: Frame) -> Row:
    """For records joined by key: pairs, and per column how many are equal, differ, or lack the left or right value.

    A stated age counts when all of a record's roles state the same.
    """
    ages = (
        roles.filter(~nw.col("stated_age").is_null())
        .group_by("record_id")
        .agg(nw.col("stated_age").min().alias("least"), nw.col("stated_age").max().alias("most"))
    )
    one_age = nw.when(nw.col("least") == nw.col("most")).then(nw.col("least")).alias("stated_age")
    sides = people.join(ages.select("record_id", one_age), on="record_id", how="left").select("record_id", *COMPARED)
    left = sides.rename({name: f"{name}_l" for name in ("record_id", *COMPARED)})
    right = sides.rename({name: f"{name}_r" for name in ("record_id", *COMPARED)})
    joined = pairs.select("record_id_l", "record_id_r").join(left, on="record_id_l").join(right, on="record_id_r")
    return _one(joined.select(nw.len().alias("pairs"), *(e for column in COMPARED for e in _compared(column))))


def _compared(column: str) -> Iterable[nw.Expr]:
    left, right = nw.col(f"{column}_l"), nw.col(f"{column}_r")
    yield _how_many(left == right).alias(f"{column}_equal")
    yield _how_many(left != right).alias(f"{column}_different")
    yield _how_many(left.is_null()).alias(f"{column}_gaps")
    yield _how_many(left.is_null() & ~right.is_null()).alias(f"{column}_filled")


def suspected_records(tables: RunTables) -> Frame:
    """Per record with a suspect's or offender's part by somebody known: furthest stage, first day of its crimes."""
    known = tables.roles.filter(nw.col("role").is_in(["suspect", "offender"]), nw.col("identified").fill_null(True))
    days = tables.crimes.select("crime_id", nw.col("recorded_on").alias("crime_on"))
    rank = reduce(lambda rest, i: _when_is("stage", STAGES[i], nw.lit(i), rest), range(len(STAGES)), nw.lit(-1))
    return (
        known.join(days, on="crime_id", how="left")
        .with_columns(stage=rank)
        .group_by("record_id")
        .agg(nw.col("stage").max(), nw.col("crime_on").min())
    )


def _others(suspected: Frame, people: Frame, column: str) -> Frame:
    """For each person and system with a gap in `column`: first and last value that other systems hold."""
    gaps = suspected.filter(nw.col(column).is_null()).select("person_id", "system").unique()
    held = (
        people.filter(~nw.col(column).is_null()).select("person_id", nw.col("system").alias("other"), column).unique()
    )
    found = gaps.join(held, on="person_id").filter(nw.col("system") != nw.col("other"))
    return found.group_by("person_id", "system").agg(
        nw.col(column).min().alias(f"{column}_least"), nw.col(column).max().alias(f"{column}_most")
    )


def _gap_agreed(column: str) -> nw.Expr:
    agreed = nw.col(f"{column}_least") == nw.col(f"{column}_most")
    return nw.col(column).is_null() & agreed


def _gap_disputed(column: str) -> nw.Expr:
    disputed = nw.col(f"{column}_least") != nw.col(f"{column}_most")
    return nw.col(column).is_null() & disputed


def _recorded(column: str, codes: CodeList) -> nw.Expr:
    return nw.when(nw.col(column).is_in(sorted(codes.substantive))).then(nw.col(column))


def _reason(column: str, codes: CodeList) -> nw.Expr:
    """The reason beside an empty cell, or the reason that a code standing in the cell means."""
    named = [(code.code, code.reason) for code in codes.codes.values() if code.reason]
    in_cell = reduce(lambda rest, c: _when_is(column, c[0], nw.lit(c[1]), rest), named, nw.lit("unmapped"))
    beside = nw.coalesce(f"{column}_reason", nw.lit("not_recorded"))
    return nw.when(nw.col(column).is_null()).then(beside).otherwise(in_cell)


def _nationality() -> nw.Expr:
    """All nationalities of a record as one text, in order, so that two records agree when they name the same ones."""
    named = nw.col("nationalities").list
    return nw.when(named.len() > 0).then(named.unique().list.sort().cast(nw.String()))


def _when_is(column: str, value: str, result: nw.Expr, otherwise: nw.Expr) -> nw.Expr:
    return nw.when(nw.col(column) == value).then(result).otherwise(otherwise)


def _how_many(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).count()


def _named_cell(row: Row) -> Row:
    stage = STAGES[row["stage"]] if row["stage"] >= 0 else NOT_RECORDED
    return {**row, "force": _or_not(row["force"]), "year": _or_not(row["year"]), "stage": stage}


def _or_not(value: object) -> str:
    return NOT_RECORDED if value is None else str(value)


def collected(frame: Frame) -> list[Row]:
    """Compute a small frame."""
    return frame.collect().rows(named=True)


def _one(frame: Frame) -> Row:
    return collected(frame)[0]
