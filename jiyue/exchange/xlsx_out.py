"""The address annex as a workbook: every pair with the four identifiers of GB/T 46285-2025, and what was seen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from ipaddress import IPv6Address

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from inventory.model import Inventory
from ipv6.brownfield.pairing import Pairing
from ipv6.brownfield.planned import Planned
from ipv6.plan.layout import INTERFACE, REGION, SUBNET, TYPE, Field, layout
from ipv6.plan.profile import profile_of
from jiyue.exchange.guard import STARTS
from jiyue.i18n import _, language

CHARSET = 134
"""GB2312: without it a reader may take a western font for the Chinese text."""
BODY, HEAD = "宋体", "黑体"
_LINE = Side(style="thin", color="808080")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FILL = PatternFill("solid", fgColor="D9E2F3")
LONGEST = 32_000
"""Characters a cell can hold, with some room."""


def files(inv: Inventory, rows: Sequence[Planned], seen: Pairing | None) -> dict[str, bytes]:
    """`addresses.xlsx` in the language in force."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    _planned(inv, sheet, rows)
    if seen is not None:
        _seen(book.create_sheet(), seen)
        _conflicts(book.create_sheet(), seen)
    out = io.BytesIO()
    book.save(out)
    return {"addresses.xlsx": out.getvalue()}


def identifiers(fields: Sequence[Field], address: str) -> tuple[str, str, str, str]:
    """The digits of the four identifiers of GB/T 46285-2025, clause 5.1; empty for no address."""
    if not address:
        return "", "", "", ""
    number = int(IPv6Address(address.split("/")[0]))
    digits = dict.fromkeys((TYPE, REGION, SUBNET, INTERFACE), "")
    for field in fields:
        digits[field.name_zh.split("·")[0]] += field.digits(number)
    return digits[TYPE], digits[REGION], digits[SUBNET], digits[INTERFACE]


def _planned(inv: Inventory, sheet: Worksheet, rows: Sequence[Planned]) -> None:
    sheet.title = _("Addresses")
    names = (TYPE, REGION, SUBNET, INTERFACE) if language() == "zh" else (
        "address type identifier", "region identifier", "subnet space identifier", "interface identifier")  # fmt: skip
    titles = (_("No."), _("kind"), _("name"), _("title"), _("platform"), _("code"), _("region"), _("plane"),
              "IPv4", "IPv6", *names, _("ledger key"), _("DNS name"))  # fmt: skip
    fields = layout(profile_of(inv.addressing))
    cells = [
        [str(number), _(row.kind), row.name, row.title, row.platform, row.region, _region(inv, row.region),
         _(row.plane), row.ipv4, row.ipv6, *(identifiers(fields, row.ipv6) if row.key else ("",) * 4), row.key, row.dns]
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip
    _fill(sheet, titles, cells)


def _seen(sheet: Worksheet, seen: Pairing) -> None:
    sheet.title = _("In use today")
    titles = (_("region"), _("device"), _("interface"), "VPN", _("name"), "IPv4", "IPv6", _("planned IPv6"), _("state"),
              _("known as"), _("place"))  # fmt: skip
    cells = [
        [one.region, one.device, one.interface, one.vrf, one.name, "\n".join(one.ipv4), "\n".join(one.ipv6),
         "\n".join(one.planned6), _(one.state), "\n".join(one.items) or one.network, one.place]
        for one in seen.pairs
    ]  # fmt: skip
    _fill(sheet, titles, cells)


def _conflicts(sheet: Worksheet, seen: Pairing) -> None:
    from jiyue.i18n import translate

    sheet.title = _("Conflicts")
    rows = [[one.place, one.region, translate(one.cause), translate(one.fix)] for one in seen.conflicts]
    _fill(sheet, (_("place"), _("region"), _("cause"), _("fix")), rows)


def _fill(sheet: Worksheet, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Header and rows; the header stays in sight, every column has a filter and a width that fits."""
    fonts = [Font(name=name, size=size, charset=CHARSET) for name, size in ((HEAD, 11), (BODY, 10.5))]
    plain = Alignment(vertical="center")
    wrapped = Alignment(vertical="center", wrap_text=True)
    for row, cells in enumerate([titles, *rows], start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(row=row, column=column)
            cell.value = text[:LONGEST]
            cell.data_type = "s"  # a text that begins with = stays a text
            cell.number_format = "@"
            cell.font = fonts[row > 1]
            cell.border = _BORDER
            if row == 1:
                cell.fill = _FILL
            elif text.startswith(STARTS):
                cell.quotePrefix = True  # and stays one when somebody edits it
            cell.alignment = wrapped if "\n" in text or row == 1 else plain
    for column in range(1, len(titles) + 1):
        widest = max(_width(cells[column - 1]) for cells in [titles, *rows[:5000]])
        sheet.column_dimensions[get_column_letter(column)].width = min(60, max(6, widest + 2))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{len(rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _width(text: str) -> int:
    """Columns of a text on the screen: a Chinese character takes two."""
    return max((sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in text.split("\n")), default=0)


def _region(inv: Inventory, code: str) -> str:
    region = inv.region_by_code.get(code)
    return region.name if region else next((one.title for one in inv.addressing.areas if one.id == code), "")
