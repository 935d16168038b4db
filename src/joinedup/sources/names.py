"""The cells of names made into forenames, surname and aliases, each with the text that was received for it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import pyarrow as pa

from joinedup.sources import standard

GIVES = {
    "forenames": pa.string(), "surname": pa.string(), "aliases": pa.list_(pa.string()),
    "forenames_received": pa.string(), "surname_received": pa.string(), "aliases_received": pa.string(),
}  # fmt: skip
PARTS = ("forenames", "surname")

_PLACES = {name: place for place, name in enumerate(GIVES)}
_ALIASES = _PLACES["aliases"]

Texts = Callable[..., list[str]]
"""Cells as the texts they hold."""

NamePart = tuple[list[tuple[int, str | None]], list[str]]
"""Values by their place in `GIVES`, and other names that stood beside."""

NameReader = Callable[..., NamePart]


def made_by(readers: Sequence[tuple[NameReader, int]]) -> Callable[..., list[object]]:
    """A function of the cells of all names of a row, which gives what `GIVES` lists.

    readers: each with the number of cells that it reads. Rows differ in their names together, and a name alone comes
    again and again, so what was read is remembered by reader.
    """
    slots, start = list[tuple[NameReader, int, int]](), 0
    for reader, count in readers:
        slots.append((functools.lru_cache(100_000)(reader), start, start + count))
        start += count

    def made(*cells: str | None) -> list[object]:
        row: list[object] = [None] * len(GIVES)
        others: list[str] = []
        for reader, first, end in slots:
            values, more = reader(*cells[first:end])
            for place, value in values:
                row[place] = value
            if more:
                others += more
        row[_ALIASES] = list(dict.fromkeys(others)) if others else None
        return row

    return made


def full_name_reader(texts: Texts, order: str, parts: Sequence[str]) -> NameReader:
    """A reader of names that stand in one field, for those of their parts that are wanted."""

    def read(*cells: str | None) -> NamePart:
        text = " ".join(texts(*cells)) or None
        found = dict(zip(PARTS, standard.full_name(text, order), strict=True))
        values = [value for part in parts for value in _with_received(part, found[part], text)]
        return values, [other for part in parts for other in found[part].others]

    return read


def part_reader(texts: Texts, part: str) -> NameReader:
    """A reader of `forenames` or `surname`."""

    def read(*cells: str | None) -> NamePart:
        text = " ".join(texts(*cells)) or None
        found = standard.name(text)
        return _with_received(part, found, text), found.others

    return read


def aliases_reader(texts: Texts) -> NameReader:
    """A reader of other names, any number in a cell."""

    def read(*cells: str | None) -> NamePart:
        found = texts(*cells)
        names = [alias for one in found if (alias := standard.name(one).main)]
        return [(_PLACES["aliases_received"], "; ".join(found) or None)], names

    return read


def _with_received(part: str, found: standard.Name, text: str | None) -> list[tuple[int, str | None]]:
    return [(_PLACES[part], found.main), (_PLACES[f"{part}_received"], text)]
