"""A document as one HTML page: no script, nothing fetched, every value escaped; dark, light and on paper."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from ipv6.change.render import visible
from jiyue.scheme.blocks import Document
from jiyue.scheme.shapes import SHAPES, Column
from jiyue.scheme.svg import svg


def html(document: Document) -> str:
    """The page; the same document gives the same text."""
    template, style = _template()
    line = f"{document.digest_label} {document.digest}" + (f"\n{document.mark}" if document.mark else "")
    return template.render(doc=document, shapes=SHAPES, style=Markup(style), line=line)


def classes(column: Column) -> Markup:
    """The class attribute of a cell."""
    names = " ".join(name for name, on in (("mono", column.mono), ("right", column.right)) if on)
    return Markup(' class="{}"').format(names) if names else Markup("")


def css_string(text: str) -> Markup:
    """A quoted string of a style sheet; whatever is not a letter or a digit is written as its number."""
    safe = (one if one.isascii() and one.isalnum() else f"\\{ord(one):06x}" for one in text)
    return Markup('"{}"').format("".join(safe))


@cache
def _template() -> tuple[Template, str]:
    folder = files("jiyue.scheme")
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, finalize=visible
    )
    environment.filters.update(svg=svg, classes=classes, css_string=css_string)
    template = environment.from_string(folder.joinpath("page.html.j2").read_text(encoding="utf-8"))
    return template, folder.joinpath("page.css").read_text(encoding="utf-8")
