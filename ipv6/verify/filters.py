"""A firewall's own rules asked with single packets: what it would do, in both families, without sending anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ipv6.drivers.nftables.text import normalise
from ipv6.precheck import icmp
from ipv6.precheck.model import NEW, Filter, Rule
from ipv6.precheck.numbers import Ranges, address
from ipv6.precheck.parse_nft import parse
from ipv6.verify.model import Answers, Family, Probe, Unknown
from ipv6.verify.reading import text, unanswered
from ipv6.verify.subjects import ExtranetSubject, Pair, Place
from ipv6.zones.matrix import OUTSIDE

STRANGER = {4: "198.51.100.1", 6: "2001:db8::1"}
"""Somebody on the internet: in nobody's prefix (RFC 5737, RFC 3849)."""
PROTOCOL = {"icmp": 1, "tcp": 6, "udp": 17}


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet through the firewall; `port` is the ICMP type where the protocol is ICMP (1 in both families)."""

    family: Family
    iif: str
    oif: str
    source: str
    target: str
    protocol: int
    port: int
    state: str = NEW


def reading(host: str, name: str, netns: str = "") -> Probe:
    """What a device says about itself."""
    return Probe(host, "facts", 6, name=name, netns=netns, timeout=8.0)


def told(probe: Probe, answers: Answers) -> tuple[str, Unknown | None]:
    """(text, why there is none)."""
    if missing := unanswered((probe,), answers):
        return "", missing
    sample = answers[probe].samples[-1]
    if text(sample, "state") != "ok":
        return "", Unknown(f"{probe.vantage}: {probe.name} cannot be read: {text(sample, 'error')}")
    return text(sample, "text"), None


def filters(subject: ExtranetSubject, answers: Answers) -> tuple[Mapping[str, Filter], Unknown | None]:
    """(filters by hook, why they are not known); a line that is not understood makes everything unknown."""
    if not subject.firewall:
        return {}, Unknown(f"{subject.platform}: this environment holds no firewall that can be asked")
    listing, missing = told(reading(subject.firewall, "filter"), answers)
    if missing:
        return {}, missing
    found, unknown = parse(normalise(listing))
    if unknown:
        return {}, Unknown(f"{subject.firewall}: the rule is not understood: {unknown[0]}")
    if "forward" not in found or "input" not in found:
        return {}, Unknown(f"{subject.firewall}: its table has no forward and input chain")
    return found, None


def verdict(chain: Filter, packet: Packet) -> tuple[bool, str]:
    """(accepted, the rule that says so); the default where no rule matches."""
    for rule in chain.rules:
        if _matches(rule, packet):
            return rule.accepts, rule.text
    return chain.default, f"no rule, the default of {chain.name}"


def packet(subject: ExtranetSubject, pair: Pair, family: Family) -> Packet | None:
    """The first packet of a flow; None where an end has no address of that family."""
    source, target = _address(pair.source, family), _address(pair.target, family)
    if not source or not target:
        return None
    protocol = PROTOCOL[pair.protocol]
    port = icmp.ECHO[family] if protocol == 1 else pair.port
    return Packet(family, port_of(subject, pair.source), port_of(subject, pair.target), source, target, protocol, port)


def port_of(subject: ExtranetSubject, place: Place) -> str:
    """The firewall's port towards a place."""
    return subject.outside if place.zone in OUTSIDE else subject.ports.get(place.zone, "")


def _address(place: Place, family: Family) -> str:
    return STRANGER[family] if place.zone == OUTSIDE[0] else place.address(family)


def _matches(rule: Rule, packet: Packet) -> bool:
    return (
        rule.version in (0, packet.family)
        and (rule.iif is None or packet.iif in rule.iif)
        and (rule.oif is None or packet.oif in rule.oif)
        and (rule.states is None or packet.state in rule.states)
        and _in(packet.protocol, rule.protocol)
        and _in(packet.port, rule.dport)
        and (rule.source is None or _in(address(packet.source)[1], rule.source))
        and (rule.target is None or _in(address(packet.target)[1], rule.target))
    )


def _in(number: int, ranges: Ranges) -> bool:
    return any(low <= number <= high for low, high in ranges)
