"""The tables as one XLSX workbook, by the government's own package: a cover, a list of tables, one table a sheet."""

from __future__ import annotations

import io
import re
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from joinedup.engine.harmless import harmless
from joinedup.releases.pack.tables import HIDDEN, PublicColumn, PublicTable, Value

_MOMENT = (1980, 1, 1, 0, 0, 0)


def as_xlsx(title: str, about: Sequence[str], tables: Sequence[PublicTable], made_on: datetime) -> bytes:
    """The workbook. about: the paragraphs of its cover. The same tables and day give the same bytes."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of pandas and files; each table's notes are on its sheet
        import gptables

        path = Path(folder) / "tables.xlsx"
        sheets = {f"Table_{number}": _sheet(number, table) for number, table in enumerate(tables, start=1)}
        cover = gptables.Cover(title=title, intro=[about[0]], about=list(about[1:]) or None)
        gptables.write_workbook(str(path), sheets, cover=cover, contentsheet_label="Contents")
        return _fixed(path.read_bytes(), made_on)


def _sheet(number: int, table: PublicTable) -> Any:
    import gptables
    import pandas as pd

    rows = [[_cell(value, column) for value, column in zip(row, table.columns, strict=True)] for row in table.rows]
    frame = pd.DataFrame(rows, columns=[column.title for column in table.columns], dtype=object)
    legend = [f"{HIDDEN}: not shown, so that nobody can work out a count of fewer than 10"] if table.hides else []
    return gptables.GPTable(
        frame, f"table_{number}", f"Table {number}: {table.title}", scope=table.says, source=table.source,
        subtitles=list(table.notes), legend=legend, index_columns={1: 0},
    )  # fmt: skip


def _cell(value: Value, column: PublicColumn) -> Value:
    if value is None:
        return HIDDEN
    if column.kind == "text":
        return harmless(str(value))
    return round(float(value), 4) if column.kind == "share" else value


def _fixed(content: bytes, made_on: datetime) -> bytes:
    """The same file with fixed times, inside and out."""
    moment = made_on.strftime("%Y-%m-%dT%H:%M:%SZ")
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(held, "w") as made:
        for name in given.namelist():
            part = zipfile.ZipInfo(name, _MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            told = given.read(name)
            if name == "docProps/core.xml":
                told = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.encode(), told)
            made.writestr(part, told)
    return held.getvalue()
