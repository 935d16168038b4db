"""Clusters beside the truth: pairs in all and by group, and whether the promises of fairness hold."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from joinedup.releases import Truth
from joinedup.releases.inputs import PairCounts
from joinedup.runs.fairness import age_band, judged, unfair, wilson
from joinedup.runs.truth import compare_with_truth

Rows = list[dict[str, Any]]


def compared(folder: Path, records: Rows, people: Rows | None = None, lost: Rows = ()) -> Truth:
    """records: record_id, person_id, true_person and what else the truth says of them. lost: not in the clusters."""
    clusters, truth = folder / "clusters.parquet", folder / "records.parquet"
    pq.write_table(pa.table({name: [r[name] for r in records] for name in ("record_id", "person_id")}), clusters)
    told = [{k: v for k, v in r.items() if k != "person_id"} for r in [*records, *lost]]
    fields = {name: pa.string() for name in told[0]}
    pq.write_table(pa.Table.from_pylist(told, schema=pa.schema(list(fields.items()))), truth)
    (folder / "people.parquet").unlink(missing_ok=True)
    if people is not None:
        pq.write_table(pa.Table.from_pylist(people, schema=PEOPLE), folder / "people.parquet")
    return compare_with_truth(clusters, truth)


PEOPLE = pa.schema([
    ("true_person", pa.string()), ("ethnicity", pa.string()), ("name_origin", pa.string()), ("sex", pa.string()),
    ("age", pa.int64()),
])  # fmt: skip


def person(name: str, ethnicity: str = "W1", origin: str = "english", sex: str = "F", age: int = 30) -> dict[str, Any]:
    return {"true_person": name, "ethnicity": ethnicity, "name_origin": origin, "sex": sex, "age": age}


def record(number: str, cluster: str, true: str | None, force: str = "X01", system: str = "a") -> dict[str, Any]:
    return {"record_id": number, "person_id": cluster, "true_person": true, "force": force, "system": system}


def pairs(truth: Truth, by: str) -> dict[str, PairCounts]:
    return {group.group: group.pairs for group in truth.groups if group.by == by}


ANN_AND_BO = [
    record("1", "p", "ann", force="X01", system="a"),
    record("2", "p", "ann", force="X01", system="b"),
    record("3", "q", "ann", force="X02", system="b"),
    record("4", "p", "bo", force="X02", system="a"),
    record("5", "r", "bo", force="X02", system="a"),
    record("6", "r", None, force="X01", system="c"),
]
"""Clusters: 1 2 4, 3, 5 6. People: 1 2 3, 4 5; nobody knows whom 6 describes."""


def test_pairs_in_all(tmp_path):
    truth = compared(tmp_path, ANN_AND_BO)
    # true: 12 13 23 of Ann, 45 of Bo; joined: 12 14 24, 56; right: 12
    assert truth.pairs == PairCounts(true=3 + 1, joined=3 + 1, right=1)
    assert (truth.precision, truth.recall, truth.f1) == (1 / 4, 1 / 4, 2 * 1 / (4 + 4))
    assert truth.people == 2


def test_a_pair_belongs_to_the_group_of_either_person(tmp_path):
    truth = compared(tmp_path, ANN_AND_BO, [person("ann", "A1"), person("bo", "B2")])
    assert pairs(truth, "ethnic group") == {
        "Asian": PairCounts(true=3, joined=3, right=1),  # joined: 12 14 24
        "Black": PairCounts(true=1, joined=3, right=0),  # joined: 14 24 56
    }
    assert set(pairs(truth, "ethnicity")) == {"A1", "B2"}


def test_a_pair_belongs_to_the_force_and_system_of_either_record(tmp_path):
    truth = compared(tmp_path, ANN_AND_BO)
    assert pairs(truth, "force") == {
        "X01": PairCounts(true=3, joined=4, right=1),  # records 1 2 6; true: 12 13 23; joined: 12 14 24 56
        "X02": PairCounts(true=3, joined=3, right=0),  # records 3 4 5; true: 13 23 45; joined: 14 24 56
    }
    assert pairs(truth, "system") == {
        "a": PairCounts(true=3, joined=4, right=1),  # records 1 4 5; true: 12 13 45; joined: 12 14 24 56
        "b": PairCounts(true=3, joined=2, right=1),  # records 2 3; true: 12 13 23; joined: 12 24
        "c": PairCounts(true=0, joined=1, right=0),  # record 6; joined: 56
    }


def test_every_split_of_people_is_told_in_its_own_order(tmp_path):
    people = [
        person("ann", ethnicity="O2", origin="polish", sex="M", age=70),
        person("bo", ethnicity="W9", origin="arab", sex="F", age=15),
    ]
    truth = compared(tmp_path, ANN_AND_BO, people)
    assert [(group.by, group.group) for group in truth.groups] == [
        ("ethnic group", "White"), ("ethnic group", "Other"), ("ethnicity", "W9"), ("ethnicity", "O2"),
        ("name origin", "arab"), ("name origin", "polish"), ("sex", "F"), ("sex", "M"),
        ("age", "12 to 15"), ("age", "65 and over"), ("force", "X01"), ("force", "X02"),
        ("system", "a"), ("system", "b"), ("system", "c"),
    ]  # fmt: skip


def test_a_person_of_whom_something_is_not_said_is_in_no_group(tmp_path):
    silent = {**person("bo"), "ethnicity": None}
    truth = compared(tmp_path, ANN_AND_BO, [person("ann"), silent])
    assert pairs(truth, "ethnic group") == {"White": PairCounts(true=3, joined=3, right=1)}


def test_a_truth_that_says_nothing_of_groups_has_none(tmp_path):
    plain = [{key: r[key] for key in ("record_id", "person_id", "true_person")} for r in ANN_AND_BO]
    truth = compared(tmp_path, plain)
    assert truth.groups == () and truth.pairs == PairCounts(4, 4, 1)


def test_records_that_were_not_joined_at_all_are_not_judged(tmp_path):
    truth = compared(tmp_path, ANN_AND_BO, lost=[record("7", "", "cy")])
    assert truth.pairs == PairCounts(4, 4, 1)
    assert truth.people == 3  # but Cy is a person


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0 to 11"), (11, "0 to 11"), (12, "12 to 15"), (17, "16 to 17"), (64, "50 to 64"), (101, "65 and over")],
)
def test_an_age_falls_in_its_band(age, band):
    assert age_band(age) == band


WHOLE = PairCounts(true=10_000, joined=9_700, right=9_603)
"""Recall 96.03%; 97 of 9,700 joined pairs are wrong, 1%."""


@pytest.mark.parametrize(
    ("counts", "recall", "false_links"),
    [
        (PairCounts(10_000, 9_500, 9_403), True, True),  # 94.03% is 2.00 points below 96.03%: at most 2
        (PairCounts(10_000, 9_499, 9_402), False, True),  # 94.02% is 2.01 points below
        (PairCounts(100, 100, 98), True, True),  # 2 of 100 wrong is 1 point above 1%: at most 1
        (PairCounts(1000, 1000, 979), True, False),  # 21 of 1,000 wrong is 1.1 points above 1%
        (PairCounts(200, 200, 180), False, False),  # 90% recall, 10% wrong
        (PairCounts(100, 0, 0), False, True),  # nothing joined, so nothing wrong
        (PairCounts(99, 99, 50), None, None),  # 99 pairs are too few to tell
    ],
)
def test_a_promise_holds_up_to_its_limit_exactly_and_nothing_is_said_of_few(counts, recall, false_links):
    found = judged("sex", "F", counts, WHOLE)
    assert (found.recall.kept, found.false_links.kept) == (recall, false_links)


def test_a_gain_in_recall_bought_with_false_links_is_unfair():
    bought = judged("ethnic group", "Black", PairCounts(true=1000, joined=1050, right=1000), WHOLE)
    fair = judged("ethnic group", "White", PairCounts(true=9000, joined=8650, right=8603), WHOLE)
    few = judged("ethnic group", "Other", PairCounts(true=99, joined=99, right=1), WHOLE)
    assert bought.recall.difference == pytest.approx(1 - 0.9603)
    assert bought.false_links.difference == pytest.approx(50 / 1050 - 0.01)
    assert unfair(Truth(WHOLE, 10, (bought, fair, few))) == [bought]


def test_shares_of_no_pairs_break_nothing():
    found = judged("system", "c", PairCounts(0, 0, 0), WHOLE)
    assert (found.recall.lower, found.recall.upper, found.recall.difference) == (0, 1, 0)
    assert not found.judged and found.fair


def test_nothing_joined_and_nothing_to_join_is_wholly_right():
    found = judged("sex", "F", PairCounts(0, 0, 0), PairCounts(0, 0, 0))
    assert (found.recall.share, found.false_links.share) == (1, 0)


@given(st.integers(1, 50_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_is_that_of_scipy(counted):
    part, total = counted
    theirs = binomtest(part, total).proportion_ci(method="wilson")
    assert wilson(part, total) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


ETHNICITIES = {"W1": "White", "A2": "Asian", "A4": "Asian", "B9": "Black", None: None}

records_of_people = st.lists(
    st.tuples(
        st.sampled_from("pqrst"),
        st.sampled_from(["ann", "bo", "cy", "di", None]),
        st.sampled_from(["X01", "X02"]),
        st.sampled_from("abc"),
    ),
    max_size=25,
)


def counted_pair_by_pair(rows: Rows, belongs: Any) -> dict[str, PairCounts]:
    """Every pair of records looked at in turn. belongs: the group of a record, or None."""
    counts: dict[str, list[int]] = {group: [0, 0, 0] for r in rows if (group := belongs(r)) is not None}
    for one, other in itertools.combinations(rows, 2):
        true = one["true_person"] is not None and one["true_person"] == other["true_person"]
        joined = one["person_id"] == other["person_id"]
        for group in {belongs(one), belongs(other)} - {None}:
            for place, holds in enumerate((true, joined, true and joined)):
                counts[group][place] += holds
    return {group: PairCounts(*found) for group, found in counts.items()}


@given(records_of_people, st.lists(st.sampled_from(list(ETHNICITIES)), min_size=4, max_size=4))
def test_groups_are_counted_as_when_every_pair_is_looked_at(tmp_path_factory, rows, ethnicities):
    held = [record(str(n), *row) for n, row in enumerate(rows)] or [record("0", "p", None)]
    ethnicity = dict(zip(["ann", "bo", "cy", "di"], ethnicities, strict=True))
    people = [{**person(name), "ethnicity": code} for name, code in ethnicity.items()]
    truth = compared(tmp_path_factory.mktemp("truth"), held, people)
    assert truth.pairs == counted_pair_by_pair(held, lambda r: "all")["all"]
    for by, belongs in {
        "ethnic group": lambda r: ETHNICITIES[ethnicity.get(r["true_person"])],
        "ethnicity": lambda r: ethnicity.get(r["true_person"]),
        "force": lambda r: r["force"],
        "system": lambda r: r["system"],
    }.items():
        assert pairs(truth, by) == counted_pair_by_pair(held, belongs)
