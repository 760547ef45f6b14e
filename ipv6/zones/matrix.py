"""The zone matrix as flows: what is allowed, and what must therefore be blocked, without a word about families."""

from __future__ import annotations

from inventory.errors import InputError
from inventory.matrix import FlowRule, Service, ZoneMatrix
from ipv6.zones.flows import Flow

OUTSIDE = ("internet", "extranet")
"""The two outside zones of every firewall."""

ADMIN = ("tcp", 22)
"""The port that stands for "anything" where a zone offers nothing to others."""


def flows_for(matrix: ZoneMatrix, platform: str) -> tuple[Flow, ...]:
    """The allowed flows of one platform: one per source, target and protocol, ports merged and sorted."""
    ports: dict[tuple[str, str, str], set[int]] = {}
    reasons: dict[tuple[str, str, str], set[str]] = {}
    for rule in matrix.flows:
        if rule.platforms and platform not in rule.platforms:
            continue
        for service in _services(matrix, rule):
            key = (rule.source, rule.target, service.protocol)
            ports.setdefault(key, set()).update(service.ports)
            reasons.setdefault(key, set()).add(rule.reason)
    return tuple(Flow(*key, tuple(sorted(ports[key])), "；".join(sorted(reasons[key]))) for key in sorted(ports))


def denied_pairs(matrix: ZoneMatrix, platform: str) -> tuple[tuple[str, str, str, int], ...]:
    """Representative flows (source, target, protocol, port) that every filter must block, for probes that must fail.

    For each source and each other zone: the TCP ports that the zone offers to somebody but not to this source,
    or `ADMIN` where it offers none, so that a listener stands behind each and silence proves the filter.
    """
    flows = flows_for(matrix, platform)
    zones = [zone.id for zone in matrix.zones]
    offered = {
        zone: {port for flow in flows if flow.target == zone and flow.protocol == "tcp" for port in flow.ports}
        for zone in zones
    }
    found = []
    for source in (*OUTSIDE, *zones):
        for target in zones:
            if source == target:
                continue
            allowed = {
                port
                for flow in flows
                if (flow.source, flow.target, flow.protocol) == (source, target, "tcp")
                for port in flow.ports
            }
            found += [(source, target, "tcp", port) for port in sorted((offered[target] or {ADMIN[1]}) - allowed)]
    return tuple(found)


def listeners(matrix: ZoneMatrix, platform: str, zone: str) -> tuple[tuple[str, int], ...]:
    """What a zone's server has to answer on, as (protocol, port): all that is allowed in or must be seen blocked."""
    allowed = {
        (flow.protocol, port) for flow in flows_for(matrix, platform) if flow.target == zone for port in flow.ports
    }
    denied = {(protocol, port) for _, target, protocol, port in denied_pairs(matrix, platform) if target == zone}
    return tuple(sorted(allowed | denied))


def _services(matrix: ZoneMatrix, rule: FlowRule) -> tuple[Service, ...]:
    place = f"zone matrix, {rule.source} -> {rule.target}"
    known = {*OUTSIDE, *(zone.id for zone in matrix.zones)}
    for end in (rule.source, rule.target):
        if end not in known:
            raise InputError(place, f"no zone {end!r}", f"use one of {', '.join(sorted(known))}")
    for name in rule.services:
        if name not in matrix.services:
            raise InputError(place, f"no service {name!r}", f"use one of {', '.join(sorted(matrix.services))}")
    return tuple(matrix.services[name] for name in rule.services)
