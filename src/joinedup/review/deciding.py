"""Trying the rules on cases: on one, in plain Python, and on all at once; which agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from joinedup.review import wording
from joinedup.review.facts import places
from joinedup.review.rules import Rule

NOTE_FACTS = {
    "note_second_person": "second-person",
    "note_open_action": "open-action",
    "note_account_not_taken": "account-not-taken",
    "note_not_interviewed": "not-interviewed",
    "reviewed_before": "reviewed-before",
}
"""Facts that notes give, and the family of phrases each is read from."""


@dataclass(frozen=True)
class Hit:
    """A rule that fired, and the values it fired by, in words; a value that is not known reads `not known`."""

    rule: str
    version: str
    fields: tuple[tuple[str, str], ...]


def with_notes(facts: pa.Table, notes: pa.Table, reviewed: pa.Array, in_group: pa.Array) -> pa.Table:
    """`facts` and what notes and closing reasons say. notes: crime_id, text. reviewed: ids of crimes that a panel has
    decided on before. in_group: ids of crimes of which a suspect is in a group.
    """
    of = places(notes["crime_id"], facts["crime_id"])
    texts = [text or "" for text in notes["text"].to_pylist()]
    hits = wording.find(texts)
    count = len(facts)
    crime = of[hits.text]
    told = {name: _of_family(crime, hits, family, count) for name, family in NOTE_FACTS.items()}
    reasons = wording.find([text or "" for text in facts["closed_reason"].to_pylist()])
    in_reason = _as_reason(reasons.text, reasons, count)
    in_notes = _as_reason(crime, hits, count)
    known = np.bincount(of[of >= 0], minlength=count) > 0
    unread = ~known & facts["closed_reason"].is_null().to_numpy() & ~in_reason
    told["reviewed_before"] |= _in(facts["crime_id"], reviewed)
    found = {name: pa.array(values) for name, values in told.items()}
    found["consent_in_closing_reason"] = pa.array(in_reason)
    found["consent_given_as_reason"] = pa.array(in_reason | in_notes, mask=unread)
    found["suspect_in_group"] = pa.array(_in(facts["crime_id"], in_group))
    found["notes"] = pa.array(np.bincount(of[of >= 0], minlength=count))
    for name, values in found.items():
        facts = facts.append_column(name, values)
    return facts


def plain_note_facts(texts: Sequence[str], closed_reason: str | None) -> dict[str, Any]:
    """What the notes of one case say, in plain Python; `reviewed_before` by the notes alone."""
    found = wording.find(texts)
    families = {wording.phrases()[number].family for number in found.phrase.tolist()}
    in_notes, in_reason = (_gives_reason(some) for some in (texts, [closed_reason or ""]))
    unread = not texts and closed_reason is None
    return {
        **{name: family in families for name, family in NOTE_FACTS.items()},
        "consent_in_closing_reason": in_reason,
        "consent_given_as_reason": None if unread else in_notes or in_reason,
        "notes": len(texts),
    }


def _gives_reason(texts: Sequence[str]) -> bool:
    found = wording.find(texts)
    return any(
        "reason" in wording.phrases()[number].use and not negated
        for number, negated in zip(found.phrase.tolist(), found.negated.tolist(), strict=True)
    )


def hits_of(facts: Mapping[str, Any], rules: Sequence[Rule]) -> tuple[Hit, ...]:
    """The rules that fire on one case."""
    return tuple(hit(facts, rule) for rule in rules if rule.when.holds(facts))


def hit(facts: Mapping[str, Any], rule: Rule) -> Hit:
    """What a rule that fires on a case fires by."""
    return Hit(rule.name, rule.version, _shown(facts, rule))


def fired(facts: pa.Table, rules: Sequence[Rule]) -> np.ndarray:
    """Whether each rule (columns) fires on each case (rows)."""
    if not len(facts):
        return np.zeros((0, len(rules)), dtype=bool)
    return np.stack([rule.when.mask(facts) for rule in rules], axis=1)


def _shown(facts: Mapping[str, Any], rule: Rule) -> tuple[tuple[str, str], ...]:
    names = dict.fromkeys((*(rule.when.fired(facts) or ()), *rule.shows))
    return tuple((name, _in_words(facts[name])) for name in names)


def _in_words(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _of_family(crime: np.ndarray, hits: wording.Hits, family: str, count: int) -> np.ndarray:
    numbers = [number for number, one in enumerate(wording.phrases()) if one.family == family]
    return _any(crime[np.isin(hits.phrase, numbers)], count)


def _as_reason(crime: np.ndarray, hits: wording.Hits, count: int) -> np.ndarray:
    numbers = [number for number, one in enumerate(wording.phrases()) if "reason" in one.use]
    return _any(crime[np.isin(hits.phrase, numbers) & ~hits.negated], count)


def _any(places: np.ndarray, count: int) -> np.ndarray:
    found = np.zeros(count, dtype=bool)
    found[places[places >= 0]] = True
    return found


def _in(ids: pa.ChunkedArray, wanted: pa.Array) -> np.ndarray:
    return np.isin(places(ids, pa.chunked_array([wanted])), np.arange(len(wanted)))
