"""Which column of an office's form is what, by the words that offices use; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ipv6.brownfield.sheet import Sheet, between, text_of
from ipv6.brownfield.text import fold

WORDS: Mapping[str, tuple[str, ...]] = {
    "code": ("网站标识码", "标识码", "网站编码", "网站编号", "sitecode", "code"),
    "host": ("网站域名", "英文域名", "主域名", "域名", "首页网址", "网站网址", "网址", "首页地址", "domain", "host"),
    "title": ("网站名称", "网站全称", "站点名称", "名称", "title", "name"),
    "unit": ("主办单位名称", "主办单位", "主办部门", "主管单位", "sponsor", "unit"),
    "operator": ("承办单位名称", "承办单位", "承办部门", "operator"),
    "keeper": ("运维单位", "运行维护单位", "技术支持单位", "运维", "keeper"),
    "contact": ("联系人姓名", "联系人", "网站负责人", "负责人", "姓名", "contact"),
    "phone": ("联系电话", "办公电话", "联系方式", "电话", "手机", "phone"),
    "region": ("行政区划代码", "所属行政区划", "行政区划", "区划代码", "所属地区", "所属区划", "地区", "region"),
    "kind": ("网站类型", "网站类别", "类型", "类别", "kind"),
    "opened": ("开通时间", "开通日期", "上线时间", "上线日期", "开办时间", "opened"),
    "state": ("网站状态", "运行状态", "状态", "state"),
}
_ROLE = {word: role for role, words in WORDS.items() for word in words}
NEEDED = ("host", "title", "unit")
FIRST_ROWS, DEEPEST = 40, 3
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：\s]")


def role(heading: str) -> str:
    """What a heading means; empty when nobody knows."""
    return _ROLE.get(_ASIDE.sub("", fold(heading)).lower(), "")


def find(sheet: Sheet) -> tuple[dict[str, int], int] | None:
    """Columns by role and the last row of the header; None when the sheet has no header of such a form."""
    numbers = sorted(sheet.rows)[:FIRST_ROWS]
    spread = _spread(sheet)
    best: tuple[dict[str, int], int] | None = None
    for position in range(len(numbers)):
        for depth in range(1, DEEPEST + 1):
            chosen = numbers[position : position + depth]
            found = _columns(spread, chosen)
            if all(name in found for name in NEEDED) and (best is None or len(found) > len(best[0])):
                best = found, chosen[-1]
        if best:
            return best
    return None


def _columns(spread: Mapping[int, Mapping[int, str]], chosen: Sequence[int]) -> dict[str, int]:
    """The lowest heading of a column that says something decides: above it may stand a group's."""
    by_column: dict[int, str] = {}
    for row in chosen:
        for column, heading in spread.get(row, {}).items():
            if found := role(heading):
                by_column[column] = found
    found_columns: dict[str, int] = {}
    for column, name in sorted(by_column.items()):
        found_columns.setdefault(name, column)
    return found_columns


def _spread(sheet: Sheet) -> dict[int, dict[int, str]]:
    """The first rows with every cell of a merged area holding the area's text."""
    numbers = sorted(sheet.rows)[: FIRST_ROWS + DEEPEST]
    cells = {row: {column: text_of(value) for column, value in sheet.rows[row].items()} for row in numbers}
    for first, left, last, right in sheet.merges:
        value = cells.get(first, {}).get(left)
        for row in between(numbers, first, last) if value else ():
            for column in range(left, min(right, left + 100) + 1):
                cells[row].setdefault(column, value or "")
    return cells
