"""Standard forms of single values: names, dates, postcodes, phones, identifiers.

Every function takes one text as received and is pure, so that a batch, a form and a cluster treat it alike.
None in, None out. Nothing is guessed: what cannot be read is None, and the text stands in `<column>_received`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

PLACEHOLDER_BIRTH_DATES = frozenset({dt.date(1900, 1, 1), dt.date(1970, 1, 1)})
"""Dates that systems fill in when none was given. Source: domain rules of POLE v1.1 and the Core Person Record."""

NO_FIXED_ABODE = frozenset({"NF1 1NF", "NF1 1FA", "ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 9ZZ"})
"""Placeholder postcodes for no fixed abode or not known."""

TITLES = frozenset(
    ["MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "SIR", "PC", "DC", "DS", "SGT", "INSP", "CLLR"]
)
"""Titles that are hardly ever names. They come off the ends of a field, and only while a name remains."""

NOT_NAMES = frozenset(
    {"UNKNOWN", "NOT KNOWN", "NK", "N K", "UNK", "NONE", "NOT GIVEN", "NOT RECORDED", "ANON", "NFN", "NSN"}
)
"""Words that stand in name fields when no name is known."""

_INVISIBLE = ("Cf", "Cc")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})
_ALSO_KNOWN = re.compile(r"(?<=\S)\s+(?:A\.?K\.?A\.?|ALIAS|ALSO KNOWN AS)\s+(?=\S)|\s*[/;(\[]\s*", re.IGNORECASE)
_BORN = re.compile(r"^(?:NÉE|NEE|NÉ|BORN|FORMERLY)\s+")
_NOT_IN_NAMES = re.compile(r"[^\w\s'-]|[\d_]")
"""Besides vowel signs and other marks that stand on a letter, which Python's pattern takes for no part of a word."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SPACES = re.compile(r"\s+")
_LETTER_IN_NUMBER = re.compile(r"\d[^\W\d_]\d")
_EXTENSION = re.compile(r"\s*\(?(?:extension|ext|x)\.?\s*\d{1,5}\)?\s*$", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NOT_IN_POSTCODES = re.compile(r"[^A-Z0-9]")
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")


class Name(NamedTuple):
    """One name field: its standard form, and the other names that stood in the same field."""

    main: str | None
    others: list[str]


class BirthDate(NamedTuple):
    """precision: day, month or year. reason: why the date is missing. unread: text was there and made no date."""

    value: dt.date | None
    precision: str | None
    reason: str | None
    unread: bool


def plain_text(text: str | None) -> str | None:
    """Without invisible marks and doubled spaces; empty becomes None."""
    if text is None:
        return None
    if not text.isprintable():
        text = "".join(c if unicodedata.category(c) not in _INVISIBLE else " " if c.isspace() else "" for c in text)
    return _SPACES.sub(" ", text).strip() or None


def name(text: str | None) -> Name:
    """Upper case, accents kept; titles, digits and marks taken off; names after "aka", "/", ";" or "(" kept apart."""
    clean = plain_text(text)
    if clean is None:
        return Name(None, [])
    first, *others = [part for part in _ALSO_KNOWN.split(clean) if part.strip()] or [""]
    found = [_one_name(first), *map(_other_name, others)]
    kept = [one for one in found if one]
    return Name(kept[0], kept[1:]) if kept else Name(None, [])


def _one_name(text: str) -> str | None:
    letters = _NOT_IN_NAMES.sub(_kept_mark, unicodedata.normalize("NFC", text).translate(_APOSTROPHES)).upper()
    words = [word.strip("'-") for word in letters.split()]
    joined = " ".join(_without_titles([word for word in words if word]))
    return None if joined in NOT_NAMES else joined or None


def _kept_mark(found: re.Match[str]) -> str:
    return found[0] if unicodedata.category(found[0]).startswith("M") else " "


def _other_name(text: str) -> str | None:
    """A name given beside another, without the word that says how it came there."""
    found = _one_name(text)
    return None if found is None else _BORN.sub("", found) or None


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in TITLES:
        words = words[:-1]
    return words


def full_name(text: str | None, order: str) -> tuple[Name, Name]:
    """Split one field into forenames and surname by `order` (see source maps).

    A single word is a surname. Without a comma the surname is one word: particles stay with the forenames,
    because only the sender knows better.
    """
    clean = plain_text(text)
    if clean is None:
        return Name(None, []), Name(None, [])
    main, *others = [part for part in _ALSO_KNOWN.split(clean) if part.strip()] or [""]
    forenames, surname = _split(main, order)
    aliases = [other for part in others if (other := _other_name(part))]
    return Name(_one_name(forenames), aliases), Name(_one_name(surname), [])


def _split(text: str, order: str) -> tuple[str, str]:
    if order == "surname, forenames" and "," in text:
        surname, _, forenames = text.partition(",")
        return forenames, surname
    words = text.replace(",", " ").split()
    while len(words) > 1 and words[0].strip(".").upper() in TITLES:
        words = words[1:]
    if len(words) < 2:
        return "", " ".join(words)
    if order.startswith("surname"):
        return " ".join(words[1:]), words[0]
    return " ".join(words[:-1]), words[-1]


def date(text: str | None, formats: Sequence[str]) -> dt.date | None:
    """The first format that reads the whole text, or None."""
    found = _dated(text, formats)
    return found[0] if found else None


def birth_date(text: str | None, formats: Sequence[str]) -> BirthDate:
    """A date of birth with its precision; placeholders become missing with reason `not_recorded`."""
    if text is None:
        return BirthDate(None, None, "not_recorded", False)
    found = _dated(text, formats)
    if found is None:
        return BirthDate(None, None, "unmapped", True)
    value, format_ = found
    precision = _precision(format_)
    if value in PLACEHOLDER_BIRTH_DATES and precision == "day":  # a bare year says no more than it knows
        return BirthDate(None, None, "not_recorded", False)
    return BirthDate(value, precision, None, False)


def _dated(text: str | None, formats: Sequence[str]) -> tuple[dt.date, str] | None:
    clean = plain_text(text)
    if clean is None:
        return None
    for format_ in formats:
        try:
            return _parsed(clean, format_), format_
        except ValueError:
            continue
    return None


def _parsed(text: str, format_: str) -> dt.date:
    """As `strptime`, which takes ten times as long for the form that most dates have. Raises ValueError."""
    if format_ == "%Y-%m-%d" and _ISO.fullmatch(text):
        return dt.date(int(text[:4]), int(text[5:7]), int(text[8:]))
    return dt.datetime.strptime(text, format_).date()


def _precision(format_: str) -> str:
    if any(day in format_ for day in ("%d", "%j", "%x", "%c")):
        return "day"
    return "month" if any(month in format_ for month in ("%m", "%b", "%B")) else "year"


def postcode(text: str | None) -> str | None:
    """Upper case with one space before the last three; None for a placeholder or what is not a postcode's shape."""
    squeezed = _NOT_IN_POSTCODES.sub("", (text or "").upper())
    match = _POSTCODE.fullmatch(squeezed)
    if match is None:
        return None
    standard = f"{match[1]} {match[2]}"
    return None if standard in NO_FIXED_ABODE else standard


def phone(text: str | None) -> str | None:
    """Digits in national form (`+44`, `0044` and `(0)` folded), an extension left out; None for fewer than 10 or more
    than 15 digits, and for a letter right between digits, which stands for one that nobody can know.
    """
    digits = text or ""
    if not (digits.isascii() and digits.isdigit()):  # most are, and are read a million times
        if _LETTER_IN_NUMBER.search(digits):
            return None
        digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", _EXTENSION.sub("", digits)))
    for prefix in ("0044", "44"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 10:
            digits = "0" + digits[len(prefix) :]
    if not 10 <= len(digits) <= 15 or len(set(digits)) < 3:
        return None
    return digits


def email(text: str | None) -> str | None:
    """Lower case; None for what has no name, `@` and domain."""
    clean = (plain_text(text) or "").lower()
    return clean if _EMAIL.fullmatch(clean) else None


def identifier(text: str | None) -> str | None:
    """Upper case without spaces; None for what has no digit, such as NONE or UNKNOWN."""
    squeezed = re.sub(r"\s", "", (text or "").upper())
    return squeezed if re.search(r"\d", squeezed) else None
