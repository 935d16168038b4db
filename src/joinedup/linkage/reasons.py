"""Why two records weigh what they weigh, in words and bits that add up. No value of a record is ever here.

The words are the labels of the model's levels; a model that somebody brought has its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from joinedup.linkage import namesakes, relatives
from joinedup.linkage.model import NOT_COMPARED, OTHER_ORDER

DECIMALS = 1
"""Of bits, as people read them."""

_STEPS = {namesakes.NAME: namesakes.LABEL, relatives.NAME: relatives.LABEL}

_FIELDS = {
    "dob": "date of birth", "home": "address", "phones": "phone", "emails": "e-mail address", "id_pnc": "PNC number",
    "id_cro": "CRO number", "id_nhs": "NHS number", "id_child": "child identifier", "id_other": "identifier",
}  # fmt: skip
"""What the comparisons of our model are called in words, where their names do not say it."""

_NO_FIELD = ("birth_year", "generation")
"""Comparisons of a part of a field that another names: a year of birth, and `junior` or `senior` after a name."""


@dataclass(frozen=True)
class Reason:
    """What one comparison found, in words, and how many bits it gave."""

    comparison: str
    found: str
    bits: float


@dataclass(frozen=True)
class Terms:
    """On what terms a pair was weighed. prior: bits before anything is compared. threshold: bits needed to join."""

    prior: float
    threshold: float


@dataclass(frozen=True)
class Account:
    """Why a pair weighs what it weighs, in bits: prior + total_for + total_against = match_weight.

    speaks_for, speaks_against: of comparisons, strongest first. steps: what our own steps took away, for namesakes and
    relatives; total_against holds them too. not_compared: fields that one of the two records lacks. sentence: the whole
    in words, to one decimal.
    """

    match_weight: float
    threshold: float
    prior: float
    total_for: float
    total_against: float
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]
    steps: tuple[Reason, ...]
    not_compared: tuple[str, ...]
    sentence: str

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason, from the strongest for one person to the strongest against."""
        return tuple(sorted((*self.speaks_for, *self.speaks_against, *self.steps), key=lambda one: -one.bits))

    def rounded(self) -> Account:
        """The same to one decimal, such that what is shown adds up to what is shown. Leaves out what rounds to 0."""
        told = [one for one in self.reasons if abs(one.bits) >= 0.5 * 10**-DECIMALS]
        prior, *bits = adding_up([self.prior, *(one.bits for one in told)], self.match_weight)
        shown = [replace(one, bits=own) for one, own in zip(told, bits, strict=True) if own]
        whole = round(self.match_weight, DECIMALS) + 0.0  # never -0.0
        made = _account(shown, whole, Terms(prior, self.threshold), self.not_compared)
        return replace(made, sentence=self.sentence)


def account(
    evidence: Sequence[Mapping[str, Any]], weight: float, terms: Terms, finer: Mapping[str, str] | None = None
) -> Account:
    """What a pair's evidence says.

    evidence: of `pairs`, comparison, level and weight in bits. weight: the pair's match weight. finer: better words for
    what some comparisons found, by name.
    """
    found = [_reason(one, finer or {}) for one in evidence if one["weight"]]
    made = _account(found, weight, terms, _not_compared(evidence))
    return replace(made, sentence=_sentence(made.rounded()))


def adding_up(parts: Sequence[float], whole: float, decimals: int = DECIMALS) -> list[float]:
    """Parts rounded so that they add up to the rounded whole: those with the largest remainders are rounded up.

    Each stays within one unit of the last decimal of itself, as far as the parts add up to the whole.
    """
    scale = 10**decimals
    units = [math.floor(part * scale) for part in parts]
    lacking = round(round(whole, decimals) * scale) - sum(units)
    order = sorted(range(len(parts)), key=lambda n: (units[n] - parts[n] * scale, n))
    for n in order[:lacking] if lacking >= 0 else order[lacking:]:
        units[n] += 1 if lacking >= 0 else -1
    return [one / scale for one in units]


def field_of(comparison: str) -> str:
    """The field that a comparison is about, in words."""
    return _FIELDS.get(comparison, comparison.replace("_", " "))


def _account(found: Sequence[Reason], weight: float, terms: Terms, lacking: tuple[str, ...]) -> Account:
    parts = [one for one in found if one.comparison not in _STEPS]
    gives = sorted((one for one in parts if one.bits > 0), key=lambda one: -one.bits)
    takes = sorted((one for one in parts if one.bits < 0), key=lambda one: one.bits)
    steps = sorted((one for one in found if one.comparison in _STEPS), key=lambda one: one.bits)
    return Account(
        weight, terms.threshold, terms.prior, _sum(gives), _sum([*takes, *steps]),
        tuple(gives), tuple(takes), tuple(steps), lacking, "",
    )  # fmt: skip


def _sum(reasons: Sequence[Reason]) -> float:
    return round(math.fsum(one.bits for one in reasons), 6) + 0.0


def _reason(one: Mapping[str, Any], finer: Mapping[str, str]) -> Reason:
    name = one["comparison"]
    return Reason(name, _STEPS.get(name) or finer.get(name) or one["level"], one["weight"])


def _not_compared(evidence: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    levels = {one["comparison"]: one["level"] for one in evidence}
    silent = [name for name, level in levels.items() if level == NOT_COMPARED and name not in (*_STEPS, *_NO_FIELD)]
    swapped = levels.get("forename") == OTHER_ORDER  # which tells of the surname as well
    return tuple(field_of(name) for name in silent if not (name == "surname" and swapped))


def _sentence(shown: Account) -> str:
    """The account in words. shown: rounded."""
    given = _listed(shown.speaks_for) or "nothing speaks for one person"
    taken = _listed((*shown.speaks_against, *shown.steps))
    opening = f"{given}; {shown.total_for:.1f} bits for, prior {shown.prior:.1f}."
    against = f"Against: {taken}; {-shown.total_against:.1f} bits." if taken else "Nothing speaks against it."
    return f"{opening[0].upper()}{opening[1:]} {against} {shown.match_weight:.1f} in all."


def _listed(reasons: Sequence[Reason]) -> str:
    return "; ".join(one.found for one in reasons)


__all__ = ["Account", "Reason", "Terms", "account", "adding_up", "field_of"]
