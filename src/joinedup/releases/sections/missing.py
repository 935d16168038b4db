"""How many suspects have no ethnicity and no nationality: by force, system, year and stage, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from joinedup.releases import colours
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows, draw_years
from joinedup.releases.lookup import Figure, Material, stages_in_order
from joinedup.releases.numbers import count, counted, has, many, percent
from joinedup.releases.parts import Exhibit, Grid, Section, grid, number_cell, share_cell

ETHNICITY, NATIONALITY, OBSERVED = (
    f"missing-{name}" for name in ("self-defined-ethnicity", "nationality", "observed-ethnicity")
)
LEGEND = (("No self-defined ethnicity", colours.ETHNICITY), ("No nationality", colours.NATIONALITY))
REASONS = {
    "not_recorded": "Not recorded, and no reason given",
    "not_asked": "Not asked",
    "refused": "Refused",
    "not_understood": "Not understood",
    "not_known": "Nobody identified, or not known",
    "unmapped": "Recorded as a code that is in no list",
    "not_applicable": "Not applicable",
}
Pair = tuple[Figure, Figure]


def missing_section(material: Material) -> Section:
    """The missing shares, their breakdowns, and the reasons given."""
    return Section(
        "missing",
        "How many suspects have no ethnicity and no nationality",
        missing_sentence(material),
        (unknown_sentence(material), _officer_sentence(material)),
        exhibits=tuple(_exhibits(material)),
    )


def missing_sentence(material: Material) -> str:
    """Suspect records without each, with the denominator."""
    ethnicity, nationality = material.figures.one(ETHNICITY), material.figures.one(NATIONALITY)
    n, m = ethnicity.numerator, nationality.numerator
    return (
        f"Of {many(ethnicity.denominator, 'suspect record')}, **{counted(n, ethnicity.denominator)} {has(n)} no "
        f"self-defined ethnicity** and **{counted(m, nationality.denominator)} {has(m)} no nationality**."
    )


def unknown_sentence(material: Material) -> str:
    """What the missing ethnicity means for any statement."""
    missing = material.figures.one(ETHNICITY)
    if not missing.numerator:
        return "Every suspect record says what the person answered; whether the answers are right is not known."
    return (
        f"Nobody can say from its own record what those {count(missing.numerator)} would have answered, so no share "
        "below leaves them out."
    )


def _officer_sentence(material: Material) -> str:
    seen, lacking = material.figures.one("recovered-from-observed"), material.figures.one(OBSERVED)
    return (
        f"An officer's own view of ethnicity is missing from {counted(lacking.numerator, lacking.denominator)} suspect "
        f"records. It stands in {counted(seen.numerator, seen.denominator)} of the {count(seen.denominator)} that lack "
        "the person's answer. It is another question with other answers, so it fills no gap here."
    )


def _exhibits(material: Material) -> Iterable[Exhibit]:
    figures = material.figures
    ways: tuple[tuple[str, str, list[Figure], list[Figure], Callable[[Figure], str]], ...] = (
        ("force", "Force", *_both(material, "force"), lambda f: material.area(f.area)),
        ("system", "System", *_both(material, "system"), lambda f: material.area(f.area)),
        ("stage", "Furthest stage", *_by(material, "stage"), lambda f: f.stage.capitalize()),
    )
    for name, heading, ethnicity, nationality, label in ways:
        pairs = list(zip(ethnicity, nationality, strict=True))
        if pairs:
            yield _bars(material, f"Missing by {name}", heading, pairs, label)
    years = list(zip(*_by(material, "period"), strict=True))
    if any(ethnicity.period.isdigit() for ethnicity, _ in years):
        yield _through_the_years(material, years)
    reasons = figures.all("reason-self-defined-ethnicity"), figures.all("reason-nationality")
    if any(reasons):
        yield _why(material, *reasons)
    crossed = [f for f in figures.all(ETHNICITY, stage="all") if f.area.startswith("force:") and f.period != "all"]
    if crossed:
        yield Exhibit(_force_by_year(material, crossed))


def _both(material: Material, kind: str) -> tuple[list[Figure], list[Figure]]:
    return (
        material.figures.areas(ETHNICITY, kind, period="all"),
        material.figures.areas(NATIONALITY, kind, period="all"),
    )


def _by(material: Material, column: str) -> tuple[list[Figure], list[Figure]]:
    rest = {name: "all" for name in ("stage", "period", "area", "group") if name != column}
    ethnicity, nationality = (
        [f for f in material.figures.all(measure, **rest) if getattr(f, column) != "all"]
        for measure in (ETHNICITY, NATIONALITY)
    )
    if column == "stage":
        return list(stages_in_order(ethnicity)), list(stages_in_order(nationality))
    return ethnicity, nationality


def _bars(material: Material, title: str, heading: str, pairs: list[Pair], label: Callable[[Figure], str]) -> Exhibit:
    rows = [Row(label(e), (_bar(e, colours.ETHNICITY), _bar(n, colours.NATIONALITY))) for e, n in pairs]
    says = "; ".join(f"{label(e)}: ethnicity {share_cell(e)}, nationality {share_cell(n)}" for e, n in pairs)
    caption = Caption(title, f"Share of suspect records missing. {says}.", LEGEND, PERCENT_TICKS, material.run.invented)
    return Exhibit(_table(title, heading, pairs, label), draw_rows(rows, caption))


def _bar(figure: Figure, fill: str) -> Strip:
    share = figure.numerator / figure.denominator
    return Strip((Segment(0, share, fill),), percent(share), fill=fill)


def _table(title: str, heading: str, pairs: list[Pair], label: Callable[[Figure], str]) -> Grid:
    return grid(
        f"{title}: suspect records",
        (heading, "Suspect records", "No ethnicity", "Share", "No nationality", "Share"),
        [
            (label(e), count(e.denominator), number_cell(e), share_cell(e), number_cell(n), share_cell(n))
            for e, n in pairs
        ],
    )


def _through_the_years(material: Material, pairs: list[Pair]) -> Exhibit:
    points = [
        {"year": int(f.period), "share": f.numerator / f.denominator, "series": f.measure, "fill": fill}
        for pair in pairs
        for f, fill in zip(pair, (colours.ETHNICITY, colours.NATIONALITY), strict=True)
        if f.period.isdigit()
    ]
    title = "Missing by year the crime was recorded"
    says = "; ".join(f"{e.period}: ethnicity {share_cell(e)}, nationality {share_cell(n)}" for e, n in pairs)
    caption = Caption(title, f"Share of suspect records missing. {says}.", LEGEND, (), material.run.invented)
    return Exhibit(_table(title, "Year", pairs, lambda figure: figure.period.capitalize()), draw_years(points, caption))


def _why(material: Material, ethnicity: list[Figure], nationality: list[Figure]) -> Exhibit:
    pairs = [
        (name, _for_reason(ethnicity, reason), _for_reason(nationality, reason)) for reason, name in REASONS.items()
    ]
    given = [(name, e, n) for name, e, n in pairs if e or n]
    rows = [
        Row(name, tuple(_bar(f, c) for f, c in ((e, colours.ETHNICITY), (n, colours.NATIONALITY)) if f))
        for name, e, n in given
    ]
    says = "; ".join(f"{name}: ethnicity {_share(e)}, nationality {_share(n)}" for name, e, n in given)
    title = "Why it is missing"
    caption = Caption(title, f"Share of all suspect records. {says}.", LEGEND, PERCENT_TICKS, material.run.invented)
    table = grid(
        f"{title}: suspect records, and their share of all suspect records",
        ("Reason", "Ethnicity", "Share", "Nationality", "Share"),
        [(name, _number(e), _share(e), _number(n), _share(n)) for name, e, n in given],
    )
    return Exhibit(table, draw_rows(rows, caption))


def _for_reason(figures: list[Figure], reason: str) -> Figure | None:
    return next((figure for figure in figures if figure.group == reason), None)


def _number(figure: Figure | None) -> str:
    return number_cell(figure) if figure else "0"


def _share(figure: Figure | None) -> str:
    return share_cell(figure) if figure else percent(0)


def _force_by_year(material: Material, figures: list[Figure]) -> Grid:
    years = sorted({figure.period for figure in figures})
    cells = {(figure.area, figure.period): figure for figure in figures}
    areas = sorted({figure.area for figure in figures})
    return grid(
        "No self-defined ethnicity by force and year: missing of suspect records",
        ("Force", *(year.capitalize() for year in years)),
        [(material.area(area), *(_crossed(cells.get((area, year))) for year in years)) for area in areas],
    )


def _crossed(figure: Figure | None) -> str:
    return f"{number_cell(figure)} of {count(figure.denominator)} ({share_cell(figure)})" if figure else "–"
