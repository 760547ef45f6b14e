"""An allowed flow between two zones, the unit that every filter is rendered from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """Traffic that the zone matrix allows; `protocol` is tcp, udp or icmp (echo); both families mean the same."""

    source: str
    target: str
    protocol: str
    ports: tuple[int, ...]
    reason: str
