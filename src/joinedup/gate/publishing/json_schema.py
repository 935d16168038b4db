"""JSON Schema of one row, as a program sends it.

Source: JSON Schema 2020-12, json-schema.org.
"""

from __future__ import annotations

from typing import Any

from joinedup.gate.publishing.fields import SEPARATOR, Field, fields
from joinedup.tables import Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(table: Table) -> dict[str, Any]:
    """The JSON Schema of one row of `table`: texts, lists as arrays, days as ISO dates, null for what is missing."""
    given = fields(table)
    return {
        "$schema": DIALECT,
        "$id": f"urn:joinedup:{table.name}",
        "title": table.name.replace("_", " ").capitalize(),
        "description": f"A row is {table.a_row_is}.",
        "type": "object",
        "properties": {field.name: _property(field) for field in given},
        "required": [field.name for field in given if field.required],
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    said = {"title": field.title, "description": field.description}
    return said | (_value(field) if field.required else _or_null(_value(field)))


def _or_null(value: dict[str, Any]) -> dict[str, Any]:
    """The same, or null. Other keywords say nothing of null, but a list of values must name it."""
    named = {"enum": [*value["enum"], None]} if "enum" in value else {}
    return value | {"type": [value["type"], "null"]} | named


def _value(field: Field) -> dict[str, Any]:
    if field.kind == "texts":
        return {"type": "array", "items": _item(field)}
    if field.kind == "date":
        return {"type": "string", "format": "date"}
    named = {"whole number": "integer", "yes or no": "boolean"}.get(field.kind)
    return {"type": named} if named else _text(field)


def _item(field: Field) -> dict[str, Any]:
    """One text of a list; without a list of values, any that does not hold what parts the values of a cell."""
    bare = not field.choices and not field.pattern
    return {"type": "string", "pattern": f"^[^{SEPARATOR}]+$"} if bare else _text(field)


def _text(field: Field) -> dict[str, Any]:
    if field.choices:
        return {"type": "string", "enum": [one.value for one in field.choices]}
    if field.pattern:
        return {"type": "string", "pattern": f"^{field.pattern}$"}
    return {"type": "string", "minLength": 1} if field.required else {"type": "string"}
