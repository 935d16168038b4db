"""One described person against the records of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.linkage import fitting, model
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.features import COMPARED, Records, records_of
from joinedup.linkage.fitting import Ready
from joinedup.linkage.link import weighed
from joinedup.linkage.pairs import Scored

ASKED = "?"
"""The record id of the description: no system is called so, because a key holds a system and a colon."""


@dataclass(frozen=True)
class Described:
    """A person as somebody describes them, in the standard forms of `person_records`; leave out what is not known."""

    forenames: str | None = None
    surname: str | None = None
    dob: dt.date | None = None
    sex: str | None = None
    postcode: str | None = None
    phone: str | None = None
    identifiers: Mapping[str, str] | None = None

    @property
    def searchable(self) -> bool:
        """Whether there is anything that records can be found by; a forename or a sex alone fits too many."""
        return any([self.surname, self.dob, self.postcode, self.phone, self.identifiers])

    def as_record(self) -> pa.Table:
        """The description as one row of `person_records`."""
        values: dict[str, object] = {
            "record_id": ASKED, "forenames": self.forenames, "surname": self.surname, "dob": self.dob,
            "dob_precision": "day" if self.dob else None, "sex": self.sex, "postcode": self.postcode,
            "phones": [self.phone] if self.phone else None,
        }  # fmt: skip
        return pa.Table.from_pylist([values | dict(self.identifiers or {})], schema=tables.PERSON_RECORDS.schema)


def against(engine: DuckDBEngine, people: Frame, described: Described, used: Mapping[str, Any]) -> pa.Table:
    """Records that the description may be of: record_id, match_weight (bits), evidence; best first, then by id.

    people: `person_records`. used: the run's model. How common a value is counts for nothing here, because only the
    records that share something with the description are looked at.
    """
    near = people.select(*COMPARED).filter(_shares_something(described))
    together = nw.concat([near, engine.frame(described.as_record()).select(*COMPARED)], how="vertical")
    records = records_of(engine, together)
    settings = model.without_frequencies(used) | {"blocking_rules_to_generate_predictions": []}
    pairs = _with_the_asked(records, fitting.ready(Compiler(engine, records.features), records.features, settings))
    asked_left = pc.equal(pairs["record_id_l"], ASKED)
    record = pc.if_else(asked_left, pairs["record_id_r"], pairs["record_id_l"])
    found = pairs.select(["match_weight", "evidence"]).append_column("record_id", record)
    return found.sort_by([("match_weight", "descending"), ("record_id", "ascending")])


def _with_the_asked(records: Records, ready: Ready) -> pa.Table:
    """The `pairs` table of the description with every other record, from even odds up."""
    asked = np.int32(pc.index(records.ids, ASKED).as_py())
    others = np.delete(np.arange(len(records), dtype=np.int32), asked)
    left, right = np.minimum(others, asked), np.maximum(others, asked)
    weights, levels = weighed(ready, left, right)
    holds = weights >= model.FLOOR
    return Scored(records.ids, ready, left[holds], right[holds], weights[holds], levels[:, holds]).table()


def _shares_something(described: Described) -> nw.Expr:
    tests = [
        nw.col(name) == value
        for name, value in (
            ("surname", described.surname),
            ("forenames", described.surname),  # the two names may have been swapped
            ("dob", described.dob),
            ("postcode", described.postcode),
            *(described.identifiers or {}).items(),
        )
        if value is not None
    ]
    if described.phone:
        tests.append(nw.col("phones").list.contains(described.phone).fill_null(False))
    return reduce(or_, [test.fill_null(False) for test in tests])
