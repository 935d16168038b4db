"""The keys by which records are found: what two mentions of one person still share when one of them has a slip.

A key is a hash of terms: of a name and a birth date, say. Every record has some thirty. A word one letter apart from
another keeps its first or its second half, wherever the slip is; so a record has keys of either half of its forename
and surname, and a description asks with the halves of its word as if it had one letter less, as many, or one more.

Source of the halves: S. Wu and U. Manber (1992), "Fast Text Searching Allowing Errors", Comm. ACM 35(10): a text with
one error holds one of two pieces unharmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from joinedup.linkage.arrays import Feature, Features, Several, Single, spread
from joinedup.linkage.features import EACH, IDENTIFIER
from joinedup.linkage.index.described import Values
from joinedup.linkage.index.postings import Hashes, Small, Terms, Whole, keys_of, pair_terms, text_terms
from joinedup.linkage.similarity import Texts, texts

MOST_KEYS = 2_048
"""Keys of one record or description; one with so many names is found by the first."""

GROUPS = (
    "exact", "forenames", "surnames", "forename halves", "surname halves", "families", "surname key", "dob", "year",
    "month and day", "postcode", "initial", "aliases",
)  # fmt: skip
"""Kinds of terms. exact: identifiers, phones, e-mail addresses, addresses. aliases: full names, whole."""

RULES = (
    (1, "exact"),
    (2, "surnames", "dob"),
    (3, "forenames", "dob"),
    (4, "forenames", "surnames"),
    (4, "aliases"),
    (5, "forenames", "surnames", "year"),
    (5, "aliases", "year"),
    (6, "forenames", "surnames", "month and day"),
    (6, "aliases", "month and day"),
    (7, "forenames", "surname halves"),
    (8, "surnames", "forename halves"),
    (9, "families", "surname key"),
    (10, "families", "surname key", "year"),
    (11, "surname key", "dob"),
    (12, "dob"),
    (13, "postcode"),
    (14, "postcode", "initial"),
    (15, "surnames"),
    (16, "surnames", "year"),
    (17, "surnames", "month and day"),
)
"""Number of a kind of key, and the groups of which each combination of terms makes one."""

EXCHANGED = (
    (2, "forenames", "dob"),
    (3, "surnames", "dob"),
    (4, "surnames", "forenames"),
    (5, "surnames", "forenames", "year"),
    (6, "surnames", "forenames", "month and day"),
)
"""What is asked besides, because forename and surname may stand in each other's place."""


def _as_array(rules: Sequence[tuple[int | str, ...]]) -> Small:
    places = [[rule[0], *(GROUPS.index(str(name)) for name in rule[1:])] for rule in rules]
    return np.array([[*one, *[-1] * (4 - len(one))] for one in places], dtype=np.int32)


OF_RECORDS, OF_THE_ASKED = _as_array(RULES), _as_array((*RULES, *EXCHANGED))


def halves(word: str) -> list[str]:
    """The first and the second half of a word, each with how long the word is: what a record is found by."""
    cut = len(word) // 2
    return [f"{len(word)}<{word[:cut]}", f"{len(word)}>{word[cut:]}"] if cut else []


def halves_asked(word: str) -> list[str]:
    """The halves that a word one letter away from this one may have: what is asked with."""
    found = []
    for length in (len(word) - 1, len(word), len(word) + 1):
        cut = length // 2
        if cut:
            found += [f"{length}<{word[:cut]}", f"{length}>{word[cut - length :]}"]
    cut = len(word) // 2
    swapped = [f"{len(word)}<{word[: cut - 1]}{word[cut]}"] if cut else []  # neighbours exchanged across the cut
    return [*found, *swapped]


# Of records


def terms_of(features: Features, records: int) -> Terms:
    """The terms of all records."""
    groups = [_joined_up([_hashed(*one) for one in _sources(features, name)], records) for name in GROUPS]
    before = np.cumsum([0, *(len(terms) for _, terms in groups)])
    starts = np.stack([offsets + first for (offsets, _), first in zip(groups, before, strict=False)])
    return Terms(starts, np.concatenate([terms for _, terms in groups]))


Source = tuple[Feature, str]
"""A feature, and the salt of its texts; `PAIR` where they are full names."""

PAIR = "pair"


def _sources(features: Features, group: str) -> list[Source]:
    """The features whose values are a group's terms."""
    if group == "exact":
        names = [name for name in features if name in _EXACT or name.startswith((IDENTIFIER, EACH))]
        return [(features[name], name.removeprefix(EACH)) for name in names]
    if group == "aliases":
        return [(features["other_names"], PAIR)] if "other_names" in features else []
    return [(feature, "") for feature in _plain(features, group)]


_EXACT = ("phones", "emails", "address")

_NAMED: Mapping[str, tuple[str, ...]] = {
    "forenames": ("forename", "given_names"), "surnames": ("surname_parts",), "families": ("forename_family",),
    "surname key": ("surname_key",), "dob": ("dob",), "year": ("birth_year",), "postcode": ("postcode",),
}  # fmt: skip

_MADE = {"forename halves": "forename", "surname halves": "surname", "month and day": "dob", "initial": "forename"}


def _plain(features: Features, group: str) -> Iterable[Feature]:
    if group in _NAMED:
        return [features[name] for name in _NAMED[group] if name in features]
    feature = features.get(_MADE[group])
    return [spread(feature, lambda text: _made(group, str(text)))] if isinstance(feature, Single) else []


def _made(group: str, text: str) -> list[str]:
    if group == "month and day":
        return [text[5:]]
    return [text[:1]] if group == "initial" else halves(text)


def _hashed(feature: Feature, salt: str) -> tuple[Whole, Hashes]:
    """Of each record, where its terms begin, and the terms."""
    held = texts(feature.values)
    salts = np.full(len(feature.values), _salt(salt), dtype=np.uint64)
    by_value = pair_terms(*held) if salt == PAIR else text_terms(*held, salts)
    if isinstance(feature, Several):
        return feature.offsets, by_value[feature.codes]
    offsets = np.concatenate([[0], np.cumsum(feature.codes >= 0)])
    return offsets, by_value[feature.codes[feature.codes >= 0]]


def _joined_up(parts: list[tuple[Whole, Hashes]], records: int) -> tuple[Whole, Hashes]:
    """The terms of several features in one, record by record."""
    if not parts:
        return np.zeros(records + 1, np.int64), np.empty(0, np.uint64)
    owners = np.concatenate([np.repeat(np.arange(records), np.diff(offsets)) for offsets, _ in parts])
    offsets = np.sum([offsets for offsets, _ in parts], axis=0)
    return offsets, np.concatenate([terms for _, terms in parts])[np.argsort(owners, kind="stable")]


# Of one described person


def asked_keys(values: Values) -> Hashes:
    """The keys that a description is looked up by, each once."""
    told = [(number, text, salt) for number, name in enumerate(GROUPS) for text, salt in _asked(values, name)]
    plain = [(text, _salt(salt)) for _, text, salt in told if salt != PAIR]
    found = text_terms(
        *packed_texts([text for text, _ in plain]), np.array([salt for _, salt in plain], dtype=np.uint64)
    )
    if len(plain) < len(told):
        found = np.concatenate([found, pair_terms(*packed_texts([text for _, text, salt in told if salt == PAIR]))])
    counts = np.bincount([number for number, *_ in told], minlength=len(GROUPS))
    ends = np.cumsum(counts)
    out = np.empty(MOST_KEYS, np.uint64)
    starts = np.stack([ends - counts, ends], axis=1)
    return np.unique(out[: keys_of(OF_THE_ASKED, Terms(starts, found), 0, out)])


def _asked(values: Values, group: str) -> list[tuple[str, str]]:
    """Texts of a group and their salts; `aliases` is the last group, so that pairs come last."""
    if group == "exact":
        names = [name for name in values if name in _EXACT or name.startswith((IDENTIFIER, EACH))]
        return [(text, name.removeprefix(EACH)) for name in names for text in values[name]]
    if group == "aliases":
        return [(text, PAIR) for text in values.get("other_names", ())]
    if group in _NAMED:
        return [(text, "") for name in _NAMED[group] for text in values.get(name, ())]
    made = halves_asked if group.endswith("halves") else lambda text: _made(group, text)
    return [(part, "") for text in values.get(_MADE[group], ()) for part in made(text)]


def packed_texts(told: Sequence[str]) -> Texts:
    """Texts one after the other."""
    encoded = [text.encode() for text in told]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return Texts(np.frombuffer(b"".join(encoded) or b"\0", dtype=np.uint8), offsets)


def _salt(name: str) -> int:
    return int.from_bytes(name.encode()[-8:], "little")
