"""The ranker sees neither names nor origins, gives reasons that add up, and can be played through."""

from __future__ import annotations

import numpy as np
import pytest

from joinedup.errors import StatisticsError
from joinedup.review.masking import masked
from joinedup.review.ranker import learn, next_batch, order, reasons, weightiest, with_marks
from joinedup.review.simulate import dry_after, ranked_order, simulate, wss
from joinedup.review.terms import terms

PEOPLE = ("Amir Khan", "Jane Smith", "Ola Nowak", "Blessing Okafor")
ORIGINS = ("British", "Pakistani", "Polish", "Nigerian", "white", "Asian", "Muslim", "Roma")


def files(seed: int, people: tuple[str, ...], origins: tuple[str, ...]) -> list[str]:
    """Invented procedural notes, every one with a name and an origin in it."""
    rng = np.random.default_rng(seed)
    acts = ("Account not taken.", "CCTV requested.", "Suspect not interviewed.", "File reviewed.", "Data requested.")
    return [
        f"{rng.choice(acts)} {people[at % len(people)]}, {origins[at % len(origins)]}, was named. {rng.choice(acts)}"
        for at in range(120)
    ]


def test_giving_everybody_another_name_and_origin_leaves_every_score_bit_identical() -> None:
    hidden = masked(PEOPLE)
    labels = [at % 3 == 0 for at in range(40)]
    scores = []
    for turn in range(3):
        people, origins = (some[turn:] + some[:turn] for some in (PEOPLE, ORIGINS))
        matrix = terms(files(1, people, origins), hidden, rarest=1).matrix
        scores.append(learn(matrix, range(40), labels).scores(matrix))
    assert scores[0].tobytes() == scores[1].tobytes() == scores[2].tobytes()
    assert len(set(scores[0].tolist())) > 5


def test_without_the_mask_the_swap_would_be_seen() -> None:
    labels = [at % 3 == 0 for at in range(40)]
    scores = []
    for turn in range(2):
        matrix = terms(files(1, PEOPLE[turn:] + PEOPLE[:turn], ORIGINS), rarest=1).matrix
        scores.append(learn(matrix, range(40), labels).scores(matrix))
    assert scores[0].tobytes() != scores[1].tobytes()


def test_reasons_add_up_to_the_score_and_one_speaks_against() -> None:
    texts = files(2, PEOPLE, ORIGINS)
    marks = np.zeros((len(texts), 1), dtype=bool)
    marks[::2] = True
    matrix = with_marks(terms(texts, masked(PEOPLE), rarest=1).matrix, marks)
    relevant = ["not taken" in text for text in texts]
    model = learn(matrix, range(len(texts)), relevant)
    for at in range(10):
        pro, against = reasons(model, matrix[at], most=10_000)
        parts = matrix[at].data * model.weights[matrix[at].indices]
        assert sum(one.part for one in pro) == pytest.approx(parts[parts > 0].sum(), rel=1e-5)
        assert against is None or against.part == pytest.approx(parts.min())
        assert model.scores(matrix)[at] == pytest.approx(parts.sum(), abs=1e-4)
    assert len(weightiest(model, 5)) == 5


def test_it_learns_what_was_decided() -> None:
    texts = [f"{'account not taken' if at % 10 == 0 else 'file reviewed'} {at % 7}{at % 7}" for at in range(300)]
    y = np.array([at % 10 == 0 for at in range(300)])
    ranked = ranked_order(terms(texts, rarest=1).matrix, y, seed=0)
    assert sorted(ranked.tolist()) == list(range(300))
    assert wss(ranked, y, 0.95) > 0.8


def test_nothing_is_learned_from_one_kind_alone() -> None:
    matrix = terms(["one", "two"], rarest=1).matrix
    with pytest.raises(StatisticsError):
        learn(matrix, [0, 1], [True, True])
    with pytest.raises(StatisticsError):
        simulate(["one", "two"], [False, False])


def test_the_best_come_first_and_ties_fall_by_the_draw() -> None:
    scores, unread = np.array([0.0, 2.0, 1.0, 1.0, 1.0, 3.0]), np.array([True, True, True, True, True, False])
    drawn = {tuple(order(scores, unread, 2, seed).tolist()) for seed in range(40)}
    assert drawn == {(1, 2), (1, 3), (1, 4)}
    assert order(scores, unread, 2, 7).tolist() == order(scores, unread, 2, 7).tolist()


def test_batches_grow_by_a_fifth() -> None:
    sizes = [1]
    while sizes[-1] < 20:
        sizes.append(next_batch(sizes[-1]))
    assert sizes == [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22]


def test_ranked_reading_is_dry_after_a_long_run_without_a_find() -> None:
    found = np.zeros(400, dtype=bool)
    found[[0, 10]] = True
    assert dry_after(found, 400) == 11 + 50
    assert dry_after(np.ones(30, dtype=bool), 400) == 30


def test_work_saved_over_sampling_is_counted_as_in_its_definition() -> None:
    # 2 relevant of 10, the second found at place 4: 1 - 4 / 10 - .05
    y = np.array([1, 0, 0, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
    assert wss(np.arange(10), y, 0.95) == pytest.approx(0.55)
