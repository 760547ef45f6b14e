"""The rules at every edge of a zone: what has to pass does, nothing else does, whoever pretends to be whom; pure.

Every packet into or out of a zone crosses an edge, so this is the whole "must not talk": all pairs, all services, all
sources, also false ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.precheck import filters, icmp, spec
from ipv6.precheck.model import KNOWN, NEW, RELATED
from ipv6.precheck.numbers import ALL, BITS, PORTS, PROTOCOLS, ROUTED, Ranges, intersect, minus, union, within
from ipv6.precheck.reach import Fabric
from ipv6.precheck.slices import Node as Set
from ipv6.precheck.spec import EXTRANET, INTERNET, Spec, Zone
from ipv6.precheck.verdict import Reason, packet_text
from ipv6.zones.flows import Flow


def edges(fabric: Fabric, wanted: Spec) -> Iterator[tuple[str, dict[str, Zone]]]:
    """Every forwarding node with a port on a zone's link: its name and its zone by port."""
    for name, node in fabric.net.nodes.items():
        ports = {
            port: wanted.zone_of_link[link]
            for port in node.interfaces
            if (link := fabric.net.link_of.get((name, port), "")) in wanted.zone_of_link
        }
        if ports and node.forwards:
            yield name, ports


def judge(fabric: Fabric, wanted: Spec, name: str, ports: dict[str, Zone]) -> Iterator[Reason]:
    """Every wrong rule of one edge, one reason for each pair and direction."""
    if fabric.version in fabric.net.nodes[name].forwards:
        yield from _Edge(fabric, wanted, name, ports).reasons()


class _Edge:
    def __init__(self, fabric: Fabric, wanted: Spec, name: str, ports: dict[str, Zone]) -> None:
        self.fabric, self.wanted, self.name, self.ports = fabric, wanted, name, ports
        self.version = fabric.version
        self.sets = fabric.sets
        self.node = fabric.net.nodes[name]
        self.platform = min(zone.platform for zone in ports.values())
        self.stateful = self.node.forward is not None
        self.own = fabric.local(name)
        self.judged = minus(ROUTED[self.version], self.own)
        self.ways = [
            (hop.out, intersect(ranges, self.judged))
            for hops, ranges in fabric.tables[name].groups.items()
            for hop in hops
        ]
        self.outer = [port for port in self.node.interfaces if port not in ports and self._leads_out(port)]
        flows = wanted.flows.get(self.platform, ())
        self.flows = [flow for flow in flows if self._has(flow.source) and self._has(flow.target)]

    def _leads_out(self, port: str) -> bool:
        """Whether something is on the other side; a loopback is not a way in."""
        bits = BITS[self.version]
        return any(one.length < bits for one in self.node.interfaces[port].of(self.version))

    def _judged(self, zone: Zone | None) -> Ranges:
        """Targets that count from one port: everything but the zone's own, or what is inside."""
        if zone is not None:
            return minus(self.judged, zone.prefixes.get(self.version, ()))
        return intersect(self.judged, self.wanted.inside(self.platform, self.version))

    def _has(self, end: str) -> bool:
        return bool(self.wanted.end(self.platform, end, self.version, True))

    def reasons(self) -> Iterator[Reason]:
        for port in (*self.ports, *self.outer):
            zone = self.ports.get(port)
            actual = self._actual(port, NEW)
            starts = [zone.name] if zone else [INTERNET, EXTRANET]
            flows = [flow for flow in self.flows if flow.source in starts]
            must = self._flows(flows, False)
            replies = [flow for flow in self.flows if flow.target in starts]
            wide = self.sets.union(self._flows(flows, True), self._errors(ALL[self.version]))
            allowed = wide if self.stateful else self.sets.union(wide, self._answers(replies, ("udp", "icmp")))
            yield from self._missing(port, self.sets.without(must, actual), NEW)
            leaks = self.sets.towards(self.sets.without(actual, allowed), self._judged(zone))
            yield from self._leaks(port, leaks, NEW)
            known = self._actual(port, KNOWN)
            yield from self._missing(port, self.sets.without(self._replies(replies), known), KNOWN)
            if not self.stateful:
                # A list without state has to tell answers by their ports; one too many is a way in for odd packets.
                allowed = self.sets.union(wide, self._answers(replies, ("tcp", "udp", "icmp")))
                leaks = self.sets.towards(self.sets.without(known, allowed), self._judged(zone))
                yield from self._leaks(port, leaks, KNOWN)
            towards = self._errors(minus(self._lans(zone), self.own))
            yield from self._missing(port, self.sets.without(towards, self._actual(port, RELATED)), RELATED)
        if self.node.input is not None:
            yield from self._neighbours()

    def _lans(self, zone: Zone | None) -> Ranges:
        """The LANs of all other zones here."""
        found: Ranges = ()
        for other in self.ports.values():
            if other is not zone:
                found = (*found, *other.lan.get(self.version, ()))
        return union(found)

    def _actual(self, port: str, state: str) -> Set:
        """What really comes through from one port, to where the routes send it."""
        found = []
        sources = self._sources(port)
        for out, targets in self.ways:
            chain = filters.chain(self.node, port, out, self.version)
            passed = self.fabric.compiled.through(chain, port, out, state)
            whole = self.sets.box((targets, sources, PROTOCOLS, PORTS, PORTS))
            found.append(self.sets.both(passed, whole))
        return self.sets.union_all(found)

    def _sources(self, port: str) -> Ranges:
        """Who may speak on a port where reverse paths are checked; whether that is right, the end to end check says."""
        checked = self.fabric.sources(self.name, port)
        return ROUTED[self.version] if checked is None else intersect(checked, ROUTED[self.version])

    def _flows(self, flows: list[Flow], wide: bool) -> Set:
        found = []
        for flow in flows:
            source = self.wanted.end(self.platform, flow.source, self.version, wide)
            target = minus(self._target(flow.target, wide), self.own)
            kind = spec.service if wide else spec.asked
            found.append(self.sets.box((target, source, *kind(flow, self.version))))
        return self.sets.union_all(found)

    def _target(self, end: str, wide: bool) -> Ranges:
        """Where a flow may go; nobody lives in what a zone has beyond its LAN, so sending that out harms nobody."""
        if end != EXTRANET or not wide:
            return self.wanted.end(self.platform, end, self.version, wide)
        every = intersect(ROUTED[self.version], self.wanted.extranet.get(self.version, ()))
        return minus(every, self._lans(None))

    def _replies(self, flows: list[Flow]) -> Set:
        found = []
        for flow in flows:
            source = self.wanted.end(self.platform, flow.target, self.version, False)
            target = minus(self.wanted.end(self.platform, flow.source, self.version, False), self.own)
            found.append(self.sets.box((target, source, *spec.answered(flow, self.version))))
        return self.sets.union_all(found)

    def _answers(self, flows: list[Flow], protocols: tuple[str, ...]) -> Set:
        """Without state, an answer by UDP or echo cannot be told from a first packet."""
        found = []
        for flow in flows:
            if flow.protocol in protocols:
                source = self._target(flow.target, True)
                target = minus(self.wanted.end(self.platform, flow.source, self.version, True), self.own)
                protocol, sport, dport = spec.answered(flow, self.version)
                found.append(self.sets.box((target, source, protocol, sport, PORTS if sport != PORTS else dport)))
        return self.sets.union_all(found)

    def _errors(self, targets: Ranges) -> Set:
        _, source, protocol, sport, dport = spec.errors(self.version)
        return self.sets.box((targets, intersect(source, ROUTED[self.version]), protocol, sport, dport))

    def _missing(self, port: str, wrong: Set, state: str) -> Iterator[Reason]:
        whole = (ALL[self.version], self._sources(port), PROTOCOLS, PORTS, PORTS)
        yield from self._each("talk", port, self.sets.both(wrong, self.sets.box(whole)), state)

    def _leaks(self, port: str, wrong: Set, state: str) -> Iterator[Reason]:
        yield from self._each("leak", port, wrong, state)

    def _each(self, kind: str, port: str, wrong: Set, state: str) -> Iterator[Reason]:
        """One reason for each far end."""
        while wrong:
            packet = self.sets.witness(wrong)
            name, ranges = self._end(packet.target)
            near = self.ports[port].name if port in self.ports else self._outside(packet.source)
            trace = self.fabric.trace(packet, (self.name, port), state)
            cause = trace.why
            if kind == "leak":
                cause = f"it lets through what the matrix does not allow: {trace.steps[0].rule or 'no filter'}"
            elif trace.arrived:
                cause = "only a part of it passes"
            yield Reason(
                kind, f"{self.platform}: {near} -> {name}", self.version, self.name, port, cause,
                packet_text(packet, state), self.platform,
            )  # fmt: skip
            wrong = self.sets.without(wrong, self.sets.towards(wrong, ranges))

    def _end(self, number: int) -> tuple[str, Ranges]:
        for zone in self.ports.values():
            ranges = zone.prefixes.get(self.version, ())
            if within(number, ranges):
                return zone.name, ranges
        return self._outside(number), minus(ALL[self.version], self.wanted.inside(self.platform, self.version))

    def _outside(self, number: int) -> str:
        return EXTRANET if within(number, self.wanted.extranet.get(self.version, ())) else INTERNET

    def _neighbours(self) -> Iterator[Reason]:
        """Without neighbour discovery nothing on the link finds the edge (RFC 4861; RFC 4890 4.4.1)."""
        if self.version != 6 or self.node.input is None:
            return
        for port in (*self.ports, *self.outer):
            passed = self.fabric.compiled.passes(self.node.input, port, "", NEW)
            types = ((icmp.NEIGHBOUR[0], icmp.NEIGHBOUR[1]),)
            need = self.sets.box((ALL[6], ((1, ALL[6][0][1] >> 1),), ((1, 1),), PORTS, types))
            if self.sets.without(need, passed):
                cause = "the input chain drops neighbour discovery"
                pair = f"{self.platform}: {port} -> {self.name}"
                yield Reason("talk", pair, 6, self.name, port, cause, "icmpv6 type 135", self.platform)
