"""A gap of a mend list in words: one line of the file that a force takes back to its own system."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from joinedup.codes import CodeList
from joinedup.runs.counting import ETHNICITY, NATIONALITY, OBSERVED
from joinedup.runs.mend_gaps import PARTS, Finding, Gap, Kind, Material, Other

COLUMNS = (
    "record", "local_id", "part", "missing", "why_missing_now", "found", "value", "label", "held_by", "recorded_on",
    "disagreeing", "how_sure_it_is_one_person", "bits", "what_to_do", "confirmed", "confirmed_by", "note",
    "also_held_by", "seen_by_an_officer_never_copy", "restriction_and_handling", "force",
)  # fmt: skip
"""Of the file. `confirmed` (yes or no), `confirmed_by` and `note` are for the person who confirms."""

WORDS = {ETHNICITY: "self-defined ethnicity", NATIONALITY: "nationality"}
FOUND: Mapping[Kind, str] = {
    "elsewhere": "one answer elsewhere", "conflicting": "records disagree", "nowhere": "none that can be shown",
}  # fmt: skip
SEPARATOR = " | "

_DO: Mapping[Kind, str] = {
    "elsewhere": "Ask the person, or have the record named looked at. If it is so, correct your own system.",
    "conflicting": "The records disagree: ask the person. Do not choose one.",
    "nowhere": "Nobody else holds one that can be shown: ask the person.",
}
_DEAD: Mapping[Kind, str] = {
    "elsewhere": "The person is recorded as dead: ask nobody. Correct your own system only by the record named.",
    "conflicting": "The person is recorded as dead, and the records disagree: leave it open.",
    "nowhere": "The person is recorded as dead: ask nobody, and record that it is not known.",
}
_REFUSED: Mapping[Kind, str] = {
    "elsewhere": "The person would not say here: leave it, unless they want what they said elsewhere recorded.",
    "conflicting": "The person would not say here, and other records disagree: leave it.",
    "nowhere": "The person would not say. That is an answer: leave it.",
}
_UNMAPPED = "Your record holds something that no list has: look at that first."
_DOUBT = "First make sure that it is the same person."
_CARE = "Ask when it can be asked with care; help never waits for it."

STRENGTHS = ((10.0, "almost certain, over 1,000 to 1"), (5.0, "likely, over 30 to 1"))
"""From how many bits on, and in words: 2 ** 10 = 1,024 and 2 ** 5 = 32, by the weights' own account."""
_WEAK = "in doubt, under 30 to 1"


@dataclass(frozen=True)
class Sure:
    """How sure it is that two records are of one person. bits: None where a key or a person decided."""

    says: str
    bits: float | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether somebody should look before they rely on it."""
        return self.bits is not None and self.bits < STRENGTHS[-1][0]


@dataclass(frozen=True)
class Words:
    """Everything that lines need. lists: code lists by field. threshold: bits from which two records are joined."""

    material: Material
    lists: Mapping[str, CodeList]
    threshold: float

    def line(self, gap: Gap, field: str, found: Finding) -> tuple[str, ...]:
        """The cells of one gap, in the order of `COLUMNS`."""
        sure = self._weakest(gap, found)
        cells = {
            "record": gap.record_id, "local_id": gap.local_id, "part": PARTS[gap.part], "missing": WORDS[field],
            "why_missing_now": _why(gap, field), "found": FOUND[found.kind], "what_to_do": _do(gap, field, found, sure),
            "how_sure_it_is_one_person": sure.says if sure else "", "bits": _bits(sure),
            "seen_by_an_officer_never_copy": self._seen(gap) if field == ETHNICITY else "",
            "restriction_and_handling": SEPARATOR.join(_conditions(gap, found)), "force": gap.force or "",
        }  # fmt: skip
        if found.kind == "elsewhere":
            cells |= self._proposed(field, found)
        elif found.kind == "conflicting":
            cells["disagreeing"] = self._disagreeing(field, found)
        return tuple(cells.get(column, "") for column in COLUMNS)

    def sure(self, gap: Gap, other: Other) -> Sure:
        """How sure it is that a gap's record and another are of one person."""
        first, second = sorted((gap.record_id, other.record_id))
        tie = self.material.ties.get((gap.record_id, other.record_id))
        if (first, second) in self.material.same:
            return Sure("somebody judged them to be one person")
        if tie and tie.by_key:
            return Sure("by key: the only suspect of one crime in both systems")
        if tie and tie.weight is not None and tie.weight >= self.threshold:
            return Sure(f"compared: {_strength(tie.weight)}", tie.weight)
        weights = [one.cluster_weight for one in (gap, other) if one.cluster_weight is not None]
        if not weights:
            return Sure("through other records, by key")
        return Sure(f"through other records: {_strength(min(weights))}", min(weights))

    def seen_elsewhere(self, gap: Gap) -> list[Other]:
        """The other records whose officer's view is told."""
        return [o for o in self.material.beside(gap) if o.observed_ethnicity is not None and not o.restriction]

    def _weakest(self, gap: Gap, found: Finding) -> Sure | None:
        """Of the record whose answer is proposed; of all that disagree, the least sure of those with bits."""
        if found.kind == "nowhere":
            return None
        named = found.shown[:1] if found.kind == "elsewhere" else found.shown
        return min((self.sure(gap, other) for other in named), key=lambda s: math.inf if s.bits is None else s.bits)

    def _proposed(self, field: str, found: Finding) -> dict[str, str]:
        best, *more = found.shown
        codes = _codes(field, best)
        return {
            "value": "; ".join(codes), "label": "; ".join(self._label(field, code) for code in codes),
            "held_by": best.record_id, "recorded_on": _day(best), "also_held_by": SEPARATOR.join(map(_where, more)),
        }  # fmt: skip

    def _disagreeing(self, field: str, found: Finding) -> str:
        held: dict[str, list[str]] = {}
        for other in found.shown:
            value = "; ".join(f"{code} {self._label(field, code)}" for code in _codes(field, other))
            held.setdefault(value, []).append(_where(other))
        return _grouped(held)

    def _seen(self, gap: Gap) -> str:
        seen: dict[str, list[str]] = {}
        if gap.observed_ethnicity is not None:
            seen[gap.observed_ethnicity] = ["this record"]
        for other in self.seen_elsewhere(gap):
            seen.setdefault(str(other.observed_ethnicity), []).append(_where(other))
        return _grouped({f"{code} {self._label(OBSERVED, code)}": where for code, where in seen.items()})

    def _label(self, field: str, code: str) -> str:
        known = self.lists[field].codes
        return known[code].label if code in known else code


def _codes(field: str, other: Other) -> list[str]:
    """The codes that a record holds; several nationalities stand in one text, as counting makes it."""
    held = getattr(other, field)
    return held.strip("[]").split(", ") if field == NATIONALITY else [held]


def _why(gap: Gap, field: str) -> str:
    reason = getattr(gap, f"{field}_reason").replace("_", " ")
    late = getattr(gap, f"{field}_overdue")
    return f"{reason}; out of date: over 28 days since the arrest or charge" if late else reason


def _do(gap: Gap, field: str, found: Finding, sure: Sure | None) -> str:
    if gap.dead:
        return _DEAD[found.kind]
    reason = getattr(gap, f"{field}_reason")
    if reason == "refused":
        return _REFUSED[found.kind]
    said = [_UNMAPPED] if reason == "unmapped" else []
    said += [_DOUBT] if sure and sure.in_doubt else []
    said += [_DO[found.kind]]
    said += [_CARE] if PARTS[gap.part] == "victim" else []
    return " ".join(said)


def _conditions(gap: Gap, found: Finding) -> Iterable[str]:
    """What senders lay down about the records that are named."""
    if gap.restriction:
        yield f"this record is restricted: {gap.restriction}"
    if gap.handling:
        yield f"handling of this record: {gap.handling}"
    for other in found.shown:
        if other.handling:
            yield f"handling of {other.record_id}: {other.handling}"


def _strength(bits: float) -> str:
    return next((says for least, says in STRENGTHS if bits >= least), _WEAK)


def _bits(sure: Sure | None) -> str:
    return "" if sure is None or sure.bits is None else f"{sure.bits:.1f}"


def _grouped(held: Mapping[str, list[str]]) -> str:
    """Each value, and the records that hold it."""
    return SEPARATOR.join(f"{value}, in {', '.join(where)}" for value, where in held.items())


def _where(other: Other) -> str:
    return f"{other.record_id} ({_day(other)})" if other.recorded_on else other.record_id


def _day(other: Other) -> str:
    return other.recorded_on.isoformat() if other.recorded_on else ""
