"""Other ways in which one person's name is written: by a nickname, by another spelling, or by a part of it.

Each function is pure, reads one name folded to A-Z and spaces, and is called once per distinct name. Names are compared
with names, for identity alone: nothing here says, or lets anyone say, where a name comes from. The rules and the table
of families are our own, from general knowledge of how names are spelt and shortened; they are not fitted to any data.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Collection, Mapping
from pathlib import Path

FAMILIES = Path(__file__).with_name("forename-families.csv")
"""Columns family and name. Lines that begin with # say what the table is and how to extend it."""

KEPT_WHOLE = 3
"""Letters of a name so short that rewriting it would leave too little to tell it from another."""

TELLING = 5
"""Letters that a spelling key needs before an unlisted name joins a family by it: ULI is not OLLIE, nor YANI JANIE."""

Rules = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""In order: a text that a name must hold for any of its rules to apply (for speed), and what is written for what.

^ and $ are the ends of a name, * stands in for a text that the next rule must leave alone. Every rule makes a name
shorter or takes it nearer to the end of one chain of letters, and none undoes another: rewriting comes to rest.
"""

# What may be done to any name of more than three letters. CH, KH, SH, TH and W stay: they tell short names apart.
_ALWAYS: Rules = (
    ("OO", (("OO", "U"),)),
    ("OU", (("OU", "U"),)),
    ("Z", (("DZH", "J"), ("SZ", "SH"), ("CZ", "CH"), ("TZ", "Z"))),
    ("H", (("PH", "F"), ("NGH", "NG"), ("TSCH", "CH"), ("SCH", "SH"), ("TCH", "CH"), ("TSH", "CH"))),
    ("H$", (("AH$", "A$"), ("EH$", "E$"), ("OH$", "O$"))),
    # A C before another letter, and a final one but in ERIC and MARC, is a sound of its own in Slavic names.
    ("C", (("CK", "K"), ("CE", "SE"), ("CI", "SI"), ("CY", "SY"), ("CA", "KA"), ("CO", "KO"), ("CU", "KU"))),
    ("C", (("CL", "KL"), ("CR", "KR"), ("CT", "KT"), ("CHR", "KR"), ("CHL", "KL"), ("IC$", "IK$"), ("RC$", "RK$"))),
    ("DT", (("DT", "T"),)),
    ("DJ", (("DJ", "J"),)),
    ("EE", (("EE", "I"),)),
    ("Y", (("Y", "I"),)),
)

# What may also be done to a name of several syllables, which has letters enough to be known by the others.
_SEVERAL: Rules = (
    ("E", (("EIGH$", "I$"), ("IE$", "I$"), ("EI$", "I$"))),
    ("^I", (("^IA", "^JA"), ("^IE", "^JE"), ("^IO", "^JO"), ("^IU", "^JU"))),
    ("J$", (("IJ$", "I$"), ("AJ$", "AI$"), ("EJ$", "I$"), ("OJ$", "OI$"))),
    ("JA", (("IJA$", "IA$"), ("LJA", "LIA"), ("NJA", "NIA"), ("RJA", "RIA"), ("SJA", "SIA"), ("TJA", "TIA"))),
    ("H", (("KHT", "KT"), ("KH", "H"), ("ZH", "J"), ("BH", "B"), ("DH", "D"), ("GH", "G"), ("JH", "J"))),
    ("H", (("LH", "L"), ("NH", "N"), ("RH", "R"), ("TH", "T"), ("VH", "V"), ("WH", "W"))),
    ("Q", (("QU", "K"), ("Q", "K"))),
    ("X", (("X", "KS"),)),
    ("W", (("WR", "R"), ("WA", "VA"), ("WE", "VE"), ("WI", "VI"), ("WO", "VO"), ("WU", "VU"), ("EW", "EV"))),
    # -OWSKI and -AWSKI, OWCZAREK, JAROSLAW and KRAKOW; any other OW is that of CHOWDHURY.
    ("W", (("AW$", "AV$"), ("AWS", "AVS"), ("OW$", "OV$"), ("OWS", "OVS"), ("OWC", "OVC"), ("OW", "U"))),
    ("F$", (("OF$", "OV$"), ("EF$", "EV$"))),
    ("Z", (("^Z", "*"), ("Z", "S"), ("*", "^Z"))),
    ("O", (("O", "U"),)),
)

# Last of all, so that a final EI or EY of several syllables has become I by then.
_DIPHTHONG: Rules = (("EI", (("EI", "AI"),)),)

_ONE_SYLLABLE: Rules = _ALWAYS + _DIPHTHONG
_MORE: Rules = _ALWAYS + _SEVERAL + _DIPHTHONG

_OTHER = re.compile(r"[^A-Z]+")
_DOUBLED = re.compile(r"([^EO])\1+")  # EE and OO are sounds of their own, and are rewritten by rule
_SECOND_SYLLABLE = re.compile(r"[AEIOUY][^AEIOUY]+(?=[AEIOUY])")
_CLOSED_E = re.compile(r"(?<=[^AEIOU])E(?=[^AEIOU])")


def spelling_key(name: str) -> str:
    """A key that spellings of one name share and different names seldom do, in letters A-Z.

    name: folded; anything but letters is passed over. Doubled letters count once; letters that many alphabets and
    languages write for one sound are written in one way. A name of up to three letters keeps itself, one of one
    syllable its vowels and its CH, KH, SH, TH and W: most Chinese and Vietnamese names would be one without them.
    The key of a key is itself, and only a name without letters has an empty one. One added letter (SIMON, SIMONE)
    is left to string similarity. The method is ours.
    """
    key = _plain(_OTHER.sub("", name.upper()))
    while (after := _rewritten(key)) != key:
        key = after
    return key


def _plain(letters: str) -> str:
    """Doubled letters once, and MC written out, which would else be a consonant."""
    once = _DOUBLED.sub(r"\1", letters) if _DOUBLED.search(letters) else letters
    return f"MA{once[1:]}" if once.startswith("MC") and len(once) > KEPT_WHOLE else once


def _rewritten(name: str) -> str:
    if len(name) <= KEPT_WHOLE:
        return name
    second = _SECOND_SYLLABLE.search(name)
    return _open(_ruled(name, _MORE)) if second else _ruled(name, _ONE_SYLLABLE)


def _ruled(name: str, rules: Rules) -> str:
    text = f"^{name}$"
    for needed, group in rules:
        if needed in text:
            for old, new in group:
                text = text.replace(old, new)
    return _plain(text[1:-1])


def _open(name: str) -> str:
    """E as A between consonants of a later syllable, where unstressed vowels are written either way: AHMED, AHMAD.

    A final one stays: it tells many a woman's name from a man's (AMINA, AMINE; FILIPA, FILIPE).
    """
    second = _SECOND_SYLLABLE.search(name)
    if second is None or "E" not in name[second.end() :]:
        return name
    return name[: second.end() - 1] + _CLOSED_E.sub("A", name[second.end() - 1 :])


def forename_family(name: str) -> tuple[str, ...]:
    """The families that a forename belongs to, in alphabetical order; its own spelling key if it belongs to none.

    name: one forename, folded. A nickname belongs to every full name it is short for (SASHA to ALEXANDER and
    ALEXANDRA), a national form to its own family and to the English one. A spelling that is not in the table belongs
    where names of the same spelling key do, if the key is long enough to mean it (five letters). A name without
    letters belongs to no family. The table is `forename-families.csv`.
    """
    by_name, by_key = _families()
    letters = _OTHER.sub("", name.upper())
    listed = by_name.get(letters)
    if listed is not None or not letters:
        return listed or ()
    key = spelling_key(letters)
    return by_key.get(key, (key,)) if len(key) >= TELLING else (key,)


Families = Mapping[str, tuple[str, ...]]


@functools.cache
def _families() -> tuple[Families, Families]:
    """Families of each listed name, and of each spelling key of the listed names."""
    by_name: dict[str, set[str]] = {}
    for family, name in _lines():
        by_name.setdefault(family, set()).add(family)
        by_name.setdefault(name, set()).add(family)
    by_key: dict[str, set[str]] = {}
    for name, families in by_name.items():
        by_key.setdefault(spelling_key(name), set()).update(families)
    return _sorted(by_name), _sorted(by_key)


def _lines() -> list[tuple[str, str]]:
    with FAMILIES.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [(row["family"], row["name"]) for row in rows]


def _sorted(families: Mapping[str, Collection[str]]) -> Families:
    return {name: tuple(sorted(found)) for name, found in families.items()}


LOOSE = frozenset({
    "A", "AB", "ABD", "ABDEL", "ABDUL", "ABU", "AL", "AP", "AS", "AT", "BEN", "BIN", "BINT", "BINTI", "D", "DA",
    "DAS", "DE", "DEGLI", "DEI", "DEL", "DELLA", "DEN", "DER", "DES", "DI", "DO", "DOS", "DU", "E", "EL", "EN", "ET",
    "IBN", "IN", "LA", "LAS", "LE", "LOS", "NA", "NI", "T", "TE", "TEN", "TER", "THE", "UL", "UM", "UMM", "UND",
    "UR", "V", "VAN", "VD", "VON", "Y", "Z", "ZU", "ZUM", "ZUR",
})  # fmt: skip
"""Particles that are often left out: VAN DER BERG may be found as BERG, AL HASSAN as HASSAN."""

BOUND = frozenset({
    "AD", "ED", "FITZ", "M", "MAC", "MC", "O", "SAINT", "SAN", "ST", "UD",
})  # fmt: skip
"""Particles that make another name with the word after them: O BRIEN is OBRIEN, seldom BRIEN; UD DIN never DIN."""

PARTICLES = LOOSE | BOUND

AFTER = frozenset({
    "II", "III", "JNR", "JR", "JUNIOR", "SENIOR", "SNR", "SR",
})  # fmt: skip
"""What follows a surname and is no part of it."""


def double_parts(surname: str) -> tuple[str, ...]:
    """The parts of a surname that may stand for it alone, in order, each once and without spaces.

    surname: folded, with a space where a hyphen stood. SMITH JONES gives SMITH and JONES; VAN DER BERG gives BERG and
    VANDERBERG; O BRIEN gives OBRIEN. A particle never stands alone, unless it is all there is: LE and DO are names.
    The whole, closed up, is not added, except where a particle makes it so. A name without letters has no parts.
    """
    words = [word for word in (_OTHER.sub("", word) for word in surname.upper().split()) if word]
    parts: dict[str, None] = {}
    before: list[str] = []
    for word in words:
        if word in PARTICLES:
            before.append(word)
        elif word not in AFTER:
            parts |= dict.fromkeys(_with_particles(before, word))
            before = []
    alone = tuple(part for part in parts if part not in PARTICLES)
    return alone or (("".join(words),) if words else ())


def _with_particles(before: list[str], word: str) -> tuple[str, ...]:
    """A word alone, unless a particle is bound to it, and with all the particles before it."""
    bound = next((place for place, particle in enumerate(before) if particle in BOUND), len(before))
    return "".join(before[bound:]) + word, "".join(before) + word
