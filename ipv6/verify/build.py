"""Subjects from the inventory and the ledger's claims (key to prefix); what has no claim yet has no IPv6 address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory.errors import InputError
from inventory.model import SHARED, Device, Interface, Inventory, Platform
from inventory.vocab import ENTRY_ZONE, Role
from ipv6.plan.lookup import Lookup
from ipv6.plan.prefix import address_of
from ipv6.plan.reverse import pointer, zone_of
from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.subjects import Pair, Place, Server, SharedSubject, SiteSubject, Vantages, ZoneSubject
from ipv6.zones.matrix import OUTSIDE, denied_pairs, flows_for

DNS_PORT = 53
HOSTS = (Role.SITE_HOST, Role.ZONE_HOST)


def chosen(inv: Inventory, platforms: Sequence[str] | None) -> tuple[Platform, ...]:
    """The named platforms (all for None), in the inventory's order; InputError for an unknown one."""
    for name in platforms or ():
        if name not in inv.platform_by_name:
            known = ", ".join(inv.platform_by_name)
            raise InputError(f"platform {name}", "there is no such platform", f"choose one of {known}")
    return tuple(one for one in inv.platforms if platforms is None or one.name in platforms)


def site_subjects(
    inv: Inventory,
    claims: Mapping[str, str],
    platforms: Sequence[str] | None = None,
    baselines: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[SiteSubject, ...]:
    """One per hosted site; `baselines` is IPv4 before the change, by site name."""
    known = frozenset(site.name for site in inv.sites)
    names = _names_behind(inv)
    return tuple(
        SiteSubject(
            name=site.name,
            platform=platform.name,
            zone=platform.dns_zone,
            address4=str(site.address4),
            address6=edge or own6,
            servers=_servers(inv, claims, platform.name),
            baseline=(baselines or {}).get(site.name, {}),
            limits={**DEFAULT_LIMITS, **inv.indicators.values},
            known=known,
            host=_site_host(inv, platform),
            names=names,
            # An edge that many sites share answers to the portal's name alone.
            reverse="" if edge and site.name != platform.portal else _reverse(inv, edge or own6),
            behind6=own6 if edge else "",
        )
        for platform in chosen(inv, platforms)
        for edge in (_edge(inv, claims, platform),)
        for site in platform.sites
        for own6 in (_claimed(claims, f"site/{site.name}"),)
    )


def _edge(inv: Inventory, claims: Mapping[str, str], platform: Platform) -> str:
    """Where names of its sites lead over IPv6 when visitors enter its cluster; empty otherwise and before the plan."""
    return Lookup(inv, claims).entered6(platform) if f"subnet/{platform.name}/{ENTRY_ZONE}" in claims else ""


def _reverse(inv: Inventory, address: str) -> str:
    """The name of an address's PTR record, where the zone is ours; empty otherwise."""
    return pointer(address).rstrip(".") if address and zone_of(inv, address) else ""


def _servers(inv: Inventory, claims: Mapping[str, str], platform: str) -> tuple[tuple[str, str], ...]:
    """(name, IPv6) of the servers that must answer once this platform has IPv6: the shared ones and its own.

    Those of other cities are not there yet while its wave goes; `delegation-ipv6` asks all that are published.
    """
    near = (SHARED, platform)
    found = (one for one in name_servers(inv, claims) if inv.platform_of_device[one.device] in near)
    return tuple((one.name, one.address6) for one in found if one.address6)


def _names_behind(inv: Inventory) -> str:
    """The platform in whose zone the shared name servers stand."""
    shared = (name for name in inv.network.name_servers.values() if inv.platform_of_device[name] == SHARED)
    ports = {inv.devices[name].interfaces[0].link for name in shared}
    return next((one.name for one in inv.platforms if ports & {link.id for link in one.links}), "")


def _site_host(inv: Inventory, platform: Platform) -> str:
    held = (device for device in platform.devices if device.role is Role.SITE_HOST and inv.holds(device))
    return next((device.name for device in held), "")


def name_servers(inv: Inventory, claims: Mapping[str, str]) -> tuple[Server, ...]:
    """The province's authoritative servers with both addresses, by name."""
    found = []
    for name, device_name in sorted(inv.network.name_servers.items()):
        device = inv.devices[device_name]
        port = device.interfaces[0]
        found.append(
            Server(name, device_name, str(port.address4), _claimed(claims, f"iface/{device_name}/{port.name}"))
        )
    return tuple(found)


def shared_subject(inv: Inventory, claims: Mapping[str, str]) -> SharedSubject:
    """What the province's own change set must leave working: the name servers, and the core's loopback."""
    core = next((device for device in inv.network.devices if device.role is Role.CORE), None)
    return SharedSubject(
        name=SHARED,
        platform=SHARED,
        zones=tuple(platform.dns_zone for platform in inv.platforms),
        servers=tuple(one for one in name_servers(inv, claims) if inv.platform_of_device[one.device] == SHARED),
        core=core.name if core else "",
        core4=str(core.loopback4) if core and core.loopback4 else "",
        core6=_claimed(claims, f"loopback/{core.name}") if core else "",
    )


def zone_subjects(
    inv: Inventory, claims: Mapping[str, str], platforms: Sequence[str] | None = None
) -> tuple[ZoneSubject, ...]:
    """One per platform: its representative forbidden flows and all its allowed ones."""
    return tuple(_zones(inv, claims, platform) for platform in chosen(inv, platforms))


def _zones(inv: Inventory, claims: Mapping[str, str], platform: Platform) -> ZoneSubject:
    places = _places(inv, claims, platform)
    resolver = _resolver(inv, claims, platform)

    def pair(source: str, target: str, protocol: str, port: int, allowed: bool) -> Pair:
        to = resolver if resolver and port == DNS_PORT and target == resolver.zone else places[target]
        return Pair(places[source], to, protocol, port, allowed)

    flows = flows_for(inv.matrix, platform.name)
    allowed = [
        pair(flow.source, flow.target, flow.protocol, port, True)
        for flow in flows
        for port in flow.ports or (0,)
        if flow.source in places and flow.target in places and flow.target != OUTSIDE[0]
    ]
    denied = [
        pair(source, target, protocol, port, False)
        for source, target, protocol, port in denied_pairs(inv.matrix, platform.name)
        if source in places and target in places
    ]
    return ZoneSubject(f"{platform.name} zones", platform.name, (*allowed, *denied))


def _places(inv: Inventory, claims: Mapping[str, str], platform: Platform) -> dict[str, Place]:
    """Where each zone is spoken for; the extranet is the core, which stands behind nobody's firewall."""
    v = Vantages()
    places = {OUTSIDE[0]: Place(OUTSIDE[0], (v.v4, v.v6), ("", ""))}
    shared = shared_subject(inv, claims)
    if shared.core:
        places[OUTSIDE[1]] = Place(OUTSIDE[1], (shared.core, shared.core), (shared.core4, shared.core6))
    for device in platform.devices:
        for port in device.interfaces:
            zone = inv.links[port.link].zone
            if device.role in HOSTS and zone:
                places[zone] = _place(claims, device, port, zone)
    return places


def _place(claims: Mapping[str, str], device: Device, port: Interface, zone: str) -> Place:
    address6 = _claimed(claims, f"iface/{device.name}/{port.name}")
    return Place(zone, (device.name, device.name), (str(port.address4), address6), port.netns)


def _resolver(inv: Inventory, claims: Mapping[str, str], platform: Platform) -> Place | None:
    """The name server inside one of the platform's zones, which is who listens on port 53 there."""
    zones = {link.id: link.zone for link in platform.links if link.zone}
    for device_name in inv.network.name_servers.values():
        device = inv.devices[device_name]
        port = device.interfaces[0]
        if port.link in zones:
            return _place(claims, device, port, zones[port.link])
    return None


def _claimed(claims: Mapping[str, str], key: str) -> str:
    return address_of(claims.get(key, ""))
