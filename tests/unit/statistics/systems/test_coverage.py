"""How often limits hold the true number, drawn again and again from people of whom it is known.

`JOINEDUP_SCALE=full` draws 400 times from each truth; it takes about three minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from joinedup.statistics.intervals import Interval
from joinedup.statistics.systems import Lists, WrongLinks, chao, every_model, hidden_number, profile, stepwise
from joinedup.statistics.systems.fit import fit
from joinedup.statistics.systems.models import row_of
from joinedup.statistics.systems.terms import terms, within
from tests.unit.statistics.systems.published import lists_of, published

pytestmark = pytest.mark.proof

FULL = os.environ.get("JOINEDUP_SCALE") == "full"
DRAWS = 400 if FULL else 25
BRITISH = 200 if FULL else 8
PEOPLE = 6_000
NAMES = ("A", "B", "C", "D")
EACH = (0.10, 0.08, 0.06, 0.05)
TOGETHER = {("A", "B"): 2.5, ("B", "C"): 2.0, ("C", "D"): 0.4}
"""Times as many on both lists as chance would have."""


def drawn(seed: int, draws: int = DRAWS) -> Iterator[Lists]:
    """People fall into the cells of a model with three pairs, one of which keeps apart."""
    weights = np.array([_weight(place) for place in range(16)])
    random = np.random.default_rng(seed)
    for cells in random.multinomial(PEOPLE, weights / weights.sum(), size=draws):
        yield Lists(NAMES, (0, *cells[1:].tolist()))


def _weight(place: int) -> float:
    on = [i for i in range(4) if place >> i & 1]
    odds = np.prod([EACH[i] / (1 - EACH[i]) for i in on])
    pairs = [times for (one, other), times in TOGETHER.items() if {NAMES.index(one), NAMES.index(other)} <= set(on)]
    return float(odds * np.prod(pairs))


def held(limits: list[Interval], people: float = PEOPLE) -> float:
    return float(np.mean([interval.lower <= people <= interval.upper for interval in limits]))


def about(share: float, draws: int = DRAWS) -> float:
    """Three standard errors of a share that is drawn so often."""
    return 3 * (share * (1 - share) / draws) ** 0.5


def test_profile_limits_of_the_true_model_hold_the_truth_as_often_as_they_promise():
    share = held([profile(lists, tuple(TOGETHER)).limits for lists in drawn(1)])
    assert abs(share - 0.95) <= about(0.95) + 0.01


def test_limits_of_a_chosen_model_hold_it_less_often_than_those_over_models_with_chance():
    chosen, over = [], []
    for lists in drawn(2):
        chosen.append(profile(lists, stepwise(lists).pairs).limits)
        over.append(every_model(lists).limits())
    assert held(over) >= 0.95 - about(0.95)
    assert held(over) > held(chosen)


@pytest.mark.shared
def test_of_five_british_lists_drawn_again_only_the_range_over_models_with_chance_holds_the_truth(shared: Path):
    """The simulation of Chan, Silverman and Vincent (2021), section 3.4, where 95% limits of one model held 61%."""
    lists = lists_of(published(shared)["UKdat_5"])
    truth = expected(lists)
    people = round(truth.sum())
    one, answer = [], []
    for cells in np.random.default_rng(7).multinomial(people, truth / truth.sum(), size=BRITISH):
        again = Lists(lists.names, (0, *cells[1:].tolist()))
        one.append(profile(again, stepwise(again).pairs).limits)
        answer.append(hidden_number(again, [WrongLinks()]).limits)
    assert held(one, people) < 0.75
    assert held(answer, people) >= 0.95


def expected(lists: Lists) -> np.ndarray:
    """People by cell, those on no list included, by the model chosen step by step."""
    row = np.array([row_of(lists, stepwise(lists).pairs)])
    found = fit(np.array(lists.cells, dtype=float), row)
    values = np.zeros((1, len(lists.cells)))
    values[0, terms(len(lists.names)).sets] = np.nan_to_num(found.values[0])
    return np.exp(within(values))[0]


def test_chaos_bound_is_one_where_people_and_lists_differ_and_the_common_one_is_not():
    """People of whom some are three times as likely to be on any list, and lists of which one is far larger."""
    random = np.random.default_rng(5)
    likelier = np.where(random.random(PEOPLE) < 0.3, 3.0, 1.0)
    bounds = []
    for _ in range(10 * DRAWS):
        on = random.random((PEOPLE, 4)) < likelier[:, None] * (0.12, 0.01, 0.01, 0.01)
        cells = np.bincount(on @ (1, 2, 4, 8), minlength=16)
        bounds.append(chao(Lists(NAMES, (0, *cells[1:].tolist()))))
    assert np.mean([bound.unlike for bound in bounds]) < PEOPLE < np.mean([bound.alike for bound in bounds])
