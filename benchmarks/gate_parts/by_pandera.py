"""The common rules in Pandera, on its Polars backend: every failing row of every rule, with its row number.

Run by the peers' own Python: `by_pandera.py EXTRACT RULES`. RULES is the JSON that `gate.py` writes. Prints JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors


def main(extract: str, rules: str) -> None:
    with open(rules, encoding="utf-8") as file:
        terms = json.load(file)
    frame = read(extract)
    try:
        schema(terms).validate(frame, lazy=True)
        cases = pl.DataFrame({"check": [], "column": []})
    except SchemaErrors as error:
        cases = error.failure_cases
    counts = cases.group_by("column", "check").len().rows()
    found = {"key-duplicate record_id" if check == "field_uniqueness" else check: count for _, check, count in counts}
    print(json.dumps({"counts": found, "reasons": cases.height, "rows": frame.height, "version": told_version()}))


def told_version() -> str:
    return f"{version('pandera')}, Polars {version('polars')}"


def read(extract: str) -> pl.DataFrame:
    """Every column as text, and the two days as days beside it: what is no day is null."""
    frame = pl.read_csv(extract, infer_schema=False, empty_string_is_null=False)
    day = {f"{name}_day": pl.col(name).str.to_date("%Y-%m-%d", strict=False) for name in ("dob", "recorded_on")}
    return frame.with_columns(**day)


def schema(terms: Mapping[str, Any]) -> pa.DataFrameSchema:
    as_of, earliest = dt.date.fromisoformat(terms["as_of"]), dt.date.fromisoformat(terms["earliest"])
    no_reason = {
        column: ~pl.col(column).is_in(terms["reasons"])
        for column in ("self_defined_ethnicity_reason", "nationality_reason")
    }
    ethnicity, sex, force = (pl.col(name) for name in ("self_defined_ethnicity", "sex", "force"))
    dob, recorded = pl.col("dob_day"), pl.col("recorded_on_day")
    names = {
        name: [
            fires(f"name-reference {name}", pl.col(name).str.contains(terms["digit"])),
            fires(f"name-title {name}", pl.col(name).str.contains(terms["title"])),
        ]
        for name in ("forenames", "surname")
    }
    checks = {
        "local_id": [],
        **names,
        "self_defined_ethnicity": [
            fires("code-not-in-list self_defined_ethnicity", ~ethnicity.is_in(["", *terms["ethnicities"]])),
            fires(
                "ethnicity-compulsory self_defined_ethnicity",
                ~ethnicity.is_in(terms["ethnicities"]) & no_reason["self_defined_ethnicity_reason"],
            ),
        ],
        "nationalities": [
            fires(
                "nationality-compulsory nationalities",
                ~pl.col("nationalities").str.contains(terms["nationality"]) & no_reason["nationality_reason"],
            )
        ],
        "sex": [fires("code-not-in-list sex", ~sex.is_in(["", *terms["sexes"]]))],
        "force": [fires("code-not-in-list force", ~force.is_in(["", *terms["forces"]]))],
        "postcode": [
            fires(
                "value-unreadable postcode",
                (pl.col("postcode") != "") & ~pl.col("postcode").str.contains(terms["postcode"]),
            )
        ],
        "dob": [
            fires("date-unreadable dob", (pl.col("dob") != "") & dob.is_null()),
            fires("dob-in-future dob", dob > as_of),
            fires("dob-over-120 dob", dob < earliest),
            fires("dob-after-recorded dob", dob > recorded.dt.offset_by("300d")),
        ],
    }
    columns = {name: pa.Column(str, list_, unique=name == "local_id") for name, list_ in checks.items()}
    return pa.DataFrameSchema(columns)


def fires(name: str, where: pl.Expr) -> pa.Check:
    """A check that fails in the rows where `where` holds; null does not hold."""
    holds = (~where).fill_null(True)
    check: Callable[[pa.PolarsData], pl.LazyFrame] = lambda data: data.lazyframe.select(holds)  # noqa: E731
    return pa.Check(check, name=name)


if __name__ == "__main__":
    main(*sys.argv[1:])
