"""Every published or recomputed figure of `mse_lists.json`, to the digits in which it is printed."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import pytest

from joinedup.statistics.systems import chao, every_model, fit_model, hidden_number, merged, profile, stepwise
from tests.unit.statistics.systems.published import NAMES, lists_of, published

pytestmark = pytest.mark.shared

AS_PRINTED = 2 * NormalDist().cdf(1.96) - 1
"""The file's Wald limits are 1.96 errors wide, not 1.95996; in the Netherlands that is a person."""


@pytest.fixture
def case(shared: Path, request: pytest.FixtureRequest):
    return published(shared)[request.param]


every_case = pytest.mark.parametrize("case", NAMES, indirect=True)


@every_case
def test_the_main_effects(case):
    found, expected = fit_model(lists_of(case)), case["expected"]["main_effects"]
    assert round(found.people, 1) == expected["N"]
    assert round(found.error, 1) == expected["se"]
    assert round(found.aic, 2) == expected["AIC_statsmodels"]
    assert round(found.deviance, 2) == expected["deviance"]


@every_case
def test_the_pairs_chosen_step_by_step_in_their_order(case):
    found, expected = stepwise(lists_of(case)), case["expected"]["stepwise_AIC_stop_p_0.02"]
    assert [list(pair) for pair in found.pairs] == expected["interactions_in_order"]
    assert round(found.people, 1) == expected["N"]
    assert round(found.error, 1) == expected["se"]
    limits = found.limits(AS_PRINTED)
    assert [round(limits.lower), round(limits.upper)] == expected["wald_log_95"]


@every_case
def test_profile_limits_of_the_model_chosen(case):
    lists, expected = lists_of(case), case["expected"]["stepwise_AIC_stop_p_0.02"]["multinomial_profile_likelihood"]
    found = profile(lists, stepwise(lists).pairs)
    assert round(found.people) == expected["N"]
    assert [round(found.limits.lower), round(found.limits.upper)] == expected["ci95"]


@every_case
def test_chao_as_it_is_commonly_printed(case):
    expected = case["expected"]["chao_lower_bound_f1f1_2f2"]
    assert chao(lists_of(case)).alike == pytest.approx(expected, abs=0.0501)  # 1,681.45 is printed 1,681.4


@every_case
def test_people_on_lists(case):
    assert lists_of(case).on_lists == case["observed"]


@pytest.mark.parametrize("case", ["UKdat_5"], indirect=True)
def test_all_models_of_five_british_lists_differ_by_a_factor_of_two(case):
    found, expected = every_model(lists_of(case)), case["expected"]["all_models"]
    assert found.tried - found.unsettled == expected["models_with_finite_estimate"] == 2**9
    assert round(found.aic_best.people, 1) == expected["best_AIC"]["N"]
    assert round(found.aic_best.aic, 2) == expected["best_AIC"]["AIC"]
    assert round(found.bic_best.people, 1) == expected["best_BIC"]["N"]
    assert round(found.bic_best.aic, 2) == expected["best_BIC"]["AIC"]
    assert len(found.as_good) == expected["within_4_AIC"]["models"]
    assert round(found.lowest, 1) == expected["within_4_AIC"]["N_min"]
    assert round(found.highest, 1) == expected["within_4_AIC"]["N_max"]


@pytest.mark.parametrize("case", ["HIV"], indirect=True)
def test_rome_with_the_model_of_the_help_page(case):
    lists, expected = lists_of(case), case["expected"]["Mt_plus_12"]
    found = fit_model(lists, [("c1", "c2")])
    assert (round(found.people, 1), round(found.error, 1)) == (expected["N"], expected["se"])
    assert round(found.deviance, 2) == expected["deviance"]
    limits = profile(lists, [("c1", "c2")]).limits
    assert [round(limits.lower), round(limits.upper)] == expected["ci95_profile"]


@pytest.mark.parametrize(
    ("case", "pairs", "people"),
    [("NewOrl", (), 997), ("NewOrl", [("D", "E")], 1184), ("NewOrl_5", (), 1034)],
    indirect=["case"],
)
def test_new_orleans_as_in_chan_silverman_and_vincent_2021_section_4_1(case, pairs, people):
    assert round(fit_model(lists_of(case), pairs).people) == people


def test_the_range_for_new_orleans_reaches_down_to_the_best_by_bic(shared):
    answer = hidden_number(lists_of(published(shared)["NewOrl"]))
    assert round(answer.lowest) == round(answer.overlapping.bic_best.people) == 1184
    assert answer.overlapping.lowest > 1800
    assert round(answer.highest) == round(answer.overlapping.highest)


@pytest.mark.parametrize(
    ("six", "together", "five"),
    [("UKdat", ("PF", "NCA"), "UKdat_5"), ("Ned", ("I", "O"), "Ned_5"), ("NewOrl", tuple("BEFG"), "NewOrl_5")],
)
def test_merged_lists_are_those_that_were_published_merged(shared, six, together, five):
    cases = published(shared)
    assert merged(lists_of(cases[six]), together, "".join(together)) == lists_of(cases[five])


def test_the_answer_for_five_british_lists_holds_all_of_it(shared):
    said = hidden_number(lists_of(published(shared)["UKdat_5"])).sentences()
    assert said[0] == (
        "Between 10,330 and 22,991 people in all, depending on the model; with chance as well, 7,643 to 29,862."
    )
    assert said[2].startswith("Of 512 models") and "10,648 to 22,991" in said[2] and "by AIC says 11,313" in said[2]
    assert said[3].startswith("Of 1,024 models") and "10,330 to 17,007" in said[3]
    assert "9,889 to 13,063 (95%)" in said[4]
    assert "17,617" in said[5]
    assert [line.split(" of")[0] for line in said if "missed" in line] == ["With 2%", "With 5%", "With 10%"]
    assert said[-1].endswith("the lists do not settle how many there are. Quote the range, or nothing.")
