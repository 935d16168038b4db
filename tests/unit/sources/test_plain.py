"""Columns that bear a table's names, in whatever letters, need no source map."""

from __future__ import annotations

from pathlib import Path

import pytest

from joinedup.errors import ExtractError
from joinedup.sources.plain import map_without_toml, spelled


def filled(columns: list[str]) -> dict[str, tuple[str, ...]]:
    (table,) = map_without_toml(Path("people.csv"), columns, "x01-crime").tables
    return {target: spec.columns for target, spec in table.columns.items()}


@pytest.mark.parametrize("name", ["Local ID", " local-id ", "LOCAL_ID", "local  id"])
def test_capitals_spaces_and_hyphens_make_no_difference(name: str) -> None:
    assert spelled(name) == "local_id"
    assert filled([name, "Surname", "DOB"]) == {"local_id": (name,), "surname": ("Surname",), "dob": ("DOB",)}


def test_of_two_columns_that_fill_one_the_one_spelled_as_the_table_does_is_read() -> None:
    assert filled(["Surname", "surname", "local_id"])["surname"] == ("surname",)
    assert filled(["SURNAME", "Surname", "local_id"])["surname"] == ("SURNAME",)


def test_a_record_id_in_capitals_is_a_key_too() -> None:
    assert filled(["Record ID", "Surname"])["local_id"] == ("Record ID",)


def test_columns_of_no_table_are_refused_with_what_to_do() -> None:
    with pytest.raises(ExtractError, match="not those of any table"):
        filled(["Ann", "Example", "1990"])
