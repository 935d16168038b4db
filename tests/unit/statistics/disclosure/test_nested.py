"""A whole beside its parts: what is shown of all of them together gives no small count away."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from joinedup.statistics.disclosure import Rules, audit, needs, nested, safe_places
from joinedup.statistics.disclosure.tables import TOTAL

WORLDS = 200 if os.environ.get("JOINEDUP_SCALE") == "full" else 12
Table = dict[str, int]


def world(draw: np.random.Generator) -> tuple[Table, dict[str, Table]]:
    """People with a category, each in one or two of some forces."""
    people, forces, categories = int(draw.integers(5, 400)), int(draw.integers(1, 6)), int(draw.integers(2, 6))
    category = draw.choice(categories, people, p=draw.dirichlet(np.ones(categories)))
    first, second = draw.integers(0, forces, people), draw.integers(0, forces, people)
    both = draw.random(people) < draw.choice([0.0, 0.1, 0.5])
    whole = {f"c{c}": int((category == c).sum()) for c in range(categories)}
    parts = {
        f"f{f}": {
            f"c{c}": int(((category == c) & ((first == f) | (both & (second == f)))).sum()) for c in range(categories)
        }
        for f in range(forces)
    }
    return whole, parts


def attacked(whole: Table, parts: dict[str, Table], safe: set[tuple[str, str]]) -> Any:
    """What an attacker learns, worked out anew by linear programming over all that is shown."""
    system = nested(whole, parts)
    shown = np.array([(cell.where[1][1], cell.where[0][1]) in safe for cell in system.cells])
    return audit(system, system.printed & ~shown, needs(system, Rules()))


def test_no_small_count_of_any_part_can_be_worked_out_of_random_worlds() -> None:
    draw = np.random.default_rng(11)
    hidden = 0
    for _ in range(WORLDS):
        whole, parts = world(draw)
        safe = safe_places({"age": (whole, parts)})["age"]
        found = attacked(whole, parts, safe)
        assert found.safe, [str(one) for one in found.exposed]
        hidden += len(found.intervals)
    assert hidden > WORLDS  # something was there to be attacked


def test_a_part_hides_what_the_whole_would_give_away() -> None:
    whole, parts = {"A": 200, "B": 100}, {"f": {"A": 195, "B": 60}, "g": {"A": 5, "B": 40}}
    safe = safe_places({"x": (whole, parts)})["x"]
    assert ("g", "A") not in safe  # 5 people
    assert ("f", "A") not in safe or (TOTAL, "A") not in safe  # 200 less 195
    assert (TOTAL, TOTAL) in safe


def test_a_part_of_too_few_is_hidden_in_every_table_and_so_is_what_it_follows_from() -> None:
    whole, parts = {"A": 104, "B": 100}, {"f": {"A": 100, "B": 100}, "g": {"A": 4, "B": 0}}
    told = safe_places({"x": (whole, parts), "y": ({"C": 204}, {"f": {"C": 200}, "g": {"C": 4}})})
    for safe in told.values():
        assert not {place for place in safe if place[0] == "g"}
        assert not {(TOTAL, TOTAL), ("f", TOTAL)} <= safe


def test_what_is_shown_is_the_same_each_time() -> None:
    draw = np.random.default_rng(5)
    worlds = [world(draw) for _ in range(4)]
    assert [safe_places({"x": one}) for one in worlds] == [safe_places({"x": one}) for one in worlds]


def test_nothing_small_hides_nothing() -> None:
    safe = safe_places({"x": ({"A": 60, "B": 50}, {"f": {"A": 40, "B": 30}, "g": {"A": 35, "B": 30}})})["x"]
    assert len(safe) == 3 * 3


@pytest.mark.parametrize("tables", [{}])
def test_of_nothing_nothing_is_shown(tables: dict[str, Any]) -> None:
    assert safe_places(tables) == {}
