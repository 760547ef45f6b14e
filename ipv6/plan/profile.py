"""How a field layout cuts prefixes; the allocator only knows this Protocol, so a second profile is a second class."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from inventory.addressing import Addressing, Shape
from inventory.environment import Block
from ipv6.plan.choice import Choice
from ipv6.plan.compact import Compact
from ipv6.plan.layout import Field
from ipv6.plan.legible import Legible
from ipv6.plan.prefix import Prefix


class Profile(Protocol):
    """Where each kind of claim lies inside its parent; every answer depends on the arguments only."""

    @property
    def name(self) -> str: ...

    @property
    def shape(self) -> Shape: ...

    @property
    def fields(self) -> tuple[Field, ...]: ...

    @property
    def spells_codes(self) -> bool: ...

    def plane(self, block: Block) -> Prefix: ...

    def city(self, code: str) -> Choice | None: ...

    def region(self, code: str) -> Choice: ...

    def area(self, code: str) -> Choice: ...

    def organisation(self) -> Choice: ...

    def links(self) -> Choice: ...

    def zone(self, region: Prefix, nibble: int) -> Prefix: ...

    def subnet(self, zone: Prefix) -> Prefix: ...

    def services(self, region: Prefix) -> Prefix: ...

    def loopback(self, region: Prefix, address4: IPv4Address) -> Prefix: ...

    def host(self, subnet: Prefix, address4: IPv4Address, prefix4: IPv4Network) -> Prefix: ...

    def idle(self, field: Field, address: int) -> tuple[str, str]: ...

    def end(self, link: Prefix, upper: bool) -> Prefix: ...


def profile_of(addressing: Addressing) -> Profile:
    """The profile that the addressing policy names."""
    return Compact(addressing) if addressing.profile == "compact" else Legible(addressing)
