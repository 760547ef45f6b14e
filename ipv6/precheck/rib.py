"""From configurations to forwarding tables of one family: connected, static, link-state, then BGP over them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ipv6.precheck import bgp, igp
from ipv6.precheck.fib import Fib, Route
from ipv6.precheck.igp import Hop
from ipv6.precheck.model import PREFERENCE, Node, Static
from ipv6.precheck.network import Network
from ipv6.precheck.numbers import Ranges, union

Key = tuple[int, int]


@dataclass(frozen=True)
class Tables:
    """Forwarding tables by node, and what each node announces to peers outside of the network."""

    fibs: Mapping[str, Fib]
    told: Mapping[str, Ranges]


def tables(net: Network, version: int) -> Tables:
    """Routes of one family everywhere."""
    inner = _inner(net, version)
    fibs = {name: Fib(routes) for name, routes in inner.items()}
    learnt, told = bgp.routes(net, version, fibs)
    for name, routes in learnt.items():
        known = inner[name]
        order = PREFERENCE[net.nodes[name].kind]
        # A quarter of a million routes in a large province: no call for each.
        better = {
            key: route
            for route in routes
            if (rival := known.get(key := (route[0], route[2]))) is None or order[route[3]] < order[rival[3]]
        }
        if better:
            fibs[name] = Fib({**known, **better})
    return Tables(fibs, {name: union(ranges) for name, ranges in told.items()})


def _inner(net: Network, version: int) -> dict[str, dict[Key, Route]]:
    """Connected, static and link-state routes by preference."""
    learnt = {protocol: igp.routes(net, protocol, version) for protocol in igp.PROTOCOLS}
    found: dict[str, dict[Key, Route]] = {}
    for name, node in net.nodes.items():
        order = PREFERENCE[node.kind]
        routes = {route.key: route for route in _connected(node, version)}
        for protocol, by_node in learnt.items():
            for (first, last, length), (cost, hops) in by_node.get(name, {}).items():
                rival = routes.get((first, length))
                if rival is None or order[protocol] < order[rival.source]:
                    routes[first, length] = Route(first, last, length, protocol, hops, cost)
        _add_statics(node, version, routes, order)
        found[name] = routes
    return found


def _connected(node: Node, version: int) -> list[Route]:
    found: dict[Key, Route] = {}
    for interface in node.interfaces.values():
        for one in interface.of(version) if interface.up else ():
            first, last = one.network
            known = found.get((first, one.length))
            hops = (known.hops if known else frozenset()) | {Hop(interface.name)}
            found[(first, one.length)] = Route(first, last, one.length, "connected", hops)
    return list(found.values())


def _add_statics(node: Node, version: int, routes: dict[Key, Route], order: Mapping[str, int]) -> None:
    """A static route counts while its gateway resolves; one that needs another static needs a second look."""
    waiting = [static for static in node.statics if static.version == version]
    while waiting:
        lookup = Fib(dict(routes))
        left, changed = [], False
        best: dict[Key, tuple[int, Route]] = {}
        for static in waiting:
            hops = _resolve(node, static, lookup)
            if hops is None:
                left.append(static)
                continue
            route = Route(static.first, static.last, static.length, "static", hops)
            preference = order["static"] if static.preference is None else static.preference
            rival = best.get(route.key)
            if rival is None or preference < rival[0]:
                best[route.key] = (preference, route)
            elif preference == rival[0]:
                merged = Route(static.first, static.last, static.length, "static", rival[1].hops | hops)
                best[route.key] = (preference, merged)
        for key, (preference, route) in best.items():
            known = routes.get(key)
            if known is None or preference < order[known.source] or known.source == "static":
                routes[key] = route
                changed = True
        if not changed or len(left) == len(waiting):
            return
        waiting = left


def _resolve(node: Node, static: Static, lookup: Fib) -> frozenset[Hop] | None:
    """Next hops of a static route; None while the gateway is not reachable, empty for a blackhole."""
    if static.via is None:
        if not static.out:
            return frozenset()
        interface = node.interfaces.get(static.out)
        return frozenset((Hop(static.out),)) if interface is not None and interface.up else None
    if any(one.number == static.via for port in node.interfaces.values() for one in port.of(static.version)):
        return None  # a gateway that is the node itself never becomes active
    if static.out:
        return frozenset((Hop(static.out, static.via),))
    route = lookup.find(static.via)
    if route is None or not route.hops or route.length == 0:
        return None
    return frozenset(Hop(hop.out, static.via if hop.via is None else hop.via) for hop in route.hops)
