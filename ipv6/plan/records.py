"""The DNS records the plan asks for: the platforms' zones, the reverse zones and the parent's glue, addresses last
(design decision 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inventory.model import SHARED, Inventory
from ipv6.plan.intent import RRset
from ipv6.plan.lookup import Lookup
from ipv6.plan.reverse import reverse_records

PARENT_ZONE = "gov.cn."


def records(inv: Inventory, claims: Mapping[str, str] | None) -> tuple[RRset, ...]:
    """Every RRset (SOA left out) of our own zones, and the glue in `gov.cn.`; sorted, IPv4 only without claims."""
    found = Lookup(inv, claims)
    return tuple(sorted(_all(found), key=lambda one: (one.zone, one.name, one.type)))


def owner_of(rrset: RRset) -> str:
    """The platform whose change set carries the record; apex NS, PTR, and the addresses and glue of the
    shared name servers are `SHARED`."""
    return rrset.owner or SHARED


def _all(found: Lookup) -> Iterator[RRset]:
    servers = tuple(sorted(f"{name}." for name in found.inv.network.name_servers))
    ttl = found.inv.names.ttl
    for platform in found.inv.platforms:
        zone = f"{platform.dns_zone}."
        yield RRset(zone, zone, "NS", ttl, servers)
        for site in platform.sites:
            yield from _addresses(zone, f"{site.name}.", found.visited(site), platform.name, ttl)
    zones = {platform.dns_zone for platform in found.inv.platforms}
    for name, device_name in found.inv.network.name_servers.items():
        device = found.inv.devices[device_name]
        addresses = tuple(one.split("/", 1)[0] for one in found.port(device, device.interfaces[0]))
        # A server in a city is reached when that city is: its addresses go with its platform's change set.
        stands = found.inv.platform_of_device[device_name]
        owner = "" if stands == SHARED else stands
        home = [zone for zone in zones if name.endswith(f".{zone}")]
        for zone in home:
            yield from _addresses(f"{zone}.", f"{name}.", addresses, owner, ttl)
        yield from _addresses(PARENT_ZONE, f"{name}.", addresses, owner, ttl)
    yield from reverse_records(found)


def _addresses(zone: str, name: str, addresses: tuple[str, ...], owner: str, ttl: int) -> Iterator[RRset]:
    for family, kind in ((4, "A"), (6, "AAAA")):
        rdata = tuple(sorted(one for one in addresses if (":" in one) == (family == 6)))
        if rdata:
            yield RRset(zone, name, kind, ttl, rdata, owner)
