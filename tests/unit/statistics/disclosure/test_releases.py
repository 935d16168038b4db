"""What one release gives away beside another."""

from __future__ import annotations

import numpy as np
import pytest

from joinedup.errors import StatisticsError
from joinedup.statistics.disclosure import Table, already_out, audit, beside, link, needs, suppress
from tests.unit.statistics.disclosure.small_worlds import dimension, table

NOTHING = np.zeros(9, bool)


def test_a_release_of_three_more_people_is_subtracted_from_the_one_before():
    """Each table is safe on its own; the later less the earlier is three people."""
    before, after = link(table([[20, 30], [40, 50]], "2025")), link(table([[23, 30], [40, 50]], "2026"))
    assert len(needs(before)) == len(needs(after)) == 0
    both = beside(already_out(before, NOTHING), after, contains=[("2026", "2025")])
    asked = needs(both)
    found = audit(both, np.zeros(len(both.cells), bool), asked)
    told = {str(one.interval.cell): str(one) for one in found.exposed}
    assert "2026 without 2025: a a1, b b1 is 3: " in told["2026 without 2025: a a1, b b1"]
    assert "- [2025: a a1, b b1]" in told["2026 without 2025: a a1, b b1"]


def test_the_new_release_hides_what_the_old_one_would_give_away_if_it_still_can():
    before = link(table([[20, 30], [40, 50]], "2025", margins=[("a", "b")]))
    after = link(table([[23, 30], [60, 70]], "2026", margins=[("a", "b")]))
    both = beside(already_out(before, NOTHING), after, contains=[("2026", "2025")])
    done = suppress(both, needs(both))
    assert audit(both, done.hidden, done.needs).safe
    assert "2026: a a1, b b1" in map(str, done.secondary)
    assert not [cell for cell in done.secondary if cell.of == "2025"]


def test_a_release_of_many_more_people_hides_nothing_more():
    before, after = link(table([[20, 30], [40, 50]], "2025")), link(table([[40, 50], [60, 70]], "2026"))
    both = beside(already_out(before, NOTHING), after, contains=[("2026", "2025")])
    done = suppress(both, needs(both))
    assert done.optimal and done.primary == done.secondary == ()


def test_only_what_the_difference_gives_away_is_hidden():
    """Three more people in one place, twenty or more in each other one: a rectangle, as within one table."""
    before = link(table([[20, 30], [40, 50]], "2025"))
    after = link(table([[23, 50], [60, 70]], "2026"))
    both = beside(already_out(before, NOTHING), after, contains=[("2026", "2025")])
    done = suppress(both, needs(both))
    places = ["a a1, b b1", "a a1, b b2", "a a2, b b1", "a a2, b b2"]
    assert done.optimal and list(map(str, done.secondary)) == [f"2026: {place}" for place in places]
    assert audit(both, done.hidden, done.needs).safe


def test_what_was_hidden_stays_hidden_from_whoever_has_the_new_tables():
    """The first release hid a cell of 2; the new one shows its row total by another breakdown."""
    first = link(table([[2, 18], [19, 14]]))
    done = suppress(first, needs(first))
    assert audit(first, done.hidden, done.needs).safe
    same_again = link(Table((dimension("a", 2), dimension("b", 2)), np.array([[2, 18], [19, 14]])))
    both = beside(already_out(first, done.hidden), same_again)
    again = suppress(both, needs(both))
    assert audit(both, again.hidden, again.needs).safe
    assert set(map(str, done.primary)) <= {str(c) for c in both.cells if not both.out[both.at[c]]}


def test_subgroups_that_differ_by_a_few_are_seen():
    under_18, under_16 = table([104, 60], "under 18"), table([100, 60], "under 16")
    both = beside(link(under_18, under_16), contains=[("under 18", "under 16")])
    found = audit(both, np.zeros(len(both.cells), bool), needs(both))
    assert "under 18 without under 16: a a1" in [str(one.interval.cell) for one in found.exposed]
    done = suppress(both, needs(both))
    assert audit(both, done.hidden, done.needs).safe


def test_what_is_out_already_cannot_be_protected_and_is_refused():
    out = already_out(link(table([[2, 18], [19, 14]])), NOTHING)
    with pytest.raises(StatisticsError, match="cannot be protected"):
        suppress(out, needs(out))


def test_the_larger_must_be_the_larger():
    less, more = link(table([1, 2], "less")), link(table([3, 4], "more"))
    with pytest.raises(StatisticsError, match="counts fewer"):
        beside(less, more, contains=[("less", "more")])
    with pytest.raises(StatisticsError, match="no cell in common"):
        beside(less, more, contains=[("less", "mroe")])
