"""Limits that verdicts use, each with where it comes from; never a bare number in a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; `confidence` is `text` (read in the source), `secondary` or `ours`."""

    id: str
    value: float
    unit: str
    source: str
    as_of: str
    confidence: str


LIMITS: tuple[Limit, ...] = (
    Limit("name-servers", 2, "servers", "RFC 2182 section 5; Internet.nl asks for two over IPv6", "2025", "text"),
    Limit("certificate-days", 14, "days", "our own margin for a renewal that failed once", "2025", "ours"),
    Limit("body-distance", 10, "percent", "Internet.nl compares pages with the same limit", "2025", "secondary"),
    Limit("body-bytes", 500_000, "bytes", "compare the first 500 kB only", "2025", "ours"),
    Limit("delay-factor", 5, "times", "ours: wide, a lab shares two cores", "2025", "ours"),
    Limit("delay-floor", 250, "ms", "MIIT method: not judged below a floor", "2025", "secondary"),
)

DEFAULT_LIMITS: Mapping[str, float] = {limit.id: limit.value for limit in LIMITS}
