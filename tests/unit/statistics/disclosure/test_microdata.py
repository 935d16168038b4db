"""Rows that look alike."""

from __future__ import annotations

from collections import Counter, defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure import anonymity

VALUE = st.sampled_from(["x", "y", None])


@given(st.lists(st.tuples(VALUE, VALUE, st.integers(0, 2), VALUE), max_size=25), st.integers(2, 4))
@settings(deadline=None)
def test_groups_are_those_of_counting_row_by_row(rows, k):
    table = pa.table({name: [row[n] for row in rows] for n, name in enumerate("abcs")})
    found = anonymity(table, ["a", "b", "c"], k=k, sensitive="s")
    sizes, told = Counter(row[:3] for row in rows), defaultdict(set)
    for row in rows:
        told[row[:3]] |= {row[3]} - {None}
    assert (found.rows, found.groups, found.smallest) == (len(rows), len(sizes), min(sizes.values(), default=0))
    assert found.below.tolist() == [n for n, row in enumerate(rows) if sizes[row[:3]] < k]
    assert found.alike.tolist() == [n for n, row in enumerate(rows) if len(told[row[:3]]) < 2]
    assert found.least_varied == min((len(told[key]) for key in sizes), default=0)


def test_columns_by_name_do_as_well_and_ten_is_asked_for():
    found = anonymity({"force": ["X01"] * 10 + ["X02"] * 9}, ["force"])
    assert found.smallest == 9 and found.below.tolist() == list(range(10, 19)) and found.least_varied is None


def test_a_column_that_is_not_there_and_no_column_are_refused():
    with pytest.raises(StatisticsError, match="no column `age`"):
        anonymity({"force": ["X01"]}, ["age"])
    with pytest.raises(StatisticsError, match="No column is named"):
        anonymity({"force": ["X01"]}, [])
