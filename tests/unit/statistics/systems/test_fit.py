"""The fast fit of all models, and whether they are settled at all, against slow and plain ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.systems import every_model, fit_model, overlaps
from joinedup.statistics.systems.existence import Settled, settle, settled
from joinedup.statistics.systems.fit import _batch, _first, _loglik, _uphill, fit
from joinedup.statistics.systems.terms import around, terms, within
from tests.unit.statistics.systems.plain import counted, design, models_of, plain_fit, plain_settled

TABLE_2 = overlaps("ABC", {("A",): 40, ("B",): 30, ("C",): 20, ("A", "B"): 6})
"""Of Chan, Silverman and Vincent (2021)."""


def cells(lists) -> np.ndarray:
    return np.array(lists.cells, dtype=np.float64)


@settings(deadline=None, max_examples=40)
@given(counted(), st.data())
def test_models_are_settled_just_when_no_direction_leads_away(counts, data):
    models = models_of(counts)
    found = settled(counts, models)
    for at in data.draw(st.sets(st.integers(0, len(models) - 1), min_size=1, max_size=6)):
        assert found[at] == plain_settled(counts, models[at])


@settings(deadline=None, max_examples=40)
@given(counted(), st.data())
def test_the_fast_fit_is_that_of_a_general_optimiser(counts, data):
    models = models_of(counts)
    models = models[settled(counts, models)]
    if not len(models):
        return
    at = data.draw(st.integers(0, len(models) - 1))
    log_unseen, loglik = plain_fit(counts, models[at])
    found = fit(counts, models)
    assert found.loglik[at] == pytest.approx(loglik, rel=1e-7, abs=1e-6)
    assert found.log_unseen[at] == pytest.approx(log_unseen, abs=1e-4)


@settings(deadline=None, max_examples=30)
@given(counted(), st.integers(0, 5_000))
def test_those_on_no_list_may_be_given_and_fitted(counts, unseen):
    counts[0] = unseen
    independent = models_of(counts)[:1]
    found = fit(counts, independent, unseen=True)
    assert found.loglik[0] == pytest.approx(plain_fit(counts, independent[0], unseen=True)[1], rel=1e-7, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(counted())
def test_standard_errors_are_those_of_the_plain_information(counts):
    models = models_of(counts)
    models = models[settled(counts, models)][-1:]
    if not len(models):
        return
    found = fit(counts, models)
    table, _ = design(counts, models[0])
    means = np.exp(table @ found.values[0][np.isfinite(found.values[0])])
    expected = np.sqrt(np.diag(np.linalg.inv(table.T @ (means[:, None] * table))))
    assert found.errors[0][np.isfinite(found.errors[0])] == pytest.approx(expected, rel=1e-6)


def test_a_step_that_would_lose_likelihood_is_cut_until_it_does_not():
    counts = np.array([[0, 40, 30, 6, 20, 5, 3, 1]], dtype=np.float64)
    kept = np.arange(8)[None] > 0
    batch = _batch(terms(3), counts, kept, np.array([[True] * 4 + [False] * 3]))
    start = _first(batch)
    at = _loglik(batch, start)
    for step in (np.full((1, 4), 900.0), np.full((1, 4), 3.0)):
        moved, reached = _uphill(batch, start, step, at)
        assert reached >= at - 1e-6
        assert reached == pytest.approx(_loglik(batch, moved))


def test_rows_of_counts_are_fitted_each_to_its_own_model():
    counts = np.array([[0, 40, 30, 6, 20, 5, 3, 1], [0, 7, 9, 2, 4, 1, 3, 1]], dtype=np.float64)
    models = np.array([[True, False, False], [False, True, True]])
    together = fit(counts, models)
    for row in (0, 1):
        alone = fit(counts[row], models[row : row + 1])
        assert together.values[row] == pytest.approx(alone.values[0], nan_ok=True)


def test_two_lists_give_petersens_number():
    lists = overlaps("AB", {("A",): 90, ("B",): 40, ("A", "B"): 10})
    found = fit_model(lists)
    assert found.people == pytest.approx((90 + 10) * (40 + 10) / 10)
    assert found.people - found.on_lists == pytest.approx(90 * 40 / 10)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ("", Settled(finite=True, alone=True)),
        ("AC", Settled(finite=True, alone=True)),
        ("BC", Settled(finite=True, alone=True)),
        ("AC BC", Settled(finite=True, alone=True)),
        ("AB", Settled(finite=False, alone=True)),
        ("AB AC", Settled(finite=False, alone=True)),
        ("AB BC", Settled(finite=False, alone=True)),
        ("AB AC BC", Settled(finite=True, alone=False)),
    ],
)
def test_table_3_of_chan_silverman_and_vincent(pairs, expected):
    model = np.array([pair in pairs.split() for pair in ("AB", "AC", "BC")])
    assert settle(cells(TABLE_2), model) == expected


def test_a_model_that_the_counts_do_not_settle_is_refused_with_its_pairs():
    with pytest.raises(StatisticsError, match="the model of A:B has no finite estimate") as refused:
        fit_model(TABLE_2, [("A", "B")])
    assert "merge" in refused.value.remedy
    with pytest.raises(StatisticsError, match="cannot be told from another"):
        fit_model(TABLE_2, [("A", "B"), ("A", "C"), ("B", "C")])


def test_a_pair_that_never_overlaps_is_named_and_its_cells_leave_with_it():
    found = fit_model(TABLE_2, [("A", "C"), ("B", "C")])
    assert found.never == (("A", "C"), ("B", "C"))
    # What is left is A and B, who meet in 6, and C, who meets nobody and is counted: 40 x 30 / 6 on none of them.
    assert found.people == pytest.approx(40 + 30 + 20 + 6 + 40 * 30 / 6)
    assert found.parameters == 1 + 3 + 2
    row = fit(cells(TABLE_2), np.array([[False, True, True]]))
    assert row.values[0].tolist()[-2:] == [-np.inf, -np.inf]


def test_unsettled_models_are_counted_and_left_out():
    found = every_model(TABLE_2)
    assert (found.tried, found.unsettled) == (2, 1)
    assert [model.pairs for model in found.as_good] == [()]
    found = every_model(TABLE_2, never=True)
    assert (found.tried, found.unsettled) == (8, 4)


def test_lists_of_which_no_model_is_settled_are_refused():
    lists = overlaps("ABC", {("A",): 5, ("B",): 3, ("C",): 2})
    with pytest.raises(StatisticsError, match="settle no model"):
        every_model(lists)


def test_too_many_pairs_and_unknown_pairs_are_refused():
    names = "ABCDEFG"
    many = overlaps(names, {(one, other): 1 for i, one in enumerate(names) for other in names[i + 1 :]} | {("A",): 1})
    with pytest.raises(StatisticsError, match="21 pairs of lists make more models"):
        every_model(many)
    with pytest.raises(StatisticsError, match="A:Z is no pair"):
        fit_model(many, [("A", "Z")])


@given(st.integers(1, 5), st.data())
def test_sums_within_and_around_sets_are_plain_sums(k, data):
    values = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=2**k, max_size=2**k)), dtype=np.float64)
    for place in range(2**k):
        assert within(values[None])[0, place] == sum(values[s] for s in range(2**k) if s & place == s)
        assert around(values[None])[0, place] == sum(values[s] for s in range(2**k) if s & place == place)
    assert terms(k).reach.shape == (2**k, 1 + k + k * (k - 1) // 2)
