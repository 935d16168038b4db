"""Cells that no spreadsheet runs as a formula, and the way back to what was sent.

A cell that a spreadsheet may run gets one apostrophe before it; nothing else is changed, but that NULs go. Run is what
begins with = + - or @, and what begins with a tab or line end is not trusted (OWASP ASVS 1.2.10; CWE-1236). Programs
differ in what they look past and in what they take for these signs, so blanks and what cannot be seen are looked past,
and full-width and small forms and the true minus sign count too. A plain number or telephone number stays as it is.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_UNSEEN = (
    (0x01, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x1680, 0x1680),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F), (0x2800, 0x2800),
    (0x3000, 0x3000), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Controls, blanks, marks of writing direction, joiners, fillers, selectors: first and last code point."""

_BLANKS = "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSEEN)
_MINUS = "\u2212"
_WIDE = "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"

# One text for two engines of regular expressions: Python's for a cell, Arrow's for a column. Apostrophes that were sent
# are looked past, so that one apostrophe taken off always gives the cell as sent.
_LIVE = rf"'*(?:[\t\r\n]|[{_BLANKS}]*[=+\-@{_MINUS}{_WIDE}])"
_SIGN = rf"[+\-{_MINUS}]"
_PLAIN = rf"'* *(?:{_SIGN}[+\-{_MINUS} ]*|{_SIGN} ?\.?[0-9][0-9 .,]*%?|{_SIGN} ?[0-9][0-9 ]*\([0-9]+\)[0-9 ]*)"


def harmless(cell: str) -> str:
    """The cell as it may stand in a file that a spreadsheet opens: with an apostrophe when it might be run."""
    clean = cell.replace("\0", "")
    return "'" + clean if _is_live(clean) else clean


def unharmed(cell: str) -> str:
    """The cell as sent: `unharmed(harmless(cell)) == cell` for every cell without NUL."""
    return cell[1:] if cell.startswith("'") and _is_live(cell[1:]) else cell


def harmless_column(cells: pa.Array) -> pa.Array:
    """`harmless` of every text of a column; null stays null."""
    if pc.any(pc.match_substring(cells, "\0")).as_py():
        cells = pc.replace_substring(cells, "\0", "")
    live = pc.match_substring_regex(cells, f"^{_LIVE}")
    if not pc.any(live).as_py():
        return cells
    live = pc.and_not(live, pc.match_substring_regex(cells, f"^(?:{_PLAIN})$"))
    apostrophe, nothing = pa.scalar("'", cells.type), pa.scalar("", cells.type)
    return pc.if_else(live, pc.binary_join_element_wise(apostrophe, cells, nothing), cells)


def _is_live(cell: str) -> bool:
    return re.match(_LIVE, cell) is not None and re.fullmatch(_PLAIN, cell) is None
