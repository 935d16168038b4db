"""What a user can put right, as one family tree.

    JoinedupError                exit 2   anything below, when no narrower name fits
    ├── SourceError              exit 2   an extract or a source map cannot be read as it stands
    │   ├── ExtractError         exit 2   the file: missing, empty, other encoding, not a table
    │   └── SourceMapError       exit 2   the map: a column, table or code list that does not exist
    ├── TableError               exit 2   a table does not have the shape its room was promised
    ├── CodeListError            exit 2   a code list, a code or a force that does not exist
    ├── GateError                exit 2   a gate rule set that cannot be used
    ├── LinkageError             exit 2   nothing to compare, or a model that cannot be used
    ├── StatisticsError          exit 2   a figure that cannot be stated
    ├── InquiryError             exit 2   an entry that the register of an inquiry cannot take
    ├── ProjectError             exit 2   the project folder or its joinedup.toml
    │   └── BusyError            exit 2   another run holds the folder's lock
    └── StorageError             exit 2   disk full, read-only folder, no permission

Rows that fail a rule are not errors: they are rows of the `returns` table, and `check` ends with exit 1. Nor is a log
that is not whole: `audit verify` says so and ends with exit 1.

No message holds a person's value. It names the file, the row, the column, the rule and the remedy;
the value stays in the returns file, which is kept as the data are kept.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something is wrong. `row` counts as a spreadsheet does: the header is row 1."""

    file: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        parts += [f"row {self.row:,}"] if self.row is not None else []
        parts += [f"column `{self.column}`"] if self.column else []
        return ", ".join(parts)


class JoinedupError(Exception):
    """The root. `message` says what happened, `remedy` what to do, `rule` the rule's name if one fired."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        rule: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place or Place()
        self.rule = rule
        self.remedy = remedy

    def __str__(self) -> str:
        where = str(self.place)
        head = f"{where}: {self.message}" if where else self.message
        return f"{head} {self.remedy}" if self.remedy else head

    def as_json(self) -> dict[str, object]:
        """The `error` object that commands print under `--json`."""
        return {
            "code": type(self).__name__,
            "file": self.place.file,
            "row": self.place.row,
            "column": self.place.column,
            "rule": self.rule,
            "message": self.message,
            "remedy": self.remedy,
        }


class SourceError(JoinedupError):
    """An extract or a source map cannot be read as it stands."""


class ExtractError(SourceError):
    """The file is missing, empty, in another encoding, or not a table."""


class SourceMapError(SourceError):
    """The source map names a column, table or code list that does not exist."""


class TableError(JoinedupError):
    """A table does not have the shape that its room was promised."""


class CodeListError(JoinedupError):
    """A code list, a code or a force that does not exist."""


class GateError(JoinedupError):
    """A set of gate rules that cannot be used."""


class LinkageError(JoinedupError):
    """Nothing to compare, or a linkage model that cannot be used."""


class StatisticsError(JoinedupError):
    """A figure that cannot be stated."""


class InquiryError(JoinedupError):
    """An entry that the register of an inquiry cannot take."""


class ProjectError(JoinedupError):
    """The project folder or its `joinedup.toml` cannot be used."""


class BusyError(ProjectError):
    """Another run holds the project folder's lock."""


class StorageError(JoinedupError):
    """The disk is full, the folder is read-only, or permission is missing."""


def nearest(name: str, known: Iterable[str], likeness: float = 0.5) -> str:
    """Say which known name a mistyped one most resembles: ``" Did you mean `surname`?"``, or nothing.

    likeness: 0 to 1. Ask for more where `known` may hold a person's values, as the first row of a file without a
    header does.
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=likeness)
    return f" Did you mean `{close[0]}`?" if close else ""


_STORAGE = {
    errno.ENOSPC: ("The disk is full.", "Free some space and try again; nothing half-written was kept."),
    errno.EDQUOT: ("The disk quota is used up.", "Free some space and try again; nothing half-written was kept."),
    errno.EROFS: ("The folder is on a read-only disk.", "Choose a folder that can be written to."),
    errno.EACCES: ("Permission to this path is missing.", "Ask for permission, or choose another folder."),
    errno.EPERM: ("Writing to this path is not allowed.", "Ask for permission, or choose another folder."),
    errno.ENOENT: ("There is no such file or folder.", "Check the path."),
    errno.ENOTDIR: ("A part of this path is a file, not a folder.", "Check the path."),
    errno.EISDIR: ("This path is a folder, not a file.", "Name a file."),
    errno.EEXIST: ("There is something at this path already.", "Choose another name."),
    errno.ENAMETOOLONG: ("This file name is too long.", "Choose a shorter one."),
    errno.EFBIG: ("The file is larger than this disk allows.", "Use another disk."),
    errno.EIO: ("The disk could not be read or written.", "Check the disk."),
}


def from_oserror(error: OSError) -> StorageError:
    """Turn what the operating system said into a StorageError that says what to do."""
    message, remedy = _STORAGE.get(
        error.errno or 0, ("The operating system refused to read or write.", "Check the disk and the path.")
    )
    path = error.filename if isinstance(error.filename, str) else None
    return StorageError(message, place=Place(file=path), remedy=remedy)
