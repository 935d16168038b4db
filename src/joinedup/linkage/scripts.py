"""Names and addresses in other scripts, written in Latin letters, so that they can be compared at all.

Each letter has one spelling, whatever its neighbours and whatever the language. Texts in one script are compared well.
Of Arabic, Hebrew, the scripts of India and some others, what is written is mostly consonants; a name in one of them
is held against a Latin spelling by its consonants. Nothing here says, or lets anyone say, where a name comes from.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_TRANSLITERATED = ("L", "M", "Nd")
"""Unicode's categories of letters, of vowel signs and other marks, and of digits."""

_AS_THEY_ARE = ("LATIN ", "FULLWIDTH LATIN ", "COMBINING ", "MODIFIER LETTER ")
"""How the names of characters begin that Latin texts hold, and that are folded as such."""


class _Spellings(dict[int, str]):
    """By code point, as `str.translate` reads it; each worked out once."""

    def __missing__(self, code: int) -> str:
        self[code] = made = _spelling(chr(code))
        return made


def _spelling(character: str) -> str:
    other = unicodedata.category(character).startswith(_TRANSLITERATED)
    if not other or unicodedata.name(character, "").startswith(_AS_THEY_ARE):
        return character
    plain = any(one.isascii() for one in unicodedata.normalize("NFKD", character))
    return character if plain else anyascii(character)


_SPELLINGS = _Spellings()


def latin(text: str) -> str:
    """A text with letters, vowel signs and digits of other scripts in ASCII; a text without any stays as it is.

    Source: the tables of AnyAscii 0.3, which follow the romanisations in common use.
    """
    if text.isascii() or text.translate(_SPELLINGS) == text:
        return text
    return unicodedata.normalize("NFC", text).translate(_SPELLINGS)


_VOWELS_UNWRITTEN = re.compile("[\u0590-\u109f\u1780-\u17d3\ufb1d-\ufdfb\ufe70-\ufefc]")
"""From Hebrew to Burmese, Khmer, and the forms that Hebrew and Arabic letters take in print."""

_ARTICLE = re.compile(r"\b\u0627\u0644(?=\w\w)")
"""The article at the beginning of an Arabic word, where Latin spellings have AL or nothing."""


def vowels_unwritten(text: str) -> bool:
    """Whether a text as received holds letters of a script in which vowels may go unwritten."""
    return _VOWELS_UNWRITTEN.search(text) is not None


def without_article(text: str) -> str:
    """A text as received, without the article before Arabic words."""
    return _ARTICLE.sub("", text)


_DIGRAPH_H = re.compile("(?<=[BCDGJKSTZ])H")
_UNWRITTEN = re.compile("[^A-Z]|[AEIOUWY]|H$")
_DOUBLED = re.compile(r"(.)\1+")
_ONE_SOUND = str.maketrans({"Q": "K", "C": "K", "X": "KS"})
_ARTICLES = frozenset({"AL", "EL", "UL"})


def consonants(name: str) -> str | None:
    """What is left of a folded name when vowels go, W, Y and a final H with them: MHMD of MUHAMMAD. None for nothing.

    A letter that stands doubled counts once, and two letters for one sound are one: SH is S, PH is F.
    """
    words = name.split()
    kept = "".join(word for word in words if word not in _ARTICLES) or "".join(words)
    sounds = _DIGRAPH_H.sub("", kept.upper().replace("PH", "F")).translate(_ONE_SOUND)
    return _DOUBLED.sub(r"\1", _UNWRITTEN.sub("", sounds)) or None
