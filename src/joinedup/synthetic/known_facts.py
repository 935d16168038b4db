"""What a system writes of a person's ethnicity and nationality: mostly nothing, and why.

Whether ethnicity is recorded depends on the kind of system, on how far the case went and on the ethnicity itself: it
is never missing at random alone. Self-defined and officer-observed ethnicity are two facts, drawn apart.
"""

from __future__ import annotations

import numpy as np

from joinedup.synthetic.columns import either, of_some, picked
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.numbers import Text, Whole
from joinedup.synthetic.people import ETHNICITIES, People
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE

VERBATIM = "="
"""A cell that begins so is written as it stands behind the mark, whatever the system's code list says."""

_BY_STAGE = {
    CRIME: [0.3, 0.07, 0.22, 0.3, 0.34, 0.36, 0.34],
    CUSTODY: [0.0, 0.6, 0.6, 0.6, 0.68, 0.72, 0.7],
    INTELLIGENCE: [0.0] * 7,
    INQUIRY: [0.4, 0.1, 0.26, 0.34, 0.4, 0.44, 0.4],
    CARE: [0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
}
"""Share recorded of White people: first for those who are not suspects, then by stage from named to acquitted."""

_BY_GROUP = {"W": 1.0, "M": 0.84, "A": 0.78, "B": 0.82, "O": 0.62}
_OBSERVED = {CRIME: 0.42, CUSTODY: 0.82, INTELLIGENCE: 0.6, INQUIRY: 0.3, CARE: 0.0}
_NATIONALITY = {CRIME: 0.12, CUSTODY: 0.7, INTELLIGENCE: 0.0, INQUIRY: 0.0, CARE: 0.3}
_REASONS = ("", "refused", "not_asked", "not_understood", "not_known", VERBATIM + "UNKNOWN", VERBATIM + "?")
_REASON_SHARES = (0.66, 0.13, 0.08, 0.03, 0.04, 0.04, 0.02)

_TAKEN_FOR = {
    "W1": ("W9", "W2"), "W2": ("W1", "W1"), "W3": ("W9", "W1"), "W9": ("W1", "O9"), "M1": ("B1", "M9"),
    "M2": ("B2", "M9"), "M3": ("A9", "M9"), "M9": ("O9", "M3"), "A1": ("A9", "A2"), "A2": ("A9", "A1"),
    "A3": ("A2", "A9"), "A4": ("A9", "A9"), "A9": ("A1", "O9"), "B1": ("B9", "M1"), "B2": ("B9", "B9"),
    "B9": ("B2", "B1"), "O2": ("O9", "W9"), "O9": ("O2", "A9"),
}  # fmt: skip
CONFLICTS = 0.04
_SEEN = {
    "W1": "1", "W2": "1", "W3": "1", "W9": "1", "M1": "7", "M2": "7", "M3": "7", "M9": "7", "A1": "4", "A2": "4",
    "A3": "4", "A4": "5", "A9": "4", "B1": "3", "B2": "3", "B9": "3", "O2": "6", "O9": "6",
}  # fmt: skip
_MISSEEN = {"1": "2", "2": "1", "3": "7", "4": "6", "5": "4", "6": "4", "7": "3"}
_CRUDE = {"1": "W1", "2": "W9", "3": "B9", "4": "A9", "5": "A4", "6": "O9", "7": "M9"}
_PLAIN_WORDS = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Arab"}


def _mapped(mapping: dict[str, str], codes: Text) -> Text:
    return np.array([mapping[code] for code in codes], dtype=object)


def self_defined(rng: np.random.Generator, held: Holding, people: People, known: np.ndarray) -> Text:
    """For each record of `held` a code, the name of a reason, a verbatim spelling, or None. known: somebody
    identified.
    """
    truth = _truth(people, held.person)
    by_stage = np.array(_BY_STAGE[held.system.kind])[held.stage + 1]
    by_group = np.array([_BY_GROUP[code[0]] for code in ETHNICITIES])[people.ethnicity[held.person.clip(0)]]
    recorded = known & (rng.random(len(truth)) < by_stage * by_group)
    said = np.where(rng.random(len(truth)) < CONFLICTS, _mistaken(rng, truth), truth)
    reason = picked(rng, [None, *_REASONS[1:]], len(truth), _REASON_SHARES)
    return np.where(recorded, said, reason if held.system.kind != CARE else either(reason == "refused", None, reason))


def _truth(people: People, person: Whole) -> Text:
    return np.array(ETHNICITIES, dtype=object)[people.ethnicity[person.clip(0)]]


def _mistaken(rng: np.random.Generator, truth: Text) -> Text:
    second = rng.integers(2, size=len(truth))
    return np.array([_TAKEN_FOR[code][which] for code, which in zip(truth, second, strict=True)], dtype=object)


def observed(rng: np.random.Generator, held: Holding, people: People) -> Text:
    """What an officer saw, for suspects mostly; one in fourteen saw otherwise. None where no officer said."""
    seen = _mapped(_SEEN, _truth(people, held.person))
    seen = np.where(rng.random(len(seen)) < 0.07, _mapped(_MISSEEN, seen), seen)
    share = np.where(held.suspected, _OBSERVED[held.system.kind], _OBSERVED[held.system.kind] / 5)
    return np.where(rng.random(len(seen)) < 0.05, "not_known", of_some(rng, seen, share))


def nationalities(rng: np.random.Generator, held: Holding, people: People, known: np.ndarray) -> tuple[Text, Text]:
    """One or two nationalities, lost oftener for those that are not British; a refusal now and then."""
    first, second = people.nationality[held.person.clip(0)], people.second_nationality[held.person.clip(0)]
    share = _NATIONALITY[held.system.kind] * np.where(first == "GBR", 1.0, 0.8)
    kept = known & (rng.random(len(first)) < share)
    reason = picked(rng, [None, "refused", "not_known", VERBATIM + "OTHER"], len(first), [0.86, 0.05, 0.06, 0.03])
    return np.where(kept, first, reason), either(kept, second, None)


def seen_as_said(observed_codes: Text) -> Text:
    """The self-defined code that someone writes who takes what an officer saw for what the person said."""
    return _mapped(_CRUDE, observed_codes)


def in_plain_words(people: People, person: Whole) -> Text:
    """An ethnic group in one word, as it turns up in fields where it does not belong."""
    return _mapped({code: _PLAIN_WORDS[code[0]] for code in ETHNICITIES}, _truth(people, person))
