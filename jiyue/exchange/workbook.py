"""Reads an xlsx workbook as hostile: the archive is judged before it is opened, formulas and links are not followed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from inventory.errors import InputError
from ipv6.brownfield.model import Collected
from ipv6.brownfield.sheet import Area, Sheet

MOST_PARTS = 1_000
MOST_UNPACKED = 192 * 1024 * 1024
MOST_RATIO = 250
"""Unpacked bytes per packed byte of a part larger than 1 MiB; real sheets stay below 30."""
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 100, 200_000, 300, 2_000_000
MOST_MERGES = 50_000
LAST_ROW = 1_048_576
"""The last row that the format knows."""
_FORMULA = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?f[\s/>]|<!")
_MERGE = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?mergeCell\s[^>]*?\bref=[\"']([^\"'<>]*)[\"']")
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?sheetData\s*>")
MOST_REST = 16 * 1024 * 1024
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ENCODING = re.compile(rb"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_PLAIN = (b"utf-8", b"us-ascii", b"ascii")
_AGAIN = "save it as xlsx from a spreadsheet"


def sheets(source: str, data: bytes, into: Collected) -> list[Sheet]:
    """Every sheet with something in it; InputError for what is damaged, too large or no workbook."""
    _judge(source, data, into)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _judge_xml(source, archive)
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return list(_sheets(source, book, archive, into))
            finally:
                book.close()
    except DefusedXmlException:
        raise InputError(source, "declares XML entities, which no spreadsheet writes", _AGAIN) from None
    except InputError:
        raise
    # openpyxl raises whatever its parts raise on a damaged file.
    except (ParseError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, OSError,
            AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise InputError(source, f"is damaged: {type(error).__name__}", _AGAIN) from None


def _judge(source: str, data: bytes, into: Collected) -> None:
    """Look at the archive's directory before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise InputError(source, "is no xlsx workbook: not an archive", _AGAIN) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        cause = "is an encrypted or old workbook" if "EncryptedPackage" in names else "is no xlsx workbook"
        raise InputError(source, cause, "take the password off and " + _AGAIN)
    if len(parts) > MOST_PARTS:
        raise InputError(source, f"has {len(parts)} parts, at most {MOST_PARTS} are read", _AGAIN)
    if any(part.flag_bits & 1 for part in parts):
        raise InputError(source, "is encrypted", "take the password off and " + _AGAIN)
    total = sum(part.file_size for part in parts)
    if total > MOST_UNPACKED:
        cause = f"unpacks to {total // 2**20} MiB, at most {MOST_UNPACKED // 2**20} are read"
        raise InputError(source, cause, "split it by city")
    for part in parts:
        if part.file_size > 2**20 and part.file_size > MOST_RATIO * max(1, part.compress_size):
            cause = (
                f"part {part.filename[:60]!r} unpacks to {part.file_size // max(1, part.compress_size)} times its size"
            )
            raise InputError(source, cause, "a real sheet does not: " + _AGAIN)
    if any(name.startswith("xl/externalLinks/") for name in names):
        into.note(source, cause="refers to other workbooks, which were not opened")
    if any(name.endswith("vbaProject.bin") for name in names):
        into.note(source, cause="holds macros, which were not run")


def _judge_xml(source: str, archive: zipfile.ZipFile) -> None:
    """Refuse every part that declares a document type or is written in anything but UTF-8: no spreadsheet does."""
    for part in archive.infolist():
        if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(part) as stream:
            tail = b""
            while block := stream.read(2**20):
                seen = tail + block
                if not tail and (found := _ENCODING.match(seen[:200])) and found[1].lower() not in _PLAIN:
                    raise InputError(source, f"part {part.filename[:60]!r} is not UTF-8", _AGAIN)
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\0" in seen:
                    raise InputError(source, "declares XML entities, which no spreadsheet writes", _AGAIN)
                tail = seen[-16:]


def _sheets(source: str, book: object, archive: zipfile.ZipFile, into: Collected) -> Iterator[Sheet]:
    names = book.sheetnames  # type: ignore[attr-defined]
    if len(names) > MOST_SHEETS:
        raise InputError(source, f"has {len(names)} sheets, at most {MOST_SHEETS} are read", "split it")
    cells_left = MOST_CELLS
    for sheet in book.worksheets:  # type: ignore[attr-defined]
        place = f"{source}!{sheet.title}"
        if sheet.sheet_state != "visible":
            into.note(place, cause="is a hidden sheet, read as well")
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        merges, formulas = _merges(place, archive, sheet._worksheet_path)
        rows: dict[int, dict[int, object]] = {}
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > LAST_ROW:
                raise InputError(place, f"has rows after {LAST_ROW}", _AGAIN)
            if not row:
                continue
            if any(value is not None for value in row[MOST_COLUMNS:]):
                raise InputError(place, f"row {number} has more than {MOST_COLUMNS} columns", "split the table")
            cells = {
                column: value.date() if isinstance(value, datetime) else value
                for column, value in enumerate(row, start=1)
                if value is not None and value != ""
            }
            if cells:
                rows[number] = cells
                cells_left -= len(cells)
            if len(rows) > MOST_ROWS or cells_left < 0:
                raise InputError(place, f"has more than {MOST_ROWS} filled rows", "split it by city")
        if rows:
            yield Sheet(place, rows, merges, formulas=formulas)


def _merges(place: str, archive: zipfile.ZipFile, path: str) -> tuple[list[Area], frozenset[tuple[int, int]]]:
    """Merged areas, and cells whose formula was saved without a result; read as a stream, nothing is kept."""
    areas: list[Area] = []
    bare: set[tuple[int, int]] = set()
    rest = _after_cells(archive, path.lstrip("/"))
    if rest is not None:
        for found in _MERGE.finditer(rest):
            _take(place, found[1].decode("ascii", "replace"), areas)
        return areas, frozenset()
    with archive.open(path.lstrip("/")) as stream:
        parents: list[Element] = []
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                parents.append(element)
                continue
            parents.pop()
            if element.tag == f"{_MAIN}mergeCell":
                _take(place, element.get("ref", ""), areas)
            elif element.tag == f"{_MAIN}c" and element.find(f"{_MAIN}f") is not None:
                value = element.find(f"{_MAIN}v")
                if (value is None or not value.text) and len(bare) < MOST_MERGES:
                    area = _area(place, element.get("r", ""))
                    bare.add((area[0], area[1]))
            if element.tag in (f"{_MAIN}row", f"{_MAIN}mergeCell") and parents:
                parents[-1].remove(element)
    return areas, frozenset(bare)


def _take(place: str, reference: str, areas: list[Area]) -> None:
    areas.append(_area(place, reference))
    if len(areas) > MOST_MERGES:
        raise InputError(place, f"has more than {MOST_MERGES} merged areas", "unmerge them")


def _after_cells(archive: zipfile.ZipFile, path: str) -> bytes | None:
    """What stands behind the cells of a sheet without formulas; None where every element has to be looked at.

    Most sheets have no formula: their cells are passed over a block at a time, not parsed once more for nothing.
    """
    rest, seen = b"", b""
    ended = False
    with archive.open(path) as stream:
        while block := stream.read(2**20):
            if ended:
                rest += block
            else:
                seen = seen[-64:] + block
                if _FORMULA.search(seen):
                    return None
                if found := _END.search(seen):
                    ended, rest = True, seen[found.end() :]
            if len(rest) > MOST_REST:
                return None
    return rest if ended and b"<!" not in rest else None


def _area(place: str, reference: str) -> Area:
    """`B2:C5` as numbers; InputError for anything else."""
    first, _, last = reference.replace("$", "").partition(":")
    try:
        (top, left), (bottom, right) = _cell(first), _cell(last or first)
    except ValueError:
        raise InputError(place, f"has a merged area {reference[:20]!r} that is none", _AGAIN) from None
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def _cell(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for char in letters.upper():
        if not "A" <= char <= "Z" or len(letters) > 3:
            raise ValueError(reference)
        column = column * 26 + ord(char) - 64
    return int(reference[len(letters) :]), column
