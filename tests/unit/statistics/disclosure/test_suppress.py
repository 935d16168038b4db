"""What is hidden, how little of it, and that an attacker cannot work it out."""

from __future__ import annotations

import json
import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure import (
    Cell,
    Dimension,
    Rules,
    Table,
    audit,
    intervals,
    link,
    named,
    needs,
    shown,
    suppress,
)  # fmt: skip
from tests.unit.statistics.disclosure.small_worlds import by_trying_all, dimension, regions, table

FULL = os.environ.get("JOINEDUP_SCALE") == "full"
WORLDS = 1_000 if FULL else 8
EXAMPLES = 100 if FULL else 3


@pytest.mark.shared
def test_the_known_case_hides_three_more_cells_the_cheapest_40_people_and_leaves_0_to_12(shared: Path):
    case = json.loads((shared / "data/statistics/sdc_cases.json").read_text(encoding="utf-8"))["sdcTable_microdata1"]
    rows = case["table"]
    kinds = (Dimension("region", tuple(rows)), Dimension("gender", ("female", "male")))
    counted = Table(kinds, np.array([[row["female"], row["male"]] for row in rows.values()]))
    system = link(counted)
    done = suppress(system, needs(system))
    assert done.optimal
    assert [str(cell) for cell in done.primary] == ["people: gender female, region A"]
    assert len(done.secondary) == case["expected_secondary_number"] == 3
    assert done.people == 40 == 18 + 10 + 12
    [unsafe] = intervals(system, done.hidden, done.primary)
    assert (unsafe.lower, unsafe.upper) == (0, 12)
    assert audit(system, done.hidden, done.needs).safe


def test_totals_stay_as_they_were_counted():
    """6,711 people; a tool that left the hidden ones out of the total made 6,692 of it."""
    kinds = (Dimension("outcome", ("arrest", "caution", "nothing")), Dimension("group", ("P", "Q", "R")))
    counted = Table(kinds, np.array([[500, 19, 300], [12, 8, 40], [5000, 32, 800]]))
    system = link(counted)
    done = suppress(system, needs(system))
    printed = dict(zip(map(str, counted.cells()), shown(done, counted), strict=True))
    assert printed["people: all"] == 6_711
    assert printed["people: group Q, outcome caution"] is None
    for cell, number in printed.items():
        assert number is None or number == system.counts[[str(c) for c in system.cells].index(cell)]


@given(st.lists(st.integers(0, 9), min_size=6, max_size=6), st.integers(2, 5))
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_cheaper_hiding_is_safe(counts, threshold):
    """Every smaller weight of hidden cells is tried."""
    system = link(table(np.array(counts).reshape(2, 3)))
    asked = needs(system, Rules(threshold))
    done = suppress(system, asked, least="cells")
    assert done.optimal and audit(system, done.hidden, asked).safe
    must = {int(place) for place in asked.places}
    free = [place for place in range(len(system.cells)) if place not in must]
    fewer = int(done.hidden.sum()) - len(must) - 1
    for more in combinations(free, fewer) if fewer >= 0 else ():
        hidden = np.zeros(len(system.cells), bool)
        hidden[[*must, *more]] = True
        assert not audit(system, hidden, asked, every=False).safe


@given(st.lists(st.integers(0, 2), min_size=4, max_size=4), st.integers(0, 2**9 - 1))
@settings(max_examples=EXAMPLES * 4, deadline=None)
def test_intervals_are_those_of_trying_every_table(counts, chosen):
    counted = table(np.array(counts).reshape(2, 2))
    system = link(counted)
    hidden = np.array([bool(chosen >> n & 1) for n in range(9)])
    most = 2 * 4 + 1
    plain = by_trying_all(counted, system, hidden, most)
    for known in intervals(system, hidden, system.cells):
        low, high = plain[system.at[known.cell]]
        assert known.lower == low
        assert known.upper is None if high >= most else known.upper == high


def linked_world(draw: np.random.Generator):
    """A table of three dimensions with groups, of which some margins are printed, and a table linked to it by one."""
    groups = {"G": ("a1", "a2")} if draw.random() < 0.5 else {}
    kinds = (dimension("a", 4, groups=groups), dimension("b", 3), dimension("c", 2))
    first = draw.poisson(draw.choice([3, 8, 20]), (4, 3, 2))
    spread = draw.multinomial(first.sum(axis=(1, 2))[0], [0.5, 0.3, 0.2])
    others = [draw.multinomial(n, [0.5, 0.3, 0.2]) for n in first.sum(axis=(1, 2))[1:]]
    margins = [None, [("a", "b"), ("b", "c"), ("a", "c"), ("a",), ("b",), ("c",), ()]][int(draw.random() < 0.4)]
    one = Table(kinds, first, margins)
    return link(one, Table((kinds[0], dimension("d", 3)), np.array([spread, *others])))


@pytest.mark.proof
def test_an_attacker_cannot_narrow_any_unsafe_cell_of_random_linked_tables():
    draw = np.random.default_rng(4)
    left = 0
    for _ in range(WORLDS):
        system = linked_world(draw)
        asked = needs(system, Rules(threshold=5))
        done = suppress(system, asked, seconds=20)
        found = audit(system, done.hidden, asked)
        assert found.exposed == ()
        assert not [one for one in found.intervals if one.recovered and one.cell in done.primary]
        left += len(found.intervals)
    assert left > WORLDS


def test_hiding_only_the_small_cell_is_found_out_and_the_subtraction_is_told():
    system = link(regions())
    asked = needs(system)
    hidden = np.zeros(len(system.cells), bool)
    hidden[asked.places] = True
    found = audit(system, hidden, asked)
    assert not found.safe
    [exposed] = found.exposed
    assert exposed.interval.recovered and exposed.interval.lower == 2
    assert sum(times * system.counts[system.at[cell]] for times, cell in exposed.by) == 2
    assert "people: gender female, region A is 2: " in str(exposed)
    with pytest.raises(StatisticsError, match="1 unsafe cells can be worked out"):
        found.refuse_unless_safe()


def test_the_quick_audit_finds_the_same_as_the_whole_one():
    system = link(regions())
    asked = needs(system)
    for hidden in (np.isin(np.arange(len(system.cells)), asked.places), suppress(system, asked).hidden):
        whole, quick = (audit(system, hidden, asked, every=every) for every in (True, False))
        assert quick.exposed == whole.exposed


def test_a_table_linked_by_its_margin_gives_nothing_away_that_is_hidden_in_the_other():
    """Alone, region A's total could be hidden; printed in the second table, it would be the same cell."""
    first = table([[3, 20], [30, 40]])
    second = Table((dimension("a", 2), dimension("z", 2)), np.array([[11, 12], [30, 40]]))
    system = link(first, second)
    done = suppress(system, needs(system))
    assert audit(system, done.hidden, done.needs).safe
    shared_total = system.at[Cell("people", (("a", "a1"),))]
    assert shown(done, first)[2] == shown(done, second)[2] == (None if done.hidden[shared_total] else 23)


def test_two_tables_that_disagree_over_one_cell_are_refused():
    with pytest.raises(StatisticsError, match="different numbers for `people: a a1`"):
        link(table([[3, 20], [30, 40]]), Table((dimension("a", 2),), np.array([22, 71])))


def test_counts_nobody_prints_are_protected_as_well():
    """Only margins are printed; but everyone of the first row is in the first column, all but 3."""
    counted = table([[97, 3], [0, 0]], margins=[("a",), ("b",), ()])
    system = link(counted)
    asked = needs(system)
    found = audit(system, np.zeros(len(system.cells), bool), asked)
    assert Cell("people", (("a", "a1"), ("b", "b2"))) in [one.interval.cell for one in found.exposed]
    assert audit(system, suppress(system, asked).hidden, asked).safe


def test_groups_of_categories_are_cells_too():
    kinds = dimension("a", 5, groups={"first": ("a1", "a2"), "last": ("a3", "a4", "a5")})
    counted = Table((kinds, dimension("b", 2)), np.array([[4, 30], [20, 30], [40, 50], [60, 70], [80, 90]]))
    system = link(counted)
    done = suppress(system, needs(system))
    assert done.optimal and audit(system, done.hidden, done.needs).safe
    kept_in_group = [cell for cell in done.secondary if ("a", "a2") in cell.where]
    assert len(kept_in_group) == 2  # else a1 is the group less a2


def test_when_time_runs_out_it_is_safe_all_the_same_and_says_so():
    draw = np.random.default_rng(1)
    system = link(table(draw.poisson(12, (4, 3, 3))))
    done = suppress(system, needs(system), seconds=0)
    assert not done.optimal and "time ran out" in str(done)
    assert audit(system, done.hidden, done.needs, every=False).safe
    assert done.bound <= suppress(system, needs(system), seconds=10).weight <= done.weight


def test_named_cells_are_hidden_whatever_they_count():
    system = link(regions())
    cell = Cell("people", (("gender", "male"), ("region", "B")))
    done = suppress(system, needs(system, None, named(system, [cell])))
    assert cell in done.primary
    [known] = intervals(system, done.hidden, [cell])
    assert known.lower == 0 and known.upper >= 14 + 10
