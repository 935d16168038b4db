"""Tables as CSV with metadata that says what each column holds.

Source: W3C Recommendations of 17 December 2015, Model for Tabular Data and Metadata on the Web; Metadata Vocabulary.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from joinedup.engine.harmless import harmless
from joinedup.releases.pack.tables import HIDDEN, PublicColumn, PublicTable, Value

_TYPES: dict[str, Any] = {
    "text": "string",
    "count": {"base": "integer", "minimum": 0},
    "share": {"base": "decimal", "minimum": 0, "maximum": 1},
}


def as_csv(table: PublicTable) -> str:
    """The table for machines: shares from 0 to 1, no commas in counts, `[c]` for what is not shown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value, column) for value, column in zip(row, table.columns, strict=True)])
    return text.getvalue()


def _cell(value: Value, column: PublicColumn) -> str:
    if value is None:
        return HIDDEN
    return f"{float(value):.6f}" if column.kind == "share" else harmless(str(value))


def metadata(table: PublicTable, publisher: str) -> str:
    """What `TABLE.csv-metadata.json` holds."""
    told = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{table.slug}.csv",
        "dc:title": table.title,
        "dc:description": " ".join([table.says, *table.notes]),
        "dc:publisher": publisher,
        "dc:source": table.source,
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"]},
        "tableSchema": {"columns": [_column(column) for column in table.columns]},
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _column(column: PublicColumn) -> dict[str, Any]:
    told = {"name": column.name, "titles": column.name, "dc:title": column.title, "dc:description": column.says}
    told["datatype"] = _TYPES[column.kind]
    return told if column.kind == "text" else told | {"null": [HIDDEN]}
