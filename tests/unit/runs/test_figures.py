"""Figures of a run: worked cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from joinedup.codes import code_list
from joinedup.errors import StatisticsError
from joinedup.statistics.methods import JOINED, LINK, OWN, PEOPLE


def record(record_id: str, **values: Any) -> dict[str, Any]:
    system, local_id = record_id.split(":")
    return {"record_id": record_id, "system": system, "force": system[:3].upper(), "local_id": local_id, **values}


def role(record_id: str, **values: Any) -> dict[str, Any]:
    return {"crime_id": "a:1", "record_id": record_id, "role": "suspect", **values}


def find(figures: pa.Table, measure: str, **where: str) -> dict[str, Any]:
    """The one row of `measure`, with `all` in each column that is not named."""
    wanted = {"measure": measure, "stage": "all", "period": "all", "area": "all", "group": "all", **where}
    found = [row for row in figures.to_pylist() if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} rows of {wanted}"
    return found[0]


def counts(figures: pa.Table, measure: str, **where: str) -> tuple[int, int]:
    row = find(figures, measure, **where)
    return row["numerator"], row["denominator"]


def test_a_suspect_record_is_counted_once_at_its_furthest_stage_and_in_its_earliest_crimes_year(figures_of):
    figures = figures_of(
        records=[record("a:1", recorded_on=date(2020, 1, 1))],
        crimes=[
            {"crime_id": "a:1", "recorded_on": date(2015, 1, 1)},
            {"crime_id": "a:2", "recorded_on": date(2014, 12, 31)},
        ],
        roles=[role("a:1", stage="interviewed"), role("a:1", crime_id="a:2", role="offender", stage="charged")],
    )
    assert counts(figures, "missing-self-defined-ethnicity") == (1, 1)
    assert counts(figures, "missing-self-defined-ethnicity", stage="charged") == (1, 1)
    assert counts(figures, "missing-self-defined-ethnicity", period="2014") == (1, 1)
    assert "interviewed" not in figures["stage"].to_pylist()


def test_victims_and_people_described_but_not_known_are_not_suspect_records(figures_of):
    figures = figures_of(
        records=[record("a:1"), record("a:2"), record("a:3"), record("a:4")],
        roles=[role("a:1", role="victim"), role("a:2", identified=False), role("a:3", identified=True), role("a:4")],
    )
    assert counts(figures, "missing-nationality") == (2, 2)


def test_convicted_is_further_than_acquitted_and_a_stage_nobody_gave_is_said_to_be_so(figures_of):
    figures = figures_of(
        records=[record("a:1"), record("a:2")],
        roles=[role("a:1", stage="convicted"), role("a:1", crime_id="a:2", stage="acquitted"), role("a:2")],
    )
    assert counts(figures, "missing-nationality", stage="convicted") == (1, 1)
    assert counts(figures, "missing-nationality", stage="not recorded") == (1, 1)


def test_without_a_crime_the_year_is_the_records_own_and_without_a_day_it_is_not_recorded(figures_of):
    figures = figures_of(
        records=[record("a:1", recorded_on=date(2019, 5, 5)), record("a:2")], roles=[role("a:1"), role("a:2")]
    )
    assert counts(figures, "missing-nationality", period="2019") == (1, 1)
    assert counts(figures, "missing-nationality", period="not recorded", area="force:A") == (1, 1)


def test_a_refusal_is_missing_with_its_reason_and_a_code_of_no_list_is_unmapped(figures_of):
    figures = figures_of(
        records=[
            record("a:1", self_defined_ethnicity="NS"),
            record("a:2", self_defined_ethnicity="??"),
            record("a:3", self_defined_ethnicity_reason="not_asked"),
            record("a:4"),
            record("a:5", self_defined_ethnicity="A2"),
        ],
        roles=[role(f"a:{n}") for n in range(1, 6)],
    )
    assert counts(figures, "missing-self-defined-ethnicity") == (4, 5)
    for reason in ("refused", "unmapped", "not_asked", "not_recorded"):
        assert counts(figures, "reason-self-defined-ethnicity", group=reason) == (1, 5)


def test_an_empty_list_of_nationalities_is_missing(figures_of):
    figures = figures_of(
        records=[record("a:1", nationalities=[], nationality_reason="refused"), record("a:2", nationalities=["GBR"])],
        roles=[role("a:1"), role("a:2")],
    )
    assert counts(figures, "missing-nationality") == (1, 2)
    assert counts(figures, "reason-nationality", group="refused") == (1, 2)


def test_the_officers_view_is_counted_and_fills_nothing(figures_of):
    figures = figures_of(
        records=[
            record("a:1", observed_ethnicity="4"),
            record("a:2", observed_ethnicity="0"),
            record("b:1", observed_ethnicity="4"),
        ],
        clusters={"a:1": "p", "a:2": "p", "b:1": "p"},
        roles=[role("a:1"), role("a:2")],
    )
    assert counts(figures, "recovered-from-observed") == (1, 2)
    assert counts(figures, "gap-filled-self-defined-ethnicity") == (0, 2)
    assert find(figures, "share-self-defined-ethnicity", group="Asian", method=JOINED)["unknown"] == 2


def test_another_systems_agreed_value_fills_a_gap_and_disagreement_does_not(figures_of):
    figures = figures_of(
        records=[
            record("a:1"),
            record("b:1", self_defined_ethnicity="A2"),
            record("c:1", self_defined_ethnicity="A2"),
            record("a:2"),
            record("b:2", self_defined_ethnicity="A2"),
            record("c:2", self_defined_ethnicity="W1"),
            record("a:3"),
            record("a:4", self_defined_ethnicity="B1"),
            record("a:5"),
        ],
        clusters={"a:1": "p", "b:1": "p", "c:1": "p", "a:2": "q", "b:2": "q", "c:2": "q", "a:3": "r", "a:4": "r"},
        roles=[role(f"a:{n}") for n in (1, 2, 3, 5)],
    )
    filled, disputed = "gap-filled-self-defined-ethnicity", "gap-conflict-self-defined-ethnicity"
    assert counts(figures, filled) == (1, 4)  # a:3's value stands in the same system, and a:5 is alone
    assert counts(figures, disputed) == (1, 4)
    assert find(figures, filled)["assumption"] == LINK
    assert find(figures, "share-self-defined-ethnicity", group="Asian", method=OWN)["lower"] == 0 / 4
    joined = find(figures, "share-self-defined-ethnicity", group="Asian", method=JOINED)
    assert (joined["numerator"], joined["unknown"], joined["lower"], joined["upper"]) == (1, 3, 1 / 4, (1 + 3) / 4)
    person = find(figures, "share-self-defined-ethnicity", group="Asian", method=PEOPLE)
    assert (person["unit"], person["numerator"], person["unknown"], person["denominator"]) == ("person", 1, 2, 4)


def test_nationalities_agree_when_they_name_the_same_countries_in_any_order(figures_of):
    figures = figures_of(
        records=[
            record("a:1"),
            record("b:1", nationalities=["PAK", "GBR"]),
            record("c:1", nationalities=["GBR", "PAK", "GBR"]),
            record("a:2"),
            record("b:2", nationalities=["GBR"]),
            record("c:2", nationalities=["GBR", "PAK"]),
        ],
        clusters={"a:1": "p", "b:1": "p", "c:1": "p", "a:2": "q", "b:2": "q", "c:2": "q"},
        roles=[role("a:1"), role("a:2")],
    )
    assert counts(figures, "gap-filled-nationality") == (1, 2)
    assert counts(figures, "gap-conflict-nationality") == (1, 2)


def test_people_who_gave_different_answers_are_counted_pair_by_pair(figures_of):
    codes = ["W1", "A2", "B1", "A2", "A2", "M1"]
    figures = figures_of(
        records=[record(f"a:{n}", self_defined_ethnicity=code) for n, code in enumerate(codes)],
        clusters={"a:0": "p", "a:1": "p", "a:2": "p", "a:3": "q", "a:4": "q", "a:5": "r"},
    )
    assert counts(figures, "conflict-self-defined-ethnicity") == (1, 2)  # p differs, q agrees, r answered once
    for pair in ("A2 / B1", "A2 / W1", "B1 / W1"):
        assert counts(figures, "conflict-pair-self-defined-ethnicity", group=pair) == (1, 2)


def test_people_are_fewer_than_records_and_seen_in_several_systems_and_forces(figures_of):
    figures = figures_of(
        records=[record("x01-crime:1"), record("x01-custody:1"), record("x02-crime:1"), record("x02-crime:2")],
        clusters={"x01-crime:1": "p", "x01-custody:1": "p", "x02-crime:1": "q", "x02-crime:2": "q"},
        roles=[role("x01-crime:1"), role("x01-custody:1")],
    )
    assert counts(figures, "people") == (2, 4)
    assert counts(figures, "people", area="force:X01") == (1, 2)
    assert counts(figures, "people-suspected") == (1, 2)
    assert counts(figures, "people-in-several-systems") == (1, 2)
    assert counts(figures, "people-in-several-forces") == (0, 2)
    assert find(figures, "people")["lower"] is None


def returned(
    row: int, rule: str, severity: str = "returned", column: str = "dob", file: str = "a/x.csv"
) -> dict[str, Any]:
    return {
        "source_file": file,
        "source_row": row,
        "table": "person_records",
        "column": column,
        "rule": rule,
        "severity": severity,
    }


def test_rows_are_counted_once_a_rule_and_once_in_all_and_marked_rows_are_among_the_accepted(figures_of):
    figures = figures_of(
        returns=[
            returned(2, "dob-future"),
            returned(2, "dob-future", column="died_on"),
            returned(2, "dob-future") | {"table": "roles"},
            returned(2, "name-title"),
            returned(2, "wording", "marked"),
            returned(3, "wording", "marked"),
            returned(2, "dob-future", file="b/y.csv"),
        ],
        rows_sent={"a": 100, "bee": 50},
        folders={"b": "bee"},
    )
    assert counts(figures, "returned", group="dob-future") == (2, 150)
    assert counts(figures, "returned", group="dob-future", area="system:a") == (1, 100)
    assert counts(figures, "returned") == (2, 150)
    assert counts(figures, "returned", area="system:bee") == (1, 50)
    assert counts(figures, "marked", group="wording") == (1, 150)
    assert counts(figures, "marked", area="system:bee") == (0, 50)


def test_more_rows_returned_than_sent_is_refused(figures_of):
    with pytest.raises(StatisticsError):
        figures_of(returns=[returned(2, "dob-future"), returned(3, "dob-future")], rows_sent={"a": 1})


def test_a_join_by_key_is_measured_column_by_column(figures_of):
    figures = figures_of(
        records=[
            record("a:1", sex="M", observed_ethnicity="1"),
            record("b:1", sex="M", observed_ethnicity="3"),
            record("a:2", sex="0"),
            record("b:2", sex="F"),
            record("a:3"),
            record("b:3"),
        ],
        roles=[
            role("a:1", stated_age=20),
            role("b:1", stated_age=20),
            role("a:2", stated_age=30),
            role("a:2", crime_id="a:2", stated_age=31),
        ],
        keyed=[{"record_id_l": f"a:{n}", "record_id_r": f"b:{n}"} for n in (1, 2, 3)],
    )
    sex = find(figures, "agreement", group="sex", population="by crime")
    assert (sex["numerator"], sex["denominator"], sex["unknown"]) == (1, 3, 2)
    assert (sex["lower"], sex["upper"]) == (1 / 3, (1 + 2) / 3)
    assert counts(figures, "keyed-gap-filled", group="sex") == (1, 2)
    assert counts(figures, "keyed-conflict", group="sex") == (0, 1)
    assert counts(figures, "keyed-conflict", group="observed_ethnicity") == (1, 1)
    assert counts(figures, "agreement", group="stated_age") == (1, 3)


def test_nobody_gives_counts_of_zero_and_no_share(figures_of):
    figures = figures_of()
    row = find(figures, "missing-self-defined-ethnicity")
    assert (row["numerator"], row["denominator"], row["lower"], row["suppressed"]) == (0, 0, None, False)
    assert find(figures, "share-self-defined-ethnicity", group="Other", method=OWN)["upper"] is None
    assert counts(figures, "gap-filled-nationality") == (0, 0)


@pytest.mark.parametrize(("missing", "suppressed"), [(0, False), (1, True), (9, True), (10, False)])
def test_counts_of_one_to_nine_are_marked_as_not_to_leave(figures_of, missing, suppressed):
    held = [record(f"a:{n}", self_defined_ethnicity=None if n < missing else "A2") for n in range(20)]
    figures = figures_of(records=held, roles=[role(f"a:{n}") for n in range(20)])
    assert find(figures, "missing-self-defined-ethnicity")["suppressed"] is suppressed


def test_a_denominator_below_ten_is_marked_too(figures_of):
    figures = figures_of(records=[record("a:1", self_defined_ethnicity="A2")], roles=[role("a:1")])
    assert find(figures, "missing-self-defined-ethnicity")["suppressed"] is True


def test_a_projects_own_list_is_shared_out_by_its_own_labels(figures_of, tmp_path):
    (tmp_path / "nibrs.csv").write_text("code,label,reason\nH,Hispanic,\nN,Not Hispanic,\nU,Unknown,not_known\n")
    figures = figures_of(
        records=[record("a:1", self_defined_ethnicity="H"), record("a:2", self_defined_ethnicity="U")],
        roles=[role("a:1"), role("a:2")],
        lists={"self_defined_ethnicity": code_list("nibrs", tmp_path)},
    )
    assert counts(figures, "share-self-defined-ethnicity", group="Hispanic", method=OWN) == (1, 2)
    assert counts(figures, "share-self-defined-ethnicity", group="Not Hispanic", method=OWN) == (0, 2)
    assert counts(figures, "reason-self-defined-ethnicity", group="not_known") == (1, 2)


def test_keeping_frames_changes_no_figure(figures_of):
    records = [record(f"{'ab'[n % 2]}:{n}", self_defined_ethnicity=[None, "A2", "W1"][n % 3]) for n in range(12)]
    run = {
        "records": records,
        "roles": [role(r["record_id"]) for r in records],
        "clusters": {r["record_id"]: f"p{i % 5}" for i, r in enumerate(records)},
    }
    assert figures_of(**run).equals(figures_of(**run, kept=False))
