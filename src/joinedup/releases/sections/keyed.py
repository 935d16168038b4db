"""Where two systems share a reference: how far their records of one person agree."""

from __future__ import annotations

from joinedup.releases import colours
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.lookup import Figure, Material
from joinedup.releases.numbers import counted, listed, many, percent, share_of
from joinedup.releases.parts import Exhibit, Section, grid, marked

COLUMNS = {
    "sex": "Sex",
    "stated_age": "Stated age",
    "self_defined_ethnicity": "Self-defined ethnicity",
    "observed_ethnicity": "Officer's view of ethnicity",
}
LEGEND = (
    ("Agree", colours.JOINED),
    ("Differ", colours.DISPUTED),
    ("Cannot be compared: one is missing", colours.NOBODY),
)


def keyed_section(material: Material) -> Section | None:
    """Agreement of each join by key, column by column; None when there is no such join."""
    names = sorted({figure.population for figure in material.figures.all("agreement")})
    if not names:
        return None
    return Section(
        "keyed-joins",
        "How far systems that share a reference agree",
        _sentence(material, names),
        points=tuple(_point(name, label, figure) for name in names for label, figure in _of(material, name)),
        notes=("These records were joined by a reference that both systems hold, not by likeness.",),
        exhibits=tuple(_exhibit(material, name) for name in names),
    )


def _of(material: Material, name: str) -> list[tuple[str, Figure]]:
    """The columns that at least one pair can be compared by."""
    found = {f.group: f for f in material.figures.all("agreement", population=name) if f.unknown < f.denominator}
    return [(label, found[column]) for column, label in COLUMNS.items() if column in found]


def _sentence(material: Material, names: list[str]) -> str:
    """Pairs of records joined by each key."""
    sizes = {figure.population: figure.denominator for figure in material.figures.all("agreement")}
    pairs = [(many(sizes[name], "pair"), name) for name in names]
    return f"Joined by a shared reference: {listed([f'**{n}** of records by “{name}”' for n, name in pairs])}."


def _point(name: str, label: str, figure: Figure) -> str:
    whole = figure.denominator
    return (
        f"“{name}”, {label.lower()}: agrees in **{counted(figure.numerator, whole)}**, differs in "
        f"{counted(_differ(figure), whole)}, cannot be compared in {counted(figure.unknown, whole)}."
    )


def _differ(figure: Figure) -> int:
    return figure.denominator - figure.numerator - figure.unknown


def _exhibit(material: Material, name: str) -> Exhibit:
    found = _of(material, name)
    rows = [Row(label, (_strip(figure),)) for label, figure in found if figure.denominator]
    says = "; ".join(f"{label}: {_words(figure)}" for label, figure in found if figure.denominator)
    title = f"Agreement of records joined by “{name}”"
    caption = Caption(title, f"Share of pairs. {says}.", LEGEND, PERCENT_TICKS, material.run.invented)
    columns = (
        "Column",
        "Pairs",
        "Agree",
        "Differ",
        "Cannot be compared",
        "First record lacks it",
        "Second record holds it",
    )
    table = grid(title, columns, [(label, *_cells(material, name, figure)) for label, figure in found])
    return Exhibit(table, draw_rows(rows, caption) if rows else None, "below")


def _strip(figure: Figure) -> Strip:
    agree = figure.numerator / figure.denominator
    differ = agree + _differ(figure) / figure.denominator
    segments = (
        Segment(0, agree, colours.JOINED),
        Segment(agree, differ, colours.DISPUTED),
        Segment(differ, 1, colours.NOBODY),
    )
    return Strip(segments, _words(figure), above=True)


def _words(figure: Figure) -> str:
    shares = (n / figure.denominator for n in (figure.numerator, _differ(figure), figure.unknown))
    return "{} agree, {} differ, {} unknown".format(*map(percent, shares))


def _cells(material: Material, name: str, figure: Figure) -> tuple[str, ...]:
    filled = material.figures.one("keyed-gap-filled", population=name, group=figure.group)
    parts = (figure.numerator, _differ(figure), figure.unknown)
    return (
        marked(figure.denominator),
        *(marked(part) + share_of(part, figure.denominator) for part in parts),
        marked(filled.denominator),
        marked(filled.numerator) + share_of(filled.numerator, filled.denominator),
    )
