"""Writing what is published: the template and the schemas. Nothing is overwritten unasked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from joinedup import tables
from joinedup.engine import write_bytes
from joinedup.errors import Place, StorageError
from joinedup.gate.publishing.json_schema import json_schema
from joinedup.gate.publishing.table_schema import data_package, table_schema
from joinedup.gate.publishing.workbook import template
from joinedup.tables import Table


def write_template(
    path: Path, given: Sequence[Table] = tables.RECORD_TABLES, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write the workbook to `path`. Its sheets are named after tables, so it is read without a source map.

    Gives the files written. Raises StorageError when one is there already and `overwrite` is not said, when the folder
    is not there, or when the disk refuses.
    """
    return _write({path: template(given)}, overwrite)


def write_schemas(
    folder: Path, given: Sequence[Table] = tables.RECORD_TABLES, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write `<table>.schema.json` and `<table>.json-schema.json` for each table, and `datapackage.json`, into `folder`.

    Gives the files written. Raises StorageError as `write_template` does.
    """
    described = {f"{table.name}.schema.json": table_schema(table) for table in given}
    described |= {f"{table.name}.json-schema.json": json_schema(table) for table in given}
    described["datapackage.json"] = data_package(given)
    texts = {name: json.dumps(content, indent=1, ensure_ascii=False) + "\n" for name, content in described.items()}
    return _write({folder / name: text.encode() for name, text in texts.items()}, overwrite)


def _write(contents: Mapping[Path, bytes], overwrite: bool) -> tuple[Path, ...]:
    """Write all of them, or none when one may not be written."""
    for path in contents:
        if not path.parent.is_dir():
            raise StorageError(
                "There is no such folder.", place=Place(file=str(path.parent)), remedy="Make it first, or name another."
            )
        if path.exists() and not overwrite:
            raise StorageError(
                "There is a file of this name already.",
                place=Place(file=str(path)),
                remedy="Choose another name, or add --force to replace it.",
            )
    for path, content in contents.items():
        write_bytes(path, content)
    return tuple(contents)
