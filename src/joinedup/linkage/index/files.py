"""The files of an index: arrays that are mapped into memory, and a head that says what they are.

They are written once, into a folder that appears whole, and never changed. A reader that has them open keeps them when
the folder is removed or another takes its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from joinedup.engine import remove_folder, replace_folder, write_bytes
from joinedup.engine.storing import appearing
from joinedup.errors import LinkageError, Place, from_oserror

VERSION = 1
"""Of the form of the files. Raise it when that changes, or what the keys are made of."""

HEAD = "head.json"

Array = npt.NDArray[Any]
Stamp = tuple[int, int]


def write(folder: Path, head: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write an index into a folder, which appears whole or not at all; one that is there goes. Raises StorageError."""
    making = folder.with_name(f"{folder.name}.making")
    remove_folder(making)
    try:
        making.mkdir(parents=True)
    except OSError as error:
        raise from_oserror(error) from None
    files = {name: _written(making / f"{name}.npy", array) for name, array in arrays.items()}
    told = {"version": VERSION, **head, "files": files}
    write_bytes(making / HEAD, (json.dumps(told, indent=1, sort_keys=True) + "\n").encode())
    remove_folder(folder)
    replace_folder(making, folder)


def _written(path: Path, array: Array) -> dict[str, Any]:
    """Write one array, and say how many bytes its file has and what they are."""
    with appearing(path) as temporary:
        with temporary.open("wb") as stream:
            np.save(stream, array, allow_pickle=False)
        with temporary.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def stamp(folder: Path) -> Stamp:
    """What tells one index in a folder from another that took its place. Raises FileNotFoundError where none is."""
    found = (folder / HEAD).stat()
    return found.st_ino, found.st_mtime_ns


def opened(folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Head and arrays of an index, of which nothing more is read than is used.

    Raises FileNotFoundError where there is none, or another took its place meanwhile; LinkageError for one that another
    version of Joinedup made, or that is damaged.
    """
    before = stamp(folder)
    head = _head(folder)
    arrays = {name: _mapped(folder / f"{name}.npy", told["bytes"]) for name, told in head["files"].items()}
    if stamp(folder) != before:
        raise FileNotFoundError(folder)
    return head, arrays


def _head(folder: Path) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads((folder / HEAD).read_bytes())
    except ValueError:
        raise _damaged(folder / HEAD) from None
    if head.get("version") != VERSION:
        raise LinkageError(
            "The index for lookup was made by another version of Joinedup.",
            place=Place(file=str(folder)),
            remedy="Run again: joinedup run.",
        )
    return head


def _mapped(path: Path, size: int) -> Array:
    if path.stat().st_size != size:
        raise _damaged(path)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _damaged(path: Path) -> LinkageError:
    return LinkageError(
        "The index for lookup is damaged.", place=Place(file=str(path)), remedy="Run again: joinedup run."
    )
