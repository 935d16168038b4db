"""Frictionless Table Schemas and a Data Package: what a CSV file of each table holds.

Source: Data Package standard v2, Table Schema and Data Package, datapackage.org.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from typing import Any

from joinedup import tables
from joinedup.gate.publishing.fields import SEPARATOR, Choice, Field, fields, key
from joinedup.tables import Table

STANDARD = "https://datapackage.org/profiles/2.0"

MISSING = ("", "NULL", "N/A", "NONE", "-")
"""What is read as nothing, in capitals or not."""

TRUE, FALSE = ("yes", "y", "true", "t", "1"), ("no", "n", "false", "f", "0")
"""What is read as yes and as no, in capitals or not."""


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema of a file whose columns bear the names of `table`; what is not required may be absent."""
    given = fields(table)
    schema: dict[str, Any] = {
        "$schema": f"{STANDARD}/tableschema.json",
        "name": table.name,
        "title": table.name.replace("_", " ").capitalize(),
        "description": f"A row is {table.a_row_is}.",
        "fields": [_field(field) for field in given],
        "fieldsMatch": "superset",
        "missingValues": _spellings(MISSING),
        _kind_of_key(table): _key(table),
    }
    pointing = [_foreign_key(field, *field.points_at) for field in given if field.points_at]
    return schema | ({"foreignKeys": pointing} if pointing else {})


def data_package(given: Iterable[Table] = tables.RECORD_TABLES) -> dict[str, Any]:
    """The descriptor of a folder with one CSV file for each table, beside the schema files that it names."""
    return {
        "$schema": f"{STANDARD}/datapackage.json",
        "name": "joinedup-extract",
        "title": "An extract for Joinedup",
        "version": metadata.version("joinedup"),
        "description": "One file for each table. Take out the resources that you do not send.",
        "resources": [_resource(table) for table in given],
    }


def _resource(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "type": "table",
        "title": f"One row is {table.a_row_is}",
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": f"{table.name}.schema.json",
    }


def _field(field: Field) -> dict[str, Any]:
    described = {"name": field.name, "title": field.title, **_type(field), "description": field.description}
    constraints = _constraints(field)
    return described | ({"constraints": constraints} if constraints else {})


def _type(field: Field) -> dict[str, Any]:
    if field.kind == "texts":
        return {"type": "list", "itemType": "string", "delimiter": SEPARATOR}
    if field.kind == "yes or no":
        return {"type": "boolean", "trueValues": _spellings(TRUE), "falseValues": _spellings(FALSE)}
    named = {"date": "date", "whole number": "integer"}.get(field.kind, "string")
    return {"type": named, "format": "default"} | _categories(field.choices)


def _categories(choices: Iterable[Choice]) -> dict[str, Any]:
    """Values with their labels, where labels say more than the values do."""
    labelled = [{"value": one.value, "label": one.label} for one in choices if one.label]
    return {"categories": labelled} if labelled else {}


def _constraints(field: Field) -> dict[str, Any]:
    """Of a list only whether it must be there: the standard has no word for what its items may be."""
    found: dict[str, Any] = {"required": True} if field.required else {}
    if field.kind == "texts":
        return found
    found |= {"enum": [one.value for one in field.choices]} if field.choices else {}
    return found | ({"pattern": field.pattern} if field.pattern else {})


def _spellings(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(form for word in words for form in (word, word.lower(), word.capitalize(), word.upper())))


def _kind_of_key(table: Table) -> str:
    """A primary key may not be empty; a key of which a part may be is unique where it is whole."""
    whole = all(table.column(name).required for name in table.key)
    return "primaryKey" if whole else "uniqueKeys"


def _key(table: Table) -> list[Any]:
    return key(table) if _kind_of_key(table) == "primaryKey" else [key(table)]


def _foreign_key(field: Field, resource: str, aim: str) -> dict[str, Any]:
    return {"fields": [field.name], "reference": {"resource": resource, "fields": [aim]}}
