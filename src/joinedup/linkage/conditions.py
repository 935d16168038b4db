"""The SQL conditions of a linkage model as tests of pairs of records held as arrays.

A condition names a column of the left record as `column_l` or `l.column`, and of the right one likewise. Common
conditions have a fast way: equality, lists that meet, Jaro-Winkler, one edit, a difference of numbers. For any other,
DuckDB itself is asked, once for each distinct pair of the values it reads: so every condition that Splink can run on
DuckDB has the same answer here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

import numpy as np
import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from joinedup.engine import DuckDBEngine
from joinedup.errors import LinkageError, nearest
from joinedup.linkage.arrays import MISSING, Codes, Feature, Features, Several, Single, single, translation
from joinedup.linkage.loops import Lists, Rows, Words, either_lacks, meet, narrow, same, within
from joinedup.linkage.similarity import Bools, jaro_winkler_at_least, one_edit_apart

Test = Callable[[Rows, Rows], Bools]
"""Takes the rows of the left and of the right records, pair by pair; says for which pairs the condition holds."""


@dataclass(frozen=True)
class Column:
    """A feature of the left (`l`) or right (`r`) record of a pair."""

    name: str
    side: str


@functools.lru_cache(maxsize=1_000)
def parsed(condition: str) -> exp.Expression:
    """A condition as a tree, which is not to be changed. Raises LinkageError when it is no SQL."""
    try:
        return cast(exp.Expression, sqlglot.parse_one(condition, read="duckdb"))
    except SqlglotError:
        raise LinkageError("A condition of the model is no SQL that can be read.") from None


def columns_of(tree: exp.Expression) -> list[Column]:
    """The columns that a condition reads, each once. Raises LinkageError for one of neither record."""
    return sorted({_column(node) for node in tree.find_all(exp.Column)}, key=lambda c: (c.side, c.name))


def _column(node: exp.Column) -> Column:
    if node.table in ("l", "r"):
        return Column(node.name, node.table)
    stem, _, side = node.name.rpartition("_")
    if side not in ("l", "r"):
        raise LinkageError(f"A condition of the model reads `{node.name}`, a column of neither record.")
    return Column(stem, side)


class Compiler:
    """Makes tests of conditions over some features."""

    def __init__(self, engine: DuckDBEngine, features: Features) -> None:
        self._engine, self._features = engine, features
        self._derived: dict[tuple[str, str], Single] = {}
        self._lacks = _Lacks()
        self.rules: dict[str, Any] = {}

    def test(self, tree: exp.Expression) -> Test:
        """The test that a condition is. Raises LinkageError for a column that the records do not have."""
        if isinstance(tree, exp.Paren):
            return self.test(tree.this)
        if isinstance(tree, exp.And):
            return _both(self.test(tree.this), self.test(tree.expression))
        if isinstance(tree, exp.Or):
            blank = self._blank(tree)
            return blank or _either(self.test(tree.this), self.test(tree.expression))
        return self._atom(tree)

    def key(self, tree: exp.Expression) -> Single:
        """What an expression over one column gives for each record. Raises LinkageError for more than one column."""
        names = {column.name for column in columns_of(tree)}
        if len(names) != 1:
            raise LinkageError("A side of an equality in the model reads no column, or several.")
        (name,) = names
        feature = self.feature(name)
        if isinstance(tree, exp.Column):
            return _one_value(feature, name)
        return self._made(tree, name)

    def feature(self, name: str) -> Feature:
        """A feature by name. Raises LinkageError when the records do not have it."""
        if name not in self._features:
            hint = nearest(name, self._features)
            raise LinkageError(f"The model compares `{name}`, which these records do not have.{hint}")
        return self._features[name]

    def _made(self, tree: exp.Expression, name: str) -> Single:
        bare = tree.transform(lambda node: exp.column("v") if isinstance(node, exp.Column) else node)
        sql = bare.sql(dialect="duckdb")
        if (sql, name) not in self._derived:
            feature = _one_value(self.feature(name), name)
            values = pa.concat_arrays([feature.values, pa.nulls(1, feature.values.type)])
            answers = single(self._asked(sql, pa.table({"v": values})))
            codes = answers.codes[feature.codes]  # a missing value, -1, has the last answer: `coalesce` gives one
            self._derived[sql, name] = Single(codes, answers.values)
        return self._derived[sql, name]

    def _asked(self, sql: str, table: pa.Table) -> pa.ChunkedArray:
        """An expression over the columns of a table, by DuckDB, in the table's order."""
        self._engine.connection.register("asked", table)
        try:
            relation = self._engine.connection.sql(f"SELECT {sql} AS answer FROM asked")
            return relation.to_arrow_table()["answer"]
        except Exception as error:  # noqa: BLE001 - DuckDB says it in its own words, which may hold values
            raise LinkageError(f"DuckDB cannot work out a condition of the model: {type(error).__name__}.") from None
        finally:
            self._engine.connection.unregister("asked")

    def _atom(self, tree: exp.Expression) -> Test:
        for way in (self._missing, self._equal, self._near, self._lists, self._apart, self._alone):
            test = way(tree)
            if test is not None:
                return test
        return self._by_duckdb(tree)

    def _blank(self, tree: exp.Or) -> Test | None:
        """Whether either record lacks a column: how nearly every comparison begins."""
        found = [one.this for one in (tree.this, tree.expression) if isinstance(one, exp.Is)]
        if len(found) < 2 or not all(isinstance(one, exp.Column) for one in found):
            return None
        if not all(isinstance(one.expression, exp.Null) for one in (tree.this, tree.expression)):
            return None
        columns = [_column(one) for one in found]
        feature = self.feature(columns[0].name)
        if columns[0].name != columns[1].name or columns[0].side == columns[1].side:
            return None
        return self._lacks.test(columns[0].name, feature)

    def _missing(self, tree: exp.Expression) -> Test | None:
        inner = tree.this if isinstance(tree, exp.Not) else tree
        if not (isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null) and _is_column(inner.this)):
            return None
        column = _column(inner.this)
        feature = self.feature(column.name)
        absent = feature.codes < 0 if isinstance(feature, Single) else np.diff(feature.offsets) == 0
        wanted = absent if inner is tree else ~absent
        return lambda left, right: wanted[left if column.side == "l" else right]

    def _alone(self, tree: exp.Expression) -> Test | None:
        """A condition on one column of one record."""
        columns = columns_of(tree)
        if len(columns) != 1 or isinstance(self.feature(columns[0].name), Several):
            return None
        made = self._made(tree, columns[0].name)
        true = np.append(_truth(pa.chunked_array([made.values])), False) if len(made.values) else np.zeros(1, np.bool_)
        holds = true[made.codes]
        return lambda left, right: holds[left if columns[0].side == "l" else right]

    def _equal(self, tree: exp.Expression) -> Test | None:
        sides = sided(tree)
        if sides is None:
            return None
        (left_sql, right_sql) = sides
        if any(isinstance(self.feature(c.name), Several) for s in sides for c in columns_of(s)):
            return None
        left, right = shared(self.key(left_sql), self.key(right_sql))
        return lambda l, r: same(left, right, l, r)  # noqa: E741

    def _near(self, tree: exp.Expression) -> Test | None:
        jaro = isinstance(tree, exp.GTE) and isinstance(tree.this, exp.JarowinklerSimilarity)
        name = _function(tree.this) if isinstance(tree, exp.LTE) else None
        bound = _number(tree.expression) if isinstance(tree, exp.GTE | exp.LTE) else None
        edits = name in ("levenshtein", "damerau_levenshtein") and bound == 1
        if bound is None or not (jaro or edits):
            return None
        arguments = _arguments(tree.this)
        if not all(map(_is_column, arguments)):
            return None
        first, second = (_column(a) for a in arguments)  # type: ignore[arg-type]
        if first.side == second.side or not self._texts(first, second):
            return None
        if first.side == "r":
            first, second = second, first
        one, other = self._single(first), self._single(second)
        if jaro:
            return lambda l, r: jaro_winkler_at_least(one.texts, one.codes[l], other.texts, other.codes[r], bound)  # noqa: E741
        swaps = name == "damerau_levenshtein"
        return lambda l, r: one_edit_apart(one.texts, one.codes[l], other.texts, other.codes[r], swaps=swaps)  # noqa: E741

    def _texts(self, *columns: Column) -> bool:
        features = [self.feature(column.name) for column in columns]
        return all(isinstance(f, Single) and pa.types.is_string(f.values.type) for f in features)

    def _single(self, column: Column) -> Single:
        return _one_value(self.feature(column.name), column.name)

    def _lists(self, tree: exp.Expression) -> Test | None:
        if isinstance(tree, exp.GTE) and _function(tree.this) == "list_size" and _number(tree.expression) == 1:
            inner = _arguments(tree.this)[0]
            pair = _arguments(inner) if _function(inner) == "list_intersect" else []
        elif isinstance(tree, exp.ArrayOverlaps | exp.ArrayContains):
            pair = _arguments(tree)
        else:
            return None
        if len(pair) != 2 or not all(map(_is_column, pair)):
            return None
        first, second = (_column(node) for node in pair)  # type: ignore[arg-type]
        if first.side == second.side:
            return None
        if first.side == "r":
            first, second = second, first
        return _meeting(self.feature(first.name), self.feature(second.name))

    def _apart(self, tree: exp.Expression) -> Test | None:
        inner = tree.this if isinstance(tree, exp.LTE) else None
        if not (isinstance(inner, exp.Abs) and isinstance(inner.this, exp.Sub)):
            return None
        most = _number(tree.expression)
        pair = [inner.this.this, inner.this.expression]
        if most is None or not all(map(_is_column, pair)):
            return None
        first, second = (_column(node) for node in pair)
        if first.side == second.side or first.name != second.name:
            return None
        feature = self._single(first)
        if not pa.types.is_integer(feature.values.type):
            return None
        return lambda l, r: within(feature.numbers, feature.codes, l, r, most)  # noqa: E741

    def _by_duckdb(self, tree: exp.Expression) -> Test:
        columns = columns_of(tree)
        sql = tree.transform(_plainly_named).sql(dialect="duckdb")
        features = [self.feature(column.name) for column in columns]
        parts = [_whole(feature) for feature in features]

        def test(left: Rows, right: Rows) -> Bools:
            rows = [left if column.side == "l" else right for column in columns]
            codes = np.stack([part[0][row] for part, row in zip(parts, rows, strict=True)]) if parts else None
            if codes is None or not len(left):
                return np.zeros(len(left), np.bool_)
            distinct, back = np.unique(codes, axis=1, return_inverse=True)
            held = [_taken(part[1], one) for part, one in zip(parts, distinct, strict=True)]
            names = [f"{column.name}_{column.side}" for column in columns]
            answer = self._asked(sql, pa.Table.from_arrays(held, names=names))
            return np.asarray(_truth(answer)[back.ravel()], dtype=np.bool_)

        return test


class _Lacks:
    """Whether either record lacks a feature. Nearly every comparison begins so, of the same pairs: they are looked up
    once, for all features at a time.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._words: Words = np.empty(0, np.uint32)
        self._last: tuple[Rows, Rows, Words] | None = None

    def test(self, name: str, feature: Feature) -> Test:
        """The test for one feature."""
        if name not in self._names:
            self._note(name, feature)
        bit = np.uint32(1 << self._names.index(name))
        return lambda left, right: (self._of(left, right) & bit) != 0

    def _note(self, name: str, feature: Feature) -> None:
        absent = feature.codes < 0 if isinstance(feature, Single) else np.diff(feature.offsets) == 0
        if len(self._names) == 32:
            raise LinkageError("A model may compare up to 32 columns.")
        words = self._words if self._names else np.zeros(len(absent), np.uint32)
        self._words = words | (absent.astype(np.uint32) << np.uint32(len(self._names)))
        self._names.append(name)
        self._last = None

    def _of(self, left: Rows, right: Rows) -> Words:
        if self._last is None or self._last[0] is not left or self._last[1] is not right:
            self._last = (left, right, either_lacks(self._words, left, right))
        return self._last[2]


def sided(tree: exp.Expression) -> tuple[exp.Expression, exp.Expression] | None:
    """The two sides of an equality between one column of the left and one of the right record, left first."""
    if not isinstance(tree, exp.EQ):
        return None
    sides = [tree.this, tree.expression]
    columns = [columns_of(side) for side in sides]
    if any(len(found) != 1 for found in columns) or columns[0][0].side == columns[1][0].side:
        return None
    return (sides[0], sides[1]) if columns[0][0].side == "l" else (sides[1], sides[0])


def shared(left: Single, right: Single) -> tuple[Codes, Codes]:
    """Codes of two features in which equal values have equal codes. A value of `left` alone is missing there."""
    if left is right:
        return left.codes, right.codes
    return np.append(translation(left, right), np.int32(MISSING))[left.codes], right.codes


def _both(one: Test, other: Test) -> Test:
    def test(left: Rows, right: Rows) -> Bools:
        holds = one(left, right)
        at = np.flatnonzero(holds)
        holds[at] = other(left[at], right[at])
        return holds

    return test


def _either(one: Test, other: Test) -> Test:
    def test(left: Rows, right: Rows) -> Bools:
        holds = one(left, right)
        at = np.flatnonzero(~holds)
        holds[at] = other(left[at], right[at])
        return holds

    return test


def _meeting(first: Feature, second: Feature) -> Test:
    """Whether two lists, or a list and a value, have one in common."""
    one, other = _as_list(first), _as_list(second)
    mine, theirs = (
        Lists(narrow(one.offsets), translation(first, second)[one.codes]),
        Lists(narrow(other.offsets), other.codes),
    )
    return lambda left, right: meet(mine, left, theirs, right)


def _as_list(feature: Feature) -> Several:
    if isinstance(feature, Several):
        return feature
    offsets = np.concatenate([[0], np.cumsum(feature.codes >= 0)])
    return Several(offsets, feature.codes[feature.codes >= 0], feature.values)


def _whole(feature: Feature) -> tuple[Codes, pa.Array]:
    """Codes and values of a feature where a list is one value."""
    if isinstance(feature, Single):
        return feature.codes, feature.values
    lists = feature.array()
    told = single(pa.array(["\x1f".join(one) if one else None for one in lists.to_pylist()], pa.string()))
    values = pa.array([text.split("\x1f") for text in told.values.to_pylist()], lists.type)
    return told.codes, values


def _taken(values: pa.Array, codes: Codes) -> pa.Array:
    return values.take(pa.array(codes, mask=codes < 0))


def _truth(answer: pa.ChunkedArray) -> Bools:
    return np.asarray(answer.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _plainly_named(node: exp.Expression) -> exp.Expression:
    if not isinstance(node, exp.Column):
        return node
    column = _column(node)
    return exp.column(f"{column.name}_{column.side}", quoted=True)


def _one_value(feature: Feature, name: str) -> Single:
    if isinstance(feature, Several):
        raise LinkageError(f"The model compares `{name}`, a list, as if it were one value.")
    return feature


def _is_column(node: Any) -> TypeGuard[exp.Column]:
    return isinstance(node, exp.Column)


def _number(node: Any) -> float | None:
    return float(node.this) if isinstance(node, exp.Literal) and not node.is_string else None


_NAMES = {exp.Levenshtein: "levenshtein", exp.ArraySize: "list_size"}


def _function(node: Any) -> str | None:
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    return _NAMES.get(type(node))


def _arguments(node: Any) -> list[exp.Expression]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    found: Iterable[Any] = (node.args.get("this"), node.args.get("expression"))
    return [one for one in found if one is not None]
