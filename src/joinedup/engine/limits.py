"""How large a thing may be before it is not an extract but a mistake or an attack."""

from dataclasses import dataclass

LONGEST_CELL = 100_000
"""Bytes. Spreadsheets stop at 32,767 characters; a longer cell is nearly always an unclosed quotation mark."""

MOST_COLUMNS = 4_000
"""Police extracts have tens of columns; the widest known survey files some thousands."""

MOST_SHEET_ROWS = 1_048_576
"""Rows of a sheet: no spreadsheet program writes more."""

LONGEST_HEADER = 1_000_000
"""Bytes of the first row."""


@dataclass(frozen=True)
class Limits:
    """unpacked: bytes a compressed file may unpack to. ratio: how many times its own size, beyond `free` bytes.

    chunk: bytes read at a time. part: rows handed over at a time, fewer when they hold more than `cells` cells.
    row: bytes a row may have before a quotation mark in it must be taken for one that is never closed.
    """

    unpacked: int = 8_000_000_000
    ratio: int = 200
    free: int = 50_000_000
    chunk: int = 16_000_000
    part: int = 100_000
    cells: int = 1_000_000
    row: int = 64_000_000

    def allows(self, packed: int, unpacked: int) -> bool:
        return unpacked <= self.free or (unpacked <= self.unpacked and unpacked <= packed * self.ratio)

    def part_of(self, columns: int) -> int:
        """Rows of one part of a table of so many columns."""
        return max(1, min(self.part, self.cells // max(columns, 1)))
