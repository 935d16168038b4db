"""Digests of values and files: equal digests, equal content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from joinedup.errors import from_oserror


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file. Raises StorageError."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise from_oserror(error) from None
