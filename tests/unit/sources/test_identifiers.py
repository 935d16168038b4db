"""Identifiers that no table has a column for, read as the file names them; and by which columns people are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from joinedup import tables
from joinedup.engine import open_extract
from joinedup.errors import ExtractError
from joinedup.sources import map_without_toml
from joinedup.sources.identifiers import read_identifiers


def test_identifiers_are_read_in_standard_form_with_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("local_id,id_a,id_b\n1, ab 1 ,\n\n2,UNKNOWN,z9; a1;Z9;none\n3,NULL,;;\n", encoding="utf-8")
    rows, faults = read_identifiers(open_extract(path), ["id_a", "id_b"], "x/people.csv")
    assert rows.select(["source_row", "id_a", "id_b"]).to_pylist() == [
        {"source_row": 2, "id_a": "AB1", "id_b": None},
        {"source_row": 4, "id_a": None, "id_b": "A1;Z9"},
        {"source_row": 5, "id_a": None, "id_b": None},
    ]
    assert rows["source_file"].to_pylist() == ["x/people.csv"] * 3
    assert faults.num_rows == 0


def test_a_cell_of_several_lines_is_a_fault_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text('local_id,id_a,id_b\n1,A1,B1\n2,"A2\n3,A3",B3\n', encoding="utf-8")
    faults = read_identifiers(open_extract(path), ["id_a", "id_b"], "people.csv")[1]
    assert faults.schema == tables.UNREADABLE.schema
    assert faults.to_pylist() == [
        {"source_file": "people.csv", "source_row": 3, "table": "person_records", "column": "id_a",
         "rule": "line-break"},
    ]  # fmt: skip


def test_a_file_without_rows_has_identifiers_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("local_id,id_a\n", encoding="utf-8")
    rows, _ = read_identifiers(open_extract(path), ["id_a"], "people.csv")
    assert rows.num_rows == 0
    assert set(rows.column_names) == {"source_file", "source_row", "id_a"}


@pytest.mark.parametrize("columns", [("record_id", "id_pnc"), ("record_id", "surname"), ("local_id", "id_cro")])
def test_the_key_of_a_record_and_one_column_of_people_are_people(columns: tuple[str, ...]) -> None:
    found = map_without_toml(Path("any.csv"), columns, "a").tables[0]
    assert found.table is tables.PERSON_RECORDS
    assert found.columns["local_id"].columns == columns[:1]


@pytest.mark.parametrize("columns", [("record_id",), ("local_id", "id_passport"), ("surname",), ("record_id", "when")])
def test_less_than_that_is_no_table_unless_it_is_said_which(columns: tuple[str, ...]) -> None:
    with pytest.raises(ExtractError, match="not those of any table"):
        map_without_toml(Path("any.csv"), columns, "a")
    if columns[0] != "surname":
        said = map_without_toml(Path("any.csv"), columns, "a", tables.PERSON_RECORDS).tables[0]
        assert said.table is tables.PERSON_RECORDS


def test_the_key_of_a_record_is_no_sign_of_people_beside_what_others_have() -> None:
    columns = ("crime_id", "record_id", "role")
    assert map_without_toml(Path("any.csv"), columns, "a").tables[0].table is tables.ROLES
