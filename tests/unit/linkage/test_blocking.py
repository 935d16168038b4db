"""Candidate pairs agree with asking every rule of every pair; each pair comes once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError
from joinedup.linkage.arrays import several, single
from joinedup.linkage.blocking import candidate_pairs, ready
from joinedup.linkage.conditions import Compiler

Row = tuple[str | None, str | None, list[str] | None]
LETTERS = st.none() | st.sampled_from("ABC")
ROWS = st.lists(
    st.tuples(LETTERS, LETTERS, st.none() | st.lists(st.sampled_from("xyz"), max_size=3)), min_size=1, max_size=12
)

RULES: dict[str, Any] = {
    'l."a" = r."a"': lambda one, other: one[0] is not None and one[0] == other[0],
    'l."a" = r."a" AND l."b" = r."b"': lambda one, other: None not in one[:2] and one[:2] == other[:2],
    'l."a" = r."b"': lambda one, other: one[0] is not None and one[0] == other[1],
    'lower(l."b") = lower(r."b") AND l."a" <> r."a"': lambda one, other: (
        None not in (*one[:2], *other[:2]) and one[1] == other[1] and one[0] != other[0]
    ),
}
LIST_RULE = 'l."c" = r."c"'


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def compiler_of(engine: DuckDBEngine, rows: list[Row]) -> Compiler:
    columns = list(zip(*rows, strict=True))
    return Compiler(engine, {
        "a": single(pa.array(columns[0], pa.string())), "b": single(pa.array(columns[1], pa.string())),
        "c": several(pa.array(columns[2], pa.list_(pa.string()))),
    })  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, names=st.permutations([*RULES, LIST_RULE]), at_once=st.sampled_from([1, 3, 1000]))
def test_every_pair_that_a_rule_joins_comes_once(
    engine: DuckDBEngine, rows: list[Row], names: list[str], at_once: int
) -> None:
    compiler = compiler_of(engine, rows)
    told = [{"blocking_rule": name} | ({"arrays_to_explode": ["c"]} if name == LIST_RULE else {}) for name in names]
    found = [
        (int(a), int(b))
        for left, right, _ in candidate_pairs([ready(compiler, one) for one in told], at_once)
        for a, b in zip(left, right, strict=True)
    ]
    expected = {
        (i, j)
        for i, j in itertools.combinations(range(len(rows)), 2)
        if any(rule(rows[i], rows[j]) for rule in RULES.values()) or set(rows[i][2] or []) & set(rows[j][2] or [])
    }
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_a_value_that_too_many_share_joins_nobody_and_is_counted(engine: DuckDBEngine) -> None:
    rows: list[Row] = [("A", None, ["x"])] * 5 + [("B", None, ["y"])] * 2
    compiler = compiler_of(engine, rows)
    plain = ready(compiler, {"blocking_rule": 'l."a" = r."a"'}, most=4)
    listed = ready(compiler, {"blocking_rule": LIST_RULE, "arrays_to_explode": ["c"]}, most=4)
    assert [(rule.capped, rule.pairs) for rule in (plain, listed)] == [(1, 1), (1, 1)]  # the two of B, of y


def test_a_sample_takes_some_left_records_whole(engine: DuckDBEngine) -> None:
    rows: list[Row] = [("A", None, None)] * 60
    rule = ready(compiler_of(engine, rows), {"blocking_rule": 'l."a" = r."a"'})
    pairs = [(int(a), int(b)) for left, right, _ in candidate_pairs([rule], 1000, every=3)
             for a, b in zip(left, right, strict=True)]  # fmt: skip
    taken = {left for left, _ in pairs}
    assert 5 < len(taken) < 40
    assert len(pairs) == sum(59 - left for left in taken)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"blocking_rule": 'l."a" <> r."a"'}, "no equality"),
        ({"blocking_rule": 'l."d" = r."d"'}, "do not have"),
        ({"blocking_rule": "l.a = = r.a"}, "no SQL"),
        ({"blocking_rule": 'l."a" = r."a"', "arrays_to_explode": ["a"]}, "no list"),
        ({"blocking_rule": 'l."c" = r."c" AND l."a" = r."a"', "arrays_to_explode": ["c"]}, "nothing else"),
    ],
)
def test_a_rule_that_cannot_be_used_is_told(engine: DuckDBEngine, rule: dict[str, Any], told: str) -> None:
    with pytest.raises(LinkageError, match=told):
        ready(compiler_of(engine, [("A", "B", ["x"])]), rule)
