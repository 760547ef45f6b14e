"""A document as .docx bytes: the template filled in by docxtpl, every value escaped, pictures as EMF."""

from __future__ import annotations

from functools import cache, partial
from io import BytesIO
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from jiyue.scheme.blocks import Document, Figure
from jiyue.scheme.docx_template import template
from jiyue.scheme.emf import emf
from jiyue.scheme.package import readable, repack

EMU = 3600
"""English Metric Units in the unit of a drawing (a tenth of a millimetre)."""

PICTURE = (
    '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="{id}" name="{name}" '
    'descr="{text}"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData '
    'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="{id}" '
    'name="{name}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/><a:stretch><a:fillRect/>'
    '</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
    "</w:drawing></w:r>"
)


def docx(document: Document) -> bytes:
    """The document as a Word file; the same document gives the same bytes."""
    word = _Word(BytesIO(template()))
    word.init_docx()
    word.render({"doc": document, "picture": partial(_picture, word)}, _environment(), autoescape=True)
    word.docx.core_properties.title = readable(document.title)
    word.docx.core_properties.subject = document.digest
    buffer = BytesIO()
    word.save(buffer)
    return repack(buffer.getvalue())


class _Word(DocxTemplate):  # type: ignore[misc]  # the library has no types
    """docxtpl looks through every run for tabs and line feeds; our texts have none left (`plain`)."""

    def resolve_listing(self, xml: str) -> str:
        """The text as it is."""
        return xml


class _Remembering(Environment):
    """docxtpl hands over the same few template texts for every document; compiling them is most of the work."""

    known: dict[str, Template]

    def from_string(self, source: Any, *_rest: Any, **_more: Any) -> Template:
        """The template of a text, compiled once."""
        if source not in self.known:
            self.known[source] = super().from_string(source)
        return self.known[source]


@cache
def _environment() -> Environment:
    made = _Remembering(autoescape=True, undefined=StrictUndefined, finalize=plain)
    made.known = {}
    return made


def plain(value: object) -> object:
    """Data as XML text: invisible characters spelt out, markup escaped, no brace left that docxtpl could take up.

    docxtpl turns `{_{` into `{{` and `}_}` into `}}` after rendering; as character references they stay what they are.
    """
    if isinstance(value, Markup):
        return value
    text = readable(value) if isinstance(value, str) else str(value)
    found = str(escape(text.replace("\t", "    ")))
    return Markup(found.replace("{", "&#123;").replace("}", "&#125;").replace("%", "&#37;"))


def _picture(word: DocxTemplate, figure: Figure) -> Markup:
    """The drawing as a part of the package and the run that shows it."""
    part = word.docx.part
    blob = emf(figure.drawing)
    image = Part(PackURI(f"/word/media/{figure.id}.emf"), "image/x-emf", blob, part.package)
    return Markup(PICTURE).format(
        cx=figure.drawing.width * EMU,
        cy=figure.drawing.height * EMU,
        id=len(part.rels) + 1,
        name=figure.id,
        text=readable(figure.text),
        relation=part.relate_to(image, RELATIONSHIP_TYPE.IMAGE),
    )
