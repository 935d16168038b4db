"""One page that needs no network and no script, and can be read without its style."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from joinedup.errors import from_oserror
from joinedup.releases import sections
from joinedup.releases.inputs import ReportInput
from joinedup.releases.lookup import material
from joinedup.releases.parts import SMALL, Section

INVENTED = "Invented region: no person, force or place here is real"
STAFF = "Working report for the project's own staff: counts below 10 are shown and must not leave"


def write_report(run: ReportInput, path: Path) -> None:
    """Write the report of `run` to `path` as one HTML file, replacing what is there.

    Raises StatisticsError when the run lacks a figure that the page is about, StorageError when the file cannot
    be written.
    """
    page = render(run)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise from_oserror(error) from None


def render(run: ReportInput) -> str:
    """The report of `run` as HTML text. Raises StatisticsError as `write_report` does."""
    page = environment().get_template("report.html.jinja")
    made_at = moment(run.made_at)
    return page.render(run=run, sections=answers(run), made_at=made_at, invented=INVENTED, staff=STAFF, small=SMALL)


def answers(run: ReportInput) -> list[Section]:
    """The page's sections, in order, with nothing drawn yet. Raises StatisticsError as `write_report` does."""
    written = material(run)
    return [section for make in sections.ALL if (section := make(written)) is not None]


def moment(at: datetime) -> str:
    """``22 November 2026 at 14:05 UTC``. A time without a zone is taken for UTC."""
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y} at {utc:%H:%M} UTC"


def strong(text: str) -> Markup:
    """Text as HTML, words between two pairs of asterisks strong; everything else is escaped."""
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text))))


@cache
def environment() -> Environment:
    """What every page of the room is written by: text is escaped, and a name that is not given is a fault."""
    made = Environment(
        loader=PackageLoader("joinedup.releases", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["strong"] = strong
    return made
