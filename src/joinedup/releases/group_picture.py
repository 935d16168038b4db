"""A group as two pictures and a table: who is suspected of harming whom, and when. Laid out here, without script.

No value of anybody is drawn: people are S1, S2 … and C1, C2 …, and the table beside says which person id each is. A
picture of a single group is for those who work on it. It never leaves the project.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from markupsafe import Markup, escape

from joinedup.releases.canvas import INK, LINE, SOFT
from joinedup.releases.colours import DISPUTED, JOINED, KNOWN, NOBODY
from joinedup.releases.vector import FONT

SUSPECT, HARMED = "suspect", "child harmed"
WIDE, ROW, TOP, DOT = 720, 34, 56, 11
LEFT, RIGHT = 250, 560
"""Pixels across: where suspects and where children stand."""

NAMES_END, DAYS_END = 150, 700
"""Pixels across: where the names of systems end and where the last day of a timeline stands."""

ARCS = "Arcs: contacts shared, of one kind (dots), two (dashes) or three (a line). Squares: children, never members."

WARNING = "For work on this group only. It must not be passed on. Membership is what records suggest, not a fact."
INVENTED = "Invented: no person, force or place here is real."


@dataclass(frozen=True)
class Member:
    """Somebody in the group. role: `suspect` or `child harmed`. doubtful: a strict joining would part their records."""

    person_id: str
    role: str
    doubtful: bool = False


@dataclass(frozen=True)
class Happening:
    """An incident: its day if known, the systems that tell of it, who has a part, and whether any system flags it."""

    on: dt.date | None
    systems: tuple[str, ...]
    people: tuple[str, ...]
    flagged: bool


@dataclass(frozen=True)
class Contact:
    """A phone, vehicle or place that several people share."""

    kind: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Pictured:
    """What the pictures are drawn from. invented: whether the people are."""

    group_id: str
    members: tuple[Member, ...]
    happenings: tuple[Happening, ...]
    contacts: tuple[Contact, ...]
    invented: bool

    def of(self, role: str) -> list[Member]:
        """Members of one role, in order."""
        return [one for one in self.members if one.role == role]

    @cached_property
    def names(self) -> dict[str, str]:
        """S1, S2 … and C1, C2 … by person id."""
        letters = ((SUSPECT, "S"), (HARMED, "C"))
        return {
            one.person_id: f"{letter}{n}" for role, letter in letters for n, one in enumerate(self.of(role), start=1)
        }


def network(group: Pictured) -> Markup:
    """Suspects on the left, children on the right: a line for each two who are named in one incident, the wider the
    more incidents; arcs on the left for contacts that suspects share.
    """
    suspects, children = group.of(SUSPECT), group.of(HARMED)
    at = {one.person_id: (LEFT, _down(n)) for n, one in enumerate(suspects)}
    at |= {one.person_id: (RIGHT, _down(n)) for n, one in enumerate(children)}
    height = _down(max(len(suspects), len(children), 1)) + 16
    parts = [
        *_heads((("Suspects", LEFT), ("Children harmed", RIGHT))),
        *_harm(group, at), *_shared(group, at), _text(ARCS, 20, height - 6, size=12, fill=SOFT),
        *(mark for one in group.members for mark in _person(group, one, at[one.person_id])),
    ]  # fmt: skip
    return _svg("Who is named with whom", network_words(group), height, parts)


def network_words(group: Pictured) -> str:
    """The network in words, for whoever cannot see it."""
    named = [
        f"{group.names[one]} and {group.names[other]}: {times} incident{'s' * (times != 1)}"
        for (one, other), times in sorted(_met(group).items())
    ]
    shared = [
        f"{' and '.join(group.names[one] for one in pair)} share {_kinds(kinds)}"
        for pair, kinds in sorted(_pairs(group).items())
    ]
    return "; ".join([*named, *shared]) + "." if named or shared else "No two people are named together."


def timeline(group: Pictured) -> Markup:
    """A row for each system, a mark for each incident that it tells of: filled where it is flagged."""
    dated = [one for one in group.happenings if one.on is not None]
    systems = sorted({system for one in dated for system in one.systems})
    rows = {system: TOP + n * ROW for n, system in enumerate(systems)}
    height = TOP + len(systems) * ROW + 30
    days = [one.on for one in dated if one.on is not None]
    parts = [*_rows(rows), *_years(days, height)]
    for one in dated:
        parts += _happening(one, _across(one.on, days), rows)
    parts += _key(height)
    return _svg("When, and who recorded it", timeline_words(group), height + 26, parts)


def timeline_words(group: Pictured) -> str:
    """The timeline in words."""
    told = [
        f"{one.on or 'day not known'}: {_and(group.names.get(who, '?') for who in one.people)}, told by "
        f"{_and(one.systems)}{', flagged' if one.flagged else ''}"
        for one in sorted(group.happenings, key=lambda one: (one.on or dt.date.max, one.systems))
    ]
    return "; ".join(told) + "." if told else "No incident is known."


def as_page(group: Pictured) -> bytes:
    """Both pictures with their tables, as one HTML page that needs no network, script or style."""
    lines = [WARNING, *([INVENTED] if group.invented else [])]
    body = [
        f"<h1>Group {escape(group.group_id)}</h1>", *(f"<p><strong>{escape(line)}</strong></p>" for line in lines),
        "<h2>Who is named with whom</h2>", _wide("Picture: who is named with whom", network(group)),
        _wide("Table: people", people_table(group)), "<h2>When, and who recorded it</h2>",
        _wide("Picture: when, and who recorded it", timeline(group)), _wide("Table: incidents", incidents_table(group)),
    ]  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Group {escape(group.group_id)}</title></head>"
        f'<body style="font-family:{escape(FONT)};max-width:60rem;margin:auto;padding:1rem;overflow-wrap:anywhere">'
        f"<main>{''.join(map(str, body))}</main></body></html>\n"
    ).encode()


def _wide(label: str, part: Markup) -> Markup:
    """What is wider than a phone is moved under the finger, and never shrunk until nobody can read it."""
    return Markup(
        f'<div role="group" aria-label="{escape(label)}" tabindex="0" style="overflow-x:auto">'
        f'<div style="min-width:44rem;overflow-wrap:normal">{part}</div></div>'
    )


def people_table(group: Pictured) -> Markup:
    """Which person each name of the pictures is."""
    met = Counter(who for one in group.happenings for who in one.people)
    rows = [
        (group.names[one.person_id], one.role, one.person_id, str(met[one.person_id]), "yes" if one.doubtful else "no")
        for one in sorted(group.members, key=lambda one: (one.role != SUSPECT, int(group.names[one.person_id][1:])))
    ]
    return _table(("Name here", "Part", "Person", "Incidents", "Doubtful join"), rows)


def incidents_table(group: Pictured) -> Markup:
    """Every incident, in order of day."""
    rows = [
        (str(one.on or "not known"), _and(group.names.get(who, "?") for who in one.people), _and(one.systems),
         "yes" if one.flagged else "no")
        for one in sorted(group.happenings, key=lambda one: (one.on or dt.date.max, one.systems))
    ]  # fmt: skip
    return _table(("Day", "Who", "Told by", "Flagged"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    head = "".join(f'<th scope="col" align="left">{escape(one)}</th>' for one in heads)
    body = "".join(f'<tr><th scope="row" align="left">{escape(row[0])}</th>{_cells(row[1:])}</tr>' for row in rows)
    return Markup(f'<table cellpadding="4"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def _cells(cells: Sequence[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _down(place: int) -> int:
    return TOP + place * ROW


def _heads(heads: Iterable[tuple[str, int]]) -> Iterator[str]:
    for words, across in heads:
        yield _text(words, across, 22, anchor="middle", weight="bold")


def _met(group: Pictured) -> Counter[tuple[str, str]]:
    """Suspect and child who are named in one incident, and in how many."""
    suspects, children = ({one.person_id for one in group.of(role)} for role in (SUSPECT, HARMED))
    return Counter(
        (one, other) for event in group.happenings for one in event.people if one in suspects
        for other in event.people if other in children
    )  # fmt: skip


def _harm(group: Pictured, at: dict[str, tuple[int, int]]) -> Iterator[str]:
    for (one, other), times in sorted(_met(group).items()):
        (x, y), (x2, y2) = at[one], at[other]
        yield f'<line x1="{x}" y1="{y}" x2="{x2}" y2="{y2}" stroke="{SOFT}" stroke-width="{min(1 + times, 7)}"/>'


def _pairs(group: Pictured) -> dict[tuple[str, str], set[str]]:
    """Two suspects, in order, and the kinds of contact that they share."""
    order = {one.person_id: n for n, one in enumerate(group.of(SUSPECT))}
    found: dict[tuple[str, str], set[str]] = {}
    for contact in group.contacts:
        held = sorted((one for one in set(contact.people) if one in order), key=order.__getitem__)
        for one, other in combinations(held, 2):
            found.setdefault((one, other), set()).add(contact.kind)
    return found


def _shared(group: Pictured, at: dict[str, tuple[int, int]]) -> Iterator[str]:
    for (one, other), kinds in sorted(_pairs(group).items()):
        (x, y), (_, y2) = at[one], at[other]
        out = min(40 + 0.55 * (y2 - y), LEFT - 20)
        dash = {1: ' stroke-dasharray="2 4"', 2: ' stroke-dasharray="7 4"'}.get(len(kinds), "")
        yield (
            f'<path d="M{x - DOT} {y} C{x - out:g} {y} {x - out:g} {y2} {x - DOT} {y2}" fill="none" stroke="{KNOWN}" '
            f'stroke-width="1.5"{dash}><title>{escape(_kinds(kinds))}</title></path>'
        )


def _kinds(kinds: Iterable[str]) -> str:
    return " and ".join(f"a {kind}" for kind in sorted(kinds))


def _person(group: Pictured, one: Member, at: tuple[int, int]) -> Iterator[str]:
    x, y = at
    ring = ' stroke-dasharray="3 2"' if one.doubtful else ""
    if one.role == SUSPECT:
        yield f'<circle cx="{x}" cy="{y}" r="{DOT}" fill="#fff" stroke="{KNOWN}" stroke-width="2.5"{ring}/>'
    else:
        yield (
            f'<rect x="{x - DOT}" y="{y - DOT}" width="{2 * DOT}" height="{2 * DOT}" fill="#fff" stroke="{JOINED}" '
            f'stroke-width="2.5"{ring}/>'
        )
    yield _text(group.names[one.person_id], x, y + 4, anchor="middle", size=11)
    if one.doubtful:
        yield _text("doubtful join", x + (DOT + 6), y - 9, size=11, fill=DISPUTED)


def _rows(rows: dict[str, int]) -> Iterator[str]:
    for system, y in rows.items():
        yield f'<line x1="{NAMES_END}" y1="{y}" x2="{DAYS_END}" y2="{y}" stroke="{LINE}" stroke-dasharray="2 3"/>'
        yield _text(system, NAMES_END - 10, y + 4, anchor="end")


def _across(day: dt.date | None, days: Sequence[dt.date]) -> float:
    first, last = min(days), max(days)
    share = ((day or first) - first).days / max((last - first).days, 1)
    return NAMES_END + 14 + share * (DAYS_END - NAMES_END - 28)


def _years(days: Sequence[dt.date], height: int) -> Iterator[str]:
    """The first and last day, and each new year between where there is room."""
    if not days:
        return
    ends = sorted({min(days), max(days)})
    for day, anchor in zip(ends, ("start", "end"), strict=False):
        yield _text(day.isoformat(), _across(day, days) + (-8 if anchor == "start" else 8), 22, anchor=anchor, size=12)
    for year in range(ends[0].year + 1, ends[-1].year + 1):
        x = _across(dt.date(year, 1, 1), days)
        yield f'<line x1="{x:.1f}" y1="{TOP - 14}" x2="{x:.1f}" y2="{height - 34}" stroke="{LINE}"/>'
        yield _text(str(year), x, TOP - 18, anchor="middle", size=11, fill=SOFT)


def _happening(one: Happening, x: float, rows: dict[str, int]) -> Iterator[str]:
    heights = [rows[system] for system in one.systems]
    ends = f'x1="{x:.1f}" y1="{min(heights)}" x2="{x:.1f}" y2="{max(heights)}"'
    yield f'<line {ends} stroke="{NOBODY}" stroke-width="2"/>'
    for y in heights:
        yield _mark(x, y, one.flagged)


def _mark(x: float, y: int, flagged: bool) -> str:
    fill = JOINED if flagged else "#fff"
    return f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{fill}" stroke="{JOINED}" stroke-width="2"/>'


def _key(height: int) -> Iterator[str]:
    for x, flagged, words in ((NAMES_END + 14, True, "some system flags it"), (NAMES_END + 200, False, "none does")):
        yield _mark(x, height, flagged)
        yield _text(words, x + 14, height + 4, size=12)


def _text(words: str, x: float, y: float, **style: object) -> str:
    looks = {"anchor": "start", "weight": "normal", "size": 13, "fill": INK} | style
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{looks["anchor"]}" font-weight="{looks["weight"]}" '
        f'font-size="{looks["size"]}" fill="{looks["fill"]}" font-family="{escape(FONT)}">{escape(words)}</text>'
    )


def _svg(title: str, says: str, height: int, parts: Iterable[str]) -> Markup:
    key = title.lower().replace(" ", "-").replace(",", "")
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="100%" role="img" '
        f'aria-labelledby="{key}-title {key}-says"><title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-says">{escape(says)}</desc>{"".join(parts)}</svg>'
    )


def _and(words: Iterable[str]) -> str:
    return ", ".join(words)
