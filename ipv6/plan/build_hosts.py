"""Intents of site hosts, zone hosts, name servers and the operations host."""

from __future__ import annotations

from dataclasses import replace

from inventory.errors import InputError
from inventory.model import Device, Interface
from inventory.vocab import Role
from ipv6.plan.build_base import base, defaults_via, port
from ipv6.plan.intent import DeviceIntent, NameServer, Partner, Resolving, Route, Serving, VirtualSite
from ipv6.plan.lookup import Lookup, bare, both
from ipv6.plan.prefix import address_of
from ipv6.plan.records import PARENT_ZONE
from ipv6.plan.reverse import own_zones


def host(found: Lookup, device: Device) -> DeviceIntent:
    """A host on zone LANs: one port and one default route per LAN."""
    ports = tuple(port(found, device, interface) for interface in device.interfaces)
    return replace(base(found, device, ports), routes=_defaults(found, device))


def site_host(found: Lookup, device: Device) -> DeviceIntent:
    """The host that serves its platform's sites: their addresses are host addresses (/32, /128) on its LAN port."""
    platform = found.inv.platform_of_device[device.name]
    sites, ports = [], []
    for interface in device.interfaces:
        prefix4 = found.inv.links[interface.link].prefix4
        own = bare(found.port(device, interface))
        extra: list[str] = []
        for site in found.inv.sites:
            if site.platform != platform or site.address4 not in prefix4:
                continue
            six = found.address6(f"site/{site.name}")
            sites.append(VirtualSite(site.name, site.title, site.owner, str(site.address4), six))
            lengths = {False: 32, True: 128}
            extra += [f"{one}/{lengths[':' in one]}" for one in both(str(site.address4), six) if one not in own]
        ports.append(port(found, device, interface, extra=tuple(extra)))
    return replace(base(found, device, tuple(ports)), routes=_defaults(found, device), sites=tuple(sites))


def name_server(found: Lookup, device: Device) -> DeviceIntent:
    """An authoritative server for our own zones; the primary transfers with all others, each of them with it."""
    partners = [
        Partner(other.name, tuple(reversed(_listen(found, other))))
        for other in sorted(found.inv.devices.values(), key=lambda one: one.name)
        if other.role == Role.DNS and other.primary != device.primary
    ]
    zones = tuple(zone.rstrip(".") for zone in own_zones(found.inv))
    server = NameServer(
        device.primary,
        _listen(found, device),
        zones,
        tuple(partners),
        Serving(
            **found.inv.naming.dnssec.model_dump(),
            **found.inv.naming.answers.model_dump(),
            queries=found.inv.naming.queries.log,
        ),
        *_parent(found, zones if device.primary else ()),
    )
    return replace(host(found, device), name_server=server)


def resolver(found: Lookup, device: Device) -> DeviceIntent:
    """The extranet's resolver: its clients are the extranet's prefixes, of IPv6 as far as the ledger has them."""
    own = found.inv.naming.resolver
    prefix = str(own.dns64_prefix) if own.dns64 else ""
    resolving = Resolving(_listen(found, device), found.extranet(), own.client_rate, own.zone_rate, prefix)
    return replace(host(found, device), resolver=resolving)


def _parent(found: Lookup, zones: tuple[str, ...]) -> tuple[Partner | None, tuple[str, ...]]:
    """Whom the signer asks whether a new key's DS is there, and for which zones; IPv6 only once there is a plan."""
    environment = found.inv.environment
    six = environment.parent6 if found.claims is not None else ()
    below = tuple(zone for zone in zones if zone.endswith(f".{PARENT_ZONE.rstrip('.')}"))
    addresses = tuple(str(one) for one in (*six, *environment.parent4))
    return (Partner("parent", addresses), below) if addresses and below else (None, ())


def _listen(found: Lookup, device: Device) -> tuple[str, ...]:
    addresses = [address for interface in device.interfaces for address in bare(found.port(device, interface))]
    return tuple(sorted(addresses, key=lambda one: ":" in one))


def _defaults(found: Lookup, device: Device) -> tuple[Route, ...]:
    """Default routes through the firewall of each LAN; only the first LAN of each network namespace gets one."""
    routes: list[Route] = []
    done: set[str] = set()
    for interface in device.interfaces:
        if interface.netns in done:
            continue
        done.add(interface.netns)
        routes += defaults_via(_gateway(found, device, interface), interface.netns)
    return tuple(routes)


def _gateway(found: Lookup, device: Device, interface: Interface) -> tuple[str, ...]:
    for other, far in found.far_end(device, interface):
        if other.role == Role.FIREWALL:
            return tuple(address_of(address) for address in found.port(other, far))
    raise InputError(f"device {device.name}", f"link {interface.link} has no firewall to route through", "add one")
