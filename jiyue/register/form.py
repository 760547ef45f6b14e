"""An office's form, as it really comes, to registered sites: full-width signs, web addresses, days in every spelling.

Pure. Nothing is guessed that decides which site it is: what cannot be read is a problem with its cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.errors import InputError
from inventory.model import Region
from inventory.vocab import Level, SiteKind
from ipv6.brownfield.sheet import Sheet, filled, text_of, widest
from ipv6.brownfield.text import fold, tidy
from jiyue.register.columns import NEEDED, WORDS, find
from jiyue.register.model import CLOSED, OPEN, Registered, faults

REMARK = 3
"""A row with a merged area of this many columns is a sentence, not a site."""
_KINDS = {
    "门户": SiteKind.PORTAL, "政府门户": SiteKind.PORTAL, "政府门户网站": SiteKind.PORTAL, "门户网站": SiteKind.PORTAL,
    "部门": SiteKind.DEPARTMENT, "部门网站": SiteKind.DEPARTMENT, "政府部门网站": SiteKind.DEPARTMENT,
    "县级": SiteKind.COUNTY, "区县": SiteKind.COUNTY, "县区": SiteKind.COUNTY, "县区网站": SiteKind.COUNTY,
    "县级门户": SiteKind.COUNTY, "县级政府门户网站": SiteKind.COUNTY,
}  # fmt: skip
_STATES = {
    "": OPEN, "正常": OPEN, "正常运行": OPEN, "运行": OPEN, "在用": OPEN, "例行维护": OPEN, "是": OPEN,
    "关停": CLOSED, "关闭": CLOSED, "已关停": CLOSED, "已关闭": CLOSED, "注销": CLOSED, "已注销": CLOSED,
    "停用": CLOSED, "整合": CLOSED, "已整合": CLOSED, "关停整合": CLOSED,
}  # fmt: skip
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T].*)?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_EPOCH, _FIRST, _LAST = date(1899, 12, 30), 32_874, 73_050
"""Day 0 of a spreadsheet, and the days of 1990 and 2100 in it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A site and where it stands."""

    place: str
    site: Registered


@dataclass(frozen=True, slots=True)
class Places:
    """Divisions by code and by every name they go by."""

    by_code: Mapping[str, Region]
    by_name: Mapping[str, str]

    @staticmethod
    def of(regions: Sequence[Region]) -> Places:
        """Former divisions included: a form may be old; a name that two of them have says nothing."""
        names: dict[str, set[str]] = {}
        for region in regions:
            for name in (region.name, region.name.rstrip("省市县区") if len(region.name) > 2 else region.name):
                names.setdefault(name, set()).add(region.code)
        clear = {name: codes.pop() for name, codes in names.items() if len(codes) == 1}
        return Places({region.code: region for region in regions}, clear)


def read(sheet: Sheet, places: Places, problems: list[InputError], notes: list[str]) -> list[Row]:
    """The sites of one sheet; what is wrong goes into `problems`, what was left out into `notes`."""
    header = find(sheet)
    if header is None:
        notes.append(f"{sheet.place} holds no table of sites, left out")
        return []
    columns, last = header
    missing = [WORDS[name][0] for name in ("code", "region") if name not in columns]
    if len(missing) == 2:
        cause = "neither a site code nor a division is in the table"
        problems.append(InputError(sheet.at(last), cause, f"add a column {' or '.join(missing)}"))
        return []
    rows, wide = filled(sheet), widest(sheet)
    found = []
    for number in sorted(rows):
        cells = rows[number]
        if number <= last or not any(columns[name] in cells for name in NEEDED):
            continue
        if wide.get(number, 0) >= REMARK:
            notes.append(f"{sheet.at(number)} is a remark, left out")
            continue
        if row := _row(sheet, number, cells, columns, places, problems):
            found.append(row)
    return found


def _row(
    sheet: Sheet, number: int, cells: Mapping[int, object], columns: Mapping[str, int], places: Places,
    problems: list[InputError],
) -> Row | None:  # fmt: skip
    raw = {name: cells.get(column) for name, column in columns.items()}
    texts = {name: tidy(text_of(value)) for name, value in raw.items()}
    code = re.sub(r"\s", "", fold(texts.get("code", ""))).lower()
    site = Registered(
        code=code,
        host=host(texts["host"]),
        title=texts["title"],
        unit=texts["unit"],
        region=_region(fold(texts.get("region", "")), code, places),
        kind=_kind(texts.get("kind", ""), texts["title"]),
        operator=texts.get("operator", ""),
        keeper=texts.get("keeper", ""),
        contact=texts.get("contact", ""),
        phone=fold(texts.get("phone", "")),
        opened=day(raw.get("opened")),
        state=_STATES.get(fold(texts.get("state", "")), texts.get("state", "")),
    )
    wrong = [
        InputError(sheet.at(number, columns.get(name, columns["host"])), cause, fix)
        for name, cause, fix in faults(site)
    ]
    if site.region and site.region not in places.by_code:
        place = sheet.at(number, columns.get("region", columns.get("code", 1)))
        wrong.append(InputError(place, f"{site.region[:40]!r} is no division of the province", "write its code"))
    problems += wrong
    return None if wrong else Row(sheet.at(number, columns["host"]), site)


def host(value: str) -> str:
    """The domain name in a name or a web address."""
    folded = re.sub(r"\s", "", fold(value)).lower()
    return re.sub(r"^[a-z]+:/*", "", folded).partition("/")[0].partition(":")[0].rstrip(".")


def day(value: object) -> str:
    """A day in any spelling as ISO, a month as its first day; what is none comes back as it is."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    said = re.sub(r"\s+", " ", fold(text_of(value))).strip()
    try:
        if said.isdigit() and _FIRST <= int(said) <= _LAST:
            return (_EPOCH + timedelta(days=int(said))).isoformat()
        if match := _DAY.fullmatch(said):
            year, month, of_month = match[1], match[2] or match[4], match[3] or match[5]
            return date(int(year), int(month), int(of_month)).isoformat()
        if match := _MONTH.fullmatch(said):
            return date(int(match[1]), int(match[2]), 1).isoformat()
    except ValueError:
        return said
    return said


def _region(said: str, code: str, places: Places) -> str:
    """The code of the division: as written, by its name, else the first six digits of the site code."""
    said = re.sub(r"\s", "", said)
    if said.isdigit() and len(said) in (6, 9, 12):
        return said[:6]
    return places.by_name.get(said, said) if said else code[:6]


def _kind(said: str, title: str) -> str:
    known = _KINDS.get(re.sub(r"\s", "", fold(said)))
    if known or said:
        return known.value if known else said
    return SiteKind.PORTAL if title.endswith(("人民政府门户网站", "人民政府网站", "人民政府")) else SiteKind.DEPARTMENT


def levels(places: Places, code: str) -> Level | None:
    """The level of a division; None for one that is unknown."""
    region = places.by_code.get(code)
    return region.level if region else None
