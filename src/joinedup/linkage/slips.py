"""Which slip lies between two values that are nearly the same: in words, without the values."""

from __future__ import annotations

import numpy as np

from joinedup.linkage.arrays import Features, Single
from joinedup.linkage.features import IDENTIFIERS
from joinedup.linkage.model import near, slip
from joinedup.linkage.reasons import field_of
from joinedup.linkage.similarity import one_edit_apart

_SIGN = {"forename": "letter", "surname": "letter", "dob": "digit", **dict.fromkeys(IDENTIFIERS, "character")}
"""Comparisons that know near values, and what their values are written in."""


def slips(features: Features, levels: dict[str, str]) -> dict[str, str]:
    """By comparison, words for the slip between the values of two records, where a level says only that they are near.

    features: of the two records alone. levels: what each comparison found, by name.
    """
    named = {name: field_of(name) for name in _SIGN}
    return {
        name: words
        for name, what in named.items()
        if levels.get(name) in (near(what), slip(what)) and (words := _words(features.get(name), what, _SIGN[name]))
    }


def _words(feature: object, what: str, sign: str) -> str | None:
    if not isinstance(feature, Single):
        return None
    if _apart(feature, swaps=False):
        return f"{what} one {sign} apart"
    return f"{what} with two neighbouring {sign}s exchanged" if _apart(feature, swaps=True) else None


def _apart(feature: Single, *, swaps: bool) -> bool:
    one, other = (feature.codes[n : n + 1].astype(np.int32) for n in range(2))
    return bool(one_edit_apart(feature.texts, one, feature.texts, other, swaps=swaps)[0])


__all__ = ["slips"]
