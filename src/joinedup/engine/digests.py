"""The digest of a row as it was sent, by which a mended row finds its own again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_NOT_CARRIED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1e\x7f\ufffe\uffff]")
"""What no spreadsheet carries back, so it cannot tell a mended row from one that was only opened and saved."""


def row_digest(cells: Iterable[str | None]) -> str:
    """`r` and 15 hexadecimal digits of SHA-256 over the cells; empty cells are like none, at the end like no cell.

    Digits alone, or with one `e`, would be a number to a spreadsheet, which keeps no more than 15 of them.
    It stands in returned files only, which are kept as the data are kept: it is no secret of a row's content.
    """
    told = "\x1f".join(cell or "" for cell in cells).replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1f")
    return "r" + hashlib.sha256(_NOT_CARRIED.sub("", told).encode("utf-8", "replace")).hexdigest()[:15]
