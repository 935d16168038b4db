"""Our arrays and Splink 5, the same model: the same pairs and the same weights."""

from __future__ import annotations

import copy
import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from joinedup.engine import DuckDBEngine
from joinedup.linkage import LinkSettings, link
from joinedup.linkage.fitting import OURS
from joinedup.linkage.model import without_frequencies
from tests.unit.linkage.invented_people import people, record, table

Rows = list[dict[str, Any]]


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def richer(rows: Rows, seed: int = 2) -> Rows:
    """The same people with everything else that is compared, much of it missing."""
    draw = random.Random(seed)
    for row in rows:
        number = row["truth"]
        if draw.random() < 0.6:
            row["address"] = f"{number % 90 + 1} Tarn Street, {draw.choice(['Quillhaven', 'Vesk'])}"
        if draw.random() < 0.4:
            row["emails"] = [f"p{number}@mail.invalid", "office@mail.invalid"][: draw.randrange(1, 3)]
        if draw.random() < 0.4:
            row["id_pnc"] = f"{number + (draw.random() < 0.1):05d}/90X"
        if draw.random() < 0.2:
            row["aliases"] = [f"{row['forenames'].split()[0]} {draw.choice(['ÉVASZ', 'NOWAK-QUILL'])}"]
        if draw.random() < 0.1:
            row["forenames"] = row["forenames"][0]
        if draw.random() < 0.1:
            row["dob_precision"] = "year"
        if draw.random() < 0.05:
            row["surname"] = None
    return rows


def both_ways(engine: DuckDBEngine, rows: Rows, model: dict[str, Any]) -> tuple[pa.Table, pa.Table]:
    people_frame = engine.frame(table(rows))
    plain = {key: value for key, value in model.items() if key != OURS}
    return tuple(
        link(engine, people_frame, LinkSettings(model=plain, through=way, threshold=0.0)).pairs
        for way in ("arrays", "splink")
    )  # type: ignore[return-value]


def assert_equal(ours: pa.Table, splinks: pa.Table) -> None:
    for side in ("record_id_l", "record_id_r"):
        assert ours[side].to_pylist() == splinks[side].to_pylist()
    apart = np.abs(ours["match_weight"].to_numpy() - splinks["match_weight"].to_numpy())
    assert apart.max(initial=0.0) <= 1e-6


def model_for(engine: DuckDBEngine, rows: Rows) -> dict[str, Any]:
    return dict(link(engine, engine.frame(table(rows)), LinkSettings()).model)


def test_the_police_model_gives_what_splink_gives(engine: DuckDBEngine) -> None:
    rows = richer(people(900))
    model = model_for(engine, rows)
    ours, splinks = both_ways(engine, rows, model)
    assert len(ours) > 1_500
    assert_equal(ours, splinks)


def test_columns_that_nobody_fills_make_no_difference(engine: DuckDBEngine) -> None:
    model = model_for(engine, richer(people(400)))
    ours, splinks = both_ways(engine, people(300, seed=7), model)
    assert len(ours) > 300
    assert_equal(ours, splinks)


@pytest.mark.parametrize("count", [1, 2, 60])
def test_one_record_and_records_that_are_all_equal(engine: DuckDBEngine, count: int) -> None:
    same = {"forenames": "ÉVA", "surname": "O'NEILL", "dob": dt.date(1990, 1, 2), "dob_precision": "day",
            "postcode": "XA1 1AA", "phones": ["07999900001"]}  # fmt: skip
    rows = [record(f"a:{n}", 1, same) for n in range(count)]
    ours, splinks = both_ways(engine, rows, without_frequencies(model_for(engine, people(400))))
    assert len(ours) == count * (count - 1) // 2
    assert_equal(ours, splinks)


CONDITIONS = [
    '"surname_l" = "surname_r"',
    'jaro_winkler_similarity("surname_l", "surname_r") >= 0.9',
    'jaro_winkler_similarity("surname_l", "surname_r") > 0.9',
    'jaccard("surname_l", "surname_r") >= 0.6',
    'levenshtein("dob_l", "dob_r") <= 1',
    'damerau_levenshtein("dob_l", "dob_r") <= 2',
    'abs("birth_days_l" - "birth_days_r") <= 30',
    '"birth_days_l" - "birth_days_r" > 100',
    'NOT ("surname_l" = "surname_r")',
    '"surname_l" <> "surname_r" AND "forename_l" = "forename_r"',
    'substr("surname_l", 1, 2) = substr("surname_r", 1, 2) OR "sex_l" <> "sex_r"',
    'array_length(list_intersect("phones_l", "phones_r")) >= 1',
    'list_has_any("phones_l", "emails_r")',
    'length("forename_l") = 1 OR length("forename_r") = 1',
    '"surname_l" IS NULL AND "surname_r" IS NOT NULL',
    'coalesce("postcode_l", "sector_r") = "postcode_r"',
    '"forename_l" = "surname_r"',
    "coalesce(\"surname_l\", '') = coalesce(\"surname_r\", '')",
    "coalesce(\"surname_l\", '') = ''",
    'date_diff(\'month\', CAST("dob_l" AS DATE), CAST("dob_r" AS DATE)) = 0',
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_any_condition_that_splink_can_run_has_the_same_answer(engine: DuckDBEngine, condition: str) -> None:
    rows = richer(people(60, seed=3))
    model = model_for(engine, people(300))
    told = {
        "output_column_name": "asked",
        "comparison_levels": [
            {"sql_condition": condition, "label_for_charts": "yes", "m_probability": 0.9, "u_probability": 0.01},
            {"sql_condition": "ELSE", "label_for_charts": "no", "m_probability": 0.1, "u_probability": 0.99},
        ],
    }
    changed = copy.deepcopy(model)
    changed["comparisons"] = [c for c in model["comparisons"] if c["output_column_name"] == "forename"] + [told]
    changed["probability_two_random_records_match"] = 0.4
    changed["blocking_rules_to_generate_predictions"] = [
        {"blocking_rule": rule, "sql_dialect": "duckdb"}
        for rule in (
            'l."sex" = r."sex"',
            'substr(l."surname", 1, 1) = substr(r."forename", 1, 1) AND l."birth_year" >= r."birth_year"',
        )
    ]
    ours, splinks = both_ways(engine, rows, changed)
    assert len(ours) > 0
    assert_equal(ours, splinks)
