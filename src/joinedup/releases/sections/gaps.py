"""How many of the gaps another system holds once records are joined, and how many conflict."""

from __future__ import annotations

from collections.abc import Iterable

from joinedup.releases import colours
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.lookup import Figure, Material, label_of
from joinedup.releases.numbers import count, counted, interval, many, percent
from joinedup.releases.parts import Exhibit, Grid, Section, grid, marked, number_cell, share_cell
from joinedup.statistics import GapsFilled, gaps_filled

NAMES = {"self-defined-ethnicity": "self-defined ethnicity", "nationality": "nationality"}
LEGEND = (
    ("Another system holds one agreed value", colours.JOINED),
    ("Other systems disagree", colours.DISPUTED),
    ("Nobody holds one", colours.NOBODY),
)
MOST_PAIRS = 20


def gaps_section(material: Material) -> Section:
    """What joining can give back, for a person to confirm, and what it cannot."""
    return Section(
        "gaps",
        "What other systems hold for these gaps",
        gap_sentence(material, "self-defined-ethnicity"),
        (gap_sentence(material, "nationality"), _conflict_sentence(material)),
        notes=(
            "This rests on one assumption: that the records joined as one person are about one person. No gap has been "
            "filled in any system. What another system holds is for a person to confirm.",
        ),
        exhibits=tuple(_exhibits(material)),
    )


def gap_sentence(material: Material, name: str) -> str:
    """Of the gaps in one column: agreed elsewhere, disputed elsewhere, held by nobody."""
    found = _found(material, name)
    if found is None:
        return f"No suspect record lacks a {NAMES[name]}, so there is no gap to fill."
    return (
        f"Of {many(found.missing, 'suspect record')} with no {NAMES[name]}, another system holds one for "
        f"**{counted(found.filled, found.missing)}** once records are joined{_by_how(material, name)}. Other systems "
        f"disagree for "
        f"**{counted(found.conflicting, found.missing)}**, and nobody holds one for "
        f"**{counted(found.still_missing, found.missing)}**."
    )


def _by_how(material: Material, name: str) -> str:
    """What the share comes to by how strictly records are joined, to be put behind it."""
    lower, upper = material.figures.one(f"gap-filled-{name}").widest
    return "" if lower == upper else f" ({interval(lower, upper)} by how strictly)"


def _found(material: Material, name: str, area: str = "all") -> GapsFilled | None:
    filled = material.figures.one(f"gap-filled-{name}", area=area)
    conflict = material.figures.one(f"gap-conflict-{name}", area=area)
    if not filled.denominator:
        return None
    return gaps_filled(filled.denominator, filled=filled.numerator, conflicting=conflict.numerator)


def _conflict_sentence(material: Material) -> str:
    conflict = material.figures.one("conflict-self-defined-ethnicity")
    if not conflict.denominator:
        return "Nobody's self-defined ethnicity is recorded twice, so none can be compared."
    return (
        f"Of {many(conflict.denominator, 'person', 'people')} whose self-defined ethnicity is recorded two or more "
        f"times, in whatever role, {counted(conflict.numerator, conflict.denominator)} are recorded differently."
    )


def _exhibits(material: Material) -> Iterable[Exhibit]:
    whole = [(word.capitalize(), found) for name, word in NAMES.items() if (found := _found(material, name))]
    if whole:
        yield _exhibit(material, "What happens to the gaps", "Gap in", whole)
    for kind in ("force", "system"):
        areas = material.figures.areas("gap-filled-self-defined-ethnicity", kind)
        rows = [
            (material.area(area.area), found)
            for area in areas
            if (found := _found(material, "self-defined-ethnicity", area.area))
        ]
        if rows:
            yield _exhibit(material, f"Gaps in self-defined ethnicity by {kind}", kind.capitalize(), rows)
    pairs = material.figures.all("conflict-pair-self-defined-ethnicity")
    if pairs:
        yield Exhibit(_conflict_table(pairs))


def _exhibit(material: Material, title: str, heading: str, rows: list[tuple[str, GapsFilled]]) -> Exhibit:
    drawn = [Row(label, (_strip(gaps),)) for label, gaps in rows]
    says = "; ".join(f"{label}: {_words(gaps)}" for label, gaps in rows)
    caption = Caption(title, f"Share of gaps. {says}.", LEGEND, PERCENT_TICKS, material.run.invented)
    table = grid(
        f"{title}: suspect records with a gap",
        (heading, "Gaps", "Another system holds one", "Share", "Others disagree", "Share", "Nobody holds one", "Share"),
        [_cells(label, gaps) for label, gaps in rows],
    )
    return Exhibit(table, draw_rows(drawn, caption))


def _strip(gaps: GapsFilled) -> Strip:
    agreed, disputed = gaps.filled_share, gaps.filled_share + gaps.conflicting_share
    segments = (
        Segment(0, agreed, colours.JOINED),
        Segment(agreed, disputed, colours.DISPUTED),
        Segment(disputed, 1, colours.NOBODY),
    )
    return Strip(segments, _words(gaps), above=True)


def _words(gaps: GapsFilled) -> str:
    shares = (gaps.filled_share, gaps.conflicting_share, gaps.still_missing / gaps.missing)
    return "{} held, {} disagree, {} nobody".format(*map(percent, shares))


def _cells(label: str, gaps: GapsFilled) -> tuple[str, ...]:
    parts = (gaps.filled, gaps.conflicting, gaps.still_missing)
    return (label, marked(gaps.missing), *(cell for part in parts for cell in _with_share(part, gaps.missing)))


def _with_share(part: int, whole: int) -> tuple[str, str]:
    return marked(part), percent(part / whole)


def _conflict_table(pairs: list[Figure]) -> Grid:
    most = sorted(pairs, key=lambda pair: (-pair.numerator, pair.group))
    rest = f", the {MOST_PAIRS} commonest of {count(len(most))} pairs" if len(most) > MOST_PAIRS else ""
    return grid(
        f"Two different self-defined ethnicities held by one joined person{rest}",
        ("One record", "Another record", "People", "Share of people recorded twice or more"),
        [(*map(_code, pair.group.split(" / ")), number_cell(pair), share_cell(pair)) for pair in most[:MOST_PAIRS]],
        numeric=2,
    )


def _code(code: str) -> str:
    label = label_of("self-defined-ethnicity", code)
    return code if label == code else f"{code} {label}"
