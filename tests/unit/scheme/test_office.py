"""The Word file and the workbook: layout, fonts, digest, same bytes, and nothing that data could break or run."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import docx as python_docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from jiyue.i18n import set_language
from jiyue.scheme.blocks import Chapter, Document, Table, Text
from jiyue.scheme.document import document
from jiyue.scheme.docx import docx
from jiyue.scheme.docx_template import CHARACTERS, LINES
from jiyue.scheme.shapes import SHAPES
from jiyue.scheme.xlsx import FORMULA, LONGEST, xlsx
from tests.unit.scheme.samples import poisoned, strings, zhuzhou

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = (
    "<w:p/>&amp;</w:t></w:r>",
    "{{ 7 * 7 }}{% if 1 %}{%p endfor %}{#r#}",
    "{_{ 7 }_}{_% x %_}",
    "\x00\x07\x0b\x1b\ufffe\u202e",
    "a\nb\tc\fd\re",
    "]]><!--",
    "\"'`",
)


def parts(data: bytes) -> dict[str, etree._Element]:
    """Every XML part of an office file, parsed strictly."""
    with ZipFile(BytesIO(data)) as package:
        return {
            name: etree.fromstring(package.read(name))
            for name in package.namelist()
            if name.endswith((".xml", ".rels"))
        }


def text_of(element: etree._Element) -> str:
    """Everything a reader sees in a Word part, paragraphs one after the other."""
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(f"{W}t")) for paragraph in element.iter(f"{W}p")
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_run_names_its_east_asian_font(language: str) -> None:
    """Document, headers and footers: a run with text has w:eastAsia, so that Word never guesses."""
    set_language(language)
    found = 0
    for name, part in parts(docx(document(zhuzhou()))).items():
        if not re.fullmatch(r"word/(document|header\d|footer\d)\.xml", name):
            continue
        for run in part.iter(f"{W}r"):
            if any(node.text for node in run.iter(f"{W}t")):
                fonts = run.find(f"{W}rPr/{W}rFonts")
                assert fonts is not None and fonts.get(f"{W}eastAsia"), etree.tostring(run)
                found += 1
    assert found > 500


def test_page_of_an_official_document() -> None:
    """GB/T 9704-2012: A4, head 37 mm, binding edge 28 mm, type area 156 x 225 mm, 22 lines, 28 characters of 16 pt."""
    word = python_docx.Document(BytesIO(docx(document(zhuzhou()))))
    page = word.sections[0]
    assert [round(length.mm) for length in (page.page_width, page.page_height)] == [210, 297]
    assert [round(length.mm) for length in (page.top_margin, page.left_margin)] == [37, 28]
    area = (
        page.page_width - page.left_margin - page.right_margin,
        page.page_height - page.top_margin - page.bottom_margin,
    )
    assert [round(length / 36000) for length in area] == [156, 225]
    grid = page._sectPr.find(qn("w:docGrid"))
    assert (LINES, CHARACTERS) == (22, 28)
    assert int(grid.get(qn("w:linePitch"))) * LINES <= area[1] / 635 < int(grid.get(qn("w:linePitch"))) * (LINES + 1)
    body = next(style for style in word.styles if style.name == "Body Text")
    assert body.font.size.pt == 16
    assert {style.name for style in word.styles} >= {"Title", "Heading 1", "Heading 2"}


def test_digest_in_every_header() -> None:
    """Odd and even pages carry the whole digest; the number of the page stands between dashes below."""
    facts = zhuzhou()
    found = parts(docx(document(facts)))
    headers = [part for name, part in found.items() if name.startswith("word/header")]
    assert len(headers) == 2 and all(facts.digest in text_of(part) for part in headers)
    footers = [part for name, part in found.items() if name.startswith("word/footer")]
    assert len(footers) == 2 and all(text_of(part) == "— 1 —" for part in footers)
    assert found["word/settings.xml"].find(f"{W}evenAndOddHeaders") is not None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_said(language: str) -> None:
    """Every text of the document stands in the Word file, as often as it is there."""
    set_language(language)
    words = document(zhuzhou())
    text = text_of(parts(docx(words))["word/document.xml"])
    lines = text.split("\n")
    for one in set(strings(words)):
        assert one.replace("\t", "    ") in lines, one
    assert "{{" not in text and "{%" not in text


def test_header_rows_repeat() -> None:
    """Every table but the cover has a header row that repeats on each page."""
    tables = list(parts(docx(document(zhuzhou())))["word/document.xml"].iter(f"{W}tbl"))
    repeating = [one for one in tables if one.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None]
    assert len(repeating) == len(tables) - 1 > 20


def test_same_bytes() -> None:
    """The same document gives the same files, whatever the clock says."""
    words = document(zhuzhou())
    assert docx(words) == docx(words)
    assert xlsx(words) == xlsx(words)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts(text: str) -> None:
    """Hostile text in every field changes no structure: same elements as with a harmless one, and it can be read."""
    set_language("en")
    plain, evil = (parts(docx(document(facts)))["word/document.xml"] for facts in (poisoned("x"), poisoned(text)))
    tags = [[node.tag for node in part.iter() if node.tag != f"{W}tab"] for part in (plain, evil)]
    lines = [len([tag for tag in found if tag == f"{W}tr"]) for found in tags]
    assert lines[0] == lines[1]
    assert set(tags[0]) == set(tags[1])
    shown = text_of(evil)
    assert "49" not in shown or "49" in text_of(plain)
    for piece in re.findall(r"[^\x00-\x1f\ufffe\u202e]{3,}", text):
        assert piece in shown


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(max_size=30), min_size=4, max_size=4), st.text(max_size=60))
def test_any_text(cells: list[str], text: str) -> None:
    """Any text at all gives two files that open, with as many rows as were written."""
    row = tuple(cells)
    words = Document(
        "en", text, "ab" * 32, "Digest", text, ((text, text),),
        (Chapter("one", text, (Text(text), Table("filters", text, (*row, text), ((*row, text),) * 2))),),
        (Table("annex-claims", "x", ("a", "b"), ((cells[0], cells[1]),) * 3),),
    )  # fmt: skip
    body = parts(docx(words))["word/document.xml"]
    assert len(list(body.iter(f"{W}tr"))) == 1 + 3
    sheet = openpyxl.load_workbook(BytesIO(xlsx(words))).worksheets[0]
    assert sheet.max_row == 4


@pytest.mark.parametrize("start", FORMULA)
def test_no_formula(start: str) -> None:
    """A text that a spreadsheet would run is kept as text and marked as such."""
    evil = f"{start}cmd|' /C calc'!A0"
    words = Document(
        "zh", "题", "0" * 64, "摘要值", "", (), (), (Table("annex-claims", "表", ("甲", "乙"), ((evil, evil),)),)
    )
    sheet = openpyxl.load_workbook(BytesIO(xlsx(words))).worksheets[0]
    cell = sheet["A2"]
    assert cell.data_type == "s" and str(cell.value).endswith("calc'!A0")
    if start in "=+-@":
        assert cell.quotePrefix
    assert b"<f>" not in ZipFile(BytesIO(xlsx(words))).read("xl/worksheets/sheet1.xml")


def test_workbook() -> None:
    """One sheet per table, header row frozen and repeated, Chinese fonts, numbers as numbers, digest in the header."""
    set_language("zh")
    facts = zhuzhou()
    words = document(facts)
    book = openpyxl.load_workbook(BytesIO(xlsx(words)))
    assert len(book.worksheets) == len(words.annex) == 5
    for sheet, table in zip(book.worksheets, words.annex, strict=True):
        assert sheet.freeze_panes == "A2" and sheet.print_title_rows == "$1:$1"
        assert sheet.max_row == len(table.rows) + 1
        assert [cell.value for cell in sheet[1]] == list(table.head)
        assert facts.digest in sheet.oddHeader.left.text
        assert sheet["A1"].font.name == "黑体"
        for number, column in enumerate(SHAPES[table.id], 1):
            fonts = {sheet.cell(line, number).font.name for line in range(2, sheet.max_row + 1)}
            assert fonts == {"Courier New" if column.mono else "宋体"}
    ttl = next(one for one in words.annex if one.id == "annex-records")
    sheet = book.worksheets[words.annex.index(ttl)]
    assert {sheet.cell(line, 5).data_type for line in range(2, sheet.max_row + 1)} == {"n"}


def test_long_cell_is_cut() -> None:
    """Excel refuses more than 32,767 characters in a cell; ours are cut before, and say so."""
    table = Table("annex-claims", "x", ("a", "b"), (("y" * 40_000, "z"),))
    words = Document("en", "t", "0" * 64, "d", "", (), (), (table,))
    value = openpyxl.load_workbook(BytesIO(xlsx(words))).worksheets[0]["A2"].value
    assert isinstance(value, str) and len(value) == LONGEST + 1 and value.endswith("…")
