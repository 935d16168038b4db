"""One object per column and per table: type, meaning, constraint, source, who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

import pyarrow as pa

from joinedup.errors import TableError, nearest

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
DATE = pa.date32()
WHOLE = pa.int64()
NUMBER = pa.float64()
YES_NO = pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")


class Protection(Enum):
    """Why a column is kept from the rooms that link, group or rank.

    Source: Equality Act 2010 s149; Data Protection Act 2018 s35(8); project rule "never traded" 1.
    """

    NONE = "none"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    ORIGIN = "place of origin"


@dataclass(frozen=True)
class Column:
    """One column.

    type: an Arrow type. codes: name of the code list whose codes it holds, when it holds codes.
    values: the closed set of values, when short enough to say. required: null is a defect of the row.
    personal: about a person, so never in a log, an error or a release.
    """

    name: str
    type: pa.DataType
    meaning: str
    source: str = ""
    codes: str | None = None
    values: tuple[str, ...] = ()
    required: bool = False
    personal: bool = False
    protection: Protection = Protection.NONE

    @property
    def protected(self) -> bool:
        return self.protection is not Protection.NONE

    @property
    def is_list(self) -> bool:
        return pa.types.is_list(self.type)

    @property
    def constraint(self) -> str:
        """The constraint in words, for the reference page."""
        parts = ["required"] if self.required else []
        parts += [f"code list `{self.codes}`"] if self.codes else []
        parts += ["one of " + ", ".join(f"`{v}`" for v in self.values)] if self.values else []
        return "; ".join(parts)


@dataclass(frozen=True)
class Table:
    """A table that passes between rooms: its name, what a row is, its key and its columns."""

    name: str
    a_row_is: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {c.name: c for c in self.columns})

    def __reduce__(self) -> tuple[Callable[[str], Table], tuple[str]]:
        """Sent to another process by name, because tables are told apart by `is`."""
        from joinedup.tables import named

        return named, (self.name,)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    def column(self, name: str) -> Column:
        """The column called `name`. Raises TableError, with the nearest right name, when there is none."""
        if name not in self._by_name:
            raise TableError(
                f"Table `{self.name}` has no column `{name}`.{nearest(name, self.names)}",
                remedy="The columns of every table are in docs/reference/tables.md.",
            )
        return self._by_name[name]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.type) for c in self.columns])

    def unprotected(self) -> list[str]:
        """Names of the columns that the rooms which link, group or rank may see."""
        return [c.name for c in self.columns if not c.protected]

    def empty(self) -> pa.Table:
        return self.schema.empty_table()

    def conform(self, table: pa.Table) -> pa.Table:
        """Give `table` exactly this table's columns, order and types; absent columns become null.

        Raises TableError for a column that this table does not have or a type that cannot be cast.
        """
        for name in table.column_names:
            self.column(name)
        columns = [self._cast(table, column) for column in self.columns]
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _cast(self, table: pa.Table, column: Column) -> pa.ChunkedArray | pa.Array:
        if column.name not in table.column_names:
            return pa.nulls(table.num_rows, column.type)
        try:
            return table[column.name].cast(column.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            found = table.schema.field(column.name).type
        raise TableError(
            f"Column `{self.name}.{column.name}` should be {column.type} and is {found}, "
            "which cannot be turned into it."
        )


def documented(
    columns: Iterable[Column], suffix: str, type_: pa.DataType, meaning: str, values: tuple[str, ...] = ()
) -> list[Column]:
    """A companion column for each of `columns`, such as `dob_reason` for `dob`, as protected as its parent."""
    return [
        Column(
            f"{c.name}{suffix}",
            type_,
            meaning.format(name=c.name),
            values=values,
            personal=c.personal,
            protection=c.protection,
        )
        for c in columns
    ]
