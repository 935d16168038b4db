"""What was returned or marked at the gate, and why."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from joinedup.releases import colours
from joinedup.releases.drawing import Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.lookup import Figure, Material
from joinedup.releases.numbers import count, counted, many
from joinedup.releases.parts import Exhibit, Grid, Picture, Section, grid, number_cell, share_cell

KINDS = {"returned": ("Returned", colours.RETURNED), "marked": ("Accepted and marked", colours.MARKED)}


def gate_section(material: Material) -> Section:
    """Rows kept out and rows marked, by rule with its message and remedy, and by system."""
    return Section(
        "gate",
        "What was returned or marked, and why",
        gate_sentence(material),
        ("A returned row is kept out of every figure until its system sends it again. A marked row is counted.",),
        notes=("A row may break several rules, so the rules add up to more than the rows.",),
        exhibits=tuple(_exhibits(material)),
    )


def gate_sentence(material: Material) -> str:
    """Rows returned and marked of the rows sent."""
    returned, marked = material.figures.one("returned"), material.figures.one("marked")
    return (
        f"Of {many(returned.denominator, 'row')} sent, **{counted(returned.numerator, returned.denominator)} were "
        f"returned** and **{counted(marked.numerator, marked.denominator)} were accepted and marked**."
    )


def _exhibits(material: Material) -> Iterable[Exhibit]:
    rules = sorted(_by_rule(material), key=lambda rule: (rule.measure != "returned", -rule.numerator, rule.group))
    if rules:
        yield Exhibit(_rule_table(material, rules), _rule_picture(material, rules), "below")
    yield Exhibit(_system_table(material))
    if material.run.soundness.num_rows:
        yield Exhibit(_doubt_table(material))


def _by_rule(material: Material) -> Iterable[Figure]:
    for kind in KINDS:
        yield from (f for f in material.figures.all(kind, area="all") if f.group != "all")


def _rule_picture(material: Material, rules: list[Figure]) -> Picture:
    longest = max(figure.numerator for figure in rules)
    rows = [Row(figure.group, (_bar(figure, longest),)) for figure in rules]
    says = "; ".join(f"{f.group}: {many(f.numerator, 'row')} {f.measure}" for f in rules)
    caption = Caption("Rows by rule", f"{says}.", tuple(KINDS.values()), (), material.run.invented)
    return draw_rows(rows, caption)


def _bar(figure: Figure, longest: int) -> Strip:
    _, fill = KINDS[figure.measure]
    return Strip((Segment(0, figure.numerator / longest, fill),), count(figure.numerator), fill=fill)


def _rule_table(material: Material, rules: list[Figure]) -> Grid:
    words = _words(material.run.returns)
    return grid(
        "Rows by rule, and what to do",
        ("Rule", "What is wrong", "What to do", "Happened", "Rows", "Share of rows sent"),
        [
            (f.group, *words.get((f.group, f.measure), ("", "")), KINDS[f.measure][0], number_cell(f), share_cell(f))
            for f in rules
        ],
        numeric=2,
    )


def _words(returns: pa.Table) -> dict[tuple[str, str], tuple[str, str]]:
    """The commonest message and remedy of each rule and severity; the first by letter where two are as common."""
    columns = ["rule", "severity", "message", "remedy"]
    times = returns.select(columns).group_by(columns).aggregate([([], "count_all")]).to_pylist()
    times.sort(key=lambda row: (-row["count_all"], row["message"] or "", row["remedy"] or ""))
    words: dict[tuple[str, str], tuple[str, str]] = {}
    for row in times:
        words.setdefault((row["rule"], row["severity"]), (row["message"] or "", row["remedy"] or ""))
    return words


def _system_table(material: Material) -> Grid:
    marked = {figure.area: figure for figure in material.figures.areas("marked", "system")}
    rows = [
        (material.area(f.area), count(f.denominator), number_cell(f), share_cell(f), *_cells(marked.get(f.area)))
        for f in material.figures.areas("returned", "system")
    ]
    columns = ("System", "Rows sent", "Returned", "Share", "Accepted and marked", "Share")
    return grid("Rows returned and marked by system", columns, rows)


def _doubt_table(material: Material) -> Grid:
    rows = [
        (one["sender"], one["column"].replace("_", " "), one["message"], one["remedy"] or "")
        for one in material.run.soundness.to_pylist()
    ]
    return grid("Fields that are not to be relied on until the sender has answered",
                ("Sender", "Field", "What was found", "What to ask"), rows)  # fmt: skip


def _cells(figure: Figure | None) -> tuple[str, str]:
    return (number_cell(figure), share_cell(figure)) if figure else ("0", "–")
