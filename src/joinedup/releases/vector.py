"""A canvas as SVG, by way of Vega-Lite: the one place that knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import vl_convert
from markupsafe import Markup, escape

from joinedup.releases.canvas import LINE, STRIP_END, WIDTH, Canvas, Mark

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Part = dict[str, Any]
"""A part of a Vega-Lite description. It is written as it is: Altair's objects take longer to make than the drawing."""


def svg(canvas: Canvas, title: str, description: str) -> Markup:
    """The marks of `canvas` as one SVG element for a page, which a screen reader announces by title and description."""
    drawn = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "transparent",
        "config": {"aria": False, "view": {"stroke": None}},
        "width": WIDTH,
        "height": canvas.y,
        "padding": 0,
        "autosize": "none",
        "layer": _layers(canvas),
        "resolve": {"scale": dict.fromkeys(("x", "y", "color", "size"), "independent")},
    }
    return _named(vl_convert.vegalite_to_svg(drawn), title, description)


def _layers(canvas: Canvas) -> list[Part]:
    fill = {"color": _as_it_is("fill", "nominal")}
    strips = {"x2": _field("end"), "y": _down(), "y2": _field("y2")}
    rules = {"x": _share("x"), "x2": _field("x2"), "y": _down(), "y2": _field("y2")}
    return [
        _layer(canvas.boxes, {"type": "rect"}, {"x": _share("start"), **strips, **fill}),
        _layer(canvas.rules, {"type": "rule", "color": LINE, "strokeDash": [2, 3]}, rules),
        *_text(canvas.words),
        *_lines(canvas.points),
    ]


def _text(words: Sequence[Mark]) -> list[Part]:
    """Words at their pixels: a layer for each alignment and weight, because these belong to a layer's mark."""
    shown = {
        "x": _as_it_is("x") | {"axis": None},
        "y": _down(),
        "text": _field("text", "nominal"),
        "color": _as_it_is("fill", "nominal"),
        "size": _as_it_is("size"),
    }
    return [
        _layer(
            [word for word in words if (word["align"], word["weight"]) == (align, weight)],
            {"type": "text", "align": align, "fontWeight": weight, "baseline": "middle", "font": FONT},
            shown,
        )
        for align, weight in sorted({(word["align"], word["weight"]) for word in words})
    ]


def _lines(points: Sequence[Mark]) -> list[Part]:
    """A line with its points for each series, at their pixels."""
    shown = {
        "x": _as_it_is("x") | {"axis": None},
        "y": _down(),
        "color": _as_it_is("fill", "nominal"),
        "detail": _field("series", "nominal"),
        "order": _field("year"),
    }
    marks: Sequence[Part] = (
        {"type": "line", "strokeWidth": 2},
        {"type": "point", "filled": True, "size": 36, "opacity": 1},
    )
    return [_layer(points, mark, shown) for mark in marks]


def _layer(rows: Sequence[Mark], mark: Part, shown: Mapping[str, Part]) -> Part:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": dict(shown)}


def _field(name: str, kind: str = "quantitative") -> Part:
    return {"field": name, "type": kind}


def _as_it_is(name: str, kind: str = "quantitative") -> Part:
    """A field that holds pixels or a colour already."""
    return _field(name, kind) | {"scale": None}


def _share(name: str) -> Part:
    return _field(name) | {"scale": {"domain": [0, 1], "range": [0, STRIP_END]}, "axis": None}


def _down() -> Part:
    return _as_it_is("y") | {"axis": None}


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
