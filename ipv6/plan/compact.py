"""The compact profile: everything from one /32; values come from the ledger, so an address does not spell its code."""

from __future__ import annotations

from ipaddress import IPv4Address

from inventory.addressing import SHAPES, Addressing
from inventory.environment import Block
from inventory.errors import InputError
from ipv6.plan.choice import Choice, Fixed, Pooled, itself
from ipv6.plan.fields import COMPACT
from ipv6.plan.hosts import LAN_BITS, Hosts, loopback_host
from ipv6.plan.layout import FIXED, FREE, Field
from ipv6.plan.planes import plane_of
from ipv6.plan.prefix import Prefix

USE_BITS = 48
ZONE_BITS = 52
ORGANISATION_BITS = 56
INFRASTRUCTURE, PLATFORM = 0, 1


class Compact(Hosts):
    """Plane /36, city /40, county /44, use /48 (0 infrastructure, 1 platform, 2-f organisations), zone /52, LAN /64.

    Sixteen city values for one province and 14 cities leave one; a second /32 takes what no longer fits.
    """

    name = "compact"
    shape = SHAPES["compact"]
    fields = COMPACT
    spells_codes = False

    def __init__(self, addressing: Addressing) -> None:
        self._services = addressing.services_nibble

    def plane(self, block: Block) -> Prefix:
        """A /32 is cut by the block's index, a /36 is one plane, a bound /40 one city and a bound /44 one region."""
        return plane_of(block, self.name, self.shape)

    def city(self, code: str) -> Choice | None:
        """The /40 of the region's city: value 0 for the province, else a free one."""
        if code[2:4] == "00":
            return Fixed(lambda plane: plane.child(40, 0))
        return Pooled("cities", 40, itself, lambda plane: (plane.child(40, 0),))

    def region(self, code: str) -> Choice:
        """The region's /44 inside its city's /40: value 0 for the city itself, else a free one."""
        return Fixed(_own) if code.endswith("00") else self.area(code)

    def area(self, code: str) -> Choice:
        """A free /44 of the city, beside its counties."""
        return Pooled("counties", 44, itself, lambda city: (_own(city),) if city.length < 44 else ())

    def organisation(self) -> Choice:
        """Any /56 of the uses 2-f."""
        return Pooled(
            "organisations",
            ORGANISATION_BITS,
            itself,
            lambda region: (region.child(USE_BITS, INFRASTRUCTURE), region.child(USE_BITS, PLATFORM)),
        )

    def links(self) -> Choice:
        """The link /64s of use 0; subnet 0 is the loopbacks'."""
        return Pooled(
            "links",
            LAN_BITS,
            lambda region: region.child(USE_BITS, INFRASTRUCTURE),
            lambda region: (region.child(USE_BITS, INFRASTRUCTURE).child(LAN_BITS, 0),),
        )

    def zone(self, region: Prefix, nibble: int) -> Prefix:
        """A zone's /52 under use 1."""
        if nibble == self._services:
            raise InputError(f"zone with nibble {nibble}", "the nibble is services'", "take another")
        return region.child(USE_BITS, PLATFORM).child(ZONE_BITS, nibble)

    def services(self, region: Prefix) -> Prefix:
        """The cluster's Service range: the first /64 of the services /52 under use 1."""
        return region.child(USE_BITS, PLATFORM).child(ZONE_BITS, self._services).child(LAN_BITS, 0)

    def idle(self, field: Field, address: int) -> tuple[str, str]:
        """What a field that no claim ends in says by its number: (state, meaning)."""
        use, number = address >> 80 & 15, field.value(address)
        if field.name_en == "use":
            named = {
                INFRASTRUCTURE: "infrastructure: loopbacks and links",
                PLATFORM: "zones and services of the platform",
            }
            return FIXED, named.get(number, "organisations, a /56 each")
        if use == INFRASTRUCTURE and (address >> 64 & 0xFFFF) == 0:
            return FIXED, "subnet 0 of the infrastructure: loopbacks"
        if field.name_en == "zone" and use == PLATFORM:
            if number == self._services:
                return FIXED, "services of the platform's cluster"
            return FREE, f"zone {number}, which this region does not use"
        if field.name_en == "zone" or (field.name_en == "organisation" and use < 2):
            return FIXED, "first digits of what follows"
        if field.name_en == "organisation":
            return FREE, "no organisation has this /56"
        return FREE, f"no claim on number {number:x}"

    def loopback(self, region: Prefix, address4: IPv4Address) -> Prefix:
        """A /128 in subnet 0 of use 0."""
        return loopback_host(self, region.child(USE_BITS, INFRASTRUCTURE).child(LAN_BITS, 0), address4)


def _own(city: Prefix) -> Prefix:
    """The city's own region; a bound block of one region stands for itself."""
    return city.child(44, 0) if city.length < 44 else city
