"""Text folded for comparison, with the way back: every place of the folded text leads to one of the original.

Folding puts letters in lower case, makes every kind of space one plain space, every quotation mark a plain one, every
hyphen a plain one, and takes out characters that have no width. Letters keep their accents.
"""

from __future__ import annotations

import numpy as np

_SAME_WIDTH = str.maketrans({
    **dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\t\n\r\v\f\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", " "),
    **{chr(code): " " for code in range(0x2000, 0x200B)}, "İ": "i",
})  # fmt: skip
_ASCII_SPACES = ("\t", "\n", "\r", "\v", "\f")
_NO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_GONE = 0xFFFFFFFF
_PLANE = 0x10000
SPACE = 32


def _plain(code: int) -> int:
    """The folded character of a code, where it is one character; `_GONE` for one of no width."""
    if chr(code) in _NO_WIDTH:
        return _GONE
    lower = chr(code).translate(_SAME_WIDTH).lower()
    return ord(lower) if len(lower) == 1 else code


_TABLE = np.array([_plain(code) for code in range(_PLANE)], dtype=np.uint32)


class Folded:
    """A folded text. `at(place)` is the place in the original of a place in it."""

    def __init__(self, text: str) -> None:
        self.text, self._gone = _ascii(text) if text.isascii() else _other(text)

    def at(self, place: int) -> int:
        """The place in the original text; the end of the folded text leads to the end of the original."""
        if self._gone is None:
            return place
        return place + int(np.searchsorted(self._gone, place, side="right"))


def _ascii(text: str) -> tuple[str, np.ndarray | None]:
    for space in _ASCII_SPACES:
        text = text.replace(space, " ")
    text = text.lower()
    if "  " not in text:
        return text, None
    letters = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    narrowed, gone = _narrowed(letters, np.zeros(len(letters), dtype=bool))
    return narrowed.tobytes().decode("ascii"), gone


def _other(text: str) -> tuple[str, np.ndarray | None]:
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    plain = _TABLE[letters] if letters.max() < _PLANE else np.where(letters < _PLANE, _TABLE[letters % _PLANE], letters)
    narrowed, gone = _narrowed(plain, plain == _GONE)
    return narrowed.tobytes().decode("utf-32-le", "surrogatepass"), gone


def _narrowed(letters: np.ndarray, gone: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Without second spaces and without those that are gone. Beside it, for each that went, the place in the narrowed
    text before which it stood; None where nothing went.
    """
    kept = np.flatnonzero(~gone) if gone.any() else None
    space = (letters if kept is None else letters[kept]) == SPACE
    second = np.flatnonzero(space[1:] & space[:-1]) + 1
    gone[second if kept is None else kept[second]] = True
    places = np.flatnonzero(gone)
    return (letters[~gone], places - np.arange(len(places))) if len(places) else (letters, None)
