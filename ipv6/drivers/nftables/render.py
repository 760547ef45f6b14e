"""Renders a zone firewall for one or both families from the same flows; pure.

Default deny for forwarded and incoming traffic. Every flow gives one rule per family that both its ends have, so the
families can only differ where an end has no prefix yet. ICMPv6 after RFC 4890: errors always pass (4.3.1), echo is a
flow, neighbour discovery stays on the link (hop limit 255, RFC 4861).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from inventory.errors import InputError
from ipv6.drivers.base import of_family
from ipv6.drivers.nftables.text import normalise, transaction
from ipv6.plan.intent import DeviceIntent, Firewall, ZonePort
from ipv6.zones.flows import Flow

OBJECT = "inet jiyue"
MANAGEMENT = "mgmt0"
OUTSIDE = ("internet", "extranet")
_WORD = {4: "ip", 6: "ip6"}
_TYPE = {4: "ipv4_addr", 6: "ipv6_addr"}
_ICMP = {4: "icmp", 6: "icmpv6"}
_ERRORS = {
    4: "destination-unreachable, time-exceeded, parameter-problem",
    6: "destination-unreachable, packet-too-big, time-exceeded, parameter-problem",
}
_INPUT_ICMP = {
    4: "destination-unreachable, echo-request, time-exceeded, parameter-problem",
    6: "destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request",
}
_MLD = "mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report"


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """The table of a firewall, spelt and ordered as nft 1.0 lists it."""
    firewall = intent.firewall
    if firewall is None:
        raise InputError(intent.name, "its driver is nftables but it has no firewall", "give it the firewall role")
    versions = [v for v in (4, 6) if any(of_family(v, zone.prefixes) for zone in firewall.zones)]
    lines = [f"table {OBJECT} {{"]
    for version in versions:
        inside = [prefix for zone in firewall.zones for prefix in of_family(version, zone.prefixes)]
        lines += _set(f"extranet{version}", version, of_family(version, firewall.extranet))
        lines += _set(f"inside{version}", version, inside)
    lines += ["chain forward {", "type filter hook forward priority filter; policy drop;"]
    if 6 not in versions:
        lines.append("meta nfproto ipv6 drop")
    lines += [f"{_ICMP[v]} type {{ {_ERRORS[v]} }} accept" for v in versions]
    lines += ["ct state invalid drop", "ct state established,related accept"]
    lines += [f'iifname "{firewall.outside}" {_WORD[v]} saddr @inside{v} drop' for v in versions]
    for version in versions:
        for flow in firewall.flows:
            lines += _rules(intent.name, firewall, flow, version)
    lines += ["}", *_input(versions), "}"]
    return {OBJECT: normalise("\n".join(lines))}


def _set(name: str, version: int, prefixes: Sequence[str]) -> list[str]:
    """A named set; prefixes inside others are folded, because interval sets refuse overlaps."""
    lines = [f"set {name} {{", f"type {_TYPE[version]}", "flags interval"]
    if prefixes:
        lines.append(f"elements = {{ {', '.join(_collapsed(prefixes))} }}")
    return [*lines, "}"]


def _collapsed(prefixes: Sequence[str]) -> list[str]:
    v4 = [net for text in prefixes if isinstance(net := ip_network(text), IPv4Network)]
    v6 = [net for text in prefixes if isinstance(net := ip_network(text), IPv6Network)]
    return [*map(_element, collapse_addresses(v4)), *map(_element, collapse_addresses(v6))]


def _element(net: IPv4Network | IPv6Network) -> str:
    """nft prints a single host without its length."""
    return str(net.network_address) if net.prefixlen == net.max_prefixlen else str(net)


def _rules(device: str, firewall: Firewall, flow: Flow, version: int) -> list[str]:
    """The rules of one flow in one family: one per pair of prefixes, none where an end has no prefix."""
    return [
        f"{' '.join((*_interfaces(firewall, flow, device), *source, *target, _service(flow, version)))} accept"
        for source in _ends(device, firewall, flow.source, version, "saddr")
        for target in _ends(device, firewall, flow.target, version, "daddr")
    ]


def _interfaces(firewall: Firewall, flow: Flow, device: str) -> list[str]:
    return [
        f'{word} "{firewall.outside if zone in OUTSIDE else _zone(device, firewall, zone).interface}"'
        for word, zone in (("iifname", flow.source), ("oifname", flow.target))
    ]


def _ends(device: str, firewall: Firewall, zone: str, version: int, word: str) -> list[list[str]]:
    """The matches of one end; outside, `internet` is what is not `extranet`."""
    if zone in OUTSIDE:
        return [[f"{_WORD[version]} {word} {'!= ' if zone == 'internet' else ''}@extranet{version}"]]
    prefixes = of_family(version, _zone(device, firewall, zone).prefixes)
    return [[f"{_WORD[version]} {word} {prefix}"] for prefix in _collapsed(prefixes)]


def _zone(device: str, firewall: Firewall, name: str) -> ZonePort:
    for zone in firewall.zones:
        if zone.zone == name:
            return zone
    raise InputError(device, f"a flow names the zone {name}, which this firewall does not have")


def _service(flow: Flow, version: int) -> str:
    if flow.protocol == "icmp":
        return f"{_ICMP[version]} type echo-request"
    ports = sorted(set(flow.ports))
    if not ports:
        raise InputError(f"{flow.source} -> {flow.target}", f"a {flow.protocol} flow without ports", "name the ports")
    text = str(ports[0]) if len(ports) == 1 else f"{{ {', '.join(map(str, ports))} }}"
    return f"{flow.protocol} dport {text}"


def _input(versions: Sequence[int]) -> list[str]:
    lines = ["chain input {", "type filter hook input priority filter; policy drop;", 'iifname "lo" accept']
    if 6 in versions:
        lines += [
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
            f"ip6 saddr fe80::/10 icmpv6 type {{ {_MLD} }} accept",
        ]
    lines += ["ct state invalid drop", "ct state established,related accept"]
    lines.append(f'iifname "{MANAGEMENT}" tcp dport 22 accept')
    lines += [f"{_ICMP[v]} type {{ {_INPUT_ICMP[v]} }} accept" for v in versions]
    return [*lines, "}"]


def delta(base: str, intended: str) -> tuple[str, str]:
    """(forward, reverse): each replaces the whole table in one transaction."""
    return (transaction(intended), transaction(base)) if base != intended else ("", "")
