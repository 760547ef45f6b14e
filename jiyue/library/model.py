"""Records of the content library; pure. What is served was recorded before (国办函〔2018〕71号: 先入库、后使用).

A record says of one page or file where it stands, whose it is and what its bytes are; the bytes themselves are kept
under their sha256. Nothing here knows where: a site host's disk and a pod's volume hold the same records.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import PurePosixPath
from typing import Any

from jiyue.library.paths import why_not

HOME = "home"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One file of one site: `path` below the site's root, `category` its column, `source` the unit it comes from.

    `sha256` is hex, `size` in bytes, `at` when it was last changed (UTC, ISO 8601), `media` its media type.
    """

    site: str
    path: str
    category: str
    source: str
    sha256: str
    size: int
    at: str
    media: str


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is on a host: path, size in bytes, sha256 (hex), time of last change (UTC, ISO 8601)."""

    path: str
    size: int
    sha256: str
    at: str = ""


def take_in(site: str, source: str, files: Iterable[Found]) -> tuple[Record, ...]:
    """The records of these files, by path. ValueError for a path that no record may have."""
    found = []
    for file in sorted(files, key=lambda one: one.path):
        if why := why_not(file.path):
            raise ValueError(f"{file.path!r}: {why}")
        media = mimetypes.guess_type(file.path, strict=True)[0] or "application/octet-stream"
        found.append(Record(site, file.path, category(file.path), source, file.sha256, file.size, file.at, media))
    return tuple(found)


def category(path: str) -> str:
    """The column that a path belongs to: its first folder; files at the top are the home page's."""
    parts = PurePosixPath(path).parts
    return parts[0] if len(parts) > 1 else HOME


def unrecorded(records: Iterable[Record], wanted: Mapping[str, str]) -> dict[str, str]:
    """Why each path of `wanted` (path to sha256) may not be published; empty when all of it is recorded."""
    known = {one.path: one.sha256 for one in records}
    found = {}
    for path, digest in wanted.items():
        if path not in known:
            found[path] = "it is not in the library"
        elif known[path] != digest:
            found[path] = f"the library has it as {known[path][:12]}, not as {digest[:12]}"
    return found


def dump(records: Sequence[Record]) -> dict[str, Any]:
    """JSON-able form: column names once, one row a record."""
    return {
        "format": FORMAT,
        "columns": [one.name for one in fields(Record)],
        "rows": [astuple(one) for one in records],
    }


def load(data: Mapping[str, Any]) -> tuple[Record, ...]:
    """What `dump` made; ValueError for anything else, a hostile path included."""
    names = [one.name for one in fields(Record)]
    if data.get("format") != FORMAT or data.get("columns") != names:
        raise ValueError("these are no records of the library in a format that is known")
    found = []
    for row in data.get("rows", ()):
        try:
            record = Record(**dict(zip(names, row, strict=True)))
        except TypeError as error:
            raise ValueError(f"this is no record: {str(row)[:80]}") from error
        if why := why_not(record.path):
            raise ValueError(f"{record.path!r}: {why}")
        found.append(record)
    return tuple(found)
