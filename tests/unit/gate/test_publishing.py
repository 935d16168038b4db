"""The published schemas say what the reader takes, no more and no less, in the standards' own words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from joinedup import tables
from joinedup.codes import code_list
from joinedup.engine import DuckDBEngine
from joinedup.errors import StorageError
from joinedup.gate.publishing import data_package, fields, json_schema, table_schema, write_schemas
from joinedup.gate.publishing.table_schema import FALSE, MISSING, TRUE
from joinedup.sources import Lists, Settings, collect_file, collect_system, map_without_toml
from joinedup.sources.source_map import DEFAULT_NULLS, needed_targets
from joinedup.sources.targets import NO, REASON_OF, YES
from joinedup.synthetic import invent
from joinedup.tables import Table

ALL = pytest.mark.parametrize("table", tables.RECORD_TABLES, ids=lambda table: table.name)
SEEN_FROM_THE_VALUE = {"dob_precision"}

PERSON = {
    "local_id": "P1", "forenames": "Bram", "surname": "Quillhaven", "aliases": ["Bram Vesk"], "dob": "1988-04",
    "sex": "M", "self_defined_ethnicity": "W1", "observed_ethnicity": "1", "nationalities": ["GBR", "IRL"],
    "postcode": "XA1 1AA", "phones": ["07700900123"], "recorded_on": "2026-02-03", "force": "BTP",
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def checker(table: Table) -> jsonschema.Draft202012Validator:
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(json_schema(table), format_checker=formats)


def wrong(row: dict[str, Any], table: Table = tables.PERSON_RECORDS) -> list[str]:
    """The property, or else the keyword, that each fault of a row is about."""
    return [str(fault.path[0] if fault.path else fault.validator) for fault in checker(table).iter_errors(row)]


# What is published


@ALL
def test_a_sender_gives_exactly_what_the_reader_takes_by_name(table: Table) -> None:
    read = map_without_toml(Path(f"{table.name}.csv"), table.names, "a").tables[0].columns
    given = {field.name for field in fields(table)}
    assert given == set(read) - SEEN_FROM_THE_VALUE
    assert {field.name for field in fields(table) if field.required} == set(needed_targets(table))


def test_every_reason_why_a_value_is_missing_is_a_list_of_reasons() -> None:
    by_name = {field.name: field for field in fields(tables.PERSON_RECORDS)}
    for reason in REASON_OF.values():
        assert tuple(choice.value for choice in by_name[reason].choices) == tables.REASONS
        assert all(choice.label for choice in by_name[reason].choices)


def test_the_spellings_of_nothing_yes_and_no_are_those_of_the_reader() -> None:
    assert MISSING == DEFAULT_NULLS
    assert (set(TRUE), set(FALSE)) == (set(YES), set(NO))


def test_what_the_rules_ask_besides_is_said_in_the_rules_words() -> None:
    said = {field.name: field.description for field in fields(tables.PERSON_RECORDS)}
    assert "`ethnicity-compulsory`: A suspect has no self-defined ethnicity" in said["self_defined_ethnicity"]
    assert "`nationality-compulsory`: A suspect has no nationality" in said["nationalities"]
    assert "Returned by rule" not in said["occupation"]


@pytest.mark.parametrize(("name", "pattern"), [
    ("ho-class", "[0-9]{3}/[0-9]{2}"),
    ("cjs-offence", "[A-Z]{2}[0-9]{5}[ABCIE]?"),
])  # fmt: skip
def test_a_long_list_is_named_and_given_the_shape_of_its_codes(name: str, pattern: str) -> None:
    coded = [field for table in tables.RECORD_TABLES for field in fields(table) if field.column.codes == name]
    assert {field.pattern for field in coded} == {pattern}
    assert all(not field.choices and f"`{name}`" in field.description for field in coded)
    anchored = jsonschema.Draft202012Validator({"pattern": f"^{pattern}$"})
    assert all(anchored.is_valid(code) for code in code_list(name).codes)
    assert not anchored.is_valid("SX0302") and not anchored.is_valid("19/7")


# JSON Schema


@ALL
def test_a_json_schema_is_one_by_the_standards_own_schema(table: Table) -> None:
    schema = json_schema(table)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:joinedup:{table.name}"
    assert all(one["title"] and one["description"] for one in schema["properties"].values())


def test_a_whole_row_is_valid_and_so_is_one_with_nulls() -> None:
    assert wrong(PERSON) == []
    empty = {field.name: None for field in fields(tables.PERSON_RECORDS) if not field.required}
    assert wrong(empty | {"local_id": "P1"}) == []


@pytest.mark.parametrize(("change", "faulty"), [
    ({"local_id": ""}, "local_id"),
    ({"local_id": None}, "local_id"),
    ({"sex": "male"}, "sex"),
    ({"dob": "04/1988"}, "dob"),
    ({"recorded_on": "2026-02-30"}, "recorded_on"),
    ({"nationalities": "GBR"}, "nationalities"),
    ({"nationalities": ["GBR", "XYZ"]}, "nationalities"),
    ({"aliases": ["Bram Vesk; Bram Tarn"]}, "aliases"),
    ({"force": "X01"}, "force"),
    ({"dob_reason": "forgotten"}, "dob_reason"),
    ({"nationality_reason": "forgotten"}, "nationality_reason"),
    ({"record_id": "a:P1"}, "additionalProperties"),
    ({"system": "a"}, "additionalProperties"),
    ({"surname_received": "Quillhaven"}, "additionalProperties"),
])  # fmt: skip
def test_a_row_that_is_not_in_the_format_is_faulty_where_it_differs(change: dict[str, Any], faulty: str) -> None:
    assert wrong(PERSON | change) == [faulty]


def test_a_row_without_its_key_is_faulty() -> None:
    assert wrong({"surname": "Quillhaven"}) == ["required"]


def test_rows_that_the_schema_takes_are_read_whole(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "person_records.jsonl"
    path.write_text(json.dumps(PERSON))
    frame = collect_file(engine, path, Settings(Lists(), tmp_path)).frames["person_records"][0]
    (read,) = engine.collect(frame).to_pylist()
    assert not any(value for name, value in read.items() if name.startswith("unread:"))
    assert (read["dob"], read["dob_precision"]) == (dt.date(1988, 4, 1), "month")
    assert (read["nationalities"], read["aliases"]) == (["GBR", "IRL"], ["BRAM VESK"])


def as_sent(row: dict[str, Any], table: Table) -> dict[str, Any]:
    """A row of our tables as a program would send it. Nobody publishes invented forces, so the row names none."""
    given = {field.name: row[field.name] for field in fields(table) if field.name != "force"}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in given.items()}


def test_every_row_that_the_demo_invents_is_in_the_format_once_it_is_read(engine: DuckDBEngine, tmp_path: Path) -> None:
    folder = invent(tmp_path / "town", size="town", seed=1).folder
    seen = set()
    for system in ("x01-crime", "x01-custody", "x01-intel"):
        settings = Settings(Lists(invented=True), folder)
        for name, frames in collect_system(engine, folder / "sources" / system, settings).frames.items():
            table = tables.named(name)
            valid = checker(table)
            rows = [row for frame in frames for row in engine.collect(frame.head(200)).to_pylist()]
            faults = [next(valid.iter_errors(as_sent(row, table)), None) for row in rows]
            assert {(name, str(fault.path), fault.validator) for fault in faults if fault} == set()
            seen.add(name)
    assert seen >= {"person_records", "crimes", "roles", "notes", "contacts"}


# Table Schema


@ALL
def test_a_table_schema_has_a_field_for_each_column_with_the_type_of_the_standard(table: Table) -> None:
    schema = table_schema(table)
    assert [one["name"] for one in schema["fields"]] == [field.name for field in fields(table)]
    types = {"string", "date", "integer", "boolean", "list"}
    assert {one["type"] for one in schema["fields"]} <= types
    for one in schema["fields"]:
        assert one["description"]
        constraints = set(one.get("constraints", {}))
        assert constraints <= ({"required"} if one["type"] == "list" else {"required", "enum", "pattern"})


def test_a_column_says_its_values_its_labels_and_how_several_stand_in_a_cell() -> None:
    people = {one["name"]: one for one in table_schema(tables.PERSON_RECORDS)["fields"]}
    assert people["sex"]["constraints"] == {"enum": ["M", "F", "9", "0"]}
    assert {"value": "M", "label": "Male"} in people["sex"]["categories"]
    assert people["local_id"]["constraints"] == {"required": True}
    assert (people["phones"]["type"], people["phones"]["delimiter"]) == ("list", ";")
    assert people["recorded_on"]["type"] == "date"
    assert people["dob"]["constraints"] == {"pattern": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"}
    roles = {one["name"]: one for one in table_schema(tables.ROLES)["fields"]}
    assert roles["role"]["constraints"] == {"required": True, "enum": list(tables.ROLES.column("role").values)}
    assert {"yes", "Y", "TRUE", "1"} <= set(roles["identified"]["trueValues"])


def test_keys_and_what_points_where_are_named_as_a_sender_names_them() -> None:
    people, roles, charges = (table_schema(t) for t in (tables.PERSON_RECORDS, tables.ROLES, tables.CHARGES))
    assert people["primaryKey"] == ["local_id"]
    assert roles["primaryKey"] == ["crime_id", "record_id", "role"]
    assert charges["uniqueKeys"] == [["crime_id", "record_id", "cjs_code", "charged_on"]]
    assert "primaryKey" not in charges and "foreignKeys" not in people
    assert roles["foreignKeys"] == [
        {"fields": ["crime_id"], "reference": {"resource": "crimes", "fields": ["crime_id"]}},
        {"fields": ["record_id"], "reference": {"resource": "person_records", "fields": ["local_id"]}},
    ]


def test_every_foreign_key_leads_to_a_field_of_the_package() -> None:
    names = {table.name: {field.name for field in fields(table)} for table in tables.RECORD_TABLES}
    for table in tables.RECORD_TABLES:
        for one in table_schema(table).get("foreignKeys", ()):
            assert set(one["fields"]) <= names[table.name]
            assert set(one["reference"]["fields"]) <= names[one["reference"]["resource"]]


def test_the_package_names_the_schema_files_that_are_written_beside_it(tmp_path: Path) -> None:
    written = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in write_schemas(tmp_path)}
    assert written["datapackage.json"] == data_package()
    resources = written["datapackage.json"]["resources"]
    assert [one["name"] for one in resources] == [table.name for table in tables.RECORD_TABLES]
    assert [written[one["schema"]] for one in resources] == [table_schema(table) for table in tables.RECORD_TABLES]
    assert written["roles.json-schema.json"] == json_schema(tables.ROLES)
    assert len(written) == 2 * len(tables.RECORD_TABLES) + 1


def test_schemas_replace_nothing_unasked(tmp_path: Path) -> None:
    (tmp_path / "roles.schema.json").write_text("mine")
    with pytest.raises(StorageError, match="a file of this name already"):
        write_schemas(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["roles.schema.json"]
    write_schemas(tmp_path, overwrite=True)
    assert json.loads((tmp_path / "roles.schema.json").read_text())["name"] == "roles"
