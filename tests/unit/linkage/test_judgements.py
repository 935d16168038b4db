"""What people decide of two records: kept whole, in force by a plain rule, and held against one another."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup import tables
from joinedup.audit import Subject, open_store, transaction, verify
from joinedup.audit.store import MIGRATIONS
from joinedup.audit.subjects import entries_about
from joinedup.errors import LinkageError
from joinedup.linkage import judgements
from joinedup.linkage.judgements import Contradiction, Judgement, Retiring

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
Rows = list[dict[str, Any]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_store(tmp_path)
    yield connection
    connection.close()


def said(verdict: str, one: str = "a:1", other: str = "b:1", **more: Any) -> Judgement:
    return Judgement(one, other, verdict, **{"by": "j.doe", "why": "one scar", **more})


def write(store: sqlite3.Connection, *given_: Judgement) -> list[int]:
    with transaction(store):
        return [judgements.record(store, one) for one in given_]


def take_back(store: sqlite3.Connection, number: int, **more: Any) -> None:
    with transaction(store):
        judgements.retire(store, number, Retiring(**{"by": "k.roe", "why": "a slip", **more}))


def test_a_judgement_is_kept_as_it_was_given_with_its_ids_in_order(store: sqlite3.Connection) -> None:
    (number,) = write(store, said("different", "b:1", "a:1", at=NOON, reading=1))
    assert judgements.all_judgements(store).to_pylist() == [
        {
            "number": number, "record_id_l": "a:1", "record_id_r": "b:1", "verdict": "different", "by": "j.doe",
            "at": NOON, "why": "one scar", "reading": 1, "retired_at": None, "retired_by": None, "retired_why": None,
            "propose_again": None,
        }
    ]  # fmt: skip


def test_its_number_is_that_of_the_log_s_entry_which_names_both_records_and_no_reason(
    store: sqlite3.Connection,
) -> None:
    _, second = write(store, said("same", "c:1", "d:1"), said("unsure"))
    assert second == 2
    assert [entries_about(store, Subject("record", one)) for one in ("a:1", "b:1", "c:1")] == [[2], [2], [1]]
    act, why, detail = store.execute("SELECT act, why, detail FROM audit_log WHERE sequence = 2").fetchone()
    assert (act, json.loads(detail)) == ("alteration", {"judged": "unsure"})
    assert "scar" not in why


def test_a_judgement_and_its_entry_stand_or_fall_together(store: sqlite3.Connection) -> None:
    with pytest.raises(RuntimeError), transaction(store):
        judgements.record(store, said("same"))
        raise RuntimeError
    assert judgements.all_judgements(store).num_rows == verify(store).entries == 0


@pytest.mark.parametrize(
    ("wrong", "column", "says"),
    [
        ({"other": "a:1"}, "record_id_r", "are one"),
        ({"one": " "}, "record_id_l", "nothing here"),
        ({"verdict": "sam"}, "verdict", "no such verdict"),
        ({"by": ""}, "by", "nothing here"),
        ({"why": "\t"}, "why", "nothing here"),
        ({"why": "a\0b"}, "why", "cannot be kept"),
        ({"why": "a\udcffb"}, "why", "cannot be kept"),
        ({"at": dt.datetime(2026, 3, 2)}, "at", "no time zone"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused_with_its_column(wrong: dict[str, Any], column: str, says: str) -> None:
    with pytest.raises(LinkageError, match=says) as caught:
        said(**{"verdict": "same", **wrong})
    assert (caught.value.place.column, bool(caught.value.rule), bool(caught.value.remedy)) == (column, True, True)


def test_a_judgement_is_taken_back_once_and_stays_on_the_list(store: sqlite3.Connection) -> None:
    (number,) = write(store, said("different"))
    take_back(store, number, at=NOON, again=True)
    (row,) = judgements.all_judgements(store).to_pylist()
    assert (row["verdict"], row["retired_at"], row["retired_by"], row["retired_why"], row["propose_again"]) == (
        "different", NOON, "k.roe", "a slip", True
    )  # fmt: skip
    assert judgements.in_force(judgements.all_judgements(store)).num_rows == 0
    with pytest.raises(LinkageError, match="retired already"):
        take_back(store, number)
    with pytest.raises(LinkageError, match="no judgement of this number"):
        take_back(store, number + 1)
    assert verify(store).entries == 1 + 1


@pytest.mark.parametrize(("wrong", "column"), [({"by": ""}, "retired_by"), ({"why": ""}, "retired_why")])
def test_taking_back_needs_a_name_and_a_reason(wrong: dict[str, str], column: str) -> None:
    with pytest.raises(LinkageError) as caught:
        Retiring(**{"by": "k.roe", "why": "a slip", **wrong})
    assert caught.value.place.column == column


def test_what_names_an_erased_record_goes_with_its_retiring_and_no_number_comes_again(
    store: sqlite3.Connection,
) -> None:
    first, _, last = write(store, said("same"), said("same", "c:1", "d:1"), said("different", "b:1", "z:1"))
    take_back(store, first)
    with transaction(store):
        assert judgements.forget_judgements(store, ["b:1", "y:1"]) == 2
    assert judgements.all_judgements(store)["record_id_l"].to_pylist() == ["c:1"]
    assert store.execute("SELECT COUNT(*) FROM judgement_retirings").fetchone() == (0,)
    assert verify(store).whole
    assert write(store, said("same", "e:1", "f:1"))[0] > last


def test_the_same_statements_keep_judgements_in_another_database_too() -> None:
    """DuckDB reads PostgreSQL's grammar, keeps another driver, and has no triggers."""
    other = duckdb.connect()
    for statement in (one for version in MIGRATIONS for one in version if "CREATE TRIGGER" not in one):
        other.execute(statement)
    first, second = (judgements.record(other, one) for one in (said("same", at=NOON), said("different", "b:1", "c:1")))
    judgements.retire(other, second, Retiring("k.roe", "a slip", again=True))
    assert judgements.in_force(judgements.all_judgements(other)).to_pylist() == [
        {"record_id_l": "a:1", "record_id_r": "b:1", "verdict": "same"}
    ]
    assert judgements.all_judgements(other, ("b:1", "c:1"))["propose_again"].to_pylist() == [True]
    assert judgements.forget_judgements(other, ["a:1"]) == 1
    assert (first, verify(other).whole, verify(other).entries) == (1, True, 3)
    other.close()


def judged(rows: Rows) -> pa.Table:
    plain = {"by": "j.doe", "why": "x"}
    return pa.Table.from_pylist(
        [plain | {"number": n, "at": NOON + dt.timedelta(hours=n)} | row for n, row in enumerate(rows, start=1)],
        schema=tables.JUDGEMENTS.schema,
    )


def holds(*rows: dict[str, Any]) -> dict[tuple[str, str], str]:
    found = judgements.in_force(judged([{"record_id_l": "a", "record_id_r": "b"} | row for row in rows]))
    return {(r["record_id_l"], r["record_id_r"]): r["verdict"] for r in found.to_pylist()}


SAME, DIFFERENT, UNSURE = ({"verdict": verdict} for verdict in ("same", "different", "unsure"))
GONE = {"retired_at": NOON}


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([SAME, DIFFERENT], "different"),
        ([DIFFERENT, SAME], "same"),
        ([SAME, UNSURE], "same"),
        ([UNSURE, SAME], "same"),
        ([UNSURE], "unsure"),
        ([SAME, DIFFERENT | GONE], "same"),
        ([SAME | GONE, UNSURE], "unsure"),
        ([SAME, DIFFERENT | {"at": NOON}], "same"),
        ([SAME | {"at": NOON}, DIFFERENT | {"at": NOON}], "different"),
    ],
    ids=[
        "the later of two", "whichever it is", "unsure undoes nothing", "unsure before", "unsure alone",
        "one taken back", "unsure after one taken back", "later by its moment", "of one moment, the higher number",
    ],
)  # fmt: skip
def test_of_one_pair_the_latest_firm_judgement_that_nobody_took_back_holds(rows: Rows, verdict: str) -> None:
    assert holds(*rows) == {("a", "b"): verdict}


def test_nothing_holds_of_a_pair_whose_judgements_are_all_taken_back() -> None:
    assert holds(SAME | GONE, UNSURE | GONE) == {}


PAIRS = list(itertools.combinations("abcdef", 2))
EVENTS = st.lists(
    st.fixed_dictionaries({
        "pair": st.sampled_from(PAIRS), "verdict": st.sampled_from(judgements.VERDICTS),
        "hour": st.integers(0, 6), "retired": st.booleans(), "by": st.sampled_from(["j.doe", "k.roe"]),
        "again": st.sampled_from([None, True, False]),
    }),
    max_size=25,
)  # fmt: skip


def as_rows(events: Rows) -> Rows:
    return [
        {
            "record_id_l": e["pair"][0], "record_id_r": e["pair"][1], "verdict": e["verdict"], "by": e["by"],
            "at": NOON + dt.timedelta(hours=e["hour"]), "retired_at": NOON if e["retired"] else None,
            "propose_again": e["again"] if e["retired"] else None,
        }
        for e in events
    ]  # fmt: skip


def plainly_in_force(events: Rows) -> dict[tuple[str, str], str]:
    """Pair by pair: of the firm ones the last in time, else the last; of one time the last written."""
    found = {}
    for pair in PAIRS:
        own = [e for e in events if e["pair"] == pair and not e["retired"]]
        firm = [e for e in own if e["verdict"] != "unsure"]
        latest = None
        for one in firm or own:
            latest = one if latest is None or one["hour"] >= latest["hour"] else latest
        if latest is not None:
            found[pair] = latest["verdict"]
    return found


@given(EVENTS)
def test_what_is_in_force_is_what_the_plain_rule_says_in_order_of_the_pair(events: Rows) -> None:
    found = judgements.in_force(judged(as_rows(events))).to_pylist()
    assert [((r["record_id_l"], r["record_id_r"]), r["verdict"]) for r in found] == sorted(
        plainly_in_force(events).items()
    )


def chains(same: set[tuple[str, str]], start: str, end: str) -> list[tuple[str, ...]]:
    """Every way from one record to another that meets none twice."""
    ways, done = [(start,)], []
    while ways:
        way = ways.pop()
        if way[-1] == end:
            done.append(way)
            continue
        ways += [(*way, n) for n in "abcdef" if n not in way and tuple(sorted((way[-1], n))) in same]
    return done


@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(judgements.VERDICTS)))
def test_every_contradiction_is_found_with_its_shortest_chain_and_no_other(
    verdicts: dict[tuple[str, str], str],
) -> None:
    rows = [{"record_id_l": a, "record_id_r": b, "verdict": v} for (a, b), v in verdicts.items()]
    same = {pair for pair, verdict in verdicts.items() if verdict == "same"}
    expected = [
        Contradiction(*pair, min(chains(same, *pair), key=lambda way: (len(way), way)))
        for pair in sorted(verdicts)
        if verdicts[pair] == "different" and chains(same, *pair)
    ]
    assert judgements.contradictions(judgements.in_force(judged(rows))) == tuple(expected)


@given(EVENTS)
def test_never_again_and_disputed_are_what_they_say(events: Rows) -> None:
    table = judged(as_rows(events))
    assert judgements.never_again(table) == {
        e["pair"] for e in events if e["verdict"] == "different" and not (e["retired"] and e["again"])
    }
    latest: dict[Any, dict[str, str]] = {}
    for e in sorted((e for e in events if not e["retired"]), key=lambda e: e["hour"]):
        latest.setdefault(e["pair"], {})[e["by"]] = e["verdict"]
    expected = [pair for pair in PAIRS if {"same", "different"} <= set(latest.get(pair, {}).values())]
    assert judgements.disputed(table) == tuple(expected)
