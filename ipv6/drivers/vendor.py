"""What the templates of both vendors need from an intent: names, masks, numbered rules; pure, no vendor's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from typing import Any

from inventory.errors import InputError, Problems
from ipv6.drivers.base import family, of_family, router_id, template, with_length
from ipv6.plan.intent import DeviceIntent, Peer, Port, Route, Vpn
from ipv6.zones.access import AccessList, AccessRule

STEP = 5
LOOPBACK = "LoopBack0"
OBJECT = "current-configuration"
RA_GUARD = AccessList(
    "ra-guard", (AccessRule(6, "deny", "icmp", kind="router-advertisement"), AccessRule(6, "permit", "ip"))
)
"""What may come in on a port that must not hear a router (RFC 6105, as a filter): all but ICMPv6 type 134."""


def rendered(driver: str, intent: DeviceIntent, normalise: Callable[[str], str]) -> dict[str, str]:
    """The whole device by the driver's template; Problems for nameless ports and unprintable text."""
    nameless = [port.name for port in intent.ports if not port.hardware]
    if nameless:
        fix = "give the interface its `hardware` name in the inventory, such as GigabitEthernet0/0/0"
        raise Problems(InputError(intent.name, f"{driver} cannot name port {name}", fix) for name in nameless)
    spoilt = [text for text in _free_text(intent) if not text.isprintable()]
    if spoilt:
        # A line break in a description would be a command of its own.
        fix = "write one line of plain text"
        raise Problems(InputError(intent.name, f"{text!r} is not printable text", fix) for text in spoilt)
    return {OBJECT: normalise(template(driver, **facts(intent)))}


def _free_text(intent: DeviceIntent) -> Iterable[str]:
    """Everything that people word freely and that ends up in a configuration."""
    yield intent.name
    yield from (port.description for port in intent.ports)
    yield from (peer.description for peer in (intent.bgp.peers if intent.bgp else ()))
    if intent.management:
        yield from (intent.management.location, intent.management.user, intent.management.group)
    yield from (name for vpn in intent.vpns for name in (vpn.name, vpn.distinguisher, *vpn.imports, *vpn.exports))
    yield from (one.name for one in intent.access_lists)
    yield from (one.name for one in intent.prefix_lists)


def facts(intent: DeviceIntent) -> dict[str, Any]:
    """Everything a template asks for, already in the order and the numbers that it prints."""
    lists = [*intent.access_lists, *([RA_GUARD] if any(port.ra == "guard" for port in intent.ports) else [])]
    ports = [*_loopbacks(intent), *(_port(port, port.hardware) for port in intent.ports)]
    return {
        "name": intent.name,
        "ports": ports,
        "routing": {version: not intent.isis and _routing(ports, version) for version in (4, 6)},
        "silent": [port["name"] for port in ports if port["routing"] == "passive" and port["name"] != LOOPBACK],
        "router_id": _router_id(intent, ports),
        "isis": intent.isis,
        "routes": [_route(route) for route in intent.routes if not route.netns],
        "vpns": [_vpn(vpn) for vpn in intent.vpns],
        "bgp": _bgp(intent),
        "prefix_lists": [_prefix_rule(one.name, n, rule) for one in intent.prefix_lists for n, rule in _numbered(one)],
        "access_lists": [entry for one in lists for entry in _access(one)],
        "management": intent.management,
    }


def _loopbacks(intent: DeviceIntent) -> list[dict[str, Any]]:
    if not intent.loopbacks:
        return []
    return [_port(Port("lo", tuple(with_length(one) for one in intent.loopbacks), routing="passive"), LOOPBACK)]


def _port(port: Port, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": port.description,
        "four": [(str(one.ip), str(one.netmask)) for one in map(ip_interface, of_family(4, port.addresses))],
        "six": [with_length(one) for one in of_family(6, port.addresses)],
        "routing": port.routing,
        "vpn": port.vpn,
        "urpf": port.urpf,
        "ra": port.ra,
        "acl_in": "ra-guard" if port.ra == "guard" else port.acl_in,
        "acl_out": port.acl_out,
        "physical": name != LOOPBACK,
    }


def _routing(ports: Iterable[dict[str, Any]], version: int) -> bool:
    key = {4: "four", 6: "six"}[version]
    return any(port[key] and port["routing"] in ("ospf", "passive") for port in ports)


def _router_id(intent: DeviceIntent, ports: Iterable[dict[str, Any]]) -> str:
    found = router_id(intent)
    if not found and any(port["routing"] in ("ospf", "passive") for port in ports):
        raise InputError(intent.name, "it routes by OSPF but has no IPv4 loopback for its router id", "add loopback4")
    return found


def _route(route: Route) -> dict[str, Any]:
    net = ip_network(route.prefix)
    return {
        "version": net.version,
        "address": str(net.network_address),
        "mask": str(net.netmask) if net.version == 4 else str(net.prefixlen),
        "length": net.prefixlen,
        "via": route.via or "NULL0",
        "vpn": route.vpn,
    }


def _networks(version: int, prefixes: tuple[str, ...]) -> list[tuple[str, str]]:
    nets = [ip_network(prefix) for prefix in of_family(version, prefixes)]
    return [(str(net.network_address), str(net.netmask if version == 4 else net.prefixlen)) for net in nets]


def _vpn(vpn: Vpn) -> dict[str, Any]:
    return {
        "name": vpn.name,
        "distinguisher": vpn.distinguisher,
        "imports": vpn.imports,
        "exports": vpn.exports,
        "families": [
            {"version": version, "networks": _networks(version, vpn.networks)}
            for version in (4, 6)
            if of_family(version, vpn.networks) or not vpn.networks
        ],
    }


def _bgp(intent: DeviceIntent) -> dict[str, Any] | None:
    bgp = intent.bgp
    if bgp is None:
        return None

    def of(version: int) -> list[Peer]:
        return [peer for peer in bgp.peers if family(peer.address) == version]

    families = [
        {"version": version, "networks": _networks(version, bgp.networks), "peers": of(version)}
        for version in (4, 6)
        if of(version) or of_family(version, bgp.networks)
    ]
    # VPN routes of both families ride on the IPv4 sessions: their next hop is the IPv4 loopback (RFC 4659, 3.2.1.2).
    vpn_peers = [peer for peer in bgp.peers if peer.vpn_routes]
    return {"asn": bgp.asn, "router_id": bgp.router_id, "peers": bgp.peers, "families": families, "vpn": vpn_peers}


def _numbered(one: Any) -> list[tuple[int, Any]]:
    """Each rule with its number; the families are numbered apart, so that IPv6 never moves a line of IPv4."""
    found: list[tuple[int, Any]] = []
    count = {4: 0, 6: 0}
    for rule in one.rules:
        version = rule.family if isinstance(rule, AccessRule) else family(rule.prefix)
        count[version] += STEP
        found.append((count[version], rule))
    return found


def _prefix_rule(name: str, number: int, rule: Any) -> dict[str, Any]:
    net = ip_network(rule.prefix)
    return {
        "name": name,
        "version": net.version,
        "number": number,
        "action": rule.action,
        "address": str(net.network_address),
        "length": net.prefixlen,
        "longest": rule.longest,
    }


def _access(one: AccessList) -> list[dict[str, Any]]:
    """One entry per family that the list has rules for."""
    found = []
    for version in (4, 6):
        rules = [(number, rule) for number, rule in _numbered(one) if rule.family == version]
        if rules:
            lines = [_rule(number, rule) for number, rule in _split_errors(rules)]
            found.append({"name": one.name, "version": version, "rules": lines})
    return found


def _split_errors(rules: list[tuple[int, AccessRule]]) -> list[tuple[int, AccessRule]]:
    """`errors` stands for several message types; vendors match one type a line, numbered inside the step."""
    four = ("unreachable", "time-exceeded", "parameter-problem")
    kinds = {4: four, 6: ("unreachable", "packet-too-big", *four[1:])}
    found = []
    for number, rule in rules:
        if rule.kind != "errors":
            found.append((number, rule))
            continue
        for offset, kind in enumerate(kinds[rule.family]):
            found.append((number + offset, replace(rule, kind=kind)))
    return found


ICMP = {
    (4, "unreachable"): 3,
    (4, "time-exceeded"): 11,
    (4, "parameter-problem"): 12,
    (4, "echo"): 8,
    (4, "echo-reply"): 0,
    (6, "unreachable"): 1,
    (6, "packet-too-big"): 2,
    (6, "time-exceeded"): 3,
    (6, "parameter-problem"): 4,
    (6, "echo"): 128,
    (6, "echo-reply"): 129,
    (6, "router-advertisement"): 134,
}
"""Message types after RFC 792 and RFC 4443 (router advertisement: RFC 4861)."""


def _rule(number: int, rule: AccessRule) -> dict[str, Any]:
    return {
        "number": number,
        "action": rule.action,
        "protocol": rule.protocol,
        "source": _end(rule.source),
        "target": _end(rule.target),
        "source_port": rule.source_port,
        "target_port": rule.target_port,
        "established": rule.kind == "established",
        "icmp": ICMP[(rule.family, rule.kind)] if rule.protocol == "icmp" and rule.kind else None,
    }


def _end(prefix: str) -> dict[str, str] | None:
    """An IPv4 prefix as address and wildcard mask, an IPv6 one as address and length."""
    if not prefix:
        return None
    net = ip_network(prefix)
    if net.version == 6:
        return {"address": str(net.network_address), "wild": str(net.prefixlen), "slash": str(net)}
    wild = "0" if net.prefixlen == 32 else str(net.hostmask)
    return {"address": str(net.network_address), "wild": wild, "slash": ""}
