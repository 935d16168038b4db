"""Published figures: bounds and verdicts of three tables of suspects, and of Vermont's offenders, to the digit."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from joinedup.statistics.bounds import ShareBounds, bound_share
from joinedup.statistics.joint import bound_contrast, can_be_at_once, coarse
from joinedup.statistics.link_error import Filled, LinkError, bound_linked_share
from joinedup.statistics.verdicts import verdict_of

pytestmark = pytest.mark.shared

SUSPECTS = 10_000  # the tables are shares; as counts of this many, each is whole
ALWAYS, INSUFFICIENT = "holds whatever the missing values are", "data insufficient"


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((shared / "data" / "statistics" / "bounds_cases.json").read_text("utf-8"))
    return {case["id"]: case for case in found["cases"]}


def counts_of(case: dict[str, Any]) -> dict[str, int]:
    """Suspects by group; whatever the table does not name is another answer."""
    unknown = case.get("remainder_other_or_unknown", case.get("shares", {}).get("unknown", 0))
    shares = {name: share for name, share in case.get("shares", {}).items() if name != "unknown"}
    if "among_recorded" in case:
        unknown = 1 - case["recorded_fraction"]
        shares = {name: share * case["recorded_fraction"] for name, share in case["among_recorded"].items()}
    counts = {name: round(SUSPECTS * share) for name, share in shares.items()} | {"unknown": round(SUSPECTS * unknown)}
    return counts | {"another": SUSPECTS - sum(counts.values())}


def bounds_of(case: dict[str, Any], group: str) -> ShareBounds:
    return bound_share(counts_of(case), group, missing={"unknown"})


@pytest.mark.parametrize("name", ["cocad-2023", "gmp-mvmo", "gmp-all-csa"])
def test_bounds_and_shares_of_those_known(cases: dict[str, dict[str, Any]], name: str) -> None:
    case = cases[name]
    jointly = coarse(counts_of(case), missing={"unknown"})
    for group, ends in case["expected_bounds"].items():
        bounds = bounds_of(case, group)
        assert [round(bounds.lower, 4), round(bounds.upper, 4)] == ends, group
        together = bound_contrast(jointly, {group: 1})
        assert (together.lower, together.upper) == (bounds.lower, bounds.upper)
    known = case.get("expected_complete_case", case.get("among_recorded", {}))
    for group, share in known.items():
        assert bounds_of(case, group).of_known == pytest.approx(share, abs=5e-5)


def test_the_width_of_any_share_of_the_national_audit(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["national-audit-recording"]
    bounds = bound_share({"any": 5, "other": 32, "unknown": 63}, "any", missing={"unknown"})
    assert bounds.recorded / bounds.total == case["recorded_fraction"]
    assert bounds.upper - bounds.lower == pytest.approx(case["expected"]["width_of_any_share_interval"])


def above(bounds: ShareBounds, benchmark: float) -> str:
    return {"holds": ALWAYS, "insufficient": INSUFFICIENT}[verdict_of(bounds.lower, bounds.upper, benchmark)]


def below(bounds: ShareBounds, benchmark: float) -> str:
    return {"holds": ALWAYS, "insufficient": INSUFFICIENT}[verdict_of(-bounds.upper, -bounds.lower, -benchmark)]


def test_verdicts_on_the_national_table_of_2023(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["cocad-2023"]
    residents, asian = case["benchmark_England_Wales_2021"], bounds_of(case, "Asian")
    verdicts = {
        "White is the majority (>50%) of suspects": above(bounds_of(case, "White"), 0.5),
        "Asian over-represented against England and Wales": above(asian, residents["Asian"]),
        "Asian under-represented against England and Wales": below(asian, residents["Asian"]),
    }
    # "No ethnicity stands out" is right if all groups may be as residents are, and wrong if they need not be.
    jointly = coarse(counts_of(case), missing={"unknown"})
    assert can_be_at_once(jointly, residents, residents)
    assert can_be_at_once(jointly, {"Asian": 0.68})
    verdicts["no ethnicity stands out against population data"] = INSUFFICIENT
    assert verdicts == case["expected_verdicts"]


def test_verdicts_on_greater_manchester(cases: dict[str, dict[str, Any]]) -> None:
    groups = cases["gmp-mvmo"]
    area, city = groups["benchmarks"].values()
    asian = bounds_of(groups, "Asian")
    assert list(groups["expected_verdicts"].values()) == [above(asian, area["Asian"]), above(asian, city["Asian"])]
    every = cases["gmp-all-csa"]
    asian, white = bounds_of(every, "Asian"), bounds_of(every, "White")
    expected = list(every["expected_verdicts"].values())
    assert expected[:2] == [above(asian, area["Asian"]), above(asian, city["Asian"])]
    # White: 76% at most beside 76.4% would settle it, but shares in whole per cents may be half a point off.
    half = 0.005
    assert verdict_of(-white.upper, -white.lower, -area["White"]) == "holds"
    assert verdict_of(-(white.upper + half), -(white.lower - half), -area["White"]) == "insufficient"
    assert expected[2].startswith(INSUFFICIENT)


# Vermont 2024: two tables about the same people


def table(shared: Path, name: str) -> list[dict[str, str]]:
    path = shared / "data" / "police" / "nibrs_vt_2024" / f"nibrs_{name}.csv.gz"
    with gzip.open(path, "rt", newline="") as stream:
        return list(csv.DictReader(stream))


HISPANIC, MISSING_ETHNICITY, WHITE, MISSING_RACE = "10", {"40", "50", ""}, "10", {"98", "99", ""}


@pytest.fixture(scope="module")
def offenders(shared: Path) -> list[dict[str, str]]:
    return [row for row in table(shared, "offender") if row["offender_seq_num"] != "0"]


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data" / "statistics" / "nibrs_vt_2024_expected.json").read_text())
    return found


@pytest.mark.parametrize(
    ("field", "code", "missing", "key"),
    [
        ("ethnicity_id", HISPANIC, MISSING_ETHNICITY, "hispanic_share_known_offenders_bounds"),
        ("race_id", WHITE, MISSING_RACE, "white_share_known_offenders_bounds"),
    ],
)
def test_bounds_among_known_offenders(offenders, expected, field, code, missing, key) -> None:
    counts = Counter("missing" if row[field] in missing else row[field] for row in offenders)
    bounds = bound_share(counts, code, missing={"missing"})
    assert bounds.total == expected["known_offenders"]
    assert [round(bounds.lower, 5), round(bounds.upper, 5)] == expected[key]


def test_arrest_records_fill_gaps_and_some_may_be_somebody_elses(shared, offenders, expected) -> None:
    """One offender and one arrestee of an incident are taken for one person; two in a hundred need not be."""
    arrestees = table(shared, "arrestee")
    alone, arrested = (Counter(row["incident_id"] for row in rows) for rows in (offenders, arrestees))
    theirs = {row["incident_id"]: row["ethnicity_id"] for row in arrestees if arrested[row["incident_id"]] == 1}
    found: Counter[tuple[bool, bool] | None] = Counter()
    for row in offenders:
        own = row["ethnicity_id"] not in MISSING_ETHNICITY
        other = theirs.get(row["incident_id"], "") if alone[row["incident_id"]] == 1 else ""
        held = row["ethnicity_id"] if own else other
        found[None if held in MISSING_ETHNICITY else (own, held == HISPANIC)] += 1
    counts = Filled(
        own=found[True, True], own_other=found[True, False],
        filled=found[False, True], filled_other=found[False, False], unknown=found[None],
    )  # fmt: skip
    assert counts.links == expected["ethnicity_recovered_from_arrestee"]
    assert counts.filled == expected["hispanic_arrestees_in_recovered"]
    share = bound_linked_share(counts, LinkError(false=0.02, missed=0.0))
    assert [round(share.before.lower, 5), round(share.before.upper, 5)] == [0.00029, 0.98914]
    assert share.joined.least == (3 + 97, 10_499)
    assert share.wrong == 94  # 2% of 4,718
    assert share.with_error.least == (3 + 97 - 94, 10_499)
    assert share.with_error.most == (3 + 97 + 94 + 5_664, 10_499)
