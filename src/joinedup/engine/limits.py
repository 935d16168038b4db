"""How large a thing may be before it is not an extract but a mistake or an attack."""

from dataclasses import dataclass

LONGEST_CELL = 100_000
"""Bytes. Spreadsheets stop at 32,767 characters; a longer cell is nearly always an unclosed quotation mark."""

MOST_COLUMNS = 4_000
"""Police extracts have tens of columns; the widest known survey files some thousands."""

LONGEST_HEADER = 1_000_000
"""Bytes of the first row."""


@dataclass(frozen=True)
class Limits:
    """unpacked: bytes a compressed file may unpack to. ratio: how many times its own size, beyond `free` bytes."""

    unpacked: int = 8_000_000_000
    ratio: int = 200
    free: int = 50_000_000

    def allows(self, packed: int, unpacked: int) -> bool:
        return unpacked <= self.free or (unpacked <= self.unpacked and unpacked <= packed * self.ratio)
