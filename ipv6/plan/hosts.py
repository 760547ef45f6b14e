"""Interface identifiers and what lies inside a /64; the same in every profile."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from inventory.errors import InputError
from ipv6.plan.prefix import Prefix

LAN_BITS = 64
"""Every LAN and every link has a whole /64 (RFC 4291, section 2.5.4), a point-to-point one too (RFC 6164)."""
P2P_UPPER, P2P_LOWER = 2, 3
"""The ends of a point-to-point P::2/127 (RFC 6164): ::2 the upper device, ::3 the lower one.

P::/127 would contain the all-zeros identifier, the subnet-router anycast address (RFC 6164, section 5.1).
"""


class Hosts:
    """The part of a profile that does not depend on its fields."""

    def subnet(self, zone: Prefix) -> Prefix:
        """The zone's LAN: its first /64."""
        return zone.child(LAN_BITS, 0)

    def host(self, subnet: Prefix, address4: IPv4Address, prefix4: IPv4Network) -> Prefix:
        """The interface identifier spells the host octets' decimal digits (198.18.1.10 in a /24 gives ::10).

        A /128, also for a hosted website: a site is an address in its platform's LAN, never a prefix of its own.
        """
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


def loopback_host(hosts: Hosts, subnet: Prefix, address4: IPv4Address) -> Prefix:
    """A loopback /128 (RFC 6164's counterpart on routers): the last two octets of the IPv4 loopback, read as digits."""
    return hosts.host(subnet, address4, IPv4Network((address4, 16), strict=False))


def bcd(digits: str, place: str) -> int:
    """Two decimal digits as one byte of BCD ("31" gives 0x31)."""
    if len(digits) != 2 or not digits.isascii() or not digits.isdigit():
        raise InputError(place, f"{digits!r} is not two decimal digits", "use a six-digit GB/T 2260 code")
    return int(digits, 16)


def spelt(byte: int) -> bool:
    """Whether both hexadecimal digits of a byte are decimal ones, so that a code could spell it."""
    return byte >> 4 < 10 and byte & 15 < 10
