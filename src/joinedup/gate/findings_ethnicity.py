"""What the texts of self-defined ethnicity and nationality give away about how they were recorded.

Nothing here says anything of a person: every finding is a mix-up of lists, a value covered over, or a reason given.
"""

from __future__ import annotations

import functools
import re

from joinedup.codes import code_list
from joinedup.codes.spelling import fold

Found = list[str] | None

OBSERVED, COVERED, ROMA, WHY_GIVEN = "observed", "covered", "roma", "why-given"
SIXTEEN_PLUS_ONE, POLE_NUMBER, ETHNICITY, STALE_COUNTRY = (
    "sixteen-plus-one", "pole-number", "ethnicity", "stale-country",
)  # fmt: skip

_SELF_DEFINED = ("self-defined-ethnicity", "sde-18-plus-1", "sde-16-plus-1", "sde-text", "sde-hmpps")
_OBSERVED = ("observed-ethnicity", "observed-pole", "observed-text", "ic-codes")
_NATIONALITIES = ("nationality", "nationality-cjs", "nationality-hmpps")
_COVERED = re.compile(
    r"[\W_]*(?:x{3,}|\*+|#{2,}|[█▇■]+|redact\w*|deleted|removed|erased|blanked(?: out)?|crossed out|obscured"
    r"|covered(?: over)?|tipp-?exed)[\W_]*"
)
_STALE = frozenset({
    "scg", "ant", "yug", "csk", "sun", "ddr", "zar", "bur", "tmp", "rho", "ymd", "serbia and montenegro", "yugoslavia",
    "former yugoslavia", "yugoslav", "yugoslavian", "czechoslovakia", "czechoslovak", "czechoslovakian",
    "soviet union", "ussr", "u.s.s.r.", "soviet", "east germany", "netherlands antilles", "zaire", "rhodesia",
})  # fmt: skip
"""Codes and names of countries that are no more. Source: ISO 3166-3."""


@functools.lru_cache(maxsize=10_000)
def self_defined_found(text: str | None) -> Found:
    """What the text of self-defined ethnicity gives away, in words of `facts`; None for nothing."""
    key = fold(text or "")
    signs = {
        OBSERVED: key in _observed_labels(),
        COVERED: _COVERED.fullmatch(key) is not None,
        ROMA: key == "roma",
        SIXTEEN_PLUS_ONE: key == "o1",
        POLE_NUMBER: key in ("14", "15"),
        WHY_GIVEN: code_list("self-defined-ethnicity").translate(key).reason == "not_asked",
    }
    return [sign for sign, stands in signs.items() if stands] or None


@functools.lru_cache(maxsize=10_000)
def nationalities_found(text: str | None) -> Found:
    """What the nationalities, joined by `; `, give away; None for nothing."""
    parts = [key for part in (text or "").split(";") if (key := fold(part))]
    signs = {
        ETHNICITY: any(map(_is_ethnicity, parts)),
        ROMA: "roma" in parts,
        STALE_COUNTRY: any(part in _STALE and not _is_nationality(part) for part in parts),
    }
    return [sign for sign, stands in signs.items() if stands] or None


@functools.cache
def _observed_labels() -> frozenset[str]:
    """Words and codes that only lists of what officers saw have. Numbers are left out: other lists have them too."""
    codes = [code for name in _OBSERVED for code in code_list(name).codes.values() if code.reason is None]
    spelt = {fold(text) for code in codes for text in (code.code, code.label, *code.also)}
    return frozenset(t for t in spelt if not t.isdecimal() and t != "other" and not _is_self_defined(t))


def _is_self_defined(text: str) -> bool:
    return any(code_list(name).translate(text).reason != "unmapped" for name in _SELF_DEFINED)


def _is_nationality(text: str) -> bool:
    found = [code_list(name).translate(text) for name in _NATIONALITIES]
    return any(one.code is not None or one.reason not in (None, "unmapped") for one in found)


def _is_ethnicity(text: str) -> bool:
    """Whether it is an ethnic group and no nationality. `Roma` is told by its own word."""
    if text == "roma" or text.isdecimal() or _is_nationality(text):
        return False
    return text in _observed_labels() or any(code_list(n).translate(text).code is not None for n in _SELF_DEFINED)
