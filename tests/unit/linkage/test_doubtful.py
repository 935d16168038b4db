"""Which pairs are asked of first: against a plain, slow account of what each answer would change."""

from __future__ import annotations

import itertools
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.linkage.doubtful import Doubts

THRESHOLD = 8.0
NAMES = ("record_id_l", "record_id_r")
Weights = dict[tuple[str, str], float | None]


def doubts(people: dict[str, str], weights: Weights) -> Doubts:
    """people: the person of each record. weights: of pairs, None where a key joins them."""
    clusters = pa.table({"record_id": sorted(people), "person_id": [people[one] for one in sorted(people)]})
    pairs = sorted(weights)
    scored = {name: pa.array([pair[n] for pair in pairs], pa.string()) for n, name in enumerate(NAMES)}
    return Doubts(
        pa.table({**scored, "match_weight": pa.array([weights[p] for p in pairs], pa.float64())}), clusters, THRESHOLD
    )


def holding(verdicts: dict[tuple[str, str], str] | None = None) -> pa.Table:
    pairs = sorted(verdicts or {})
    sides = {name: pa.array([pair[n] for pair in pairs], pa.string()) for n, name in enumerate(NAMES)}
    return pa.table({**sides, "verdict": pa.array([(verdicts or {})[pair] for pair in pairs], pa.string())})


def asked(people: dict[str, str], weights: Weights, **more: Any) -> list[tuple[str, str]]:
    given_ = {"judged": (), "holding": holding(), "hidden": (), **more}
    return [one.pair for one in doubts(people, weights).in_order(**given_)]


TWO_PEOPLE = {"a": "P", "b": "P", "c": "P", "x": "Q", "y": "Q"}


def test_a_pair_between_two_people_may_join_every_record_of_the_one_with_every_one_of_the_other() -> None:
    (one,) = doubts(TWO_PEOPLE, {("a", "x"): THRESHOLD}).in_order((), holding())
    assert (one.pair, one.flips, one.less) == (("a", "x"), 3 * 2, -0.5 * 3 * 2)


def test_a_pair_within_a_person_may_part_it_at_the_weakest_tie_between_the_two() -> None:
    people = dict.fromkeys("abcde", "P")
    chain: Weights = {("a", "b"): 20.0, ("b", "c"): 19.0, ("c", "d"): 12.0, ("d", "e"): 15.0}
    found = doubts(people, chain)
    assert [found.flips(pair) for pair in sorted(chain)] == [1 * 4, 2 * 3, 3 * 2, 4 * 1]
    assert doubts(people, chain | {("a", "e"): 9.0}).flips(("a", "e")) == 3 * 2
    assert found.flips(("a", "c")) is None


def test_a_record_that_nothing_ties_to_the_others_stays_with_the_larger_part() -> None:
    people = dict.fromkeys("abc", "P")
    assert doubts(people, {("a", "b"): 9.0}).flips(("a", "b")) == 1 * 2


def test_the_likelier_the_answer_changes_the_run_the_sooner_it_is_asked() -> None:
    people = {name: name.upper() for name in "abcdefgh"} | {"f": "E", "h": "G"}
    weights: Weights = {("a", "b"): 6.0, ("c", "d"): 7.0, ("e", "f"): 7.5, ("g", "h"): 30.0}
    assert asked(people, weights) == [("e", "f"), ("c", "d"), ("a", "b"), ("g", "h")]


def test_of_two_people_and_of_one_person_only_the_first_pair_is_asked() -> None:
    weights: Weights = {("a", "x"): 7.0, ("b", "y"): 7.9, ("a", "b"): 9.0, ("b", "c"): 8.5}
    assert asked(TWO_PEOPLE, weights) == [("b", "y"), ("b", "c")]


def test_pairs_joined_by_a_key_judged_ones_and_hidden_records_are_not_asked_of() -> None:
    weights: Weights = {("a", "x"): None, ("b", "y"): 7.9, ("c", "x"): 7.0, ("c", "y"): 6.0}
    assert asked(TWO_PEOPLE, weights, judged={("b", "y"), ("c", "nobody")}) == [("c", "x")]
    assert asked(TWO_PEOPLE, weights, hidden={"b", "x"}) == [("c", "y")]


@pytest.mark.parametrize(
    ("verdicts", "left"),
    [
        ({("a", "y"): "same"}, [("b", "c")]),
        ({("a", "y"): "different"}, [("b", "c")]),
        ({("a", "y"): "unsure"}, [("b", "x"), ("b", "c")]),
        ({("a", "b"): "same"}, [("b", "x"), ("b", "c")]),
        ({("a", "b"): "different"}, [("b", "x")]),
        ({("a", "gone"): "same"}, [("b", "x"), ("b", "c")]),
    ],
    ids=[
        "joined by somebody", "parted by somebody", "unsure settles nothing", "same within settles nothing more",
        "parted within", "of a record that is not there",
    ],
)  # fmt: skip
def test_what_somebody_judged_between_two_people_settles_them_until_the_next_run(
    verdicts: dict[tuple[str, str], str], left: list[tuple[str, str]]
) -> None:
    assert asked(TWO_PEOPLE, {("b", "x"): 7.5, ("b", "c"): 8.5}, holding=holding(verdicts)) == left


def test_a_run_without_pairs_asks_nothing() -> None:
    assert asked(TWO_PEOPLE, {}) == []


RECORDS = "abcdefg"
WEIGHTS = st.dictionaries(
    st.sampled_from(list(itertools.combinations(RECORDS, 2))),
    st.one_of(st.none(), st.floats(0, 20).map(lambda w: round(w, 6))),
    max_size=21,
)
PEOPLE = st.lists(st.sampled_from("PQR"), min_size=7, max_size=7).map(lambda p: dict(zip(RECORDS, p, strict=True)))


def parted(people: dict[str, str], weights: Weights, one: str, other: str) -> int:
    """Take ties of the person from the strongest down, but none that joins the two; say how many pairs that parts."""
    mine = [name for name in RECORDS if people[name] == people[one]]
    parts = {name: {name} for name in mine}
    inside = [pair for pair in weights if set(pair) <= set(mine)]
    for left, right in sorted(inside, key=lambda pair: (-strength(weights, pair), pair)):
        if not {one, other} <= parts[left] | parts[right]:
            both = parts[left] | parts[right]
            parts |= dict.fromkeys(both, both)
    smaller = min(len(parts[one]), len(parts[other]))
    return smaller * (len(mine) - smaller)


def strength(weights: Weights, pair: tuple[str, str]) -> float:
    weight = weights[pair]
    return 1e6 if weight is None else weight


@settings(deadline=None)
@given(PEOPLE, WEIGHTS)
def test_every_pair_stands_in_order_of_the_change_that_a_slow_account_expects(
    people: dict[str, str], weights: Weights
) -> None:
    expected = []
    for pair, weight in weights.items():
        if weight is None:
            continue
        one, other = (people[name] for name in pair)
        sizes = [sum(person == whose for person in people.values()) for whose in (one, other)]
        flips = parted(people, weights, *pair) if one == other else sizes[0] * sizes[1]
        above = weight - THRESHOLD if one == other else THRESHOLD - weight
        expected.append((-flips / (1 + 2**above), pair, flips, tuple(sorted((one, other)))))
    found = list(doubts(people, weights).in_order((), holding()))
    met: set[Any] = set()
    first = [one for one in sorted(expected) if not (one[3] in met or met.add(one[3]))]
    assert [(one.pair, one.flips) for one in found] == [(pair, flips) for _, pair, flips, _ in first]
    assert [one.less for one in found] == pytest.approx([less for less, *_ in first])
