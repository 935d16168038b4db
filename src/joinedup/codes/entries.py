"""One line of a code list, one line of the index, and what a spelling becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

REASONS = ("not_recorded", "not_asked", "refused", "not_understood", "not_known", "unmapped", "not_applicable")
"""Why a value is missing, as in `joinedup.tables`, which is not imported here because it loads Arrow."""


class Translated(NamedTuple):
    """What a spelling became: an inside code, or the reason why there is none. Exactly one of the two is set."""

    code: str | None
    reason: str | None


@dataclass(frozen=True)
class Code:
    """One line of a code list. `facts` holds the list's further columns, such as `is_outcome`."""

    code: str
    label: str
    inside: str | None = None
    reason: str | None = None
    also: tuple[str, ...] = ()
    preferred: bool = False
    folds: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Story:
    """Where a list comes from: its line of the index."""

    name: str
    title: str = ""
    column: str = ""
    inside: str = ""
    source: str = ""
    version: str = ""
    date: str = ""
    licence: str = ""
    note: str = ""
    shape: str = ""
    endings: str = ""
