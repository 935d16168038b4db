"""The ledger of 24 claims on real searches: bounds and verdicts before and after joining, without and with chance."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup.codes import code_list
from joinedup.errors import StatisticsError
from joinedup.statistics import soundness
from joinedup.statistics.bounds import ShareBounds, bound_share
from joinedup.statistics.restrictions import same_whatever
from joinedup.statistics.sampling import with_chance
from joinedup.statistics.verdicts import verdict_of

pytestmark = pytest.mark.shared

Rows = list[dict[str, Any]]
GROUPS = ("Asian", "Black", "Mixed", "White", "Other")
WORDS = {
    "sd": {"holds": "holds whatever the missing values are"},
    "jn": {"holds": "holds under stated assumption (officer-observed stands in for missing self-defined)"},
}
REFUSED = "data insufficient (source fails its completeness check)"
COUNTED = {"insufficient": "data insufficient", "contradicted": "contradicted"}


def said(row: dict[str, Any]) -> str | None:
    """The group that the person named. Each record keeps its own list: in the older one Chinese is under Other."""
    text = row["self_defined_ethnicity"]
    if not text or "not stated" in text.lower():
        return None
    return next((group for group in GROUPS if text.startswith(group)), "Other")


@pytest.fixture(scope="module")
def searches(shared: Path) -> dict[str, Rows]:
    """Searches of persons, by force."""
    rows = pq.read_table(shared / "data" / "police" / "uk_stop_search_share.parquet").to_pylist()
    by_force: dict[str, Rows] = defaultdict(list)
    for row in rows:
        if "Person" in row["type"]:
            by_force[row["force"]].append({**row, "sd": said(row), "of": row["officer_defined_ethnicity"] or None})
    return by_force


@pytest.fixture(scope="module")
def residents(shared: Path) -> dict[str, Counter[str]]:
    """Residents by force and group, Census 2021."""
    by_force: dict[str, Counter[str]] = defaultdict(Counter)
    with gzip.open(shared / "data" / "census" / "derived_pfa_ethnic19_by_sex.csv.gz", "rt", newline="") as stream:
        for row in csv.DictReader(stream):
            by_force[row["pfa_name"].lower().replace(" ", "-")][row["ethnic5"]] += float(row["population"])
    return by_force


@pytest.fixture(scope="module")
def unsound(searches: dict[str, Rows]) -> set[str]:
    """Forces whose self-defined ethnicity is found to be too complete: no verdict may rest on it."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for force, rows in searches.items():
        for row in rows:
            held = code_list("sde-text").translate(row["self_defined_ethnicity"])
            counts[force, "self_defined_ethnicity", row["month"], held.code, held.reason] += 1
    names = ("sender", "column", "period", "value", "reason")
    schema = pa.schema([(name, pa.string()) for name in names]).append(pa.field("count", pa.int64()))
    table = pa.Table.from_pylist([dict(zip(names, key, strict=True), count=n) for key, n in counts.items()], schema)
    return {one.sender for one in soundness(table) if one.kind != "break"}


def bounds_of(rows: Rows, group: str, way: str) -> ShareBounds:
    """Before joining what the person said; after it, where that is missing, what the officer saw."""
    groups = (row["sd"] or (row["of"] if way == "jn" else None) or "missing" for row in rows)
    return bound_share({group: 0, "missing": 0} | Counter(groups), group, missing={"missing"})


def ledger(name: str, shared: Path) -> Iterator[dict[str, str]]:
    with (shared / "data" / "statistics" / name).open(newline="") as stream:
        yield from csv.DictReader(stream)


@pytest.fixture(scope="module")
def claims(
    shared: Path, searches: dict[str, Rows], residents: dict[str, Counter[str]], unsound: set[str]
) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Each row of the expected ledger beside the same columns as they come out here."""
    found = []
    for row in ledger("ledger_stop_search_share_expected.csv", shared):
        people = residents[row["force"]]
        benchmark = people[row["group"]] / people.total()
        ours: dict[str, Any] = {"n_person_searches": len(searches[row["force"]]), "population_share": benchmark,
                                "source_intact": str(row["force"] not in unsound)}  # fmt: skip
        for way in ("sd", "jn"):
            bounds = bounds_of(searches[row["force"]], row["group"], way)
            ours |= {f"{way}_{key}": value for key, value in columns(bounds, benchmark).items()}
        found.append((row, ours))
    return found


def columns(bounds: ShareBounds, benchmark: float) -> dict[str, Any]:
    limits = with_chance(bounds)
    return {
        "known_in_group": bounds.held,
        "unknown": bounds.unknown,
        "lower": bounds.lower,
        "upper": bounds.upper,
        "complete_case": bounds.of_known,
        "verdict": verdict_of(bounds.lower, bounds.upper, benchmark),
        "lower_wilson95": limits.lower,
        "upper_wilson95": limits.upper,
        "verdict_with_sampling": verdict_of(limits.lower, limits.upper, benchmark),
    }


def worded(way: str, verdict: str, intact: str, unchanged: bool) -> str:
    """A verdict in the words of the ledger; where joining filled nothing it rests on no assumption."""
    if intact == "False":
        return REFUSED
    return (WORDS["sd" if unchanged else way] | COUNTED)[verdict]


def test_every_column_of_all_24_claims(claims: list[tuple[dict[str, str], dict[str, Any]]]) -> None:
    assert len(claims) == 24
    for expected, ours in claims:
        unchanged = ours["sd_unknown"] == ours["jn_unknown"]
        for column, value in ours.items():
            if "verdict" in column:
                assert worded(column[:2], value, ours["source_intact"], unchanged) == expected[column], column
            elif isinstance(value, float):
                assert round(value, 5) == float(expected[column]), (expected["force"], expected["group"], column)
            else:
                assert str(value) == expected[column], (expected["force"], expected["group"], column)


def tally(claims: list[tuple[dict[str, str], dict[str, Any]]], column: str) -> Counter[str]:
    words = Counter[str]()
    for _, ours in claims:
        unchanged = ours["sd_unknown"] == ours["jn_unknown"]
        words[worded(column[:2], ours[column], ours["source_intact"], unchanged)] += 1
    return words


def test_how_many_claims_hold_before_and_after_joining_without_and_with_chance(
    claims: list[tuple[dict[str, str], dict[str, Any]]],
) -> None:
    always, joined, insufficient = WORDS["sd"]["holds"], WORDS["jn"]["holds"], COUNTED["insufficient"]
    assert tally(claims, "sd_verdict") == {always: 15, insufficient: 7, REFUSED: 2}
    assert tally(claims, "sd_verdict_with_sampling") == {always: 11, insufficient: 11, REFUSED: 2}
    assert tally(claims, "jn_verdict") == {always: 2, joined: 17, insufficient: 2, "contradicted": 1, REFUSED: 2}
    assert tally(claims, "jn_verdict_with_sampling") == {always: 2, joined: 13, insufficient: 7, REFUSED: 2}


def test_the_one_contradiction_goes_when_chance_counts(
    claims: list[tuple[dict[str, str], dict[str, Any]]],
) -> None:
    """Durham: 5 of 295 searched people are Asian, of whom 1.715% of residents are."""
    intact = [ours for _, ours in claims if ours["source_intact"] == "True"]
    [durham] = [ours for ours in intact if ours["jn_verdict"] == "contradicted"]
    assert (durham["jn_known_in_group"], durham["n_person_searches"]) == (5, 295)
    assert durham["jn_verdict_with_sampling"] == "insufficient"


def by_month(rows: Rows, group: str) -> dict[str, ShareBounds]:
    months: dict[str, Rows] = defaultdict(list)
    for row in rows:
        months[row["month"]].append(row)
    return {month: bounds_of(some, group, "sd") for month, some in months.items()}


def test_a_share_that_is_the_same_in_every_month_is_closer_or_refused(searches: dict[str, Rows]) -> None:
    """In North Wales 7 to 29% is missing by month; in Greater Manchester months differ, perhaps by chance."""
    found = same_whatever(by_month(searches["north-wales"], "Asian"), "month")
    assert found.worst == bounds_of(searches["north-wales"], "Asian", "sd")
    assert (round(found.worst.lower, 3), round(found.worst.upper, 3)) == (0.009, 0.151)
    assert (round(found.lower, 3), round(found.upper, 3)) == (0.025, 0.074)
    assert (round(found.limits.lower, 3), round(found.limits.upper, 3)) == (0.013, 0.112)
    with pytest.raises(StatisticsError, match="No share lies between the ends of every month"):
        same_whatever(by_month(searches["greater-manchester"], "Asian"), "month")


def test_missing_recovered_and_bounds_by_force(shared: Path, searches: dict[str, Rows]) -> None:
    checked = 0
    for row in ledger("stop_search_share_recovery_expected.csv", shared):
        rows = searches[row["force"]]
        missing = [one for one in rows if one["sd"] is None]
        both = [one for one in rows if one["sd"] and one["of"]]
        agree = sum(one["sd"] == one["of"] for one in both) / len(both) if both else None
        n = len(rows)
        ours = {
            "n_person": n,
            "sd_missing_n": len(missing),
            "sd_missing_incl_NS": len(missing) / n,
            "of_missing": sum(one["of"] is None for one in rows) / n,
            "recovered_from_officer": sum(one["of"] is not None for one in missing),
            "both_missing": sum(one["of"] is None for one in missing) / n,
            "agree_when_both": agree,
        }
        for group, way in (("Asian", "sd"), ("Asian", "join"), ("Black", "join")):
            bounds = bounds_of(rows, group, "jn" if way == "join" else way)
            ours |= {
                f"{group.lower()}_{end}_{way}": value for end, value in (("lo", bounds.lower), ("hi", bounds.upper))
            }
        assert set(row) == {*ours, "force"}
        for column, value in ours.items():
            expected = float(row[column]) if row[column] else None
            assert (value if value is None else round(value, 4)) == expected, (row["force"], column)
        checked += 1
    assert checked == 13
