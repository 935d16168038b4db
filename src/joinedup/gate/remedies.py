"""What a sender may write in place of a code or word that could not be read."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from joinedup.codes import CodeList, code_list
from joinedup.tables import Column

MOST_TOLD = 26
"""A longer list is not told in a cell; the longest that is, is that of outcomes."""

CODE, WORD = "code-not-in-list", "value-not-allowed"
"""The rules whose remedy depends on the column."""


def allowed(rule: str, column: Column) -> str | None:
    """The remedy of `rule` for a column that is read by its own list; None where the rule's own words are enough."""
    if rule == CODE and column.codes is not None:
        return of_list(code_list(column.codes))
    if rule == WORD and pa.types.is_boolean(column.type):
        return "Write yes or no, or translate it with `values` in the source map."
    return of_words(column.values) if rule == WORD and column.values else None


def of_list(list_: CodeList) -> str:
    """All codes with their labels, or of a long list two and where the others stand."""
    told = [f"{code.code} {code.label}" for code in list_.codes.values()]
    if len(told) <= MOST_TOLD:
        return f"Use one of: {'; '.join(told)}. Or name another list in the source map."
    return (
        f"Use a code of the list `{list_.name}`, such as {told[0]} or {told[1]}. `joinedup template` writes the whole "
        "list, and docs/reference/codes.md has it. Or name another list in the source map."
    )


def of_words(words: Iterable[str]) -> str:
    """The words that are read."""
    return f"Use one of: {'; '.join(words)}. Or translate it with `values` in the source map."
