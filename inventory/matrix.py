"""The zone matrix: `zones.yaml`, from which every filter of both families is generated."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from inventory.fields import Frozen, Port, Title, Word
from inventory.types import Whole
from inventory.vocab import Plane


class Zone(Frozen):
    """A security zone after GB/T 22239-2019 level 3; `nibble` is its use value inside a region's /48."""

    id: Word
    title: Title
    nibble: Whole = Field(ge=1, le=7)
    plane: Plane
    clause: str


class Service(Frozen):
    """A named set of transport ports; protocol `icmp` stands for echo in both families."""

    protocol: Literal["tcp", "udp", "icmp"]
    ports: tuple[Port, ...] = ()


class FlowRule(Frozen):
    """One allowed flow of the zone matrix; `internet` and `extranet` are the two outside zones."""

    source: str
    target: str
    services: tuple[str, ...]
    reason: str
    platforms: tuple[str, ...] = ()


class ZoneMatrix(Frozen):
    """The one matrix that generates every filter; what it does not list is denied."""

    zones: tuple[Zone, ...]
    services: dict[str, Service]
    flows: tuple[FlowRule, ...]
