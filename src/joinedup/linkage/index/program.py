"""A model's conditions as steps that one described person and one record can be put to without SQL.

A condition becomes atoms: small questions, each with the place to go on at when the answer is yes and when it is no.
The described person stands on the left (`_l`), the record on the right. The model's conditions are the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pyarrow as pa
from sqlglot import exp

from joinedup.errors import LinkageError
from joinedup.linkage.arrays import Feature, Several, Single
from joinedup.linkage.conditions import Compiler, columns_of, parsed, sided
from joinedup.linkage.index.described import Values

LACKS_ASKED, LACKS_HELD, MEETS, ALIKE, ONE_EDIT, WITHIN, ASKED_IS, HELD_IS = range(8)
"""Kinds of atoms. MEETS: a value in common. ALIKE: Jaro-Winkler of at least. ONE_EDIT: or none. WITHIN: numbers at most
so far apart. ASKED_IS, HELD_IS: a condition on one side alone.
"""

YES, NO = -1, -2
"""Where an atom goes on to when the condition is settled."""

Operand = tuple[str, str]
"""What is asked with (an expression over the described person's features), and the column it is held against."""


@dataclass
class Program:
    """atoms: kind, operand, column, number, next when yes, next when no; places in the lists. columns: of the records,
    by name. entries: by comparison, the first atom of each level's condition, `YES` for the level that takes the rest.
    """

    atoms: list[list[int]] = field(default_factory=list)
    operands: list[Operand] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    columns: dict[str, Feature] = field(default_factory=dict)
    entries: list[list[int]] = field(default_factory=list)

    def column(self, name: str, feature: Feature) -> int:
        """The place of a column, noted when it is new."""
        self.columns.setdefault(name, feature)
        return list(self.columns).index(name)

    def operand(self, asked: str, held: str) -> int:
        """The place of an operand, noted when it is new."""
        return _noted(self.operands, (asked, held))

    def number(self, value: float) -> int:
        """The place of a number, noted when it is new."""
        return _noted(self.numbers, value)

    def lists_last(self) -> None:
        """Bring the columns into the order in which records hold them: lists after all others."""
        names = sorted(self.columns, key=lambda name: is_list(self.columns[name]))
        places = [names.index(name) for name in self.columns]
        self.columns = {name: self.columns[name] for name in names}
        for atom in self.atoms:
            atom[2] = places[atom[2]]


def _noted(known: list[Any], one: Any) -> int:
    if one not in known:
        known.append(one)
    return known.index(one)


def translated(compiler: Compiler, settings: Mapping[str, Any]) -> Program:
    """The conditions of a model's comparisons as a program, over the compiler's features.

    settings: Splink's JSON. Raises LinkageError for a condition of a form that a look cannot answer.
    """
    steps = _Translation(compiler)
    for comparison in settings["comparisons"]:
        conditions = [str(level["sql_condition"]) for level in comparison["comparison_levels"]]
        steps.program.entries.append([steps.entry(one) for one in conditions])
    return steps.program


class _Translation:
    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self.program = Program()

    def entry(self, condition: str) -> int:
        """The first atom of a condition."""
        return YES if condition.strip().upper() == "ELSE" else self._tree(parsed(condition), YES, NO)

    def _tree(self, tree: exp.Expression, yes: int, no: int) -> int:
        if isinstance(tree, exp.Paren):
            return self._tree(tree.this, yes, no)
        if isinstance(tree, exp.Not) and isinstance(tree.this, exp.Is):  # of no other is the reverse known of a null
            return self._tree(tree.this, no, yes)
        if isinstance(tree, exp.And):
            return self._tree(tree.this, self._tree(tree.expression, yes, no), no)
        if isinstance(tree, exp.Or):
            return self._tree(tree.this, yes, self._tree(tree.expression, yes, no))
        self.program.atoms.append([*self._atom(tree), yes, no])
        return len(self.program.atoms) - 1

    def _atom(self, tree: exp.Expression) -> list[int]:
        for way in (self._missing, self._alike, self._edits, self._lists, self._apart, self._equal, self._alone):
            atom = way(tree)
            if atom is not None:
                return atom
        raise _unanswered()

    def _missing(self, tree: exp.Expression) -> list[int] | None:
        if not (isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Null)):
            return None
        (column,) = columns_of(tree.this)
        if column.side == "l":
            return [LACKS_ASKED, self.program.operand(column.name, column.name), self._held(column.name), 0]
        return [LACKS_HELD, 0, self._held(column.name), 0]

    def _alike(self, tree: exp.Expression) -> list[int] | None:
        if not (isinstance(tree, exp.GTE) and isinstance(tree.this, exp.JarowinklerSimilarity)):
            return None
        return self._against(ALIKE, tree.this, _number(tree.expression))

    def _edits(self, tree: exp.Expression) -> list[int] | None:
        inner = tree.this if isinstance(tree, exp.LTE) else None
        swaps = isinstance(inner, exp.Anonymous) and inner.name.lower() == "damerau_levenshtein"
        if not (swaps or isinstance(inner, exp.Levenshtein)) or _number(tree.expression) != 1:
            return None
        return self._against(ONE_EDIT, cast(exp.Expression, inner), float(swaps))

    def _lists(self, tree: exp.Expression) -> list[int] | None:
        return self._against(MEETS, tree, 0.0) if isinstance(tree, exp.ArrayOverlaps | exp.ArrayContains) else None

    def _apart(self, tree: exp.Expression) -> list[int] | None:
        inner = tree.this if isinstance(tree, exp.LTE) else None
        if not (isinstance(inner, exp.Abs) and isinstance(inner.this, exp.Sub)):
            return None
        return self._against(WITHIN, inner, _number(tree.expression))

    def _against(self, kind: int, tree: exp.Expression, number: float) -> list[int]:
        """An atom that reads one plain column of either side."""
        columns = columns_of(tree)
        if [column.side for column in columns] != ["l", "r"] or not _plain(tree):
            raise _unanswered()
        asked, held = (column.name for column in columns)
        if is_number(self._compiler.feature(held)) != (kind == WITHIN):
            raise _unanswered()
        return [kind, self.program.operand(asked, held), self._held(held), self.program.number(number)]

    def _equal(self, tree: exp.Expression) -> list[int] | None:
        sides = sided(tree)
        if sides is None:
            return None
        held, place = self._made(sides[1])
        if is_number(self.program.columns[held]):
            raise _unanswered()
        return [MEETS, self.program.operand(_told(sides[0]), held), place, 0]

    def _alone(self, tree: exp.Expression) -> list[int] | None:
        """A condition on one column of one side."""
        columns = columns_of(tree)
        if len(columns) != 1:
            return None
        if columns[0].side == "l":
            return [ASKED_IS, self.program.operand(_told(tree), columns[0].name), self._held(columns[0].name), 0]
        return [HELD_IS, 0, self._made(tree)[1], 0]

    def _held(self, name: str) -> int:
        return self.program.column(name, self._compiler.feature(name))

    def _made(self, tree: exp.Expression) -> tuple[str, int]:
        """Name and place of the column that an expression over the record gives, made now for all records."""
        name = _told(tree)
        return name, self.program.column(name, self._compiler.key(tree))


def _unanswered() -> LinkageError:
    return LinkageError("A condition of the model is of a form that a look cannot answer.")


def _number(node: exp.Expression) -> float:
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.this)
    raise _unanswered()


def _plain(tree: exp.Expression) -> bool:
    """Whether a condition reads its columns as they are."""
    return all(column.parent in (tree, tree.this) for column in tree.find_all(exp.Column))


def _told(tree: exp.Expression) -> str:
    """An expression over one side by the names of its features alone; checked to be one that can be worked out."""

    def bare(node: exp.Expression) -> exp.Expression:
        return exp.column(columns_of(node)[0].name, quoted=True) if isinstance(node, exp.Column) else node

    if isinstance(tree, exp.Column):
        return columns_of(tree)[0].name
    text = tree.transform(bare).sql(dialect="duckdb")
    reader(text)
    return text


Reader = Callable[[Values], tuple[str, ...]]


def reader(expression: str) -> Reader:
    """How the values of a feature, or of an expression over one, are got of a described person.

    A condition gives one value where it holds and none where it does not. Raises LinkageError for an expression of
    a form that is not known.
    """
    if expression.isidentifier():
        return lambda values: values.get(expression, ())
    tree = parsed(expression)
    (name,) = {column.name for column in tree.find_all(exp.Column)}
    work = _worked(tree)

    def read(values: Values) -> tuple[str, ...]:
        made = [work(value) for value in values.get(name, ())]
        return tuple(str(one) for one in made if one is not False)

    return read


Work = Callable[[str], Any]


def _worked(tree: exp.Expression) -> Work:
    """What an expression makes of the one value that it reads."""
    if isinstance(tree, exp.Column):
        return lambda value: value
    if isinstance(tree, exp.Literal):
        constant = str(tree.this) if tree.is_string else int(tree.this)
        return lambda value: constant
    if type(tree) not in _KNOWN:
        raise _unanswered()
    parts, function = _KNOWN[type(tree)]
    worked = [_worked(tree.args[part]) for part in parts]
    return lambda value: function(*(part(value) for part in worked))


_KNOWN: Mapping[type, tuple[tuple[str, ...], Callable[..., Any]]] = {
    exp.Paren: (("this",), lambda one: one),
    exp.Substring: (("this", "start", "length"), lambda text, start, length: text[start - 1 : start - 1 + length]),
    exp.Length: (("this",), len),
    exp.DPipe: (("this", "expression"), lambda one, other: f"{one}{other}"),
    exp.EQ: (("this", "expression"), lambda one, other: one == other),
}
"""The expressions that can be worked out without SQL: their arguments, and what they make of them."""


def is_number(feature: Feature) -> bool:
    """Whether a column holds numbers or truths, which are kept as they are; texts and lists are kept by code."""
    return isinstance(feature, Single) and not pa.types.is_string(feature.values.type)


def is_list(feature: Feature) -> bool:
    """Whether a column holds a list a record."""
    return isinstance(feature, Several)


__all__ = ["Operand", "Program", "Reader", "is_list", "is_number", "reader", "translated"]
