"""How Comware takes its commands back (`undo` forms of the Comware 7 command references), and which overwrite."""

from __future__ import annotations

import re

from hier_config.platforms.hp_comware5.driver import HConfigDriverHPComware5

from ipv6.drivers.h3c_comware.text import DIALECT
from ipv6.drivers.remedy import Grammar
from ipv6.drivers.remedy import delta as commands

_UNDO = (
    (r"(sysname|description|router-id|is-level|cost-style|ip urpf|ipv6 urpf|isis circuit-type)\b.*", r"\1"),
    (r"(route-distinguisher|user-name-format) .*", r"\1"),
    (r"(isis enable|isis ipv6 enable)\b.*", r"\1"),
    (r"((?:ospf|ospfv3) (?:network-type|timer hello|timer dead|cost)) .*", r"\1"),
    (r"(rule \d+) .*", r"\1"),
    (r"((?:ip|ipv6) prefix-list \S+ index \d+) .*", r"\1"),
    (r"(peer \S+) as-number .*", r"\1"),
    (r"(peer \S+ (?:description|connect-interface)) .*", r"\1"),
    (r"(ospf 1) router-id .*", r"\1"),
    (r"(ospf 1 area) .*", r"\1"),
    (r"((?:authentication|authorization) login) .*", r"\1"),
    (r"(primary (?:authentication|authorization)) .*", r"\1"),
    (r"(ntp-service (?:ipv6 )?unicast-server \S+) .*", r"\1"),
    (r"(snmp-agent target-host .*) v3 privacy$", r"\1"),
    (r"(snmp-agent sys-info location) .*", r"\1"),
)
_SINGLE = (
    r"(sysname|description|router-id|is-level|cost-style|network-entity|ip urpf|ipv6 urpf|route-distinguisher) ",
    r"(user-name-format|primary (?:authentication|authorization)) ",
    r"((?:ospf|ospfv3) (?:network-type|timer hello|timer dead|cost)) ",
    r"ip address \S+ \S+$",
    r"(peer \S+ (?:description|connect-interface)) ",
    r"((?:authentication|authorization) login) ",
    r"(snmp-agent sys-info location) ",
    r"(ntp-service (?:ipv6 )?unicast-server \S+)",
)
GRAMMAR = Grammar(
    DIALECT,
    HConfigDriverHPComware5,
    tuple((re.compile(pattern), text) for pattern, text in _UNDO),
    tuple(re.compile(pattern) for pattern in _SINGLE),
)


def delta(base: str, intended: str) -> tuple[str, str]:
    """(forward, reverse) as Comware commands from the system view; each takes effect at once."""
    return commands(base, intended, GRAMMAR)
