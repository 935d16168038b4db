"""Whatever is done to the log behind its back is found."""

import os
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.audit import Act, Entry, Head, Subject, append, open_store, transaction, verify
from joinedup.audit.log import FIELDS, START, chained

COLUMNS = (*FIELDS, "hash")
ENTRIES = 6
TRIGGERS = ("audit_log_is_not_changed", "audit_log_is_not_deleted", "audit_log_grows_at_its_end")


def fill(folder: Path, entries: int) -> sqlite3.Connection:
    store = open_store(folder)
    with transaction(store):
        for number in range(entries):
            append(store, entry(number))
    return store


def entry(number: int) -> Entry:
    return Entry(
        Act.DISCLOSURE,
        by="j.doe",
        why=f"op-{number}",
        subjects=(Subject("record", f"x01-crime:{number}"), Subject("pack", "march")),
        detail={"rows": number},
        recipients=("X02",),
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    store = fill(tmp_path_factory.mktemp("log"), ENTRIES)
    yield store
    store.close()


def laid_open(store: sqlite3.Connection) -> sqlite3.Connection:
    """A copy in memory without its triggers: what someone who can write to the file can do."""
    copy = sqlite3.connect(":memory:")
    store.backup(copy)
    for trigger in TRIGGERS:
        copy.execute(f"DROP TRIGGER {trigger}")
    return copy


def stored_bytes(store: sqlite3.Connection, column: str, sequence: int) -> bytes:
    (raw,) = store.execute(f"SELECT CAST({column} AS BLOB) FROM audit_log WHERE sequence = ?", (sequence,)).fetchone()
    return raw


def test_an_untouched_log_is_whole(whole):
    found = verify(whole)
    assert (found.whole, found.entries, found.first_broken) == (True, ENTRIES, None)


def test_an_empty_log_is_whole(tmp_path):
    store = open_store(tmp_path)
    assert (verify(store).whole, verify(store).entries, verify(store).head) == (True, 0, START)
    store.close()


@given(st.data())
def test_any_single_byte_changed_in_any_stored_text_is_found_where_it_lies(whole, data):
    column = data.draw(st.sampled_from([name for name in COLUMNS if name != "sequence"]))
    sequence = data.draw(st.integers(1, ENTRIES))
    before = stored_bytes(whole, column, sequence)
    place = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != before[place]))
    after = before[:place] + bytes([byte]) + before[place + 1 :]
    copy = laid_open(whole)
    copy.execute(f"UPDATE audit_log SET {column} = CAST(? AS TEXT) WHERE sequence = ?", (after, sequence))
    found = verify(copy)
    copy.close()
    assert (found.whole, found.first_broken) == (False, sequence)


@given(sequence=st.integers(1, ENTRIES), other=st.integers(-3, 300))
def test_any_changed_number_is_found(whole, sequence, other):
    copy = laid_open(whole)
    if 1 <= other <= ENTRIES:
        copy.execute("DELETE FROM audit_log WHERE sequence = ? AND sequence <> ?", (other, sequence))
    copy.execute("UPDATE audit_log SET sequence = ? WHERE sequence = ?", (other, sequence))
    assert verify(copy).whole == (other == sequence)
    copy.close()


@pytest.mark.parametrize("sequence", range(1, ENTRIES + 1))
def test_a_removed_entry_is_found_also_when_the_rest_close_the_gap(whole, sequence):
    copy = laid_open(whole)
    copy.execute("DELETE FROM audit_log WHERE sequence = ?", (sequence,))
    assert verify(copy).first_broken == sequence
    for later in range(sequence + 1, ENTRIES + 1):
        copy.execute("UPDATE audit_log SET sequence = sequence - 1 WHERE sequence = ?", (later,))
    assert verify(copy).first_broken == sequence
    copy.close()


@given(st.sets(st.integers(1, ENTRIES), min_size=2, max_size=2).map(sorted))
def test_two_entries_in_each_other_s_place_are_found(whole, pair):
    first, second = pair
    copy = laid_open(whole)
    copy.execute("UPDATE audit_log SET sequence = 0 WHERE sequence = ?", (first,))
    copy.execute("UPDATE audit_log SET sequence = ? WHERE sequence = ?", (first, second))
    copy.execute("UPDATE audit_log SET sequence = ? WHERE sequence = 0", (second,))
    assert verify(copy).first_broken == first
    copy.close()


@given(source=st.integers(1, ENTRIES), place=st.integers(1, ENTRIES + 1))
def test_an_entry_written_a_second_time_is_found_wherever_it_is_put(whole, source, place):
    copy = laid_open(whole)
    values = copy.execute("SELECT * FROM audit_log WHERE sequence = ?", (source,)).fetchone()[1:]
    for later in range(ENTRIES, place - 1, -1):
        copy.execute("UPDATE audit_log SET sequence = sequence + 1 WHERE sequence = ?", (later,))
    copy.execute(f"INSERT INTO audit_log VALUES ({', '.join('?' * len(COLUMNS))})", (place, *values))
    assert not verify(copy).whole
    copy.close()


def test_a_cell_of_another_type_is_found(whole):
    copy = laid_open(whole)
    copy.execute("UPDATE audit_log SET why = CAST(why AS BLOB) WHERE sequence = 4")
    assert verify(copy).first_broken == 4
    copy.close()


def cut(copy: sqlite3.Connection, keep: int) -> None:
    """Remove the end, and mend the record of the log's length to match."""
    copy.execute("DELETE FROM audit_log WHERE sequence > ?", (keep,))
    (last,) = copy.execute("SELECT hash FROM audit_log WHERE sequence = ?", (keep,)).fetchone()
    copy.execute("UPDATE audit_head SET entries = ?, hash = ?", (keep, last))


def test_an_end_cut_off_is_found_by_the_kept_length(whole):
    copy = laid_open(whole)
    copy.execute("DELETE FROM audit_log WHERE sequence > 4")
    assert verify(copy).first_broken == 4 + 1
    copy.close()


def test_an_end_cut_off_with_its_length_mended_is_found_by_a_head_noted_elsewhere(whole):
    noted = Head(ENTRIES, verify(whole).head)
    copy = laid_open(whole)
    cut(copy, keep=4)
    assert verify(copy).whole
    assert verify(copy, expected=[noted]).first_broken == 4 + 1
    copy.close()


def test_a_log_written_anew_from_end_to_end_is_found_by_a_head_noted_elsewhere(whole):
    noted = Head(ENTRIES, verify(whole).head)
    copy = laid_open(whole)
    before = START
    for row in copy.execute("SELECT * FROM audit_log ORDER BY sequence").fetchall():
        fields = [*row[: len(FIELDS)]]
        fields[FIELDS.index("done_by")] = "someone.else"
        before = chained(before, fields)
        copy.execute("UPDATE audit_log SET done_by = ?, hash = ? WHERE sequence = ?", ("someone.else", before, row[0]))
    copy.execute("UPDATE audit_head SET hash = ?", (before,))
    assert verify(copy).whole
    found = verify(copy, expected=[noted])
    assert (found.whole, found.first_broken) == (False, ENTRIES)
    copy.close()


def test_heads_noted_along_the_way_agree_with_a_log_that_has_grown(tmp_path):
    store = fill(tmp_path, 2)
    noted = [Head(0, START), Head(2, verify(store).head)]
    with transaction(store):
        noted.append(append(store, entry(2)).head)
    assert verify(store, expected=noted).whole
    store.close()


def test_an_entry_added_past_the_kept_length_is_found(whole):
    copy = laid_open(whole)
    fields = [ENTRIES + 1, *copy.execute("SELECT * FROM audit_log WHERE sequence = 1").fetchone()[1:-1]]
    own = chained(verify(whole).head, fields)
    copy.execute(f"INSERT INTO audit_log VALUES ({', '.join('?' * len(COLUMNS))})", (*fields, own))
    assert "do not agree" in verify(copy).reason
    copy.close()


def test_a_missing_record_of_the_length_is_found(whole):
    copy = laid_open(whole)
    copy.execute("DELETE FROM audit_head")
    assert not verify(copy).whole
    copy.close()


def test_100_000_entries_are_verified_in_less_than_three_seconds(tmp_path):
    store = fill(tmp_path, 100_000)
    started = time.process_time()
    assert verify(store).entries == 100_000
    shared = 2 if "PYTEST_XDIST_WORKER" in os.environ else 1  # the other core is at work, and every line is counted
    assert time.process_time() - started < 3 * shared
    store.close()
