"""When two spellings are one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣-", "-"))
_CLASS = re.compile(r"([0-9]{1,3})\s*/\s*([0-9]{1,2})|([0-9]{3})([0-9]{2})")


def fold(text: str) -> str:
    """`text` as it is compared: lower case, single spaces, none at the ends, every dash a hyphen."""
    return " ".join(text.translate(_DASHES).split()).casefold()


def fold_class(text: str) -> str:
    """As `fold`, and a Home Office class in any of its forms, `19/7`, `19/07` or `01907`, as `019/07`."""
    folded = fold(text)
    found = _CLASS.fullmatch(folded)
    if found is None:
        return folded
    head, tail = (part for part in found.groups() if part is not None)
    return f"{int(head):03d}/{int(tail):02d}"


SHAPES: Mapping[str, Callable[[str], str]] = {"": fold, "ho-class": fold_class}
"""How spellings are compared in lists of each shape. A new shape of code is added here."""
