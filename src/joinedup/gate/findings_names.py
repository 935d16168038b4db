"""What stands in a name as received besides a name: a title, a reference, a business, several names, odd characters.

Names are of every origin, so a finding needs a clear sign. Letters and accents of any script, hyphens, apostrophes and
full stops are names; so are one letter, and words that are also titles or ranks (Prince, Major, Dean). Words that are
names of people somewhere (Anon, Nil, Church, Bank, Store) are left out of every list here.

Source: Minimum POLE Data Standards Dictionary v1.1 (2023), person names. The lists of words are this project's own.
"""

from __future__ import annotations

import re
import unicodedata

TITLE, REFERENCE, BUSINESS, SEVERAL = "title", "reference", "business", "several"
CHARACTERS, PLACEHOLDER, TEST = "characters", "placeholder", "test"

Found = list[str] | None

_TITLES = frozenset({"MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "SGT", "INSP", "CLLR"})
"""PC, DC, DS, SIR and LORD are left out: they are initials or names as well."""
_TITLES_AT_THE_END = _TITLES - {"MISS"}

_TITLES_ALONE = frozenset({"MR", "MRS"})
"""Never a forename. MS and DR may be initials, and Miss is a name."""

_NOT_KNOWN = frozenset({"UNKNOWN", "UNIDENTIFIED"})
"""Anywhere in a name, as in `unknown male`."""
_NO_NAME = frozenset({
    "NOT KNOWN", "NOT GIVEN", "NOT RECORDED", "NOT PROVIDED", "NOT STATED", "NO NAME", "NO NAME GIVEN", "NO SURNAME",
    "NO FORENAME", "ANONYMOUS", "UNK", "N/K", "N/A", "NFN", "NSN", "FNU", "LNU", "TBC",
    *("X" * length for length in range(2, 9)),
})  # fmt: skip
_NO_SURNAME = _NO_NAME | {"NK"}
"""NK is a name's initials among forenames."""
_NOBODY = frozenset({"A N OTHER", "AN OTHER"})
_TEST = frozenset({"TEST", "TESTING", "DUMMY"})
_TEST_NAMES = frozenset({"MICKEY MOUSE", "DONALD DUCK"})
_NO_PERSON = _NOBODY | _TEST_NAMES

_BUSINESS_ALONE = frozenset({"LTD", "LIMITED", "PLC", "LLP"})
_BUSINESS_AFTER = frozenset({
    "STORES", "SUPERMARKET", "SUPERSTORE", "TAKEAWAY", "HOTEL", "RESTAURANT", "NIGHTCLUB", "MINICABS", "TAXIS",
    "GARAGE", "OFF-LICENCE", "PHARMACY",
})  # fmt: skip
"""At the end, after another word."""
_BUSINESS = re.compile(
    r"\b(?:(?:CONVENIENCE|GENERAL|CORNER|VILLAGE|DEPARTMENT|FOOD) STORE"
    r"|(?:FILLING|PETROL|SERVICE|POLICE|FIRE|RAILWAY) STATION|(?:BETTING|CHIP|KEBAB|COFFEE|CHARITY) SHOP"
    r"|(?:BOROUGH|COUNTY|CITY|DISTRICT|PARISH) COUNCIL|HOUSING ASSOCIATION|CAR WASH|(?:NHS|FOUNDATION|ACADEMY) TRUST"
    r"|(?:PRIMARY|SECONDARY|HIGH|GRAMMAR) SCHOOL)$|(?:&|\bAND) (?:SONS|CO)\.?$|\bT/A\b|\bTRADING AS\b"
)

_TELLING = frozenset({
    *_TITLES, *(f"{title}." for title in _TITLES), *_NOT_KNOWN, *_TEST, *_BUSINESS_ALONE, *_BUSINESS_AFTER,
    *(part for text in (*_NO_SURNAME, *_NOBODY, *_TEST_NAMES) for part in text.split() if len(part) > 1),
    "LTD.", "STORE", "STATION", "SHOP", "COUNCIL", "ASSOCIATION", "WASH", "TRUST", "SCHOOL", "SONS", "CO", "CO.",
    "TRADING", "AKA", "A.K.A.", "A.K.A", "ALIAS", "ALSO", "AND", "OR", "NEE", "NÉE", "NÉ", "FORMERLY",
})  # fmt: skip
"""A name with none of these words, and no odd character, is a name."""

_PLAIN = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ɏͿ-ϿЀ-ҁҊ-ԯא-תء-غف-يぁ-ゖァ-ヺー一-鿿가-힣 '’.-]")
_APOSTROPHES = "'’‘`´′＇՚׳״"
_MARKS_OF_NAMES = frozenset(_APOSTROPHES + ".·・･་‧")
"""Besides letters: apostrophes, the full stop, and the points between parts of Catalan, Japanese and Tibetan names."""
_SPLITTING = frozenset('/;()[]&+@"“”„«»')
"""Marks that stand between names or round one; they are told as several names."""

_DIGIT_WORD = re.compile(r"\S*\d\S*")
_ORDINAL = re.compile(r"\b\d{1,2}(?:ST|ND|RD|TH)\b", re.IGNORECASE)
_KINSHIP = re.compile(r"(?<!\w)(?:[SDW]/O|A/[LP])(?!\w)", re.IGNORECASE)
"""Son, daughter or wife of, as Tamil, Sikh and Malaysian names write it."""
_BETWEEN = re.compile(r"[^\s,/;&+@]\s*[/;&+@]\s*[^\s,/;&+@]|[(\[]\s*\w|[\"“„«]\s*\w", re.UNICODE)
_ALSO_CALLED = re.compile(r"\S\s+(?:a\.k\.a\.?|also known as|formerly)\s+\S", re.IGNORECASE)
_JOINING_LOWER = re.compile(r"\S\s+(?:aka|alias|nee|née|né|or|and)\s+\S")
_JOINING_UPPER = re.compile(r"\S\s+(?:AKA|ALIAS|NÉE)\s+\S")
"""Written `Aka` or `Alias` it is a name. NEE, OR and AND in capitals are names or parts of names too."""


def names_found(forenames: str | None, surname: str | None) -> tuple[Found, Found]:
    """What stood in each name as received besides a name; None for nothing.

    Equal texts came from one column with the full name, which is told once, as the surname's.
    """
    if forenames == surname:
        return None, name_found(surname, "full")
    both = _upper(f"{forenames} {surname}") if forenames and surname else ""
    if both and both.replace(".", " ").replace("  ", " ") in _NO_PERSON:
        return None, [TEST if both in _TEST_NAMES else PLACEHOLDER]
    return name_found(forenames, "forenames"), name_found(surname, "surname")


def name_found(text: str | None, part: str) -> Found:
    """What stood in one text. part: `forenames`, `surname` or `full`."""
    if text is None or (_PLAIN.search(text) is None and _TELLING.isdisjoint(text.upper().split())):
        return None
    return _found(_visible(text), part) or None


def _found(text: str, part: str) -> list[str]:
    upper = _upper(text)
    if _is_placeholder(upper, part):
        return [PLACEHOLDER]
    bare = _ORDINAL.sub("", _KINSHIP.sub("", text))
    named = _DIGIT_WORD.sub(" ", bare)
    signs = {
        TITLE: _has_title(text, part),
        REFERENCE: _DIGIT_WORD.search(bare) is not None,
        BUSINESS: _is_business(upper),
        SEVERAL: not _is_business(upper) and _is_several(named),
        CHARACTERS: _has_odd_characters(named, part),
        TEST: not _TEST.isdisjoint(upper.split()) or upper in _TEST_NAMES,
    }
    return [sign for sign, stands in signs.items() if stands]


def _visible(text: str) -> str:
    """Without marks that cannot be seen and without doubled spaces."""
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def _upper(text: str) -> str:
    return " ".join(text.upper().split())


def _is_placeholder(upper: str, part: str) -> bool:
    if not _NOT_KNOWN.isdisjoint(upper.replace(",", " ").split()):
        return True
    words = _NO_NAME if part == "forenames" else _NO_SURNAME
    return upper.strip(" .,?*()-") in words | _NOBODY


def _has_title(text: str, part: str) -> bool:
    """Whether a title stands first or last beside a name; in a full name also between its parts.

    A title alone before the comma is a surname, and two capitals beside small letters may be initials.
    """
    if part == "forenames" and text != "MR" and _plain_word(text.strip()) in _TITLES_ALONE:  # MR may be initials
        return True
    before, _, after = text.partition(",")
    main, rest = before.split(), after.split()
    within = [*main[:-1], *rest[:-1]] if part == "full" else main[:-1][:1]
    last = [*main, *rest][-1:] if len(main) + len(rest) > 1 else []
    titled = [word for word in within if _plain_word(word) in _TITLES]
    titled += [word for word in last if _plain_word(word) in _TITLES_AT_THE_END]
    return any(not _may_be_initials(word, text, part) for word in titled)


def _may_be_initials(word: str, text: str, part: str) -> bool:
    """Before forenames that are not in capitals, as in `MR Bram`, a title picked from a list is likelier."""
    if len(word) != 2 or not word.isupper() or text.isupper():
        return False
    return part != "forenames" or word == "MS"


def _plain_word(word: str) -> str:
    return word.upper().rstrip(".")


def _is_business(upper: str) -> bool:
    words = upper.replace(".", " ").replace(",", " ").split()
    if not words:
        return False
    if words[-1] in _BUSINESS_ALONE or _BUSINESS.search(upper) is not None:
        return True
    return len(words) > 1 and words[-1] in _BUSINESS_AFTER and words[-2] != "UND"  # a noble family: Thurn und Taxis


def _is_several(text: str) -> bool:
    if _BETWEEN.search(text) or _ALSO_CALLED.search(text) or _JOINING_UPPER.search(text):
        return True
    return not text.istitle() and _JOINING_LOWER.search(text) is not None


def _has_odd_characters(text: str, part: str) -> bool:
    kept = text.replace(",", "", 1) if part == "full" else text
    odd = [c for place, c in enumerate(kept) if not _belongs(c) and not _is_click(kept, place)]
    return any(c not in _SPLITTING for c in odd) or (bool(odd) and not _is_several(text))


def _belongs(character: str) -> bool:
    """Letters, accents, letters that stand for numbers, spaces and dashes of any script, and the marks of names."""
    category = unicodedata.category(character)
    return category[0] in "LMZ" or category in ("Pd", "Nl", "Cf") or character in _MARKS_OF_NAMES


def _is_click(text: str, place: int) -> bool:
    """The clicks of Khoekhoe names, which keyboards without them write `!Naris` and `//Garab`."""
    return text[place] in "!/" and re.match(r"[!/]{1,2}[^\W\d]", text[place:]) is not None and _starts(text, place)


def _starts(text: str, place: int) -> bool:
    return not text[:place].strip("!/") or text[:place].rstrip("!/").endswith((" ", "-"))
