"""Write the reference pages that come from the code: tables, code lists and commands, in docs/reference/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer

from joinedup import codes, tables
from joinedup.cli import app
from joinedup.codes import Code, CodeList
from joinedup.tables import Column, Table

FOLDER = Path(__file__).parent / "reference"

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
    yield from _grid(
        ("Column", "Holds", "Meaning", "Must be", "Kept", "Source"),
        (_column(column) for column in table.columns),
    )


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


def _grid(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in row) + " |"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "tables.md").write_text(tables_page(), encoding="utf-8")
    (FOLDER / "codes.md").write_text(codes_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
