"""Workbooks and sheets as offices make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

DAY = datetime(2019, 3, 12)
ROWS: list[list[object]] = [
    ["长沙市电子政务外网ＩＰ地址分配登记表"],
    ["填报单位：市大数据中心　　填报日期：２０２５年３月"],
    [],
    ["序号", "使用单位", "ＩＰｖ４", None, None, "IPv6", None, "用途", "启用日期"],
    [None, None, "地址", "掩码", "网关", "地址", "前缀长度", None, None],
    [1, "市教育局", "１０．２．１６．１０", "255.255.255.0", "10.2.16.1", "3FFF:10:100:2000::10", 64, "办公", DAY],
    [2, None, "10.2.16.20-10.2.16.29", "255.255.255.0", "10.2.16.1", "无", None, "打印机", "2019年3月12日"],
    [3, "市卫健委", "10.2.17.0/255.255.255.0", None, "10.2.17.1", None, None, "机房", 43536],
    [4, "长沙县\n大数据中心", "10.9.9.9", "/24", None, None, None, "=SUM(1,2)", "不详"],
    ["备注：以上地址由市大数据中心统一分配，不得自行更改。"],
]  # fmt: skip
MERGES = ("A1:I1", "A2:I2", "C4:E4", "F4:G4", "A4:A5", "B4:B5", "H4:H5", "I4:I5", "B6:B7", "A10:I10")
BAD = {"C7": 10.2, "C8": "10.2.17.Ｏ", "F8": "3fff:10:100:20GG::1"}
"""Cells that cannot be read, to be put over the good ones."""


def office_form(path: Path, changes: dict[str, object] | None = None, sheets: Sequence[str] = ("地址表",)) -> Path:
    """Write the form, with some cells changed."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in ROWS:
            sheet.append(row)
        for area in MERGES:
            sheet.merge_cells(area)
        for cell, value in (changes or {}).items():
            sheet[cell] = value
    book.save(path)
    return path


def repacked(path: Path, changes: dict[str, bytes], drop: Sequence[str] = ()) -> Path:
    """The workbook with parts of its archive replaced, added or dropped."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes and name not in drop:
                new.writestr(name, old.read(name))
        for name, data in changes.items():
            new.writestr(name, data)
    path.write_bytes(out.getvalue())
    return path
