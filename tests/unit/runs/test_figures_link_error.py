"""Figures that rest on joining carry what they come to when records are joined otherwise; the others carry nothing."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from joinedup.runs.figures import with_link_error
from joinedup.statistics.methods import JOINED, LINK
from tests.unit.runs.test_figures import find, record, role

Figures = Callable[..., pa.Table]

RECORDS = [
    record("a:1", self_defined_ethnicity=None),
    record("b:1", self_defined_ethnicity="W1"),
    record("c:1", self_defined_ethnicity="A2"),
]
ROLES = [role("a:1")]


def figures(figures_of: Figures, **clusters: str) -> pa.Table:
    return figures_of(records=RECORDS, roles=ROLES, clusters={f"{k}:1": v for k, v in clusters.items()})


def test_counts_and_shares_span_all_joinings(figures_of: Figures) -> None:
    strict = figures(figures_of, a="p", b="q", c="r")  # nobody joined: the gap stays
    own = figures(figures_of, a="p", b="p", c="r")  # the gap is filled with W1
    loose = figures(figures_of, a="p", b="p", c="p")  # two systems disagree: it is not
    found = with_link_error(own, [strict, loose])
    people = find(found, "people")
    assert (people["numerator"], people["link_lower"], people["link_upper"]) == (2, 1, 3)
    filled = find(found, "gap-filled-self-defined-ethnicity")
    assert (filled["lower"], filled["link_lower"], filled["link_upper"]) == (1, 0, 1)
    white = find(found, "share-self-defined-ethnicity", method=JOINED, group="White")
    # Filled with W1: 1 of 1. Not filled: between 0 and 1 of 1, for nobody knows.
    assert (white["lower"], white["upper"], white["link_lower"], white["link_upper"]) == (1, 1, 0, 1)


def test_what_does_not_rest_on_joining_has_no_such_range(figures_of: Figures) -> None:
    own = figures(figures_of, a="p", b="p", c="r")
    found = with_link_error(own, [figures(figures_of, a="p", b="q", c="r")])
    for row in found.to_pylist():
        assert (row["link_lower"] is None) or row["assumption"] == LINK
    assert found.drop(["link_lower", "link_upper"]).equals(own.drop(["link_lower", "link_upper"]))


def test_without_other_joinings_the_range_is_the_figures_own(figures_of: Figures) -> None:
    found = with_link_error(figures(figures_of, a="p", b="p", c="r"), [])
    people = find(found, "people")
    assert people["numerator"] == people["link_lower"] == people["link_upper"] == 2
