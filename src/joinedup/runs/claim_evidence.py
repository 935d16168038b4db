"""The figures of a run as evidence: shares of suspect records, and of people, by self-defined ethnicity."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.statistics import small
from joinedup.statistics.claims import About, Counted, Evidence, Ranged, Statement, Variant
from joinedup.statistics.methods import JOINED, LINK, OWN, PEOPLE

MEASURE, FIELD, COLUMN = "share-self-defined-ethnicity", "self-defined ethnicity", "self_defined_ethnicity"

OF_A_RUN: Mapping[str, str] = {
    "population": "suspects",
    "unit": "record",
    "stage": "all",
    "area": "all",
    "period": "all",
    "field": FIELD,
}
"""What a statement in a project is of where it does not say so."""

Row = Mapping[str, Any]

_ONLY_MISSING = ("mostly-missing", "never-filled")
"""Findings that bounds deal with. The others say that what is there may not be what was answered."""


def evidence_of(run: Path) -> tuple[Evidence, ...]:
    """The figures of a finished run: of suspects by record, and by person."""
    figures = pq.read_table(run / "tables" / "figures.parquet")
    rows = figures.filter(pc.equal(figures["measure"], MEASURE)).to_pylist()
    source = f"Run {run.name} of this project."
    refused = _not_relied_on(run)
    by_record = [row for row in rows if row["unit"] == "record" and row["method"] == OWN]
    joined = [row for row in rows if row["unit"] == "record" and row["method"] == JOINED]
    people = [row for row in rows if row["unit"] == "person" and row["method"] == PEOPLE]
    made = []
    if by_record:
        under = (Variant(LINK, _ranged(joined)),) if joined else ()
        about = About(**OF_A_RUN)
        made.append(Evidence("records", about, _counted(by_record), source, under=under, refused=refused))
    if people:
        about = About(**{**OF_A_RUN, "unit": "person"})
        made.append(Evidence("people", about, _ranged(people), source, rests_on=LINK, refused=refused))
    return tuple(made)


def _counted(rows: list[Row]) -> Counted:
    held = {str(row["group"]): int(row["numerator"]) for row in rows}
    return Counted(held, {"not recorded": int(rows[0]["unknown"])})


def _ranged(rows: list[Row]) -> Ranged:
    """The ends over strict, own and loose joining. What is missing is told of the joining that was chosen."""
    held = {str(row["group"]): (float(row["link_lower"] or 0.0), float(row["link_upper"] or 1.0)) for row in rows}
    missing = rows[0]["unknown"] / rows[0]["denominator"] if rows[0]["denominator"] else 1.0
    return Ranged(held, (missing, missing))


def _not_relied_on(run: Path) -> str | None:
    """Why no verdict may rest on the field, where a sender's is not to be relied on."""
    found = pq.read_table(run / "tables" / "soundness.parquet")
    of_column = found.filter(pc.equal(found["column"], COLUMN)).to_pylist()
    senders = sorted({row["sender"] for row in of_column if row["kind"] not in _ONLY_MISSING})
    if not senders:
        return None
    return f"The {FIELD} of {', '.join(senders)} is not to be relied on until they have answered: see `joinedup check`."


def too_few(statement: Statement, evidence: Evidence) -> str | None:
    """Why a verdict would tell how few are of a group; None where it would not."""
    if not isinstance(evidence.shares, Counted):
        return None
    few = [
        group for group in (statement.group, statement.than.group) if small(evidence.shares.held.get(group or "", 0))
    ]
    return f"Fewer than 10 are {few[0]}, and a verdict would tell how few." if few else None
