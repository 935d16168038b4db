"""A function shared with other processes gives what it gives alone, also when one of them is lost."""

from __future__ import annotations

import functools
import operator
import os

import pyarrow as pa
import pytest

from joinedup.engine import Beside
from joinedup.engine import beside as beside_module

ROWS = pa.table({"x": [*map(str, range(50_000)), *[None] * 3]})
RENAMED = functools.partial(operator.methodcaller, "rename_columns", ["y"])


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Beside:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)  # a machine of one core sends nothing away
    made = Beside(RENAMED, 3)
    made(ROWS)  # the others start with the first large table
    return made


def test_rows_stay_whole_and_in_their_order(shared: Beside) -> None:
    for _ in range(3):
        assert shared(ROWS).equals(ROWS.rename_columns(["y"]))
    shared.close()


def test_a_small_table_is_not_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Beside(RENAMED, 2)
    monkeypatch.setattr(beside_module, "_Other", None)
    assert made(ROWS.slice(0, 10)).column_names == ["y"]
    assert made._others is None


def test_with_one_thread_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Beside(RENAMED, 1)
    monkeypatch.setattr(beside_module, "_Other", None)
    assert made(ROWS).column_names == ["y"]


def test_what_a_lost_process_had_is_done_here(shared: Beside) -> None:
    others = shared._others
    assert others is not None and len(others) == 2
    others[0]._process.kill()
    others[0]._process.wait()
    for _ in range(2):
        assert shared(ROWS).equals(ROWS.rename_columns(["y"]))
    shared.close()


def test_closing_leaves_no_process_and_keeps_working(shared: Beside) -> None:
    processes = [other._process for other in shared._others or ()]
    shared.close()
    assert [process.poll() is not None for process in processes] == [True, True]
    assert shared(ROWS).equals(ROWS.rename_columns(["y"]))


def test_a_process_goes_with_what_it_works_for(shared: Beside) -> None:
    process = (shared._others or [])[0]._process
    shared._others = None
    assert process.poll() is not None


def test_what_fails_there_fails_here_with_its_own_error(shared: Beside) -> None:
    with pytest.raises(ValueError, match="names"):
        shared(pa.table({"a": ROWS["x"], "b": ROWS["x"]}))
    shared.close()
