"""The gate for one submission, as a form or a call gives it: the same rules, the same verdict as for a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from joinedup import tables
from joinedup.errors import ExtractError, TableError, nearest
from joinedup.gate import Mode, Rulebook, rulebook
from joinedup.gate.plain import Reason, Terms, judge
from joinedup.sources import Lists
from joinedup.sources.one import Given, read_with_faults


@dataclass(frozen=True)
class Desk:
    """On what terms records are checked one at a time. as_of: the day; today when left out. lists: as for a system's
    files. system: where the records come from.
    """

    book: Rulebook = field(default_factory=rulebook)
    mode: Mode = "new"
    as_of: dt.date | None = None
    lists: Lists = field(default_factory=Lists)
    system: str = "form"


def check_record(submission: Mapping[str, Given | Sequence[Given]], desk: Desk | None = None) -> list[Reason]:
    """Every reason why a submission would be returned or marked; none when it is clean.

    submission: by table, one row or several, texts by column name as a file would hold them. A person without any
    roles is judged as a suspect. `source_row` of a reason is the row's place in its table, from 1.

    Raises ExtractError when rows lack a key column, TableError for a table that does not exist.
    """
    desk = desk or Desk()
    known = [table.name for table in tables.RECORD_TABLES]
    if not isinstance(submission, Mapping):
        raise ExtractError("A submission should give rows by table.")
    for name in submission:
        if name not in known:
            raise TableError(f"No submission holds a table `{name}`.{nearest(name, known)}")
    rows, faults = {}, []
    for name, given in submission.items():
        read = read_with_faults(tables.named(name), _several(given), desk.lists, system=desk.system)
        rows[name] = read[0]
        faults += read[1]
    terms = Terms(desk.mode, desk.as_of or dt.date.today(), invented=desk.lists.invented)
    return judge(rows, desk.book, terms, faults=faults)


def _several(given: Given | Sequence[Given]) -> Sequence[Given]:
    if given is None or isinstance(given, str):
        raise ExtractError("A table should be a row or a list of rows.")
    return [given] if isinstance(given, Mapping) else list(given)
