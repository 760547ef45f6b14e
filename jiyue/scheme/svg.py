"""A drawing as inline SVG; colours come from the page's style sheet, so that dark, light and print all read well."""

from __future__ import annotations

from markupsafe import Markup, escape

from ipv6.change.render import visible
from jiyue.scheme.drawing import Box, Drawing, Label, Line


def svg(drawing: Drawing, title: str) -> Markup:
    """One `<svg>` element; every text is escaped."""
    head = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">').format(
        drawing.width, drawing.height, visible(title)
    )
    return Markup("\n").join([head, *(_shape(shape) for shape in drawing.shapes), Markup("</svg>")])


def _shape(shape: Box | Line | Label) -> Markup:
    if isinstance(shape, Box):
        text = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        return Markup(text).format(shape.style, shape.x, shape.y, shape.width, shape.height)
    if isinstance(shape, Line):
        text = '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>'
        return Markup(text).format(shape.style, shape.x1, shape.y1, shape.x2, shape.y2)
    kinds = " ".join(name for name, on in (("mono", shape.mono), ("quiet", shape.quiet)) if on)
    text = '<text class="{}" x="{}" y="{}" font-size="{}" text-anchor="{}">{}</text>'
    return Markup(text).format(kinds, shape.x, shape.y, shape.size, shape.anchor, escape(visible(shape.text)))
