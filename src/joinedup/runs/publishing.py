"""A folder of files that appears whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from joinedup.engine import write_bytes
from joinedup.errors import Place, StorageError, from_oserror


def refuse_full(out: Path) -> None:
    """Raises StorageError for a folder that holds something: old pages must not stay among new ones."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StorageError(
            "The folder holds something already.", place=Place(str(out)), remedy="Name a new one, or empty it."
        )


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their paths, into a folder that is new or empty. They lie beside it until all are written.

    Raises StorageError for a folder that holds something, and when the operating system refuses; nothing is then left.
    """
    refuse_full(out)
    made = out.with_name(f".{out.name}.partial")
    try:
        shutil.rmtree(made, ignore_errors=True)  # of a command that was killed
        for name, content in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(made / name, content)
        made.rename(out)
    except OSError as error:
        raise from_oserror(error) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
