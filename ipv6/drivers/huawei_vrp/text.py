"""The canonical form of a VRP 8 configuration (NE40E command set, V800R012): what we own of it, in one fixed order."""

from __future__ import annotations

import re

from ipv6.drivers.outline import Dialect, View
from ipv6.drivers.outline import normalise as canonical
from ipv6.drivers.spelling import rule, spelt

_FAMILY = (
    (r"network \S+ \S+$", ""),
    (r"policy vpn-target$", ""),
    (r"peer \S+ enable$", ""),
    (r"peer \S+ reflect-client$", ""),
    (r"peer \S+ next-hop-local$", ""),
    (r"peer \S+ (?:ip|ipv6)-prefix \S+ (?:import|export)$", ""),
)
_VPN_FAMILY = ((r"route-distinguisher \S+", ""), (r"vpn-target \S+ (?:import|export)-extcommunity", ""))
_OSPF = (("router-id", ""), ("silent-interface", ""), ("area 0.0.0.0", "area"))
_VIEWS = {
    "": (
        ("sysname", ""),
        # `__LOCAL_OOB_VPN__` and its like hold the management port.
        (r"ip vpn-instance (?!_)\S+$", "vpn"),
        (r"acl name jiyue-\S+", "acl"),
        (r"acl ipv6 name jiyue-\S+", "acl"),
        (r"traffic classifier jiyue-\S+", "classifier"),
        (r"traffic behavior jiyue-\S+", "behavior"),
        (r"traffic policy jiyue-\S+", "policy"),
        (r"ip ip-prefix jiyue-\S+", ""),
        (r"ip ipv6-prefix jiyue-\S+", ""),
        ("radius-server group jiyue$", "radius"),
        ("hwtacacs-server template jiyue$", "hwtacacs"),
        ("aaa$", "aaa"),
        (r"isis 1$", "isis"),
        # A process has to be there before a port can join it.
        (r"ospf 1", "ospf"),
        (r"ospfv3 1$", "ospf"),
        (r"interface (?!MEth|NULL|Virtual)\S+$", "interface"),
        (r"bgp \d+$", "bgp"),
        (r"ip route-static (?:\d|vpn-instance (?!_)\S+ \d)\S*", ""),
        (r"ipv6 route-static (?:[0-9a-f:]+ \d+|vpn-instance (?!_)\S+)", ""),
        (r"ntp-service unicast-server", ""),
        ("snmp-agent$", ""),
        ("snmp-agent sys-info (?:version|location)", ""),
        ("snmp-agent group v3", ""),
        (r"snmp-agent usm-user v3 \S+ group", ""),
        ("snmp-agent target-host", ""),
    ),
    "vpn": (("ipv4-family$", "vpn-family"), ("ipv6-family$", "vpn-family")),
    "vpn-family": _VPN_FAMILY,
    "acl": ((r"rule \d+", ""),),
    "area": (),
    "classifier": (("if-match", ""),),
    "behavior": (("deny", ""),),
    "policy": (("classifier", ""),),
    "radius": (("radius-server authentication", ""),),
    "hwtacacs": (("hwtacacs-server (?:authentication|authorization)", ""),),
    "aaa": (("(?:authentication|authorization)-scheme jiyue$", "scheme"), ("domain jiyue$", "domain")),
    "scheme": (("(?:authentication|authorization)-mode", ""),),
    "domain": (("(?:authentication|authorization)-scheme", ""), ("radius-server group", ""), ("hwtacacs-server", "")),
    "isis": (("is-level", ""), ("cost-style", ""), ("network-entity", ""), ("ipv6 enable", "")),
    "interface": (
        ("(?:undo )?shutdown", ""),
        ("description", ""),
        ("ip binding vpn-instance", ""),
        ("ipv6 enable$", ""),
        (r"ip address \S+ \S+$", ""),
        (r"ip address \S+ \S+ sub$", ""),
        (r"ipv6 address \S+/\d+$", ""),
        ("undo ipv6 nd ra halt$", ""),
        ("ospf enable", ""),
        ("ospf (?:network-type|timer hello|timer dead|cost)", ""),
        ("ospfv3 1 area", ""),
        ("ospfv3 (?:network-type|timer hello|timer dead|cost)", ""),
        ("isis enable", ""),
        ("isis ipv6 enable", ""),
        ("isis (?:circuit-type|silent)", ""),
        ("ip urpf", ""),
        ("ipv6 urpf", ""),
        ("traffic-policy", ""),
    ),
    "bgp": (
        ("router-id", ""),
        (r"peer \S+ as-number", ""),
        (r"peer \S+ (?:description|connect-interface)", ""),
        ("ipv4-family unicast$", "family"),
        ("ipv6-family unicast$", "family"),
        ("ipv4-family vpnv4$", "family"),
        ("ipv6-family vpnv6$", "family"),
        (r"ipv4-family vpn-instance (?!_)\S+$", "family"),
        (r"ipv6-family vpn-instance (?!_)\S+$", "family"),
    ),
    "family": _FAMILY,
    "ospf": _OSPF,
}
# Message types that VRP prints by name; the same number may have several.
_MESSAGES = {
    **{"icmp-type echo": "8", "icmp-type echo-reply": "0", "icmp-type parameter-problem": "12"},
    **{"icmp6-type echo-request": "128", "icmp6-type echo-reply": "129", "icmp6-type packet-too-big": "2"},
    **{"icmp6-type router-advertisement": "134"},
}


def _spell(view: str, line: str) -> str:
    if view == "acl":
        return rule(spelt(line), _MESSAGES)
    if view == "family" and line in ("ipv4-family", "ipv6-family"):
        return f"{line} unicast"
    if view == "bgp" and line in ("ipv6-family", "ipv6-family vpnv6 unicast", "ipv4-family"):
        return {"ipv6-family vpnv6 unicast": "ipv6-family vpnv6"}.get(line, f"{line} unicast")
    return spelt(line)


DIALECT = Dialect(
    views={name: View(lines) for name, lines in _VIEWS.items()},
    spell=_spell,
    secret=re.compile(r"\b(?:cipher|irreversible-cipher|shared-key|plain|password|auth(?:entication)?-key)\b"),
    prune=frozenset({"interface", "family", "vpn-family", "aaa", "scheme", "domain"}),
    # NE40E: GigabitEthernet0/0/0 is the management port and lies in `__LOCAL_OOB_VPN__`.
    foreign=re.compile(r"ip binding vpn-instance _"),
)


def normalise(text: str) -> str:
    """The canonical text of `display current-configuration` or of a rendered device; idempotent."""
    return canonical(text, DIALECT)
