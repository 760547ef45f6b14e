"""A table as it stands in a workbook or CSV file: cells, merged areas, headers that are not in the first row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from inventory.errors import InputError
from ipv6.brownfield.columns import Column, column, looks_like_address, usable
from ipv6.brownfield.text import fold

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; all from 1."""
DEEPEST_HEADER = 3
FIRST_ROWS = 60
"""The header is looked for in this many filled rows."""
REMARK = 3
"""A row with a merged area of this many columns is a sentence, not data."""
MOST_HEADERS = 200
MOST_FILLED = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """Filled cells by row and column (from 1), merged areas; `place` is file!sheet, or the file of a CSV."""

    place: str
    rows: Mapping[int, Mapping[int, object]]
    merges: Sequence[Area] = ()
    lines: bool = False
    formulas: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    """Cells whose formula was saved without a result."""

    def at(self, row: int, number: int = 0) -> str:
        """Where a cell stands: file!sheet!C5, or file:5 in a CSV file."""
        if self.lines:
            return f"{self.place}:{row}"
        return f"{self.place}!{letters(number) if number else ''}{row}"


@dataclass(frozen=True)
class Header:
    """The columns found, and the rows the header takes."""

    columns: tuple[Column, ...]
    first: int
    last: int

    def of(self, role: str) -> tuple[Column, ...]:
        """Every column of one role, from the left."""
        return tuple(one for one in self.columns if one.role == role)


def letters(number: int) -> str:
    """Column 28 is AB."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def text_of(value: object) -> str:
    """A cell as text: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def filled(sheet: Sheet) -> dict[int, dict[int, object]]:
    """The rows with every cell of a vertically merged area holding the area's value.

    Across, only headers are filled (by `headers`): a sentence across a row is a remark, not an address in each column.
    """
    rows = {row: dict(cells) for row, cells in sheet.rows.items()}
    numbers, total = sorted(rows), 0
    for first, left, last, _right in sheet.merges:
        value = sheet.rows.get(first, {}).get(left)
        if value is None or last == first:
            continue
        for row in between(numbers, first + 1, last):
            rows[row].setdefault(left, value)
            total += 1
        if total > MOST_FILLED:
            raise InputError(sheet.place, f"merged cells cover more than {MOST_FILLED} cells", "unmerge them")
    return rows


def headers(sheet: Sheet, rows: Mapping[int, Mapping[int, object]]) -> Iterator[Header]:
    """Every header of the sheet from the top: the best one of the first rows, then any that follows further down."""
    numbers, after = sorted(rows), 0
    across = _across(sheet)
    first, count = True, 0
    for position, row in enumerate(numbers):
        if row <= after or (first and position >= FIRST_ROWS):
            continue
        best: Header | None = None
        for depth in range(1, DEEPEST_HEADER + 1):
            found = _header(rows, numbers[position : position + depth], across)
            if found and (best is None or len(_useful(found)) > len(_useful(best))):
                best = found
        # A later row that repeats a word or two is data; a real second header knows three columns at least.
        if best and (first or len(_useful(best)) >= 3):
            count += 1
            if count > MOST_HEADERS:
                raise InputError(sheet.place, f"has more than {MOST_HEADERS} tables", "give each table a sheet")
            yield best
            first, after = False, best.last


def _useful(header: Header) -> set[tuple[str, int]]:
    return {(one.role, one.family) for one in header.columns if one.role != "other"}


def _header(
    rows: Mapping[int, Mapping[int, object]], chosen: Sequence[int], across: Mapping[int, Sequence[tuple[int, int]]]
) -> Header | None:
    parts: dict[int, list[str]] = {}
    for row in chosen:
        cells = {number: fold(text_of(value)).strip() for number, value in rows[row].items()}
        if any(looks_like_address(cell) for cell in cells.values()) or not any(cells.values()):
            return None
        if max(map(len, cells.values())) > 60:
            return None
        for left, right in across.get(row, ()):
            for number in range(left + 1, min(right, left + 200) + 1):
                cells.setdefault(number, cells.get(left, ""))
        for number, cell in cells.items():
            if cell and cell not in parts.setdefault(number, []):
                parts[number].append(cell)
    # A title across the whole table would lend its words to every column.
    common = set.intersection(*(set(one) for one in parts.values())) if len(parts) > 2 else set()
    found = [column(number, [one for one in texts if one not in common]) for number, texts in sorted(parts.items())]
    columns = tuple(one for one in found if one)
    return Header(columns, chosen[0], chosen[-1]) if usable(columns) else None


def _across(sheet: Sheet) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for first, left, last, right in sheet.merges:
        if right > left:
            for row in range(first, min(last, first + DEEPEST_HEADER) + 1):
                found.setdefault(row, []).append((left, right))
    return found


def widest(sheet: Sheet) -> dict[int, int]:
    """The widest merged area that begins in each row, in columns."""
    found: dict[int, int] = {}
    for first, left, _last, right in sheet.merges:
        found[first] = max(found.get(first, 0), right - left + 1)
    return found


def between(numbers: Sequence[int], low: int, high: int) -> Sequence[int]:
    """The sorted numbers from low to high."""
    return numbers[bisect_left(numbers, low) : bisect_right(numbers, high)]
