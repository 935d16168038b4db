"""Invented people with slips in several systems, whose truth is known."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pyarrow as pa
from faker.providers.person.en_GB import Provider as BritishNames
from faker.providers.person.pl_PL import Provider as PolishNames

from joinedup import tables

FORENAMES = sorted({n.upper() for n in (*BritishNames.first_names, *PolishNames.first_names)})
SURNAMES = sorted({n.upper() for n in (*BritishNames.last_names, *PolishNames.last_names)})


def people(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Each invented person in two to four systems, with slips; `truth` is the person's number."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        born = dt.date(1950, 1, 1) + dt.timedelta(draw.randrange(20_000))
        base = {
            "forenames": draw.choice(FORENAMES) + draw.choice(["", " " + draw.choice(FORENAMES)]),
            "surname": draw.choice(SURNAMES),
            "dob": born, "dob_precision": "day", "sex": draw.choice("MF"),
            "postcode": f"XA{draw.randrange(1, 30)} {draw.randrange(1, 9)}{draw.choice('ABDE')}{draw.choice('FGHJ')}",
            "phones": [f"0799990{number:05d}"],
        }  # fmt: skip
        for system in range(draw.randrange(2, 5)):
            rows.append(record(f"s{system}:{number}", number, slipped(base, draw)))
    return rows


def record(record_id: str, truth: int, values: dict[str, Any]) -> dict[str, Any]:
    """A row of `person_records` with its keys, and its truth."""
    system, local = record_id.split(":")
    return {"record_id": record_id, "system": system, "local_id": local, "source_file": "f", "source_row": 2,
            "truth": truth} | values  # fmt: skip


def slipped(base: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """One mention of a person: names exchanged, birth date a little off, postcode or phone missing, at times."""
    made = dict(base)
    if draw.random() < 0.1:
        made["forenames"], made["surname"] = made["surname"], made["forenames"]
    if draw.random() < 0.1:
        made["dob"] = made["dob"] + dt.timedelta(draw.choice([-1, 1, 10]))
    if draw.random() < 0.3:
        made["postcode"] = None
    if draw.random() < 0.5:
        made["phones"] = None
    return made


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as `person_records`."""
    return pa.Table.from_pylist(rows, schema=tables.PERSON_RECORDS.schema)
