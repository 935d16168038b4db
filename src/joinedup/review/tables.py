"""From facts and rules to the tables that a run keeps: cases to look at again, and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.review import law
from joinedup.review.deciding import fired, hit
from joinedup.review.rules import ADMITS, Rule
from joinedup.tables.reviewed import REVIEW_CASES, REVIEW_COUNTS

CONSENT = "consent-used-against-child"
_UNKNOWN = "not known"


def review_cases(facts: pa.Table, rules: Sequence[Rule]) -> pa.Table:
    """Every case on which a rule fires, and every closed one that ranking may bring up besides: `REVIEW_CASES`.

    The first order is by the sum of the weights of the rules that fire, then by the id.
    """
    hits = fired(facts, rules)
    rank = hits @ np.array([rule.weight for rule in rules])
    kept = np.flatnonzero(hits.any(axis=1) | ADMITS.mask(facts))
    some = facts.take(pa.array(kept)).to_pylist()
    teller = _Teller(rules)
    rows = [
        _row(one, teller, np.flatnonzero(hits[at]).tolist(), float(rank[at]))
        for at, one in zip(kept, some, strict=True)
    ]
    rows.sort(key=lambda row: (-row["rank"], row["crime_id"]))
    for place, row in enumerate(rows):
        row["order"] = float(place + 1)
    return REVIEW_CASES.conform(pa.Table.from_pylist(rows, schema=REVIEW_CASES.schema))


class _Teller:
    """Puts hits in words, once for all cases that have the same values of what a rule reads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._reads = [itemgetter(*rule.when.reads, *rule.shows) for rule in rules]
        self._known: dict[tuple[int, Any], dict[str, Any]] = {}

    def told(self, facts: Mapping[str, Any], number: int) -> dict[str, Any]:
        key = (number, self._reads[number](facts))
        if key not in self._known:
            one = hit(facts, self.rules[number])
            fields = [{"name": name, "value": value} for name, value in one.fields]
            self._known[key] = {"rule": one.rule, "version": one.version, "fields": fields}
        return self._known[key]


def _row(facts: Mapping[str, Any], teller: _Teller, firing: Sequence[int], rank: float) -> dict[str, Any]:
    rules = [teller.rules[number] for number in firing]
    return {
        "crime_id": facts["crime_id"], "force": facts["force"],
        "hits": [teller.told(facts, number) for number in firing], "rank": rank,
        "why": " ".join(rule.reason for rule in rules) or None, "why_not": _against(facts, rules),
    }  # fmt: skip


def _against(facts: Mapping[str, Any], hits: Sequence[Rule]) -> str:
    """What speaks against, first what is doubtful in this very case."""
    doubts = ["No rule fires on it."] if not hits else []
    low, high = facts["victim_age_low"], facts["victim_age_high"]
    if low is not None and high is not None and low < 18 <= high:
        doubts.append("The victim may have been 18 or over.")
    if low is not None and low >= 18 and facts["child_victim"]:
        doubts.append("The birth date makes the victim an adult, and the class of the offence a child: one is wrong.")
    if low is None and high is None:
        doubts.append("The victim's age at the offence is not known.")
    return " ".join(dict.fromkeys([*doubts, *(rule.against for rule in hits[:1])]))


def review_counts(facts: pa.Table, rules: Sequence[Rule], charges: pa.Table) -> pa.Table:
    """How many cases each rule concerns, by force, year and outcome, and how many offences the two laws class
    differently: `REVIEW_COUNTS`.
    """
    hits = fired(facts, rules)
    parts = [_of_rule(facts, rule.name, hits[:, at]) for at, rule in enumerate(rules)]
    laws = law.counted(law.compare(facts, charges))
    category = pc.binary_join_element_wise(laws["law"], laws["category"], ": ")
    parts.append(
        pa.table({
            "measure": pa.array(["two-laws"] * len(laws), pa.string()), "unit": laws["unit"], "force": laws["force"],
            "year": laws["year"], "category": category, "number": laws["number"],
            "closed_without_charge": laws["closed_without_charge"], "unknown": pa.nulls(len(laws), pa.int64()),
        })
    )  # fmt: skip
    return REVIEW_COUNTS.conform(pa.concat_tables([REVIEW_COUNTS.conform(one) for one in parts]))


def _of_rule(facts: pa.Table, name: str, found: np.ndarray) -> pa.Table:
    unknown = unknown_consent(facts) if name == CONSENT else np.zeros(len(found), dtype=bool)
    some = facts.filter(pa.array(found | unknown))
    columns = {
        "force": pc.fill_null(some["force"], "not recorded"),
        "year": pc.fill_null(pc.cast(pc.year(some["outcome_on"]), pa.string()), _UNKNOWN),
        "category": pc.fill_null(some["outcome"], _UNKNOWN),
        "hit": pa.array(found[found | unknown].astype(np.int64)),
        "without": pa.array((found & ~_charged(facts))[found | unknown].astype(np.int64)),
        "unknown": pa.array(unknown[found | unknown].astype(np.int64)),
    }
    sums = pa.table(columns).group_by(["force", "year", "category"]).aggregate([
        ("hit", "sum"), ("without", "sum"), ("unknown", "sum"),
    ])  # fmt: skip
    count = len(sums)
    return pa.table({
        "measure": pa.array([name] * count, pa.string()), "unit": pa.array(["recorded"] * count, pa.string()),
        "force": sums["force"], "year": sums["year"], "category": sums["category"], "number": sums["hit_sum"],
        "closed_without_charge": sums["without_sum"],
        "unknown": sums["unknown_sum"] if name == CONSENT else pa.nulls(count, pa.int64()),
    })  # fmt: skip


def unknown_consent(facts: pa.Table) -> np.ndarray:
    """Cases that would be asked whether consent was used against a child, but have no notes and no closing reason."""
    child = np.asarray(pc.fill_null(facts["victim_under_16"], False).to_numpy(), dtype=bool)
    sexual = np.asarray(facts["sexual"].to_numpy(), dtype=bool)
    closed = np.asarray(pc.is_valid(facts["outcome_on"]).to_numpy(), dtype=bool) & ~_charged(facts)
    return child & sexual & closed & np.asarray(facts["consent_given_as_reason"].is_null().to_numpy(), dtype=bool)


def _charged(facts: pa.Table) -> np.ndarray:
    return np.asarray(facts["charged"].to_numpy(), dtype=bool)


__all__ = ["CONSENT", "review_cases", "review_counts", "unknown_consent"]
