"""Rules as data with names: the shipped rule book, a user's own rules, and severities by mode.

A rule is a `[[rule]]` of a TOML file in `rulebook/`, or a `[[gate.rule]]` of `joinedup.toml`, in the same form:

    name, table, column (or columns: one check each, `{column}` standing in `when`), when (conditions that must all
    hold for the rule to fire: `joinedup.gate.conditions`), protects, message, remedy, source,
    new, historic ("returned", "marked" or "off"), defect (number in the list of known defects),
    fails and passes: by table, the values in which an example differs from a clean record (`joinedup.gate.example`)

Rules without `when` are about the form of any row; which columns they look at is said in `structural.py`.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

import narwhals as nw

from joinedup import tables
from joinedup.errors import GateError, nearest
from joinedup.gate.conditions import Condition, Either, IsMissing, Row, parse
from joinedup.gate.facts import types_of
from joinedup.gate.remedies import allowed
from joinedup.gate.words import fitting
from joinedup.tables import Table

Mode = Literal["new", "historic"]
Severity = Literal["returned", "marked", "off"]
SEVERITIES: tuple[Severity, ...] = ("returned", "marked", "off")

RULEBOOK = Path(__file__).parent / "rulebook"

Example = Mapping[str, Sequence[Mapping[str, Any]]]
"""By table: what a row differs in from the clean example's row at the same place; further rows are added."""


@dataclass(frozen=True)
class Check:
    """A rule applied to one column of one table: it fires where every condition holds."""

    rule: Rule
    table: Table
    column: str | None
    when: tuple[Condition, ...]

    @functools.cached_property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(condition.columns for condition in self.when))

    @functools.cached_property
    def remedy(self) -> str:
        """What to do; of a code or word that cannot be read, what may stand there."""
        found = allowed(self.rule.name, self.table.column(self.column)) if self.column is not None else None
        return found or self.rule.remedy

    def expr(self) -> nw.Expr:
        """True where the rule fires, over a whole frame."""
        return nw.all_horizontal(*[condition.expr() for condition in self.when], ignore_nulls=False)

    def holds(self, row: Row) -> bool:
        """Whether the rule fires, of one row."""
        return all(condition.holds(row) for condition in self.when)


@dataclass(frozen=True)
class Rule:
    """One rule. protects: what would go wrong without it. defect: its number among the known defects of such data.

    structural: without it rows could not be read, found again or joined, so nobody can switch its severity.
    checks: empty for a rule about the form of any row. own_lists: columns that hold codes of a project's own list.
    """

    name: str
    protects: str
    message: str
    remedy: str
    source: str
    new: Severity = "returned"
    historic: Severity = "marked"
    structural: bool = False
    defect: int | None = None
    when: tuple[str, ...] = ()
    fails: Example = field(default_factory=dict)
    passes: Example = field(default_factory=dict)
    table: str | None = None
    columns: tuple[str, ...] = ()
    own_lists: frozenset[str] = frozenset()

    def checks(self) -> Iterator[Check]:
        """One check for each column that the rule is told of. Raises GateError for conditions that cannot be asked."""
        if not self.when or self.table is None:
            return
        table = tables.named(self.table)
        types = types_of(table)
        for column in self.columns:
            conditions = tuple(parse(text.replace("{column}", column), types) for text in self.when)
            _refuse_protected(table, conditions)
            yield Check(self, table, column, tuple(fitting(table, one, self.own_lists) for one in conditions))


def _refuse_protected(table: Table, conditions: Iterable[Condition]) -> None:
    """Whether ethnicity, nationality or origin was recorded may be asked; which, never. Raises GateError.

    Source: Equality Act 2010 s149; nobody is flagged by what is recorded of them.
    """
    for condition in conditions:
        if isinstance(condition, Either):
            _refuse_protected(table, condition.parts)
        elif not isinstance(condition, IsMissing):
            for column in condition.columns:
                if column in table and table.column(column).protected and not column.endswith("_reason"):
                    raise GateError(
                        f"A rule may ask whether `{column}` is missing, never what it is.",
                        remedy="Nobody is returned or marked by their ethnicity, nationality or origin.",
                    )


@dataclass(frozen=True)
class Rulebook:
    """The rules in force. overrides: severities that the user switched, whatever the mode."""

    rules: Mapping[str, Rule]
    overrides: Mapping[str, Severity] = field(default_factory=dict)

    def severity(self, rule: Rule, mode: Mode) -> Severity:
        return self.overrides.get(rule.name, rule.new if mode == "new" else rule.historic)

    def of_form(self) -> Rulebook:
        """Only the rules about the form of any row."""
        return Rulebook({name: rule for name, rule in self.rules.items() if not rule.when}, self.overrides)

    @functools.cached_property
    def _by_table(self) -> Mapping[str, tuple[Check, ...]]:
        found: dict[str, list[Check]] = {}
        for rule in self.rules.values():
            for check in rule.checks():
                found.setdefault(check.table.name, []).append(check)
        return {name: tuple(checks) for name, checks in found.items()}

    def asked(self, table: Table, mode: Mode) -> tuple[Check, ...]:
        """The checks of a table's rules that are not switched off in `mode`, in the order of the book."""
        return tuple(c for c in self._by_table.get(table.name, ()) if self.severity(c.rule, mode) != "off")


def rulebook(
    overrides: Mapping[str, str] | None = None,
    own: Iterable[Mapping[str, Any]] = (),
    own_lists: Collection[str] = (),
) -> Rulebook:
    """The shipped rules and the user's own, with the user's severities.

    own: rules as `joinedup.toml` gives them. own_lists: columns whose codes are of a list of the user's. Raises
    GateError for a rule that cannot be used, a name that is taken, a severity that does not exist, or one of a
    structural rule.
    """
    rules = dict(_shipped())
    for entry in own:
        rule = _rule(entry, own=True, own_lists=own_lists)
        if rule.name in rules:
            raise GateError(
                f"There is a rule `{rule.name}` already.", rule=rule.name, remedy="Give yours another name."
            )
        rules[rule.name] = rule
    book = Rulebook(rules, _overrides(overrides or {}, rules))
    return _tried(book)


def _tried(book: Rulebook) -> Rulebook:
    """Parse every condition once, so that a rule that cannot be asked is told when it is read."""
    for table in tables.RECORD_TABLES:
        book.asked(table, "new")
    return book


def _overrides(given: Mapping[str, str], rules: Mapping[str, Rule]) -> dict[str, Severity]:
    for name, severity in given.items():
        if name not in rules:
            raise GateError(f"There is no rule `{name}`.{nearest(name, rules)}")
        if severity not in SEVERITIES:
            raise GateError(f"Rule `{name}` can be {', '.join(f'`{s}`' for s in SEVERITIES)}.", rule=name)
        if rules[name].structural:
            raise GateError(
                f"Rule `{name}` cannot be switched: without it rows could not be read, found again or joined.",
                rule=name,
            )
    return {name: cast(Severity, severity) for name, severity in given.items()}


@functools.cache
def _shipped() -> Mapping[str, Rule]:
    entries = [
        entry for path in sorted(RULEBOOK.glob("*.toml")) for entry in tomllib.loads(path.read_text("utf-8"))["rule"]
    ]
    return {rule.name: rule for rule in map(_rule, entries)}


_TEXTS = ("name", "protects", "message", "remedy", "source", "new", "historic")
_KEYS = {*_TEXTS, "table", "column", "columns", "when", "defect", "structural", "fails", "passes"}


def _rule(entry: Mapping[str, Any], *, own: bool = False, own_lists: Collection[str] = ()) -> Rule:
    """A rule from its TOML. Raises GateError."""
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise GateError("A rule has no name.", remedy='Such as name = "custody-number-missing".')
    for key in entry:
        if key not in _KEYS:
            raise GateError(f"Rule `{name}` has no setting `{key}`.{nearest(key, _KEYS)}", rule=name)
    given = {key: _text(entry, key, name) for key in _TEXTS if key in entry}
    for key in ("message", "remedy"):
        if key not in given:
            raise GateError(f"Rule `{name}` has no `{key}`.", rule=name, remedy="Say what is wrong, and what to do.")
    for key in ("new", "historic"):
        if given.get(key, "marked") not in SEVERITIES:
            raise GateError(f"`{key}` of rule `{name}` is one of {', '.join(SEVERITIES)}.", rule=name)
    texts = {"protects": "", "source": "the user's own rule", **given}
    rule = Rule(
        **cast(dict[str, Any], texts),
        structural=bool(entry.get("structural", False)),
        defect=entry.get("defect"),
        when=_list(entry, "when", name),
        fails=_example(entry, "fails", name),
        passes=_example(entry, "passes", name),
        table=entry.get("table"),
        own_lists=frozenset(own_lists),
    )
    if own and not rule.when:
        raise GateError(f"Rule `{name}` does not say when it fires.", rule=name, remedy="Add `when`.")
    return _placed(rule, entry)


def _placed(rule: Rule, entry: Mapping[str, Any]) -> Rule:
    """The rule with its table and columns, checked. Raises GateError."""
    if not rule.when:
        return rule
    names = [table.name for table in tables.RECORD_TABLES]
    if rule.table not in names:
        raise GateError(f"Rule `{rule.name}` names no table.{nearest(str(rule.table), names)}", rule=rule.name)
    columns = _list(entry, "columns", rule.name) or _list(entry, "column", rule.name)
    for column in columns:
        if column not in (table := tables.named(rule.table)):
            raise GateError(
                f"Rule `{rule.name}`: table `{table.name}` has no column `{column}`.{nearest(column, table.names)}",
                rule=rule.name,
                remedy="Name the column that is to be mended.",
            )
    if not columns:
        raise GateError(f"Rule `{rule.name}` names no column.", rule=rule.name, remedy="Add the column to mend.")
    placed = replace(rule, columns=columns)
    try:
        list(placed.checks())
    except GateError as error:
        raise GateError(f"Rule `{rule.name}`: {error.message}", rule=rule.name, remedy=error.remedy) from None
    return placed


def _text(entry: Mapping[str, Any], key: str, rule: str) -> str:
    if not isinstance(entry[key], str) or not entry[key].strip():
        raise GateError(f"`{key}` of rule `{rule}` should be text.", rule=rule)
    return " ".join(entry[key].split())


def _list(entry: Mapping[str, Any], key: str, rule: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    many = [value] if isinstance(value, str) else value
    if not isinstance(many, list) or not all(isinstance(one, str) for one in many):
        raise GateError(f"`{key}` of rule `{rule}` should be text or a list of texts.", rule=rule)
    return tuple(many)


def _example(entry: Mapping[str, Any], key: str, rule: str) -> Example:
    """Rows by table; one row may stand without its list."""
    value = entry.get(key, {})
    if not isinstance(value, dict):
        raise GateError(f"`{key}` of rule `{rule}` should give rows by table.", rule=rule)
    return {table: rows if isinstance(rows, list) else [rows] for table, rows in value.items()}
