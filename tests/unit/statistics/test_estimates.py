"""One number under its assumption, never without the two ends that need none."""

from __future__ import annotations

import dataclasses
import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.optimize import minimize

from joinedup.errors import StatisticsError
from joinedup.statistics.bounds import bound_share
from joinedup.statistics.cells import cell_counts, logistic, shares_of
from joinedup.statistics.estimates import Estimate, complete_case, estimates, fitting_model, imputed, weighted
from joinedup.statistics.imputation import Pooled, degrees, pool
from joinedup.statistics.intervals import wilson
from joinedup.statistics.sampling import with_chance

NAMES = ("force", "sex")
TABLE = {
    ("north", "F"): {"Asian": 10, "other": 40, "unknown": 50},
    ("north", "M"): {"Asian": 30, "other": 50, "unknown": 20},
    ("south", "F"): {"Asian": 5, "other": 95, "unknown": 0},
    ("south", "M"): {"Asian": 6, "other": 54, "unknown": 140},
}
COUNTS = cell_counts(TABLE, NAMES, missing={"unknown"})
NINE = cell_counts({("a", "b"): {"x": 4, "y": 5, "?": 9}}, NAMES, missing={"?"})
HELD, RECORDED, TOTAL = 10 + 30 + 5 + 6, 50 + 80 + 100 + 60, 500


def test_complete_case_is_the_share_of_those_known():
    found = complete_case(COUNTS, "Asian")
    assert found.value == HELD / RECORDED
    assert found.limits == wilson(HELD, RECORDED)
    assert found.name == "missing completely at random"
    assert found.of_missing == pytest.approx(HELD / RECORDED)


def test_weighting_by_cells_gives_each_cell_its_size():
    """100 x 10/50 + 100 x 30/80 + 100 x 5/100 + 200 x 6/60 of 500."""
    found = weighted(COUNTS, "Asian")
    assert found.value == pytest.approx((100 * 10 / 50 + 100 * 30 / 80 + 100 * 5 / 100 + 200 * 6 / 60) / 500)
    assert found.method == "weighting by cells"
    assert found.name == "missing at random given force and sex"
    assert found.sentence == (
        "Among records alike in force and sex, those whose answer is missing are of the group as often as those whose "
        "answer is known."
    )


def test_limits_of_weighting_are_those_of_as_many_records_as_would_be_as_precise():
    found = weighted(COUNTS, "Asian")
    weights, held, known = np.array([2, 1.25, 1, 200 / 60]), np.array([10, 30, 5, 6]), np.array([50, 80, 100, 60])
    p = found.value
    variance = np.sum(weights**2 * (held * (1 - p) ** 2 + (known - held) * p**2)) / 500**2
    worth = p * (1 - p) / variance
    assert 100 < worth < RECORDED
    assert (found.limits.lower, found.limits.upper) == pytest.approx(
        (wilson(p * worth, worth).lower, wilson(p * worth, worth).upper)
    )


def test_imputation_from_many_draws_is_near_weighting_and_its_limits_are_wider_than_if_nothing_were_missing():
    found = imputed(COUNTS, "Asian", seed=1, draws=3_000)
    assert found.value == pytest.approx(weighted(COUNTS, "Asian").value, abs=0.002)
    whole = wilson(found.value * TOTAL, TOTAL)
    assert found.limits.lower < whole.lower < whole.upper < found.limits.upper
    assert found.method == "3000 imputations by cells"


def test_the_same_seed_gives_the_same_figure_and_another_seed_another():
    assert imputed(COUNTS, "Asian", seed=1) == imputed(COUNTS, "Asian", seed=1)
    assert imputed(COUNTS, "Asian", seed=1).value != imputed(COUNTS, "Asian", seed=2).value


@pytest.mark.parametrize("model", ["cells", "logistic"])
def test_both_models_put_right_what_depends_on_the_cell_alone(model):
    """A fifth Asian in the north, half known; a twentieth in the south, nine tenths known: 12.5% in all."""
    table = {
        ("north", "F"): {"Asian": 100, "other": 400, "unknown": 500},
        ("south", "F"): {"Asian": 45, "other": 855, "unknown": 100},
    }
    counts = cell_counts(table, NAMES, missing={"unknown"})
    assert complete_case(counts, "Asian").value == pytest.approx(145 / 1_400)
    assert weighted(counts, "Asian", model=model).value == pytest.approx(0.125, abs=2e-4)
    assert imputed(counts, "Asian", seed=1, draws=500, model=model).value == pytest.approx(0.125, abs=3e-3)


def test_a_thin_cell_takes_a_logistic_model_and_says_so():
    table = TABLE | {("south", "X"): {"Asian": 1, "other": 2, "unknown": 1}}
    counts = cell_counts(table, NAMES, missing={"unknown"})
    assert (fitting_model(COUNTS), fitting_model(counts)) == ("cells", "logistic")
    by_weight, by_draws = weighted(counts, "Asian"), imputed(counts, "Asian", seed=1)
    assert by_weight.method == "weighting by a logistic model"
    assert by_weight.sentence.endswith("moves the odds of being known by one factor, whatever the others are.")
    assert by_draws.sentence.endswith("moves the odds of being of the group by one factor, whatever the others are.")


def test_a_thin_cell_of_which_nobody_is_missing_leaves_the_others_to_cells():
    counts = cell_counts(TABLE | {("south", "X"): {"Asian": 1, "other": 2}}, NAMES, missing={"unknown"})
    assert fitting_model(counts) == "cells"


def test_no_estimate_is_without_its_bounds():
    found = estimates(COUNTS, "Asian", seed=1)
    worst = bound_share({"Asian": HELD, "other": RECORDED - HELD, "?": TOTAL - RECORDED}, "Asian", missing={"?"})
    for one in (found.complete_case, found.weighted, found.imputed):
        assert one.bounds == found.bounds == worst
        assert one.bounds_limits == found.bounds_limits == with_chance(worst)
        assert worst.lower <= one.value <= worst.upper
        assert f"{worst.lower:.2%} to {worst.upper:.2%} whatever is missing" in str(one)
    for field in dataclasses.fields(Estimate):
        assert field.default is field.default_factory is dataclasses.MISSING
    assert str(found).count("whatever is missing") == 3


def test_where_nothing_is_missing_every_estimate_is_the_share():
    counts = cell_counts({("north", "F"): {"Asian": 3, "other": 9}}, NAMES, missing=set())
    found = estimates(counts, "Asian", seed=1)
    for one in (found.complete_case, found.weighted, found.imputed):
        assert one.value == 3 / 12
        assert one.of_missing is None
    assert found.weighted.limits.upper == pytest.approx(wilson(3, 12).upper)
    # Student's t of 12 / 14 x 11 degrees of freedom, 2.24, in place of 1.96: a confidence of 97.5%.
    assert found.imputed.limits.upper == pytest.approx(wilson(3, 12, 0.975).upper, abs=0.003)


def test_a_group_that_nobody_known_is_of_is_estimated_at_none_with_limits():
    counts = cell_counts({("north", "F"): {"Asian": 0, "other": 50, "unknown": 50}}, NAMES, missing={"unknown"})
    found = estimates(counts, "Asian", seed=1)
    for one in (found.complete_case, found.weighted, found.imputed):
        assert one.value == one.limits.lower == 0
        assert one.limits.upper > 0.03
    assert found.weighted.limits.upper == pytest.approx(wilson(0, 50).upper)


# The model and the rules


def test_the_logistic_model_is_at_the_top_of_its_likelihood():
    design, held, known = COUNTS.design, COUNTS.held("Asian"), COUNTS.recorded
    pull = np.full(design.shape[1], 1 / 25)
    pull[0] = 1 / 100

    def below(effects):
        odds = design @ effects
        return -(held @ odds - known @ np.logaddexp(0, odds)) + pull @ effects**2 / 2

    best = minimize(below, np.zeros(design.shape[1]), tol=1e-12).x
    found = logistic(design, held, known)
    assert found.effects == pytest.approx(best, abs=1e-4)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.25, 0.36, 0.30], abs=0.1)


def test_the_logistic_model_settles_where_whole_steps_overshoot():
    """Two of four in one corner and none anywhere else: without shorter steps it goes to and fro for ever."""
    design = np.array([[1, 0, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 0, 1]], float)
    trials, successes = np.array([3611, 4, 4, 2300, 37, 1983]), np.array([0, 0, 2, 0, 0, 0])
    found = logistic(design, successes, trials)
    slope = design.T @ (successes - trials * shares_of(design, found.effects))
    assert slope == pytest.approx(found.effects / np.array([100, 25, 25, 25]), abs=1e-6)


def test_all_or_none_of_a_kind_known_keeps_odds_finite():
    table = {("a",): {"x": 5, "y": 5, "?": 0}, ("b",): {"x": 0, "y": 0, "?": 20}, ("c",): {"x": 0, "y": 9_000, "?": 1}}
    counts = cell_counts(table, ("place",), missing={"?"})
    fitted = logistic(counts.design, counts.recorded, counts.everyone)
    assert np.all(np.isfinite(fitted.effects))
    shares = dict(zip(counts.keys, shares_of(counts.design, fitted.effects), strict=True))
    assert shares["a",] > 0.9
    assert shares["b",] < 0.2
    assert 0 <= imputed(counts, "x", seed=1).value <= 1


def test_the_design_compares_each_value_with_the_commonest():
    assert COUNTS.keys == (("north", "F"), ("north", "M"), ("south", "F"), ("south", "M"))
    assert COUNTS.design.tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0]]  # south and M are commonest


def test_pooling_adds_what_is_within_and_what_is_between():
    found = pool(np.array([20, 22, 24, 26, 28]), 200)
    shares = np.array([0.10, 0.11, 0.12, 0.13, 0.14])
    assert found.value == pytest.approx(0.12)
    assert found.within == pytest.approx(np.mean(shares * (1 - shares)) / 200)
    assert found.between == pytest.approx((2 * 0.02**2 + 2 * 0.01**2) / 4)


def test_limits_of_what_is_pooled_are_wilsons_from_fewer_records():
    """200 over 1 plus the variance between tables, and a sixth part of it, by that within; t for the normal deviate."""
    found = Pooled(value=0.12, within=0.0005, between=0.00025, degrees=30, of=200, draws=6)
    worth = 200 / (1 + (1 + 1 / 6) * 0.00025 / 0.0005)
    t = 2.042272  # of 30 degrees of freedom, 97.5%
    limits = wilson(0.12 * worth, worth, 2 * NormalDist().cdf(t) - 1)
    assert (found.limits().lower, found.limits().upper) == pytest.approx((limits.lower, limits.upper), abs=1e-6)


def test_degrees_of_freedom_of_few_tables_and_few_records():
    """5 tables, variance 1 within and 1 between, 20 degrees if nothing were missing."""
    missing = 1.2 / 2.2
    tables, records = 4 / missing**2, 21 / 23 * 20 * (1 - missing)
    assert degrees(1, 1, 5, 20) == pytest.approx(1 / (1 / tables + 1 / records)) == pytest.approx(5.13, abs=0.01)
    assert degrees(1, 0, 20, 99) == pytest.approx(100 / 102 * 99)  # nothing between: nearly those of all records
    assert degrees(1e-3, 1, 20, 1e12) == pytest.approx(19, rel=0.01)  # nothing within: those of the tables
    assert degrees(0, 0, 20, 99) == pytest.approx(100 / 102 * 99)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: logistic(np.ones((1, 1)), np.array([10**15]), np.array([10**15])),
            "does not settle",
        ),  # too many to tell
        (lambda: cell_counts({("a", "b"): {"x": 1}}, ("one",), missing=set()), "a value for each of one"),
        (lambda: cell_counts({("a",): {"x": -1}}, ("one",), missing=set()), "`x` is below zero"),
        (lambda: cell_counts({("a",): {"?": 1}}, ("one",), missing={"?"}), "Nobody gave an answer"),
        (lambda: cell_counts({}, ("one",), missing={"?"}), "Nobody gave an answer"),
        (lambda: complete_case(COUNTS, "Black"), "no count for `Black`. Counted: Asian, other"),
        (lambda: imputed(COUNTS, "Asian", seed=1, draws=4), "4 imputations are too few"),
        (lambda: imputed(NINE, "x", seed=1), "Fewer than 10 answers are known"),
    ],
)
def test_what_cannot_be_estimated_is_refused(act, message):
    with pytest.raises(StatisticsError, match=message):
        act()


def test_five_draws_from_ten_answers_are_enough():
    ten = cell_counts({("a", "b"): {"x": 4, "y": 6, "?": 9}}, NAMES, missing={"?"})
    assert fitting_model(ten) == "cells"
    assert 0.2 < imputed(ten, "x", seed=1, draws=5).value < 0.6


@pytest.mark.parametrize("act", [weighted, lambda *given, model: imputed(*given, seed=1, model=model)])
def test_cells_with_nobody_known_are_refused_by_cells(act):
    counts = cell_counts(TABLE | {("west", "F"): {"unknown": 4}}, NAMES, missing={"unknown"})
    with pytest.raises(StatisticsError, match="nobody whose answer is known"):
        act(counts, "Asian", model="cells")
    assert math.isfinite(act(counts, "Asian", model="logistic").value)
