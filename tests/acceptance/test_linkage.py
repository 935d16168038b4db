"""Public sets of people whose truth is known, linked as a user would link them: no setting but what is said here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from linkage_parts import truth_sets
from linkage_parts.families import families
from linkage_parts.scores import Scores, pair_scores
from linkage_parts.truth_sets import TruthSet

from joinedup.engine import DuckDBEngine
from joinedup.linkage import Linked, LinkSettings, link


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def linked(engine: DuckDBEngine, given: TruthSet, *compare: str) -> tuple[Linked, Scores]:
    found = link(engine, engine.frame(given.records), LinkSettings(compare=compare))
    return found, pair_scores(found.clusters, given.truth)


@pytest.mark.shared
def test_historical_figures_reach_f1_87(engine: DuckDBEngine) -> None:
    _, scores = linked(engine, truth_sets.historical(), "birth_place", "occupation")
    assert scores.f1 >= 0.87
    assert scores.precision >= 0.98


@pytest.mark.shared
def test_febrl3_reaches_f1_997(engine: DuckDBEngine) -> None:
    _, scores = linked(engine, truth_sets.febrl3())
    assert scores.f1 >= 0.997


def test_families_reach_f1_955_and_their_errors_are_foretold(engine: DuckDBEngine) -> None:
    """Twins, fathers and sons of one name, seven systems: the threshold is the system's own."""
    found, scores = linked(engine, families(30_000, seed=11))
    assert scores.f1 >= 0.955
    assert found.expected is not None
    assert scores.wrong <= 2 * found.expected.wrong
    assert abs(found.expected.wrong - scores.wrong) <= 0.02 * found.expected.joined
