"""The table of addresses in both families that a reviewer reads, one row per thing that has an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inventory.model import SHARED, Device, Inventory, Link
from ipv6.change.model import AddressPair
from ipv6.plan.lookup import Lookup
from ipv6.plan.prefix import address_of


def pairs(inv: Inventory, claims: Mapping[str, str], platform: str, deferred: str) -> tuple[AddressPair, ...]:
    """Zones, services, links, loopbacks, ports and sites of one platform (or of `shared`) with both addresses.

    `deferred` is the reason put on rows that only devices outside this environment use.
    """
    owned = [device for name, device in inv.devices.items() if inv.platform_of_device[name] == platform]
    found = [*_links(inv, claims, platform, deferred)]
    for device in owned:
        found += _device(inv, claims, device, "" if inv.holds(device) else deferred)
    for site in inv.sites:
        if site.platform == platform:
            found.append(
                AddressPair("site", site.name, str(site.address4), address_of(claims.get(f"site/{site.name}", "")))
            )
    return tuple(found)


def _links(inv: Inventory, claims: Mapping[str, str], platform: str, deferred: str) -> Iterator[AddressPair]:
    owner = inv.platform_by_name.get(platform)
    links: tuple[Link, ...] = inv.shared_links if platform == SHARED else owner.links if owner else ()
    held = {port.link for device in inv.devices.values() if inv.holds(device) for port in device.interfaces}
    outside = {port.link for device in inv.devices.values() if not inv.holds(device) for port in device.interfaces}
    for link in links:
        if link.zone:
            six = claims.get(f"subnet/{platform}/{link.zone}", "")
            yield AddressPair("zone", link.zone, str(link.prefix4), six)
        else:
            six = str(link.prefix6) if link.prefix6 else claims.get(f"link/{link.id}", "")
            reason = deferred if link.id in outside or link.id not in held else ""
            yield AddressPair("link", link.id, str(link.prefix4), six, reason)
    if owner:
        yield AddressPair("services", platform, str(owner.services4), claims.get(f"services/{platform}", ""))
        if edge := Lookup(inv, claims).edge(owner):
            yield AddressPair("edge", platform, edge[0], "".join(edge[1:]))


def _device(inv: Inventory, claims: Mapping[str, str], device: Device, deferred: str) -> Iterator[AddressPair]:
    if device.loopback4:
        six = address_of(claims.get(f"loopback/{device.name}", ""))
        yield AddressPair("loopback", device.name, str(device.loopback4), six, deferred)
    for port in device.interfaces:
        six = str(port.address6) if port.address6 else address_of(claims.get(f"iface/{device.name}/{port.name}", ""))
        yield AddressPair("port", f"{device.name} {port.name}", str(port.address4), six, deferred)
