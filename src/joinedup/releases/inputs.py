"""What a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from joinedup import tables


@dataclass(frozen=True)
class Source:
    """A system that sent extracts: its name, what kind of system it is in words, its force's code, rows it sent."""

    system: str
    kind: str
    force: str | None
    rows: int


@dataclass(frozen=True)
class Truth:
    """How right the joining was, where the truth is known. Shares 0 to 1 over pairs of records; people counted."""

    precision: float
    recall: float
    f1: float
    people: int


@dataclass(frozen=True)
class ReportInput:
    """One run, as a report needs it.

    figures: `tables.FIGURES` rows. returns: `tables.RETURNS` rows, of which rule, severity, message and remedy are
    read. threshold: bits a pair needs to be joined. versions: name to version of what the run was made with.
    truth: only for invented records. soundness: `tables.SOUNDNESS` rows.
    """

    name: str
    invented: bool
    made_at: datetime
    figures: pa.Table
    returns: pa.Table
    sources: tuple[Source, ...]
    threshold: float
    versions: Mapping[str, str] = field(default_factory=dict)
    truth: Truth | None = None
    soundness: pa.Table = field(default_factory=tables.SOUNDNESS.empty)
