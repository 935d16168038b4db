"""The reference page of code lists, made from the lists themselves."""

from __future__ import annotations

from collections.abc import Iterable

from joinedup.codes.entries import Code
from joinedup.codes.lists import CodeList, code_list, names

SHORT = 60
"""Lists of no more than so many codes are printed in full."""

_INTRODUCTION = """# Code lists

Every list that the product ships, with its source. `inside` is the code that our tables hold; *reason* says why a code
is not a value. A project may put a list of its own, `<name>.csv`, in its `codes` folder."""


def reference_page() -> str:
    """Every shipped list as Markdown: its source, version, number of codes, notes, and the codes of short lists."""
    return "\n\n".join([_INTRODUCTION, *(_section(code_list(name)) for name in names())]) + "\n"


def _section(codes: CodeList) -> str:
    story = codes.story
    about = [
        ("Column", f"`{codes.column}`"),
        ("Translates to", "itself: this is an inside list" if codes.inside == codes.name else f"`{codes.inside}`"),
        ("Codes", f"{len(codes.codes):,}"),
        ("Source", story.source),
        ("Version", ", ".join(part for part in (story.version, story.date) if part) or "not stated"),
        ("Licence", story.licence),
        ("Note", story.note),
    ]
    parts = [f"## `{codes.name}`", codes.title + ".", _table(("", ""), [pair for pair in about if pair[1]])]
    if len(codes.codes) <= SHORT:
        parts.append(_table(("code", "label", "inside", "also"), [_line(code) for code in codes.codes.values()]))
    return "\n\n".join(parts)


def _line(code: Code) -> tuple[str, ...]:
    inside = f"`{code.inside}`" if code.inside else f"*{code.reason}*"
    return (f"`{code.code}`", code.label, inside, "; ".join(code.also))


def _table(header: Iterable[str], lines: Iterable[tuple[str, ...]]) -> str:
    header = tuple(header)
    return "\n".join(_cells(line) for line in (header, ("---",) * len(header), *lines))


def _cells(line: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
