"""The legible profile: the GB/T 2260 digits can be read off the address; needs a /28 for the three planes."""

from __future__ import annotations

from ipaddress import IPv4Address

from inventory.addressing import SHAPES, Addressing
from inventory.environment import Block
from inventory.errors import InputError
from ipv6.plan.choice import Choice, Fixed, Pooled
from ipv6.plan.fields import LEGIBLE
from ipv6.plan.hosts import LAN_BITS, Hosts, bcd, loopback_host, spelt
from ipv6.plan.layout import FIXED, FREE, Field
from ipv6.plan.planes import plane_of
from ipv6.plan.prefix import Prefix

USE_BITS = 52
ORGANISATION_BITS = 56
"""A /56 for an organisation: well more than one /64 and on a nibble (RFC 6177, sections 3 and 4)."""


class Legible(Hosts):
    """Plane /32, city /40, county /48 with the GB/T 2260 digits as BCD, one nibble of use (/52), LANs and links /64.

    430121 reads `121` in the address; bytes with a digit a-f never come from a code: they are the overflow pool.
    """

    name = "legible"
    shape = SHAPES["legible"]
    fields = LEGIBLE
    spells_codes = True

    def __init__(self, addressing: Addressing) -> None:
        self._infrastructure = addressing.infrastructure_nibble
        self._services = addressing.services_nibble

    def plane(self, block: Block) -> Prefix:
        """A /28 is cut by the block's index, a /32 is one plane, a bound /40 one city and a bound /48 one region."""
        return plane_of(block, self.name, self.shape)

    def city(self, code: str) -> Choice | None:
        """None: a city is its digits, so its /40 needs no claim of its own."""
        return None

    def region(self, code: str) -> Choice:
        """The region's /48: digits 3-4 and 5-6 of the code, each pair one byte of BCD; less in a bound block."""
        city, county = bcd(code[2:4], f"region {code}"), bcd(code[4:6], f"region {code}")
        return Fixed(lambda parent: _in_city(_city(parent, city), county))

    def area(self, code: str) -> Choice:
        """A /48 of the overflow pool: the region's city byte, then a county byte with a digit a-f."""
        city = bcd(code[2:4], f"region {code}")
        return Pooled(
            "areas",
            self.shape.region,
            lambda parent: _city(parent, city),
            lambda parent: _spelt_children(_city(parent, city)),
        )

    def organisation(self) -> Choice:
        """Any /56 of the uses 8-f, which are the upper half of a region's /48."""
        return Pooled("organisations", ORGANISATION_BITS, lambda region: region.child(region.length + 1, 1))

    def links(self) -> Choice:
        """The link /64s of the infrastructure /52; subnet 0 is the loopbacks'."""
        return Pooled("links", LAN_BITS, self._use, lambda region: (self._use(region).child(LAN_BITS, 0),))

    def zone(self, region: Prefix, nibble: int) -> Prefix:
        """A zone's /52."""
        if nibble in (self._infrastructure, self._services):
            raise InputError(
                f"zone with nibble {nibble}", "the nibble is infrastructure's or services'", "take another"
            )
        return region.child(USE_BITS, nibble)

    def services(self, region: Prefix) -> Prefix:
        """The cluster's Service range: the first /64 of the services /52."""
        return region.child(USE_BITS, self._services).child(LAN_BITS, 0)

    def loopback(self, region: Prefix, address4: IPv4Address) -> Prefix:
        """A /128 in subnet 0 of the infrastructure /52."""
        return loopback_host(self, self._use(region).child(LAN_BITS, 0), address4)

    def idle(self, field: Field, address: int) -> tuple[str, str]:
        """What a field that no claim ends in says by its number: (state, meaning)."""
        use = address >> 76 & 15
        number = field.value(address)
        if field.name_en == "use":
            return _use_of(number, self._infrastructure, self._services)
        if use == self._infrastructure and (address >> 64 & 0xFFF) == 0:
            return FIXED, "subnet 0 of the infrastructure: loopbacks"
        if field.name_en == "organisation" and use >= 8:
            return FREE, "no organisation has this /56"
        if field.name_en == "organisation":
            return FIXED, "first digit of the subnet"
        return FREE, f"no claim on number {number:x}"

    def _use(self, region: Prefix) -> Prefix:
        return region.child(USE_BITS, self._infrastructure)


def _use_of(number: int, infrastructure: int, services: int) -> tuple[str, str]:
    if number == infrastructure:
        return FIXED, "infrastructure: loopbacks and links"
    if number == services:
        return FIXED, "services of the platform's cluster"
    if number >= 8:
        return FIXED, "organisations, a /56 each"
    return FREE, f"zone {number}, which this region does not use"


def _city(parent: Prefix, city: int) -> Prefix:
    """The city's /40 in a plane; a bound block of a city or less stands for itself."""
    return parent.child(40, city) if parent.length < 40 else parent


def _in_city(city: Prefix, county: int) -> Prefix:
    return city.child(48, county) if city.length < 48 else city


def _spelt_children(city: Prefix) -> tuple[Prefix, ...]:
    return tuple(city.child(48, byte) for byte in range(256) if spelt(byte)) if city.length == 40 else ()
