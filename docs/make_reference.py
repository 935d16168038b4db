"""Write what comes from the code into docs/reference/: tables, code lists, commands, rules, and the schemas."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer

from joinedup import codes, tables
from joinedup.cli import app
from joinedup.codes import Code, CodeList
from joinedup.gate import Rule, conditions, example, facts, rulebook
from joinedup.gate.publishing import fields, write_schemas
from joinedup.gate.rules import Check
from joinedup.gate.structural import own_checks, pointing_checks
from joinedup.tables import Column, Table

FOLDER = Path(__file__).parent / "reference"
SCHEMAS = FOLDER / "schemas"

WORDS = {
    "string": "text",
    "int64": "whole number",
    "double": "number",
    "bool": "yes or no",
    "date32[day]": "day",
    "timestamp[us, tz=UTC]": "moment, UTC",
}

TABLES_OPENING = """\
# Tables

Every table that Joinedup reads or writes, made from the same objects that check the data. A missing value is null, and
its reason stands in the column of the same name with `_reason`. *Personal* columns never reach a log, an error or a
release. *Protected* columns are collected, checked and counted; they never reach linkage, grouping, ranking or a flag.
The tables that are sent stand together in a [Data Package](schemas/datapackage.json).
"""

CODES_OPENING = """\
# Code lists

Every code list that comes with Joinedup: the lists whose codes our tables hold, and the spellings of other systems that
are translated into them. A code with a reason instead of a value says why nothing is known.
"""


COMMANDS_OPENING = """\
# Commands

What each command says of itself under `--help`. Exit 0 means done. Exit 1 comes only from a check that found something:
`check` when rows would be returned, `run --strict` when rows were returned or marked, `audit verify` when the log is
not whole. Exit 2 means that you must put something right, and the message says what. Results go to standard output,
progress to standard error.
"""

WIDTH = 100

RULES_OPENING = """\
# Rules

The gate's rules, made from the rule book that judges. A rule fires on a row when all its conditions hold. A row is then
*returned*: it goes back to its sender; or *marked*: it is let in with a note. A rule says which, once for *new* records
and once for *historic* ones. In a project you can [switch a rule, or add your own](../how-to/write-a-rule.md).
[The gate](../explanation/the-gate.md) says why it is so.
"""

CLEAN_OPENING = """\

## The clean submission

A suspect and a child in one invented crime. Nothing of it goes back. Each example below says what it holds; all else is
as here. Examples are judged in mode *new*, as on {day}, in a project of invented records.
"""

DEFECTS_OPENING = """\

## Known defects

What goes wrong in such data, collected from the National Audit of 2025, the Independent Inquiry into Child Sexual
Abuse, inspections, and data standards of police and courts. No rule means that a rule of one row cannot see it.
"""

DEFECTS = {
    1: "Ethnicity of a suspect is missing, refused, or in no list.",
    2: "Nationality is missing, or confused with ethnicity or place of birth.",
    3: "A value is frozen at first entry: what is learnt later is not fed back.",
    4: "What an officer saw is used as if the person had said it.",
    5: "Ethnicity was deleted from a file or covered over.",
    6: "The flag for child sexual exploitation is missing or contradicts the offence.",
    7: "A case of several suspects is recorded as crimes of one.",
    8: "Counts of exploitation leave out rape.",
    9: "Definitions differ between forces and agencies.",
    10: "One person has many records; titles, references and businesses stand in names.",
    11: "A birth date cannot be, or was typed to fill the field.",
    12: "A phone or postcode is made up, or stands for none.",
    13: "A record is linked to nothing.",
    14: "Odd characters or several names stand in one field.",
    15: "Abbreviations are not understood elsewhere.",
    16: "A child has no identifier that police, care, health and school share.",
    17: "Partners' data are left out.",
    18: "Records are deleted by accident, or held too long.",
    19: "A case is closed with actions still open.",
    20: "Somebody harmed is recorded as an offender.",
    21: "Wording blames the victim.",
    22: "Totals count what is no outcome, or use a population that a force does not have.",
    23: "A rate of closed cases hides those of whom nothing is recorded.",
}

FACTS_OPENING = """\

## Facts

A condition may ask about any column of the rule's own table, about `as_of` (the day on which the gate judges), and
about the facts below. `COLUMN is unread` asks whether something stood in the column that could not be read; `COLUMN
stands beside a reason`, whether a value and a reason for having none stood in one row. A fact that
rests on a table which was not sent is not there, and rules that ask about it are not asked. A fact that ends in
`_found` is a list of words for what stood in a text as received.
"""

FORM = "Form of any row"
READING = "what is read of a file, before there is a row to judge"


def tables_page() -> str:
    """The reference page of tables, as Markdown."""
    return "\n".join([TABLES_OPENING, *(line for table in tables.ALL.values() for line in _table(table))])


def codes_page() -> str:
    """The reference page of code lists, as Markdown."""
    lists = (codes.code_list(name) for name in codes.names())
    return "\n".join([CODES_OPENING, *(line for code_list in lists for line in _code_list(code_list))])


def commands_page() -> str:
    """The reference page of commands, as Markdown."""
    return "\n".join([COMMANDS_OPENING, *_commands(typer.main.get_command(app), None)])


def rules_page() -> str:
    """The reference page of the gate's rules, their facts and their conditions, as Markdown."""
    rules = list(rulebook().rules.values())
    parts = (_all_rules(rules), _clean(), _by_table(rules), _defects(rules), _facts(), _conditions())
    return "\n".join([RULES_OPENING, *(line for part in parts for line in part)])


def _commands(command: Any, above: Any) -> Iterator[str]:
    """A section for each command that does something, those of a group after one another."""
    within = command.context_class(command, parent=above, info_name=command.name, terminal_width=WIDTH)
    inner = getattr(command, "commands", None)
    if inner is None:
        yield f"\n## `{within.command_path}`\n"
        yield f"```text\n{command.get_help(within)}\n```"
    for one in (inner or {}).values():
        yield from _commands(one, within)


def _table(table: Table) -> Iterator[str]:
    yield f"\n## `{table.name}`\n"
    yield f"A row is {table.a_row_is}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    if table in tables.RECORD_TABLES:
        yield f"To send it: {_schemas(table)}.\n"
    yield from _grid(
        ("Column", "Holds", "Meaning", "Must be", "Kept", "Source"),
        (_column(column) for column in table.columns),
    )


def _schemas(table: Table) -> str:
    """Links to the files that `write_schemas` puts beside the page."""
    files = {"Table Schema": f"{table.name}.schema.json", "JSON Schema": f"{table.name}.json-schema.json"}
    return ", ".join(f"[{name}]({SCHEMAS.name}/{file})" for name, file in files.items())


def _column(column: Column) -> tuple[str, ...]:
    kept = ["personal"] if column.personal else []
    kept += [f"protected: {column.protection.value}"] if column.protected else []
    return (f"`{column.name}`", _holds(column.type), column.meaning, column.constraint, "; ".join(kept), column.source)


def _holds(kind: pa.DataType) -> str:
    """An Arrow type in words."""
    if pa.types.is_list(kind):
        return f"list of {_holds(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "(" + ", ".join(f"{field.name}: {_holds(field.type)}" for field in kind) + ")"
    return WORDS[str(kind)]


def _code_list(code_list: CodeList) -> Iterator[str]:
    yield f"\n## `{code_list.name}`\n"
    origin = (code_list.source, f"version {code_list.version}" if code_list.version else "", code_list.date)
    yield f"{code_list.title}. Source: {', '.join(part for part in origin if part)}.\n"
    if code_list.inside and code_list.inside != code_list.name:
        yield f"Translated into [`{code_list.inside}`](#{code_list.inside}).\n"
    yield from _grid(("Code", "Label", "Becomes", "Also read"), (_code(code) for code in code_list.codes.values()))


def _code(code: Code) -> tuple[str, ...]:
    becomes = f"`{code.inside}`" if code.inside else f"missing: {code.reason}"
    return (f"`{code.code}`", code.label, becomes, ", ".join(code.also))


def _all_rules(rules: Sequence[Rule]) -> Iterator[str]:
    yield f"\n## All {len(rules)} rules\n"
    header = ("Rule", "About", "New", "Historic", "Known defect")
    yield from _grid(header, ((f"[`{r.name}`](#{r.name})", r.table or FORM, *_fates(r), _defect(r)) for r in rules))


def _fates(rule: Rule) -> tuple[str, str]:
    return rule.new, rule.historic


def _defect(rule: Rule) -> str:
    return "" if rule.defect is None else f"[{rule.defect}](#known-defects)"


def _clean() -> Iterator[str]:
    """Columns down and rows across, for a record is wider than a page."""
    yield CLEAN_OPENING.format(day=f"{example.AS_OF.day} {example.AS_OF:%B %Y}")
    for table, rows in example.CLEAN.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        header = (f"`{table}`", *(f"Row {number}" for number in range(1, len(rows) + 1)))
        yield from _grid(header, ((f"`{c}`", *(_text(row.get(c, "")) for row in rows)) for c in columns))
        yield ""


def _text(value: object) -> str:
    return f"`{value}`" if value != "" else "empty"


def _by_table(rules: Sequence[Rule]) -> Iterator[str]:
    looked_at = _form_checks()
    for place in [*dict.fromkeys(rule.table for rule in rules if rule.table), None]:
        yield f"\n## {f'Of `{place}`' if place else FORM}"
        for rule in rules:
            if rule.table == place:
                yield from _rule(rule, list(rule.checks()) or looked_at.get(rule.name, []))


def _form_checks() -> Mapping[str, list[Check]]:
    """What rules without conditions of their own look at, by name of the rule."""
    rules, found = rulebook().rules, dict[str, list[Check]]()
    for table in tables.RECORD_TABLES:
        for check in [*own_checks(table, rules), *pointing_checks(table, rules)]:
            found.setdefault(check.rule.name, []).append(check)
    return found


def _rule(rule: Rule, checks: Sequence[Check]) -> Iterator[str]:
    new, historic = _fates(rule)
    yield f"\n### `{rule.name}`\n"
    yield f"{rule.message}\n"
    yield f"- What to do: {rule.remedy}"
    yield f"- New: {new}. Historic: {historic}.{' Cannot be switched.' if rule.structural else ''}"
    yield f"- Protects: {rule.protects}"
    yield f"- Looks at: {_looked_at(checks)}."
    if checks:
        yield f"- Fires when: {', and '.join(f'`{condition}`' for condition in rule.when or _said(checks))}."
    yield f"- Source: {rule.source}."
    if rule.defect is not None:
        yield f"- Known defect: {_defect(rule)}, {DEFECTS[rule.defect][0].lower()}{DEFECTS[rule.defect][1:]}"
    yield ""
    yield from _examples(rule)


def _looked_at(checks: Sequence[Check]) -> str:
    columns: dict[str, list[str]] = {}
    for check in checks:
        if check.column in _may_be_told(check.table):
            columns.setdefault(check.table.name, []).append(f"`{check.column}`")
    return "; ".join(f"`{table}`: {', '.join(names)}" for table, names in columns.items()) or READING


def _may_be_told(table: Table) -> set[str | None]:
    """What a sender gives; not what the reader makes of it, but for the key."""
    return {*table.key, *(field.name for field in fields(table))}


def _said(checks: Sequence[Check]) -> list[str]:
    """Conditions of a rule about the form of any row, as one would write them."""
    found = {_in_words(condition, check.column) for check in checks for condition in check.when}
    return sorted(found)


def _in_words(condition: conditions.Condition, column: str | None) -> str:
    if isinstance(condition, conditions.IsMissing):
        return "{column} is missing"
    (asked,) = condition.columns
    return "{column} is unread" if asked == f"{conditions.UNREAD}{column}" else f"{asked} is yes"


def _examples(rule: Rule) -> Iterator[str]:
    given = {"fails": rule.fails, "passes": rule.passes}
    rows = [(name, *row) for name, one in given.items() for row in _rows_of(one)]
    if rows:
        yield from _grid(("Example", "Table", "Row", "Holds"), rows)


def _rows_of(given: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[tuple[str, str, str]]:
    for table, rows in given.items():
        clean = len(example.CLEAN.get(table, ()))
        for number, row in enumerate(rows, start=1):
            if row:
                place = f"{number}" if number <= clean else f"{number}, added" + (", else as row 1" if clean else "")
                yield f"`{table}`", place, "; ".join(f"`{name}`: {_text(value)}" for name, value in row.items())


def _defects(rules: Sequence[Rule]) -> Iterator[str]:
    yield DEFECTS_OPENING
    by_number: dict[int | None, list[str]] = {}
    for rule in rules:
        by_number.setdefault(rule.defect, []).append(f"[`{rule.name}`](#{rule.name})")
    found = ((str(number), says, ", ".join(by_number.get(number, ["none"]))) for number, says in DEFECTS.items())
    yield from _grid(("", "What goes wrong", "Rules that look for it"), found)


def _facts() -> Iterator[str]:
    yield FACTS_OPENING
    for table, known in facts.FACTS.items():
        yield f"\n### Facts of `{table}`\n"
        yield from _grid(("Fact", "Holds", "Means"), ((f"`{n}`", _holds(f.type), f.meaning) for n, f in known.items()))


def _conditions() -> Iterator[str]:
    """The forms of words, as the module that reads them states them."""
    yield "\n## Forms of conditions\n"
    for part in inspect.cleandoc(conditions.__doc__ or "").split("\n\n"):
        block = part.startswith("    ")
        yield f"```text\n{inspect.cleandoc(part)}\n```\n" if block else f"{' '.join(part.split())}\n"


def _grid(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in row) + " |"


if __name__ == "__main__":
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    (FOLDER / "tables.md").write_text(tables_page(), encoding="utf-8")
    (FOLDER / "codes.md").write_text(codes_page(), encoding="utf-8")
    (FOLDER / "rules.md").write_text(rules_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
    write_schemas(SCHEMAS, overwrite=True)
