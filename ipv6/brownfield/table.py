"""From a sheet to observed use: one row, one thing; every cell that should hold an address and does not is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from ipv6.brownfield.address import EMPTY, Span, Unreadable, spans
from ipv6.brownfield.columns import Column, looks_like_address
from ipv6.brownfield.model import Collected, Status, Use
from ipv6.brownfield.sheet import REMARK, Header, Sheet, between, filled, headers, text_of, widest
from ipv6.brownfield.text import fold, key, tidy

_REMARKS = (
    "备注",
    "说明",
    "注:",
    "注1",
    "注2",
    "合计",
    "小计",
    "总计",
    "制表",
    "填表",
    "审核",
    "填报",
    "联系人",
    "日期",
    "单位盖章",
    "※",
)
_IDLE = ("闲置", "空闲", "未用", "未使用", "停用", "回收", "废弃", "下线", "deprecated", "free")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ t].*)?")
_AS_TEXT = "format the column as text and enter it again"
_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar."""


def read(sheet: Sheet, into: Collected) -> None:
    """Add every use of the sheet; cells that cannot be read become problems, all of them."""
    rows = filled(sheet)
    found = list(headers(sheet, rows))
    if not found:
        _without_header(sheet, into)
        return
    wide, bare, numbers = widest(sheet), 0, sorted(rows)
    for header, following in zip(found, [*found[1:], None], strict=True):
        for row in between(numbers, header.last + 1, following.first - 1 if following else numbers[-1]):
            if wide.get(row, 0) < REMARK:
                bare += not _row(sheet, header, row, rows[row], into)
    if bare:
        into.note(sheet.place, cause=f"{bare} rows hold no address and were left out")


def _without_header(sheet: Sheet, into: Collected) -> None:
    for row, cells in sorted(sheet.rows.items()):
        for number, value in sorted(cells.items()):
            if looks_like_address(fold(text_of(value))):
                cause = "there are addresses, but no header row names their column"
                fix = "name the columns, one of them IP地址, IPv4 or IPv6"
                into.problem(sheet.at(row, number), cause=cause, fix=fix)
                return
    into.note(sheet.place, cause="holds no addresses and was left out")


def _row(sheet: Sheet, header: Header, row: int, cells: Mapping[int, object], into: Collected) -> bool:
    """Read one row; False when it names no address at all."""
    first = key(text_of(next((cells[number] for number in sorted(cells) if cells[number] is not None), "")))
    words = {role: _word(header, role, cells) for role in ("device", "interface", "vrf", "region", "name")}
    if first.startswith(_REMARKS) and not any(looks_like_address(fold(text_of(one))) for one in cells.values()):
        return True
    found, trouble = _spans(sheet, header, row, cells, into)
    if not found:
        return trouble
    families = {span.family for _, span in found}
    unit = ""
    if words["device"] and words["interface"]:
        unit = f"port:{words['device']} {words['interface']}"
    elif len(families) == 2:
        unit = f"row:{sheet.at(row)}"
    elif words["name"]:
        unit = f"name:{words['name']}"
    status, since = _status(_word(header, "status", cells)), _since(sheet, header, row, cells, into)
    description = _word(header, "description", cells)
    for number, span in found:
        into.add(
            Use(
                kind=span.kind,
                family=4 if span.family == 4 else 6,
                value=span.value,
                place=sheet.at(row, number),
                unit=unit,
                description=description,
                status=status,
                since=since,
                **words,
            )
        )
    return True


def _spans(
    sheet: Sheet, header: Header, row: int, cells: Mapping[int, object], into: Collected
) -> tuple[list[tuple[int, Span]], bool]:
    """Column and address of everything in the row's address columns, and whether something could not be read."""
    found: list[tuple[int, Span]] = []
    trouble = False
    for one in header.of("address"):
        try:
            text = _address_text(sheet, row, one, cells)
            found += [(one.number, span) for span in spans(text, _mask(header, one, cells))]
        except Unreadable as error:
            trouble = True
            into.problem(sheet.at(row, one.number), cause=error.cause, fix=error.fix)
    for one in header.of("start"):
        try:
            start = _address_text(sheet, row, one, cells)
            last = next((end for end in header.of("end") if end.family == one.family), None)
            end = _address_text(sheet, row, last, cells) if last else ""
            if fold(start).strip().lower() not in EMPTY:
                joined = f"{start}-{end}" if fold(end).strip().lower() not in EMPTY else start
                found += [(one.number, span) for span in spans(joined)]
        except Unreadable as error:
            trouble = True
            into.problem(sheet.at(row, one.number), cause=error.cause, fix=error.fix)
    return found, trouble


def _address_text(sheet: Sheet, row: int, one: Column, cells: Mapping[int, object]) -> str:
    value = cells.get(one.number)
    if value is None and (row, one.number) in sheet.formulas:
        raise Unreadable("a formula was saved without its result", "open the file in a spreadsheet and save it again")
    if isinstance(value, bool) or (isinstance(value, (int, float)) and not sheet.lines):
        raise Unreadable(f"the number {text_of(value)} is not an address", _AS_TEXT)
    if isinstance(value, date):
        raise Unreadable(f"the date {text_of(value)} is not an address", _AS_TEXT)
    text = text_of(value)
    if len(text) > 20_000:
        raise Unreadable("the cell holds more than 20000 characters", "give each address its own row")
    return text


def _mask(header: Header, one: Column, cells: Mapping[int, object]) -> str:
    """The mask that belongs to an address column: of its own family, to its right."""
    masks = [mask for mask in header.of("mask") if mask.family in (one.family, 0) and mask.number > one.number]
    others = [other.number for other in header.of("address") if other.number > one.number]
    if not masks or (others and min(others) < masks[0].number):
        return ""
    return text_of(cells.get(masks[0].number))


def _word(header: Header, role: str, cells: Mapping[int, object]) -> str:
    """The first filled cell among the role's columns; words that mean nothing are nothing."""
    for one in header.of(role):
        text = tidy(text_of(cells.get(one.number)))
        if text.lower() not in EMPTY:
            return text
    return ""


def _status(word: str) -> Status:
    plain = key(word)
    if any(one in plain for one in ("预留", "保留", "规划", "reserved")):
        return "reserved"
    if any(one in plain for one in _IDLE):
        return "deprecated"
    return "active"


def _since(sheet: Sheet, header: Header, row: int, cells: Mapping[int, object], into: Collected) -> str:
    for one in header.of("since"):
        value = cells.get(one.number)
        if value is None or key(text_of(value)) in EMPTY:
            continue
        found = day(value)
        if not found:
            into.note(sheet.at(row, one.number), cause=f'"{tidy(text_of(value), 40)}" is not a date and was left out')
        return found
    return ""


def day(value: object) -> str:
    """An ISO date or month from a date cell, a spreadsheet's day number or a usual spelling; "" for none."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = fold(text_of(value)).strip().lower()
    try:
        if re.fullmatch(r"\d{5}", text) and 20_000 <= int(text) <= 60_000:
            return (_EPOCH + timedelta(days=int(text))).isoformat()
        if re.fullmatch(r"(19|20)\d{6}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
        if match := _DATE.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            return date(year, month, int(match[3])).isoformat() if match[3] else date(year, month, 1).isoformat()[:7]
    except ValueError:
        return ""
    return ""
