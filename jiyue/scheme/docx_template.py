"""Makes the Word template of a scheme in memory: layout of GB/T 9704-2012, every block of a document as a placeholder.

Made from code and never committed: a reviewer can read this file, a binary template nobody can; and a template that a
hand has touched can no longer lose an East Asian font or the digest on a page.
"""

from __future__ import annotations

import math
from functools import cache
from io import BytesIO

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm

from jiyue.scheme.docx_parts import (
    BODY,
    CAPTION,
    CELL,
    DIGEST,
    HEADING,
    MONO,
    NAMESPACES,
    PAGE,
    SECTION,
    TITLE,
    paragraph,
    run,
    table,
    tag,
    twips,
)
from jiyue.scheme.docx_styles import set_styles
from jiyue.scheme.shapes import SHAPES

LINES, CHARACTERS = 22, 28
"""Lines on a page and characters in a line (GB/T 9704-2012, 5.2.3)."""
TOP, LEFT, WIDTH, HEIGHT = 37, 28, 156, 225
"""天头, 订口, width and height of the type area in mm (5.2.1)."""
PAPER = (210, 297)
"""A4 (5.1)."""
SIGNATURE_HEIGHT = 22
"""Room for a name and a seal, in mm."""
UNWANTED = ("thumbnail", "stylesWithEffects", "customXml", "numbering")
"""Parts of the library's own template, by the last word of their relation."""
LINE_PITCH = twips(HEIGHT) // LINES
CHARACTER_SPACE = math.floor((WIDTH / 25.4 * 72 / CHARACTERS - BODY.size) * 20)
"""What is added to a character's width so that 28 fit, in twentieths of a point. Not by a grid of characters: with
characters wider than its cells (16 pt in 15.8 pt) LibreOffice gives each of them two."""


@cache
def template() -> bytes:
    """The template as a .docx file's bytes."""
    word = docx.Document()
    _forget(word)
    set_styles(word, LINE_PITCH, CHARACTER_SPACE)
    _page(word)
    body = word.element.body
    closing = body.sectPr
    for element in list(body):
        if element is not closing:
            body.remove(element)
    for element in parse_xml(f"<w:body {NAMESPACES}>{_body()}</w:body>"):
        closing.addprevious(element)
    _margins(word)
    buffer = BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _body() -> str:
    return "".join(
        (
            paragraph("{{ doc.title }}", "Title", TITLE),
            tag("if doc.mark"),
            paragraph("{{ doc.mark }}", "Mark", SECTION),
            tag("endif"),
            table(SHAPES["cover"], "", "doc.cover"),
            paragraph(" ", "Gap", CELL),
            tag("for chapter in doc.chapters"),
            paragraph("{{ chapter.heading }}", "{% if chapter.annex %}Annex{% else %}Heading1{% endif %}", HEADING),
            tag("for block in chapter.blocks"),
            *_blocks(),
            tag("endfor"),
            tag("endfor"),
            paragraph("{{ doc.digest_label }} {{ doc.digest }}", "Listing", MONO),
        )
    )


def _blocks() -> tuple[str, ...]:
    tables = []
    for number, (id, columns) in enumerate((id, found) for id, found in SHAPES.items() if not id.startswith("annex")):
        word = "if" if number == 0 else "elif"
        high = SIGNATURE_HEIGHT if id == "sign" else 0
        tables += [tag(f'{word} block.id == "{id}"'), table(columns, "block.head", "block.rows", high)]
    return (
        tag('if block.kind == "heading"'),
        paragraph("{{ block.text }}", "Heading2", SECTION),
        tag('elif block.kind == "text"'),
        paragraph("{{ block.text }}", "Body", BODY),
        tag('elif block.kind == "note"'),
        paragraph("{{ block.text }}", "Note", SECTION),
        tag('elif block.kind == "listing"'),
        paragraph("{{ block.caption }}", "Caption", CAPTION),
        tag("for line in block.lines"),
        paragraph("{{ line }}", "Listing", MONO),
        tag("endfor"),
        tag('elif block.kind == "figure"'),
        '<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r><w:t>{{r picture(block) }}</w:t></w:r></w:p>',
        paragraph("{{ block.caption }}", "CaptionBelow", CAPTION),
        tag("else"),
        paragraph("{{ block.caption }}", "Caption", CAPTION),
        *tables,
        tag("endif"),
        paragraph(" ", "Gap", CELL),
        tag("endif"),
    )


def _page(word: WordDocument) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Mm(PAPER[0]), Mm(PAPER[1])
    page.top_margin, page.bottom_margin = Mm(TOP), Mm(PAPER[1] - TOP - HEIGHT)
    page.left_margin, page.right_margin = Mm(LEFT), Mm(PAPER[0] - LEFT - WIDTH)
    page.header_distance, page.footer_distance = Mm(26), Mm(22)
    grid = page._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        page._sectPr.remove(grid)
    page._sectPr.append(parse_xml(f'<w:docGrid {NAMESPACES} w:type="lines" w:linePitch="{LINE_PITCH}"/>'))
    word.settings.odd_and_even_pages_header_footer = True


def _margins(word: WordDocument) -> None:
    """Digest and mark above, page number below: right on odd pages, left on even ones (GB/T 9704-2012, 7.5)."""
    page = word.sections[0]
    digest = run("{{ doc.digest_label }} {{ doc.digest }}", DIGEST)
    header = f"{digest}{{% if doc.mark %}}<w:r><w:br/></w:r>{run('{{ doc.mark }}', DIGEST)}{{% endif %}}"
    number = f'{run("— ", PAGE)}<w:fldSimple w:instr=" PAGE ">{run("1", PAGE)}</w:fldSimple>{run(" —", PAGE)}'
    parts = (
        (page.header, header, "Head"),
        (page.even_page_header, header, "Head"),
        (page.footer, number, "FootOdd"),
        (page.even_page_footer, number, "FootEven"),
    )
    for part, content, style in parts:
        part.is_linked_to_previous = False
        element = part._element
        for child in list(element):
            element.remove(child)
        xml = f'<w:p {NAMESPACES}><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'
        element.append(parse_xml(xml))


def _forget(word: WordDocument) -> None:
    """What the library's own template brings and nobody asked for: a thumbnail, its author and its dates."""
    package = word.part.package
    for rels in (package.rels, word.part.rels):
        for key, relation in list(rels.items()):
            if relation.reltype.rpartition("/")[2] in UNWANTED:
                del rels[key]
    core = word.core_properties._element
    for child in list(core):
        core.remove(child)
