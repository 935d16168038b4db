"""How many people there are behind the records."""

from __future__ import annotations

from joinedup.releases import colours
from joinedup.releases.drawing import Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.lookup import Figure, Material
from joinedup.releases.numbers import count, counted, many
from joinedup.releases.parts import Exhibit, Grid, Section, grid, marked, number_cell


def people_section(material: Material) -> Section:
    """People against records, and how many are in several systems or forces."""
    return Section(
        "people",
        "How many people there are behind the records",
        people_sentence(material),
        (_several_sentence(material),),
        notes=(
            "A person seen by several forces counts once in the whole and once in each of those forces, so the forces "
            "add up to more than the whole. Records that only describe somebody whom nobody could name are "
            "left out. How many people were never joined, or joined wrongly, is not known from the records alone. "
            "Behind a number of people stands what it comes to when a wrong link counts four times as much as a missed "
            "one, and the reverse.",
        ),
        exhibits=(_picture(material), Exhibit(_by_force(material))),
    )


def people_sentence(material: Material) -> str:
    """People behind all records and behind the suspect records."""
    everyone, suspected = material.figures.one("people"), material.figures.one("people-suspected")
    return (
        f"If the joining is right, {many(everyone.denominator, 'record')} are about **{_people(everyone)}**"
        f"{linked(everyone)}, and {many(suspected.denominator, 'suspect record')} are about "
        f"**{_people(suspected)}**{linked(suspected)}."
    )


def linked(figure: Figure) -> str:
    """What a count comes to when records are joined strictly and loosely, to be put behind it; nothing where it is the
    same.
    """
    if figure.link_lower is None or figure.link_lower == figure.link_upper:
        return ""
    return f" ({count(int(figure.link_lower))} to {count(int(figure.link_upper or 0))})"


def _people(figure: Figure) -> str:
    return many(figure.numerator, "person", "people")


def _several_sentence(material: Material) -> str:
    systems = material.figures.one("people-in-several-systems")
    forces = material.figures.one("people-in-several-forces")
    return (
        f"Of the {_people(material.figures.one('people'))}, {counted(systems.numerator, systems.denominator)} stand in "
        f"two or more systems and {counted(forces.numerator, forces.denominator)} in two or more forces."
    )


def _picture(material: Material) -> Exhibit:
    everyone, suspected = material.figures.one("people"), material.figures.one("people-suspected")
    bars = [
        ("All person records", everyone.denominator, colours.NOBODY),
        ("All people", everyone.numerator, colours.JOINED),
        ("Suspect records", suspected.denominator, colours.NOBODY),
        ("Suspects, as people", suspected.numerator, colours.JOINED),
    ]
    longest = max(number for _, number, _ in bars) or 1
    rows = [Row(label, (Strip((Segment(0, n / longest, fill),), count(n)),)) for label, n, fill in bars]
    title = "Records and people"
    caption = Caption(
        title,
        "; ".join(f"{label}: {count(n)}" for label, n, _ in bars) + ".",
        (("Records", colours.NOBODY), ("People, if the joining is right", colours.JOINED)),
        (),
        material.run.invented,
    )
    table = grid(
        title, ("Who", "Records", "People"), [_cells("Everyone recorded", everyone), _cells("Suspects", suspected)]
    )
    return Exhibit(table, draw_rows(rows, caption), "beside")


def _by_force(material: Material) -> Grid:
    suspected = {f.area: f for f in material.figures.areas("people-suspected", "force")}
    rows = []
    for figure in material.figures.areas("people", "force"):
        suspects = suspected.get(figure.area)
        cells = _cells("", suspects)[1:] if suspects else ("0", "0")
        rows.append((*_cells(material.area(figure.area), figure), *cells))
    return grid(
        "Records and people by force", ("Force", "Records", "People", "Suspect records", "Suspects, as people"), rows
    )


def _cells(label: str, figure: Figure) -> tuple[str, str, str]:
    records = marked(figure.denominator)
    return label, records, number_cell(figure)
