"""What a device's profile adds to its intent: reverse path checks, access lists, IS-IS, VPN instances, management."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from inventory.errors import InputError
from inventory.model import Device
from inventory.profile import Profile
from inventory.vocab import Role
from ipv6.plan.intent import DeviceIntent, Isis, Management, Peer, Port, Vpn
from ipv6.plan.lookup import Lookup, bare
from ipv6.zones.access import EXTRANET, AccessList, access_list
from ipv6.zones.matrix import flows_for

INTO, OUT = "to-zones", "from-zones"
AREA = "49.0001"
"""IS-IS area of private use (ISO 10589: AFI 49)."""


def with_profile(found: Lookup, device: Device, intent: DeviceIntent) -> DeviceIntent:
    """The intent with everything that the device's profile asks for; unchanged when it falls under none."""
    profiles = found.inv.network.profiles.values()
    profile = next((one for one in profiles if one.covers(device.role, device.drivers)), None)
    if profile is None:
        return intent
    lists = _zone_lists(found, device) if profile.zone_filter else ()
    ports = tuple(_port(found, device, profile, port, bool(lists)) for port in intent.ports)
    intent = replace(intent, ports=ports, access_lists=lists, management=_management(found, device, profile))
    if profile.routing == "isis":
        intent = replace(intent, isis=Isis(net_of(device)))
    return _with_vpns(found, device, profile, intent)


def _port(found: Lookup, device: Device, profile: Profile, port: Port, filtered: bool) -> Port:
    routing = "isis" if profile.routing == "isis" and port.routing == "ospf" else port.routing
    port = replace(port, urpf=profile.urpf, routing=routing)
    if filtered and _faces_firewall(found, device, port.name):
        return replace(port, acl_in=OUT, acl_out=INTO)
    return port


def _faces_firewall(found: Lookup, device: Device, name: str) -> bool:
    ends = (found.far_end(device, one) for one in device.interfaces if one.name == name)
    return any(other.role == Role.FIREWALL for end in ends for other, _ in end)


def _zone_lists(found: Lookup, device: Device) -> tuple[AccessList, ...]:
    """Both directions of the firewall's link, from the same matrix as the firewall itself; none without a firewall."""
    platform = found.inv.platform_of_device[device.name]
    owner = found.inv.platform_by_name.get(platform)
    if owner is None or not any(_faces_firewall(found, device, one.name) for one in device.interfaces):
        return ()
    prefixes: dict[str, tuple[str, ...]] = {EXTRANET: found.extranet()}
    for link in owner.links:
        if link.zone:
            prefixes[link.zone] = (*prefixes.get(link.zone, ()), *found.zone(platform, link))
    zones = frozenset(prefixes) - {EXTRANET}
    flows = flows_for(found.inv.matrix, platform)
    return (access_list(INTO, flows, prefixes, zones, True), access_list(OUT, flows, prefixes, zones, False))


def net_of(device: Device) -> str:
    """The network entity title from the IPv4 loopback: its twelve decimal digits are the system id."""
    if device.loopback4 is None:
        raise InputError(f"device {device.name}", "IS-IS needs loopback4 (its system id)", "add loopback4")
    digits = "".join(f"{part:03d}" for part in IPv4Address(device.loopback4).packed)
    return f"{AREA}.{digits[:4]}.{digits[4:8]}.{digits[8:]}.00"


def _with_vpns(found: Lookup, device: Device, profile: Profile, intent: DeviceIntent) -> DeviceIntent:
    """VPN instances and, on the IPv4 sessions to the core, their routes (RFC 4659 3.2.1.2)."""
    if not profile.vpns or intent.bgp is None:
        return intent
    asn = found.inv.network.asn
    vpns = tuple(
        Vpn(one.name, f"{device.loopback4}:{one.number}", (f"{asn}:{one.number}",), (f"{asn}:{one.number}",))
        for one in profile.vpns
    )
    peers: Sequence[Peer] = [
        replace(peer, vpn_routes=peer.from_loopback and ":" not in peer.address) for peer in intent.bgp.peers
    ]
    return replace(intent, vpns=vpns, bgp=replace(intent.bgp, peers=tuple(peers)))


def _management(found: Lookup, device: Device, profile: Profile) -> Management | None:
    wanted = profile.management
    if wanted is None:
        return None
    region = found.inv.region_by_code.get(device.region)
    return Management(
        snmp=_addresses(found, device, wanted.snmp),
        ntp=_addresses(found, device, wanted.ntp),
        aaa=wanted.aaa,
        aaa_servers=_addresses(found, device, wanted.aaa_servers),
        location=region.name if region else "",
    )


def _addresses(found: Lookup, device: Device, names: tuple[str, ...]) -> tuple[str, ...]:
    """Both families of each server: every server's IPv4 first, so that a day-0 order never changes."""
    every: list[str] = []
    for name in names:
        server = found.inv.devices.get(name)
        if server is None or not server.interfaces:
            fix = "name a device of the inventory that has a port"
            raise InputError(f"device {device.name}", f"its profile names the server {name}, which is none", fix)
        every += bare(found.port(server, server.interfaces[0]))
    return tuple(sorted(every, key=lambda one: ":" in one))
