"""A canvas as SVG, by way of Vega-Lite: the one place that knows Altair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from joinedup.releases.canvas import LINE, STRIP_END, WIDTH, Canvas, Mark

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Chart = Any  # Altair gives each layer a class of its own; nothing here depends on which


def svg(canvas: Canvas, title: str, description: str) -> Markup:
    """The marks of `canvas` as one SVG element for a page, which a screen reader announces by title and description."""
    chart = (
        alt.layer(*_layers(canvas))
        .resolve_scale(x="independent", y="independent", color="independent", size="independent")
        .properties(width=WIDTH, height=canvas.y, padding=0, autosize="none", background="transparent")
        .configure(aria=False, view=alt.ViewConfig(stroke=None))
    )
    # Unchecked: every picture is made of these same marks, and a schema check takes longer than the drawing.
    return _named(vl_convert.vegalite_to_svg(chart.to_dict(validate=False)), title, description)


def _layers(canvas: Canvas) -> list[Chart]:
    boxes = (
        _chart(canvas.boxes)
        .mark_rect()
        .encode(x=_share("start"), x2="end:Q", y=_down("y"), y2="y2:Q", color=alt.Color("fill:N", scale=None))
    )
    rules = _chart(canvas.rules).mark_rule(color=LINE, strokeDash=[2, 3])
    return [
        boxes,
        rules.encode(x=_share("x"), x2="x2:Q", y=_down("y"), y2="y2:Q"),
        *_text(canvas.words),
        *_lines(canvas.points),
    ]


def _text(words: Sequence[Mark]) -> list[Chart]:
    """Words at their pixels: a layer for each alignment and weight, because these belong to a layer's mark."""
    return [
        _chart([word for word in words if (word["align"], word["weight"]) == (align, weight)])
        .mark_text(align=align, fontWeight=weight, baseline="middle", font=FONT)
        .encode(
            x=alt.X("x:Q", scale=None, axis=None),
            y=_down("y"),
            text="text:N",
            color=alt.Color("fill:N", scale=None),
            size=alt.Size("size:Q", scale=None),
        )
        for align, weight in sorted({(word["align"], word["weight"]) for word in words})
    ]


def _lines(points: Sequence[Mark]) -> list[Chart]:
    """A line with its points for each series, at their pixels."""
    chart = _chart(points).encode(
        x=alt.X("x:Q", scale=None, axis=None),
        y=_down("y"),
        color=alt.Color("fill:N", scale=None),
        detail="series:N",
        order="year:Q",
    )
    return [chart.mark_line(strokeWidth=2), chart.mark_point(filled=True, size=36, opacity=1)]


def _share(name: str) -> alt.X:
    return alt.X(f"{name}:Q", scale=alt.Scale(domain=[0, 1], range=[0, STRIP_END]), axis=None)


def _down(name: str) -> alt.Y:
    return alt.Y(f"{name}:Q", scale=None, axis=None)


def _chart(rows: Sequence[Mark]) -> Chart:
    return alt.Chart(alt.InlineData(list(rows)))


def _named(file: str, title: str, description: str) -> Markup:
    """Give the picture its title and description, and take out what only a file of its own would need."""
    key = "picture-" + blake2b(f"{title}{description}".encode(), digest_size=6).hexdigest()
    head, _, body = file.partition(">")
    head = re.sub(r' (xmlns(:xlink)?|version|class)="[^"]*"', "", head)
    body = re.sub(r"<[^>]*>", lambda tag: re.sub(r' (role|aria-[a-z]+)="[^"]*"', "", tag[0]), body)
    title, description = escape(title), escape(description)
    return Markup(
        f'{head} role="img" aria-labelledby="{key}-title {key}-description">'
        f'<title id="{key}-title">{title}</title><desc id="{key}-description">{description}</desc>{body}'
    )
