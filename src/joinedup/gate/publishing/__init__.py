"""The format, published: what a sender gives, as schemas for machines and as a workbook to fill in.

In: the record tables, the code lists and the rule book. Out: Frictionless Table Schemas and a Data Package, JSON
Schemas of one row, an XLSX template, and a source map that reads it. Refuses: a file that is there already.
Nothing is said here that the tables, lists and rules do not say: a new column is published by being a column.
"""

from joinedup.gate.publishing.fields import Choice, Field, fields
from joinedup.gate.publishing.files import write_schemas, write_template
from joinedup.gate.publishing.json_schema import json_schema
from joinedup.gate.publishing.table_schema import data_package, table_schema

__all__ = [
    "Choice", "Field", "data_package", "fields", "json_schema", "table_schema", "write_schemas", "write_template",
]  # fmt: skip
