"""How a field layout cuts prefixes; the allocator only knows this Protocol, so a second profile is a second class."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from inventory.environment import Block
from inventory.errors import InputError
from inventory.model import Addressing
from ipv6.plan.fields import LEGIBLE
from ipv6.plan.layout import Field
from ipv6.plan.prefix import Prefix, parse
from ipv6.plan.sparse import leftmost_order

LAN_BITS = 64
P2P_UPPER, P2P_LOWER = 2, 3
"""The two ends of a point-to-point /127 (RFC 6164): ::2 for the upper device, ::3 for the lower one."""


class Profile(Protocol):
    """Where each kind of claim lies inside its parent; every answer depends on the arguments only."""

    @property
    def fields(self) -> tuple[Field, ...]: ...

    def plane(self, block: Block) -> Prefix: ...

    def region(self, plane: Prefix, code: str) -> Prefix: ...

    def zone(self, region: Prefix, nibble: int) -> Prefix: ...

    def subnet(self, zone: Prefix) -> Prefix: ...

    def services(self, region: Prefix) -> Prefix: ...

    def loopback(self, region: Prefix, address4: IPv4Address) -> Prefix: ...

    def links(self, region: Prefix) -> Iterator[Prefix]: ...

    def link_slots(self) -> int: ...

    def host(self, subnet: Prefix, address4: IPv4Address, prefix4: IPv4Network) -> Prefix: ...

    def end(self, link: Prefix, upper: bool) -> Prefix: ...


class Legible:
    """Plane /32, city /40, county /48 with the GB/T 2260 digits as BCD, one nibble of use (/52), LANs and links /64.

    430121 reads `121` in the address; bytes with A-F never come from a code and stay free for overflow.
    """

    fields = LEGIBLE

    def __init__(self, addressing: Addressing) -> None:
        self._infrastructure = addressing.infrastructure_nibble
        self._services = addressing.services_nibble

    def plane(self, block: Block) -> Prefix:
        """A /28 is cut by the block's index, a /32 is one plane; anything else is refused."""
        received = parse(str(block.prefix), f"block of plane {block.plane}")
        if received.length == 28:
            return received.child(32, block.index)
        if received.length == 32 and block.index == 0:
            return received
        raise InputError(
            f"block of plane {block.plane}",
            f"the legible profile needs a /28 with an index or a /32 without one, got {received} index {block.index}",
            "receive a /28 (RFC 6177 sizing) or give the plane a /32 of its own",
        )

    def region(self, plane: Prefix, code: str) -> Prefix:
        """The region's /48: digits 3-4 and 5-6 of the code, each pair one byte of BCD."""
        return plane.child(48, bcd(code[2:4], f"region {code}") << 8 | bcd(code[4:6], f"region {code}"))

    def zone(self, region: Prefix, nibble: int) -> Prefix:
        """A zone's /52."""
        if nibble in (self._infrastructure, self._services):
            raise InputError(
                f"zone with nibble {nibble}", "the nibble is infrastructure's or services'", "take another"
            )
        return region.child(52, nibble)

    def subnet(self, zone: Prefix) -> Prefix:
        """The zone's LAN: its first /64."""
        return zone.child(LAN_BITS, 0)

    def services(self, region: Prefix) -> Prefix:
        """The cluster's Service range: the first /64 of the services /52."""
        return region.child(52, self._services).child(LAN_BITS, 0)

    def loopback(self, region: Prefix, address4: IPv4Address) -> Prefix:
        """Subnet 0 of the infrastructure /52; the last two octets of the IPv4 loopback, read as digits."""
        subnet = region.child(52, self._infrastructure).child(LAN_BITS, 0)
        return self.host(subnet, address4, IPv4Network((address4, 16), strict=False))

    def links(self, region: Prefix) -> Iterator[Prefix]:
        """The link /64s of the infrastructure /52 in RFC 3531 order; subnet 0 is the loopbacks'."""
        infrastructure = region.child(52, self._infrastructure)
        return (infrastructure.child(LAN_BITS, index) for index in leftmost_order(LAN_BITS - 52))

    def link_slots(self) -> int:
        """How many links an infrastructure /52 can number."""
        return (1 << (LAN_BITS - 52)) - 1

    def host(self, subnet: Prefix, address4: IPv4Address, prefix4: IPv4Network) -> Prefix:
        """The interface identifier spells the host octets' decimal digits (198.18.1.10 in a /24 gives ::10)."""
        octets = str(address4).split(".")[prefix4.prefixlen // 8 :]
        identifier = 0
        for octet in octets[-4:]:
            identifier = identifier << 16 | int(octet, 16)
        if identifier == 0:
            raise InputError(f"address {address4}", "its host part is 0, the subnet's own address", "number it from 1")
        return subnet.host(identifier)

    def end(self, link: Prefix, upper: bool) -> Prefix:
        """One end of a point-to-point link."""
        return link.host(P2P_UPPER if upper else P2P_LOWER)


def bcd(digits: str, place: str) -> int:
    """Two decimal digits as one byte of BCD ("31" gives 0x31)."""
    if len(digits) != 2 or not digits.isascii() or not digits.isdigit():
        raise InputError(place, f"{digits!r} is not two decimal digits", "use a six-digit GB/T 2260 code")
    return int(digits, 16)


def profile_of(addressing: Addressing) -> Profile:
    """The profile that the addressing policy names."""
    return {"legible": Legible}[addressing.profile](addressing)
