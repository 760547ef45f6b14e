"""Pieces of WordprocessingML: runs, paragraphs and tables as text, each run with its East Asian font."""

from __future__ import annotations

from dataclasses import dataclass

from jiyue.scheme.shapes import Column

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
TWIPS_PER_MM = 1440 / 25.4


@dataclass(frozen=True, slots=True)
class Font:
    """What a run looks like; `size` in points. Every name is one that official documents in China use."""

    east: str
    west: str
    size: float

    @property
    def properties(self) -> str:
        """The run's properties; without `w:eastAsia` Word falls back to another font for Chinese."""
        half = round(self.size * 2)
        return (
            f'<w:rPr><w:rFonts w:ascii="{self.west}" w:hAnsi="{self.west}" w:eastAsia="{self.east}" '
            f'w:cs="{self.west}"/><w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>'
        )


BODY = Font("仿宋_GB2312", "Times New Roman", 16)
TITLE = Font("方正小标宋简体", "Times New Roman", 22)
HEADING = Font("黑体", "Times New Roman", 16)
SECTION = Font("楷体_GB2312", "Times New Roman", 16)
CAPTION = Font("黑体", "Times New Roman", 12)
HEAD = Font("黑体", "Times New Roman", 10.5)
CELL = Font("仿宋_GB2312", "Times New Roman", 10.5)
MONO = Font("仿宋_GB2312", "Courier New", 9)
PAGE = Font("宋体", "Times New Roman", 14)
DIGEST = Font("宋体", "Courier New", 7.5)
"""三号 16 pt, 二号 22 pt, 小四 12 pt, 五号 10.5 pt, 小五 9 pt, 四号 14 pt (GB/T 9704-2012, 5.2 and 7.3)."""


def twips(mm: float) -> int:
    """Millimetres in twentieths of a point."""
    return round(mm * TWIPS_PER_MM)


def run(text: str, font: Font) -> str:
    """One run; `text` is a template's own text or a placeholder, never data."""
    return f'<w:r>{font.properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text: str, style: str, font: Font) -> str:
    """One paragraph of one run."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run(text, font)}</w:p>'


def tag(text: str, scope: str = "p") -> str:
    """A statement of the template language, which takes the paragraph (or row) it stands in with it."""
    content = f"<w:p><w:r><w:t>{{%{scope} {text} %}}</w:t></w:r></w:p>"
    return f"<w:tr><w:tc>{content}</w:tc></w:tr>" if scope == "tr" else content


def table(columns: tuple[Column, ...], head: str, rows: str, high: int = 0) -> str:
    """A table whose header row repeats on each page; `head` and `rows` are expressions that give the cells.

    `high` is the least height of a row in mm.
    """
    grid = "".join(f'<w:gridCol w:w="{twips(column.width)}"/>' for column in columns)
    cells = "".join(
        _cell(f"{{{{ row[{number}] }}}}", column, MONO if column.mono else CELL, "CellMono" if column.mono else "Cell")
        for number, column in enumerate(columns)
    )
    top = "".join(
        _cell(f"{{{{ {head}[{number}] }}}}", column, HEAD, "CellHead", "F2F2F2")
        for number, column in enumerate(columns)
    )
    first = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{top}</w:tr>" if head else ""
    # Rows may break across pages: one that may not, right after the header row, LibreOffice sets below the page's end.
    height = f'<w:trPr><w:trHeight w:val="{twips(high)}"/></w:trPr>' if high else ""
    row = f"<w:tr>{height}{cells}</w:tr>"
    body = f"{tag(f'for row in {rows}', 'tr')}{row}{tag('endfor', 'tr')}"
    return f"<w:tbl>{_properties(columns)}<w:tblGrid>{grid}</w:tblGrid>{first}{body}</w:tbl>"


def _properties(columns: tuple[Column, ...]) -> str:
    width = twips(sum(column.width for column in columns))
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margin = twips(1.0)
    return (
        f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{margin}" w:type="dxa"/>'
        f'<w:right w:w="{margin}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )


def _cell(text: str, column: Column, font: Font, style: str, fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    align = '<w:jc w:val="right"/>' if column.right and not fill else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{twips(column.width)}" w:type="dxa"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{align}</w:pPr>{run(text, font)}</w:p></w:tc>'
    )
