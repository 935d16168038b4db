"""Fields of an extract: how a column of ours becomes cells of theirs, and the line of the source map that reads it
back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from joinedup.codes import CodeList, code_list
from joinedup.synthetic.columns import by_value, joined, nothing
from joinedup.synthetic.known_facts import VERBATIM
from joinedup.synthetic.numbers import NEVER, Text, Whole, as_date
from joinedup.synthetic.person_rows import DAY, MONTH, Rows
from joinedup.synthetic.styles import Style

Cells = dict[str, Text]


@dataclass(frozen=True)
class Field:
    """One target of one table. reads: the map's right-hand side; empty when the map leaves the column alone.
    write: rows to cells by header; None adds no column.
    """

    target: str
    reads: str
    write: Callable[[Rows], Cells] | None = None


def text_field(target: str, header: str) -> Field:
    """A column written as it is."""
    return Field(target, quoted(header), lambda rows: {header: rows.text[target]})


def constant(target: str, value: str) -> Field:
    """A value that the map gives to every row."""
    return Field(target, f"{{ value = {quoted(value)} }}")


def read_again(target: str, reads: str) -> Field:
    """A target read from columns that another table's fields wrote into the same file."""
    return Field(target, reads)


def unread(field: Field) -> Field:
    """A column that stands in the file and becomes no column of ours."""
    return Field(field.target, "", field.write)


def day_field(target: str, header: str, style: Style) -> Field:
    """A date in the system's format."""
    return Field(target, quoted(header), lambda rows: {header: written_days(rows.days[target], style.dates)})


def birth_field(header: str, style: Style) -> Field:
    """A date of birth, which may be a month or a year alone: the formats then stand in the map."""
    formats = [style.dates, "%m/%Y", "%Y"]

    def write(rows: Rows) -> Cells:
        precision = rows.days["precision"]
        written = [
            written_days(np.where(precision == exact, rows.days["dob"], NEVER), f) for exact, f in enumerate(formats)
        ]
        return {
            header: np.where(precision == DAY, written[DAY], np.where(precision == MONTH, written[MONTH], written[2]))
        }

    return Field("dob", f"{{ column = {quoted(header)}, dates = {listed(formats)} }}", write)


def code_field(target: str, header: str, list_name: str) -> Field:
    """A column of inside codes in the spelling of a code list."""
    reads = f"{{ column = {quoted(header)}, codes = {quoted(list_name)} }}"
    return Field(target, reads, lambda rows: {header: spelt(rows.text[target], list_name)})


def nationality_field(headers: tuple[str, str], list_name: str) -> Field:
    """Two columns of nationality."""
    reads = f"{{ columns = {listed(headers)}, codes = {quoted(list_name)} }}"
    targets = ("nationality", "second_nationality")
    return Field(
        "nationalities",
        reads,
        lambda rows: {h: spelt(rows.text[t], list_name) for h, t in zip(headers, targets, strict=True)},
    )


def word_field(target: str, header: str, words: Mapping[str, str]) -> Field:
    """A column of a closed set in local words."""
    back = ", ".join(f"{quoted(local)} = {quoted(ours)}" for ours, local in words.items())
    reads = f"{{ column = {quoted(header)}, values = {{ {back} }} }}"
    return Field(target, reads, lambda rows: {header: by_value(rows.text[target], words.get)})


def yes_no_field(target: str, header: str, style: Style) -> Field:
    """A yes or no in local spelling."""
    words = {"yes": style.yes, "no": style.no}
    reads = f"{{ column = {quoted(header)}, yes = {listed([style.yes])}, no = {listed([style.no])} }}"
    return Field(target, reads, lambda rows: {header: by_value(rows.text[target], words.get)})


def name_field(header: str, order: str) -> Field:
    """Forenames and surname in one field."""
    first, then = ("forenames", "surname") if order.startswith("forenames") else ("surname", "forenames")
    between = ", " if "," in order else " "
    reads = f"{{ column = {quoted(header)}, order = {quoted(order)} }}"
    return Field("name", reads, lambda rows: {header: joined([rows.text[first], rows.text[then]], between)})


def lines_field(headers: tuple[str, str]) -> Field:
    """An address in two columns."""
    reads = f"{{ columns = {listed(headers)} }}"
    return Field("address", reads, lambda rows: {headers[0]: rows.text["line"], headers[1]: rows.text["town"]})


def one_line_field(header: str) -> Field:
    """An address in one column."""
    return Field("address", quoted(header), lambda rows: {header: joined([rows.text["line"], rows.text["town"]], ", ")})


def phones_field(header: str, style: Style) -> Field:
    """Phone numbers in one column with a separator."""
    reads = f'{{ column = {quoted(header)}, separator = "/" }}'

    def write(rows: Rows) -> Cells:
        written = joined([rows.text["phone"], rows.text["second_phone"]], "/")
        return {header: by_value(written, _spaced) if style.spaced_phones else written}

    return Field("phones", reads, write)


def list_field(target: str, source: str, header: str) -> Field:
    """A list that holds one text at most."""
    return Field(target, f'{{ column = {quoted(header)}, separator = ";" }}', lambda rows: {header: rows.text[source]})


def _spaced(numbers: str) -> str:
    """`07700 900123/+44 6912 345678`: as an officer types them."""
    each = numbers.split("/")
    return "/".join(
        [f"{one[:5]} {one[5:]}" if place == 0 else f"+44 {one[1:5]} {one[5:]}" for place, one in enumerate(each)]
    )


def written_days(days: Whole, form: str) -> Text:
    """Days in a strptime format; a day that has not come is missing."""
    distinct, which = np.unique(days, return_inverse=True)
    texts = np.array(
        [None if number >= NEVER else _dated(int(number), form) for number in distinct] or [None], dtype=object
    )
    return texts[which] if len(days) else nothing(0)


def _dated(number: int, form: str) -> str:
    found = as_date(number)
    return found.strftime(form.replace("%Y", f"{found.year:04}"))


def spelt(column: Text, list_name: str) -> Text:
    """Inside codes and reasons in a list's spelling; several codes for one reason are used row by row in turn."""
    codes = code_list(list_name)
    reasons = _reason_codes(codes)
    written = by_value(column, lambda text: text[1:] if text.startswith(VERBATIM) else codes.back(text))
    for reason, spellings in reasons.items():
        here = np.flatnonzero(column == reason)
        written[here] = np.array(spellings, dtype=object)[np.arange(len(here)) % len(spellings)]
    return written


def _reason_codes(codes: CodeList) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in codes.codes.values():
        if code.reason is not None:
            found.setdefault(code.reason, []).append(code.code)
    return found


def quoted(text: str) -> str:
    """A text as TOML spells it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(texts: Iterable[str]) -> str:
    """Texts as a TOML list."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"
