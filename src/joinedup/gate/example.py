"""One clean invented submission, in the columns a sender gives: every example of a rule says how it differs from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from joinedup.gate.rules import Example

AS_OF = dt.date(2026, 3, 31)
"""The day on which examples are judged."""

CLEAN: Mapping[str, Sequence[Mapping[str, str]]] = {
    "person_records": (
        {
            "local_id": "P1", "forenames": "Bram", "surname": "Quillhaven", "dob": "1988-04-17", "sex": "M",
            "self_defined_ethnicity": "W1", "observed_ethnicity": "1", "nationalities": "GBR",
            "postcode": "XA1 1AA", "phones": "07700900123", "recorded_on": "2026-02-03", "force": "X01",
        },
        {
            "local_id": "P2", "forenames": "Ottoline", "surname": "Vesk", "dob": "2011-09-30", "sex": "F",
            "self_defined_ethnicity": "M9", "nationalities": "GBR", "postcode": "XA1 2BB",
            "recorded_on": "2026-02-03", "force": "X01", "id_child": "C100001",
        },
    ),
    "crimes": (
        {
            "crime_id": "C1", "recorded_on": "2026-02-03", "offence_from": "2026-01-20", "offence_to": "2026-01-20",
            "ho_class": "022/06", "cjs_code": "SX03025", "cse_flag": "yes", "outcome": "0", "force": "X01",
        },
    ),
    "roles": (
        {"crime_id": "C1", "record_id": "P1", "role": "suspect", "stage": "arrested", "stage_on": "2026-02-10"},
        {"crime_id": "C1", "record_id": "P2", "role": "victim", "stated_age": "14"},
    ),
}  # fmt: skip
"""A suspect and a child in one crime of invented force X01, complete. Texts as a sender writes them."""


def submission(example: Example) -> dict[str, list[dict[str, Any]]]:
    """The clean submission with an example's differences: row by row; a row beyond those of the clean one is added.

    An added row differs from the first clean row of its table, where there is one. An empty text empties a value.
    """
    made = {table: [dict(row) for row in rows] for table, rows in CLEAN.items()}
    for table, rows in example.items():
        clean = CLEAN.get(table, ())
        base = made.setdefault(table, [])
        for place, row in enumerate(rows):
            start = clean[place] if place < len(clean) else (clean[0] if clean else {})
            base[place : place + 1] = [{**start, **row}]
    return made
