"""One table that may leave: every number in it has passed the disclosure check, or is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from joinedup.errors import StatisticsError

HIDDEN = "[c]"
"""Stands for a number that is not shown. Source: Government Analysis Function, symbols in tables, `c` confidential."""

Kind = Literal["text", "count", "share"]
Value = str | int | float | None


@dataclass(frozen=True)
class PublicColumn:
    """name: for machines, small letters and `_`. title: as a reader sees it. kind: of its values; a share is 0 to 1."""

    name: str
    title: str
    says: str
    kind: Kind = "count"


@dataclass(frozen=True)
class PublicTable:
    """slug: the last part of its lasting address. title: names what is unknown as well. rows: a None is not shown.

    whole: the column of a total whose bar is the whole, for its picture; None where it has none.
    Raises StatisticsError for a row that does not fit its columns.
    """

    slug: str
    title: str
    says: str
    columns: tuple[PublicColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise StatisticsError(f"A row of `{self.slug}` does not fit its columns.")

    @property
    def hides(self) -> bool:
        """Whether anything in it is not shown."""
        return any(value is None for row in self.rows for value in row)

    def cells(self, row: Sequence[Value]) -> tuple[str, ...]:
        """A row as it is read: counts with commas, shares as per cents, what is not shown as `[c]`."""
        return tuple(shown(value, column) for value, column in zip(row, self.columns, strict=True))


def shown(value: Value, column: PublicColumn) -> str:
    """One cell as it is read."""
    if value is None:
        return HIDDEN
    if column.kind == "share":
        return f"{100 * float(value):.1f}%"
    return f"{value:,}" if column.kind == "count" else str(value)
