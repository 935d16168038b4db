"""The common rules in Great Expectations on Pandas: every failing row of every rule, with its row number.

Run by the peers' own Python: `by_great_expectations.py EXTRACT RULES`. RULES is the JSON that `gate.py` writes. Prints
JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["TQDM_DISABLE"] = "1"

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.row_conditions import Column


def main(extract: str, rules: str) -> None:
    with open(rules, encoding="utf-8") as file:
        terms = json.load(file)
    frame = read(extract)
    named = expectations(terms)
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("files").add_dataframe_asset("people")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite("common rules", expectations=list(named.values()))
    told = batch.validate(suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False})
    found = {}
    for one in told.results:
        if one.exception_info.get("raised_exception"):
            raise RuntimeError(one.exception_info["exception_message"])
        found[one.expectation_config.meta["rule"]] = len(one.result["unexpected_index_list"] or ())
    counts = {rule: count for rule, count in found.items() if count}
    print(json.dumps({"counts": counts, "reasons": sum(found.values()), "rows": len(frame), "version": told_version()}))


def told_version() -> str:
    return f"{version('great_expectations')}, Pandas {version('pandas')}"


def read(extract: str) -> pd.DataFrame:
    """Every column as text, and what two columns are compared by beside it: what is no day is null."""
    frame = pd.read_csv(extract, dtype=str, keep_default_na=False, engine="pyarrow")
    frame["dob_day"] = pd.to_datetime(frame["dob"], format="%Y-%m-%d", errors="coerce")
    recorded = pd.to_datetime(frame["recorded_on"], format="%Y-%m-%d", errors="coerce")
    frame["born_by"] = recorded + pd.Timedelta(days=300)
    return frame


def expectations(terms: Mapping[str, Any]) -> dict[str, Any]:
    latest, earliest = pd.Timestamp(terms["as_of"]), pd.Timestamp(terms["earliest"])
    made = {
        "key-duplicate record_id": gxe.ExpectColumnValuesToBeUnique(column="local_id"),
        **{f"code-not-in-list {column}": gxe.ExpectColumnValuesToBeInSet(column=column, value_set=["", *terms[codes]])
           for column, codes in (("self_defined_ethnicity", "ethnicities"), ("sex", "sexes"), ("force", "forces"))},
        "ethnicity-compulsory self_defined_ethnicity": gxe.ExpectColumnValuesToBeInSet(
            column="self_defined_ethnicity", value_set=terms["ethnicities"],
            row_condition=Column("self_defined_ethnicity_reason").is_not_in(terms["reasons"])),
        "nationality-compulsory nationalities": gxe.ExpectColumnValuesToMatchRegex(
            column="nationalities", regex=terms["nationality"],
            row_condition=Column("nationality_reason").is_not_in(terms["reasons"])),
        "value-unreadable postcode": gxe.ExpectColumnValuesToMatchRegex(
            column="postcode", regex=terms["postcode"], row_condition=Column("postcode") != ""),
        "date-unreadable dob": gxe.ExpectColumnValuesToNotBeNull(
            column="dob_day", row_condition=Column("dob") != ""),
        "dob-in-future dob": gxe.ExpectColumnValuesToBeBetween(column="dob_day", max_value=latest),
        "dob-over-120 dob": gxe.ExpectColumnValuesToBeBetween(column="dob_day", min_value=earliest),
        "dob-after-recorded dob": gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="born_by", column_B="dob_day", or_equal=True, ignore_row_if="either_value_is_missing"),
        **{f"{rule} {column}": gxe.ExpectColumnValuesToNotMatchRegex(column=column, regex=terms[pattern])
           for rule, pattern in (("name-reference", "digit"), ("name-title", "title"))
           for column in ("forenames", "surname")},
    }  # fmt: skip
    for rule, expectation in made.items():
        expectation.meta = {"rule": rule}
    return made


if __name__ == "__main__":
    main(*sys.argv[1:])
