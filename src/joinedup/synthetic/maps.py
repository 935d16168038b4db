"""The source map of an invented system: the text that reads its extracts back."""

from __future__ import annotations

from joinedup.synthetic.fields import listed, quoted
from joinedup.synthetic.layouts import TableLayout
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE
from joinedup.synthetic.systems import System, force_code

_ABOUT = {
    CRIME: (
        "Crime recording. Ethnicity is asked at the first report and seldom again, so most suspects have none.",
        "The officer's view is a field of its own and is never read as what the person said.",
    ),
    CUSTODY: (
        "Custody. One flat file: a row is an arrest, with the person, the part in the crime and any charge.",
        "Ethnicity and nationality are asked at the desk; refusals have codes of their own.",
    ),
    INTELLIGENCE: (
        "Intelligence. There is no field for what a person said of their ethnicity: only an IC code of what was seen.",
        "Birth dates are often a year or a month alone; the formats for those stand beside the column.",
    ),
    INQUIRY: (
        "Major inquiry. A workbook for each kind of entity, with a cover sheet before the rows.",
        "Labels are written in full, as the officers see them on screen.",
    ),
    CARE: (
        "Social care. Children have an NHS number and an identifier of their own; no crime reference is kept.",
        "Ethnicity is in Census 2021 numbers, nationality in ISO codes.",
    ),
}
_FILE_NOTES = {
    ".xlsx": "# `sheet` names the sheet behind the cover.",
    ".jsonl": "# One JSON object a line; a column is a name of the object.",
    ".parquet": "# Parquet keeps its own encoding; every column is text.",
}


def extract_name(system: System, file: str) -> str:
    """The name of an extract of a system."""
    return file.lower().replace(" ", "_") + system.style.ending


def map_text(system: System, layout: list[TableLayout]) -> str:
    """The whole of `source.toml`."""
    parts = [_head(system), _reading(system), *(_table(system, one) for one in layout)]
    return "\n".join(parts)


def _head(system: System) -> str:
    comments = "".join(f"# {line}\n" for line in _ABOUT[system.kind])
    force = f'force = "{force_code(system.force)}"\n' if not system.writes_force else "# Each row names its force.\n"
    invented = "# Invented: no person, force or place in these extracts exists.\n"
    return f'{invented}{comments}system = "{system.name}"\n{force}kind = "{system.kind}"\n'


def _reading(system: System) -> str:
    style = system.style
    lines = ["[reading]"]
    if style.ending in _FILE_NOTES:
        lines.append(_FILE_NOTES[style.ending])
    else:
        lines += [f"encoding = {quoted(style.encoding)}", f"delimiter = {quoted(style.delimiter)}"]
    lines.append(f"nulls = {listed(style.blanks)}  # how this system spells nothing")
    lines.append(f"dates = {listed([style.dates])}")
    return "\n".join(lines) + "\n"


def _table(system: System, one: TableLayout) -> str:
    lines = [
        f"# {one.comment}",
        "[[table]]",
        f"name = {quoted(one.table)}",
        f"files = {quoted(extract_name(system, one.file))}",
    ]
    if system.style.ending == ".xlsx":
        lines.append(f"sheet = {quoted(one.file)}")
    if one.where:
        chosen = ", ".join(f"{quoted(column)} = {listed(values)}" for column, values in one.where.items())
        lines.append(f"where = {{ {chosen} }}")
    lines.append("  [table.columns]")
    lines += [f"  {field.target} = {field.reads}" for field in one.fields if field.reads]
    return "\n".join(lines) + "\n"
