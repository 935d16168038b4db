"""Percentages and pictures obey as well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure import Cell, link, may_show, may_show_share, needs, numerators, suppress
from tests.unit.statistics.disclosure.small_worlds import regions


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (10, 20, True), (9, 100, False), (91, 100, False), (90, 100, True), (0, 100, False), (100, 100, False),
        (0, 0, False), (4, 8, False),
    ],
)  # fmt: skip
def test_a_share_is_shown_when_neither_it_nor_the_rest_is_small_or_all(numerator, denominator, shown):
    assert may_show_share(numerator, denominator) is shown


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 2))
@settings(deadline=None)
def test_a_percentage_gives_back_the_counts_that_trying_all_gives(share, decimals):
    numerator, denominator = share
    percent = round(100 * numerator / denominator, decimals)
    least, most = numerators(percent, denominator, decimals=decimals)
    assert least <= numerator <= most
    step = 10.0**-decimals / 2 + 1e-9
    tried = [n for n in range(denominator + 1) if abs(100 * n / denominator - percent) <= step]
    assert (least, most) == (tried[0], tried[-1])


def test_no_percentage_that_may_be_shown_gives_back_a_hidden_count():
    """10.0% of the 20 of region A are 2, the hidden cell: so it may not be shown, nor 90%, nor their bars."""
    system = link(regions())
    done = suppress(system, needs(system))
    in_a = Cell("people", (("region", "A"),))
    for gender in ("female", "male"):
        cell = Cell("people", (("gender", gender), ("region", "A")))
        count, of = system.counts[system.places([cell, in_a])].tolist()
        assert numerators(100 * count / of, of, decimals=1) == (count, count)
        assert not may_show(done, cell, in_a)
    shown = [cell for cell in system.cells if may_show(done, cell, Cell("people"))]
    assert not set(shown) & {*done.primary, *done.secondary} and len(shown) == 15 - 4


def test_what_is_no_share_is_refused():
    with pytest.raises(StatisticsError, match="More people"):
        may_show_share(3, 2)
    with pytest.raises(StatisticsError, match="No count gives"):
        numerators(50.0, 3, decimals=1)
