"""The file a sender gets back: every row with a reason, as sent, with what to do. It is kept as the data are kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import ROW, Extract, write_bytes

LEADING = ("joinedup_row", "joinedup_severity", "joinedup_columns", "joinedup_reasons", "joinedup_remedies")
_LIVE = ("=", "@", "\t", "\r", "\n", "+", "-")
_NUMBER = re.compile(r"[+-]?[\d .,()-]+")


def write_returns(path: Path, extract: Extract, returns: pa.Table) -> int:
    """Write the rows of one extract that have a reason, in row order; give how many. Raises StorageError.

    returns: the `returns` rows of that file. Cells that a spreadsheet would run as a formula get a leading
    apostrophe. Nothing is written when no row has a reason.
    """
    reasons = _by_row(returns)
    if not reasons:
        path.unlink(missing_ok=True)
        return 0
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*LEADING, *map(_harmless, extract.columns)])
    cells = _cells_by_row(extract, reasons)
    for row in sorted(reasons):
        writer.writerow([row, *reasons[row], *[_harmless(cell) for cell in cells.get(row, ())]])
    write_bytes(path, b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace"))
    return len(reasons)


def _by_row(returns: pa.Table) -> dict[int, tuple[str, str, str, str]]:
    grouped: dict[int, list[Mapping[str, str]]] = {}
    for reason in returns.to_pylist():
        grouped.setdefault(reason["source_row"], []).append(reason)
    return {row: _told(reasons) for row, reasons in grouped.items()}


def _told(reasons: list[Mapping[str, str]]) -> tuple[str, str, str, str]:
    severity = "returned" if any(r["severity"] == "returned" for r in reasons) else "marked"
    columns = " | ".join(r["column"] or "whole row" for r in reasons)
    messages = " | ".join(f"{r['rule']}: {r['message']}" for r in reasons)
    remedies = " | ".join(dict.fromkeys(r["remedy"] for r in reasons))
    return severity, columns, messages, remedies


def _cells_by_row(extract: Extract, wanted: Mapping[int, object]) -> dict[int, tuple[str, ...]]:
    found = {fault.row: fault.text for fault in extract.faults}
    rows = extract.table.filter(pc.is_in(extract.table[ROW], pa.array(sorted(wanted), pa.int64())))
    columns = [rows[name].to_pylist() for name in extract.columns]
    for row, *cells in zip(rows[ROW].to_pylist(), *columns, strict=True):
        found[row] = tuple(cell or "" for cell in cells)
    return found


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: one that may start a formula gets an apostrophe, unless it is a plain number."""
    clean = cell.replace("\0", "")
    return "'" + clean if clean.startswith(_LIVE) and not _NUMBER.fullmatch(clean) else clean
