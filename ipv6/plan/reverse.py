"""Reverse zones (RFC 1035 3.5, RFC 3596 2.5): one per prefix that the environment says is delegated to the province.

Sites, name servers and the loopbacks of routers that are there answer to a name; each name has its address (RFC 1912
2.1). All PTR belong to the shared change set: cities publish side by side, and would meet in one zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address

from inventory.model import SHARED, Device, Inventory, Site
from inventory.vocab import Role
from ipv6.plan.intent import RRset
from ipv6.plan.lookup import Lookup, bare

ROUTERS = (Role.CORE, Role.PE, Role.COUNTY_PE)


def reverse_zones(inv: Inventory) -> tuple[str, ...]:
    """Names of the reverse zones with a trailing dot, sorted."""
    prefixes: tuple[IPv4Network | IPv6Network, ...] = (*inv.environment.reverse4, *inv.environment.reverse6)
    return tuple(sorted(map(zone_name, prefixes)))


def own_zones(inv: Inventory) -> tuple[str, ...]:
    """Every zone that the province's own servers hold, with a trailing dot, sorted."""
    return tuple(sorted((*(f"{platform.dns_zone}." for platform in inv.platforms), *reverse_zones(inv))))


def zone_name(prefix: IPv4Network | IPv6Network) -> str:
    """The zone of a prefix that ends on an octet (IPv4) or a nibble (IPv6)."""
    if isinstance(prefix, IPv4Network):
        return ".".join(reversed(str(prefix.network_address).split(".")[: prefix.prefixlen // 8])) + ".in-addr.arpa."
    nibbles = prefix.network_address.exploded.replace(":", "")[: prefix.prefixlen // 4]
    return ".".join(reversed(nibbles)) + ".ip6.arpa."


def pointer(address: str) -> str:
    """The owner name of an address's PTR record."""
    return f"{ip_address(address).reverse_pointer}."


def zone_of(inv: Inventory, address: str) -> str:
    """The smallest reverse zone that an address belongs to; empty when it is in none of ours."""
    owner = f".{pointer(address)}"
    return max((zone for zone in reverse_zones(inv) if owner.endswith(f".{zone}")), key=len, default="")


def reverse_records(found: Lookup) -> Iterator[RRset]:
    """NS and PTR of the reverse zones, and the addresses of the routers' names in the zones of their platforms."""
    inv, ttl = found.inv, found.inv.names.ttl
    zones = reverse_zones(inv)
    if not zones:
        return
    servers = tuple(sorted(f"{name}." for name in inv.network.name_servers))
    yield from (RRset(zone, zone, "NS", ttl, servers) for zone in zones)
    for name, addresses in _names(found):
        for address in addresses:
            if zone := zone_of(inv, address):
                yield RRset(zone, pointer(address), "PTR", ttl, (name,))
    for device in _routers(inv):
        zone, owner = _home(inv, device)
        for address in bare(found.loopbacks(device)):
            kind = "AAAA" if ":" in address else "A"
            yield RRset(zone, f"{device.name}.net.{zone}", kind, ttl, (address,), owner)


def _names(found: Lookup) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, its addresses) of everything that answers to one."""
    inv = found.inv
    for site in inv.sites:
        yield f"{site.name}.", _own(found, site)
    for name, device_name in inv.network.name_servers.items():
        device = inv.devices[device_name]
        yield f"{name}.", bare(found.port(device, device.interfaces[0]))
    for device in _routers(inv):
        yield f"{device.name}.net.{_home(inv, device)[0]}", bare(found.loopbacks(device))


def _own(found: Lookup, site: Site) -> tuple[str, ...]:
    """The addresses that answer to the site's name: an edge that many sites share answers to the portal's alone.

    The addresses behind such an edge answer to none, because no name leads to them.
    """
    addresses, platform = found.visited(site), found.inv.platform_by_name[site.platform]
    return addresses[:1] if found.entered6(platform) and site.name != platform.portal else addresses


def _routers(inv: Inventory) -> Iterator[Device]:
    """Routers of this environment with a loopback; others would answer to a name without being there."""
    return (one for one in inv.devices.values() if one.role in ROUTERS and one.loopback4 and inv.holds(one))


def _home(inv: Inventory, device: Device) -> tuple[str, str]:
    """(the zone of a device's name, the platform whose change set brings it); shared ones stand beside the servers."""
    platform = inv.platform_of_device[device.name]
    if platform != SHARED:
        return f"{inv.platform_by_name[platform].dns_zone}.", platform
    servers = tuple(inv.network.name_servers)
    home = next((one.dns_zone for one in inv.platforms if servers and servers[0].endswith(f".{one.dns_zone}")), "")
    return f"{home or inv.platforms[0].dns_zone}.", ""
