"""What a configuration says, free of any vendor: interfaces, routes, routing processes and ordered filter rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ipv6.precheck.numbers import ALL, PORTS, PROTOCOLS, Ranges, show, span

NEW, KNOWN, RELATED = "new", "established", "related"
"""States of a packet: the first of a connection, one of a known connection, an error about one. Invalid ones are not
modelled: no pair has to send them."""
STATES = (NEW, KNOWN, RELATED)

PREFERENCE = {
    "frr": {"connected": 0, "static": 1, "ebgp": 20, "ospf": 110, "isis": 115, "ibgp": 200},
    "linux": {"connected": 0, "static": 1},
    "huawei_vrp": {"connected": 0, "ospf": 10, "isis": 15, "static": 60, "ebgp": 255, "ibgp": 255},
    "h3c_comware": {"connected": 0, "ospf": 10, "isis": 15, "static": 60, "ebgp": 255, "ibgp": 255},
}
"""Default preference (administrative distance) of each source of routes: the vendors' manuals."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of an interface with its prefix length."""

    version: int
    number: int
    length: int

    @property
    def network(self) -> tuple[int, int]:
        """First and last number of its prefix."""
        return span(self.version, self.number, self.length)

    def __str__(self) -> str:
        return f"{show(self.version, self.number)}/{self.length}"


@dataclass(frozen=True, slots=True)
class Area:
    """OSPF, OSPFv3 or IS-IS on one interface; adjacency needs equal area, network kind and timers."""

    protocol: str
    area: str
    passive: bool = False
    cost: int = 10
    network: str = ""
    timers: tuple[int, int] = (10, 40)


class Rule(NamedTuple):
    """One line of a filter, in order; a condition of None matches everything.

    `version` 0 is both families. `dport` holds ICMP types where the protocol is ICMP (1 in both families).
    """

    text: str
    accepts: bool
    version: int = 0
    iif: frozenset[str] | None = None
    oif: frozenset[str] | None = None
    source: Ranges | None = None
    target: Ranges | None = None
    protocol: Ranges = PROTOCOLS
    sport: Ranges = PORTS
    dport: Ranges = PORTS
    states: frozenset[str] | None = None

    def box(self, version: int) -> tuple[Ranges, Ranges, Ranges, Ranges, Ranges]:
        """Its conditions on a packet of that family, in the diagrams' order of fields."""
        every = ALL[version]
        source = every if self.source is None else self.source
        return (every if self.target is None else self.target, source, self.protocol, self.sport, self.dport)

    @property
    def decides(self) -> bool:
        """Whether it matches every packet of its states and families on every port."""
        free = self.iif is None and self.oif is None and self.source is None and self.target is None
        return free and self.version == 0 and (self.protocol, self.sport, self.dport) == (PROTOCOLS, PORTS, PORTS)


@dataclass(frozen=True, slots=True)
class Filter:
    """An ordered list of rules; `default` is what happens when none matches."""

    name: str
    rules: tuple[Rule, ...]
    default: bool


PrefixRule = tuple[bool, int, int, int, int]
"""Accepts, first, last, length, greatest length that still matches."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of a node; `filters` are the filters' names by (direction, family).

    `urpf` is `strict` or `loose` by family (RFC 3704), with a ` default` behind it where the default route counts.
    """

    name: str
    addresses: tuple[Address, ...] = ()
    areas: Mapping[int, Area] = field(default_factory=dict)
    filters: Mapping[tuple[str, int], str] = field(default_factory=dict)
    up: bool = True
    urpf: Mapping[int, str] = field(default_factory=dict)

    def of(self, version: int) -> tuple[Address, ...]:
        """Its addresses of one family."""
        return tuple(one for one in self.addresses if one.version == version)


@dataclass(frozen=True, slots=True)
class Static:
    """A static route; no `via` and no `out` is a blackhole."""

    version: int
    first: int
    last: int
    length: int
    via: int | None = None
    out: str = ""
    preference: int | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGP neighbour; the sets hold the families in which a setting is on, `imports` and `exports` prefix lists."""

    version: int
    number: int
    asn: int
    source: str = ""
    imports: frozenset[tuple[int, str]] = frozenset()
    exports: frozenset[tuple[int, str]] = frozenset()
    active: frozenset[int] = frozenset()
    client: frozenset[int] = frozenset()
    self_hop: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Bgp:
    """BGP of one node; `networks` are (family, first, last, length), `takes` is what is redistributed per family."""

    asn: int
    router_id: int
    peers: tuple[Peer, ...] = ()
    networks: frozenset[tuple[int, int, int, int]] = frozenset()
    takes: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Node:
    """One device (or one network namespace of a host) as its configuration describes it.

    `forward` and `input` are whole-device filters, `lists` the ones that interfaces name by (family, name), and
    `prefix_lists` those that BGP names: (accepts, first, last, length, longest) in order. `processes` are the (routing
    protocol, family) that run. `unknown` are lines that the parser does not know: nothing is proven then. `left_out`
    is what the model leaves out on purpose.
    """

    name: str
    kind: str
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    statics: tuple[Static, ...] = ()
    bgp: Bgp | None = None
    processes: frozenset[tuple[str, int]] = frozenset()
    forwards: frozenset[int] = frozenset()
    forward: Filter | None = None
    input: Filter | None = None
    lists: Mapping[tuple[int, str], Filter] = field(default_factory=dict)
    prefix_lists: Mapping[tuple[int, str], tuple[PrefixRule, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
