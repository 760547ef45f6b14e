"""Every pair that must talk, end to end over all routes and filters, there and back; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from ipv6.precheck import icmp, spec
from ipv6.precheck.diagram import Packet
from ipv6.precheck.edges import edges
from ipv6.precheck.model import KNOWN, NEW
from ipv6.precheck.network import Port
from ipv6.precheck.numbers import ALL, PORTS, Ranges, intersect, minus, show_prefix, union, within
from ipv6.precheck.reach import Fabric
from ipv6.precheck.slices import Node as Set
from ipv6.precheck.spec import EXTRANET, INTERNET, Spec, Zone
from ipv6.precheck.verdict import Reason, packet_text
from ipv6.zones.flows import Flow

Service = tuple[Ranges, Ranges, Ranges]
MOST = 60
"""Broken pairs told per family and direction; one cause can break thousands."""


class Talk:
    """The questions of one family, asked of one fabric."""

    def __init__(self, fabric: Fabric, wanted: Spec) -> None:
        self.fabric, self.wanted, self.sets = fabric, wanted, fabric.sets
        self.version = fabric.version
        self.gateways: dict[str, Port] = {}
        own: list[tuple[int, int]] = []
        self._lans: dict[str, Ranges] = {}
        self._takers: dict[tuple[str, tuple[int, ...]], list[Zone]] = {}
        for name, ports in edges(fabric, wanted):
            own += fabric.local(name)
            for port, zone in ports.items():
                self.gateways[zone.label] = (name, port)
        self.own = union(own)
        self.loops = {
            name: interval
            for name in wanted.routers
            if name in fabric.net.nodes and (interval := self._loopback(name)) is not None
        }
        self.routers = union((number, number) for number in self.loops.values())
        self.asked = 0

    def _loopback(self, name: str) -> int | None:
        """The address by which a router is known: the host address it owns, else none."""
        for interface in self.fabric.net.nodes[name].interfaces.values():
            for one in interface.of(self.version):
                if one.length == (32 if self.version == 4 else 128):
                    return one.number
        return None

    def reasons(self) -> Iterator[Reason]:
        """Each broken pair once; a zone whose edge is missing is named by itself."""
        for zone in self.wanted.zones:
            if zone.lan.get(self.version) and zone.label not in self.gateways:
                yield Reason("talk", zone.label, self.version, "", "", "no device forwards for this zone",
                             platform=zone.platform)  # fmt: skip
        yield from self._announced()
        for state in (NEW, KNOWN):
            starts = self._starts(state)
            outcome = self.fabric.spread(starts, state)
            wrong = [outcome.lost]
            for link, arrived in outcome.delivered.items():
                lives = self.wanted.zone_of_link.get(link)
                home = lives.lan.get(self.version, ()) if lives else ()
                elsewhere = minus(ALL[self.version], home)
                for packets in arrived:
                    stray = self.sets.towards(packets, elsewhere)
                    if stray:
                        wrong.append(self.sets.towards(stray, self.zoned))
            lost = self.sets.union_all(wrong)
            yield from self._tell(lost, starts, state)

    @cached_property
    def zoned(self) -> Ranges:
        """Every zone's LAN: what is for one of them must not come out anywhere else."""
        return union(interval for zone in self.wanted.zones for interval in zone.lan.get(self.version, ()))

    def _starts(self, state: str) -> dict[Port, Set]:
        """What enters where."""
        found: dict[Port, list[Set]] = {}
        outside: dict[tuple[str, Service], list[tuple[int, int]]] = {}
        for platform, flows in self.wanted.flows.items():
            for flow in flows:
                one, other = (flow.source, flow.target) if state == NEW else (flow.target, flow.source)
                service = spec.asked(flow, self.version) if state == NEW else spec.answered(flow, self.version)
                targets = [target for target in self._targets(platform, other, flow, state) if target]
                together = union(interval for target in targets for interval in target)
                if one in (INTERNET, EXTRANET):
                    # The outside is the same for all platforms: what it sends to all of them is one set.
                    outside.setdefault((one, service), []).extend(together)
                for port, source in self._ports(platform, one, flow, state) if together else ():
                    self.asked += len(targets)
                    found.setdefault(port, []).append(self.sets.box((together, source, *service)))
        for (one, service), intervals in outside.items():
            for port, source in self._outer(one) if intervals else ():
                self.asked += len(intervals)
                found.setdefault(port, []).append(self.sets.box((union(intervals), source, *service)))
        echo = icmp.ECHO[self.version] if state == NEW else icmp.ECHO_REPLY[self.version]
        for name, number in self.loops.items():
            others = minus(self.routers, ((number, number),))
            if others:
                self.asked += 1
                box = self.sets.box((others, ((number, number),), ((1, 1),), PORTS, ((echo, echo),)))
                found.setdefault((name, ""), []).append(box)
        return {port: self.sets.union_all(sets) for port, sets in found.items()}

    def _announced(self) -> Iterator[Reason]:
        """Zones that the internet may reach have to be announced to it."""
        for name, port in self.wanted.internet:
            for platform, flows in self.wanted.flows.items() if name in self.fabric.net.nodes else ():
                for target in {flow.target for flow in flows if flow.source == INTERNET}:
                    zone = self.wanted.by_platform.get(platform, {}).get(target)
                    lan = zone.lan.get(self.version, ()) if zone else ()
                    missing = minus(lan, self.fabric.told.get(name, ()))
                    if zone and missing:
                        cause = f"{show_prefix(self.version, *missing[0])} is not announced to the provider"
                        yield Reason("talk", f"{INTERNET} -> {zone.label}", self.version, name, port, cause,
                                     platform=platform)  # fmt: skip

    def _targets(self, platform: str, name: str, flow: Flow, state: str) -> list[Ranges]:
        """Where packets of a flow go: a zone's LAN, or what stands for the outside."""
        if name == INTERNET:
            return [self.internet] if self.wanted.internet else []
        if name == EXTRANET:
            partners = self._partners(platform, flow) if state == NEW else []
            return [self.routers, *(self.lan(zone) for zone in partners)]
        zone = self.wanted.by_platform.get(platform, {}).get(name)
        return [self.lan(zone)] if zone else []

    def _ports(self, platform: str, name: str, flow: Flow, state: str) -> Iterator[tuple[Port, Ranges]]:
        """Where packets of a flow enter inside of the platforms, with their sources."""
        if name == EXTRANET:
            for zone in self._partners(platform, flow) if state == KNOWN else ():
                yield from self._zone_ports(zone)
        elif name != INTERNET:
            found = self.wanted.by_platform.get(platform, {}).get(name)
            if found is not None:
                yield from self._zone_ports(found)

    def _outer(self, name: str) -> Iterator[tuple[Port, Ranges]]:
        """Where the outside enters: the provider's ports, or every router for the extranet."""
        if name == INTERNET:
            for port in self.wanted.internet:
                if port[0] in self.fabric.net.nodes:
                    yield port, self.internet
        else:
            for router, number in self.loops.items():
                yield (router, ""), ((number, number),)

    def _zone_ports(self, zone: Zone) -> Iterator[tuple[Port, Ranges]]:
        """The whole LAN at its edge, and every modelled host by its own routes."""
        gateway, lan = self.gateways.get(zone.label), self.lan(zone)
        if gateway is None:
            return
        yield gateway, lan
        for host, _ in self.fabric.net.neighbours(gateway):
            own = intersect(self.fabric.local(host), lan)
            if own and not self.fabric.net.nodes[host].forwards:
                yield (host, ""), own

    def _partners(self, platform: str, flow: Flow) -> list[Zone]:
        """Zones of other platforms that take in from the extranet what this flow sends to it."""
        if flow.target != EXTRANET:
            return []
        key = (flow.protocol, flow.ports)
        if key not in self._takers:
            self._takers[key] = [
                zone
                for other, flows in self.wanted.flows.items()
                for theirs in flows
                if theirs.source == EXTRANET and theirs.protocol == flow.protocol and {*flow.ports} <= {*theirs.ports}
                if (zone := self.wanted.by_platform.get(other, {}).get(theirs.target)) and self._outside(zone)
            ]
        return [zone for zone in self._takers[key] if zone.platform != platform]

    def _outside(self, zone: Zone) -> bool:
        """Whether a zone has extranet addresses, so that others call it the extranet."""
        return not minus(zone.lan.get(self.version, ()), self.wanted.extranet.get(self.version, ()))

    @cached_property
    def internet(self) -> Ranges:
        """Addresses outside of everything that the network or its links use."""
        known = [one.network for node in self.fabric.net.nodes.values() for port in node.interfaces.values()
                 for one in port.of(self.version)]  # fmt: skip
        inside = union((*known, *self.wanted.everywhere(self.version), *self.wanted.extranet.get(self.version, ())))
        return minus(spec.PUBLIC[self.version], inside)

    def lan(self, zone: Zone) -> Ranges:
        """A zone's LAN without the addresses of the edges themselves."""
        if zone.label not in self._lans:
            self._lans[zone.label] = minus(zone.lan.get(self.version, ()), self.own)
        return self._lans[zone.label]

    def _tell(self, lost: Set, starts: Mapping[Port, Set], state: str) -> Iterator[Reason]:
        for _ in range(MOST):
            if not lost:
                return
            packet = self.sets.witness(lost)
            for port, entered in starts.items():
                if not self.sets.holds(entered, packet):
                    continue
                trace = self.fabric.trace(packet, port, state)
                if trace.arrived and self._right(trace.steps[-1].node, trace.steps[-1].oif, packet.target):
                    continue
                last = trace.steps[-1]
                cause = trace.why or f"it ends at the wrong place, {last.node} {last.oif}, by {last.route}"
                pair = f"{self._name(packet.source)} -> {self._name(packet.target)}"
                yield Reason("talk", pair, self.version, last.node, last.oif or last.iif, cause,
                             packet_text(packet, state), self._platform(packet))  # fmt: skip
                break
            else:
                pair = f"{self._name(packet.source)} -> {self._name(packet.target)}"
                cause = "on one of several equal paths it does not arrive"
                yield Reason("talk", pair, self.version, "", "", cause, packet_text(packet, state),
                             self._platform(packet))  # fmt: skip
            lost = self.sets.without(lost, self._like(lost, packet.source, packet.target))

    def _right(self, node: str, oif: str, target: int) -> bool:
        zone = next((one for one in self.wanted.zones if within(target, one.lan.get(self.version, ()))), None)
        if zone is None:
            return True
        if oif:
            return self.fabric.net.link_of.get((node, oif)) == zone.link
        return any(self.fabric.net.link_of.get((node, port)) == zone.link
                   for port in self.fabric.net.nodes[node].interfaces)  # fmt: skip

    def _like(self, lost: Set, source: int, target: int) -> Set:
        """The lost packets between the same two ends."""
        box = (self._around(target), self._around(source), spec.PROTOCOL_ALL, PORTS, PORTS)
        return self.sets.both(lost, self.sets.box(box))

    def _around(self, number: int) -> Ranges:
        for zone in self.wanted.zones:
            if within(number, zone.prefixes.get(self.version, ())):
                return zone.prefixes[self.version]
        if within(number, self.routers):
            return self.routers
        return minus(ALL[self.version], union((*self.wanted.everywhere(self.version), *self.routers)))

    def _name(self, number: int) -> str:
        for zone in self.wanted.zones:
            if within(number, zone.prefixes.get(self.version, ())):
                return zone.label
        for name, loop in self.loops.items():
            if loop == number:
                return name
        return EXTRANET if within(number, self.wanted.extranet.get(self.version, ())) else INTERNET

    def _platform(self, packet: Packet) -> str:
        for number in (packet.target, packet.source):
            for zone in self.wanted.zones:
                if within(number, zone.prefixes.get(self.version, ())):
                    return zone.platform
        return ""
