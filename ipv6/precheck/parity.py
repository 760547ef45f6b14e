"""IPv6 beside IPv4: every address that was planned is held, every prefix that IPv4 reaches has a twin route; pure."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.precheck.fib import Route
from ipv6.precheck.numbers import show, show_prefix
from ipv6.precheck.reach import Fabric
from ipv6.precheck.spec import Spec
from ipv6.precheck.verdict import Reason


def addresses(four: Fabric, six: Fabric, wanted: Spec) -> Iterator[Reason]:
    """Endpoints whose planned address no interface of their device has."""
    for one in wanted.owned:
        for fabric, number in ((four, one.four), (six, one.six)):
            if number is None:
                continue
            held = fabric.net.owner.get((fabric.version, number))
            if held is None or held[0].partition("/")[0] != one.device:
                cause = f"{show(fabric.version, number)} is not on the device"
                if held is not None:
                    cause = f"{show(fabric.version, number)} is on {held[0]} {held[1]}"
                yield Reason("address", f"{one.kind} {one.name}", fabric.version, one.device, "", cause)


def routes(four: Fabric, six: Fabric, wanted: Spec) -> Iterator[Reason]:
    """Routers that reach a prefix by IPv4 and not, or by another way, by IPv6."""
    for name, node in four.net.nodes.items():
        if not (node.processes or node.bgp):
            continue
        old, new = four.tables[name], six.tables[name]
        for twin in wanted.twins:
            route = old.find(twin.four[0])
            if route is None or not route.hops:
                continue
            other = new.find(twin.six[0])
            known = f"IPv4 has {show_prefix(4, route.first, route.last)}"
            port = min(hop.out for hop in route.hops)
            if other is None or not other.hops:
                cause = f"no IPv6 route to {show_prefix(6, *twin.six)}, {known} by {port}"
            elif _links(four, name, route) == _links(six, name, other):
                continue
            else:
                way = ", ".join(sorted({hop.out for hop in other.hops}))
                cause = f"IPv6 goes out of {way} by {show_prefix(6, other.first, other.last)}, {known} by {port}"
            yield Reason("parity", f"{name} -> {twin.name}", 6, name, port, cause)


def wide(six: Fabric, wanted: Spec) -> Iterator[Reason]:
    """Static routes that take more than the planned prefix they serve; the default route may."""
    for name, node in six.net.nodes.items():
        if not (node.processes or node.bgp):
            continue
        for static in node.statics:
            if static.version != 6 or not static.length:
                continue
            for twin in wanted.twins:
                low, high = twin.six
                if static.first <= low and high <= static.last and (static.first, static.last) != twin.six:
                    taken, planned = show_prefix(6, static.first, static.last), show_prefix(6, low, high)
                    cause = f"the static route {taken} takes more than {planned}"
                    yield Reason("parity", f"{name} -> {twin.name}", 6, name, "", cause)
                    break


def _links(fabric: Fabric, name: str, route: Route) -> frozenset[str]:
    return frozenset(fabric.net.link_of.get((name, hop.out), hop.out) for hop in route.hops)
