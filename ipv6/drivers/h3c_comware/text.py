"""The canonical form of a Comware 7 configuration (routers): what we own of it, in one fixed order."""

from __future__ import annotations

import re

from ipv6.drivers.outline import Dialect, View
from ipv6.drivers.outline import normalise as canonical
from ipv6.drivers.spelling import rule, spelt

_VIEWS = {
    "": (
        ("sysname", ""),
        (r"ip vpn-instance (?!mgmt|management)\S+$", "vpn"),
        (r"acl advanced name jiyue-\S+", "acl"),
        (r"acl ipv6 advanced name jiyue-\S+", "acl"),
        (r"ip prefix-list jiyue-\S+", ""),
        (r"ipv6 prefix-list jiyue-\S+", ""),
        ("(?:radius|hwtacacs) scheme jiyue$", "scheme"),
        ("domain(?: name)? jiyue$", "domain"),
        (r"isis 1$", "isis"),
        (r"ospf 1", "ospf"),
        (r"ospfv3 1$", "ospf"),
        (r"interface (?!M-|NULL|InLoopBack|Virtual)\S+$", "interface"),
        (r"bgp \d+$", "bgp"),
        (r"ip route-static (?:\d|vpn-instance (?!mgmt|management)\S+ \d)\S*", ""),
        (r"ipv6 route-static (?:[0-9a-f:]+ \d+|vpn-instance (?!mgmt|management)\S+)", ""),
        ("ntp-service enable$", ""),
        ("ntp-service unicast-server", ""),
        ("ntp-service ipv6 unicast-server", ""),
        ("snmp-agent$", ""),
        ("snmp-agent sys-info (?:version|location)", ""),
        (r"snmp-agent group v3", ""),
        ("snmp-agent target-host", ""),
    ),
    "vpn": (
        ("route-distinguisher", ""),
        ("address-family ipv4$", "vpn-family"),
        ("address-family ipv6$", "vpn-family"),
    ),
    "vpn-family": ((r"vpn-target \S+ (?:import|export)-extcommunity", ""),),
    "acl": ((r"rule \d+", ""),),
    "area": (),
    "scheme": (("(?:primary|secondary) (?:authentication|authorization)", ""), ("user-name-format", "")),
    "domain": (("(?:authentication|authorization) login", ""),),
    "isis": (
        ("is-level", ""),
        ("cost-style", ""),
        ("network-entity", ""),
        ("address-family ipv6 unicast$", "isis-family"),
    ),
    "isis-family": (("multi-topology", ""),),
    "ospf": (("router-id", ""), ("silent-interface", ""), ("area 0.0.0.0", "area")),
    "interface": (
        ("shutdown$", ""),
        ("description", ""),
        ("ip binding vpn-instance", ""),
        (r"ip address \S+ \S+$", ""),
        (r"ip address \S+ \S+ sub$", ""),
        (r"ipv6 address \S+/\d+$", ""),
        ("undo ipv6 nd ra halt$", ""),
        ("ospf 1 area", ""),
        ("ospf (?:network-type|timer hello|timer dead|cost)", ""),
        ("ospfv3 1 area", ""),
        ("ospfv3 (?:network-type|timer hello|timer dead|cost)", ""),
        ("isis enable", ""),
        ("isis ipv6 enable", ""),
        ("isis (?:circuit-type|silent)", ""),
        ("ip urpf", ""),
        ("ipv6 urpf", ""),
        ("packet-filter name", ""),
        ("packet-filter ipv6 name", ""),
    ),
    "bgp": (
        ("router-id", ""),
        (r"peer \S+ as-number", ""),
        (r"peer \S+ (?:description|connect-interface)", ""),
        ("address-family ipv4 unicast$", "family"),
        ("address-family ipv6 unicast$", "family"),
        ("address-family vpnv4$", "family"),
        ("address-family vpnv6$", "family"),
        (r"ip vpn-instance (?!mgmt|management)\S+$", "bgp-vpn"),
    ),
    "bgp-vpn": (("address-family ipv4 unicast$", "family"), ("address-family ipv6 unicast$", "family")),
    "family": (
        (r"network \S+ \S+$", ""),
        (r"peer \S+ enable$", ""),
        (r"peer \S+ reflect-client$", ""),
        (r"peer \S+ next-hop-local$", ""),
        (r"peer \S+ prefix-list \S+ (?:import|export)$", ""),
    ),
}
_MESSAGES = {
    **{"icmp-type echo": "8", "icmp-type echo-reply": "0", "icmp-type ttl-exceeded": "11"},
    **{"icmp6-type echo-request": "128", "icmp6-type echo-reply": "129", "icmp6-type packet-too-big": "2"},
    **{"icmp6-type router-advertisement": "134"},
}


def _spell(view: str, line: str) -> str:
    if view == "acl":
        return rule(spelt(line), _MESSAGES)
    if view == "" and re.match(r"bgp \d+ instance default$", line):
        return " ".join(line.split()[:2])
    if line in ("address-family ipv4 unicast", "address-family ipv6 unicast") and view == "vpn":
        return line.removesuffix(" unicast")
    if line == "address-family ipv6" and view == "isis":
        return f"{line} unicast"
    if line == "domain name jiyue":
        return "domain jiyue"
    return _route(spelt(line))


def _route(line: str) -> str:
    """Comware prints the length of a static route, not its mask."""
    words = line.split()
    if words[:2] != ["ip", "route-static"]:
        return line
    at = 5 if words[2:3] == ["vpn-instance"] else 3
    if len(words) > at and re.fullmatch(r"(?:\d+\.){3}\d+", words[at]):
        words[at] = str(sum(int(part).bit_count() for part in words[at].split(".")))
    return " ".join(words)


DIALECT = Dialect(
    views={name: View(lines) for name, lines in _VIEWS.items()},
    spell=_spell,
    secret=re.compile(r"\b(?:cipher|simple|hash|plain|key|password)\b"),
    prune=frozenset({"interface", "family", "bgp-vpn"}),
    foreign=re.compile(r"ip binding vpn-instance (?:mgmt|management)"),
)


def normalise(text: str) -> str:
    """The canonical text of `display current-configuration` or of a rendered device; idempotent."""
    return canonical(text, DIALECT)
