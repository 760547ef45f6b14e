"""Link-state routing (OSPFv2, OSPFv3, IS-IS) inside one area: who is adjacent, shortest paths, prefixes; pure."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import NamedTuple

from ipv6.precheck.model import Area
from ipv6.precheck.network import Network, Port

PROTOCOLS = ("ospf", "isis")


class Hop(NamedTuple):
    """Where a packet goes next: out of an interface, to a gateway (None: the target itself is on the link)."""

    out: str
    via: int | None = None


def first(hops: frozenset[Hop]) -> Hop:
    """One of several next hops, always the same."""
    return min(hops, key=lambda hop: (hop.out, hop.via or 0))


Prefix = tuple[int, int, int]
"""First, last, length."""
Learnt = Mapping[str, Mapping[Prefix, tuple[int, frozenset[Hop]]]]
"""Per node: cost and next hops of each prefix."""


def routes(net: Network, protocol: str, version: int) -> Learnt:
    """What every node learns in one protocol and family."""
    speakers = {name: node for name, node in net.nodes.items() if (protocol, version) in node.processes}
    edges: dict[str, list[tuple[str, int, Hop]]] = {name: [] for name in speakers}
    owned: dict[str, list[tuple[Prefix, int]]] = {name: [] for name in speakers}
    for name, node in speakers.items():
        for interface in node.interfaces.values():
            area = interface.areas.get(version)
            if area is None or area.protocol != protocol or not interface.up:
                continue
            for one in interface.of(version):
                # A loopback is a host with no cost of its own.
                cost = 0 if one.length == (32 if version == 4 else 128) else area.cost
                owned[name].append(((*one.network, one.length), cost))
            for other in net.neighbours((name, interface.name)):
                gateway = _gateway(net, protocol, version, (name, interface.name), area, other)
                if gateway is not None and other[0] in speakers:
                    edges[name].append((other[0], area.cost, Hop(interface.name, gateway)))
    return {name: _learn(name, edges, owned) for name in speakers}


def _gateway(net: Network, protocol: str, version: int, port: Port, area: Area, other: Port) -> int | None:
    """The neighbour's address when both ends agree, else None; IPv6 adjacency needs no shared prefix (RFC 5340)."""
    far = net.nodes[other[0]].interfaces[other[1]]
    theirs = far.areas.get(version)
    if theirs is None or theirs.protocol != protocol or area.passive or theirs.passive:
        return None
    if (area.area, area.network, area.timers) != (theirs.area, theirs.network, theirs.timers):
        return None
    mine = net.nodes[port[0]].interfaces[port[1]].of(version)
    if version == 4 and not {one.network for one in mine} & {one.network for one in far.of(4)}:
        return None
    if version == 6 and not mine and port not in net.link_locals:
        return None
    held = far.of(version)
    return held[0].number if held else net.link_locals.get(other)


def _learn(
    start: str, edges: Mapping[str, list[tuple[str, int, Hop]]], owned: Mapping[str, list[tuple[Prefix, int]]]
) -> Mapping[Prefix, tuple[int, frozenset[Hop]]]:
    distance, ways = _paths(start, edges)
    found: dict[Prefix, tuple[int, frozenset[Hop]]] = {}
    for name, cost in distance.items():
        if name == start:
            continue
        for prefix, own in owned[name]:
            total = cost + own
            known = found.get(prefix)
            if known is None or total < known[0]:
                found[prefix] = (total, ways[name])
            elif total == known[0]:
                found[prefix] = (total, known[1] | ways[name])
    return found


def _paths(
    start: str, edges: Mapping[str, list[tuple[str, int, Hop]]]
) -> tuple[dict[str, int], dict[str, frozenset[Hop]]]:
    """Dijkstra: the cost of every reachable node and all first hops of equal cost."""
    distance: dict[str, int] = {start: 0}
    ways: dict[str, frozenset[Hop]] = {start: frozenset()}
    queue = [(0, start)]
    done: set[str] = set()
    while queue:
        cost, name = heappop(queue)
        if name in done:
            continue
        done.add(name)
        for other, step, hop in edges[name]:
            if other == start:
                continue
            total = cost + step
            hops = ways[name] if name != start else frozenset((hop,))
            if other not in distance or total < distance[other]:
                distance[other], ways[other] = total, hops
                heappush(queue, (total, other))
            elif total == distance[other] and other not in done:
                ways[other] |= hops
    return distance, ways
