"""How often bounds with chance hold what they are of, drawn again and again from a truth that is known.

`JOINEDUP_SCALE=full` draws 100,000 times a truth, and 4,000 times where every draw is imputed.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from joinedup.statistics.bounds import bound_share
from joinedup.statistics.cells import cell_counts
from joinedup.statistics.estimates import complete_case, imputed, weighted
from joinedup.statistics.intervals import clopper_pearson
from joinedup.statistics.joint import coarse
from joinedup.statistics.pairs import difference_of, group_difference
from joinedup.statistics.restrictions import NO_MORE_LIKELY, narrow, odds_within, same_whatever
from joinedup.statistics.sampling import with_chance, with_chance_of_truth
from tests.unit.statistics.test_coverage import DRAWS, FULL, at_least

pytestmark = pytest.mark.proof

IMPUTED = 4_000 if FULL else 150
# How many are counted, the share of the group, and how often its answer and that of others is missing.
TRUTHS = [
    (n, share, of_group, of_others)
    for n in (60, 300, 2_000)
    for share in (0.02, 0.13, 0.5)
    for of_group, of_others in ((0, 0), (0.01, 0.02), (0.3, 0.3), (0.85, 0.4), (0.1, 0.6))
    if n * share >= 5
]


@pytest.fixture
def random() -> np.random.Generator:
    """Draws that are the same every time."""
    return np.random.default_rng(20211121)


def chances(share, of_group, of_others):
    """Of being known to be of the group, known to be of others, and missing."""
    held, other = share * (1 - of_group), (1 - share) * (1 - of_others)
    return np.clip([held, other, 1 - held - other], 0, 1)


def share_of(held, other, unknown):
    return bound_share({"x": int(held), "y": int(other), "?": int(unknown)}, "x", missing={"?"})


def coverage(draws, limits, holds):
    """The share of draws, as rows of counts, whose limits hold; like draws are worked out once."""
    times = Counter(map(tuple, draws.tolist()))
    return sum(n for drawn, n in times.items() if holds(limits(drawn))) / times.total()


def covered(random, truth, limits, of):
    """How often `limits` hold both numbers of `of`, from the chances of the truth."""
    n, *rest = truth
    held, other, unknown = chances(*rest)
    low, high = of(rest[0], held, unknown)
    return coverage(
        random.multinomial(n, (held, other, unknown), DRAWS),
        lambda drawn: limits(share_of(*drawn)),
        lambda found: found.lower - 1e-12 <= low and high <= found.upper + 1e-12,
    )


def test_exact_limits_hold_the_whole_of_the_true_bounds_as_often_as_promised(random):
    exact = lambda bounds: with_chance(bounds, limits=clopper_pearson)  # noqa: E731
    at_least([covered(random, one, exact, lambda _, held, gaps: (held, held + gaps)) for one in TRUTHS], 0.95)


def test_wilson_limits_hold_the_true_bounds_nearly_as_often_as_promised(random):
    """94.5 in 100 on average; 91.7 at worst, 92.6 where five of the group can be expected, 94.2 where ten can."""
    found = {one: covered(random, one, with_chance, lambda _, held, gaps: (held, held + gaps)) for one in TRUTHS}
    for expected, less in ((0, 0.035), (5, 0.025), (10, 0.01)):
        at_least([held for one, held in found.items() if one[0] * chances(*one[1:])[0] >= expected], 0.95, less)
    assert np.mean(list(found.values())) == pytest.approx(0.945, abs=0.005)


def test_limits_for_the_truth_hold_it_where_it_is_worst_to_hold(random):
    """Worst is a truth at an end of the bounds: none of the missing are of the group, or all are."""
    found = []
    for n, share, of_group, of_others in TRUTHS:
        none, all_ = (0, of_others), (of_group, 0)
        for gaps in (none, all_):
            one = (n, share, *gaps)
            found.append(covered(random, one, with_chance_of_truth, lambda share, *_: (share, share)))
    at_least(found, 0.95, 0.035)  # 91.7 at worst, by Wilson's limits
    assert np.mean(found) == pytest.approx(0.951, abs=0.005)  # and not the 0.975 of limits for both ends together


def test_the_truth_is_held_by_limits_under_an_assumption_that_is_right(random):
    found = []
    for n, share, of_group, of_others in ((300, 0.13, 0.2, 0.4), (2_000, 0.05, 0.3, 0.3), (2_000, 0.3, 0.1, 0.5)):
        for assumption in (NO_MORE_LIKELY, odds_within(10)):  # of the group: missing less often, at most ten times
            limits = lambda bounds, one=assumption: narrow(bounds, one).limits  # noqa: E731
            found.append(covered(random, (n, share, of_group, of_others), limits, lambda share, *_: (share, share)))
    at_least(found, 0.95)


def test_months_with_the_same_share_hold_it_together_though_the_best_of_them_is_taken(random):
    """The truth is at the lower end of every month: chance in any one of six can push the highest of them past it."""
    held = []
    for _ in range(min(DRAWS, 4_000)):
        months = {
            str(month): share_of(*random.multinomial(400, chances(0.1, 0, gaps)))
            for month, gaps in enumerate((0.2, 0.3, 0.3, 0.4, 0.5, 0.5))
        }
        found = same_whatever(months, "month").limits
        held.append(found.lower <= 0.1 <= found.upper)
    assert np.mean(held) >= 0.95


def test_differences_hold_the_true_ends(random):
    first, second = chances(0.3, 0.2, 0.1), chances(0.1, 0.1, 0.3)
    ends = first[0] - second[0] - second[2], first[0] + first[2] - second[0]
    draws = np.hstack([random.multinomial(300, first, DRAWS), random.multinomial(200, second, DRAWS)])
    strangers = coverage(
        draws,
        lambda drawn: difference_of(share_of(*drawn[:3]), share_of(*drawn[3:])).limits,
        lambda found: found.lower <= ends[0] and ends[1] <= found.upper,
    )
    one_population = np.array([0.3, 0.12, 0.38, 0.2])
    together = coverage(
        random.multinomial(250, one_population, DRAWS),
        lambda drawn: (
            group_difference(coarse(dict(zip("ABC?", map(int, drawn), strict=True)), missing={"?"}), "A", "B").limits
        ),
        lambda found: found.lower <= 0.3 - 0.12 - 0.2 and found.upper >= 0.3 + 0.2 - 0.12,
    )
    at_least([strangers, together], 0.95, 0.01)


def test_estimates_hold_the_truth_if_their_assumption_is_right_and_seldom_if_it_is_not(random):
    """Known depends on the force in the first world, and on the answer in the second."""
    right = {("north",): (600, 0.2, 0.5, 0.5), ("south",): (400, 0.05, 0.1, 0.1)}
    wrong = {("north",): (600, 0.2, 0.85, 0.44), ("south",): (400, 0.05, 0.85, 0.44)}
    truth = (600 * 0.2 + 400 * 0.05) / 1_000
    found = {}
    for world, cells in (("right", right), ("wrong", wrong)):
        held = Counter()
        for seed in range(IMPUTED):
            drawn = {key: random.multinomial(n, chances(*rest)).tolist() for key, (n, *rest) in cells.items()}
            counts = cell_counts({k: dict(zip("xy?", row, strict=True)) for k, row in drawn.items()}, ("force",),
                                 missing={"?"})  # fmt: skip
            for one in (weighted(counts, "x"), imputed(counts, "x", seed=seed), complete_case(counts, "x")):
                held[one.method.split()[0]] += one.limits.lower <= truth <= one.limits.upper
            held["bounds"] += one.bounds_limits.lower <= truth <= one.bounds_limits.upper
        found[world] = {method: n / IMPUTED for method, n in held.items()}
    error = 5 * (0.95 * 0.05 / IMPUTED) ** 0.5
    assert found["right"]["weighting"] >= 0.95 - error
    assert found["right"]["20"] >= 0.95 - error - 0.01
    assert found["right"]["leaving"] < 0.75
    assert max(found["wrong"][method] for method in ("weighting", "20", "leaving")) < 0.05
    assert found["wrong"]["bounds"] == found["right"]["bounds"] == 1
