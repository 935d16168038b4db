"""Reading code lists and their index from CSV files, and refusing lines that are not well formed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from joinedup.codes.entries import REASONS, Code, Story
from joinedup.codes.spelling import SHAPES
from joinedup.errors import CodeListError, Place, from_oserror, nearest


def read_index(path: Path) -> dict[str, Story]:
    """The lines of an index by name. Raises CodeListError for one that is not well formed."""
    return {row["name"]: _story(row, Place(path.name, number)) for number, row in rows(path, "name")}


def _story(row: Mapping[str, str], place: Place) -> Story:
    columns = [known.name for known in fields(Story)]
    story = Story(**{column: row.get(column, "") for column in columns})
    if story.shape in SHAPES:
        return story
    raise CodeListError(
        "A list has a shape that does not exist.", place=place, remedy="Leave `shape` empty, or write `ho-class`."
    )


def read_codes(path: Path) -> dict[str, Code]:
    """The lines of a list by code. Raises CodeListError, with the place, for one that is not well formed."""
    codes: dict[str, Code] = {}
    for number, row in rows(path, "code"):
        code = _code(row)
        if not _sound(code) or code.code in codes:
            _refuse(code, Place(file=path.name, row=number))
        codes[code.code] = code
    return codes


def _code(row: dict[str, str]) -> Code:
    """A line as a code. What is left of `row` after our own columns are facts."""
    code, reason = row.pop("code"), row.pop("reason", "")
    inside = row.pop("inside", "" if reason else code)
    return Code(
        code,
        row.pop("label", "") or code,
        inside or None,
        reason or None,
        _several(row.pop("also", "")),
        row.pop("preferred", "") == "yes",
        _several(row.pop("folds", "")),
        row,
    )


def _sound(code: Code) -> bool:
    if code.reason is None:
        return bool(code.code and code.inside)
    return bool(code.code) and code.inside is None and code.reason in REASONS


def _refuse(code: Code, place: Place) -> NoReturn:
    if _sound(code):
        raise CodeListError("This code is in the list twice.", place=place, remedy="Keep one of the two lines.")
    if not code.code:
        raise CodeListError("A code is missing.", place=place, remedy="Fill in `code`, or take the line out.")
    if code.reason and code.reason not in REASONS:
        raise CodeListError(
            f"This is not a reason for a missing value.{nearest(code.reason, REASONS)}",
            place=place,
            remedy=f"Use one of {', '.join(REASONS)}.",
        )
    raise CodeListError(
        "A code has either an inside code or a reason.", place=place, remedy="Fill in one of `inside` and `reason`."
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip()) if cell else ()


def rows(path: Path, key: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a list, each with its number as a spreadsheet counts it, cells stripped of outer spaces.

    Raises CodeListError if the column `key` is missing, a line is longer than its header or the file is not UTF-8 text;
    StorageError if it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _cells(csv.reader(file), path.name, key)
    except OSError as error:
        raise from_oserror(error) from None
    except (UnicodeDecodeError, csv.Error):
        raise CodeListError(
            "This is not a CSV file in UTF-8.", place=Place(file=path.name), remedy="Save it as CSV UTF-8."
        ) from None


def _cells(lines: Iterator[list[str]], file: str, key: str) -> Iterator[tuple[int, dict[str, str]]]:
    header = [name.strip() for name in next(lines, [])]
    if key not in header:
        raise CodeListError(f"There is no column `{key}`.", place=Place(file=file, row=1), remedy="Add it.")
    for number, line in enumerate(lines, start=2):
        if len(line) > len(header):
            raise CodeListError(
                "This line has more cells than the header.",
                place=Place(file=file, row=number),
                remedy="Put cells that contain a comma in double quotes.",
            )
        if line:
            short = len(header) - len(line)
            yield number, dict(zip(header, [cell.strip() for cell in line] + [""] * short, strict=True))
