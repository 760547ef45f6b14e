"""What must and must not talk, as values: zones with both families, flows, the outside, endpoints; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ipv6.precheck import icmp
from ipv6.precheck.diagram import Box
from ipv6.precheck.network import Port
from ipv6.precheck.numbers import ALL, PORTS, PROTOCOLS, ROUTED, Ranges, intersect, minus, prefix, union
from ipv6.zones.flows import Flow

CLIENT: Ranges = ((1024, 65535),)
"""Ports that a client may send from."""
INTERNET, EXTRANET = "internet", "extranet"
PUBLIC: dict[int, Ranges] = {4: ROUTED[4], 6: (prefix("2000::/3")[1:3],)}
"""Where the internet's hosts are (RFC 4291 2.4)."""
PROTOCOL_ALL = PROTOCOLS
NUMBER = {"icmp": 1, "tcp": 6, "udp": 17}


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone behind an edge: the link it lives on, its LAN and all of its prefixes by family (empty until planned)."""

    platform: str
    name: str
    link: str
    lan: Mapping[int, Ranges]
    prefixes: Mapping[int, Ranges]

    @property
    def label(self) -> str:
        """`changsha/app`."""
        return f"{self.platform}/{self.name}"


@dataclass(frozen=True, slots=True)
class Owned:
    """One thing that has an address in both families: which device holds it; a number of None is not planned."""

    kind: str
    name: str
    device: str
    four: int | None
    six: int | None


@dataclass(frozen=True, slots=True)
class Twin:
    """A prefix in both families (zone, link or loopback) that the network routes alike."""

    name: str
    four: tuple[int, int]
    six: tuple[int, int]


@dataclass(frozen=True)
class Spec:
    """The whole expectation. `internet` are the ports towards the provider; `routers` stand for the extranet."""

    zones: tuple[Zone, ...]
    flows: Mapping[str, tuple[Flow, ...]]
    extranet: Mapping[int, Ranges]
    internet: tuple[Port, ...] = ()
    routers: tuple[str, ...] = ()
    owned: tuple[Owned, ...] = ()
    twins: tuple[Twin, ...] = ()
    wiring: Mapping[Port, str] = field(default_factory=dict)

    @cached_property
    def zone_of_link(self) -> dict[str, Zone]:
        """Zones by their link."""
        return {zone.link: zone for zone in self.zones}

    @cached_property
    def by_platform(self) -> dict[str, dict[str, Zone]]:
        """Zones by platform and name."""
        found: dict[str, dict[str, Zone]] = {}
        for zone in self.zones:
            found.setdefault(zone.platform, {})[zone.name] = zone
        return found

    def inside(self, platform: str, version: int) -> Ranges:
        """Everything behind one platform's edge."""
        zones = self.by_platform.get(platform, {}).values()
        return union(interval for zone in zones for interval in zone.prefixes.get(version, ()))

    def everywhere(self, version: int) -> Ranges:
        """Everything behind every edge."""
        return union(interval for zone in self.zones for interval in zone.prefixes.get(version, ()))

    def end(self, platform: str, name: str, version: int, wide: bool) -> Ranges:
        """The addresses of one end of a flow as its platform's edge sees it; `wide` takes all prefixes of a zone."""
        if name == INTERNET:
            every = ROUTED if wide else PUBLIC
            return minus(minus(every[version], self.extranet.get(version, ())), self.inside(platform, version))
        if name == EXTRANET:
            return minus(intersect(ROUTED[version], self.extranet.get(version, ())), self.inside(platform, version))
        zone = self.by_platform.get(platform, {}).get(name)
        if zone is None:
            return ()
        return (zone.prefixes if wide else zone.lan).get(version, ())


def service(flow: Flow, version: int) -> tuple[Ranges, Ranges, Ranges]:
    """Protocol, source port and target port of what a flow allows."""
    protocol = NUMBER[flow.protocol]
    if flow.protocol == "icmp":
        echo = icmp.ECHO[version]
        return ((protocol, protocol),), PORTS, ((echo, echo),)
    return ((protocol, protocol),), PORTS, union((port, port) for port in flow.ports)


def asked(flow: Flow, version: int) -> tuple[Ranges, Ranges, Ranges]:
    """The same as a client really sends it."""
    protocol, sport, dport = service(flow, version)
    return protocol, sport if flow.protocol == "icmp" else CLIENT, dport


def answered(flow: Flow, version: int) -> tuple[Ranges, Ranges, Ranges]:
    """What comes back."""
    protocol, _, dport = service(flow, version)
    if flow.protocol == "icmp":
        reply = icmp.ECHO_REPLY[version]
        return protocol, PORTS, ((reply, reply),)
    return protocol, dport, CLIENT


def errors(version: int) -> Box:
    """ICMP errors that have to pass everywhere (RFC 4890 4.3.1)."""
    types = union((one, one) for one in icmp.ERRORS[version])
    return ALL[version], ALL[version], ((1, 1),), PORTS, types
