"""How a change is watched, each figure with where it comes from; what a site is graded on is in `indicators.yaml`."""

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
    Limit("delay-samples", 5, "answers", "ours: the median of those that came, at most", "2026-11", "ours"),
    Limit("delay-need", 3, "answers", "ours: enough for a median; two slow ones of three are slow", "2026-11", "ours"),
    Limit("settle", 45, "s", "ours: so long may routes, zone transfers and caches take", "2026-11", "ours"),
    Limit("ipv4-rounds", 2, "rounds", "ours: a loss of IPv4 counts when every round misses it", "2026-11", "ours"),
    Limit("sample-page", 1, "s", "ours: a page of every site this often while a change runs", "2026-11", "ours"),
    Limit("sample-rate", 20, "echoes/s", "ours: of every platform while a change runs", "2026-11", "ours"),
    Limit("sample-patience", 4, "s", "ours: a probe without an answer for so long is lost", "2026-11", "ours"),
    Limit("sample-losses", 3, "probes", "ours: so many lost at one address are a loss of IPv4", "2026-11", "ours"),
    Limit("sample-within", 5, "s", "ours: the time in which they count together", "2026-11", "ours"),
    Limit(
        "resume-age", 1800, "s", "ours: an answer of a run that was broken off may be used so long", "2026-11", "ours"
    ),
    Limit("ipv4-pause", 1, "s", "ours: between rounds; below the OSPF dead interval of the lab", "2026-11", "ours"),
)

DEFAULT_LIMITS: Mapping[str, float] = {limit.id: limit.value for limit in LIMITS}
