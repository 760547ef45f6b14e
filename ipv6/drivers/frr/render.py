"""Renders the whole FRR configuration of a device from its intent; pure.

OSPFv2 and OSPFv3 run in area 0 with hello 1 s and dead 4 s, BGP activates each family explicitly. OSPFv3 repeats what
was lost after 1 s instead of 5 (RFC 2328, RxmtInterval, which RFC 5340 keeps): its first packets meet a neighbour that
is configured seconds later, and a change must not wait for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from inventory.errors import InputError
from ipv6.drivers.base import family, network, of_family, router_id, template, with_length
from ipv6.drivers.frr.text import normalise
from ipv6.plan.intent import DeviceIntent, Port

OBJECT = "running-config"
VERSIONS = (4, 6)
STEP = 5


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """The running configuration in canonical form; IPv6 forwarding is off while the intent has no IPv6 address."""
    loopback = Port("lo", tuple(with_length(address) for address in intent.loopbacks), routing="passive")
    ports = [_port(port) for port in (*((loopback,) if intent.loopbacks else ()), *intent.ports) if not port.netns]
    routed = sorted({version for port in ports for version in _versions(port["routed"])})
    bgp = intent.bgp
    text = template(
        "frr",
        dual=any(family(text) == 6 for port in intent.ports for text in port.addresses),
        routes=[
            {"version": family(route.prefix), "prefix": network(route.prefix), "via": route.via}
            for route in intent.routes
            if not route.netns
        ],
        lists=_lists(intent),
        ports=ports,
        bgp=bgp,
        families=[
            {
                "version": version,
                "networks": [network(prefix) for prefix in of_family(version, bgp.networks)],
                "peers": [peer for peer in bgp.peers if family(peer.address) == version],
            }
            for version in VERSIONS
        ]
        if bgp
        else [],
        routers=routed,
        router_id=_router_id(intent) if routed else "",
    )
    return {OBJECT: normalise(text)}


def _lists(intent: DeviceIntent) -> list[dict[str, object]]:
    """Prefix lists as FRR prints them: by family, by name, numbered in steps of five within each family."""
    return [
        {
            "version": version,
            "name": one.name,
            "number": STEP * (n + 1),
            "action": rule.action,
            "prefix": network(rule.prefix),
            "longest": rule.longest,
        }
        for version in VERSIONS
        for one in sorted(intent.prefix_lists, key=lambda one: one.name)
        for n, rule in enumerate(rule for rule in one.rules if family(rule.prefix) == version)
    ]


def _port(port: Port) -> dict[str, object]:
    addresses = [(family(text), with_length(text)) for text in port.addresses]
    routed = sorted({version for version, _ in addresses}) if port.routing != "none" else []
    return {
        "name": port.name,
        "description": port.description,
        "addresses": addresses,
        "routed": routed,
        "passive": port.routing == "passive",
    }


def _versions(routed: object) -> list[int]:
    return list(routed) if isinstance(routed, list) else []


def _router_id(intent: DeviceIntent) -> str:
    """The router id; InputError without one, because OSPF needs it."""
    if found := router_id(intent):
        return found
    raise InputError(intent.name, "it routes by OSPF but has no IPv4 loopback for its router id", "give it loopback4")
