"""The share of each ethnic group with its bounds, before and after joining."""

from __future__ import annotations

from joinedup.releases import colours
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.lookup import Figure, Material
from joinedup.releases.numbers import count, interval, many, percent, points
from joinedup.releases.parts import Exhibit, Grid, Section, grid, number_cell
from joinedup.statistics.methods import JOINED, LINK, OWN, PEOPLE

SHARE = "share-self-defined-ethnicity"
METHODS = {OWN: "Own record only", JOINED: "Joined", PEOPLE: "As people"}
FILLS = {
    OWN: (colours.KNOWN, colours.MAYBE),
    JOINED: (colours.JOINED, colours.JOINED_MAYBE),
    PEOPLE: (colours.JOINED, colours.JOINED_MAYBE),
}
WHOLE = {"stage": "all", "period": "all", "area": "all"}
_FIVE = ("White", "Mixed", "Asian", "Black", "Other")


def shares_section(material: Material) -> Section:
    """Bounds for every group, with what each range rests on."""
    return Section(
        "shares",
        "What can be said of each ethnic group",
        width_sentence(material),
        points=tuple(group_sentence(material, group) for group in groups(material)),
        notes=(
            "The first range of each group assumes nothing: at its lower end none of the unknown belong to the group, "
            "at its upper end all of them do. The truth about the recorded answers lies inside it.",
            f"The joined range rests on an assumption: {_assumption(material)} Where that is wrong, so may it be. It "
            "spans strict joining, where a wrong link counts four times as much as a missed one, and loose joining, "
            "where it is the reverse.",
            "No range allows for an answer written down wrongly, nor for chance. These are shares of the suspects on "
            "record. They do not describe any community, and say nothing about any one person.",
        ),
        exhibits=(_before_and_after(material), _as_people(material)),
    )


def groups(material: Material) -> list[str]:
    """The five groups in the census's order, or a project's own in theirs."""
    found = [figure.group for figure in material.figures.all(SHARE, method=OWN, **WHOLE)]
    return [g for g in _FIVE if g in found] + [g for g in found if g not in _FIVE]


def unknown(material: Material, method: str) -> Figure:
    """Any group's figure made by `method`: its denominator and unknown are those of all groups."""
    return material.figures.one(SHARE, method=method, group=groups(material)[0])


def group_figure(material: Material, method: str, group: str) -> Figure:
    """One group's share made by `method`."""
    return material.figures.one(SHARE, method=method, group=group)


def width_sentence(material: Material) -> str:
    """How much is unknown before and after joining: the width of every range."""
    if not groups(material):
        return "No ethnic group was counted, so no share can be stated."
    own, joined = unknown(material, OWN), unknown(material, JOINED)
    if not own.denominator:
        return "No suspect record was counted, so no share can be stated."
    return (
        f"Every share below is of all {many(own.denominator, 'suspect record')}. The ethnicity of "
        f"**{count(own.unknown)}** is unknown from their own record, so every range is "
        f"**{points(own.unknown / own.denominator)}** wide. After joining, **{count(joined.unknown)}** stay unknown, "
        f"and every range is **{points(joined.unknown / joined.denominator)}** wide."
    )


def group_sentence(material: Material, group: str) -> str:
    """Both ranges of one group."""
    own, joined = (group_figure(material, method, group) for method in (OWN, JOINED))
    return (
        f"**{group}**: {interval(own.lower, own.upper)} of suspect records from their own record only; "
        f"{_range(joined)} joined, if the joining is right."
    )


def _assumption(material: Material) -> str:
    """What the joined ranges need, to be read after a colon."""
    words = (unknown(material, JOINED).assumption if groups(material) else None) or LINK
    return words[:1].lower() + words[1:]


def _before_and_after(material: Material) -> Exhibit:
    return _exhibit(material, "Share of suspect records, before and after joining", (OWN, JOINED))


def _as_people(material: Material) -> Exhibit:
    return _exhibit(material, "Share of suspects counted as people", (PEOPLE,))


def _exhibit(material: Material, title: str, methods: tuple[str, ...]) -> Exhibit:
    named = groups(material)
    rows = [Row(group, tuple(_strip(group_figure(material, method, group)) for method in methods)) for group in named]
    says = "; ".join(
        f"{group}, {METHODS[method].lower()}: {_range(group_figure(material, method, group))}"
        for group in named
        for method in methods
    )
    caption = Caption(title, f"{says}.", _legend(methods), PERCENT_TICKS, material.run.invented)
    return Exhibit(_table(material, title, methods), draw_rows(rows, caption))


def _legend(methods: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        line
        for method in methods
        for line in (
            (f"{METHODS[method]}: known to be in it", FILLS[method][0]),
            (f"{METHODS[method]}: unknown, may be in it", FILLS[method][1]),
        )
    )


def _strip(figure: Figure) -> Strip:
    known, maybe = FILLS[figure.method]
    lower, upper = (end or 0 for end in figure.widest)
    words = f"{METHODS[figure.method]}: {_range(figure)}"
    return Strip((Segment(0, lower, known), Segment(lower, upper, maybe)), words, above=True, fill=known)


def _range(figure: Figure) -> str:
    return interval(*figure.widest)


def _table(material: Material, title: str, methods: tuple[str, ...]) -> Grid:
    rows = [
        (group, METHODS[method], number_cell(f), count(f.denominator), _unknown_cell(f), _range(f))
        for group in groups(material)
        for method in methods
        for f in (group_figure(material, method, group),)
    ]
    what = "People" if methods == (PEOPLE,) else "Records"
    columns = ("Group", "How it was made", f"{what} known to be in it", f"{what} in all", "Unknown", "Share lies in")
    return grid(title, columns, rows, numeric=4)


def _unknown_cell(figure: Figure) -> str:
    share = f" ({percent(figure.unknown / figure.denominator)})" if figure.denominator else ""
    return count(figure.unknown) + share
