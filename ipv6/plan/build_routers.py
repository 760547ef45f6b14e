"""Intents of the core, the PE routers and the zone firewalls."""

from __future__ import annotations

from dataclasses import replace

from inventory.errors import InputError
from inventory.model import Device, Interface
from inventory.vocab import Role
from ipv6.plan.build_base import base, defaults_via, held_interfaces, port
from ipv6.plan.build_profile import with_profile
from ipv6.plan.intent import Bgp, DeviceIntent, Firewall, Peer, Port, PrefixList, Route, ZonePort
from ipv6.plan.lookup import Lookup, bare, both, other_end4, other_end6
from ipv6.plan.prefix import address_of
from ipv6.plan.provider import EXPORT, IMPORT, provider_lists
from ipv6.zones.matrix import flows_for

ROUTERS = (Role.CORE, Role.PE, Role.COUNTY_PE)


def core(found: Lookup, device: Device) -> DeviceIntent:
    """The core: OSPF towards every PE, route reflector over the loopbacks (RFC 4456), nothing announced itself."""
    ports = _routed_ports(found, device)
    clients = [
        other
        for other in found.inv.devices.values()
        if other.role in (Role.PE, Role.COUNTY_PE) and found.inv.holds(other) >= found.inv.holds(device)
    ]
    peers = _loopback_peers(found, clients, reflector_client=True)
    return replace(base(found, device, ports), bgp=Bgp(found.inv.network.asn, _router_id(device), peers, ()))


def router(found: Lookup, device: Device) -> DeviceIntent:
    """A PE of the province, a city or a county: its platform's zones are static routes and BGP networks."""
    cores = [other for other in found.inv.devices.values() if other.role == Role.CORE]
    peers = _loopback_peers(found, cores, next_hop_self=True)
    routes: list[Route] = []
    for interface in device.interfaces:
        peers = (*peers, *_provider_peers(found, interface))
        routes += _zone_routes(found, device, interface)
    networks = tuple(sorted((route.prefix for route in routes), key=lambda prefix: ":" in prefix))
    ports = _routed_ports(found, device)
    bgp = Bgp(found.inv.network.asn, _router_id(device), _by_family(peers), networks)
    lists: tuple[PrefixList, ...] = ()
    if any(peer.export_list for peer in peers):
        lists = provider_lists(found.internet(), found.extranet(), found.inv.environment.kind)
    intent = replace(base(found, device, ports), routes=_routes_by_family(routes), bgp=bgp, prefix_lists=lists)
    return with_profile(found, device, intent)


def firewall(found: Lookup, device: Device) -> DeviceIntent:
    """A platform's zone firewall: default route to its PE, every zone of the matrix behind it."""
    platform = found.inv.platform_of_device[device.name]
    outside, zones = "", []
    owner = found.inv.platform_by_name[platform]
    services = _service_routes(found, platform, found.cluster(owner))
    routes: tuple[Route, ...] = ()
    for interface in device.interfaces:
        link = found.inv.links[interface.link]
        if link.zone:
            zones.append(ZonePort(link.zone, interface.name, found.behind(owner, link)))
            continue
        if outside:
            raise InputError(f"device {device.name}", "two ports outside every zone", "give one of the links a zone")
        outside = interface.name
        for other, far in found.far_end(device, interface):
            routes += defaults_via(found.port(other, far))
    ports = tuple(port(found, device, interface) for interface in device.interfaces)
    rules = Firewall(outside, tuple(zones), found.extranet(), flows_for(found.inv.matrix, platform))
    return replace(base(found, device, ports), routes=(*routes, *services), firewall=rules)


def _routed_ports(found: Lookup, device: Device) -> tuple[Port, ...]:
    return tuple(
        port(found, device, interface, _routing(found, device, interface))
        for interface in held_interfaces(found, device)
    )


def _routing(found: Lookup, device: Device, interface: Interface) -> str:
    """Adjacency between routers, announced only towards a firewall, nothing towards a provider."""
    others = found.far_end(device, interface)
    if any(other.role in ROUTERS for other, _ in others):
        return "ospf"
    return "passive" if others else "none"


def _router_id(device: Device) -> str:
    if device.loopback4 is None:
        raise InputError(f"device {device.name}", "a router needs loopback4 (its router id)", "add loopback4")
    return str(device.loopback4)


def _loopback_peers(
    found: Lookup, others: list[Device], reflector_client: bool = False, next_hop_self: bool = False
) -> tuple[Peer, ...]:
    asn = found.inv.network.asn
    peers = [
        Peer(address, asn, other.name, True, reflector_client, next_hop_self)
        for other in sorted(others, key=lambda one: one.name)
        for address in bare(found.loopbacks(other))
    ]
    return _by_family(tuple(peers))


def _provider_peers(found: Lookup, interface: Interface) -> tuple[Peer, ...]:
    """The provider is the other end of the one link that it numbered itself; it is told the internet plane only."""
    link = found.inv.links[interface.link]
    if link.prefix6 is None:
        return ()
    six = other_end6(interface.address6) if interface.address6 and found.claims is not None else ""
    ends = both(other_end4(interface.address4), six)
    asn = found.inv.network.provider_asn
    return tuple(Peer(address, asn, link.id, import_list=IMPORT, export_list=EXPORT) for address in ends)


def _zone_routes(found: Lookup, device: Device, interface: Interface) -> list[Route]:
    """Routes to everything behind the firewall at the other end of a port."""
    routes = []
    for other, far in found.far_end(device, interface):
        if other.role != Role.FIREWALL:
            continue
        via = bare(found.port(other, far))
        platform = found.inv.platform_of_device[other.name]
        for behind in other.interfaces:
            link = found.inv.links[behind.link]
            if link.zone:
                pairs = zip(found.zone(platform, link), via, strict=True)
                routes += [Route(prefix, address_of(gateway)) for prefix, gateway in pairs]
        routes += _service_routes(found, platform, via)
    return routes


def _service_routes(found: Lookup, platform: str, via: tuple[str, ...]) -> tuple[Route, ...]:
    """Routes to the Service range of a platform's cluster; none while the cluster has no entry."""
    owner = found.inv.platform_by_name[platform]
    if owner.cluster4 is None:
        return ()
    return tuple(Route(prefix, hop) for prefix, hop in zip(found.services(owner), via, strict=True))


def _routes_by_family(routes: list[Route]) -> tuple[Route, ...]:
    return tuple(sorted(routes, key=lambda route: ":" in route.prefix))


def _by_family(peers: tuple[Peer, ...]) -> tuple[Peer, ...]:
    return tuple(sorted(peers, key=lambda peer: ":" in peer.address))
