"""Words that must never be counted: names, and words of ethnicity, nationality, religion, language and origin.

They are taken out word by word before anything else is done with a text. The names are those of everybody in the run,
so that giving one person another's name changes nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from joinedup.codes import code_list

_LETTERS = re.compile(r"[^\W\d_]+")
_PLAIN = (
    "a also an and any as asked at background be by code for from given group has have he her him his in is it known "
    "mixed not of officer on or other origin person please prefer recorded say said she stated system that the their "
    "they this to unknown used was were who with without suspect victim offender witness male female child girl boy "
    "man woman"
)
_KEPT = frozenset(_PLAIN.split())
"""Words that labels and names may hold and that say nothing of anybody's origin or name: they are counted."""

_LISTS = (
    "nationality", "nationality-cjs", "nationality-hmpps", "self-defined-ethnicity", "sde-18-plus-1", "sde-16-plus-1",
    "sde-text", "sde-census-2021", "observed-ethnicity", "observed-text",
)  # fmt: skip

_BELIEFS = (
    "agnostic anglican atheist baptist buddhist buddhism catholic catholicism christian christianity church gurdwara "
    "hindu hinduism imam islam islamic jain jew jewish judaism koran quran methodist mosque mosques muslim muslims "
    "orthodox pagan priest protestant rabbi rastafarian religion religious shia sikh sikhism sunni synagogue temple "
    "vicar"
)
_LANGUAGES = (
    "albanian amharic arabic bengali bulgarian cantonese czech dari dutch english farsi filipino french german greek "
    "gujarati hebrew hindi hungarian interpreter italian japanese kurdish language latvian lithuanian mandarin mirpuri "
    "nepali pashto pashtun patois persian polish portuguese punjabi romanian romanes romani russian serbian slovak "
    "somali spanish swahili sylheti tagalog tamil thai tigrinya turkish twi ukrainian urdu vietnamese welsh yoruba"
)
_ORIGINS = (
    "abroad accent africa african afro american asia asian asians arab arabs australian bangladesh bangladeshi black "
    "blacks brown britain british caribbean chinese colour dark-skinned ethnic ethnicity european foreign foreigner "
    "foreigners gypsy heritage immigrant immigrants immigration indian indians iraqi iranian irish jamaican kashmir "
    "kashmiri migrant migrants nationality nationalities nigerian olive pakistan pakistani pakistanis pole poles race "
    "racial roma scottish skin skinned traveller travellers tribe afghan afghani syrian eritrean sudanese ethiopian "
    "white whites"
)


def masked(names: Iterable[str | None] = ()) -> frozenset[str]:
    """Every word to mask, in lower case. names: forenames, surnames and aliases of everybody."""
    own = {word for name in names if name for word in _words(name) if len(word) > 1}
    return _origins() | (own - _KEPT)


@functools.cache
def _origins() -> frozenset[str]:
    """Words of origin of any kind, those of the code lists' labels included."""
    lists = [code_list(name) for name in _LISTS]
    labels = {word for one in lists for code in one.codes.values() for word in _words(code.label)}
    return frozenset((labels | set(f"{_BELIEFS} {_LANGUAGES} {_ORIGINS}".split())) - _KEPT)


def _words(text: str) -> list[str]:
    return _LETTERS.findall(text.lower())
