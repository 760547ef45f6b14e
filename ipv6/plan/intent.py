"""What one device should be, free of any vendor: the value every driver renders, for one or both families."""

from __future__ import annotations

from dataclasses import dataclass, field

from ipv6.zones.flows import Flow


@dataclass(frozen=True, slots=True)
class Port:
    """An interface; addresses are canonical `address/length` text, IPv4 first (RFC 5952 for IPv6).

    `routing` is `ospf` (adjacency), `passive` (announced, no adjacency) or `none`.
    `netns` names the zone server inside a zone host that owns the interface.
    """

    name: str
    addresses: tuple[str, ...]
    description: str = ""
    routing: str = "none"
    zone: str = ""
    netns: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A static route; an empty `via` is a blackhole."""

    prefix: str
    via: str
    netns: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGP neighbour of one family, named by its address."""

    address: str
    asn: int
    description: str
    from_loopback: bool = False
    reflector_client: bool = False
    next_hop_self: bool = False


@dataclass(frozen=True, slots=True)
class Bgp:
    """BGP of one device; `networks` are announced prefixes of both families."""

    asn: int
    router_id: str
    peers: tuple[Peer, ...]
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZonePort:
    """A zone behind a firewall: its interface and its prefixes (IPv4, then IPv6 when planned)."""

    zone: str
    interface: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Firewall:
    """The zone firewall of a platform; flows already name only zones this firewall knows.

    `extranet` are the prefixes that make an outside source `extranet` instead of `internet`.
    """

    outside: str
    zones: tuple[ZonePort, ...]
    extranet: tuple[str, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class VirtualSite:
    """A website as the site host serves it; `address6` is empty until planned."""

    name: str
    title: str
    owner: str
    address4: str
    address6: str = ""


@dataclass(frozen=True, slots=True)
class NameServer:
    """An authoritative server: its listen addresses, its zones and its partner's addresses."""

    primary: bool
    listen: tuple[str, ...]
    zones: tuple[str, ...]
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceIntent:
    """Everything a driver may need to render the whole device."""

    name: str
    role: str
    region: str
    platform: str
    drivers: tuple[str, ...]
    mgmt4: str
    ports: tuple[Port, ...]
    loopbacks: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    bgp: Bgp | None = None
    firewall: Firewall | None = None
    sites: tuple[VirtualSite, ...] = ()
    name_server: NameServer | None = None


@dataclass(frozen=True, slots=True)
class RRset:
    """One DNS record set, names with a trailing dot; `ttl` in seconds; `rdata` sorted.

    `owner` is the platform whose change set carries it ("" for shared ones); it is no part of the record's value.
    """

    zone: str
    name: str
    type: str
    ttl: int
    rdata: tuple[str, ...]
    owner: str = field(default="", compare=False)
