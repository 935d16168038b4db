"""The two steps after Splink's weight: namesakes and relatives. And what else tells people apart."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from joinedup.engine import DuckDBEngine
from joinedup.linkage import LinkSettings, link
from joinedup.linkage.arrays import single
from joinedup.linkage.comparing import Comparison, Level, Model
from joinedup.linkage.features import house_and_street, without_generation
from joinedup.linkage.namesakes import YEARS, bearers
from joinedup.linkage.relatives import relatives
from tests.unit.linkage.invented_people import people, record, table


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def test_relatives_take_what_they_explain() -> None:
    """m .9, r .3: 3 times likelier among matches. With as many relatives as matches the odds against are 1 in 3."""
    comparison = Comparison("c", (Level("same", lambda a, b: a == b, 0.9, 0.001), Level("else", None, 0.1, 0.999)))
    step = relatives(Model((comparison,), 0.0), {"c": [0.3, 0.7]}, share=0.5)
    weight = 10.0
    found = step.penalty(np.array([weight]), np.array([[0]], np.int8), prior=math.log2(0.5))
    relative = weight + math.log2(0.3 / 0.9)
    assert found[0] == pytest.approx(-math.log2(1 + 2**relative))
    assert weight + found[0] == pytest.approx(math.log2(0.9 / 0.3), abs=0.01)  # what is left is the odds against them


def test_bearers_are_read_off_the_birth_years() -> None:
    names = single(pa.array(["A X"] * 40 + ["B Y"] * 40 + ["C Z"] * 2 + [None]))
    years = single(pa.array([str(1950 + n % 20) for n in range(40)] + ["1980"] * 40 + ["1990", None, "1991"]))
    many, one, again = bearers(names, years)
    assert many == pytest.approx(-YEARS * math.log(1 - 20 / YEARS))  # 20 different years of 60: about 24 people
    assert one == 1.0  # forty records of one birth year are one person as far as can be told
    assert again == 1.0


def test_a_common_full_name_tells_less_than_a_rare_one(engine: DuckDBEngine) -> None:
    """Of forty people of one name two records have no birth date: the name does not join them, nor anybody else."""
    rows = people(500, seed=4)
    for n in range(40):
        born = {"dob": dt.date(1950 + n, 1 + n * 5 % 12, 1 + n * 11 % 28), "dob_precision": "day", "sex": "M"}
        rows.append(record(f"x:{n}", 9000 + n, {"forenames": "OTTO", "surname": "VESK"} | born))
    rows += [record(f"y:{n}", 9100, {"forenames": "OTTO", "surname": "VESK", "sex": "M"}) for n in range(2)]
    found = link(engine, engine.frame(table(rows)))
    person = dict(zip(*(found.clusters[c].to_pylist() for c in ("record_id", "person_id")), strict=True))
    assert person["y:0"] != person["y:1"]
    assert len({person[f"x:{n}"] for n in range(40)}) == 40


FAMILY = {"surname": "NOWAK", "postcode": "XA1 1AA", "address": "12 Tarn Street", "phones": ["07999900001"]}


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        ({"forenames": "PIOTR", "dob": dt.date(1990, 3, 4)}, {"forenames": "ANNA", "dob": dt.date(1990, 3, 4)}, False),
        (
            {"forenames": "PIOTR", "dob": dt.date(1960, 3, 4)},
            {"forenames": "PIOTR", "dob": dt.date(1988, 9, 21)},
            False,
        ),
        ({"forenames": "PIOTR", "dob": dt.date(1990, 3, 4)}, {"forenames": "PIOTR", "dob": dt.date(1990, 4, 3)}, True),
        ({"forenames": "PIOTR", "dob": dt.date(1990, 3, 4)}, {"forenames": "PETER", "dob": dt.date(1990, 3, 4)}, True),
    ],
)
def test_twins_and_namesakes_of_a_household_stay_apart_and_one_person_is_joined(
    engine: DuckDBEngine, one: dict[str, Any], other: dict[str, Any], joined: bool
) -> None:
    rows = people(600) + [record(f"z:{n}", 9000 + n, FAMILY | {"dob_precision": "day"} | told)
                          for n, told in enumerate((one, other))]  # fmt: skip
    found = link(engine, engine.frame(table(rows)))
    person = dict(zip(*(found.clusters[c].to_pylist() for c in ("record_id", "person_id")), strict=True))
    assert (person["z:0"] == person["z:1"]) is joined


def test_occupation_counts_only_when_it_is_named(engine: DuckDBEngine) -> None:
    draw = random.Random(3)
    rows = [row | {"occupation": draw.choice(["BAKER", "DRIVER", "CLERK"])} for row in people(400)]
    frame = engine.frame(table(rows))
    unasked, asked = (link(engine, frame, LinkSettings(compare=names)) for names in ((), ("occupation",)))
    assert "occupation" not in {e["comparison"] for row in unasked.pairs.to_pylist() for e in row["evidence"]}
    assert "occupation" in {e["comparison"] for row in asked.pairs.to_pylist() for e in row["evidence"]}


def test_expected_errors_are_near_the_true_ones(engine: DuckDBEngine) -> None:
    rows = people(600)
    found = link(engine, engine.frame(table(rows)))
    truth = {row["record_id"]: row["truth"] for row in rows}
    by_person: dict[str, list[int]] = {}
    for row in found.clusters.to_pylist():
        by_person.setdefault(row["person_id"], []).append(truth[row["record_id"]])
    joined = sum(len(c) * (len(c) - 1) // 2 for c in by_person.values())
    wrong = sum(a != b for c in by_person.values() for n, a in enumerate(c) for b in c[n + 1 :])
    assert found.expected is not None
    assert found.expected.joined == joined
    assert abs(found.expected.wrong - wrong) <= 0.01 * joined


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("FLAT 2 14 TARN STREET", ["2 TARN", "14 TARN"]),
        ("TARN COTTAGE", []),
        ("1450 N CITY RD SUITE 900", ["1450 CITY"]),
        ("12 HIGH STREET", ["12 HIGH"]),
    ],
)
def test_house_and_street_are_found_wherever_they_stand(address: str, keys: list[str]) -> None:
    assert house_and_street(address) == keys


@pytest.mark.parametrize(
    ("name", "plain"), [("DOBBINS JR", "DOBBINS"), ("DAVID", "DAVID"), ("II", "II"), ("JOHN III", "JOHN")]
)
def test_junior_and_senior_are_no_part_of_a_name(name: str, plain: str) -> None:
    assert without_generation(name) == plain
