"""Nodes joined by links: which interface is on which wire, and who owns an address; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from ipv6.precheck.model import Address, Interface, Node

Port = tuple[str, str]
"""Node and interface."""


@dataclass(frozen=True)
class Network:
    """Every node by name; `wiring` says which link a port is on, the rest is joined by equal subnets."""

    nodes: Mapping[str, Node]
    wiring: Mapping[Port, str]

    @cached_property
    def link_of(self) -> dict[Port, str]:
        """The link of each interface that has an address or is wired; loopbacks have one of their own."""
        found = {port: link for port, link in self.wiring.items() if port[1] in self._interfaces(port[0])}
        by_subnet: dict[tuple[int, int, int], str] = {}
        for name, interface, one in self._addresses():
            link = found.get((name, interface.name))
            if link:
                by_subnet.setdefault((one.version, one.network[0], one.length), link)
        # IPv4 first: it is there before IPv6, so a link keeps its name.
        for version in (4, 6):
            for name, interface, one in self._addresses():
                port = (name, interface.name)
                if one.version != version or port in found:
                    continue
                key = (version, one.network[0], one.length)
                found[port] = by_subnet.setdefault(key, str(one) if one.length < 31 else f"{one} {name}")
                for other in interface.addresses:
                    by_subnet.setdefault((other.version, other.network[0], other.length), found[port])
        return found

    @cached_property
    def ports_on(self) -> dict[str, list[Port]]:
        """Ports by link."""
        found: dict[str, list[Port]] = {}
        for port, link in self.link_of.items():
            found.setdefault(link, []).append(port)
        return found

    @cached_property
    def owner(self) -> dict[tuple[int, int], Port]:
        """The port that holds an address, interfaces that are down left out."""
        found = {(6, number): port for port, number in self.link_locals.items()}
        for name, interface, one in self._addresses():
            if interface.up:
                found[one.version, one.number] = (name, interface.name)
        return found

    @cached_property
    def link_locals(self) -> dict[Port, int]:
        """The link-local address of ports that speak OSPFv3 or IS-IS and have no other IPv6 address.

        Linux makes one on every interface (RFC 4862 5.3) and FRR speaks from it (RFC 5340 2.5), so it stays a
        neighbour when its planned address is gone. No configuration says which one it is: this one stands for it.
        VRP and Comware have none before `ipv6 address` makes one.
        """
        return {
            (name, interface.name): 0xFE80 << 112
            | int.from_bytes(sha256(f"{name} {interface.name}".encode()).digest()[:8])
            for name, node in self.nodes.items()
            for interface in node.interfaces.values()
            if node.kind == "frr" and interface.up and 6 in interface.areas and not interface.of(6)
        }

    def neighbours(self, port: Port) -> Iterator[Port]:
        """The other ports on the same link that are up; none when this one is down."""
        link = self.link_of.get(port)
        if link is None or not self.nodes[port[0]].interfaces[port[1]].up:
            return
        for other in self.ports_on[link]:
            if other != port and self.nodes[other[0]].interfaces[other[1]].up:
                yield other

    def on_link(self, port: Port, version: int, number: int) -> str:
        """The node that answers for an address on the link of a port; empty when nobody does."""
        found = self.owner.get((version, number))
        if found is None or self.link_of.get(found) != self.link_of.get(port):
            return ""
        return found[0]

    def _interfaces(self, name: str) -> Mapping[str, Interface]:
        node = self.nodes.get(name)
        return node.interfaces if node else {}

    def _addresses(self) -> Iterator[tuple[str, Interface, Address]]:
        for name, node in self.nodes.items():
            for interface in node.interfaces.values():
                for one in interface.addresses:
                    yield name, interface, one


def _stable(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])
