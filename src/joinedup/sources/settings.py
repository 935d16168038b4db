"""What a project decides for all its sources: which code list stands inside which column, invented or real forces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from joinedup import codes
from joinedup.codes import CodeList
from joinedup.engine import DistinctMap, ExtractReader
from joinedup.errors import SourceMapError
from joinedup.sources.mended import MendedReader, with_mended
from joinedup.tables import Column, Table

Reader = ExtractReader | MendedReader


@dataclass(frozen=True)
class Lists:
    """Code lists by column. folder: a project's own lists. inside: columns whose inside list is one of those."""

    folder: Path | None = None
    inside: Mapping[str, str] = field(default_factory=dict)
    invented: bool = False

    def inside_name(self, column: Column) -> str | None:
        """Name of the list whose codes `column` holds in this project, or None for a column without codes."""
        if column.codes is None:
            return None
        if column.codes == "force" and self.invented:
            return self.inside.get(column.name, "force-invented")
        return self.inside.get(column.name, column.codes)

    def reader(self, column: Column, named: str | None) -> CodeList:
        """The list to read `column` with. Raises SourceMapError for a list that belongs to another column."""
        inside = self.inside_name(column)
        if inside is None:
            raise SourceMapError(f"Column `{column.name}` holds no codes, so it has no code list.")
        chosen = codes.code_list(named or inside, self.folder)
        if chosen.inside != inside:
            raise SourceMapError(
                f"Code list `{chosen.name}` is not for column `{column.name}`.",
                remedy=f"Choose a list whose codes translate to `{inside}`.",
            )
        return chosen


def _nothing(table: Table) -> Sequence[DistinctMap]:
    """A name, because what is sent to another process is sent by name."""
    return ()


@dataclass(frozen=True)
class Settings:
    """lists: as above. folder: what `source_file` paths are relative to.

    adds: what is to be worked out besides from the columns of a row, while rows pass by. overlay: rows that take the
    place of an extract's own; those that lie beside it, unless said otherwise.
    """

    lists: Lists
    folder: Path
    adds: Callable[[Table], Sequence[DistinctMap]] = _nothing
    overlay: Callable[[ExtractReader, str | None], Reader] = with_mended
