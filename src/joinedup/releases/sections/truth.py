"""How right the joining was, where the truth is known."""

from __future__ import annotations

from joinedup.releases import colours
from joinedup.releases.drawing import PERCENT_TICKS, Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.inputs import Truth
from joinedup.releases.lookup import Material
from joinedup.releases.numbers import count, many, percent
from joinedup.releases.parts import Exhibit, Section, grid


def truth_section(material: Material) -> Section | None:
    """Precision, recall and people found against people there are; None when nobody knows."""
    if material.run.truth is None:
        return None
    return Section(
        "truth",
        "How right the joining was",
        truth_sentence(material, material.run.truth),
        (_people_sentence(material, material.run.truth),),
        notes=("This can be said only of invented records. Of real ones, nobody has the list of who is who.",),
        exhibits=(_exhibit(material, material.run.truth),),
    )


def truth_sentence(material: Material, truth: Truth) -> str:
    """Precision and recall over pairs of records, and their harmonic mean."""
    return (
        f"These records are invented, so the truth is known: **{percent(truth.precision)}** of the pairs of records "
        f"that were joined are about one person, and **{percent(truth.recall)}** of the pairs about one person were "
        f"joined (F1 {truth.f1:.3f})."
    )


def _people_sentence(material: Material, truth: Truth) -> str:
    found = material.figures.one("people").numerator
    return f"Joining counted {many(found, 'person', 'people')}; there are {count(truth.people)}."


def _exhibit(material: Material, truth: Truth) -> Exhibit:
    parts = [
        ("Joined pairs that are right (precision)", truth.precision),
        ("True pairs that were joined (recall)", truth.recall),
    ]
    rows = [Row(label, (Strip((Segment(0, share, colours.JOINED),), percent(share)),)) for label, share in parts]
    says = "; ".join(f"{label}: {percent(share)}" for label, share in parts)
    caption = Caption("How right the joining was", f"{says}.", (), PERCENT_TICKS, material.run.invented)
    found = material.figures.one("people").numerator
    table = grid(
        "How right the joining was",
        ("What", "Value"),
        [
            *((label, percent(share)) for label, share in parts),
            ("F1, the harmonic mean of the two", f"{truth.f1:.3f}"),
            ("People counted by joining", count(found)),
            ("People there are", count(truth.people)),
        ],
    )
    return Exhibit(table, draw_rows(rows, caption), "beside")
