"""Public pages of claims: each statement with its verdict, the opposite's, the range and what is not known, to cite.

One fixed wording whatever the group; the words are those of `statistics.claims.lines`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from joinedup.engine.harmless import harmless
from joinedup.releases.canvas import INK
from joinedup.releases.colours import KNOWN, MAYBE
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.numbers import interval, percent
from joinedup.releases.parts import SMALL, Exhibit, grid
from joinedup.releases.report import INVENTED, environment
from joinedup.statistics.claims import CAUTION, NOT_RECORDED, WORDS, Held, Judged, Statement, Verdict, lines

_LEGEND = (("Known to be in it", KNOWN), ("Not known: may be in it", MAYBE), ("What it is compared with", INK))
_THIN = 0.006
STAFF = "Working pages for the project's own staff: what may leave, leaves in a release"

MEANS = (
    ("holds", "True whatever the missing answers are."),
    ("holds only if", "True if the named assumption is; not known without it."),
    ("the data cannot say", "Some ways to fill the gaps make it true, and some make it false."),
    ("contradicted", "False whatever the missing answers are."),
    ("refused", "The figures are not of what the statement is about, or are not to be relied on."),
)
"""What a verdict says, on every page."""


@dataclass(frozen=True)
class Wording:
    """One entry of the ledger. number: its place in the log. verdicts: what became of it, by run."""

    number: int
    by_day: str
    why: str
    verdicts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ClaimsInput:
    """What the pages are made of. on: the day of the judging. history: by a claim's name, every wording of it.

    released: whether every figure on them may leave, as it stands beside all others that do.
    """

    name: str
    invented: bool
    on: date
    judged: tuple[Judged, ...]
    history: Mapping[str, tuple[Wording, ...]]
    released: bool = False


@dataclass(frozen=True)
class Page:
    """One claim's page. slug: the last part of its lasting address."""

    judged: Judged
    slug: str
    history: tuple[Wording, ...]
    invented: bool

    @property
    def verdict(self) -> str:
        """The verdict's word."""
        return WORDS[self.judged.verdict.word]

    @property
    def opposite(self) -> str:
        """The opposite statement's."""
        return WORDS[self.judged.opposite.word]

    @property
    def said(self) -> str:
        """The statement as somebody made it, or as it is read."""
        return self.judged.statement.says or str(self.judged.statement)

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """Everything that is printed of it, in order."""
        return tuple(lines(self.judged))

    @property
    def exhibit(self) -> Exhibit | None:
        """The least and most that each group's share can be; None where nothing can be held against figures."""
        held = [(name, one.held) for name, one in _shares(self.judged) if one.held is not None]
        if not held or self.judged.statement.than.group or self.judged.statement.group == NOT_RECORDED:
            return None
        title = "What each group's share can be, whatever the missing are"
        rows = [Row(name, (_strip(one),)) for name, one in held]
        says = "; ".join(f"{name}: {_between(one.lower, one.upper)}" for name, one in held)
        picture = draw_rows(rows, Caption(title, f"{says}.", _LEGEND, PERCENT_TICKS, self.invented))
        words = {name: WORDS[verdict.word] for name, verdict in _shares(self.judged)}
        cells = [(name, _between(one.lower, one.upper), _between(*one.against), words[name]) for name, one in held]
        table = grid(title, ("Group", "Share lies in", "Compared with", "The same said of it"), cells, numeric=0)
        return Exhibit(table, picture, "beside")


def _shares(judged: Judged) -> list[tuple[str, Verdict]]:
    """The statement's own group first, then every other of which something may be told."""
    others: Iterable[tuple[Statement, Verdict]] = (
        one for one in judged.others if one[0].group not in judged.evidence.withheld
    )
    return [(judged.statement.group, judged.verdict), *((one.group, verdict) for one, verdict in others)]


def _strip(held: Held) -> Strip:
    """What is known, what may be, and a thin mark at what it is compared with."""
    low, high = held.against
    mark = Segment(max(0.0, low - _THIN), min(1.0, high + _THIN), INK)
    segments = (Segment(0, held.lower, KNOWN), Segment(held.lower, held.upper, MAYBE), mark)
    return Strip(segments, _between(held.lower, held.upper), above=True)


def _between(low: float, high: float) -> str:
    return percent(low) if percent(low) == percent(high) else interval(low, high)


@dataclass(frozen=True)
class Pages:
    """Everything the templates read."""

    given: ClaimsInput

    @cached_property
    def all(self) -> tuple[Page, ...]:
        """A page for each claim, with addresses that stay as long as the claim's name does."""
        used: dict[str, int] = {}
        return tuple(self._page(one, used) for one in self.given.judged)

    def _page(self, judged: Judged, used: dict[str, int]) -> Page:
        slug = slug_of(judged.statement.name)
        used[slug] = used.get(slug, 0) + 1
        slug = slug if used[slug] == 1 else f"{slug}-{used[slug]}"
        return Page(judged, slug, self.given.history.get(judged.statement.name, ()), self.given.invented)


def slug_of(name: str) -> str:
    """The part of an address that a claim's name gives."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:80].rstrip("-") or "claim"


def claim_pages(given: ClaimsInput) -> dict[str, str]:
    """Every public file by its path: a page for each claim, an index, and the table as CSV and JSON. The same input
    gives the same bytes.
    """
    pages = Pages(given)
    shared = {"pages": pages, "given": given, "invented": INVENTED, "staff": STAFF, "means": MEANS, "caution": CAUTION,
              "small": SMALL}  # fmt: skip
    made = {"index.html": _render("index", shared, root="")}
    for page in pages.all:
        made[f"claims/{page.slug}.html"] = _render("claim", shared | {"page": page}, root="../")
    rows = [_row(page) for page in pages.all]
    made["claims.json"] = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    made["claims.csv"] = _as_csv(rows)
    return made


def _render(name: str, shared: Mapping[str, Any], root: str) -> str:
    return environment().get_template(f"claims/{name}.html.jinja").render(root=root, **shared)


def _row(page: Page) -> dict[str, Any]:
    held, statement = page.judged.verdict.held, page.judged.statement
    return {
        "claim": statement.name, "says": statement.says, "read_as": str(statement), "verdict": page.verdict,
        "opposite": page.opposite, "assumption": page.judged.verdict.assumption or "",
        "lower": held.lower if held else "", "upper": held.upper if held else "",
        "source": page.judged.evidence.source, "certainty": page.judged.evidence.certainty, "limits": CAUTION,
        "address": f"claims/{page.slug}.html",
    }  # fmt: skip


def _as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0] if rows else [])
    writer.writerows([harmless(str(value)) for value in row.values()] for row in rows)
    return text.getvalue()
