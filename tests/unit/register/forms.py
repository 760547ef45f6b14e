"""Forms as offices send them, made here: merged headers over two rows, full-width signs, days in every spelling."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

Cell = str | int | float | datetime | None
HEAD = (
    "序号",
    "网站标识码",
    "网站名称",
    "首页网址",
    "主办单位",
    "承办单位",
    "联系方式",
    "",
    "行政区划",
    "网站类型",
    "开通时间",
    "网站状态",
)
UNDER = ("", "", "", "", "", "", "联系人", "电话", "", "", "", "")
GOOD: tuple[tuple[Cell, ...], ...] = (
    (1, 4301000001, "长沙市人民政府门户网站", "ｈｔｔｐｓ：／／ＷＷＷ．changsha.gov.cn/", "长沙市人民政府办公室",
     "长沙市数据局", "张三", "０７３１－８８６６６０００", "长沙市", "门户", datetime(2003, 5, 1), "正常"),
    (2, "4301000002", "长沙市教育局", "http://jyj.changsha.gov.cn:80/index.html", "长沙市教育局", "", "李四", "0731-1",
     "430100", "部门网站", "2010年3月15日", ""),
    (3, "4301000003", "长沙市水利局", "slj.changsha.gov.cn", "长沙市水利局", "", "", "", "", "部门", 40179, "已关停"),
    (4, "4301020001", "芙蓉区人民政府门户网站", "www.furong.gov.cn", "芙蓉区人民政府办公室", "", "", "", "430102",
     "县级", "2012.7", "运行"),
)  # fmt: skip


def xlsx(path: Path, rows: tuple[tuple[Cell, ...], ...] = GOOD, title: str = "长沙市政府网站登记表") -> Path:
    """A workbook with a title and a remark over the whole width, and a group heading over two columns."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "登记表"
    sheet.append([title])
    sheet.append(list(HEAD))
    sheet.append(list(UNDER))
    for row in rows:
        sheet.append(list(row))
    sheet.append([None, None, "填表说明：状态填写正常或者关停", "不是域名", "x"])
    last = sheet.max_row
    sheet.merge_cells("A1:L1")
    sheet.merge_cells("G2:H2")
    for column in "ABCDEFIJKL":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells(f"C{last}:H{last}")
    book.save(path)
    return path
