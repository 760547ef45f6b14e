"""One file in: its bytes, its encoding, its kind, then the pure parser; the result is one document or an error."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from inventory.errors import InputError
from ipv6.brownfield import config, netbox, table
from ipv6.brownfield.detect import COMWARE, FORMATS, FRR, NETBOX_JSON, TABLE, VRP, detect
from ipv6.brownfield.model import Collected, Document
from ipv6.brownfield.sheet import Sheet
from ipv6.brownfield.text import decode, tidy
from jiyue.exchange.workbook import sheets

MOST_BYTES = 64 * 1024 * 1024
MOST_LINES = 1_000_000
MOST_FIELD = 65_536
"""Characters of one field of a CSV file."""
_OLD = b"\xd0\xcf\x11\xe0"
_CONFIGS = (FRR, VRP, COMWARE)


def read_file(path: Path, wanted: str = "", source: str = "", region: str = "") -> Document:
    """What a file says is in use; its errors are inside the document, every one of them.

    `wanted` is one of FORMATS where the caller knows better, `source` its name in the store (the file's name
    otherwise), `region` the region it is about. InputError when nothing of it can be read at all.
    """
    name = tidy(source or path.name, 80)
    data = _bytes(path, name)
    into = Collected()
    kind, encoding = wanted, ""
    if data[:2] == b"PK":
        kind = "xlsx"
        for sheet in sheets(name, data, into):
            table.read(sheet, into)
    elif data[:4] == _OLD:
        raise InputError(name, "is an old or encrypted workbook", "save it as xlsx without a password")
    else:
        text, encoding = decode(data, name)
        kind = kind or detect(path.name, text)
        kind = _text(name, text, kind, path.stem, into)
    if not into.uses and not any(not one.note for one in into.unread):
        raise InputError(name, "holds no address at all", f"give one of: {', '.join(FORMATS)}")
    return Document(
        source=name, format=kind, sha256=hashlib.sha256(data).hexdigest(), encoding=encoding, region=region,
        uses=tuple(into.uses), unread=tuple(into.unread),
    )  # fmt: skip


def _bytes(path: Path, name: str) -> bytes:
    try:
        if not path.is_file():
            raise InputError(name, "there is no such file", "give the path of a file")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(name, f"cannot be read: {error.strerror or error}", "give this user the file") from None
    if len(data) > MOST_BYTES:
        raise InputError(name, f"is larger than {MOST_BYTES // 2**20} MiB", "split it by city")
    if not data.strip():
        raise InputError(name, "is empty", "export it again")
    return data


def _text(name: str, text: str, kind: str, stem: str, into: Collected) -> str:
    if kind in _CONFIGS:
        config.read(name, text, kind, into, tidy(stem, 60))
        return kind
    if kind == NETBOX_JSON:
        netbox.read_json(name, text, into)
        return kind
    if kind in (TABLE, "netbox-csv"):
        return _csv(name, text, into)
    raise InputError(name, "is of no known kind", f"say it with --format, one of: {', '.join(FORMATS)}")


def tables(path: Path, notes: list[str]) -> list[Sheet]:
    """The tables of a workbook or a CSV file as they stand; what was noticed on the way goes into `notes`.

    InputError when the file is neither, damaged or too large.
    """
    name = tidy(path.name, 80)
    data = _bytes(path, name)
    if data[:4] == _OLD:
        raise InputError(name, "is an old or encrypted workbook", "save it as xlsx without a password")
    if data[:2] != b"PK":
        return [Sheet(name, csv_rows(name, decode(data, name)[0]), lines=True)]
    into = Collected()
    found = sheets(name, data, into)
    notes += [f"{one.place}: {one.cause}" for one in into.unread]
    return found


def csv_rows(name: str, text: str) -> dict[int, dict[int, object]]:
    """The filled cells of a comma, semicolon or tab separated file by line and column; InputError for no table."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t，", key=first.count)
    csv.field_size_limit(MOST_FIELD)
    rows: dict[int, dict[int, object]] = {}
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            cells: dict[int, object] = {n: cell for n, cell in enumerate(row[:300], start=1) if cell.strip()}
            if cells:
                rows[reader.line_num] = cells
            if reader.line_num > MOST_LINES:
                raise InputError(name, f"has more than {MOST_LINES} lines", "split it by city")
    except csv.Error as error:
        raise InputError(f"{name}:{reader.line_num}", f"is no CSV: {error}", "save it as CSV again") from None
    if not rows:
        raise InputError(name, "is empty", "export it again")
    return rows


def _csv(name: str, text: str, into: Collected) -> str:
    """NetBox's by its columns, an office form otherwise."""
    rows = csv_rows(name, text)
    top = min(rows)
    names = {number: netbox.heading(str(cell)) for number, cell in rows[top].items()}
    if netbox.is_netbox(names.values()):
        fields = (
            (line, {names[n]: str(cell).strip() for n, cell in cells.items() if n in names})
            for line, cells in rows.items()
            if line != top
        )
        netbox.read_rows(name, ((line, _complete(names, row)) for line, row in fields), into)
        return "netbox-csv"
    table.read(Sheet(name, rows, lines=True), into)
    return TABLE


def _complete(names: dict[int, str], row: dict[str, str]) -> dict[str, str]:
    """Every column is there, so that an empty address column still says which table this is."""
    return dict.fromkeys(names.values(), "") | row
