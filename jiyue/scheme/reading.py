"""What rendered device texts say, read line by line; the approved text is the witness, not the inventory of today."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from ipv6.change.model import DeviceChange, Section

_FOUR = re.compile(r"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_SIX = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:.])")
_NEIGHBOUR = re.compile(r"^\s*(?:neighbor|peer) (\S*:\S*) (?:remote-as|as-number) \d+", re.MULTILINE)
_ANNOUNCED = re.compile(r"^\s*network (\S*:\S*?)(?:[ /](\d{1,3}))?\s*$", re.MULTILINE)
_STATIC = re.compile(r"^\s*ipv6 route(?:-static)? \S*:", re.MULTILINE)
_ADDRESS = re.compile(r"^\s*ipv6 address \S*:", re.MULTILINE)
_PROTOCOLS = {
    "OSPFv3": re.compile(r"^\s*(?:ipv6 ospf6 area|ospfv3 \d+ area)", re.MULTILINE),
    "IS-IS IPv6": re.compile(r"^\s*(?:ipv6 router isis|isis ipv6 enable)", re.MULTILINE),
    "BGP IPv6": re.compile(r"^\s*(?:address-family ipv6 unicast|ipv6-family unicast)", re.MULTILINE),
    "BGP VPNv6": re.compile(r"^\s*(?:address-family ipv6 vpn|ipv6-family vpnv6|address-family vpnv6)", re.MULTILINE),
}
_RULE = re.compile(r"\b(?:accept|permit)\b")
_RULE4 = re.compile(r"\b(?:ip|icmp) (?:saddr|daddr|type)\b|\bpermit ip\b")
_RULE6 = re.compile(r"\b(?:ip6|icmpv6) (?:saddr|daddr|type)\b|\bpermit ipv6\b")


def has_four(line: str) -> bool:
    """Whether the line names an IPv4 address or prefix."""
    return any(_valid(IPv4Address, text) for text in _FOUR.findall(line))


def has_six(line: str) -> bool:
    """Whether the line names an IPv6 address or prefix."""
    return any(_valid(IPv6Address, text) for text in _SIX.findall(line))


def _valid(kind: type[IPv4Address] | type[IPv6Address], text: str) -> bool:
    try:
        kind(text)
    except AddressValueError:
        return False
    return True


def speaks_six(device: DeviceChange) -> bool:
    """Whether any running object of the device names an IPv6 address."""
    return any(has_six(line) for section in device.sections for line in section.base.split("\n"))


def lines4(sections: Iterable[Section]) -> tuple[int, int]:
    """Lines that name IPv4 and stay, and lines that name IPv4 and are gone afterwards (order does not count)."""
    kept = lost = 0
    for section in sections:
        before = Counter(line.strip() for line in section.base.split("\n") if has_four(line))
        after = Counter(line.strip() for line in section.intended.split("\n"))
        gone = before - after
        lost += gone.total()
        kept += before.total() - gone.total()
    return kept, lost


def interfaces(text: str) -> int:
    """Interfaces with an IPv6 address."""
    return len(_ADDRESS.findall(text))


def protocols(text: str) -> tuple[str, ...]:
    """IPv6 routing protocols that the text turns on."""
    return tuple(name for name, pattern in _PROTOCOLS.items() if pattern.search(text))


def neighbours(text: str) -> tuple[str, ...]:
    """IPv6 addresses of BGP neighbours, in the order of the text."""
    return tuple(dict.fromkeys(_NEIGHBOUR.findall(text)))


def announced(text: str) -> tuple[str, ...]:
    """IPv6 prefixes that BGP announces."""
    found = (f"{prefix}/{length}" if length else prefix for prefix, length in _ANNOUNCED.findall(text))
    return tuple(dict.fromkeys(found))


def statics(text: str) -> int:
    """Static IPv6 routes."""
    return len(_STATIC.findall(text))


def permits(text: str) -> tuple[int, int]:
    """Rules that let something through, as (naming IPv4, naming IPv6)."""
    rules = [line for line in text.split("\n") if _RULE.search(line)]
    return sum(1 for line in rules if _RULE4.search(line)), sum(1 for line in rules if _RULE6.search(line))
