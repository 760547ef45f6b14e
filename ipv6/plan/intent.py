"""What one device should be, free of any vendor: the value every driver renders, for one or both families."""

from __future__ import annotations

from dataclasses import dataclass, field

from ipv6.zones.access import AccessList
from ipv6.zones.flows import Flow


@dataclass(frozen=True, slots=True)
class Port:
    """An interface; addresses are canonical `address/length` text, IPv4 first (RFC 5952 for IPv6).

    `routing` is `ospf` or `isis` (adjacency), `passive` (announced by the process
    that the device runs, no adjacency) or `none`.
    `netns` names the zone server inside a zone host that owns the interface.
    `hardware` is the port's name in the vendor's own words, where the software cannot be told to call it `name`.
    `vpn` binds it to a VPN instance. `urpf` is `strict`, `loose` or empty (RFC 3704). `ra` is empty (no router
    advertisement leaves), `send`, or `guard` (none may come in, RFC 6105). `acl_in` and `acl_out` name access lists.
    """

    name: str
    addresses: tuple[str, ...]
    description: str = ""
    routing: str = "none"
    zone: str = ""
    netns: str = ""
    hardware: str = ""
    vpn: str = ""
    urpf: str = ""
    ra: str = ""
    acl_in: str = ""
    acl_out: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A static route; an empty `via` is a blackhole; `vpn` is the VPN instance whose table it stands in."""

    prefix: str
    via: str
    netns: str = ""
    vpn: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGP neighbour of one family, named by its address.

    `import_list` and `export_list` name prefix lists; empty lets everything through. `vpn_routes` exchanges the VPN
    routes of its family as well (VPNv4, RFC 4364; VPNv6, RFC 4659).
    """

    address: str
    asn: int
    description: str
    from_loopback: bool = False
    reflector_client: bool = False
    next_hop_self: bool = False
    import_list: str = ""
    export_list: str = ""
    vpn_routes: bool = False


@dataclass(frozen=True, slots=True)
class Bgp:
    """BGP of one device; `networks` are announced prefixes of both families."""

    asn: int
    router_id: str
    peers: tuple[Peer, ...]
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """One entry of a prefix list; `longest` is the greatest length that still matches (0: exactly this prefix)."""

    action: str
    prefix: str
    longest: int = 0


@dataclass(frozen=True, slots=True)
class PrefixList:
    """What a BGP neighbour may send or be sent, both families; first match decides, what matches nothing is denied."""

    name: str
    rules: tuple[PrefixRule, ...]


@dataclass(frozen=True, slots=True)
class Isis:
    """IS-IS for both families in one process; `net` is its network entity title (ISO 10589), `level` 1, 2 or 12.

    `multi_topology` keeps a topology of its own for IPv6 (RFC 5120), so that a router without IPv6 attracts none.
    """

    net: str
    level: int = 2
    multi_topology: bool = True


@dataclass(frozen=True, slots=True)
class Vpn:
    """A VPN instance (RFC 4364, RFC 4659): its distinguisher, its route targets and its announced prefixes."""

    name: str
    distinguisher: str
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Management:
    """Who watches and admits to a device; addresses of both families. Keys and passwords are never part of it.

    `aaa` is `radius` or `hwtacacs`; `user` and `group` are SNMPv3 names (RFC 3414, always with privacy).
    """

    snmp: tuple[str, ...] = ()
    ntp: tuple[str, ...] = ()
    aaa: str = ""
    aaa_servers: tuple[str, ...] = ()
    user: str = "jiyue"
    group: str = "jiyue-read"
    location: str = ""


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
class Serving:
    """How a name server signs and answers; the fields of `inventory.naming.Dnssec` and `Answers`. With `queries` it
    reports every question to the program that logs them."""

    ksk_days: int = 365
    zsk_days: int = 0
    signature_days: int = 14
    refresh_days: int = 7
    nsec3: bool = False
    cds: str = "always"
    parent_check: int = 3600
    parent_delay: int = 86400
    rate: int = 1000
    slip: int = 1
    statistics: bool = True
    queries: bool = False


@dataclass(frozen=True, slots=True)
class Partner:
    """The other end of zone transfers: a secondary of the primary, or a secondary's primary; IPv6 is tried first."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameServer:
    """An authoritative server: its listen addresses, its zones, whom it transfers with, how it signs and answers."""

    primary: bool
    listen: tuple[str, ...]
    zones: tuple[str, ...]
    partners: tuple[Partner, ...]
    serving: Serving = Serving()
    parent: Partner | None = None
    """Who has the DS of the zones `delegated`; None where nobody can be asked."""
    delegated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolving:
    """A validating resolver: its listen addresses, the prefixes that may ask, limits a second (0: none) of a client and
    to a zone's servers. With `dns64_prefix` AAAA are made of A."""

    listen: tuple[str, ...]
    clients: tuple[str, ...]
    client_rate: int = 200
    zone_rate: int = 1000
    dns64_prefix: str = ""


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
    resolver: Resolving | None = None
    isis: Isis | None = None
    vpns: tuple[Vpn, ...] = ()
    prefix_lists: tuple[PrefixList, ...] = ()
    access_lists: tuple[AccessList, ...] = ()
    management: Management | None = None


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
