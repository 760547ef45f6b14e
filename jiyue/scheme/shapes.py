"""Shapes of the tables: columns with their widths in mm, by the table's id; the same for Word, Excel and HTML."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_WIDTH = 156
"""Width of the type area in mm (GB/T 9704-2012, 5.2.1)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `mono` for addresses and hashes, `right` for numbers."""

    width: int
    mono: bool = False
    right: bool = False


def _shape(*widths: str) -> tuple[Column, ...]:
    """Columns from texts like 30, 30m (mono) and 12r (right)."""
    return tuple(Column(int(one.rstrip("mr")), "m" in one, "r" in one) for one in widths)


SHAPES: dict[str, tuple[Column, ...]] = {
    "cover": _shape("36", "120"),
    "devices": _shape("32m", "31", "16m", "24m", "18r", "18r", "17"),
    "present-devices": _shape("40m", "36", "40", "40"),
    "systems": _shape("52", "46", "18", "24", "16"),
    "blocks": _shape("26", "30m", "30m", "38m", "32"),
    "fields": _shape("52", "18r", "14r", "72"),
    "example": _shape("52", "18r", "38m", "48"),
    "codes": _shape("28m", "68", "60m"),
    "addresses": _shape("24", "50m", "34m", "48m"),
    "organisations": _shape("34", "34", "48", "40m"),
    "usage": _shape("44", "52", "28r", "32r"),
    "routers": _shape("30m", "16r", "42", "20r", "26r", "22r"),
    "announced": _shape("60m", "96m"),
    "filters": _shape("52m", "26r", "26r", "26r", "26r"),
    "twins": _shape("30", "22", "42m", "62m"),
    "rules": _shape("24", "24", "24m", "56", "28"),
    "records": _shape("43m", "14", "13r", "28m", "44m", "14"),
    "sites": _shape("42m", "43", "27m", "44m"),
    "owners": _shape("36m", "60", "60"),
    "steps": _shape("14r", "26", "24", "72", "20"),
    "order": _shape("20r", "136m"),
    "guards": _shape("42", "34m", "62", "18"),
    "checks": _shape("33", "50", "22", "23", "14r", "14r"),
    "limits": _shape("40", "18r", "24", "74"),
    "reverses": _shape("34m", "52m", "16r", "54m"),
    "risks": _shape("36", "60", "60"),
    "duties": _shape("36", "60", "60"),
    "sign": _shape("39", "39", "39", "39"),
    "accept-platforms": _shape("64", "24", "16r", "18r", "18r", "16r"),
    "accept-requirements": _shape("62", "52", "20r", "22"),
    "accept-gaps": _shape("60", "96"),
    "accept-people": _shape("44", "62", "50"),
    "accept-red": _shape("30", "52m", "74"),
    "accept-deferred": _shape("40m", "40", "36m", "40"),
    "annex-accept-platforms": _shape("40", "24", "20r", "20r", "20r", "20r", "120"),
    "annex-accept-requirements": _shape("40m", "50", "90", "20r", "20r", "24"),
    "annex-accept-clauses": _shape("44", "24", "90", "70", "16r", "24", "70"),
    "annex-accept-cases": _shape("30", "90m", "50m", "20", "90", "90", "60m"),
    "annex-accept-deferred": _shape("40m", "40", "36m", "60"),
    "annex-addresses": _shape("30", "50m", "36m", "56m", "44"),
    "annex-claims": _shape("70m", "60m"),
    "annex-rules": _shape("24", "24", "24m", "44m", "44m", "60m", "60m", "20", "50"),
    "annex-records": _shape("24m", "40m", "50m", "14", "14r", "40m", "60m", "20", "40"),
    "annex-summary": _shape("40", "130"),
}
"""Every table that a document may hold; those named annex stand in the workbook only."""
