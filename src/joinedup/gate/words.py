"""Words of a condition, held against what its column can hold, so that no rule waits for what cannot come."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from joinedup import codes
from joinedup.errors import GateError, nearest
from joinedup.gate.conditions import Condition, Either, Has, IsIn, Matches
from joinedup.tables import Table
from joinedup.tables.records import STAGES

_IN_CAPITALS = frozenset({"forenames", "surname", "aliases", "postcode"})
_OF_FACTS: Mapping[str, Collection[str]] = {"stage": STAGES}
_STANDING_ALONE = ("missing", "present", "unread")
_LISTS_BESIDE = {"force": ("force-invented",)}
"""Lists that may stand inside a column in place of its own."""


def fitting(table: Table, condition: Condition, own_lists: Collection[str] = ()) -> Condition:
    """The condition with its words as its column writes them: names in capitals, codes as their list has them.

    own_lists: columns whose codes are of a project's own list, which are not known here. Raises GateError for a word
    that the column can never hold, or a pattern of small letters where all is in capitals.
    """
    if isinstance(condition, Either):
        return Either(tuple(fitting(table, part, own_lists) for part in condition.parts))
    if isinstance(condition, Matches):
        _refuse_small_letters(table, condition)
    if isinstance(condition, IsIn | Has):
        return replace(condition, words=tuple(_fitting(table, condition.column, w, own_lists) for w in condition.words))
    return condition


def _fitting(table: Table, column: str, word: str, own_lists: Collection[str]) -> str:
    known = _known(table, column, own_lists)
    if known is None:
        _refuse_slips(column, word)
        return word.upper() if _is_in_capitals(column) and column in table else word
    found = {one.casefold(): one for one in known}.get(word.casefold())
    if found is None:
        told = ", ".join(f"`{one}`" for one in known) if len(known) <= 12 else "codes of its list"
        raise GateError(
            f"`{column}` never holds `{word}`.{nearest(word, [*known, 'missing', 'present'])}",
            remedy=f"It holds {told}; or ask whether it is missing or present.",
        )
    return found


def _known(table: Table, column: str, own_lists: Collection[str]) -> Collection[str] | None:
    """All that a column can hold; None where that is no closed set."""
    if column in _OF_FACTS and column not in table:
        return _OF_FACTS[column]
    if column not in table or column in own_lists:
        return None
    given = table.column(column)
    if given.codes is None:
        return given.values or None
    lists = [codes.code_list(name) for name in (given.codes, *_LISTS_BESIDE.get(column, ()))]
    return None if any(one.story.endings for one in lists) else [code for one in lists for code in one.codes]


def _refuse_slips(column: str, word: str) -> None:
    """`misssing` is meant for `missing`, and no value: what a column holds is hardly written in small letters."""
    told = nearest(word, _STANDING_ALONE, 0.9) if word not in _STANDING_ALONE else ""
    if told:
        raise GateError(f"`{column} is {word}` asks for that very word.{told}")


def _is_in_capitals(column: str) -> bool:
    return column in _IN_CAPITALS or column.startswith("id_")


def _refuse_small_letters(table: Table, condition: Matches) -> None:
    letters = re.sub(r"\\.|\(\?.", "", condition.pattern)
    small = letters != letters.upper() and letters == letters.lower()
    if condition.column in table and _is_in_capitals(condition.column) and small and "(?i" not in condition.pattern:
        raise GateError(
            f"`{condition.column}` is held in capitals, and this pattern has small letters alone: "
            f"`{condition.pattern}`.",
            remedy="Write it in capitals, or begin it with (?i).",
        )
