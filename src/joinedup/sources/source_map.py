"""A source map as read from TOML: which column of which file becomes which column of which table."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joinedup import tables
from joinedup.engine import Reading
from joinedup.errors import Place, SourceMapError, TableError, nearest
from joinedup.tables import Table

NAME_ORDERS = ("forenames surname", "surname forenames", "surname, forenames")
DEFAULT_NULLS = ("", "NULL", "N/A", "NONE", "-")
DEFAULT_DATES = (
    "%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %H:%M",
)  # fmt: skip
PARTIAL_DATES = ("%Y-%m", "%m/%Y", "%Y")
"""Read for a date of birth alone, which has a precision; any other date must be whole, or the map must say so."""

_MAP_KEYS = {"system", "force", "kind", "ignore", "reading", "table"}
_READING_KEYS = {"encoding", "delimiter", "nulls", "dates"}
_TABLE_KEYS = {"name", "files", "sheet", "where", "columns"}
_VALUE_KEYS = {"column", "columns", "value", "codes", "dates", "values", "separator", "yes", "no", "order"}


@dataclass(frozen=True)
class ValueSpec:
    """Where one target column comes from.

    columns: columns of the extract; empty for a constant. value: the constant. codes: code list the text is in.
    dates: strptime formats. values: local spellings, folded to lower case. separator: splits the values of one cell.
    yes, no: spellings of a yes/no column. order: which part of a full name stands first. whole: a key that may bear
    its system already, as the tables of a run do.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    codes: str | None = None
    dates: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    separator: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    order: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class TableMap:
    """How one or more files of one shape become rows of one table."""

    table: Table
    files: str
    columns: Mapping[str, ValueSpec]
    sheet: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceMap:
    """One system: its name, its force, how its files are read, and its tables. ignore: files that are no extracts."""

    system: str
    tables: tuple[TableMap, ...]
    force: str | None = None
    kind: str = ""
    reading: Reading = field(default_factory=Reading)
    nulls: tuple[str, ...] = DEFAULT_NULLS
    dates: tuple[str, ...] = DEFAULT_DATES
    ignore: tuple[str, ...] = ()


def load_map(path: Path) -> SourceMap:
    """Read a source map. The system's name is that of the folder unless the map says otherwise.

    Raises SourceMapError for TOML that cannot be read or a name that does not exist.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows add a mark
    except FileNotFoundError:
        raise SourceMapError("There is no such source map.", place=Place(file=str(path))) from None
    except UnicodeDecodeError:
        raise SourceMapError("The source map is not in UTF-8.", place=Place(file=str(path))) from None
    except tomllib.TOMLDecodeError as error:
        raise SourceMapError(f"The source map is not TOML: {error}.", place=Place(file=str(path))) from None
    return parse_map(content, file=str(path), default_system=path.resolve().parent.name)


def parse_map(content: Mapping[str, Any], *, file: str, default_system: str) -> SourceMap:
    """Check a source map's content and give it as an object; see `load_map`."""
    where = Place(file=file)
    _known_keys(content, _MAP_KEYS, where, "a source map")
    reading = _mapping(content.get("reading", {}), where, "reading")
    _known_keys(reading, _READING_KEYS, where, "[reading]")
    table_maps = content.get("table", [])
    if not isinstance(table_maps, list) or not table_maps:
        raise SourceMapError(
            "The source map has no [[table]].", place=where, remedy="Name at least one table and its files."
        )
    return SourceMap(
        system=_system(content.get("system", default_system), where),
        force=_text(content, "force", where),
        kind=_text(content, "kind", where) or "",
        reading=Reading(_text(reading, "encoding", where), _delimiter(reading, where)),
        ignore=_texts(content.get("ignore", ()), where, "ignore"),
        nulls=_texts(reading.get("nulls", DEFAULT_NULLS), where, "nulls"),
        dates=_dates(reading.get("dates", DEFAULT_DATES), where),
        tables=tuple(_table_map(_mapping(one, where, "[[table]]"), where) for one in table_maps),
    )


def _system(name: object, where: Place) -> str:
    if not isinstance(name, str) or not name or ":" in name or "/" in name:
        raise SourceMapError("A system's name is text without `:` or `/`.", place=where)
    return name


def _table_map(content: Mapping[str, Any], where: Place) -> TableMap:
    _known_keys(content, _TABLE_KEYS, where, "[[table]]")
    table = _record_table(content.get("name"), where)
    files = content.get("files")
    if not isinstance(files, str) or not files or files.startswith("/") or ".." in files:
        raise SourceMapError(
            f"Table `{table.name}` does not say its files.",
            place=where,
            remedy='Name files in its own folder, such as files = "people*.csv".',
        )
    columns = _mapping(content.get("columns", {}), where, "[table.columns]")
    for needed in needed_targets(table):
        if needed not in columns:
            raise SourceMapError(
                f"Table `{table.name}` does not map `{needed}`, which every row needs.{nearest(needed, columns)}",
                place=where,
            )
    chosen = _mapping(content.get("where", {}), where, "where")
    return TableMap(
        table=table,
        files=files,
        sheet=_text(content, "sheet", where),
        where={column: _texts(values, where, f"where.{column}") for column, values in chosen.items()},
        columns={name: _value_spec(table, name, spec, where) for name, spec in columns.items()},
    )


def _record_table(name: object, where: Place) -> Table:
    known = [t.name for t in tables.RECORD_TABLES]
    if name not in known:
        raise SourceMapError(
            f"There is no record table `{name}`.{nearest(str(name), known)}",
            place=where,
            remedy="The tables are in docs/reference/tables.md.",
        )
    return tables.named(str(name))


def _value_spec(table: Table, target: str, spec: object, where: Place) -> ValueSpec:
    _refuse_unmappable(table, target, where)
    if isinstance(spec, str):
        return ValueSpec(columns=(spec,))
    content = _mapping(spec, where, target)
    _known_keys(content, _VALUE_KEYS, where, f"`{target}`")
    one = _text(content, "column", where)
    columns = (one,) if one is not None else _texts(content.get("columns", ()), where, target)
    if bool(columns) == ("value" in content):
        raise SourceMapError(f"`{target}` needs either columns of the extract or one constant `value`.", place=where)
    order = content.get("order")
    if order is not None and order not in NAME_ORDERS:
        raise SourceMapError(
            f"`{target}` names an order that does not exist.{nearest(str(order), NAME_ORDERS)}",
            place=where,
            remedy="Orders: " + "; ".join(NAME_ORDERS) + ".",
        )
    return ValueSpec(
        columns=tuple(columns),
        value=None if "value" not in content else str(content["value"]),
        codes=_text(content, "codes", where),
        dates=_dates(content.get("dates", ()), where),
        values={str(k).strip().lower(): str(v) for k, v in _mapping(content.get("values", {}), where, target).items()},
        separator=_text(content, "separator", where),
        yes=_texts(content.get("yes", ()), where, target),
        no=_texts(content.get("no", ()), where, target),
        order=order,
    )


KEYS = frozenset({"crime_id", "record_id", "note_id"})
"""Columns that hold `{system}:{local reference}`."""

MADE_BY_THE_READER = frozenset({"system", "source_file", "source_row"})


def needed_targets(table: Table) -> list[str]:
    """Columns that every row of `table` needs and only an extract or a constant can give."""
    made = {"record_id"} if table is tables.PERSON_RECORDS else set()
    return [c.name for c in table.columns if c.required and c.name not in MADE_BY_THE_READER | made]


def _refuse_unmappable(table: Table, target: str, where: Place) -> None:
    if target == "name" and table is tables.PERSON_RECORDS:
        return
    made = target in MADE_BY_THE_READER or target.endswith("_received")
    if made or (target == "record_id" and table is tables.PERSON_RECORDS):
        raise SourceMapError(
            f"`{table.name}.{target}` is made by the reader and cannot be mapped.",
            place=where,
            remedy="Map `local_id`." if target == "record_id" else "Leave the line out.",
        )
    try:
        table.column(target)
    except TableError as error:
        raise SourceMapError(error.message, place=where, remedy=error.remedy) from None


def _known_keys(content: Mapping[str, Any], known: Collection[str], where: Place, what: str) -> None:
    for key in content:
        if key not in known:
            raise SourceMapError(f"{what} has no setting `{key}`.{nearest(key, known)}", place=where)


def _mapping(value: object, where: Place, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SourceMapError(f"`{name}` should be a table of settings.", place=where)
    return value


def _text(content: Mapping[str, Any], name: str, where: Place) -> str | None:
    value = content.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise SourceMapError(f"`{name}` should be a text in quotation marks.", place=where)
    return value


def _delimiter(reading: Mapping[str, Any], where: Place) -> str | None:
    given = _text(reading, "delimiter", where)
    if given is not None and (len(given) != 1 or not given.isascii() or given in '"\r\n\0'):
        raise SourceMapError("`delimiter` should be one character.", place=where, remedy='Such as ";" or "\\t".')
    return given


def _dates(value: object, where: Place) -> tuple[str, ...]:
    """Date formats, each tried on a date of our own. Raises SourceMapError for one that no date has."""
    formats = _texts(value, where, "dates")
    for format_ in formats:
        try:
            read = dt.datetime.strptime(_SOME_DATE.strftime(format_), format_)
        except ValueError:
            read = None
        if read is None or read.year != _SOME_DATE.year:
            raise SourceMapError(
                f"`{format_}` is no date format.",
                place=where,
                remedy="Write 31/12/2024 as %d/%m/%Y, 2024-12-31 as %Y-%m-%d.",
            )
    return formats


_SOME_DATE = dt.datetime(2001, 12, 31, 23, 59, 58)


def _texts(value: object, where: Place, name: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise SourceMapError(f"`{name}` should be a list of texts.", place=where)
    return tuple(value)
