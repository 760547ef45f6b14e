"""Paragraph styles of the Word document; the library's own ones are dropped, so that no theme font slips in."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from jiyue.scheme.docx_parts import (
    BODY,
    CAPTION,
    CELL,
    DIGEST,
    HEAD,
    HEADING,
    MONO,
    NAMESPACES,
    PAGE,
    SECTION,
    TITLE,
    Font,
)

INDENT = f'<w:ind w:firstLineChars="200" w:firstLine="{round(BODY.size * 2 * 20)}"/>'
"""Two characters at the head of a paragraph (GB/T 9704-2012, 7.3.3)."""
TIGHT = '<w:snapToGrid w:val="0"/><w:spacing w:before="{}" w:after="{}" w:line="240" w:lineRule="auto"/>'
KEPT_SETTINGS = (qn("w:zoom"), qn("w:defaultTabStop"), qn("w:characterSpacingControl"))
BOX = '<w:pBdr><w:left w:val="single" w:sz="24" w:space="6" w:color="7F7F7F"/></w:pBdr>'


def set_styles(word: WordDocument, pitch: int, space: int) -> None:
    """Replace every style; `pitch` is the height of a line in twips, `space` goes between characters of the text."""
    root = word.styles.element
    for name in ("w:docDefaults", "w:latentStyles", "w:style"):
        for element in root.findall(qn(name)):
            root.remove(element)
    root.append(parse_xml(_defaults()))
    for element in _styles(pitch, space):
        root.append(parse_xml(element))
    settings = word.settings.element
    for element in list(settings):
        if element.tag in KEPT_SETTINGS:
            continue
        settings.remove(element)
    settings.append(
        parse_xml(
            f'<w:compat {NAMESPACES}><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        )
    )
    settings.append(parse_xml(f'<w:themeFontLang {NAMESPACES} w:val="en-US" w:eastAsia="zh-CN"/>'))


def _defaults() -> str:
    properties = BODY.properties.replace(
        "</w:rPr>", '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr>'
    )
    return f"<w:docDefaults {NAMESPACES}><w:rPrDefault>{properties}</w:rPrDefault><w:pPrDefault/></w:docDefaults>"


def _styles(pitch: int, space: int) -> tuple[str, ...]:
    line = f'<w:spacing w:before="0" w:after="0" w:line="{pitch}" w:lineRule="exact"/>'
    keep = "<w:keepNext/><w:keepLines/>"
    return (
        _style("Normal", "Normal", "", BODY, default=True),
        _style("Title", "Title", TIGHT.format(0, 240) + '<w:jc w:val="center"/>', TITLE),
        _style("Mark", "Mark", TIGHT.format(0, 160) + '<w:jc w:val="center"/>', SECTION),
        _style("Heading1", "heading 1", f'{keep}{line}{INDENT}<w:outlineLvl w:val="0"/>', HEADING, space),
        _style("Heading2", "heading 2", f'{keep}{line}{INDENT}<w:outlineLvl w:val="1"/>', SECTION, space),
        # Not justified: LibreOffice can lose a mark of punctuation that hangs over the edge of a justified line.
        _style("Body", "Body Text", f'{line}{INDENT}<w:jc w:val="left"/>', BODY, space),
        _style("Note", "Note", f'{BOX}{line}{INDENT}<w:jc w:val="left"/>', SECTION),
        _style("Annex", "Annex", f'{keep}<w:pageBreakBefore/>{line}<w:outlineLvl w:val="0"/>', HEADING),
        _style("Caption", "caption", f'{keep}{TIGHT.format(80, 60)}<w:jc w:val="center"/>', CAPTION),
        _style("CaptionBelow", "Caption Below", TIGHT.format(40, 120) + '<w:jc w:val="center"/>', CAPTION),
        _style("Picture", "Picture", "<w:keepNext/>" + TIGHT.format(120, 0) + '<w:jc w:val="center"/>', CELL),
        _style("Cell", "Cell", TIGHT.format(30, 30), CELL),
        _style("CellMono", "Cell Mono", '<w:wordWrap w:val="0"/>' + TIGHT.format(30, 30), MONO),
        _style("CellHead", "Cell Head", TIGHT.format(40, 40) + '<w:jc w:val="center"/>', HEAD),
        _style("Gap", "Gap", '<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="160" '
               'w:lineRule="exact"/>', CELL),
        _style("Listing", "Listing", '<w:wordWrap w:val="0"/>' + TIGHT.format(0, 0) + '<w:jc w:val="left"/>', MONO),
        _style("Head", "header", TIGHT.format(0, 0) + '<w:jc w:val="left"/>', DIGEST),
        _style("FootOdd", "footer", TIGHT.format(0, 0) + '<w:ind w:rightChars="100" w:right="320"/>'
               '<w:jc w:val="right"/>', PAGE),
        _style("FootEven", "Footer Even", TIGHT.format(0, 0) + '<w:ind w:leftChars="100" w:left="320"/>'
               '<w:jc w:val="left"/>', PAGE),
    )  # fmt: skip


def _style(id: str, name: str, paragraph: str, font: Font, space: int = 0, default: bool = False) -> str:
    kind = ' w:default="1"' if default else ""
    wide = f'<w:spacing w:val="{space}"/><w:sz ' if space else "<w:sz "
    properties = font.properties.replace("<w:sz ", wide)
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    return (
        f'<w:style {NAMESPACES} w:type="paragraph" w:styleId="{id}"{kind}><w:name w:val="{name}"/>{based}'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr>{properties}</w:style>"
    )
