"""Crafted JSON lines and Parquet at the gate: an answer within 10 s, no traceback, no value told, nothing lost."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import json
import os
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SECRET = "Zzsecretz"
COLUMNS = ["local_id", "forenames", "surname", "dob", "self_defined_ethnicity", "nationalities"]
HEAD = ",".join(COLUMNS) + "\n"
GOOD = ["1", "Ann", SECRET, "1990-01-01", "W1", "GBR"]
A = f"1,Ann,{SECRET},1990-01-01,W1,GBR\n"

Made = str | bytes | Callable[[], bytes]
Answer = tuple[int, int] | str


def line(**changed: object) -> str:
    return json.dumps(dict(zip(COLUMNS, GOOD, strict=True)) | changed, ensure_ascii=False) + "\n"


FIRST, SECOND = line(), line(local_id=2)
LINES: dict[str, tuple[Made, Answer]] = {
    "plain": (FIRST + SECOND, (2, 0)),
    "mark": (codecs.BOM_UTF8 + FIRST.encode(), (1, 0)),
    "crlf": ((FIRST + SECOND).replace("\n", "\r\n"), (2, 0)),
    "cr": ((FIRST + SECOND).replace("\n", "\r"), "not those of any table"),
    "blank-lines": (f"\n{FIRST}\n \n{SECOND}\n", (2, 0)),
    "utf-16": (FIRST.encode("utf-16"), "not those of any table"),
    "bad-byte": (FIRST.encode() + SECOND.encode().replace(b"Ann", b"A\xffn"), (2, 1)),
    "nested": (FIRST + line(local_id=2, surname={"of": SECRET}), (2, 1)),
    "nested-in-list": (FIRST + line(local_id=2, nationalities=[{"of": SECRET}]), (2, 1)),
    "list": (FIRST + line(local_id=2, nationalities=["GBR", None, "IRL"]), (2, 0)),
    "list-of-lists": (FIRST + line(local_id=2, nationalities=[["GBR"]]), (2, 1)),
    "list-as-name": (FIRST + line(local_id=2, forenames=["Ann", "May"]), (2, 1)),
    "array-on-one-line": (f"[{FIRST.strip()},{SECOND.strip()}]", "not those of any table"),
    "not-objects": (FIRST + f'"{SECRET}"\n5\nnull\ntrue\n[]\n', (6, 5)),
    "keys-twice": (FIRST + SECOND.replace('"forenames"', f'"surname": "{SECRET}", "forenames"'), (2, 1)),
    "pretty": (json.dumps(dict(zip(COLUMNS, GOOD, strict=True)), indent=1), "not those of any table"),
    "huge-number": (FIRST + SECOND.replace('"1990-01-01"', "9" * 5_000), (2, 1)),
    "huge-exponent": (FIRST + SECOND.replace('"1990-01-01"', "1e400"), (2, 1)),
    "not-a-number": (FIRST + SECOND.replace('"Ann"', "NaN"), (2, 0)),
    "numbers": (FIRST + line(local_id=12345678901234567890, forenames=1.5), (2, 1)),
    "yes-as-name": (FIRST + line(local_id=2, forenames=True), (2, 0)),
    "empty-object": (FIRST + "{}\n", (2, 1)),
    "comma-after": (FIRST + SECOND.replace("}", ",}"), (2, 1)),
    "comment": (FIRST + f"// {SECRET}\n" + SECOND, (3, 1)),
    "single-quotes": (FIRST + SECOND.replace('"', "'"), (2, 1)),
    "two-on-a-line": (FIRST + FIRST.strip() + SECOND, (2, 1)),
    "cut": (FIRST + SECOND[:-30], (2, 1)),
    "deep": (FIRST + "[" * 90_000 + "\n", (2, 1)),
    "half-character": (FIRST + SECOND.replace("Ann", "\\ud800"), (2, 1)),
    "nul": (FIRST + SECOND.replace("Ann", "An\\u0000n"), (2, 1)),
    "formula": (FIRST + line(local_id=2, forenames="=1+1"), (2, 1)),
    "formula-as-key": (line(**{"=1+1": "x"}), (1, 0)),
    "odd-keys": (line(**{"": "x", " ": "y", "a\nb": "z", SECRET: "v"}), (1, 0)),
    "keys-differ": (FIRST + json.dumps({"surname": SECRET, "dob": "1990-01-01", "local_id": "2", "more": 1}), (2, 1)),
    "keys-of-ours": (line(source_row="5", joinedup_row="7", joinedup_digest="x"), (1, 0)),
    "keys-4001": (line(**{f"k{n}": n for n in range(3_995)}), "more than 4,000 columns"),
    "csv-in-truth": (HEAD + A, "not those of any table"),
}


def parquet(columns: dict[str, Any], **more: Any) -> bytes:
    """Columns in place of those of a sound row, as Parquet."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **more)
    return out.getvalue()


def typed(**columns: Any) -> Callable[[], bytes]:
    return lambda: parquet({name: [value] for name, value in zip(COLUMNS, GOOD, strict=True)} | columns)


DAY = dt.datetime(1990, 5, 7)
PARQUETS: dict[str, tuple[Made, Answer]] = {
    "plain": (typed(), (1, 0)),
    "date": (typed(dob=pa.array([DAY.date()])), (1, 0)),
    "date64": (typed(dob=pa.array([DAY], pa.date64())), (1, 0)),
    "timestamp": (typed(dob=pa.array([DAY], pa.timestamp("ns"))), (1, 0)),
    "timestamp-zone": (typed(dob=pa.array([DAY], pa.timestamp("us", "Europe/London"))), (1, 0)),
    "timestamp-offset": (typed(dob=pa.array([DAY], pa.timestamp("us", "+05:30"))), (1, 0)),
    "timestamp-no-zone": (typed(dob=pa.array([DAY], pa.timestamp("us", "Nowhere/Atall"))), "Column 4 is of a kind"),
    "timestamp-far": (typed(dob=pa.array([2**62], pa.timestamp("us"))), (1, 1)),
    "time": (typed(dob=pa.array([5], pa.time64("us"))), (1, 1)),
    "duration": (typed(dob=pa.array([5], pa.duration("s"))), (1, 1)),
    "decimal": (typed(local_id=pa.array([Decimal("12.00")])), (1, 0)),
    "whole": (typed(local_id=pa.array([2**64 - 1], pa.uint64())), (1, 0)),
    "float": (typed(dob=pa.array([float("nan")]), local_id=pa.array([1e300])), (1, 1)),
    "half-float": (typed(local_id=pa.array([1.0], pa.float16())), (1, 0)),
    "yes-no": (typed(forenames=[True]), (1, 0)),
    "list": (typed(nationalities=[["GBR", None, "IRL"]]), (1, 0)),
    "list-of-none": (typed(nationalities=[[None]]), (1, 1)),
    "list-large": (typed(nationalities=pa.array([["GBR", "IRL"]], pa.large_list(pa.large_string()))), (1, 0)),
    "list-fixed": (typed(nationalities=pa.array([["GBR", "IRL"]], pa.list_(pa.string(), 2))), (1, 0)),
    "list-of-whole": (typed(nationalities=[[1, 2]]), (1, 1)),
    "list-of-structs": (typed(nationalities=[[{SECRET: "x"}]]), "Column 6 is of a kind"),
    "struct": (typed(forenames=[{SECRET: SECRET}]), "Column 2 is of a kind"),
    "map": (typed(forenames=pa.array([[("a", SECRET)]], pa.map_(pa.string(), pa.string()))), "Column 2 is of a kind"),
    "dictionary": (typed(surname=pa.array([SECRET]).dictionary_encode()), (1, 0)),
    "large-text": (typed(surname=pa.array([SECRET], pa.large_string())), (1, 0)),
    "view-text": (typed(surname=pa.array([SECRET], pa.string_view())), (1, 0)),
    "bytes": (typed(surname=pa.array([SECRET.encode()])), (1, 0)),
    "bytes-no-text": (typed(surname=pa.array([b"\xff" + SECRET.encode()])), "Column 3 is of a kind"),
    "nothing": (typed(dob=pa.nulls(1)), (1, 0)),
    "row-of-nothing": (
        lambda: parquet({name: [value, None] for name, value in zip(COLUMNS, GOOD, strict=True)}), (2, 1)),
    "no-rows": (lambda: parquet({name: pa.array([], pa.string()) for name in COLUMNS}), (0, 0)),
    "no-columns": (lambda: parquet({}), "not those of any table"),
    "formula": (typed(surname=[f"=1+1 {SECRET}"], **{"=1+1": ["x"]}), (1, 1)),
    "nul": (typed(forenames=["An\0n"]), (1, 1)),
    "name-of-ours": (typed(source_row=[7], joinedup_row=[7]), (1, 0)),
    "name-is-a-value": (typed(**{SECRET: ["x"], "": ["y"], "a\nb": ["z"]}), (1, 0)),
    "brotli": (
        lambda: parquet({name: [value] for name, value in zip(COLUMNS, GOOD, strict=True)}, compression="brotli"),
               (1, 0)),
    "cut": (lambda: typed()()[:-40], "not a Parquet file"),
    "damaged": (lambda: typed()().replace(b"Ann", b"\xff\xff\xff"), "Column 2 is of a kind"),
    "csv-in-truth": (HEAD + A, "not a Parquet file"),
}  # fmt: skip

CASES = {
    f"{name}.{kind}": {"files": {f"{name}.{kind}": made}, "answer": answer}
    for kind, cases in (("jsonl", LINES), ("parquet", PARQUETS))
    for name, (made, answer) in cases.items()
}
CASES["odd-keys.jsonl"]["markers"] = 1  # the other is a column's name
if os.environ.get("JOINEDUP_SCALE") != "full":  # two of three
    CASES = {name: case for place, (name, case) in enumerate(CASES.items()) if place % 3}
PROMPTED = list(CASES)[::10]


@pytest.mark.proof
@pytest.mark.parametrize("name", CASES)
def test_a_crafted_file_has_one_clear_answer_and_nothing_is_lost(name: str, checked: Callable[[str], None]) -> None:
    checked(name)


@pytest.mark.parametrize("name", PROMPTED)
def test_the_command_answers_so_in_words(name: str, prompted: Callable[[str], None]) -> None:
    prompted(name)
