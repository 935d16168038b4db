"""A small invented run whose numbers are round enough to check by eye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from joinedup.releases import ReportInput, Source, Truth
from joinedup.releases.inputs import GroupShare, GroupTruth, PairCounts
from joinedup.releases.report import render
from joinedup.statistics.methods import COUNT, JOINED, KEY, LINK, OWN, PEOPLE
from joinedup.tables import FIGURES, RETURNS

Rows = list[dict[str, Any]]
SDE, NATIONALITY = "self-defined-ethnicity", "nationality"


def row(measure: str, numerator: int, denominator: int, unknown: int = 0, **columns: Any) -> dict[str, Any]:
    """One figure about all suspect records, unless `columns` says otherwise."""
    share = denominator and columns.pop("share", True)
    return {
        "measure": measure,
        "population": "suspects",
        "unit": "record",
        "stage": "all",
        "period": "all",
        "area": "all",
        "group": "all",
        "numerator": numerator,
        "denominator": denominator,
        "unknown": unknown,
        "lower": numerator / denominator if share else None,
        "upper": (numerator + unknown) / denominator if share else None,
        "method": OWN,
        "assumption": None,
        "benchmark": None,
        "suppressed": 0 < numerator < 10 or 0 < denominator < 10,
        **columns,
    }


def sample_rows() -> Rows:
    """1,000 suspect records, 600 without ethnicity and 700 without nationality, of 640 people."""
    rows = [
        row(f"missing-{SDE}", 600, 1000),
        row(f"missing-{NATIONALITY}", 700, 1000),
        row("missing-observed-ethnicity", 300, 1000),
    ]
    for cell, ethnicity, nationality, records in (
        ({"area": "force:X01"}, 350, 400, 500),
        ({"area": "force:X02"}, 250, 300, 500),
        ({"area": "system:x01-crime"}, 350, 400, 500),
        ({"area": "system:x02-custody"}, 250, 300, 500),
        ({"stage": "named"}, 500, 560, 700),
        ({"stage": "charged"}, 100, 140, 300),
        ({"period": "2014"}, 400, 500, 600),
        ({"period": "2015"}, 195, 195, 395),
        ({"period": "not recorded"}, 5, 5, 5),
    ):
        rows += [
            row(f"missing-{SDE}", ethnicity, records, **cell),
            row(f"missing-{NATIONALITY}", nationality, records, **cell),
        ]
    rows += [
        row(f"missing-{SDE}", 350, 500, area="force:X01", period="2014"),
        row(f"missing-{SDE}", 7, 500, area="force:X02", period="2014"),
    ]
    rows += [row(f"reason-{SDE}", 590, 1000, group="not_recorded"), row(f"reason-{SDE}", 10, 1000, group="refused")]
    rows += [row(f"reason-{NATIONALITY}", 700, 1000, group="not_recorded"), row("recovered-from-observed", 450, 600)]
    joined = {"method": JOINED, "assumption": LINK}
    for area, gaps, filled, disputed in (
        ("all", 600, 240, 30),
        ("force:X01", 350, 140, 20),
        ("force:X02", 250, 100, 10),
        ("system:x01-crime", 350, 140, 20),
        ("system:x02-custody", 250, 100, 10),
    ):
        rows += [
            row(f"gap-filled-{SDE}", filled, gaps, area=area, **joined),
            row(f"gap-conflict-{SDE}", disputed, gaps, area=area, **joined),
        ]
    rows += [
        row(f"gap-filled-{NATIONALITY}", 210, 700, **joined),
        row(f"gap-conflict-{NATIONALITY}", 70, 700, **joined),
    ]
    people = {"population": "everyone identified", "unit": "person", "method": PEOPLE, "assumption": LINK}
    rows += [row(f"conflict-{SDE}", 12, 300, **people), row(f"conflict-pair-{SDE}", 4, 300, group="A2 / W1", **people)]
    for group, own, after, persons in (
        ("White", 280, 440, 300),
        ("Mixed", 20, 30, 20),
        ("Asian", 60, 110, 70),
        ("Black", 30, 45, 30),
        ("Other", 10, 15, 10),
    ):
        share = {"group": group, "measure": f"share-{SDE}"}
        rows += [row(numerator=own, denominator=1000, unknown=600, **share)]
        rows += [row(numerator=after, denominator=1000, unknown=360, **share, **joined)]
        rows += [
            row(numerator=persons, denominator=640, unknown=210, **share, unit="person", method=PEOPLE, assumption=LINK)
        ]
    for area, persons, records in (("all", 1500, 2500), ("force:X01", 900, 1300), ("force:X02", 800, 1200)):
        rows += [row("people", persons, records, share=False, area=area, **people)]
    rows += [row("people-suspected", 640, 1000, share=False, **{**people, "population": "suspects"})]
    rows += [
        row("people-in-several-systems", 450, 1500, **people),
        row("people-in-several-forces", 150, 1500, **people),
    ]
    sent = {"population": "rows sent", "unit": "row", "method": COUNT}
    for area, returned, marked, number in (
        ("all", 125, 50, 2675),
        ("system:x01-crime", 100, 50, 1400),
        ("system:x02-custody", 25, 0, 1275),
    ):
        rows += [row("returned", returned, number, area=area, **sent), row("marked", marked, number, area=area, **sent)]
    rows += [
        row("returned", 125, 2675, group="dob-future", **sent),
        row("marked", 50, 2675, group="name-title", **sent),
    ]
    return rows


def keyed_rows(name: str = "crime reference") -> Rows:
    pairs = {"population": name, "unit": "pair", "method": COUNT, "assumption": KEY, "group": "sex"}
    return [
        row("agreement", 380, 400, 15, **pairs),
        row("keyed-gap-filled", 8, 12, **pairs),
        row("keyed-conflict", 5, 385, **pairs),
    ]


def table(rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=FIGURES.schema)


def returned(rule: str, severity: str, message: str, remedy: str) -> dict[str, Any]:
    return {
        "source_file": "x/a.csv",
        "source_row": 2,
        "rule": rule,
        "severity": severity,
        "message": message,
        "remedy": remedy,
    }


ALL_PAIRS = PairCounts(true=1000, joined=970, right=952)
"""Precision 952/970, 98.1%; recall 952/1000, 95.2%; F1 2 * 952 / (970 + 1000), 0.966; false links 18/970, 1.9%."""


def group(by: str, name: str, pairs: PairCounts, recall: bool | None, false_links: bool | None) -> GroupTruth:
    """A group with its verdicts as given, and intervals of a point either way."""
    shares = (
        (pairs.recall, ALL_PAIRS.recall, recall),
        (1 - pairs.precision, 1 - ALL_PAIRS.precision, false_links),
    )
    return GroupTruth(by, name, pairs, *(
        GroupShare(share, max(share - 0.01, 0), min(share + 0.01, 1), share - whole, kept)
        for share, whole, kept in shares
    ))  # fmt: skip


def sample_groups() -> tuple[GroupTruth, ...]:
    """One group of each kind; one breaks both promises, one is too small to tell."""
    return (
        group("ethnic group", "Asian", PairCounts(500, 480, 467), True, True),  # recall 93.4%, 95.2 - 1.8
        group("ethnic group", "Black", PairCounts(200, 190, 180), False, False),  # recall 90.0%; 10 of 190 wrong, 5.3%
        group("ethnicity", "A1", PairCounts(300, 294, 288), True, True),
        group("name origin", "yoruba", PairCounts(120, 116, 114), True, True),
        group("sex", "F", PairCounts(400, 388, 381), True, True),
        group("age", "0 to 11", PairCounts(99, 60, 50), None, None),
        group("force", "X01", PairCounts(700, 680, 667), True, True),
        group("system", "x01-crime", PairCounts(650, 630, 619), True, True),
    )


@pytest.fixture(scope="session")
def run() -> ReportInput:
    returns = [
        returned("dob-future", "returned", "The birth date is in the future.", "Check the date."),
        returned("name-title", "marked", "The name starts with a title.", "Take it out."),
    ]
    return ReportInput(
        name="Smallshire",
        invented=True,
        made_at=datetime(2026, 3, 1, 9, 5, tzinfo=UTC),
        figures=table(sample_rows()),
        returns=pa.Table.from_pylist(returns, schema=RETURNS.schema),
        sources=(Source("x01-crime", "crime recording", "X01", 1400), Source("x02-custody", "custody", "X02", 1275)),
        threshold=12.0,
        versions={"Joinedup": "0.1.0"},
        truth=Truth(ALL_PAIRS, 1480, sample_groups()),
    )


@pytest.fixture
def with_figure(run: ReportInput) -> Callable[..., ReportInput]:
    """The run with one figure's numerator changed: `with_figure("people", 999, area="all")`."""

    def change(measure: str, numerator: int, **where: str) -> ReportInput:
        wanted = {"measure": measure, "stage": "all", "period": "all", "area": "all", "group": "all", **where}
        rows = sample_rows()
        found = [r for r in rows if all(r[name] == value for name, value in wanted.items())]
        assert len(found) == 1
        found[0]["numerator"] = numerator
        if found[0]["lower"] is not None:
            found[0]["lower"] = numerator / found[0]["denominator"]
            found[0]["upper"] = (numerator + found[0]["unknown"]) / found[0]["denominator"]
        return replace(run, figures=table(rows))

    return change


@pytest.fixture
def with_rows(run: ReportInput) -> Callable[[Rows], ReportInput]:
    """The run with further figures."""
    return lambda rows: replace(run, figures=table([*sample_rows(), *rows]))


@pytest.fixture
def keyed_join() -> Callable[[str], Rows]:
    """Figures of one join by key, named as asked."""
    return keyed_rows


@pytest.fixture
def times() -> Callable[[ReportInput, int], ReportInput]:
    """The run with every count multiplied, its shares as they were."""

    def multiply(run: ReportInput, factor: int) -> ReportInput:
        rows = run.figures.to_pylist()
        counts = ("numerator", "denominator", "unknown")
        return replace(run, figures=table([{**r, **{name: r[name] * factor for name in counts}} for r in rows]))

    return multiply


@pytest.fixture(scope="session")
def html(run: ReportInput) -> str:
    """The page of the run, with a join by key."""
    return render(replace(run, figures=table([*sample_rows(), *keyed_rows()])))
