"""Files from outside: a labelled set on which the ranker is measured, and texts whose wording is looked at."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from joinedup.errors import ExtractError, Place, from_oserror
from joinedup.review.simulate import Simulated, simulate
from joinedup.review.wording import Mark, marks

LABELS = ("label", "label_included", "included", "relevant", "y")
NOT_TEXT = ("id", "record_id", "crime_id", "year", "duplicate_record_id", "doi", "label_abstract_screening")
"""Columns that are no text of a case."""

csv.field_size_limit(2**27)


def simulate_file(path: Path, *, label: str | None = None, seed: int = 0, target: float = 0.95) -> Simulated:
    """Measure the ranker on a CSV of text columns and a column of 0 and 1. label: its name; found by its name or its
    values where left out. Rows that name the record they duplicate are left out.

    Raises ExtractError for a file without such a column, StatisticsError unless both labels occur.
    """
    names, rows = _rows(path)
    column = label or _label(names, rows, path)
    if column not in names:
        raise ExtractError("There is no such column.", place=Place(str(path), column=column))
    kept = [row for row in rows if not row.get("duplicate_record_id")]
    wrong = next((at for at, row in enumerate(rows) if row[column] not in ("0", "1")), None)
    if wrong is not None:
        raise ExtractError(
            "A label is neither 0 nor 1.", place=Place(str(path), wrong + 2, column), remedy="Write 1 for relevant."
        )
    texts_of = [name for name in names if name != column and name.lower() not in (*NOT_TEXT, *LABELS)]
    texts = [" ".join(row[name] or "" for name in texts_of) for row in kept]
    return simulate(texts, [row[column] == "1" for row in kept], seed, target)


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
            reader = csv.DictReader(stream, restval="")
            names, rows = reader.fieldnames, list(reader)
    except OSError as error:
        raise from_oserror(error) from None
    except csv.Error:
        raise ExtractError("This is not a CSV file.", place=Place(str(path))) from None
    if not names:
        raise ExtractError("The file is empty.", place=Place(str(path)))
    return list(names), rows


def _label(names: Sequence[str], rows: Sequence[dict[str, str]], path: Path) -> str:
    """The column of labels: by its name, or else the last one that holds only 0 and 1."""
    named = [name for name in names if name.lower() in LABELS]
    binary = [name for name in names if rows and {row[name] for row in rows} <= {"0", "1"}]
    if not (named or binary):
        raise ExtractError(
            "No column holds only 0 and 1.", place=Place(str(path)), remedy="Name the column of labels with --label."
        )
    return named[0] if named else binary[-1]


@dataclass(frozen=True)
class Marked:
    """The marks on one row's texts. row: as a spreadsheet counts."""

    row: int
    column: str
    marks: tuple[Mark, ...]


def wording_file(path: Path) -> Iterator[Marked]:
    """Marks on wording in a text file, or in every column of a CSV file. The file stays as it is.

    Raises ExtractError for a CSV file that cannot be read, StorageError for a file that is not there.
    """
    if path.suffix.lower() == ".csv":
        names, rows = _rows(path)
        cells = ((at, name, row[name] or "") for at, row in enumerate(rows, start=2) for name in names)
    else:
        cells = ((at, "text", line) for at, line in enumerate(_lines(path), start=1))
    for at, name, text in cells:
        found = marks(text)
        if found:
            yield Marked(at, name, found)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise from_oserror(error) from None
