"""Which cells are unsafe in themselves."""

from __future__ import annotations

import numpy as np
import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure import (
    Contributions,
    Dimension,
    Rules,
    Table,
    audit,
    dominant,
    intervals,
    largest,
    link,
    needs,
    one_group,
    suppress,
)  # fmt: skip
from tests.unit.statistics.disclosure.small_worlds import dimension, table


def unsafe(system, asked) -> dict[str, tuple[int, int]]:
    ends = zip(asked.places, asked.low, asked.high, strict=True)
    return {str(system.cells[place]): (int(low), int(high)) for place, low, high in ends}


def test_one_to_nine_are_unsafe_and_must_seem_able_to_be_nobody_or_ten():
    system = link(table([[9, 10], [30, 40]]))
    assert unsafe(system, needs(system)) == {"people: a a1, b b1": (0, 10)}


def test_a_row_that_falls_into_one_cell_tells_of_everyone_in_it():
    system = link(table([[0, 25], [30, 40]]))
    assert unsafe(system, needs(system)) == {
        "people: a a1, b b2": (25 - 10, 25),  # all of row a1
        "people: a a2, b b1": (30 - 10, 30),  # all of column b1
    }
    assert len(needs(system, Rules(zeros="none"))) == 0
    assert list(unsafe(system, needs(system, Rules(zeros="all")))) == ["people: a a1, b b1"]
    done = suppress(system, needs(system))
    assert [one.lower <= one.upper - 10 for one in intervals(system, done.hidden, done.primary)] == [True, True]


def test_acros_synthetic_table_has_three_unsafe_cells_of_four_variables_and_none_of_three():
    counts = np.full((3, 3, 3, 3), 11)
    counts[2, :, 2, 2] = 5
    system = link(table(counts))
    small = list(unsafe(system, needs(system)))
    assert small == [f"people: a a3, b b{n}, c c3, d d3" for n in (1, 2, 3)]
    without = link(table(counts.sum(axis=1)))
    assert len(needs(without)) == 0 and without.counts.min() == 15


def counted(records: list[tuple[int, int, int]]):
    """A table of one dimension of two, from (category, unit, amount)."""
    kinds = (dimension("a", 2),)
    category, unit, amount = np.array(records).T
    behind = Contributions(category[:, None], unit, amount)
    made = behind.table(Table(kinds, np.zeros(2, int)))
    system = link(made)
    return system, largest(system, made, behind)


def test_a_cell_that_two_offenders_make_up_is_dominated():
    system, behind = counted([(0, 1, 60), (0, 2, 35), (0, 3, 5), *((1, unit, 10) for unit in range(4, 14))])
    by_rule = {reason: (system.cells[place].where, low, high) for place, low, high, reason in dominant(system, behind)}
    first = (("a", "a1"),)
    share = "the largest few make up most of it"
    assert by_rule[share] == (first, 100 - 6, 100 + 6)  # (60 + 35) / 0.9 - 100 = 5.56
    assert by_rule["the second largest could estimate the largest"] == (first, 100 - 1, 100 + 1)  # 0.1 x 60 - 5
    assert not dominant(system, behind, k=0.96, p=0.05)


def test_victims_of_one_group_offence_can_subtract_themselves():
    """14 people of whom 8 are victims of one offence by a group: they know that six others are there."""
    system, behind = counted(
        [*((0, 1, 1) for _ in range(8)), *((0, u, 1) for u in range(2, 8)), (1, 9, 12), (1, 10, 30)]
    )
    asked = unsafe(system, needs(system, None, one_group(system, behind)))
    assert asked["people: a a1"] == (0, 8 + 10)
    assert "people: a a2" not in asked  # 42 less 30 are 12
    assert len(one_group(system, behind, threshold=5)) == 0


def test_a_cell_of_one_group_offence_only_is_unsafe_however_many_they_are():
    system, behind = counted([(0, 1, 25), (1, 2, 20), (1, 3, 20)])
    asked = needs(system, None, one_group(system, behind))
    assert unsafe(system, asked)["people: a a1"] == (0, 25 + 10)
    done = suppress(system, asked)
    assert audit(system, done.hidden, asked).safe


def test_records_that_are_not_those_of_the_table_are_refused():
    made = table([3, 4])
    with pytest.raises(StatisticsError, match="do not add up"):
        largest(link(made), made, Contributions(np.array([[0]]), np.array([1])))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Rules(threshold=1),
        lambda: Dimension("a", ("x", "x")),
        lambda: Dimension("a", ()),
        lambda: Dimension("a", ("x",), groups={"g": ("y",)}),
        lambda: Dimension("a", ("x",), groups={"g": ("h",), "h": ("g",)}).sums,
        lambda: Dimension("a", ("x",), groups={"g": ("x", "x")}).sums,
        lambda: table([[-1, 2]]),
        lambda: table([[0.5, 2]]),
        lambda: table([1, 2], margins=[("z",)]),
        lambda: Table((dimension("a", 2),), np.array([1, 2, 3])),
        lambda: table(np.ones((2, 2, 2, 2), int)[..., None]),
    ],
)
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises((StatisticsError, ValueError)):
        wrong()
