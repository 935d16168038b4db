"""One verdict everywhere: whole frames, a walk over rows, and one submission at a time agree about every row.

Submissions are made from the texts that the rule book's own examples hold, so that every rule meets what it is about.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.engine import DuckDBEngine, Mapper
from joinedup.errors import JoinedupError
from joinedup.gate import Terms, gate, rulebook, value_maps
from joinedup.gate.example import AS_OF, CLEAN, submission
from joinedup.gate.facts import beside_marks
from joinedup.gate.plain import judge
from joinedup.runs import Desk, check_record
from joinedup.sources import Lists
from joinedup.sources.one import read_rows

BOOK = rulebook()
LISTS = Lists(invented=True)
BATCH = 250
FULL = os.environ.get("JOINEDUP_SCALE") == "full"
BATCHES = 40 if FULL else 4
"""40 batches of 250 submissions are 10,000."""

Submission = dict[str, list[dict[str, str]]]
Told = set[tuple[str, str, int, str | None, str, str]]
KEYS = {"local_id": "P", "record_id": "P", "crime_id": "C", "note_id": "N"}


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def texts() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Every text that an example or the clean submission has, by table and column; and some that none has."""
    found: dict[str, dict[str, set[str]]] = {}
    examples = [submission(e) for rule in BOOK.rules.values() for e in (rule.fails, rule.passes) if e]
    for example in [CLEAN, *examples]:
        for table, rows in example.items():
            for row in rows:
                for column, text in row.items():
                    found.setdefault(table, {}).setdefault(column, set()).add(str(text))
    odd = {"", " ", "NULL", "\u202eAnn", "\u0645\u0631\u06cc\u0645", "0", "-1", "2026-03-31", "1988-04", "?"}
    return {
        table: {c: sorted(found_texts | (set() if c in KEYS else odd)) for c, found_texts in columns.items()}
        for table, columns in found.items()
    }


TEXTS = texts()


def row_of(rng: random.Random, table: str, number: int) -> dict[str, str]:
    """A row of a submission: mostly clean, some columns otherwise, keys now and then of nobody."""
    row = dict(CLEAN[table][min(number, len(CLEAN[table]) - 1)]) if table in CLEAN else {}
    columns = [c for c in TEXTS[table] if c not in KEYS]
    for column in rng.sample(columns, min(len(columns), rng.choice((0, 1, 1, 2, 4)))):
        row[column] = rng.choice(TEXTS[table][column])
    for key in [k for k in KEYS if k in TEXTS[table]]:
        chosen = rng.choice(("1", "1", "1", "2", "2", "3", ""))
        row[key] = chosen and KEYS[key] + chosen
    return row


def submission_of(rng: random.Random) -> Submission:
    return {
        table: [row_of(rng, table, n) for n in range(rng.randint(1 if table in CLEAN else 0, 3))]
        for table in ("person_records", "crimes", "roles", "charges", "notes")
    }


def read(given_rows: Submission, system: str, start: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    made = {}
    for name, rows in given_rows.items():
        found = read_rows(tables.named(name), rows, LISTS, system=system)
        made[name] = [{**row, "source_row": row["source_row"] + start.get(name, 0)} for row in found]
    return made


def fast(engine: DuckDBEngine, rows: Mapping[str, list[dict[str, Any]]], terms: Terms) -> Told:
    frames = {}
    for name, found in rows.items():
        table = tables.named(name)
        names = [*(f"unread:{column.name}" for column in table.columns), *beside_marks(table)]
        marks = [pa.field(name, pa.bool_()) for name in names]
        whole = pa.Table.from_pylist(found, schema=pa.schema([*table.schema, *marks]))
        frames[name] = engine.frame(Mapper(value_maps(table, invented=terms.invented))(whole))
    told = gate(engine, frames, tables.UNREADABLE.empty(), BOOK, terms).returns()
    names = ["table", "source_file", "source_row", "column", "rule", "severity"]
    return {tuple(row.values()) for row in engine.collect(told.select(*names)).to_pylist()}  # type: ignore[misc]


def slow(rows: Mapping[str, list[dict[str, Any]]], terms: Terms) -> Told:
    return {(r.table, r.source_file, r.source_row, r.column, r.rule, r.severity) for r in judge(rows, BOOK, terms)}


FIRED: Counter[str] = Counter()


def differences(one: Told, other: Told) -> list[str]:
    """The first rows on which two verdicts differ."""
    return [f"only one: {row}" for row in sorted(one - other, key=str)[:5]] + [
        f"only the other: {row}" for row in sorted(other - one, key=str)[:5]
    ]


@pytest.mark.proof
@settings(max_examples=BATCHES, deadline=None, phases=[Phase.generate], database=None, derandomize=not FULL)
@given(
    seed=st.integers(0, 2**32),
    mode=st.sampled_from(["new", "historic"]),
    unsent=st.sampled_from(["", "", "roles", "charges"]),
)
def test_frames_rows_and_single_submissions_have_one_verdict(
    engine: DuckDBEngine, seed: int, mode: Any, unsent: str
) -> None:
    rng = random.Random(seed)
    made = [{t: rows for t, rows in submission_of(rng).items() if t != unsent} for _ in range(BATCH)]
    terms = Terms(mode, AS_OF, invented=True)
    whole: dict[str, list[dict[str, Any]]] = {}
    alone: Told = set()
    for number, one in enumerate(made):
        system = f"form{number}"  # a system of its own, so that each can be judged beside the others
        start = {name: len(whole.get(name, [])) for name in one}
        for name, rows in read(one, system, start).items():
            whole.setdefault(name, []).extend(rows)
        reasons = check_record(one, Desk(BOOK, mode, AS_OF, LISTS, system))
        alone |= {
            (r.table, r.source_file, r.source_row + start[r.table], r.column, r.rule, r.severity) for r in reasons
        }
    plain = slow(whole, terms)
    assert differences(fast(engine, whole, terms), plain) == []
    assert differences(alone, plain) == []
    FIRED.update(rule for *_, rule, _ in plain)


@pytest.mark.proof
def test_most_rules_fired_in_what_was_generated() -> None:
    """Else the agreement above would say little. Rules of the reader and of earlier runs cannot fire there."""
    asked = {name for name, rule in BOOK.rules.items() if rule.when}
    missed = asked - set(FIRED)
    print(f"{sum(FIRED.values()):,} reasons, {len(asked - missed)} of {len(asked)} rules fired; not: {sorted(missed)}")
    assert len(missed) <= len(asked) * 0.25


def test_one_submission_costs_a_known_number_of_calls() -> None:
    """Calls stand for time, which other work would change: about 10,000 take 2 ms, and the benchmark measures the 5."""
    desk = Desk(BOOK, "new", AS_OF, LISTS)
    given_rows = submission({})
    check_record(given_rows, desk)
    calls: Counter[str] = Counter()
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _about: calls.update([event]))
    try:
        check_record(given_rows, desk)
    finally:
        sys.setprofile(before)
    assert calls["call"] + calls["c_call"] < 12_000


def test_a_clean_submission_is_told_nothing_but_that_there_is_no_outcome_yet() -> None:
    assert [r.rule for r in check_record(submission({}), Desk(BOOK, "new", AS_OF, LISTS))] == ["outcome-none-yet"]


def test_today_is_the_day_when_none_is_named() -> None:
    tomorrow = (dt.date.today() + dt.timedelta(days=1)).isoformat()
    given_rows = {"person_records": {**CLEAN["person_records"][0], "dob": tomorrow}}
    assert "dob-in-future" in {r.rule for r in check_record(given_rows, Desk(BOOK, lists=LISTS))}


@pytest.mark.parametrize("given_rows", [
    {"people": {"local_id": "1"}}, {"clusters": {"record_id": "1"}}, {"person_records": {"surname": "Vesk"}},
    {"person_records": {"local_id": "1", "dob": 1.5}}, {"person_records": [{"local_id": "1", "phones": [1]}]},
    {"person_records": None}, {"person_records": "x"}, {"person_records": {"local_id": "1", "surnam": "Vesk"}},
])  # fmt: skip
def test_a_submission_that_is_none_is_told(given_rows: Any) -> None:
    with pytest.raises(JoinedupError) as told:
        check_record(given_rows)
    assert "Vesk" not in str(told.value)
    assert "2026" not in str(told.value).replace("2024-12-31", "")


def test_an_offence_of_other_law_is_marked_and_a_slip_returned() -> None:
    desk = Desk(BOOK, "new", AS_OF, LISTS)
    found = {}
    for code in ("OF61016", "SX03999", "nonsense"):
        reasons = check_record(submission({"crimes": [{"cjs_code": code, "ho_class": ""}]}), desk)
        found[code] = [(r.rule, r.severity) for r in reasons if r.column == "cjs_code" and r.table == "crimes"]
    assert found["OF61016"] == [("offence-not-held", "marked")]
    assert found["SX03999"] == found["nonsense"] == [("code-not-in-list", "returned")]
