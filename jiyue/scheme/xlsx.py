"""The annex as an .xlsx workbook: one sheet per table, nothing left out, no cell that could be taken for a formula."""

from __future__ import annotations

import re
from copy import copy
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from jiyue.scheme.blocks import Document, Table
from jiyue.scheme.package import readable, repack
from jiyue.scheme.shapes import SHAPES, Column

MM_PER_CHARACTER = 2.1
"""Width of a digit in the workbook's 11 pt."""
LONGEST = 32_000
"""Characters in a cell; Excel holds 32,767."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins like this is marked as text, so that Excel, and a CSV saved from it, keeps it one."""
TEXT, HEAD, MONO = (
    Font(name="宋体", size=10.5),
    Font(name="黑体", size=10.5, bold=True),
    Font(name="Courier New", size=10),
)
EDGE = Side(style="thin", color="FF8C959F")
GRID = Border(left=EDGE, right=EDGE, top=EDGE, bottom=EDGE)
SHADE = PatternFill("solid", fgColor="FFF2F2F2")
_BAD_TITLE = re.compile(r"[\[\]:*?/\\']")


def xlsx(document: Document) -> bytes:
    """The workbook of a document's annex; the same document gives the same bytes."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for table in document.annex:
        _sheet(book.create_sheet(_BAD_TITLE.sub(" ", table.caption)[:31]), table, document)
    book.properties.title = readable(document.title)
    book.properties.creator = "jiyue"
    buffer = BytesIO()
    book.save(buffer)
    return repack(_timeless(buffer.getvalue()))


def _sheet(sheet: Worksheet, table: Table, document: Document) -> None:
    columns = SHAPES[table.id]
    styles = _Styles(sheet)
    for number, title in enumerate(table.head, 1):
        cell = _write(sheet, 1, number, title)
        _dress(cell, styles.head)
        sheet.column_dimensions[get_column_letter(number)].width = columns[number - 1].width / MM_PER_CHARACTER
    for line, row in enumerate(table.rows, 2):
        for number, (value, column) in enumerate(zip(row, columns, strict=True), 1):
            cell = _write(sheet, line, number, value, column)
            risky = cell.data_type == "s" and str(cell.value).startswith(FORMULA)
            _dress(cell, styles.of[column.mono, risky])
    sheet.freeze_panes = "A2"
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.head))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    header, footer = sheet.oddHeader, sheet.oddFooter
    assert header is not None and footer is not None
    header.left.text = f"{document.digest_label} {document.digest}".replace("&", "&&")
    header.left.size = 7
    footer.center.text = "— &P —"


class _Styles:
    """The few styles of a workbook, each made once: making one for every cell takes ten times as long."""

    def __init__(self, sheet: Worksheet) -> None:
        self.of = {
            (mono, risky): _style(sheet, MONO if mono else TEXT, Alignment(vertical="top", wrap_text=True), risky)
            for mono in (False, True)
            for risky in (False, True)
        }
        middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self.head = _style(sheet, HEAD, middle, risky=False, fill=SHADE)


def _style(sheet: Worksheet, font: Font, alignment: Alignment, risky: bool, fill: PatternFill | None = None) -> Any:
    cell: Any = Cell(sheet, row=1, column=1)
    cell.font, cell.border, cell.alignment = font, GRID, alignment
    cell.quotePrefix = risky
    if fill is not None:
        cell.fill = fill
    return cell._style


def _dress(cell: Any, style: Any) -> None:
    """Give a cell a style that is made already."""
    cell._style = copy(style)


def _write(sheet: Worksheet, line: int, number: int, value: str, column: Column | None = None) -> Cell:
    cell = sheet.cell(line, number)
    assert isinstance(cell, Cell)
    text = readable(value)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if column is not None and column.right and text.isascii() and text.isdigit() and len(text) < 16:
        cell.value = int(text)
    else:
        cell.value = text
        cell.data_type = "s"
    return cell


def _timeless(data: bytes) -> bytes:
    """Without the times that the library writes into the properties."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>", b"", content)
            target.writestr(entry, content)
    return buffer.getvalue()
