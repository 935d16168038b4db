"""Our compiled similarities say what DuckDB and rapidfuzz say."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein

from joinedup.linkage.similarity import jaro_winkler_at_least, one_edit_apart, texts

NAMES = st.text("ABCDE", min_size=1, max_size=9)
PAIRS = st.lists(st.tuples(NAMES, NAMES) | NAMES.map(lambda name: (name, name[::-1])), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(pairs=PAIRS, least=st.sampled_from([0.7, 0.8, 0.88, 0.92, 1.0]))
def test_jaro_winkler_agrees_with_rapidfuzz(pairs: list[tuple[str, str]], least: float) -> None:
    one, other = (texts(pa.array([pair[side] for pair in pairs])) for side in (0, 1))
    rows = np.arange(len(pairs), dtype=np.int32)
    expected = [JaroWinkler.similarity(a, b) for a, b in pairs]
    found = jaro_winkler_at_least(one, rows, other, rows, least)
    certain = [abs(value - least) > 1e-12 for value in expected]
    assert [bool(f) for f, c in zip(found, certain, strict=True) if c] == [
        value >= least for value, c in zip(expected, certain, strict=True) if c
    ]


@settings(max_examples=200, deadline=None)
@given(pairs=PAIRS)
def test_one_edit_agrees_with_rapidfuzz(pairs: list[tuple[str, str]]) -> None:
    one, other = (texts(pa.array([pair[side] for pair in pairs])) for side in (0, 1))
    rows = np.arange(len(pairs), dtype=np.int32)
    plain = one_edit_apart(one, rows, other, rows, swaps=False)
    swapping = one_edit_apart(one, rows, other, rows, swaps=True)
    assert list(plain) == [Levenshtein.distance(a, b) <= 1 for a, b in pairs]
    assert list(swapping) == [OSA.distance(a, b) <= 1 for a, b in pairs]


@pytest.mark.parametrize("least", [0.7, 0.85, 0.9])
def test_bytes_are_compared_as_duckdb_compares_them(least: float) -> None:
    pairs = [
        ("FRANÇOIS", "FRANCIS"),
        ("GATË", "GAT"),
        ("", ""),
        ("", "A"),
        ("ŁUKASZ", "LUKASZ"),
        ("A", "A"),
        ("AB", "BA"),
    ]
    one, other = (pa.array([pair[side] for pair in pairs]) for side in (0, 1))
    table = pa.table({"a": one, "b": other})
    asked = duckdb.connect()
    asked.register("pairs", table)
    expected = asked.sql("SELECT jaro_winkler_similarity(a, b) AS s FROM pairs").to_arrow_table()["s"].to_numpy()
    rows = np.arange(len(pairs), dtype=np.int32)
    assert list(jaro_winkler_at_least(texts(one), rows, texts(other), rows, least)) == list(expected >= least)


def test_a_missing_text_is_like_nothing() -> None:
    one = texts(pa.array(["A"]))
    rows = np.array([-1, 0], dtype=np.int32)
    assert list(jaro_winkler_at_least(one, rows, one, np.array([-1, -1], np.int32), 0.0)) == [False, False]
    assert list(one_edit_apart(one, rows, one, rows, swaps=True)) == [False, True]
