"""The pages of a pack: a summary, a page for each table with a lasting address, and how the figures were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joinedup.releases.colours import KNOWN, MAYBE
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.numbers import interval
from joinedup.releases.pack.csvw import as_csv, metadata
from joinedup.releases.pack.ods import as_ods
from joinedup.releases.pack.tables import HIDDEN, PublicTable
from joinedup.releases.pack.workbook import as_xlsx
from joinedup.releases.parts import SMALL, Exhibit, Grid
from joinedup.releases.report import INVENTED, environment

KEY = f"{HIDDEN}: not shown, so that nobody can work out a count of fewer than 10."
WHOLE = "all"
"""Everybody: a row of the table that its picture has no need of."""
DRAFT = "Draft: not approved, and not to be published"


@dataclass(frozen=True)
class Method:
    """How the figures were made. threshold: bits. joined, wrong, missed: pairs, by the model's own account; None where
    nothing was joined. hidden: cells that are not shown, those that are small and those that protect them.
    """

    threshold: float
    joined: float | None
    wrong: float | None
    missed: float | None
    hidden: tuple[int, int]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class PackInput:
    """What a pack is made of. made_at: of the run. summary: sentences made from figures. changes: since the last
    release, each with its reason. more: other public files by path, such as claims' pages. final: whether approved.
    """

    name: str
    invented: bool
    run: str
    made_at: datetime
    tables: tuple[PublicTable, ...]
    summary: tuple[str, ...]
    method: Method
    changes: tuple[str, ...] = ()
    unsound: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    final: bool = False


def pack_files(given: PackInput) -> dict[str, bytes]:
    """Every public file of a pack by its path. The same input gives the same bytes."""
    shared = {"given": given, "invented": INVENTED, "draft": DRAFT, "key": KEY, "hidden": HIDDEN, "small": SMALL}
    made: dict[str, bytes] = {name: text.encode() for name, text in given.more.items()}
    made["index.html"] = _page("index", shared, "")
    made["methods.html"] = _page("methods", shared, "")
    for table in given.tables:
        shown = {"table": table, "exhibit": exhibit(table, given.invented)}
        made[f"tables/{table.slug}.html"] = _page("table", shared | shown, "../")
        made[f"tables/{table.slug}.csv"] = as_csv(table).encode()
        made[f"tables/{table.slug}.csv-metadata.json"] = metadata(table, given.name).encode()
    made["tables.xlsx"] = as_xlsx(_title(given), _about(given), given.tables, given.made_at)
    made["tables.ods"] = as_ods(_title(given), _about(given), given.tables, f"{given.made_at:%Y-%m-%d}")
    return made


def _page(name: str, shared: Mapping[str, Any], root: str) -> bytes:
    return environment().get_template(f"pack/{name}.html.jinja").render(root=root, **shared).encode()


def _title(given: PackInput) -> str:
    return f"{given.name}: what the records say, and what they do not"


def _about(given: PackInput) -> Sequence[str]:
    marks = [f"{INVENTED}."] if given.invented else []
    marks += [] if given.final else [f"{DRAFT}."]
    return [*marks, f"Made from run {given.run}.", *given.summary, KEY]


def exhibit(table: PublicTable, invented: bool) -> Exhibit:
    """A table, with a picture where it holds the ends of shares."""
    caption = f"{table.title}"
    numeric = sum(column.kind != "text" for column in table.columns)
    grid = Grid(caption, tuple(column.title for column in table.columns), tuple(map(table.cells, table.rows)), numeric)
    names = [column.name for column in table.columns]
    if "lower" not in names:
        return Exhibit(grid)
    low, high = names.index("lower"), names.index("upper")
    told = [(str(row[0]), row[low], row[high]) for row in table.rows if row[0] != WHOLE]
    known = [(name, float(a), float(b)) for name, a, b in told if a is not None and b is not None]
    if not known:
        return Exhibit(grid)
    rows = [Row(name, (_strip(a, b),)) for name, a, b in known]
    says = "; ".join(f"{name}: {interval(a, b)}" for name, a, b in known)
    legend = (("Known to belong to it", KNOWN), ("Not known: may belong to it", MAYBE))
    title = "The least and most that each share can be"
    picture = draw_rows(rows, Caption(title, f"{says}.", legend, PERCENT_TICKS, invented))
    return Exhibit(grid, picture, "beside")


def _strip(low: float, high: float) -> Strip:
    return Strip((Segment(0, low, KNOWN), Segment(low, high, MAYBE)), interval(low, high), above=True)
