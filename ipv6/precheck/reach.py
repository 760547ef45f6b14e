"""Where packets get to: whole sets of them hop by hop, and one packet with the reason for its fate; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ipv6.precheck import filters
from ipv6.precheck.diagram import Packet
from ipv6.precheck.fib import Fib
from ipv6.precheck.filters import Compiled
from ipv6.precheck.igp import first
from ipv6.precheck.model import Address
from ipv6.precheck.network import Network, Port
from ipv6.precheck.numbers import (
    ALL,
    PORTS,
    PROTOCOLS,
    Ranges,
    intersect,
    show,
    show_prefix,
    union,
    within,
)
from ipv6.precheck.rib import Tables
from ipv6.precheck.slices import EMPTY
from ipv6.precheck.slices import Node as Set

HOPS = 64


@dataclass(frozen=True, slots=True)
class Step:
    """One node on a packet's way; `rule` and `route` say why it went on (or did not)."""

    node: str
    iif: str
    oif: str
    route: str
    rule: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What happens to one packet: `arrived` and the steps; the last step holds the cause when it did not."""

    arrived: bool
    steps: tuple[Step, ...]
    why: str


@dataclass(slots=True)
class Outcome:
    """Sets of packets by fate: delivered, by the link on which they came out; lost anywhere."""

    delivered: dict[str, list[Set]]
    lost: Set = EMPTY


def _edges(one: Address) -> tuple[int, ...]:
    first, last = one.network
    if last - first < 2:
        return ()
    return (first, last) if one.version == 4 else (first,)


class Fabric:
    """One network in one family: tables, filters and the questions asked about them."""

    def __init__(self, net: Network, version: int, tables: Tables, compiled: Compiled) -> None:
        self.net = net
        self.version = version
        self.tables = tables.fibs
        self.told = tables.told
        self.compiled = compiled
        self.sets = compiled.sets
        self._locals: dict[str, Ranges] = {}

    def local(self, name: str) -> Ranges:
        """The node's own addresses, with those of its links that no host may have: the subnet-router anycast address
        (RFC 4291 2.6.1), the IPv4 network and broadcast addresses (RFC 1122 3.3.6), which nobody forwards (RFC 2644).
        """
        if name not in self._locals:
            node = self.net.nodes[name]
            self._locals[name] = union(
                (number, number)
                for interface in node.interfaces.values()
                if interface.up
                for one in interface.of(self.version)
                for number in (one.number, *_edges(one))
            )
        return self._locals[name]

    def spread(self, start: Mapping[Port, Set], state: str) -> Outcome:
        """Follow sets of packets from where they enter: (node, interface), an interface of "" is the node itself.

        What goes in circles for `HOPS` hops is lost. With several next hops, packets count as delivered and as lost
        when they are on some of them.
        """
        delivered: dict[str, list[Set]] = {}
        lost: list[Set] = []
        front: dict[Port, Set] = dict(start)
        for _ in range(HOPS):
            following: dict[Port, list[Set]] = {}
            for port, packets in front.items():
                self._step(port, packets, state, following, delivered, lost)
            if not following:
                break
            front = {port: self.sets.union_all(found) for port, found in following.items()}
        else:
            lost += front.values()
        return Outcome(delivered, self.sets.union_all(lost))

    def _step(
        self,
        port: Port,
        packets: Set,
        state: str,
        following: dict[Port, list[Set]],
        delivered: dict[str, list[Set]],
        lost: list[Set],
    ) -> None:
        name, iif = port
        packets = self._checked(name, iif, packets, lost)
        sets, node, own = self.sets, self.net.nodes[name], self.local(name)
        mine = sets.towards(packets, own)
        if mine:
            entered = sets.both(mine, self.compiled.through(filters.entry(node, iif, self.version), iif, "", state))
            self._arrive(name, entered, delivered)
            lost.append(sets.without(mine, entered))
        rest = sets.without(packets, mine) if mine else packets
        if iif and self.version not in node.forwards:
            lost.append(rest)
            return
        for hops, part in sets.split(rest, *self.tables[name].ways).items():
            if not hops:
                lost.append(part)
            for hop in hops or ():
                chain = filters.chain(node, iif, hop.out, self.version)
                if not chain:
                    self._forward((name, hop.out), hop.via, part, following, delivered, lost)
                    continue
                passed = sets.both(part, self.compiled.through(chain, iif, hop.out, state))
                lost.append(sets.without(part, passed))
                if passed:
                    self._forward((name, hop.out), hop.via, passed, following, delivered, lost)

    def sources(self, name: str, iif: str) -> Ranges | None:
        """The sources that reverse path forwarding takes on a port (RFC 3704); None when it is off."""
        interface = self.net.nodes[name].interfaces.get(iif)
        mode = interface.urpf.get(self.version, "") if interface else ""
        if not mode:
            return None
        found: list[tuple[int, int]] = []
        for hops, ranges in self.tables[name].groups.items():
            if hops and (mode.startswith("loose") or any(hop.out == iif for hop in hops)):
                found += ranges
        if not mode.endswith(" default"):
            default = self.tables[name].routes.get((0, 0))
            others = Fib({key: route for key, route in self.tables[name].routes.items() if route is not default})
            found = list(intersect(union(found), union(one for ranges in others.groups.values() for one in ranges)))
        return union(found)

    def _checked(self, name: str, iif: str, packets: Set, lost: list[Set]) -> Set:
        allowed = self.sources(name, iif)
        if allowed is None:
            return packets
        whole = self.sets.box((ALL[self.version], allowed, PROTOCOLS, PORTS, PORTS))
        passed = self.sets.both(packets, whole)
        lost.append(self.sets.without(packets, passed))
        return passed

    def _arrive(self, name: str, packets: Set, delivered: dict[str, list[Set]]) -> None:
        for interface in self.net.nodes[name].interfaces.values():
            own = union((one.number, one.number) for one in interface.of(self.version) if interface.up)
            part = self.sets.towards(packets, own)
            if part:
                delivered.setdefault(self.net.link_of.get((name, interface.name), ""), []).append(part)

    def _forward(
        self,
        out: Port,
        via: int | None,
        packets: Set,
        following: dict[Port, list[Set]],
        delivered: dict[str, list[Set]],
        lost: list[Set],
    ) -> None:
        if via is not None:
            other = self.net.owner.get((self.version, via))
            if other is not None and other in self.net.neighbours(out):
                following.setdefault(other, []).append(packets)
            elif other is None and self.outside(out):
                delivered.setdefault(self.net.link_of.get(out, ""), []).append(packets)
            else:
                lost.append(packets)
            return
        # On the link: routers there take what is theirs, anybody else may be the host that it is for.
        rest = packets
        for other in self.net.neighbours(out):
            theirs = self.sets.towards(rest, self.local(other[0]))
            if theirs:
                following.setdefault(other, []).append(theirs)
                rest = self.sets.without(rest, theirs)
        delivered.setdefault(self.net.link_of.get(out, ""), []).append(rest)

    def outside(self, port: Port) -> bool:
        """Whether nothing modelled is on the other end: the provider's side."""
        return next(self.net.neighbours(port), None) is None

    def trace(self, packet: Packet, start: Port, state: str) -> Trace:
        """Follow one packet and say why it ends where it ends."""
        steps: list[Step] = []
        port: Port = start
        for _ in range(HOPS):
            done = self._one(packet, port, state, steps)
            if isinstance(done, Trace):
                return done
            port = done
        return Trace(False, tuple(steps), "it goes in circles")

    def _one(self, packet: Packet, port: Port, state: str, steps: list[Step]) -> Trace | Port:
        (name, iif), version = port, self.version
        node = self.net.nodes[name]
        allowed = self.sources(name, iif)
        if allowed is not None and not within(packet.source, allowed):
            steps.append(Step(name, iif, "", "", ""))
            source = show(version, packet.source)
            return Trace(False, tuple(steps), f"reverse path forwarding drops {source} there")
        mine = any(low <= packet.target <= high for low, high in self.local(name))
        if not mine and iif and version not in node.forwards:
            steps.append(Step(name, iif, "", "", ""))
            return Trace(False, tuple(steps), f"it does not forward IPv{version}")
        route = None if mine else self.tables[name].find(packet.target)
        if not mine and (route is None or not route.hops):
            steps.append(Step(name, iif, "", "", ""))
            target = show(version, packet.target)
            return Trace(False, tuple(steps), f"no route to {target}" if route is None else f"{target} is a blackhole")
        hop = first(route.hops) if route else None
        oif = hop.out if hop else ""
        chain = filters.chain(node, iif, oif, version) if hop else filters.entry(node, iif, version)
        text = f"{show_prefix(version, route.first, route.last)} ({route.source})" if route else "its own address"
        rule = ""
        for where, found in chain:
            passed, rule = filters.decide(found, packet, iif, oif, state)
            if not passed:
                steps.append(Step(name, iif, oif, text, rule))
                return Trace(False, tuple(steps), f"{where} drops it: {rule}")
        steps.append(Step(name, iif, oif, text, rule))
        if hop is None:
            return Trace(True, tuple(steps), "")
        number = packet.target if hop.via is None else hop.via
        other = self.net.owner.get((version, number))
        if other is not None and other in self.net.neighbours((name, oif)):
            return other
        if hop.via is None and (other is None or other[0] == name):
            return Trace(True, tuple(steps), "")
        if other is None and self.outside((name, oif)):
            return Trace(True, tuple(steps), "")
        return Trace(False, tuple(steps), f"nobody on its link answers for the gateway {show(version, number)}")
