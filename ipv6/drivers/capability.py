"""What a driver can do, as data with reasons, and the refusal of an intent that asks for more; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.errors import InputError
from ipv6.plan.intent import DeviceIntent, Port

YES, LIMITED, NO = "yes", "limited", "no"

FEATURES = {
    "ipv4": "IPv4 addresses",
    "ipv6": "IPv6 addresses",
    "ospf2": "OSPFv2",
    "ospf3": "OSPFv3",
    "isis4": "IS-IS for IPv4",
    "isis6": "IS-IS for IPv6",
    "bgp4": "BGP IPv4 unicast",
    "bgp6": "BGP IPv6 unicast",
    "bgp-filter": "BGP prefix lists",
    "static4": "static routes, IPv4",
    "static6": "static routes, IPv6",
    "vpn4": "VPN instances, VPNv4",
    "vpn6": "VPN instances, VPNv6",
    "acl4": "access lists, IPv4",
    "acl6": "access lists, IPv6",
    "urpf4": "uRPF, IPv4",
    "urpf6": "uRPF, IPv6",
    "ra-suppress": "no router advertisements by default",
    "ra-send": "router advertisements",
    "ra-guard": "RA guard on a port",
    "snmp": "SNMPv3 over both families",
    "ntp": "NTP over both families",
    "radius": "RADIUS over both families",
    "hwtacacs": "HWTACACS over both families",
    "firewall": "stateful zone firewall",
    "sites": "websites",
    "dns": "authoritative DNS",
    "resolver": "resolving DNS",
    "netns": "network namespaces",
    "delta": "commands there and back",
    "dry-run": "check without change",
    "timed-rollback": "rollback by timer on the device",
    "apply": "changes by this program",
}
"""Every feature with its name, in the order of the table."""


FIX = "take it out of the plan or give the device another driver"


@dataclass(frozen=True, slots=True)
class Capability:
    """One answer: `yes`, `limited` or `no`; `reason` says why or how far, `source` where that is written."""

    feature: str
    answer: str
    reason: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.feature not in FEATURES:
            raise ValueError(f"unknown feature {self.feature}")
        if self.answer not in (YES, LIMITED, NO):
            raise ValueError(f"{self.feature}: {self.answer} is no answer")
        if self.answer != YES and not self.reason:
            raise ValueError(f"{self.feature}: {self.answer} without a reason")


def refusals(intent: DeviceIntent, drivers: Mapping[str, Sequence[Capability]]) -> list[InputError]:
    """Everything that a device's intent asks for and none of its drivers can do, with the reason.

    `drivers` holds the capabilities of each driver by name. One driver that can is enough: a firewall's addresses are
    Linux's work, its rules are nftables'.
    """
    found = []
    for feature, place in asked(intent).items():
        answers = [(name, one) for name in intent.drivers for one in drivers.get(name, ()) if one.feature == feature]
        if any(one.answer != NO for _, one in answers):
            continue
        asks = f"{place} asks for {FEATURES[feature]}"
        if answers:
            name, one = answers[0]
            found.append(InputError(intent.name, f"{asks}, which {name} cannot do: {one.reason}", FIX))
        else:
            known = ", ".join(intent.drivers)
            found.append(InputError(intent.name, f"{asks}, which none of its drivers ({known}) does", FIX))
    return [*found, *_lists_in_the_way(intent, drivers)]


def _lists_in_the_way(intent: DeviceIntent, drivers: Mapping[str, Sequence[Capability]]) -> Iterator[InputError]:
    """Where RA guard is an access list, it takes the one inbound list that a port can have."""
    by_list = [name for name in intent.drivers for one in drivers.get(name, ()) if _guards_by_list(one)]
    for port in intent.ports if by_list else ():
        if port.ra == "guard" and port.acl_in:
            cause = f"port {port.name} asks for RA guard and for access list {port.acl_in}, {by_list[0]} takes one list"
            yield InputError(intent.name, cause, "deny router advertisements in the access list and drop the guard")


def _guards_by_list(one: Capability) -> bool:
    return one.feature == "ra-guard" and one.answer == LIMITED


def asked(intent: DeviceIntent) -> dict[str, str]:
    """The features that an intent asks for, each with the part that asks first."""
    found: dict[str, str] = {}
    for feature, place in _asked(intent):
        found.setdefault(feature, place)
    return found


def _asked(intent: DeviceIntent) -> Iterator[tuple[str, str]]:
    for address in intent.loopbacks:
        yield ("ipv6" if ":" in address else "ipv4"), "loopback"
    for port in intent.ports:
        yield from _port(port)
    for route in intent.routes:
        yield ("static6" if ":" in route.prefix else "static4"), f"route {route.prefix}"
        if route.vpn:
            yield ("vpn6" if ":" in route.prefix else "vpn4"), f"route {route.prefix}"
    for peer in intent.bgp.peers if intent.bgp else ():
        yield ("bgp6" if ":" in peer.address else "bgp4"), f"neighbour {peer.address}"
        if peer.import_list or peer.export_list:
            yield "bgp-filter", f"neighbour {peer.address}"
    for vpn in intent.vpns:
        yield "vpn4", f"VPN instance {vpn.name}"
        yield "vpn6", f"VPN instance {vpn.name}"
    for one in intent.access_lists:
        for rule in one.rules:
            yield f"acl{rule.family}", f"access list {one.name}"
    if intent.management:
        for feature, servers in (("snmp", intent.management.snmp), ("ntp", intent.management.ntp)):
            if servers:
                yield feature, "management"
        if intent.management.aaa:
            yield intent.management.aaa, "management"
    if intent.firewall:
        yield "firewall", "zones"
    if intent.sites:
        yield "sites", intent.sites[0].name
    if intent.name_server:
        yield "dns", "name server"
    if intent.resolver:
        yield "resolver", "resolver"


def _port(port: Port) -> Iterator[tuple[str, str]]:
    place = f"port {port.name}"
    for version in sorted({6 if ":" in address else 4 for address in port.addresses}):
        yield f"ipv{version}", place
        if port.routing in ("ospf", "passive"):
            yield ("ospf2" if version == 4 else "ospf3"), place
        elif port.routing == "isis":
            yield f"isis{version}", place
        if port.urpf:
            yield f"urpf{version}", place
        if port.vpn:
            yield f"vpn{version}", place
    if port.ra:
        yield f"ra-{port.ra}", place
    if port.netns:
        yield "netns", place
