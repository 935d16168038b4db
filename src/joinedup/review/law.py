"""Two laws side by side: every offence as the law at its date classes it, and as recommendation 1 would.

Recommendation 1: penetrative activity by an adult with a child under 16 is rape, with a safeguard for those close in
age. The safeguard is not drafted yet; here it may apply where the suspect is at most `CLOSE_YEARS` older than a
child of 13 to 15, and such cases are counted apart.

Source: National Audit 2025, recommendation 1; Sexual Offences Acts 1956 and 2003.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.review.facts import places
from joinedup.review.offences import nature

CLOSE_YEARS = 4
"""Assumed by us until the safeguard is drafted."""

CATEGORIES = ("rape already", "would be rape", "safeguard may apply", "not known", "same under both")


@dataclass(frozen=True)
class Law:
    """A law and the first and last day of the offences that it governs; None is no limit."""

    name: str
    version: str
    since: date | None
    until: date | None


LAWS = (
    Law("Sexual Offences Act 1956", "1", None, date(2004, 4, 30)),
    Law("Sexual Offences Act 2003", "1", date(2004, 5, 1), None),
)


def law_at(day: date | None) -> str:
    """The law in force on the day of an offence; both names where the day is not known."""
    if day is None:
        return " or ".join(one.name for one in LAWS)
    return next(one.name for one in LAWS if (one.since or day) <= day <= (one.until or day))


def under_recommendation_1(facts: Mapping[str, Any], own: Mapping[str, bool]) -> str:
    """The category of one offence. facts: of its crime; own: what the offence itself is."""
    if own["rape"]:
        return "rape already"
    if not own["penetrative"] or own["young"] or facts["victim_under_16"] is False or facts["adult_suspect"] is False:
        return "same under both"
    if facts["victim_under_16"] is None or facts["adult_suspect"] is None:
        return "not known"
    return "safeguard may apply" if _close(facts) else "would be rape"


def _close(facts: Mapping[str, Any]) -> bool:
    suspect, victim = facts["suspect_age_high"], facts["victim_age_low"]
    return suspect is not None and victim is not None and victim >= 13 and suspect - victim <= CLOSE_YEARS


def compare(facts: pa.Table, charges: pa.Table) -> pa.Table:
    """Every recorded and charged sexual offence: unit, force, year, law, category, closed_without_charge.

    facts: as `facts.facts` gives them. charges: crime_id, ho_class, cjs_code.
    """
    names = ("force", "offence_from", "charged", "outcome", *_AGES)
    sexual = facts.filter(facts["sexual"])
    recorded = _columns(sexual, ("ho_class", "cjs_code", *names))
    of = places(charges["crime_id"], sexual["crime_id"])
    kept = np.flatnonzero(of >= 0)
    charged = _columns(sexual.take(pa.array(of[kept])), names)
    some = charges.take(pa.array(kept))
    charged |= {name: some[name].to_pylist() for name in ("ho_class", "cjs_code")}
    rows = [*_rows("recorded", recorded), *_rows("charged", charged)]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


_AGES = ("victim_under_16", "adult_suspect", "suspect_age_high", "victim_age_low")
_SCHEMA = pa.schema([
    ("unit", pa.string()), ("force", pa.string()), ("year", pa.string()), ("law", pa.string()),
    ("category", pa.string()), ("closed_without_charge", pa.bool_()),
])  # fmt: skip


def _columns(table: pa.Table, names: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: table[name].to_pylist() for name in names}


def _rows(unit: str, columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    return [_row(unit, dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def _row(unit: str, one: dict[str, Any]) -> dict[str, Any]:
    told = nature(one["ho_class"], one["cjs_code"])
    own = {"rape": told.rape, "penetrative": told.penetrative, "young": told.offender == "under 18"}
    day = one["offence_from"]
    return {
        "unit": unit, "force": one["force"] or "not recorded", "year": str(day.year) if day else "not known",
        "law": law_at(day), "category": under_recommendation_1(one, own),
        "closed_without_charge": not one["charged"] and one["outcome"] not in (None, "0"),
    }  # fmt: skip


def counted(compared: pa.Table) -> pa.Table:
    """`compare` counted by unit, force, year, law and category: number and how many were closed without a charge."""
    keys = ["unit", "force", "year", "law", "category"]
    whole = compared.set_column(
        compared.column_names.index("closed_without_charge"), "closed_without_charge",
        pc.cast(compared["closed_without_charge"], pa.int64()),
    )  # fmt: skip
    sums = whole.group_by(keys).aggregate([("closed_without_charge", "sum"), ("closed_without_charge", "count")])
    return sums.rename_columns([*keys, "closed_without_charge", "number"])
