"""Cells that a spreadsheet would run as a formula are made text (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

STARTS = ("=", "+", "-", "@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def harmless(cell: str) -> str:
    """The cell on one line, with an apostrophe before a sign that begins a formula (also behind spaces)."""
    line = _CONTROL.sub(" ", cell)
    return f"'{line}" if line.lstrip().startswith(STARTS) else line


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV file with a header; every cell is harmless, missing ones are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row.get(column, "")) for column in columns])
    return out.getvalue()
