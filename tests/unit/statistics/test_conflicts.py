"""Values held together by records of one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics import conflict_matrix


def test_both_orders_of_a_pair_are_one_cell():
    matrix = conflict_matrix({("A2", "W1"): 3, ("W1", "A2"): 4, ("W1", "W1"): 13})
    assert matrix.codes == ("A2", "W1")
    assert matrix.count("A2", "W1") == matrix.count("W1", "A2") == 3 + 4
    assert matrix.total == 3 + 4 + 13
    assert matrix.agreement == 13 / (3 + 4 + 13)


def test_a_pair_never_seen_counts_zero():
    assert conflict_matrix({("A2", "W1"): 1}).count("A2", "B1") == 0


def test_disagreements_come_in_code_order_without_agreements_or_empty_cells():
    matrix = conflict_matrix({("W1", "B2"): 2, ("W1", "A2"): 1, ("A2", "A2"): 9, ("M1", "A2"): 0})
    assert list(matrix.disagreements()) == [("A2", "W1", 1), ("B2", "W1", 2)]


@given(st.dictionaries(st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC")), st.integers(0, 9), min_size=1))
def test_the_matrix_is_symmetric_and_loses_nobody(pairs):
    if not sum(pairs.values()):
        return
    matrix = conflict_matrix(pairs)
    assert all(matrix.count(a, b) == matrix.count(b, a) for a in matrix.codes for b in matrix.codes)
    assert matrix.total == sum(pairs.values())
    assert matrix.agreement == sum(n for (a, b), n in pairs.items() if a == b) / sum(pairs.values())


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({}, "No two values were compared"),
        ({("A2", "W1"): 0}, "No two values were compared"),
        ({("A2", "W1"): -1}, "below zero"),
    ],
)
def test_agreement_that_cannot_be_stated_is_refused(pairs, message):
    with pytest.raises(StatisticsError, match=message):
        conflict_matrix(pairs)
