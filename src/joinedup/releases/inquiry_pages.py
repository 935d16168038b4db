"""Public pages of an inquiry: every recommendation with what is said and what was checked, without personal data.

Of what the inquiry sends, counts alone are shown: the words of requests, answers and findings stay in the project.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from joinedup.engine.harmless import harmless
from joinedup.inquiry import Asked, Clock, Entry, Register, Standing, Thing, asked_of, clock, standing_of
from joinedup.inquiry.beside import Beside, beside
from joinedup.inquiry.kinds import AS_AT
from joinedup.inquiry.published import PublishedCount, published_counts
from joinedup.inquiry.requests import SENT
from joinedup.releases.report import INVENTED, environment

SAID = ("nothing", "under way", "done")
CHECKED = ("not checked", "cannot tell", "not done", "partly done", "done")
SHOWN = ("response", "progress", "check", "moved", "ended", "annulled")
"""Events of a recommendation that are public."""

SUPPORT = (
    ("Childline, for anyone under 19", "0800 1111"),
    ("NSPCC helpline, for adults worried about a child", "0808 800 5000"),
    ("NAPAC, for adults who were abused as children", "0808 801 0331"),
    ("Rape and sexual abuse support line, at any hour", "0808 500 2222"),
    ("Police, in danger now", "999"),
    ("Police, otherwise", "101"),
)
"""Sources of support in England and Wales, on every page. Whoever publishes the pages makes sure of them first."""

_SHOWN_ON = {"progress": "says", "check": "found", "response": "decided", "moved": "moved the day to"}


@dataclass(frozen=True)
class InquiryInput:
    """What the pages are made of. register: as it stood on the day. run, figures: the newest run's name and rows."""

    name: str
    invented: bool
    on: date
    register: Register
    run: str | None = None
    figures: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Line:
    """One public event in words. day: as precise as it is known."""

    day: str
    on: date
    thing: Thing
    words: str
    text: str
    evidence: str
    source: str
    link: str
    certainty: str
    annulled: bool


@dataclass(frozen=True)
class Row:
    """One recommendation as a page shows it."""

    thing: Thing
    standing: Standing
    owners: tuple[str, ...]
    beside: Beside | None
    lines: tuple[Line, ...]

    @property
    def said(self) -> str:
        """The first box."""
        return self.standing.said_word

    @property
    def checked(self) -> str:
        """The second box, without a word on later claims."""
        return self.standing.check.fields["finding"].replace("-", " ") if self.standing.check else "not checked"

    @property
    def label(self) -> str:
        """How the table calls it."""
        return self.thing.made.fields.get("number") or self.thing.id


@dataclass(frozen=True)
class Body:
    """One institution's record. sent: what it was asked for, by state."""

    id: str
    name: str
    rows: tuple[Row, ...]
    sent: Mapping[str, int] = field(default_factory=dict)
    late: int = 0


@dataclass(frozen=True)
class Pages:
    """Everything the templates read."""

    given: InquiryInput

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every recommendation: the project's own, then those that were published."""
        found = sorted(self.given.register.of("recommendation"), key=lambda thing: thing.made.published)
        return tuple(map(self._row, found))

    def _row(self, thing: Thing) -> Row:
        standing = standing_of(self.given.register, thing, self.given.on)
        found = self._figure(thing, standing)
        return Row(thing, standing, thing.bodies, found, tuple(self._lines(thing)))

    def _figure(self, thing: Thing, standing: Standing) -> Beside | None:
        """The run's figure, of the whole alone: what a force or a year counts leaves in a release, with what it must be
        protected together with. Invented figures say nothing of real promises.
        """
        of_a_part = "area" in thing.made.fields or "period" in thing.made.fields
        if self.given.run is None or of_a_part or (thing.made.published and self.given.invented):
            return None
        return beside(standing, self.given.run, self.given.figures)

    def _lines(self, thing: Thing) -> Iterator[Line]:
        gone = [one for one in self.given.register.annulled if one.thing == thing.id and one.kind in SHOWN]
        for event in sorted([*thing.events, *gone], key=lambda one: one.order):
            if event.kind in SHOWN:
                yield self._line(thing, event)

    def _line(self, thing: Thing, event: Entry) -> Line:
        fields = event.fields
        who = self.given.register.name(fields.get("by_body", ""))
        what = fields.get("state") or fields.get("finding") or fields.get("answer") or fields.get("due") or ""
        words = f"{who} {_SHOWN_ON.get(event.kind, event.kind)}: {what.replace('-', ' ')}" if who else event.kind
        if event.kind == "moved":
            words = f"{who} {_SHOWN_ON['moved']} {what}"
        return Line(
            _told_day(event), event.on, thing, words, fields.get("text", ""), fields.get("evidence", ""),
            fields.get("source", ""), fields.get("link", ""), fields.get("certainty", ""),
            event in self.given.register.annulled,
        )  # fmt: skip

    @cached_property
    def reports(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Recommendations under the report that made them."""
        names = dict.fromkeys(row.thing.made.fields["report"] for row in self.rows)
        return tuple((name, tuple(r for r in self.rows if r.thing.made.fields["report"] == name)) for name in names)

    @cached_property
    def counted(self) -> tuple[Row, ...]:
        """The recommendations that are counted at a glance: in an invented project the invented ones alone."""
        return tuple(row for row in self.rows if not (self.given.invented and row.thing.made.published))

    @cached_property
    def boxes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """How many recommendations stand in each pair of boxes: by what is said, then by what was checked."""
        counts = Counter((row.said, row.checked) for row in self.counted)
        return tuple((said, tuple(counts[said, checked] for checked in CHECKED)) for said in SAID)

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """Every body that owns a recommendation or was sent something."""
        found = dict.fromkeys(body for row in self.rows for body in row.owners)
        found |= dict.fromkeys(body for thing in self.given.register.of(*SENT) for body in thing.bodies)
        return tuple(self._body(one) for one in found)

    def _body(self, body: str) -> Body:
        register, on = self.given.register, self.given.on
        asked: list[Asked] = [asked_of(register, t, on) for t in register.of(*SENT) if body in t.bodies]
        sent = Counter(one.state for one in asked)
        rows = tuple(row for row in self.rows if body in row.owners)
        return Body(body, register.name(body), rows, dict(sorted(sent.items())), sum(one.late_by > 0 for one in asked))

    @cached_property
    def timeline(self) -> tuple[Line, ...]:
        """Every public event, the newest first."""
        lines = [line for row in self.rows for line in row.lines]
        return tuple(sorted(lines, key=lambda one: one.on, reverse=True))

    @property
    def contradicted(self) -> tuple[Row, ...]:
        """Where a body or a check says done and the run counts some that are not."""
        return tuple(row for row in self.rows if row.beside and row.beside.contradicts)

    @property
    def clock(self) -> Clock | None:
        """The inquiry's clock, if one runs."""
        return clock(self.given.register, self.given.on)

    @property
    def counts(self) -> tuple[PublishedCount, ...]:
        """Published numbers about the work."""
        return published_counts()

    def name(self, body: str) -> str:
        """A body's name."""
        return self.given.register.name(body)


def inquiry_pages(given: InquiryInput) -> dict[str, str]:
    """Every public file by its path: pages, an Atom feed, and the table as CSV and JSON. The same input gives the same
    bytes.
    """
    pages = Pages(given)
    shared = {
        "pages": pages, "given": given, "invented": INVENTED, "checked_words": CHECKED, "support": SUPPORT,
        "as_at": AS_AT,
    }  # fmt: skip
    made = {"index.html": _page("index", shared, root=""), "timeline.html": _page("timeline", shared, root="")}
    for row in pages.rows:
        made[f"recommendations/{row.thing.id}.html"] = _page("recommendation", shared | {"row": row}, root="../")
    for body in pages.bodies:
        made[f"bodies/{body.id}.html"] = _page("body", shared | {"body": body}, root="../")
    rows = [_told(pages, row) for row in pages.rows]
    made["recommendations.json"] = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    made["recommendations.csv"] = _as_csv(rows)
    made["feed.xml"] = _feed(pages)
    return made


def _page(name: str, shared: Mapping[str, Any], root: str) -> str:
    return environment().get_template(f"inquiry/{name}.html.jinja").render(root=root, **shared)


def _told_day(event: Entry) -> str:
    shape = {"month": "%B %Y", "year": "%Y"}.get(event.fields.get("precision", ""))
    return event.on.strftime(shape) if shape else f"{event.on.day} {event.on:%B %Y}"


def _told(pages: Pages, row: Row) -> dict[str, Any]:
    fields, standing = row.thing.made.fields, row.standing
    return {
        "id": row.thing.id, "report": fields["report"], "number": fields.get("number", ""), "text": fields["text"],
        "owners": "; ".join(map(pages.name, row.owners)), "said": row.said, "checked": standing.checked_word,
        "due": str(standing.due or ""), "overdue_by_days": standing.overdue_by, "times_moved": standing.times_moved,
        "counted": row.beside.sentence if row.beside else "",
        "count_says_otherwise": bool(row.beside and row.beside.contradicts), "as_at": str(standing.on),
        "source": fields.get("source", ""), "link": fields.get("link", ""), "certainty": fields.get("certainty", ""),
    }  # fmt: skip


def _as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0] if rows else [])
    writer.writerows([harmless(str(value)) for value in row.values()] for row in rows)
    return text.getvalue()


def _feed(pages: Pages) -> str:
    """The newest fifty public events. Source: RFC 4287 (Atom)."""
    return environment().get_template("inquiry/feed.xml.jinja").render(pages=pages, given=pages.given)
