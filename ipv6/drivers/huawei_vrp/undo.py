"""How VRP takes its commands back (command reference NE40E V800R012, `undo` forms), and which of them overwrite."""

from __future__ import annotations

import re

from hier_config.platforms.huawei_vrp.driver import HConfigDriverHuaweiVrp

from ipv6.drivers.huawei_vrp.text import DIALECT
from ipv6.drivers.remedy import Grammar
from ipv6.drivers.remedy import delta as commands

_UNDO = (
    (r"(sysname|description|router-id|is-level|cost-style|ip urpf|ipv6 urpf|isis circuit-type)\b.*", r"\1"),
    (r"((?:ospf|ospfv3) (?:network-type|timer hello|timer dead|cost)) .*", r"\1"),
    (r"(ipv6 enable) topology .*", r"\1"),
    (r"(rule \d+) .*", r"\1"),
    (r"(acl (?:ipv6 )?name \S+) .*", r"\1"),
    (r"(traffic classifier \S+) operator .*", r"\1"),
    (r"(classifier \S+) behavior .*", r"\1"),
    (r"(ip (?:ip|ipv6)-prefix \S+ index \d+) .*", r"\1"),
    (r"(peer \S+) as-number .*", r"\1"),
    (r"(peer \S+ (?:description|connect-interface)) .*", r"\1"),
    (r"(ospf 1) router-id .*", r"\1"),
    (r"((?:authentication|authorization)-mode) .*", r"\1"),
    (r"(ntp-service unicast-server (?:ipv6 )?\S+) .*", r"\1"),
    (r"(snmp-agent target-host .*) v3 privacy$", r"\1"),
    (r"(snmp-agent usm-user v3 \S+) group .*", r"\1"),
    (r"(hwtacacs-server (?:authentication|authorization) \S+) secondary$", r"\1 secondary"),
)
_SINGLE = (
    r"(sysname|description|router-id|is-level|cost-style|network-entity|ip urpf|ipv6 urpf|ospf enable) ",
    r"((?:ospf|ospfv3) (?:network-type|timer hello|timer dead|cost)) ",
    r"(?:undo )?(shutdown)$",
    r"(ipv6 enable) topology ",
    r"ip address \S+ \S+$",
    r"(peer \S+ (?:description|connect-interface)) ",
    r"traffic-policy \S+ (inbound|outbound)$",
    r"((?:authentication|authorization)-mode) ",
    r"(snmp-agent sys-info location) ",
    r"(ntp-service unicast-server (?:ipv6 )?\S+)",
)
GRAMMAR = Grammar(
    DIALECT,
    HConfigDriverHuaweiVrp,
    tuple((re.compile(pattern), text) for pattern, text in _UNDO),
    tuple(re.compile(pattern) for pattern in _SINGLE),
)


def delta(base: str, intended: str) -> tuple[str, str]:
    """(forward, reverse) as VRP commands from the system view, without `commit`."""
    return commands(base, intended, GRAMMAR)
