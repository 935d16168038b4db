"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from joinedup.errors import from_oserror


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Lend a temporary name beside `path`; on success it becomes `path`, on failure nothing is left.

    Raises StorageError for a full or read-only disk.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise from_oserror(error) from None
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all. Raises StorageError."""
    with appearing(path) as temporary:
        temporary.write_bytes(content)


def replace_folder(ready: Path, place: Path) -> None:
    """Move a finished folder to its place on the same disk in one step. Raises StorageError."""
    try:
        ready.rename(place)
    except OSError as error:
        raise from_oserror(error) from None


def remove_folder(folder: Path) -> None:
    """Remove a folder and what is in it, if it is there. Raises StorageError."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise from_oserror(error) from None
