"""The one place that knows how database drivers differ. Statements elsewhere are plain SQL with `?` for values."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Connection(Protocol):
    """An open DB-API 2.0 connection (PEP 249)."""

    def cursor(self) -> Any: ...


def run(connection: Connection, statement: str, *values: object) -> Any:
    """Run one statement written with `?`, whatever the driver's own mark for a value. Returns the cursor."""
    styled = in_style(statement, _paramstyle(connection))
    cursor = connection.cursor()
    cursor.execute(styled, values)
    return cursor


def in_style(statement: str, paramstyle: str) -> str:
    """Write `?` as a driver of this PEP 249 `paramstyle` wants it: `qmark` keeps it, others here take `%s`."""
    return statement if paramstyle == "qmark" else statement.replace("?", "%s")


def _paramstyle(connection: Connection) -> str:
    for kind in type(connection).__mro__:
        driver = sys.modules.get(kind.__module__.partition(".")[0])
        style = getattr(driver, "paramstyle", None)
        if isinstance(style, str):
            return style
    raise TypeError("This is not an open database connection of a DB-API driver.")


@contextmanager
def undecodable_text_kept(connection: Connection) -> Iterator[None]:
    """Read text that is not UTF-8 as it lies, so that a damaged entry is reported instead of stopping the reading.

    Only SQLite can hold such text; other databases refuse it on the way in.
    """
    if not isinstance(connection, sqlite3.Connection):
        yield
        return
    before = connection.text_factory
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = before
