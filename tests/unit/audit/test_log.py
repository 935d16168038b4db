"""Appending, and what the log holds."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction, verify
from joinedup.audit.log import START, chained
from joinedup.audit.subjects import entries_about, forget
from joinedup.errors import JoinedupError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RECORD = Subject("record", "x01-crime:N0417")


@pytest.fixture
def store(tmp_path):
    connection = open_store(tmp_path)
    yield connection
    connection.close()


def looked_up(**changed):
    return Entry(**{"act": Act.CONSULTATION, "by": "j.doe", "why": "op-417", "subjects": (RECORD,), **changed})


def write(store, *entries):
    with transaction(store):
        return [append(store, entry) for entry in entries]


def columns(store, sequence=1):
    store.row_factory = sqlite3.Row
    return dict(store.execute("SELECT * FROM audit_log WHERE sequence = ?", (sequence,)).fetchone())


def test_entries_are_numbered_from_one_and_the_head_follows_them(store):
    first, second = write(store, looked_up(), looked_up())
    assert (first.sequence, second.sequence) == (1, 2)
    assert verify(store).head == second.head.hash
    assert second.head.entries == 1 + 1


def test_the_first_hash_covers_the_start_and_every_stored_field_in_order(store):
    (only,) = write(store, looked_up(at=NOON, detail={"candidates": 3}, recipients=("X02",)))
    row = columns(store)
    fields = [
        row[name] for name in ("sequence", "done_at", "act", "done_by", "why", "subjects", "recipients", "detail")
    ]
    spelled = json.dumps(["0" * 64, *fields], separators=(",", ":"))
    assert only.hash == row["hash"] == hashlib.sha256(spelled.encode()).hexdigest() == chained(START, fields)


def test_times_are_kept_in_utc_whatever_zone_they_came_in(store):
    two_hours_east = timezone(timedelta(hours=2))
    write(store, looked_up(at=datetime(2026, 3, 2, 14, 0, tzinfo=two_hours_east)))
    assert columns(store)["done_at"] == "2026-03-02T12:00:00.000000+00:00"


def test_an_entry_and_the_act_it_tells_of_fall_together(store):
    store.execute("CREATE TABLE decisions (verdict TEXT)")
    with pytest.raises(ZeroDivisionError), transaction(store):
        store.execute("INSERT INTO decisions VALUES ('same')")
        append(store, looked_up())
        raise ZeroDivisionError
    assert store.execute("SELECT COUNT(*) FROM decisions").fetchone() == (0,)
    assert verify(store).entries == 0


def test_appending_outside_a_transaction_is_refused(store):
    with pytest.raises(RuntimeError, match="Open a transaction"):
        append(store, looked_up())
    assert verify(store).entries == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET why = 'other'",
        "DELETE FROM audit_log",
        "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log",
        "INSERT INTO audit_log SELECT sequence + 2, done_at, act, done_by, why, subjects, recipients, detail, hash"
        " FROM audit_log",
    ],
)
def test_the_database_refuses_to_change_remove_replace_or_skip_entries(store, statement):
    write(store, looked_up())
    with pytest.raises(sqlite3.IntegrityError, match="entries of the audit log are"):
        store.execute(statement)
    assert verify(store).whole


def test_a_record_s_id_is_nowhere_in_the_log(store):
    write(store, looked_up())
    assert not [value for value in columns(store).values() if "N0417" in str(value)]


def test_a_run_s_name_is_kept_as_it_is(store):
    write(store, looked_up(act=Act.RUN_STARTED, subjects=(Subject("run", "20260302T120000Z"),)))
    assert json.loads(columns(store)["subjects"]) == [{"id": "20260302T120000Z", "kind": "run"}]
    assert entries_about(store, Subject("run", "20260302T120000Z")) == [1]


def test_entries_about_a_record_are_found_and_no_others(store):
    other = Subject("record", "x02-custody:88")
    both = looked_up(act=Act.COMBINATION, subjects=(RECORD, other))
    write(store, looked_up(), looked_up(subjects=(other,)), both)
    assert entries_about(store, RECORD) == [1, 3]
    assert entries_about(store, other) == [2, 3]
    assert entries_about(store, Subject("person", RECORD.id)) == []


def test_a_wildcard_in_a_name_matches_only_itself(store):
    write(store, looked_up(subjects=(Subject("extract", "a_b%.csv"),)))
    assert entries_about(store, Subject("extract", "a_b%.csv")) == [1]
    assert entries_about(store, Subject("extract", "a%")) == []


def test_after_erasure_nothing_leads_from_the_record_to_its_entries_and_the_log_is_whole(store):
    write(store, looked_up(), looked_up())
    with transaction(store):
        forget(store, RECORD)
        append(store, looked_up(act=Act.ERASURE, subjects=(), detail={"records": 1}))
    assert entries_about(store, RECORD) == []
    assert verify(store).entries == 2 + 1
    assert verify(store).whole


def test_the_same_record_under_a_new_salt_has_another_digest(store):
    write(store, looked_up())
    with transaction(store):
        forget(store, RECORD)
    write(store, looked_up())
    assert columns(store, 1)["subjects"] != columns(store, 2)["subjects"]


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"by": " "}, "audit-by"),
        ({"why": ""}, "audit-why"),
        ({"act": Act.DISCLOSURE}, "audit-recipients"),
        ({"act": Act.DISCLOSURE, "recipients": ("",)}, "audit-recipients"),
    ],
)
def test_an_entry_says_who_why_and_to_whom(changed, rule):
    with pytest.raises(JoinedupError) as caught:
        looked_up(**changed)
    assert caught.value.rule == rule
    assert caught.value.remedy


@pytest.mark.parametrize("detail", [{"surname": 1}, {"sent": [{"dob": "x"}]}, {"by": {"observed_ethnicity": 1}}])
def test_detail_has_no_place_for_a_person_s_values(detail):
    with pytest.raises(ValueError, match="must not hold a person's values"):
        looked_up(detail=detail)


def test_detail_that_is_not_json_is_refused_and_nothing_is_written(store):
    with pytest.raises(ValueError, match="JSON"):
        write(store, looked_up(detail={"share": float("nan")}))
    assert verify(store).entries == 0


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        looked_up(at=datetime(2026, 3, 2))


WRITER = """
import sys
from pathlib import Path
from joinedup.audit import Act, Entry, append, open_store, transaction
store = open_store(Path(sys.argv[1]))
for number in range(500):
    with transaction(store):
        append(store, Entry(Act.ALTERATION, by=sys.argv[2], why="two writers", detail={"number": number}))
"""


def test_two_processes_appending_500_each_leave_one_whole_chain(tmp_path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in ("one", "two")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    store = open_store(tmp_path)
    found = verify(store)
    counts = store.execute("SELECT done_by, COUNT(*) FROM audit_log GROUP BY done_by ORDER BY done_by").fetchall()
    store.close()
    assert (found.whole, found.entries) == (True, 500 + 500)
    assert counts == [("one", 500), ("two", 500)]
